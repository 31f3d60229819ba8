"""The walk-through of the README, as it stands there: an agent proposes, the gate refuses, a person approves, it passes, once."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path

import pytest

from tests.gate.approving import PROJECT
from tests.gate.repositories import Place
from tests.gate.test_approve import typed
from tests.test_cli import call

_BLOCK = re.compile(r"<!-- walk-through -->\n```console\n(.*?)```\n<!-- end of walk-through -->", re.DOTALL)
_STEP = re.compile(r"^\$ policypack (?P<words>.*?) {4}# exit (?P<code>\d).*\n(?P<shown>(?:(?!\$ ).*\n)*)", re.MULTILINE)
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
PLAN = Path(__file__).parent / "scenarios" / "s20_second" / "plan.json"


def steps() -> list[tuple[list[str], int, str]]:
    """Every command of the walk-through, with the exit code and the output that it is said to have."""
    block = _BLOCK.search((PROJECT / "README.md").read_text("utf-8"))
    assert block is not None
    return [(shlex.split(each["words"]), int(each["code"]), each["shown"]) for each in _STEP.finditer(block[1])]


def pattern(shown: str) -> re.Pattern[str]:
    """What is said to be shown, wherever lines end: `…` stands for anything."""
    parts = (re.escape(" ".join(each.split())) for each in shown.split("…"))
    return re.compile(r"\s*.*\s*".join(each.replace(r"\ ", r"\s+") for each in parts), re.DOTALL)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals on Windows")
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_walk_through(tmp_path: Path) -> None:
    """Each command of the README ends as it says there, and shows what it shows there; a person is asked on a terminal."""
    place = Place(tmp_path)
    shutil.copy(PLAN, place.tree / "plan.json")
    codes = []
    for words, code, shown in steps():
        if words[0] == "approve":
            command = [sys.executable, "-m", "policypack", *words]
            found, said = typed(command, [(b"[y/N]", b"y\n")], place.tree)
            text = _COLOURS.sub("", said.decode()).replace("\r\n", "\n")
        else:
            done = call(*words, cwd=place.tree)
            found, text = done.returncode, done.stdout
        assert found == code, text
        assert pattern(shown).fullmatch(" ".join(text.split())), f"{shown}\n---\n{text}"
        codes.append(code)
    assert codes == [1, 0, 0, 1, 0]
