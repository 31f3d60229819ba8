"""The ledger: every decision of the gate, one line each in a chain, so that an approval is spent once and who did what is kept.

Lines are only added, under a lock, and are on the disk before anybody is told that a plan passes.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from policypack.gate.chain import Chain, next_line, read_chain
from policypack.gate.locking import lock, unlock
from policypack.gate.verify import Accepted, Refusal
from policypack.read.options import ReadError

NAME = "ledger.jsonl"
"""The file in a folder that is given as ledger."""
_LARGEST = 2**30
# Nothing is waited for, no link is followed, and (Windows) a line feed stays one, where a system knows of that.
_FLAGS = ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY")
_WAIT = 60.0


class Ledger(msgspec.Struct, frozen=True):
    """A ledger that this process holds the lock of."""

    file: int
    folder: Path
    chain: Chain


def ledger_file(path: Path) -> Path:
    """The file of a ledger that is given as file or folder."""
    return path / NAME if path.is_dir() else path


@contextmanager
def opened(path: Path, wait: float = _WAIT) -> Iterator[Ledger]:
    """The ledger, locked. Raises ReadError where it cannot be opened, where its chain is broken, or where the lock is not had."""
    file = _file(ledger_file(path), os.O_RDWR | os.O_CREAT | os.O_APPEND)
    held = False
    try:
        lock(file, time.monotonic() + wait)
        held = True
        _still_there(file, ledger_file(path))
        yield Ledger(file, ledger_file(path).parent, read_chain(_content(file)))
    except OSError as error:
        raise ReadError(f"the ledger cannot be used ({error.strerror or type(error).__name__})", "see --ledger") from error
    finally:
        if held:
            unlock(file)
        os.close(file)


def verified(path: Path) -> Chain:
    """The chain of a ledger that only is looked at. Raises ReadError where it is broken or cannot be read."""
    file = _file(ledger_file(path), os.O_RDONLY)
    try:
        return read_chain(_content(file))
    finally:
        os.close(file)


def spent(ledger: Ledger, accepted: Accepted) -> Refusal | None:
    """The objection to an approval that was used before, or that was being used when something was killed."""
    nonce = accepted.approval.nonce
    if nonce in ledger.chain.spent:
        said = f"it was used before (line {ledger.chain.spent[nonce]} of the ledger), and an approval is good for once"
        return Refusal("spent", f"{accepted.name}: {said}", accepted.name)
    if any(nonce.encode() in each for each in ledger.chain.torn):
        said = "it was being used when a run was broken off, and may have passed: approve anew"
        return Refusal("spent", f"{accepted.name}: {said}", accepted.name)
    return None


def append(ledger: Ledger, decision: Mapping[str, Any]) -> str:
    """Adds a line, and waits until the disk has it. Returns its hash. Raises OSError where it cannot be kept."""
    line, named = next_line(ledger.chain, decision)
    while line:
        line = line[os.write(ledger.file, line) :]
    os.fsync(ledger.file)
    if not ledger.chain.length:
        _keep_name(ledger.folder)
    return named


def _file(path: Path, flags: int) -> int:
    try:
        file = os.open(path, flags | sum(getattr(os, name, 0) for name in _FLAGS), 0o644)
    except OSError as error:
        raise ReadError(
            f"{path.name}: is no ledger that can be used ({error.strerror or type(error).__name__})", "see --ledger"
        ) from error
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise ReadError(f"{path.name}: is no file", "a ledger is a file, or a folder to keep it in")
    return file


def _content(file: int) -> bytes:
    if os.fstat(file).st_size > _LARGEST:
        raise ReadError("the ledger is too large to be read", "begin another one")
    pieces = []
    os.lseek(file, 0, os.SEEK_SET)
    while piece := os.read(file, 1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def _still_there(file: int, path: Path) -> None:
    """Refuses a file that somebody moved away while its lock was waited for."""
    if not os.path.samestat(os.fstat(file), path.stat()):
        raise ReadError(f"{path.name}: was put in place of another", "nothing but the gate may touch the ledger")


def _keep_name(folder: Path) -> None:
    """Makes a new file's name as lasting as its content, where folders can be told to."""
    if hasattr(os, "O_DIRECTORY"):
        file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
