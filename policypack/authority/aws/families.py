"""Texts with holes that a pattern is not compared with one by one.

Texts that differ only in what their holes stand for are a family. A pattern that has a hole of the same input, or the very hole,
is compared with those; all others are one text to it, be it three hundred root modules that each have a role of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from policypack.authority.aws.tables import Bits, Row
from policypack.authority.aws.text import HOLES, symbol


class Part(Struct):
    """Those of a family whose holes are of the same inputs; `named` are they by the resources that their holes are of."""

    rows: list[Row] = field(default_factory=list)
    named: dict[str, list[Row]] = field(default_factory=dict)
    bits: Bits = 0


class Family(Struct):
    """Texts that differ only in what their holes stand for, in parts: by the marks of the holes."""

    parts: dict[tuple[str, ...], Part] = field(default_factory=dict)
    near: dict[str, list[Part]] = field(default_factory=dict)
    bits: Bits = 0

    @property
    def text(self) -> str:
        """One of its texts."""
        return next(iter(self.parts.values())).rows[0][0]

    def add(self, row: Row) -> None:
        """One more text, with the resources that have it."""
        text, bits = row
        names = list(_names(text))
        marks = tuple(mark for mark, _ in names)
        part = self.parts.get(marks)
        if part is None:
            part = self.parts[marks] = Part()
            for mark in set(marks):
                self.near.setdefault(mark, []).append(part)
        part.rows.append(row)
        part.bits |= bits
        for base in {base for _, base in names if base}:
            part.named.setdefault(base, []).append(row)
        self.bits |= bits

    def seen_by(self, pattern: str) -> Iterator[Row]:
        """What a pattern is compared with: the texts that share a name with it, and one for all that are alike to it."""
        names = set(_names(pattern)) if not pattern.isascii() else ()
        near = {id(part): part for mark, _ in names for part in self.near.get(mark, ())}
        far = self.bits
        for part in near.values():
            far &= ~part.bits
            alike = part.bits
            for text, bits in (row for _, base in names for row in part.named.get(base, ())):
                if alike & bits:
                    alike &= ~bits
                    yield text, bits
            yield from _one(part.rows, alike)
        yield from _one((row for part in self.parts.values() for row in part.rows if id(part) not in near), far)


def _one(rows: Iterable[Row], alike: Bits) -> Iterator[Row]:
    if alike:
        yield next(text for text, bits in rows if bits & alike), alike


def _names(text: str) -> Iterator[tuple[str, str]]:
    """For each hole of which anything is known its mark and its resource: the input of a resource's, else the hole itself."""
    for character in HOLES.findall(text):
        known = symbol(character)
        if known is not None:
            yield (known.inside, known.base) if known.type else (character, "")


def families(rows: Iterable[Row]) -> list[Family]:
    """The texts, those together that differ only in what their holes stand for."""
    found: dict[tuple[str, ...], Family] = {}
    for row in rows:
        found.setdefault((HOLES.sub("\1", row[0]), *_kinds(row[0])), Family()).add(row)
    return list(found.values())


def _kinds(text: str) -> Iterator[str]:
    for character in HOLES.findall(text):
        known = symbol(character)
        yield "" if known is None else f"{known.type} {known.reference.attribute}" if known.type else " "
