"""Sorted tables of ARNs: which of them a pattern has to be compared with.

Every table answers as `match` does for each of its texts; it only leaves out what cannot match: texts of another service,
texts that begin or end otherwise, texts whose last field begins otherwise where the last fields face each other.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import TypeAlias

from policypack.authority.aws.match import glob, must
from policypack.authority.aws.text import ANON, FIRST_HOLE, has_hole

Bits: TypeAlias = int
Both: TypeAlias = "tuple[Bits, Bits]"
"""What is certain, and what is possible; the first is a subset of the second."""
Row: TypeAlias = "tuple[str, Bits]"

_TOP = "\U0010ffff"
"""Behind every character of a text: `text.encode` lets it through as unknown only."""
_LOOSE = re.compile(f"[*?{FIRST_HOLE}-{ANON}]")
_DELIMITER = re.compile("[/:]")
_FIELDS = 5
"""The colons before the last field of an ARN."""


class Texts:
    """Texts without holes, by their beginning and by their end. `contiguous`: row n is bit n."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """The bits of a row are those of one resource."""
        self.rows = sorted(rows)
        self.names = [text for text, _ in self.rows]
        self.contiguous = all(bits.bit_length() == number + 1 for number, (_, bits) in enumerate(self.rows))
        self.regular = all(text.count(":") >= 5 for text in self.names)
        self.by_end = sorted((text[::-1], number) for number, text in enumerate(self.names))
        self.ends = [text for text, _ in self.by_end]
        self.everything = join(bits for _, bits in self.rows)
        self.exact: dict[str, Bits] = {}
        for text, bits in self.rows:
            self.exact[text] = self.exact.get(text, 0) | bits
        self.untyped = join(bits for text, bits in self.rows if not _DELIMITER.search(last_field(text)))
        self.aligned: dict[int, list[tuple[str, int]]] = {}
        for number, text in enumerate(self.names):
            self.aligned.setdefault(text.count(":"), []).append((last_field(text), number))
        for found in self.aligned.values():
            found.sort()

    def find(self, pattern: str) -> Both:
        """What a pattern without holes matches."""
        found = self.exact.get(pattern)
        if found is not None:
            return found, found
        start = pattern.partition("*")[0].partition("?")[0]
        if start == pattern:
            return 0, 0
        if not start and not pattern.strip("*"):
            return self.everything, self.everything
        first = len(start)
        low, high = self._slice(start, after(start))
        if self.regular and first == len(pattern) - 1 and pattern[first] == "*":
            found = self._join(low, high)
            if has_type(start):
                return found, found
            # What the wildcard leaves open is a part of the resource's type, which may hold none.
            return (found & self.untyped if start.count(":") >= _FIELDS else 0), found
        return self._each(pattern, self._fewest(pattern, low, high))

    def _fewest(self, pattern: str, low: int, high: int) -> Iterable[int]:
        last = max(pattern.rfind("*"), pattern.rfind("?"))
        end = pattern[last + 1 :][::-1]
        if end and high - low > 16:
            start, stop = bisect_left(self.ends, end), bisect_left(self.ends, after(end))
            if stop - start < high - low:
                return (number for _, number in self.by_end[start:stop])
        return self._bylast_field(pattern, low, high) if high - low > 16 else range(low, high)

    def _bylast_field(self, pattern: str, low: int, high: int) -> Iterable[int]:
        """Where a text has as many colons as the pattern no wildcard takes one in, so that the last fields face each other."""
        colons = pattern.count(":")
        start = start_of(last_field(pattern))
        if colons < _FIELDS or not start:
            return range(low, high)
        found: list[int] = []
        for count, rows in self.aligned.items():
            if count > colons:
                found += (number for _, number in rows if low <= number < high)
            elif count == colons:
                first, last = bisect_left(rows, (start, 0)), bisect_left(rows, (after(start), 0))
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
        return sure(certain, possible)

    def _slice(self, low: str, high: str) -> tuple[int, int]:
        return bisect_left(self.names, low), bisect_left(self.names, high)

    def _join(self, low: int, high: int) -> Bits:
        if self.contiguous:
            return (1 << high) - (1 << low) if high > low else 0
        return join(bits for _, bits in self.rows[low:high])


def last_field(text: str) -> str:
    """What stands behind the fifth colon."""
    return text.split(":", _FIELDS)[-1] if text.count(":") >= _FIELDS else ""


def after(start: str) -> str:
    """The first text behind all that begin so. It is of the same characters where it can be, which compare quickest."""
    last = start[-1:]
    return start[:-1] + chr(ord(last) + 1) if "" < last < _TOP else start + _TOP


def begun(known: Container[str], ordered: Sequence[str], start: str) -> Iterator[str]:
    """Of texts (and the same in order), those that begin with another, or with which it begins."""
    yield from (start[:end] for end in range(len(start)) if start[:end] in known)
    yield from ordered[bisect_left(ordered, start) : bisect_left(ordered, after(start))]


def has_type(start: str) -> bool:
    """Whether what `start*` leaves open of an ARN is no part of the type of its resource."""
    fields = start.split(":", _FIELDS)
    if len(fields) < 4 or any(wild in fields[2] for wild in "*?"):
        return False
    if len(fields) <= _FIELDS:
        return True
    return not fields[5] or "/" in fields[5] or ":" in fields[5] or (fields[2] == "s3" and not fields[3] and not fields[4])


def join(bits: Iterable[Bits]) -> Bits:
    """The union of many sets."""
    found = 0
    for each in bits:
        found |= each
    return found


def start_of(pattern: str) -> str:
    """What stands before the first wildcard or hole."""
    found = _LOOSE.search(pattern)
    return pattern[: found.start()] if found else pattern


def open_end(pattern: str) -> str:
    """What stands behind the last wildcard or hole."""
    return _LOOSE.split(pattern)[-1]


def head_of(text: str) -> str | None:
    """The part up to the service, where all of it is plain text: texts that differ in it do not match. None elsewhere."""
    fields = text.split(":", 3)
    head = ":".join(fields[:3])
    return head if len(fields) > 3 and _LOOSE.search(head) is None and "${" not in head else None


def sure(certain: Bits, possible: Bits) -> Both:
    """Both sets. Where they are equal they are one: whoever sees that works it out once."""
    return (possible, possible) if certain == possible else (certain, possible)


def either(found: Iterable[Both]) -> Both:
    """The union of what is certain, and of what is possible."""
    certain = possible = 0
    for one, other in found:
        if certain is possible and one is other:
            certain = possible = certain | one
        else:
            certain, possible = certain | one, possible | other
    return certain, possible


def both(first: Both, second: Both) -> Both:
    """The intersection of what is certain, and of what is possible."""
    (certain, possible), (one, other) = first, second
    if certain is possible and one is other:
        found = certain & one
        return found, found
    return certain & one, possible & other


def without(found: Both, taken: Both) -> Both:
    """What is left of the first where the second is taken away: for certain, where that possibly is."""
    (certain, possible), (one, other) = found, taken
    if certain is possible and one is other:
        left = certain & ~one
        return left, left
    return certain & ~other, possible & ~one


def is_placed(text: str) -> bool:
    """Whether it is an ARN whose holes lie before its last field: an account or a region that is not known."""
    return text.startswith("arn:") and text.count(":") >= _FIELDS and has_hole(text) and not has_hole(last_field(text))
