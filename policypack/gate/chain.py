"""The chain of a ledger: lines of JSON, each with the hash of its own canonical form (docs/gate-digest.md) and of the line before it.

What a kill leaves is half a line, of a decision that nobody heard of. It stays where it is; the next line says that it was there, and
whatever it may have been about to spend counts as spent.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from policypack.gate.canonical import canonical, strictly
from policypack.read.options import ReadError

FORM = "policypack-ledger/1"
_HEX = 16


class Chain(msgspec.Struct):
    """What a ledger holds: how many lines, the hash of the last, those of all, where each nonce was spent, and half lines since the
    last whole one."""

    length: int = 0
    head: str = ""
    heads: set[str] = msgspec.field(default_factory=set)
    spent: dict[str, int] = msgspec.field(default_factory=dict)
    torn: list[bytes] = msgspec.field(default_factory=list)
    ended: bool = True


def next_line(chain: Chain, decision: Mapping[str, Any]) -> tuple[bytes, str]:
    """The bytes that add a decision to the chain, and its hash."""
    entry = {**decision, "form": FORM, "number": chain.length + 1, "previous": chain.head}
    if chain.torn:
        entry["torn"] = [_sha(each) for each in chain.torn]
    entry["hash"] = _hash(entry)
    return (b"" if chain.ended else b"\n") + canonical(entry) + b"\n", str(entry["hash"])


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
        chain.heads.add(chain.head)
        for nonce in (*_spends(entry, number), *_halves(torn)):
            chain.spent.setdefault(nonce, number)
    return chain


def expect(chain: Chain, head: str) -> None:
    """Raises ReadError where a chain that once had this head (`sha256:...`, or `none`) is no longer all there, whatever it has now."""
    if not re.fullmatch(r"none|sha256:[0-9a-f]{64}", head):
        raise ReadError("--expect-head: is no head of a ledger", "give what --verify-ledger printed: sha256:... or none")
    if head != "none" and head not in chain.heads:
        hint = "find out who has had it; what was approved since may have been used"
        raise ReadError(f"the ledger does not go back to {head}: its end was cut off, or it is another one", hint)


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
    if entry.get("form") != FORM or entry.get("hash") != _hash(unhashed) or canonical(entry) != line:
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
    return _sha(b"policypack ledger 1\n" + canonical(entry))


def _sha(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
