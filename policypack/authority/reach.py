"""Who can become whom: a graph of certain and possible steps, and the surest, then shortest, ways through it.

A way is as sure as its weakest step, and of several ways the surest counts (max-min). Rows are sets of nodes as bits of an
integer, so that an administrator who can become everybody costs as much as somebody who can become nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from policypack.model import Verb

Both = tuple[int, int]
"""Sets as bits: what certainly belongs to them, and what at least possibly does."""
Key = tuple[int, Verb]
"""A block of targets, by number, and what is done to them."""
_ENDED = -1
"""Where the closures that are known keep the nodes that they are known of, as bits."""


def bits(number: int) -> Iterator[int]:
    """The places of the bits that are set, lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def bit_set(places: Iterable[int]) -> int:
    """The integer whose bits are set at these places."""
    made = 0
    for place in places:
        made |= 1 << place
    return made


class Route(Struct, frozen=True):
    """The nodes from a start to a target, both included, and whether every step is certain."""

    nodes: tuple[int, ...]
    certain: bool

    @property
    def hops(self) -> Iterable[tuple[int, int]]:
        """The steps in order."""
        return zip(self.nodes, self.nodes[1:], strict=False)


class Graph(Struct, frozen=True):
    """Rows of nodes that each node can become in one step: certainly, and at least possibly."""

    certain: list[int]
    possible: list[int]
    _closures: dict[bool, dict[int, int]] = field(default_factory=lambda: {True: {}, False: {}})
    _entrances: dict[bool, dict[int, int]] = field(default_factory=lambda: {True: {}, False: {}})

    def reached(self, start: int, *, certainly: bool) -> int:
        """All that a node can become, in any number of steps, itself included."""
        known = self._closures[certainly]
        if start not in known:
            known[start] = self._closure(start, self.certain if certainly else self.possible, known)
        return known[start]

    @staticmethod
    def _closure(start: int, rows: Sequence[int], known: dict[int, int]) -> int:
        found = left = 1 << start
        while left:
            # What has been followed to its end before is taken over whole, and first: no part of the graph is walked twice.
            ended = left & known.get(_ENDED, 0) or left
            node = (ended & -ended).bit_length() - 1
            reached = known[node] if node in known else rows[node]
            left = (left | (reached & ~found)) & ~(reached if node in known else 1 << node)
            found |= reached
        known[_ENDED] = known.get(_ENDED, 0) | 1 << start
        return found

    def route(self, start: int, goals: int) -> Route | None:
        """The shortest of the surest routes to any of the goals, None where there is none."""
        for certainly in (True, False):
            meets = self.reached(start, certainly=certainly) & goals
            if meets:
                return Route(self._shortest(start, meets, certainly=certainly), certainly)
        return None

    def _shortest(self, start: int, goals: int, *, certainly: bool) -> tuple[int, ...]:
        rows = self.certain if certainly else self.possible
        only = goals.bit_length() - 1 if not goals & (goals - 1) else -1
        levels = [1 << start]
        found = levels[0]
        while not levels[-1] & goals:
            # Where the next step is the last one, not all that could be reached by it need be looked at.
            fresh = goals if only >= 0 and levels[-1] & self._before(only, certainly=certainly) else 0
            for node in bits(0 if fresh else levels[-1]):
                fresh |= rows[node]
            fresh &= ~found
            assert fresh, "a goal that is reached is found"
            found |= fresh
            levels.append(fresh)
        path = [next(bits(levels[-1] & goals))]
        for level in reversed(levels[:-1]):
            path.append(next(bits(level & self._before(path[-1], certainly=certainly))))
        return tuple(reversed(path))

    def _before(self, goal: int, *, certainly: bool) -> int:
        """The nodes from which one step leads to a node, as bits."""
        known = self._entrances[certainly]
        if goal not in known:
            rows = self.certain if certainly else self.possible
            known[goal] = bit_set([node for node, row in enumerate(rows) if row >> goal & 1])
        return known[goal]
