"""The lock of a ledger, here and as Windows would have it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from policypack.gate.ledger import append, opened, verified
from policypack.gate.locking import lock, unlock
from policypack.read.options import ReadError


class Windows:
    """`msvcrt` as its documentation has it: a lock is on bytes from where the file stands, of one descriptor, and not had twice."""

    LK_NBLCK, LK_UNLCK = 2, 0

    def __init__(self) -> None:
        self.held: dict[tuple[int, int], int] = {}
        self.done: list[tuple[int, int, int]] = []

    def locking(self, file: int, mode: int, size: int) -> None:
        """Takes or gives back."""
        start = os.lseek(file, 0, os.SEEK_CUR)
        place = (os.fstat(file).st_ino, start)
        self.done.append((mode, start, size))
        if mode == self.LK_UNLCK:
            if self.held.pop(place, None) != file:
                raise PermissionError(13, "not locked")
        elif place in self.held:
            raise PermissionError(13, "locked")
        else:
            self.held[place] = file


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    """A machine without fcntl."""
    made = Windows()
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", made)
    return made


@contextmanager
def file(path: Path) -> Iterator[int]:
    """A descriptor of its own."""
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        yield number
    finally:
        os.close(number)


def excluded(path: Path) -> None:
    """Two descriptors of a file: one has it, then the other."""
    with file(path) as one, file(path) as other:
        lock(one, time.monotonic())
        with pytest.raises(ReadError, match="another run has had the ledger"):
            lock(other, time.monotonic())
        unlock(one)
        lock(other, time.monotonic())
        unlock(other)


def test_one_run_at_a_time(tmp_path: Path) -> None:
    """Who has the lock keeps all others out until it is given back."""
    excluded(tmp_path / "ledger")


def test_one_run_at_a_time_on_windows(tmp_path: Path, windows: Windows) -> None:
    """So it is where only msvcrt is there: one byte far behind the lines is locked, and the same byte is given back."""
    excluded(tmp_path / "ledger")
    assert {(start, size) for _, start, size in windows.done} == {(2**31 - 2, 1)}
    assert windows.held == {}


def test_a_ledger_on_windows(tmp_path: Path, windows: Windows) -> None:
    """Lines are read from the beginning and added to the end, wherever the lock left the file standing, and it is given back."""
    path = tmp_path / "ledger"
    for number in range(3):
        with opened(path) as ledger:
            append(ledger, {"spent": [f"{number:032x}"]})
            assert len(windows.held) == 1
        assert windows.held == {}
    assert verified(path).length == 3
    assert path.stat().st_size < 2_000


def test_lines_end_alike_on_every_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a system would write another end of line, the file is opened so that it does not."""
    asked: list[int] = []
    real = os.open

    def watched(path: Path, flags: int, mode: int = 0o777) -> int:
        asked.append(flags & 1 << 40)
        return real(path, flags & ~(1 << 40), mode)

    monkeypatch.setattr(os, "O_BINARY", 1 << 40, raising=False)
    monkeypatch.setattr(os, "open", watched)
    with opened(tmp_path / "ledger"):
        pass
    verified(tmp_path / "ledger")
    assert asked == [1 << 40, 1 << 40]
