"""The digests that an approval is bound to. docs/gate-digest.md says how to make them without this program.

A plan is hashed in a canonical form, so that the order of keys, white space and the time that Terraform notes do not count,
and every other byte does. The form never grows a value, which is how a key that is written twice is noticed at full speed: what
is left out is missing from the length.
"""

from __future__ import annotations

import codecs
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Raw, Struct

from policypack.read.options import ReadError

_LARGE = 1 << 18
"""Larger values are taken apart, so that a plan is never in memory as a whole in any form but its own."""


class Needed(Protocol):
    """What of a need is part of its digest."""

    @property
    def kind(self) -> str:
        """Which question found it."""

    @property
    def address(self) -> str:
        """What it happens to."""

    @property
    def actions(self) -> tuple[str, ...]:
        """Terraform's words for what happens."""


class Digest(Struct, frozen=True, forbid_unknown_fields=True):
    """What is approved, in three forms, each `sha256:` and 64 hexadecimal digits.

    `changes` is of all that needs approval, `plan` of the plan's JSON, `file` of the binary plan, None where none is given.
    """

    changes: str
    plan: str
    file: str | None = None


def digest(plan: bytes, needs: Iterable[Needed], file_sha256: str | None = None) -> Digest:
    """The digests of a plan's JSON, of what in it needs approval, and of its binary file (64 hexadecimal digits).

    Raises ReadError where the JSON has no canonical form: a key twice, half of a surrogate pair, or no JSON at all.
    """
    return Digest(_of_changes(needs), _of_plan(plan), None if file_sha256 is None else f"sha256:{file_sha256}")


def file_sha256(path: Path) -> str:
    """64 hexadecimal digits of a file's content. Raises ReadError where it cannot be read."""
    sha = hashlib.sha256()
    try:
        if not path.is_file():  # a pipe would be waited for without end
            raise ReadError(f"{path.name}: is no file", "check --plan-file")
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                sha.update(block)
    except OSError as error:
        raise ReadError(
            f"{path.name}: cannot be read ({error.strerror or type(error).__name__})", "check --plan-file"
        ) from error
    return sha.hexdigest()


def _of_changes(needs: Iterable[Needed]) -> str:
    listed = {(each.address, each.kind, each.actions) for each in needs}
    rows = [{"actions": list(actions), "address": address, "kind": kind} for address, kind, actions in sorted(listed)]
    return _hashed(b"policypack changes 1\n", [_encoded(rows)])


def _of_plan(plan: bytes) -> str:
    try:
        return _hashed(b"policypack plan 1\n", _object(_trimmed(_as_utf8(plan)), without="timestamp"))
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        hint = "make it anew with terraform show -json"
        raise ReadError("the plan has no digest: it is no JSON object with every key once", hint) from error


def _hashed(purpose: bytes, pieces: Iterable[bytes | memoryview]) -> str:
    sha = hashlib.sha256(purpose)
    for piece in pieces:
        sha.update(piece)
    return f"sha256:{sha.hexdigest()}"


def _as_utf8(data: bytes) -> bytes:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # as the plan is read, so that one has the other's digest
        return data.decode("utf-16").encode()
    return data.removeprefix(codecs.BOM_UTF8)


def _trimmed(data: bytes) -> memoryview:
    """Without white space around it, and without a second copy of a plan that ends with a new line."""
    first, end = 0, len(data)
    while first < end and data[first : first + 1].isspace():
        first += 1
    while end > first and data[end - 1 : end].isspace():
        end -= 1
    return memoryview(data)[first:end]


def _pieces(raw: memoryview) -> Iterator[bytes | memoryview]:
    """The canonical form of a value, a piece at a time."""
    if len(raw) > _LARGE and raw[0] == ord("{"):
        yield from _object(raw)
    elif len(raw) > _LARGE and raw[0] == ord("["):
        for number, each in enumerate(_ELEMENTS.decode(raw)):
            yield b"," if number else b"["
            yield from _pieces(memoryview(each))
        yield b"]"
    else:
        yield _value(raw)


def _object(raw: bytes | memoryview, without: str | None = None) -> Iterator[bytes | memoryview]:
    members = _members(raw)
    members.pop(without or "", None) if without else None
    yield b"{"
    for number, key in enumerate(sorted(members)):
        yield (b"," if number else b"") + _encoded(key) + b":"
        yield from _pieces(memoryview(members[key]))
    yield b"}"


def _members(raw: bytes | memoryview) -> dict[str, Raw]:
    members = _MEMBERS.decode(raw)
    if _size(members) == len(raw):
        return members
    compact = msgspec.json.format(bytes(raw), indent=-1)
    members = _MEMBERS.decode(compact)
    if _size(members) == len(compact):
        return members
    return {key: Raw(_encoded(value)) for key, value in strictly(compact).items()}


def _size(members: Mapping[str, Raw]) -> int:
    """The length of an object that is written without white space and without needless escapes in its keys."""
    return max(2, 1 + sum(len(_encoded(key)) + 2 + len(memoryview(value)) for key, value in members.items()))


def _value(raw: memoryview) -> bytes:
    encoded = _encoded(_ANYTHING.decode(raw))
    return encoded if len(encoded) == len(raw) else _encoded(strictly(bytes(raw)))


def strictly(data: bytes) -> Any:  # noqa: ANN401 - any JSON
    """JSON as values, numbers with a fraction as they are written. Raises ValueError where a key is written twice."""
    return json.loads(data, object_pairs_hook=_once, parse_float=_literal, parse_constant=_refuse)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key is written twice")
    return made


def _literal(number: str) -> Raw:
    """A number with a fraction or an exponent as it is written: no reader may round it."""
    return Raw(number.encode())


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


_encoded = msgspec.json.Encoder(order="sorted").encode
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_ELEMENTS = msgspec.json.Decoder(list[Raw])
_ANYTHING = msgspec.json.Decoder(float_hook=_literal)
