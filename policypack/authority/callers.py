"""Who can become whom: the graph of a picture's callers, made of the rules, and the evidence of its steps.

Beside the callers that the inputs show there are those that a step makes: a principal with rights of somebody else's choosing,
one without its boundary, one in another group. They are made when a step leads to them, and are judged like all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct, field

from policypack.authority.aws_escalation import Escalations, Lead
from policypack.authority.oracle import Oracle
from policypack.authority.principals import Principals, joined, unbounded, with_any_rights
from policypack.authority.reach import Graph, bits
from policypack.model import Identity

# Groups that one after another are joined: the sets of them are many, where there are many.
_MOST_GROUPS, _FEW_GROUPS = 3, 6
_CHANGES: dict[str, Callable[[Identity], Identity]] = {"admin": with_any_rights, "unbounded": unbounded}


class Callers(Struct, dict=True):
    """The graph. Numbers below `len(principals.all)` are the inputs' own; `origin` maps the others to those."""

    principals: Principals
    oracle: Oracle = field(default_factory=Oracle)
    origin: list[int] = field(default_factory=list)
    gains: list[str] = field(default_factory=list)
    _made: dict[tuple[object, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for number, identity in enumerate(self.principals.all):
            self.oracle.add(identity)
            self.origin.append(number)
            self.gains.append("")
        self.rules = Escalations(self.oracle, self.principals, self.origin)

    def graph(self) -> Graph:
        """The rows of all callers, those included that are made on the way."""
        certain: list[int] = []
        possible: list[int] = []
        while len(certain) < len(self.origin):
            caller = len(certain)
            one = other = 0
            for lead in self.rules.leads(caller):
                must, may = self.rows(caller, lead)
                one, other = one | must, other | may
            certain.append(one & ~(1 << caller))
            possible.append(other & ~(1 << caller))
        return Graph(certain, possible)

    def rows(self, caller: int, lead: Lead) -> tuple[int, int]:
        """Where a lead leads, as callers of the graph."""
        if lead.gains == "target":
            return lead.certain, lead.possible
        certain = possible = 0
        for place in bits(lead.possible):
            made = self._make(caller, place, lead)
            if made is not None:
                possible |= 1 << made
                certain |= (lead.certain >> place & 1) << made
        return certain, possible

    def _make(self, caller: int, place: int, lead: Lead) -> int | None:
        """The caller that a change to a base caller makes, None where it changes nothing."""
        own = lead.rule.kind == "self" or not lead.rule.target
        if lead.gains == "group":
            return self._join(caller, place)
        if lead.gains in self.gains[caller].split() and own and lead.rule.target:
            return None
        before = self.gains[caller] if own else ""
        if "group" in before and lead.gains == "unbounded":
            return None
        if not lead.rule.target:  # a new principal: nobody's boundary
            return self._add(caller, "admin new", lambda identity: unbounded(with_any_rights(identity)))
        gained = " ".join(sorted({*(word for word in before.split() if word in _CHANGES), lead.gains}))
        start = caller if own else place
        return self._add(start, gained, _CHANGES[lead.gains])

    def _join(self, caller: int, place: int) -> int | None:
        """The caller in one more group, None where it is in it, or in as many as are followed."""
        words = self.gains[caller].split()
        inside = sorted({int(word[1:]) for word in words if word[0] == "+"} | {place})
        most = _MOST_GROUPS if len(self.principals.groups) <= _FEW_GROUPS else 1
        if f"+{place}" in words or len(inside) > most:
            return None
        kept = [word for word in words if word in _CHANGES]
        group = self.principals.groups[place]
        return self._add(caller, " ".join([*kept, "group", *(f"+{each}" for each in inside)]), lambda each: joined(each, group))

    def _add(self, start: int, gained: str, change: Callable[[Identity], Identity]) -> int:
        base = self.origin[start]
        key: tuple[object, ...] = (base, gained)
        if "admin" in gained.split():
            # Any rights within one account, boundary and set of guardrails are the same rights, whoever has them.
            identity = self.oracle.callers[start]
            boundary = None if {"unbounded", "new"} & set(gained.split()) else identity.boundary
            key = (identity.domain, id(boundary and boundary.document), tuple(map(id, identity.guardrails)))
        if key not in self._made:
            self._made[key] = self.oracle.add(change(self.oracle.callers[start]))
            self.origin.append(base)
            self.gains.append(gained)
        return self._made[key]

    def leads_to(self, caller: int, goal: int, *, certainly: bool) -> Iterator[Lead]:
        """The leads that take a step of the graph."""
        for lead in self.rules.leads(caller):
            row = self.rows(caller, lead)[0 if certainly else 1]
            if row >> goal & 1:
                yield lead
