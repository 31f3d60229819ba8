"""The canonical form of JSON, in which digests are made. docs/gate-digest.md says what it is.

The form never grows a value, which is how a key that is written twice is noticed at full speed: what is left out is missing from
the length.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Raw

from policypack.read.options import ReadError

_LARGE = 1 << 18
"""Larger values are taken apart, so that a plan is never in memory as a whole in any form but its own."""


def members_of(plan: bytes) -> dict[str, Raw]:
    """The members of a plan's JSON, undecoded. Raises ReadError where it has no canonical form."""
    try:
        return _members(_trimmed(_as_utf8(plan)))
    except _ERRORS as error:
        raise _refused() from error


def canonical_object(members: Mapping[str, Raw]) -> Iterator[bytes | memoryview]:
    """The canonical form of an object, a piece at a time. Raises ReadError where it has none."""
    try:
        yield from _object(members)
    except _ERRORS as error:
        raise _refused() from error


def canonical(value: Any) -> bytes:  # noqa: ANN401 - any JSON
    """The canonical form of plain values, whose numbers with a fraction are `Raw`."""
    return _encoded(value)


def _refused() -> ReadError:
    hint = "make it anew with terraform show -json"
    return ReadError("the plan has no digest: it is no JSON object with every key once", hint)


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
        yield from _object(_members(raw))
    elif len(raw) > _LARGE and raw[0] == ord("["):
        for number, each in enumerate(_ELEMENTS.decode(raw)):
            yield b"," if number else b"["
            yield from _pieces(memoryview(each))
        yield b"]"
    else:
        yield _value(raw)


def _object(members: Mapping[str, Raw]) -> Iterator[bytes | memoryview]:
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
_ERRORS = (ValueError, RecursionError, msgspec.MsgspecError)
