"""Texts with holes that a pattern is not compared with one by one.

Texts that differ only in what their holes stand for are a family. To a pattern that has no hole of the same input, nor the very
hole, all of them are one text, be they of three hundred root modules; and to all of them, patterns that differ only in such holes
are one pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from msgspec import Struct, field

from policypack.authority.aws.match import may, must
from policypack.authority.aws.tables import Bits, Both, Row, either
from policypack.authority.aws.text import ANON, HOLES, symbol

Name = tuple[str, str]
"""What a hole is of: an input and the resource there; where it is no resource's, the hole itself and nothing."""


class Part(Struct):
    """Those of a family whose holes are of the same inputs; `named` are they by the resources that their holes are of."""

    rows: list[Row] = field(default_factory=list)
    named: dict[Name, list[Row]] = field(default_factory=dict)
    bits: Bits = 0

    def add(self, row: Row, names: Iterable[Name]) -> None:
        """One more text."""
        self.rows.append(row)
        self.bits |= row[1]
        for name in names:
            self.named.setdefault(name, []).append(row)

    def seen_by(self, names: Iterable[Name]) -> Iterator[Row]:
        """What a pattern with holes of these is compared with: the texts that it names, and one for all others."""
        left = self.bits
        for text, bits in (row for name in names for row in self.named.get(name, ())):
            if left & bits:
                left &= ~bits
                yield text, bits
        if left:
            yield next(text for text, bits in self.rows if bits & left), left


class Families:
    """The families of some texts, each text with the resources that it describes."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """The bits of a row are those of one resource."""
        self.all: list[Part] = []
        self._near: dict[str, list[Part]] = {}
        self._far: dict[str, Both] = {}
        whole: dict[tuple[str, ...], Part] = {}
        parts: dict[tuple[tuple[str, ...], tuple[str, ...]], Part] = {}
        for row in rows:
            key, names = (HOLES.sub("\1", row[0]), *_kinds(row[0])), list(_names(row[0]))
            if key not in whole:
                self.all.append(whole.setdefault(key, Part()))
            whole[key].add(row, ())
            marks = tuple(mark for mark, _ in names)
            if (key, marks) not in parts:
                part = parts[key, marks] = Part()
                for mark in set(marks):
                    self._near.setdefault(mark, []).append(part)
            parts[key, marks].add(row, set(names))

    def find(self, pattern: str, candidates: Callable[[str], Iterable[int]]) -> Both:
        """What a pattern matches. `candidates` says which of all families it has to be compared with."""
        names = set(_names(pattern)) if not pattern.isascii() else ()
        unnamed = HOLES.sub(ANON, pattern) if names else pattern
        if unnamed not in self._far:
            families = (self.all[number] for number in candidates(unnamed))
            self._far[unnamed] = either(_one(unnamed, each.rows[0][0], each.bits) for each in families)
        certain, possible = self._far[unnamed]
        near = self._near_to(names)
        for part in near:
            certain, possible = certain & ~part.bits, possible & ~part.bits
        own = (_one(pattern, *row) for part in near for row in part.seen_by(names))
        return either(((certain, possible), *own)) if near else (certain, possible)

    def _near_to(self, names: Iterable[Name]) -> Collection[Part]:
        return {id(part): part for mark, _ in names for part in self._near.get(mark, ())}.values()


def _one(pattern: str, text: str, bits: Bits) -> Both:
    if must(pattern, text):
        return bits, bits
    return 0, bits if may(pattern, text) else 0


def _names(text: str) -> Iterator[Name]:
    for character in HOLES.findall(text):
        known = symbol(character)
        if known is not None:
            yield (known.inside, known.base) if known.type else (character, "")


def _kinds(text: str) -> Iterator[str]:
    for character in HOLES.findall(text):
        known = symbol(character)
        yield "" if known is None else f"{known.type} {known.reference.attribute}" if known.type else " "
