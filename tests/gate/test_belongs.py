"""The JSON of a plan is judged, and the binary file is applied: both have to be one plan."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.msgpack import Ext

from policypack.gate import belongs
from policypack.gate.judge import Asked, Judged, judge
from policypack.gate.same_plan import agrees, mismatch
from policypack.read.options import ReadError, ReadOptions
from policypack.read.plan_binary import FilePlan, read_file_plan
from policypack.settings import Settings
from tests.gate.binary import archive, tfplan
from tests.gate.planned import DATABASE, change, kept, plan, written

FOLDER = Path(__file__).parent / "pairs"
READ = Path(__file__).parents[1] / "read" / "plans"
PAIRS = {path.stem: path for path in sorted(FOLDER.glob("*.tfplan"))} | {"planned": READ / "planned.tfplan"}
UNKNOWN = Ext(0, b"\0")


def held(path: Path) -> FilePlan:
    """What a plan file does."""
    return read_file_plan(path.read_bytes(), path.name)


def shown(name: str) -> dict[str, Any]:
    """What Terraform shows of it."""
    found: dict[str, Any] = json.loads(PAIRS[name].with_suffix(".json").read_text("utf-8"))
    return found


def asked(planned: Path, made: Path) -> Judged:
    """The gate's view of a plan with its file."""
    return judge(Asked(planned), ReadOptions(base=planned.parent, plan_file=made), Settings())


@pytest.mark.parametrize("name", PAIRS)
def test_what_terraform_shows_of_a_file_is_that_file(name: str) -> None:
    """Both forms of a real plan agree: every action, and every value of every type."""
    assert held(PAIRS[name]).changes
    assert mismatch(PAIRS[name].with_suffix(".json").read_bytes(), held(PAIRS[name])) == ""


def test_no_two_plans_are_taken_for_each_other() -> None:
    """The JSON of one plan is not that of another, also where nobody says when they were made."""
    for name in PAIRS:
        for other in PAIRS.keys() - {name}:
            timeless = {key: value for key, value in shown(other).items() if key != "timestamp"}
            assert mismatch(json.dumps(timeless).encode(), held(PAIRS[name]))
            assert mismatch(json.dumps(shown(other)).encode(), held(PAIRS[name]))


def _entry(found: dict[str, Any], address: str) -> dict[str, Any]:
    return next(each for each in found["resource_changes"] if each["address"] == address)


ONE = 'terraform_data.many["a.b"]'


def hide(found: dict[str, Any]) -> None:
    """Leaves out what is done to an object."""
    found["resource_changes"].remove(_entry(found, ONE))


def soften(found: dict[str, Any]) -> None:
    """Calls it another action."""
    _entry(found, ONE)["change"]["actions"] = ["no-op"]


def retype(found: dict[str, Any]) -> None:
    """Calls the object something that nobody cares for."""
    _entry(found, ONE)["type"] = "null_resource"


def unmanage(found: dict[str, Any]) -> None:
    """Says that it only is read."""
    _entry(found, ONE)["mode"] = "data"


def rename(found: dict[str, Any]) -> None:
    """Says that it was called something else."""
    _entry(found, ONE)["previous_address"] = "terraform_data.old"


def provide(found: dict[str, Any]) -> None:
    """Says that another provider does it."""
    _entry(found, ONE)["provider_name"] = "registry.terraform.io/hashicorp/null"


def invent(found: dict[str, Any]) -> None:
    """Adds an object."""
    found["resource_changes"].append({**_entry(found, ONE), "address": "terraform_data.backup"})


def double(found: dict[str, Any]) -> None:
    """Shows an object twice, the second time harmless."""
    found["resource_changes"].append(_entry(found, ONE))


def whole(found: dict[str, Any]) -> None:
    """Says another thing about whether the plan is whole."""
    found["complete"] = not found["complete"]


def time(found: dict[str, Any]) -> None:
    """Is of another time."""
    found["timestamp"] = "2020-01-01T00:00:00Z"


def value(key: str, made: Any, side: str = "before") -> Callable[[dict[str, Any]], None]:
    """Has another value."""

    def mutate(found: dict[str, Any]) -> None:
        _entry(found, ONE)["change"][side]["input"][key] = made

    return mutate


def drop(found: dict[str, Any]) -> None:
    """Leaves out a value that is known."""
    del _entry(found, ONE)["change"]["after"]["input"]["half"]


MUTATIONS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "hidden": (hide, f"the JSON does not show what the file does to {ONE} (update)"),
    "softened": (soften, f"the file has other actions for {ONE}"),
    "another type": (retype, f"the file has other actions for {ONE}"),
    "only read": (unmanage, f"the JSON does not show what the file does to {ONE} (update)"),
    "another name": (rename, f"the file has other actions for {ONE}"),
    "another provider": (provide, f"the file has other actions for {ONE}"),
    "invented": (invent, "the file does nothing to terraform_data.backup"),
    "twice": (double, "the JSON shows something twice"),
    "whole": (whole, "the file says complete: true, and the JSON false"),
    "another time": (time, "the file was made "),
    "number": (value("int", 9007199254740992), f"the file has other values for {ONE}"),
    "fraction": (value("f", 0.2), f"the file has other values for {ONE}"),
    "number for text": (value("str", 1), f"the file has other values for {ONE}"),
    "one for true": (value("list", [1, "two", 1, None]), f"the file has other values for {ONE}"),
    "more": (value("new", None), f"the file has other values for {ONE}"),
    "after": (value("v", "3", "after"), f"the file has other values for {ONE}"),
    "less": (drop, f"the file has other values for {ONE}"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_json_that_was_touched_is_no_longer_of_the_file(name: str) -> None:
    """One thing in the JSON of a real plan that is not so in its file: it is said what."""
    mutate, expected = MUTATIONS[name]
    found = shown("update")
    mutate(found)
    assert mismatch(json.dumps(found).encode(), held(PAIRS["update"])).startswith(expected)


def test_the_gate_does_not_judge_a_plan_by_the_json_of_another(tmp_path: Path) -> None:
    """A deletion that the JSON hides is not passed: the gate says that it cannot judge, and why."""
    made = archive(tmp_path / "tfplan", plan(change("aws_db_instance.main", ["delete"], DATABASE)))
    found = asked(written(tmp_path, kept("aws_db_instance.main", DATABASE)), made)
    said = "the JSON is not of tfplan: the file has other actions for aws_db_instance.main"
    assert found.unjudged == (f"{said} (make it anew with terraform show -json tfplan)",)
    assert [each.kind for each in asked(written(tmp_path, change("aws_db_instance.main", ["delete"], DATABASE)), made).needs]


def test_what_is_destroyed_is_said_first(tmp_path: Path) -> None:
    """Where the JSON hides much, a person is told of the deletions."""
    hidden = [kept(f"aws_sqs_queue.a{each}", {"name": "a"}) for each in range(9)]
    made = archive(tmp_path / "tfplan", plan(*hidden, change("aws_db_instance.main", ["delete"], DATABASE)))
    assert "does to aws_db_instance.main (delete), aws_sqs_queue.a0 (no-op)" in asked(written(tmp_path), made).unjudged[0]


def test_a_file_that_is_exchanged_while_it_is_judged_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared, hashed and read for lines is one file."""
    planned = written(tmp_path, change("aws_db_instance.main", ["delete"], DATABASE))
    made = archive(tmp_path / "tfplan", planned)

    def exchanged(*arguments: Any) -> str:
        archive(tmp_path / "tfplan", planned, comment="another")
        return mismatch(*arguments)

    monkeypatch.setattr(belongs, "mismatch", exchanged)
    assert asked(planned, made).unjudged == ("tfplan was exchanged while it was judged",)


@pytest.mark.parametrize(
    "content",
    [b"", b"\x08\x04", tfplan(plan(), version=2), b"\x1a\x02\x4a\x00", b"\x1a\xff", b"\x1b", tfplan(plan()) + b"\x1a\x09"],
)
def test_a_file_of_a_form_that_is_not_understood_is_not_judged(tmp_path: Path, content: bytes) -> None:
    """A later form, or none: nothing is taken to be the same."""
    path = tmp_path / "tfplan"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("tfplan", content)
    with pytest.raises(ReadError, match="does not say what it does"):
        held(path)


@pytest.mark.parametrize(
    ("json_value", "file_value", "same"),
    [
        (None, UNKNOWN, True),
        (1, UNKNOWN, False),
        ({}, {"a": UNKNOWN}, True),
        ({"a": None}, {"a": UNKNOWN}, True),
        ({}, {"a": None}, False),
        ({}, {"a": [b'"string"', UNKNOWN]}, True),
        ("x", [b'"string"', "x"], True),
        ([None, "b"], [UNKNOWN, "b"], True),
        (["b"], ["b", UNKNOWN], False),
        (True, 1, False),
        (1, True, False),
        (1, 1, True),
        (Decimal("0.5"), 0.5, True),
        (Decimal("0.1"), "0.1", True),
        (10**30, str(10**30), True),
        (10**30, "1", False),
        (5, "5", False),
        ("5", 5, False),
        (2**70, float(2**70), True),
        (None, None, True),
        (None, {}, False),
        ([], {}, False),
    ],
)
def test_values_of_both_forms(json_value: Any, file_value: Any, same: bool) -> None:
    """What Terraform writes in two ways is the same, and nothing else is."""
    assert agrees(json_value, file_value) is same


@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on this machine")
def test_a_pair_that_is_made_now(tmp_path: Path) -> None:
    """The Terraform that is here writes what is understood here."""
    (tmp_path / "main.tf").write_text('resource "terraform_data" "a" {\n  input = [1, 0.1, "x", null, { b = true }]\n}\n')

    def terraform(*arguments: str) -> bytes:
        return subprocess.run(["terraform", *arguments], cwd=tmp_path, capture_output=True, check=True).stdout

    terraform("init", "-input=false")
    terraform("plan", "-input=false", "-out=tfplan")
    assert mismatch(terraform("show", "-json", "tfplan"), held(tmp_path / "tfplan")) == ""
    assert [each.actions for each in held(tmp_path / "tfplan").changes] == [("create",)]


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(sorted(PAIRS)), st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=3)
)
def test_a_damaged_file_is_never_a_traceback(name: str, damage: list[tuple[int, int]]) -> None:
    """Bytes of a real plan that are others: the file is understood and compared, or it is said that it is not."""
    with zipfile.ZipFile(PAIRS[name]) as made:
        content = bytearray(made.read("tfplan"))
    for place, byte in damage:
        content[place % len(content)] = byte
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("tfplan", bytes(content))
    with contextlib.suppress(ReadError):
        assert isinstance(mismatch(json.dumps(shown(name)).encode(), read_file_plan(packed.getvalue(), "tfplan")), str)
