"""A plan file that is made to be read in two ways: Terraform would apply one plan, and another would be judged."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from policypack.gate.same_plan import mismatch
from policypack.read.options import ReadError
from policypack.read.plan_binary import read_file_plan
from tests.gate.binary import archive, changed, field, tfplan
from tests.gate.planned import DATABASE, change, kept, plan

DELETED = change("aws_db_instance.main", ["delete"], DATABASE)
KEPT = kept("aws_db_instance.main", DATABASE)


def zipped(path: Path, *files: tuple[str, bytes]) -> bytes:
    """An archive of these files, two of one name too."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as made:
        warnings.simplefilter("ignore", UserWarning)
        for name, content in files:
            made.writestr(name, content)
    return path.read_bytes()


def twice(path: Path) -> bytes:
    """Two plans of one name: Terraform applies the first."""
    return zipped(path, ("tfplan", tfplan(plan(DELETED))), ("tfplan", tfplan(plan(KEPT))))


def renamed(path: Path) -> bytes:
    """A name that goes on behind a zero byte, which only some readers see."""
    content = zipped(path, ("tfplanXx", tfplan(plan(KEPT))), ("other", tfplan(plan(DELETED))))
    return content.replace(b"tfplanXx", b"tfplan\0x")


def prefixed(path: Path) -> bytes:
    """An archive behind another: which one is meant depends on how its directory is looked for."""
    return archive(path, plan(DELETED)).read_bytes() + zipped(path, ("tfplan", tfplan(plan(KEPT))))


def commented(path: Path) -> bytes:
    """Another end of an archive, in what the first calls its comment."""
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("tfplan", tfplan(plan(KEPT)))
        made.comment = b"PK\5\6" + bytes(16) + b"\x01\0" + b"x"
    return path.read_bytes()


def moved(path: Path) -> bytes:
    """A second directory, for readers that look for one of a very large archive first."""
    content = zipped(path, ("tfplan", tfplan(plan(KEPT))), ("comment", b""))
    last = content.rindex(b"PK\1\2")
    more = b"PK\6\7" + bytes(16)
    size = int.from_bytes(content[-10:-6], "little") + len(more)
    directory = content[last : last + 32] + len(more).to_bytes(2, "little") + content[last + 34 : -22] + more
    return content[:last] + directory + content[-22:-10] + size.to_bytes(4, "little") + content[-6:]


def _told(change_fields: bytes) -> bytes:
    """The fields of an object's change, in a plan."""
    head = changed(DELETED)
    return tfplan(plan()) + field(3, head + change_fields)


def joined(path: Path) -> bytes:
    """A change that is written twice: Terraform joins both, and what only the first says holds."""
    second = field(9, field(1, 0) + field(2, field(1, b"\xc0")))
    return zipped(path, ("tfplan", _told(second)))


def skipped(path: Path) -> bytes:
    """An action that is written once more as a text, which Terraform skips."""
    inside = field(1, 5) + field(2, field(1, b"\xc0")) + field(1, b"0")
    head = field(13, DELETED["address"]) + field(8, 'provider["registry.terraform.io/hashicorp/aws"]')
    return zipped(path, ("tfplan", tfplan(plan()) + field(3, head + field(9, inside))))


@pytest.mark.parametrize("forge", [twice, renamed, prefixed, commented, moved, joined, skipped])
def test_a_file_that_can_be_read_in_two_ways_is_not_understood(tmp_path: Path, forge: Callable[[Path], bytes]) -> None:
    """What Terraform never writes is refused: it would be told one thing and do another."""
    with pytest.raises(ReadError, match="does not say what it does"):
        read_file_plan(forge(tmp_path / "tfplan"), "tfplan")


@pytest.mark.parametrize("first", [DELETED, KEPT])
def test_an_object_that_a_file_changes_twice_is_no_pair(tmp_path: Path, first: dict[str, object]) -> None:
    """Of two changes of one object Terraform takes the first, so no JSON that shows it once is of that file."""
    other = KEPT if first is DELETED else DELETED
    held = read_file_plan(zipped(tmp_path / "tfplan", ("tfplan", tfplan(plan(first, other)))), "tfplan")
    shown = json.dumps(plan(other)).encode()
    assert mismatch(shown, held) == "the file does something twice to one object"


RUNS = field(30, field(1, "action.aws_lambda_invoke.wipe"))
SHOWS = {"action_invocations": [{"address": "action.aws_lambda_invoke.wipe", "type": "aws_lambda_invoke"}]}


@pytest.mark.parametrize(
    ("more", "shown", "said"),
    [
        (b"", {}, ""),
        (RUNS, SHOWS, ""),
        (RUNS, {}, "the file runs other actions (action.aws_lambda_invoke.wipe)"),
        (b"", SHOWS, "the file runs other actions (none)"),
        (RUNS + RUNS, SHOWS, "the file runs other actions (action.aws_lambda_invoke.wipe, action.aws_lambda_invoke.wipe)"),
        (field(27, field(2, b"")), {"deferred_changes": [{}]}, ""),
        (field(27, field(2, b"")), {}, "the file puts something off to a later plan"),
        (field(31, field(2, b"")), {"deferred_changes": []}, "the file puts something off to a later plan"),
        (b"", {"deferred_changes": [{}]}, "the file does not put something off to a later plan"),
    ],
)
def test_what_a_file_does_beside_its_changes_is_shown(tmp_path: Path, more: bytes, shown: dict[str, object], said: str) -> None:
    """The JSON cannot leave out an action that the file runs, nor what it puts off: both need approval."""
    held = read_file_plan(zipped(tmp_path / "tfplan", ("tfplan", tfplan(plan(KEPT)) + more)), "tfplan")
    assert mismatch(json.dumps({**plan(KEPT), **shown}).encode(), held) == said
