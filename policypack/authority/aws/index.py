"""Patterns against many ARNs at once: sorted tables, so that a pattern looks at those that share its beginning or end.

A set of resources is an integer, one bit a resource. A pattern's answer is two sets: those that it certainly matches and
those that it may match. What a resource pattern says of one ARN is `match`'s business; this is only about not asking.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from policypack.authority.aws.match import glob, may, must
from policypack.authority.aws.text import ANON, FIRST_HOLE, HOLES, has_hole, symbol

Bits: TypeAlias = int
Both: TypeAlias = "tuple[Bits, Bits]"
"""What is certain, and what is possible; the first is a subset of the second."""
Row: TypeAlias = "tuple[str, Bits]"

_TOP = "\U0010ffff"
_LOOSE = re.compile(f"[*?{FIRST_HOLE}-{ANON}]")
_FIELDS = 5
"""The colons before the last field of an ARN."""


class Family(Struct):
    """Texts that differ only in which resources their holes stand for: patterns that name none of these see one text."""

    rows: list[Row] = field(default_factory=list)
    bits: Bits = 0


class Texts:
    """Texts without holes, by their beginning and by their end. `contiguous`: row n is bit n."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = sorted(rows)
        self.names = [text for text, _ in self.rows]
        self.contiguous = all(bits == 1 << number for number, (_, bits) in enumerate(self.rows))
        self.regular = all(text.count(":") >= 5 for text in self.names)
        self.by_end = sorted((text[::-1], number) for number, text in enumerate(self.names))
        self.ends = [text for text, _ in self.by_end]
        self.everything = join(bits for _, bits in self.rows)
        self.aligned: dict[int, list[tuple[str, int]]] = {}
        for number, text in enumerate(self.names):
            self.aligned.setdefault(text.count(":"), []).append((_last_field(text), number))
        for found in self.aligned.values():
            found.sort()

    def find(self, pattern: str) -> Both:
        """What a pattern without holes matches."""
        if not pattern.strip("*"):
            return (self.everything, self.everything) if pattern else (0, 0)
        first = min((place for place in (pattern.find("*"), pattern.find("?")) if place >= 0), default=-1)
        if first < 0:
            low, high = self._slice(pattern, pattern + "\0")
            found = self._join(low, high)
            return found, found
        start = pattern[:first]
        low, high = self._slice(start, start + _TOP)
        if first == len(pattern) - 1 and pattern[first] == "*":
            certain = whole(start) if self.regular else None
            if certain is not None:
                found = self._join(low, high)
                return (found if certain else 0), found
        return self._each(pattern, self._fewest(pattern, low, high))

    def _fewest(self, pattern: str, low: int, high: int) -> Iterable[int]:
        last = max(pattern.rfind("*"), pattern.rfind("?"))
        end = pattern[last + 1 :][::-1]
        if end and high - low > 16:
            start, stop = bisect_left(self.ends, end), bisect_left(self.ends, end + _TOP)
            if stop - start < high - low:
                return (number for _, number in self.by_end[start:stop])
        return self._by_last_field(pattern, low, high) if high - low > 16 else range(low, high)

    def _by_last_field(self, pattern: str, low: int, high: int) -> Iterable[int]:
        """Where a text has as many colons as the pattern no wildcard takes one in, so that the last fields face each other."""
        colons = pattern.count(":")
        start = _start(_last_field(pattern))
        if colons < _FIELDS or not start:
            return range(low, high)
        found: list[int] = []
        for count, rows in self.aligned.items():
            if count > colons:
                found += (number for _, number in rows if low <= number < high)
            elif count == colons:
                first, last = bisect_left(rows, (start, 0)), bisect_left(rows, (start + _TOP, 0))
                found += (number for _, number in rows[first:last] if low <= number < high)
        return found

    def _each(self, pattern: str, numbers: Iterable[int]) -> Both:
        certain = possible = 0
        for number in numbers:
            text, bits = self.rows[number]
            if glob(pattern, text):
                possible |= bits
                if must(pattern, text):
                    certain |= bits
        return certain, possible

    def _slice(self, low: str, high: str) -> tuple[int, int]:
        return bisect_left(self.names, low), bisect_left(self.names, high)

    def _join(self, low: int, high: int) -> Bits:
        if self.contiguous:
            return (1 << high) - (1 << low) if high > low else 0
        return join(bits for _, bits in self.rows[low:high])


def _last_field(text: str) -> str:
    """What stands behind the fifth colon."""
    return text.split(":", _FIELDS)[-1] if text.count(":") >= _FIELDS else ""


def whole(start: str) -> bool | None:
    """Whether `start*` certainly matches every ARN that begins so; None where that depends on the ARN."""
    fields = start.split(":", 5)
    if len(fields) < 4 or any(wild in fields[2] for wild in "*?"):
        return False
    if len(fields) < 6:
        return True
    resource = fields[5]
    if not resource or "/" in resource or ":" in resource or (fields[2] == "s3" and not fields[3] and not fields[4]):
        return True
    return None


def join(bits: Iterable[Bits]) -> Bits:
    """The union of many sets."""
    found = 0
    for each in bits:
        found |= each
    return found


class Forms:
    """One description of every resource that has it: texts without holes sorted, the others by family."""

    def __init__(self, rows: Sequence[Row], everything: Bits) -> None:
        self.without = everything & ~join(bits for _, bits in rows)
        self.plain = Texts(row for row in rows if not has_hole(row[0]))
        self.open: dict[str, list[Row]] = {}
        for row in rows:
            if _open_ended(row[0]):
                self.open.setdefault(row[0][:-1], []).append(row)
        self.open_starts = sorted(self.open)
        self.families: dict[str, dict[str, Family]] = {}
        self.by_base: dict[tuple[str, str], list[tuple[Family, Row]]] = {}
        for row in rows:
            if has_hole(row[0]) and not _open_ended(row[0]):
                self._add(row)

    def _add(self, row: Row) -> None:
        text, bits = row
        symbols = [symbol(each) for each in HOLES.findall(text)]
        kinds = [repr((each.inside, each.type, each.reference.attribute)) if each else "" for each in symbols]
        first = HOLES.search(text)
        start = text[: first.start()] if first else text
        family = self.families.setdefault(start, {}).setdefault("\0".join((HOLES.sub("\1", text), *kinds)), Family())
        family.rows.append(row)
        family.bits |= bits
        for each in symbols:
            if each is not None:
                self.by_base.setdefault((each.inside, each.base or str(each.reference)), []).append((family, row))

    def find(self, pattern: str) -> Both:
        """What a pattern matches, with what has no such description among the possible."""
        named = HOLES.findall(pattern) if not pattern.isascii() else []
        certain, possible = self.plain.find(HOLES.sub("*", pattern) if named else pattern)
        if named:
            certain = 0  # an unknown part of a pattern matches nothing for certain but itself
        own: dict[int, Bits] = {}
        for each in filter(None, map(symbol, named)):
            for family, (text, bits) in self.by_base.get((each.inside, each.base or str(each.reference)), ()):
                if not own.get(id(family), 0) & bits:
                    own[id(family)] = own.get(id(family), 0) | bits
                    one, other = self._one(pattern, text, bits)
                    certain, possible = certain | one, possible | other
        start = _start(pattern)
        for head, families in self.families.items():
            if start.startswith(head) or head.startswith(start):
                for family in families.values():
                    left = family.bits & ~own.get(id(family), 0)
                    if left:
                        text = next(text for text, bits in family.rows if bits & left)
                        one, other = self._one(pattern, text, left)
                        certain, possible = certain | one, possible | other
        for one, other in self._open_ended(pattern, start):
            certain, possible = certain | one, possible | other
        return certain, possible | self.without

    def _open_ended(self, pattern: str, start: str) -> Iterator[Both]:
        """What a pattern matches of the texts that are known but for their end: those that begin as it does, or it as they do."""
        if not self.open:
            return
        low, high = bisect_left(self.open_starts, start), bisect_left(self.open_starts, start + _TOP)
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


def _start(pattern: str) -> str:
    """What stands before the first wildcard or hole."""
    found = _LOOSE.search(pattern)
    return pattern[: found.start()] if found else pattern


def _head(text: str) -> str | None:
    """The part up to the service, where all of it is plain text: texts that differ in it do not match. None elsewhere."""
    fields = text.split(":", 3)
    head = ":".join(fields[:3])
    return head if len(fields) > 3 and _LOOSE.search(head) is None and "${" not in head else None


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
        self._heads = {_head(forms[0]) for forms in resources if forms}

    def find(self, pattern: str) -> Both:
        """What a resource pattern certainly and possibly matches: the best informed description of a resource wins."""
        found = self._known.get(pattern)
        if found is None and None not in self._heads and _head(pattern) not in {None, *self._heads}:
            return 0, 0  # of another service
        if found is None:
            certain, possible = 0, self.everything
            for slot in self._slots:
                one, other = slot.find(pattern)
                certain, possible = certain | one, possible & other
            found = self._known[pattern] = (certain, possible | certain)
        return found
