"""Policy variables: `${aws:username}`, `${aws:PrincipalTag/team, 'none'}`, `${*}`.

Rules: IAM User Guide, "IAM policy elements: Variables and tags". They work in documents of version 2012-10-17 only, in the
last field of a resource and in the values of String and Arn operators; a key of several values cannot be one. A variable
without a value and without a default makes the pattern match nothing. Whether a wildcard in a value is a wildcard is not
documented: it is text on the `must` side and a wildcard on the `may` side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from msgspec import Struct

from policypack.authority.aws.kleene import F, T, Verdict
from policypack.authority.aws.text import ANON, MARK, STAR, encode, literal

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_INSIDE = re.compile(r"\s*([^\s,']+)\s*(?:,\s*'([^']*)'\s*)?")
_SPECIAL = {"*": STAR, "?": MARK, "$": "$"}

Value: TypeAlias = "str | None"
"""The one value of a key: None where it is absent; ANON where it is not known or not single."""


class Expanded(Struct, frozen=True, gc=False):
    """A pattern after its variables: as it certainly is, and as it may be."""

    must: str
    may: str


@lru_cache(maxsize=1 << 14)
def variables(text: str) -> tuple[str, ...]:
    """The keys that a text takes values from, in lower case."""
    found: list[str] = []
    for match in _VARIABLE.finditer(text) if "${" in text else ():
        inside = _INSIDE.fullmatch(match[1])
        if inside is not None and inside[1] not in _SPECIAL:
            found.append(inside[1].lower())
    return tuple(found)


def expand(text: str, modern: Verdict, value: Callable[[str], Value], *, resource: bool = False) -> Expanded | None:
    """The pattern with its variables replaced, None where one has no value: it then matches nothing.

    `modern` says whether the document's version has variables. `resource`: before the fifth colon a variable is not
    documented to work, and is unknown text.
    """
    if modern == F or "${" not in text:
        return Expanded(text, text)
    certain: list[str] = []
    possible: list[str] = []
    colons = 0
    for piece in _pieces(text):
        if isinstance(piece, str):
            if "${" in piece:  # no variable, and no text that IAM takes either
                certain.append(piece.partition("${")[0] + ANON)
                return Expanded("".join(certain), "".join([*possible, certain[-1]]))
            certain.append(piece)
            possible.append(piece)
            colons += piece.count(":")
            continue
        replaced = ANON if modern != T or (resource and colons < 5) else _value(piece[0], value)
        if replaced is None:
            return None
        special = replaced in {STAR, MARK}
        certain.append(replaced if special else literal(replaced))
        possible.append(replaced)
    return Expanded("".join(certain), "".join(possible))


def _pieces(text: str) -> Iterator[str | tuple[str]]:
    end = 0
    for match in _VARIABLE.finditer(text):
        yield text[end : match.start()]
        yield (match[1],)
        end = match.end()
    yield text[end:]


def _value(written: str, value: Callable[[str], Value]) -> Value:
    if written in _SPECIAL:
        return _SPECIAL[written]
    inside = _INSIDE.fullmatch(written)
    if inside is None:
        return ANON
    known = value(inside[1].lower())
    if known is None and inside[2] is not None:
        return encode(inside[2])
    return known
