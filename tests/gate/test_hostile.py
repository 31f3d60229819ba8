"""Whatever a plan holds, the gate answers, and what it cannot judge never passes; what destroys more never passes sooner."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policypack.gate.judge import Asked, Judged, judge
from policypack.gate.summary import as_json, text
from policypack.read.options import ReadOptions
from policypack.settings import Settings
from tests.gate.planned import DATABASE, change, kept, plan, policy, role

ROOT = Path(__file__).resolve().parents[2]
MODEST = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
BASE = plan(
    change("aws_db_instance.d", ["delete"], DATABASE),
    change("aws_db_instance.e", ["update"], DATABASE, {**DATABASE, "deletion_protection": False}),
    kept("aws_iam_role.agent", role("cursor-agent")),
    change("aws_iam_role_policy.p", ["create"], None, {"name": "p", "role": "cursor-agent", "policy": policy("Allow", "*")}),
    change("acme_lake.l", ["delete"], {"name": "l"}),
)
ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1e400,
    "",
    "x",
    "\x1b[2J",
    [],
    {},
    [[]],
    {"a": {"a": None}},
    ["delete"],
    ["forget", "create"],
]


def seen(data: bytes, folder: Path) -> Judged:
    """The gate's view of these bytes, and that both of its summaries can be printed."""
    path = folder / "plan.json"
    path.write_bytes(data)
    found = judge(Asked(path), ReadOptions(base=folder), Settings())
    assert not set(text(found)) & set("\x1b\x07\u202e")
    json.loads(as_json(found, 1))
    return found


def refused(found: Judged) -> bool:
    """Whether the gate holds the plan back, for whatever reason."""
    return bool(found.unjudged or found.needs)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(each for key, one in inner for each in places(one, (*path, key)))]


PLACES = [each for each in places(BASE) if each]


@MODEST
@given(st.sampled_from(PLACES), st.sampled_from(ODD))
def test_a_plan_with_anything_anywhere_is_answered(tmp_path_factory: pytest.TempPathFactory, place: Any, odd: Any) -> None:
    """One value of a destructive plan, whichever, may be anything: no exception, and the plan is held back all the same."""
    mutated = copy.deepcopy(BASE)
    inner = mutated
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = odd
    found = seen(json.dumps(mutated).encode(), tmp_path_factory.mktemp("plan"))
    if place[0] != "resource_changes" or len(place) > 1:
        assert refused(found)


@MODEST
@given(st.integers(0, 5000), st.binary(min_size=0, max_size=8))
def test_a_plan_with_broken_bytes_is_answered(tmp_path_factory: pytest.TempPathFactory, where: int, junk: bytes) -> None:
    """Bytes that are overwritten, or a file that ends early, never make an exception, and never a pass."""
    data = json.dumps(BASE).encode()
    broken = data[: where % len(data)] + junk + data[where % len(data) + len(junk) :]
    assert refused(seen(broken, tmp_path_factory.mktemp("plan")))
    cut = seen(data[: where % len(data)] + junk, tmp_path_factory.mktemp("plan"))
    assert cut.unjudged


@pytest.mark.parametrize(
    "broken",
    [
        json.dumps(BASE).replace('"resource_changes"', '" esource_changes"').encode(),
        json.dumps(BASE).replace('"configuration"', '"resource_changes": [], "configuration"').encode(),
    ],
)
def test_a_list_of_changes_that_is_lost_is_no_plan_without_changes(tmp_path: Path, broken: bytes) -> None:
    """One byte in the name of the list, or the list once more and empty: what lists no change is not taken for harmless."""
    found = seen(broken, tmp_path)
    assert found.unjudged
    assert not found.needs


def database(name: str, **more: Any) -> dict[str, Any]:
    """A production database of that name."""
    return {**DATABASE, "identifier": name, "arn": f"arn:aws:rds:eu-central-1:111111111111:db:{name}", **more}


CHANGES = [
    change("aws_db_instance.d", ["delete"], database("d")),
    change("aws_db_instance.r", ["delete", "create"], database("r"), database("r", engine="mysql"), forced_by=["engine"]),
    change("aws_db_instance.f", ["forget"], database("f")),
    change("aws_db_instance.u", ["update"], database("u"), database("u", deletion_protection=False)),
    change("aws_db_instance.n", ["update"], database("n"), database("n", tags={"env": "dev"})),
    change("aws_db_instance.s", ["delete"], database("s", tags={"env": "dev"})),
    change("aws_db_snapshot.s", ["delete"], {"db_snapshot_identifier": "s", "db_instance_identifier": "k"}),
    change("aws_backup_vault.v", ["delete"], {"name": "v", "arn": "arn:aws:backup:eu-central-1:111111111111:backup-vault:v"}),
    change("aws_kms_key.k", ["delete"], {"description": "k", "deletion_window_in_days": 7}),
    change("aws_iam_role_policy.p", ["create"], None, {"name": "p", "role": "cursor-agent", "policy": policy("Allow", "*")}),
    change("acme_lake.l", ["delete"], {"name": "l"}),
    change("aws_sqs_queue.q", ["create"], None, {"name": "q"}),
    change("aws_security_group.g", ["delete"], {"name": "g"}),
    kept("aws_iam_role.agent", role("cursor-agent")),
    kept("aws_db_instance.k", database("k")),
]
SUBSETS = st.lists(st.sampled_from(range(len(CHANGES))), unique=True, max_size=6)
DESTRUCTIVE = st.sampled_from(range(9))


@MODEST
@given(SUBSETS, DESTRUCTIVE)
def test_one_destruction_more_never_lets_a_plan_pass(
    tmp_path_factory: pytest.TempPathFactory, chosen: list[int], more: int
) -> None:
    """Adding a destructive change to a plan that is refused leaves it refused, and what was destroyed is listed as before."""
    folder = tmp_path_factory.mktemp("plan")
    few = seen(json.dumps(plan(*(CHANGES[each] for each in chosen))).encode(), folder)
    many = seen(json.dumps(plan(*(CHANGES[each] for each in {*chosen, more}))).encode(), folder)
    assert refused(many) or not refused(few)
    destroyed = {(each.kind, each.address) for each in few.needs if set(each.actions) & {"delete", "forget", "update"}}
    assert destroyed <= {(each.kind, each.address) for each in many.needs}


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"PK\x03\x04", b'{"format_version":"1.2"}', b"[" * 100_000, b'{"a":' * 50_000],
)
def test_what_is_no_plan_ends_with_two(tmp_path: Path, content: bytes) -> None:
    """The program says in a line that it could not judge, prints no traceback, and exits 2."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    done = subprocess.run([sys.executable, "-m", "policypack", "gate", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "could not judge" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments", [["missing.json"], ["plan.json", "--state", "missing.json"], ["plan.json", "--format", "x"]]
)
def test_a_mistake_of_the_caller_ends_with_two(tmp_path: Path, arguments: list[str]) -> None:
    """A file that is not there, or a format that does not exist, is exit 2 and no pass."""
    (tmp_path / "plan.json").write_text(json.dumps(plan()), "utf-8")
    command = [sys.executable, "-m", "policypack", "gate", *arguments]
    found = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=found)
    assert done.returncode == 2
    assert "No module" not in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("actions", [["evaporate"], [], ["delete", "obliterate"]])
@pytest.mark.parametrize("kind", ["aws_db_instance", "acme_lake", "aws_security_group"])
def test_an_action_that_nobody_knows_is_not_judged(tmp_path: Path, kind: str, actions: list[str]) -> None:
    """A word that is not Terraform's, or none at all, is never taken for harmless, whatever it is done to."""
    found = seen(json.dumps(plan(change(f"{kind}.x", actions, {"name": "x"}))).encode(), tmp_path)
    assert found.unjudged


def test_a_value_that_is_marked_sensitive_is_not_shown(tmp_path: Path) -> None:
    """A password in the values of what is destroyed appears in no output."""
    secret = {**DATABASE, "password": "hunter2-not-real", "username": "hunter2-not-real"}
    entry = change("aws_db_instance.d", ["delete", "create"], secret, {**secret, "engine": "mysql"}, forced_by=["engine"])
    entry["change"]["before_sensitive"] = {"password": True, "username": True}
    found = seen(json.dumps(plan(entry)).encode(), tmp_path)
    assert found.needs
    assert "hunter2" not in text(found) + as_json(found, 1)


@pytest.mark.parametrize("kind", ["aws_db_instance", "acme_lake"])
def test_a_mode_that_nobody_knows_hides_nothing(tmp_path: Path, kind: str) -> None:
    """What is destroyed under a mode that does not exist is asked about all the same."""
    found = seen(json.dumps(plan(change(f"{kind}.x", ["delete"], {"name": "x"}, mode="imagined"))).encode(), tmp_path)
    assert [each.kind for each in found.needs] == ["unknown_destroyed"]
