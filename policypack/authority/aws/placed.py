"""Tables of ARNs of which the account or the region is not known: which of them a pattern has to be compared with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from policypack.authority.aws.families import families
from policypack.authority.aws.match import may, must
from policypack.authority.aws.tables import Both, Row, after, head_of, join, last_field, open_end, start_of
from policypack.authority.aws.text import ANON, HOLES


class Placed:
    """ARNs whose holes lie before the last field (`is_placed`), by service, by last field and by end."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)
        self.everything = join(bits for _, bits in self.rows)
        self.holes = {each for text, _ in self.rows for each in HOLES.findall(text)} - {ANON}
        self.families = families(self.rows)
        self.tails: dict[str, list[int]] = {}
        self.aligned: dict[str | None, dict[int, list[tuple[str, int]]]] = {}
        for number, text in enumerate(family.text for family in self.families):
            self.tails.setdefault(HOLES.split(text)[-1][::-1], []).append(number)
            counts = self.aligned.setdefault(head_of(text), {})
            counts.setdefault(text.count(":"), []).append((last_field(text), number))
        for counts in self.aligned.values():
            for found in counts.values():
                found.sort()
        self.ends = sorted(self.tails)
        self._known: dict[str, Both] = {}

    def find(self, pattern: str) -> Both:
        """What a pattern matches. Its holes that stand for nothing of these are wildcards of which nothing is certain."""
        if not self.rows:
            return 0, 0
        named = HOLES.findall(pattern) if not pattern.isascii() else []
        if named and self.holes.isdisjoint(named):
            return 0, self._remembered(HOLES.sub("*", pattern))[1]
        return self._remembered(pattern)

    def _remembered(self, pattern: str) -> Both:
        found = self._known.get(pattern)
        if found is None:
            found = (self.everything, self.everything) if pattern and not pattern.strip("*") else self._find(pattern)
            self._known[pattern] = found
        return found

    def _find(self, pattern: str) -> Both:
        certain = possible = 0
        for number in self._candidates(pattern):
            for text, bits in self.families[number].seen_by(pattern):
                if must(pattern, text):
                    certain, possible = certain | bits, possible | bits
                elif may(pattern, text):
                    possible |= bits
        return certain, possible

    def _candidates(self, pattern: str) -> Iterator[int]:
        end = open_end(pattern)[::-1]
        if end:
            low, high = bisect_left(self.ends, end), bisect_left(self.ends, after(end))
            shorter = (end[:size] for size in range(len(end)) if end[:size] in self.tails)
            for tail in (*self.ends[low:high], *shorter):
                yield from self.tails[tail]
            return
        head, colons, start = head_of(pattern), pattern.count(":"), start_of(last_field(pattern))
        for service, counts in self.aligned.items():
            if head is not None and service is not None and head != service:
                continue
            for count, rows in counts.items():
                if count == colons and start:
                    first, last = bisect_left(rows, (start, 0)), bisect_left(rows, (after(start), 0))
                    yield from (number for _, number in rows[first:last])
                elif count >= colons:
                    yield from (number for _, number in rows)
