"""Statements of many inputs that differ only in whom they refer to.

The trust policies of three hundred root modules that each let in a role of their own are one statement to whoever is none of
these roles: whether it names him is not known, on all that they stand on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from operator import or_

from msgspec import Struct, field

from policypack.authority.aws.document import Statement
from policypack.authority.aws.lines import Line
from policypack.authority.aws.tables import Bits, either, join
from policypack.authority.aws.text import HOLES, symbol
from policypack.model import replace


class Shape(Struct, gc=False):
    """A statement as it stands on some targets: a line whose resources are these targets and no others."""

    line: Line
    on: Bits


class Alike(Struct):
    """Statements that differ only in whom they refer to, by the input that they are of."""

    shapes: dict[str, list[Shape]] = field(default_factory=dict)
    _outside: dict[frozenset[str], Shape] = field(default_factory=dict)

    @property
    def statement(self) -> Statement:
        """One of them."""
        return next(iter(self.shapes.values()))[0].line.statement

    def add(self, inside: str, shape: Shape) -> None:
        """One more of an input."""
        self.shapes.setdefault(inside, []).append(shape)

    def outside(self, own: Collection[str]) -> Iterator[Shape]:
        """Those of all inputs but some, as one."""
        mine = frozenset(inside for inside in own if inside in self.shapes)
        if len(mine) == len(self.shapes):
            return
        if mine not in self._outside:
            self._outside |= self._but_one() if len(mine) == 1 else {mine: self._joined(mine)}
        yield self._outside[mine]

    def _joined(self, without: Collection[str]) -> Shape:
        kept = [shape for inside, shapes in self.shapes.items() if inside not in without for shape in shapes]
        line = kept[0].line
        certain, possible = either(shape.line.resources for shape in kept)
        return Shape(replace(line, resources=(certain, possible)), join(shape.on for shape in kept))

    def _but_one(self) -> dict[frozenset[str], Shape]:
        """Every input with what all others have, worked out from both ends at once."""
        of_each = {inside: either(shape.line.resources for shape in shapes) for inside, shapes in self.shapes.items()}
        columns = (
            [certain for certain, _ in of_each.values()],
            [possible for _, possible in of_each.values()],
            [join(shape.on for shape in shapes) for shapes in self.shapes.values()],
        )
        first, second = (self.shapes[inside][0].line for inside in list(self.shapes)[:2])
        found: dict[frozenset[str], Shape] = {}
        for inside, certain, possible, on in zip(self.shapes, *map(_all_but_one, columns), strict=True):
            line = replace(first if found else second, resources=(certain, possible))
            found[frozenset([inside])] = Shape(line, on)
        return found


def _all_but_one(sets: Sequence[Bits]) -> list[Bits]:
    """For each of some sets the union of all others."""
    before = accumulate(sets[:-1], or_, initial=0)
    behind = list(accumulate(reversed(sets[1:]), or_, initial=0))
    return [one | other for one, other in zip(before, reversed(behind), strict=True)]


def named_in(statement: Statement) -> str | None:
    """The input whose resources a statement refers to as principals, None where it is none, or not one alone."""
    if statement.principals is None or statement.not_principals:
        return None
    insides = inputs_of(text for _, text in statement.principals)
    return insides.pop() if len(insides) == 1 else None


def inputs_of(texts: Iterable[str]) -> set[str]:
    """The inputs that the holes of texts are of."""
    found = (symbol(character) for text in texts for character in (() if text.isascii() else HOLES.findall(text)))
    return {each.inside for each in found if each is not None}


def unnamed(statement: Statement) -> object:
    """What statements have in common that differ only in whom they refer to."""
    principals = sorted({(kind, HOLES.sub("\1", text), *_kinds(text)) for kind, text in statement.principals or ()})
    doubt = "?" * bool(statement.doubt)
    return tuple(principals), replace(statement, principals=(), resources=None, not_resources=False, index=0, doubt=doubt)


def _kinds(text: str) -> Iterator[str]:
    for character in HOLES.findall(text):
        known = symbol(character)
        yield "" if known is None else f"{known.type} {known.reference.attribute}"
