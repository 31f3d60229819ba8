"""`policypack init` at a terminal: it asks, and does what it is told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.precommit.places import BAD, needs_git, repository, surroundings

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
pytestmark = needs_git
ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("answer", "written"), [("y\n", True), ("yes\n", True), ("n\n", False), ("\n", False), ("\x04", False)]
)
def test_a_person_is_asked(tmp_path: Path, answer: str, written: bool) -> None:
    """At a terminal the question comes after the diffs, and only a yes writes."""
    repository(tmp_path, {"main.tf": BAD})
    ours, theirs = pty.openpty()
    os.write(ours, answer.encode())
    command = [sys.executable, "-m", "policypack", "init"]
    environment = surroundings(PYTHONPATH=str(ROOT))
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment,
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=120,
    )
    os.close(theirs)
    asked = os.read(ours, 10_000).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "Write this? [y/N]" in asked
    assert "+++ b/policypack.yaml" in done.stdout
    assert (tmp_path / "policypack.yaml").exists() is written
    assert ("nothing was written" in done.stdout) is not written
