"""Tables of texts with holes: which families of them a pattern has to be compared with."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from policypack.authority.aws.families import Families
from policypack.authority.aws.tables import Both, Row, after, begun, head_of, is_placed, join, last_field, open_end, start_of
from policypack.authority.aws.text import HOLES


class Holed:
    """Texts with holes by their end. Of patterns whose end is open: ARNs whose holes lie before the last field (`is_placed`) by
    service and by last field, others by their beginning."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)
        self.everything = join(bits for _, bits in self.rows)
        self.families = Families(self.rows)
        self.tails: dict[str, list[int]] = {}
        self.starts: dict[str, list[int]] = {}
        self.aligned: dict[str | None, dict[int, list[tuple[str, int]]]] = {}
        for number, text in enumerate(family.rows[0][0] for family in self.families.all):
            self.tails.setdefault(HOLES.split(text)[-1][::-1], []).append(number)
            if is_placed(text):
                counts = self.aligned.setdefault(head_of(text), {})
                counts.setdefault(text.count(":"), []).append((last_field(text), number))
            else:
                self.starts.setdefault(start_of(text), []).append(number)
        for counts in self.aligned.values():
            for found in counts.values():
                found.sort()
        self.ends, self.beginnings = sorted(self.tails), sorted(self.starts)

    def find(self, pattern: str) -> Both:
        """What a pattern matches."""
        if pattern and not pattern.strip("*"):
            return self.everything, self.everything
        return self.families.find(pattern, self._candidates)

    def _candidates(self, pattern: str) -> Iterator[int]:
        end = open_end(pattern)[::-1]
        if end:
            for tail in begun(self.tails, self.ends, end):
                yield from self.tails[tail]
            return
        for start in begun(self.starts, self.beginnings, start_of(pattern)):
            yield from self.starts[start]
        yield from self._aligned(pattern)

    def _aligned(self, pattern: str) -> Iterator[int]:
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
