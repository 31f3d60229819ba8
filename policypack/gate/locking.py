"""A lock on an open file that one process has at a time, on every system. It goes with the process, however that ends."""

from __future__ import annotations

import os
import time

from policypack.read.options import ReadError

_FAR = 2**31 - 2
"""The byte that is locked on Windows: far behind every line, so that whoever reads is not kept from it."""


def lock(file: int, until: float) -> None:
    """Waits until this process has the file alone. Raises ReadError where it does not get it until then (of `time.monotonic`)."""
    while not _locked(file):
        if time.monotonic() >= until:
            raise ReadError("another run has had the ledger for too long", "let it finish, and try again")
        time.sleep(0.05)


def unlock(file: int) -> None:
    """Gives the file back. Closing it does that too; on Windows that may take its time."""
    try:
        import fcntl
    except ImportError:
        _on_windows(file, take=False)
    else:
        fcntl.flock(file, fcntl.LOCK_UN)


def _locked(file: int) -> bool:
    try:
        import fcntl
    except ImportError:
        return _on_windows(file, take=True)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _on_windows(file: int, *, take: bool) -> bool:
    """Whether the byte was had, or given back: what is locked starts where the file stands."""
    import msvcrt

    os.lseek(file, _FAR, os.SEEK_SET)
    try:
        msvcrt.locking(file, msvcrt.LK_NBLCK if take else msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined, unused-ignore] # only there is it there
    except OSError:
        return False
    return True
