"""Who can become whom: a graph of certain and possible steps, and the surest, then shortest, ways through it.

A way is as sure as its weakest step, and of several ways the surest counts (max-min). What limits a principal is judged
where it acts, with its own policies: a boundary does not follow whoever assumes another role.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from policypack.model import Evidence, Outcome

Node = int
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Step:
    """One way from a node to another. `explain` gives its evidence when it is asked for, which is seldom."""

    source: Node
    target: Node
    certain: bool
    rule: str
    explain: Callable[[], tuple[Evidence, ...]] = field(compare=False, repr=False)
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """The steps from a node to another, in order; none where it is the node itself."""

    target: Node
    certain: bool
    steps: tuple[Step, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """Yes where every step is certain."""
        return Outcome.YES if self.certain else Outcome.MAYBE

    @property
    def missing(self) -> str:
        """What would settle the first step that is not certain."""
        return next((step.missing for step in self.steps if step.missing), "")

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What shows each step."""
        return tuple(each for step in self.steps for each in step.explain())


@dataclass(frozen=True)
class Graph:
    """Nodes by number, and the steps between them."""

    size: int
    steps: Sequence[Step]

    @cached_property
    def _next(self) -> Mapping[Node, list[Step]]:
        found: dict[Node, list[Step]] = defaultdict(list)
        for step in self.steps:
            found[step.source].append(step)
        return found

    def routes(self, start: Node) -> Mapping[Node, Route]:
        """Every node that can be reached, with the surest of the shortest routes. The start reaches itself."""
        certain = self._search(start, only_certain=True)
        found = dict(certain)
        for node, route in self._search(start, only_certain=False).items():
            found.setdefault(node, route)
        return found

    def _search(self, start: Node, *, only_certain: bool) -> dict[Node, Route]:
        found = {start: Route(start, certain=True)}
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            here = found[node]
            for step in self._next.get(node, ()):
                if step.target not in found and (step.certain or not only_certain):
                    found[step.target] = Route(step.target, here.certain and step.certain, (*here.steps, step))
                    waiting.append(step.target)
        return found

    def spread(self, own: Sequence[_T], join: Callable[[_T, _T], _T], *, only_certain: bool) -> list[_T]:
        """For every node what it and all that it reaches have, joined. One pass over strongly connected parts."""
        heads = self._heads(only_certain=only_certain)
        parts = _components(self.size, heads)
        part_of = {node: number for number, part in enumerate(parts) for node in part}
        joined: list[_T] = []
        for number, part in enumerate(parts):  # what a part reaches comes before it
            value = own[part[0]]
            for node in part[1:]:
                value = join(value, own[node])
            for reached in sorted({part_of[head] for node in part for head in heads.get(node, ())} - {number}):
                value = join(value, joined[reached])
            joined.append(value)
        return [joined[part_of[node]] for node in range(self.size)]

    def _heads(self, *, only_certain: bool) -> Mapping[Node, list[Node]]:
        found: dict[Node, list[Node]] = {}
        for node, steps in self._next.items():
            kept = {step.target: None for step in steps if step.certain or not only_certain}
            if kept:
                found[node] = list(kept)
        return found


def _components(size: int, heads: Mapping[Node, Sequence[Node]]) -> list[list[Node]]:
    """Strongly connected parts, each after the parts that it reaches (Tarjan, without recursion)."""
    order: dict[Node, int] = {}
    low: dict[Node, int] = {}
    on_stack: set[Node] = set()
    stack: list[Node] = []
    parts: list[list[Node]] = []
    for root in range(size):
        if root in order:
            continue
        work: list[tuple[Node, Iterator[Node]]] = [(root, iter(heads.get(root, ())))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, rest = work[-1]
            following = next(rest, None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    cut = _cut(stack, node)
                    part = stack[cut:]
                    del stack[cut:]
                    on_stack.difference_update(part)
                    parts.append(part)
            elif following not in order:
                order[following] = low[following] = len(order)
                stack.append(following)
                on_stack.add(following)
                work.append((following, iter(heads.get(following, ()))))
            elif following in on_stack:
                low[node] = min(low[node], order[following])
    return parts


def _cut(stack: list[Node], node: Node) -> int:
    """Where a node lies on the stack, looked for from its end: parts are small as a rule."""
    place = len(stack) - 1
    while stack[place] != node:
        place -= 1
    return place
