"""The least that an answer takes: a plain evaluator of Allow, Deny and boundary, for the engine to be measured against.

It works out the same sets of actions and resources from the same policies: patterns of actions by regular expression, patterns of
resources in a sorted table by what stands before their first wildcard, both remembered by text, then one answer for all actions that
the same statements are about. It has one set where the engine has two (what is certain, what is possible), and knows nothing of
conditions, variables, policies on resources, organisations, what is not known yet, malformed documents, or which parts of an ARN a
wildcard may not stand for. What the engine takes beside it, in one process, is what all of that costs: a ratio that does not depend on
the machine.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

Document = dict[str, Any]


class Line(NamedTuple):
    """A statement: the sets of actions and resources that it is about."""

    denies: bool
    actions: int
    resources: int


class PlainEvaluator:
    """Answers for one list of actions ("service:Name") and one of ARNs."""

    def __init__(self, actions: Sequence[str], arns: Sequence[str]) -> None:
        self.actions = [name.lower() for name in actions]
        self.arns = sorted(arns)
        self._called: dict[str, int] = {}
        self._named: dict[str, int] = {}
        self._lines: dict[int, list[Line]] = {}
        self._powers: dict[object, list[tuple[int, int]]] = {}

    def powers(self, own: Sequence[Document], boundary: Document | None) -> list[tuple[int, int]]:
        """Sets of actions, each with the set of ARNs on which they are allowed. The documents must outlive the evaluator."""
        key = (tuple(sorted(map(id, own))), id(boundary))
        found = self._powers.get(key)
        if found is None:
            mine = [line for each in own for line in self._read(each)]
            found = self._powers[key] = list(_allowed(mine, None if boundary is None else self._read(boundary)))
        return found

    def _read(self, document: Document) -> list[Line]:
        found = self._lines.get(id(document))
        if found is None:
            found = self._lines[id(document)] = [self._line(each) for each in document["Statement"]]
        return found

    def _line(self, statement: Document) -> Line:
        actions = resources = 0
        for pattern in statement["Action"]:
            actions |= self._actions_of(pattern.lower())
        for pattern in statement["Resource"]:
            resources |= self._resources_of(pattern)
        return Line(statement["Effect"] == "Deny", actions, resources)

    def _actions_of(self, pattern: str) -> int:
        found = self._called.get(pattern)
        if found is None:
            matches = _expression(pattern).fullmatch
            found = self._called[pattern] = sum(1 << number for number, name in enumerate(self.actions) if matches(name))
        return found

    def _resources_of(self, pattern: str) -> int:
        found = self._named.get(pattern)
        if found is None:
            found = self._named[pattern] = self._search(pattern)
        return found

    def _search(self, pattern: str) -> int:
        start = re.split("[*?]", pattern, maxsplit=1)[0]
        low = bisect_left(self.arns, start)
        if start == pattern:
            return 1 << low if low < len(self.arns) and self.arns[low] == pattern else 0
        high = bisect_left(self.arns, start + "\U0010ffff", low)
        if pattern == f"{start}*":
            return (1 << high) - (1 << low)
        matches = _expression(pattern).fullmatch
        found = 0
        for number in range(low, high):
            if matches(self.arns[number]):
                found |= 1 << number
        return found


def _allowed(mine: list[Line], limits: list[Line] | None) -> Iterator[tuple[int, int]]:
    granting = 0
    for line in mine:
        if not line.denies:
            granting |= line.actions
    atoms = [granting] if granting else []
    for mask in {line.actions for line in (*mine, *(limits or ()))}:
        atoms = [half for atom in atoms for half in (atom & mask, atom & ~mask) if half]
    for atom in atoms:
        denied, allowed = _said(mine, atom)
        if limits is not None:
            more, within = _said(limits, atom)
            denied, allowed = denied | more, allowed & within
        if allowed & ~denied:
            yield atom, allowed & ~denied


def _said(lines: list[Line], atom: int) -> tuple[int, int]:
    denied = allowed = 0
    for line in lines:
        if line.actions & atom:
            if line.denies:
                denied |= line.resources
            else:
                allowed |= line.resources
    return denied, allowed


def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."))
