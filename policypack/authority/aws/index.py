"""Patterns against many ARNs at once: sorted tables, so that a pattern looks at those that share its beginning or end.

A set of resources is an integer, one bit a resource. A pattern's answer is two sets: those that it certainly matches and
those that it may match. What a resource pattern says of one ARN is `match`'s business; this is only about not asking.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import Struct, field

from policypack.authority.aws.match import may, must
from policypack.authority.aws.tables import (
    Bits,
    Both,
    Placed,
    Row,
    Texts,
    after,
    either,
    head_of,
    is_placed,
    join,
    start_of,
)
from policypack.authority.aws.text import ALSO, ANON, HOLES, has_hole, symbol


class Family(Struct):
    """Texts that differ only in which resources their holes stand for: patterns that name none of these see one text."""

    rows: list[Row] = field(default_factory=list)
    bits: Bits = 0


class Forms:
    """One description of every resource that has it, each in the table for its kind."""

    def __init__(self, rows: Sequence[Row], everything: Bits) -> None:
        self.without = everything & ~join(bits for _, bits in rows)
        self.plain = Texts(row for row in rows if not has_hole(row[0]))
        self.placed = Placed(row for row in rows if is_placed(row[0]))
        self.open: dict[str, list[Row]] = {}
        self.families: dict[str, dict[str, Family]] = {}
        self.by_base: dict[tuple[str, str], list[tuple[Family, Row]]] = {}
        for row in rows:
            if _open_ended(row[0]):
                self.open.setdefault(row[0][:-1], []).append(row)
            elif has_hole(row[0]) and not is_placed(row[0]):
                self._add(row)
        self.open_starts = sorted(self.open)
        self._known: dict[str, Both] = {}

    @property
    def only(self) -> Texts | None:
        """The table of texts without holes, where nothing is described otherwise."""
        return None if self.placed.rows or self.open or self.families or self.without else self.plain

    def _add(self, row: Row) -> None:
        text, bits = row
        kinds: list[str] = []
        bases: list[tuple[str, str]] = []
        for character in HOLES.findall(text):
            known = symbol(character)
            if known is None or not known.type:
                kinds.append(character)  # not a resource's: all of a family have the same
            else:
                kinds.append(repr((known.inside, known.type, known.reference.attribute)))
                bases.append((known.inside, known.base))
        start = start_of(text)
        family = self.families.setdefault(start, {}).setdefault("\0".join((HOLES.sub("\1", text), *kinds)), Family())
        family.rows.append(row)
        family.bits |= bits
        for base in bases:
            self.by_base.setdefault(base, []).append((family, row))

    def find(self, pattern: str) -> Both:
        """What a pattern matches, with what has no such description among the possible."""
        certain, possible = self._closed(pattern)
        if self.placed.rows or self.families:
            certain, possible = either(((certain, possible), self.placed.find(pattern), *self._by_family(pattern)))
        return (certain, possible | self.without) if self.without else (certain, possible)

    def _closed(self, pattern: str) -> Both:
        """What it matches of the texts that hold no resource's hole: to them all holes of a pattern are one wildcard."""
        named = not pattern.isascii() and HOLES.search(pattern) is not None
        wanted = HOLES.sub("*", pattern) if named else pattern
        found = self._known.get(wanted)
        if found is None:
            found = self.plain.find(wanted)
            if self.open:
                found = either((found, *self._open_ended(wanted)))
            self._known[wanted] = found
        return (0, found[1]) if named else found

    def _by_family(self, pattern: str) -> Iterator[Both]:
        own: dict[int, Bits] = {}
        for each in map(symbol, HOLES.findall(pattern) if not pattern.isascii() else ()):
            for family, (text, bits) in self.by_base.get((each.inside, each.base), ()) if each is not None else ():
                if not own.get(id(family), 0) & bits:
                    own[id(family)] = own.get(id(family), 0) | bits
                    yield self._one(pattern, text, bits)
        start = start_of(pattern)
        for head, families in self.families.items():
            if start.startswith(head) or head.startswith(start):
                for family in families.values():
                    left = family.bits & ~own.get(id(family), 0)
                    if left:
                        yield self._one(pattern, next(text for text, bits in family.rows if bits & left), left)

    def _open_ended(self, pattern: str) -> Iterator[Both]:
        """What a pattern matches of the texts that are known but for their end: those that begin as it does, or it as they do."""
        start = start_of(pattern)
        low, high = bisect_left(self.open_starts, start), bisect_left(self.open_starts, after(start))
        shorter = (start[:end] for end in range(len(start)) if start[:end] in self.open)
        for text in (*self.open_starts[low:high], *shorter):
            for row in self.open[text]:
                yield self._one(pattern, *row)

    @staticmethod
    def _one(pattern: str, text: str, bits: Bits) -> Both:
        if must(pattern, text):
            return bits, bits
        return 0, bits if may(pattern, text) else 0


def _open_ended(text: str) -> bool:
    """Whether all that is not known of a text is its end."""
    return text.endswith(ANON) and not has_hole(text[:-1])


class Arns:
    """All resources, each described in one or several ways. Answers are remembered by pattern."""

    def __init__(self, resources: Sequence[Sequence[str]]) -> None:
        """`resources` are the forms of each resource (`text.literal`); bit n is the n-th."""
        self.everything: Bits = (1 << len(resources)) - 1
        depth = max(map(len, resources), default=0)
        self._slots = [
            Forms([(forms[slot], 1 << n) for n, forms in enumerate(resources) if slot < len(forms)], self.everything)
            for slot in range(depth)
        ]
        self._known: dict[str, Both] = {}
        self._plain = self._slots[0].only if len(self._slots) == 1 else None
        self._heads = {head_of(forms[0]) for forms in resources if forms}

    def find(self, pattern: str) -> Both:
        """What a resource pattern certainly and possibly matches: the best informed description of a resource wins."""
        found = self._known.get(pattern)
        if found is None:
            found = self._known[pattern] = self._find(pattern)
        return found

    def _find(self, pattern: str) -> Both:
        if self._plain is not None and pattern.isascii():
            return self._plain.find(pattern)
        if ALSO in pattern:
            return self._all(pattern.split(ALSO))
        if None not in self._heads:
            head = head_of(pattern)
            if head is not None and head not in self._heads:
                return 0, 0  # of another service
        if len(self._slots) == 1:
            return self._slots[0].find(pattern)
        certain, possible = 0, self.everything
        for slot in self._slots:
            one, other = slot.find(pattern)
            certain, possible = certain | one, possible & other
        return certain, possible | certain

    def _all(self, patterns: Sequence[str]) -> Both:
        """What patterns match that say the same: what one excludes is not meant, what one certainly matches is."""
        certain, possible = 0, self.everything
        for each in patterns:
            one, other = self.find(each)
            certain, possible = certain | one, possible & other
        return certain, possible | certain
