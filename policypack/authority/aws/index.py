"""Patterns against many ARNs at once: sorted tables, so that a pattern looks at those that share its beginning or end.

A set of resources is an integer, one bit a resource. A pattern's answer is two sets: those that it certainly matches and
those that it may match. What a resource pattern says of one ARN is `match`'s business; this is only about not asking.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policypack.authority.aws.holed import Holed
from policypack.authority.aws.match import may, must
from policypack.authority.aws.tables import (
    Bits,
    Both,
    Row,
    Texts,
    begun,
    either,
    head_of,
    join,
    start_of,
)
from policypack.authority.aws.text import ALSO, ANON, HOLES, has_hole


class Forms:
    """One description of every resource that has it, each in the table for its kind."""

    def __init__(self, rows: Sequence[Row], everything: Bits) -> None:
        self.without = everything & ~join(bits for _, bits in rows)
        self.plain = Texts(row for row in rows if not has_hole(row[0]))
        self.holed = Holed(row for row in rows if has_hole(row[0]) and not _open_ended(row[0]))
        self.open: dict[str, list[Row]] = {}
        for row in rows:
            if _open_ended(row[0]):
                self.open.setdefault(row[0][:-1], []).append(row)
        self.open_starts = sorted(self.open)
        self._known: dict[str, Both] = {}

    @property
    def only(self) -> Texts | None:
        """The table of texts without holes, where nothing is described otherwise."""
        return None if self.holed.rows or self.open or self.without else self.plain

    def find(self, pattern: str) -> Both:
        """What a pattern matches, with what has no such description among the possible."""
        certain, possible = self._closed(pattern)
        if self.holed.rows:
            certain, possible = either(((certain, possible), self.holed.find(pattern)))
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

    def _open_ended(self, pattern: str) -> Iterator[Both]:
        """What a pattern matches of the texts that are known but for their end."""
        for text in begun(self.open, self.open_starts, start_of(pattern)):
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
