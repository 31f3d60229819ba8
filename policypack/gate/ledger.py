"""The ledger: every decision of the gate, one JSON line each, in a chain, so that an approval is spent once and who did what is kept.

A line has the hash of its own canonical form (docs/gate-digest.md) and that of the line before it. Lines are only added, under a
lock, and are on the disk before anybody is told that a plan passes: what a kill leaves is half a line, of a decision that nobody
heard of. Such a line is left where it is; the next one says that it was there.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from policypack.gate.digest import strictly
from policypack.gate.verify import Accepted, Refusal
from policypack.read.options import ReadError

FORM = "policypack-ledger/1"
NAME = "ledger.jsonl"
"""The file in a folder that is given as ledger."""
_LARGEST = 2**30
_WAIT = 60.0
_HEX = 16


class Chain(msgspec.Struct):
    """What a ledger holds: how many lines, the hash of the last, where each nonce was spent, and half lines since the last whole
    one."""

    length: int = 0
    head: str = ""
    spent: dict[str, int] = msgspec.field(default_factory=dict)
    torn: list[bytes] = msgspec.field(default_factory=list)
    ended: bool = True


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
    try:
        _lock(file, time.monotonic() + wait)
        _still_there(file, ledger_file(path))
        yield Ledger(file, ledger_file(path).parent, read_chain(_content(file)))
    except OSError as error:
        raise ReadError(f"the ledger cannot be used ({error.strerror or type(error).__name__})", "see --ledger") from error
    finally:
        os.close(file)  # which gives back the lock


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
    chain = ledger.chain
    entry = {**decision, "form": FORM, "number": chain.length + 1, "previous": chain.head}
    if chain.torn:
        entry["torn"] = [_sha(each) for each in chain.torn]
    entry["hash"] = _hash(entry)
    line = (b"" if chain.ended else b"\n") + _canonical(entry) + b"\n"
    while line:
        line = line[os.write(ledger.file, line) :]
    os.fsync(ledger.file)
    if not chain.length:
        _keep_name(ledger.folder)
    return str(entry["hash"])


def read_chain(content: bytes) -> Chain:
    """What the bytes of a ledger say. Raises ReadError with the line where the chain is broken."""
    chain = Chain(ended=not content or content.endswith(b"\n"))
    for number, line in enumerate(content.removesuffix(b"\n").split(b"\n") if content else (), 1):
        entry = _entry(line)
        if entry is None:
            chain.torn.append(line)
            continue
        _follows(chain, entry, line, number)
        chain.length, chain.head, torn = chain.length + 1, entry["hash"], chain.torn
        chain.torn = []
        for nonce in (*_spends(entry, number), *_halves(torn)):
            chain.spent.setdefault(nonce, number)
    return chain


def _entry(line: bytes) -> dict[str, Any] | None:
    """The line as an object, {} where it is something else, None where it is half of one."""
    try:
        read = strictly(line)
    except (ValueError, RecursionError):
        return None if _ends_early(line) else {}
    return read if isinstance(read, dict) else {}


def _ends_early(line: bytes) -> bool:
    """Whether no whole value stands at the beginning: a line that a kill cut off has none, one with something behind it has."""
    try:
        json.JSONDecoder().raw_decode(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return True
    return False


def _follows(chain: Chain, entry: dict[str, Any], line: bytes, number: int) -> None:
    unhashed = {key: value for key, value in entry.items() if key != "hash"}
    if entry.get("form") != FORM or entry.get("hash") != _hash(unhashed) or _canonical(entry) != line:
        raise _broken(number, "it is not as it was written")
    if entry.get("previous") != chain.head or entry.get("number") != chain.length + 1:
        raise _broken(number, "it does not follow the one before it: something was taken out, added or moved")
    if entry.get("torn", []) != [_sha(each) for each in chain.torn]:
        raise _broken(number, "before it stands something that no run has left there")


def _broken(number: int, why: str) -> ReadError:
    hint = "an approval may have been used before; keep this file, and begin another where people agree to"
    return ReadError(f"the ledger's chain is broken at line {number}: {why}", hint)


def _spends(entry: Mapping[str, Any], number: int) -> list[str]:
    nonces = entry.get("spent")
    if not isinstance(nonces, list) or not all(isinstance(each, str) for each in nonces):
        raise _broken(number, "it does not say what it spent")
    return nonces


def _halves(torn: list[bytes]) -> Iterator[str]:
    """Whatever could be a nonce in half lines: it counts as spent."""
    for line in torn:
        for each in line.decode("ascii", "replace").split('"'):
            if len(each) >= 2 * _HEX and set(each) <= set("0123456789abcdef"):
                yield each


def _hash(entry: Mapping[str, Any]) -> str:
    return _sha(b"policypack ledger 1\n" + _canonical(entry))


def _sha(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _canonical(entry: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(entry, order="sorted")


def _file(path: Path, flags: int) -> int:
    try:
        file = os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0), 0o644)
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


def _lock(file: int, until: float) -> None:
    while not _locked(file):
        if time.monotonic() >= until:
            raise ReadError("another run has had the ledger for too long", "let it finish, and try again")
        time.sleep(0.05)


def _locked(file: int) -> bool:
    """Whether this process has the file alone, until it closes it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return _locked_on_windows(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _locked_on_windows(file: int) -> bool:
    import msvcrt

    os.lseek(file, 2**31 - 2, os.SEEK_SET)  # far behind every line, so that whoever reads is not kept from it
    try:
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore] # only there is it there
    except OSError:
        return False
    return True
