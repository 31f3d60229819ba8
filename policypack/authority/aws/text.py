"""Text with holes: what a plan does not know yet, kept as one character each.

An ARN such as `${aws_s3_bucket.b.arn}/*` is stored as a string in which the reference is a single code point that Unicode
does not assign. Two mentions of one attribute are one character, so that ordinary string operations, sorting and prefixes
work on what is known and on what is not. A hole of which nothing is known is `ANON`; it is equal to nothing, itself
included. IAM accepts none of these characters, so scanned text that holds one is taken to be unknown.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from policypack.model import Reference, Unknown, Value

LONGEST: Final = 4096
"""No ARN, action or condition value is longer than that; longer text is unknown, so that matching stays bounded."""

_PLAIN, _DOUBTFUL = 0x40000, 0x90000
_ROOM = 0x50000
FIRST_HOLE: Final = chr(_PLAIN)
ANON: Final = "\U000e1000"
STAR: Final = "\U000e1001"
"""A `*` that is a character, not a wildcard."""
MARK: Final = "\U000e1002"
"""A `?` that is a character, not a wildcard."""
ALSO: Final = "\U000e1003"
"""Between two texts that say the same in different words: patterns of the same resources, names of the same principal."""

HOLES: Final = re.compile(f"[{FIRST_HOLE}-{ANON}]")
_STRANGE = re.compile(f"[{FIRST_HOLE}-\U0010ffff]")
_RESOURCE = re.compile(
    r"(?P<base>(?:^|.*\.)(?<!data\.)(?P<type>[a-z0-9]+_[a-z0-9_]+)\.[\w-]+)(?P<key>\[[^\[\]]*\])?", re.DOTALL
)


class Symbol(Struct, frozen=True):
    """What a hole stands for: an attribute of a resource in one input.

    `type` is the resource type where the reference is to a managed resource, "" otherwise. `base` is the address without
    its last instance key, `key` that key ("" where there is none).
    """

    inside: str
    reference: Reference
    type: str = ""
    base: str = ""
    key: str = ""

    @property
    def names_one(self) -> bool:
        """Whether no two resources of a configuration can share the value: every ARN, and the name of a bucket."""
        if not self.type:
            return False
        return self.reference.attribute == "arn" or (
            self.type == "aws_s3_bucket" and self.reference.attribute in {"id", "bucket"}
        )

    def differs(self, other: Symbol) -> bool:
        """Whether both are certainly different values: the same kind of unique name, of two different resources."""
        if self.inside != other.inside or not (self.names_one and other.names_one):
            return False
        if (self.reference.attribute == "arn") != (other.reference.attribute == "arn"):
            return False
        if self.base != other.base:
            return True
        return self.key != other.key and "" not in {self.key, other.key} and "?" not in self.key + other.key


_symbols: dict[str, Symbol] = {}
_characters: dict[tuple[str, Reference], str] = {}


def hole(reference: Reference, inside: str = "") -> str:
    """The character that stands for an attribute, in an input. ANON where nothing is known of it."""
    if not reference.address:
        return ANON
    known = _characters.get((inside, reference))
    if known is not None:
        return known
    if len(_characters) >= _ROOM:
        return ANON
    found = _RESOURCE.fullmatch(reference.address)
    plain = found is not None and bool(reference.attribute)
    character = chr((_PLAIN if plain else _DOUBTFUL) + len(_characters))
    _characters[inside, reference] = character
    parts = (found["type"], found["base"], found["key"] or "") if found is not None else ("", "", "")
    _symbols[character] = Symbol(inside, reference, *parts)
    return character


def symbol(character: str) -> Symbol | None:
    """What a hole stands for; None for ANON and for every other character."""
    return _symbols.get(character)


def is_plain(character: str) -> bool:
    """Whether the character is a hole whose value holds no wildcards: an attribute of a resource."""
    return FIRST_HOLE <= character < chr(_DOUBTFUL)


def encode(value: Value, inside: str = "") -> str:
    """A value as text with holes. Numbers and booleans are their JSON text; what is no text at all is unknown."""
    if isinstance(value, str):
        if len(value) > LONGEST or (not value.isascii() and _STRANGE.search(value)):
            return ANON
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value) if abs(value) < 1e18 else ANON
    if isinstance(value, Unknown) and value.parts:
        text = "".join(encode(part) if isinstance(part, str) else hole(part, inside) for part in value.parts)
        return text if len(text) <= LONGEST else ANON
    return ANON


def has_hole(text: str) -> bool:
    """Whether anything in the text is unknown."""
    return not text.isascii() and HOLES.search(text) is not None


def literal(text: str) -> str:
    """The text as a pattern that matches only itself, and as the subject of a match: wildcards become characters."""
    if "*" in text:
        text = text.replace("*", STAR)
    return text.replace("?", MARK) if "?" in text else text


def shown(text: str) -> str:
    """The text for a reader, holes as Terraform writes references."""
    if text.isascii():
        return text
    text = text.replace(STAR, "*").replace(MARK, "?").replace(ANON, "${unknown}")
    return HOLES.sub(lambda found: f"${{{_symbols[found[0]].reference}}}" if found[0] in _symbols else "${unknown}", text)
