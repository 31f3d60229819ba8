"""A large plan is hashed on another processor while it is judged, and has the digest that it would have had."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from policypack.gate import beside as module
from policypack.gate.beside import Beside, beside
from policypack.gate.command import GateRequest, gate
from policypack.gate.digest import hashed
from policypack.read.options import ReadError
from tests.gate.planned import DATABASE, change, kept, written

TEXT = json.dumps({"timestamp": "2026-01-01T00:00:00Z", "x": list(range(1000))}).encode()

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="this system has no fork: everything is hashed where it is needed"
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every text is large, and there are two processors."""
    monkeypatch.setattr(module, "LARGE", 1)
    monkeypatch.setattr(module, "processors", lambda: 2)


def child(aside: Beside) -> int:
    """The process that hashes."""
    assert aside._child
    return aside._child


def gone(number: int) -> bool:
    """Whether there is no such child any more, not even one that nobody waited for."""
    try:
        os.waitpid(number, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def test_the_child_finds_what_is_found_here() -> None:
    """Digest and time of the plan are the same, and no child is left."""
    with beside() as aside:
        aside.begin(TEXT)
        number = child(aside)
        assert aside.hashed(TEXT) == hashed(TEXT)
    assert gone(number)


@pytest.mark.parametrize("text", [b"{", b'{"x":1,"x":2}', b"[]"])
def test_what_has_no_digest_is_said_as_ever(text: bytes) -> None:
    """An error of the child is found again here, with its reason."""
    with beside() as aside:
        aside.begin(text)
        with pytest.raises(ReadError, match="has no digest"):
            aside.hashed(text)


def test_a_child_that_is_gone_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that was killed, or never came to be, costs time only."""
    with beside() as aside:
        aside.begin(TEXT)
        os.kill(child(aside), signal.SIGKILL)
        assert aside.hashed(TEXT).plan == hashed(TEXT).plan

    def refused() -> int:
        raise BlockingIOError(11, "no more processes")

    monkeypatch.setattr(os, "fork", refused)
    with beside() as aside:
        aside.begin(TEXT)
        assert aside.hashed(TEXT) == hashed(TEXT)


def test_nobody_waits_for_a_digest_that_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing needs approval the child is ended, also where something breaks in between."""
    monkeypatch.setattr(module, "hashed", lambda _: time.sleep(60))
    began = time.monotonic()
    numbers: list[int] = []

    def interrupted() -> None:
        with beside() as aside:
            aside.begin(TEXT)
            numbers.append(child(aside))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert gone(numbers[0])
    assert time.monotonic() - began < 30


def test_small_plans_and_single_processors_have_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process costs more than a small plan, and gains nothing where there is one processor."""
    for name, value in (("LARGE", len(TEXT) + 1), ("processors", lambda: 1)):
        with monkeypatch.context() as patched, beside() as aside:
            patched.setattr(module, name, value)
            aside.begin(TEXT)
            assert not aside._child
            assert aside.hashed(TEXT) == hashed(TEXT)


def test_the_gate_says_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is that of a gate that hashes by itself; a plan in which nothing needs approval has no digest."""
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path, change("aws_db_instance.main", ["delete"], DATABASE))
    with_child = gate(GateRequest(str(path), format="json"))
    monkeypatch.setattr(module, "processors", lambda: 1)
    assert gate(GateRequest(str(path), format="json")) == with_child
    assert json.loads(with_child.text)["digest"]["plan"] == hashed(path.read_bytes()).plan
    monkeypatch.setattr(module, "processors", lambda: 2)
    quiet = gate(GateRequest(str(written(tmp_path, kept("aws_db_instance.main", DATABASE))), format="json"))
    assert (quiet.exit_code, json.loads(quiet.text)["digest"]) == (0, None)
