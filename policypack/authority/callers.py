"""Who can become whom: the graph of a picture's callers, made of the rules, and the evidence of its steps.

Beside the callers that the inputs show there are those that a step makes: a principal with rights of somebody else's choosing,
one without its boundary, one in another group. They are made when a step leads to them, and are judged like all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from msgspec import Struct, field

from policypack.authority.apart import told_apart
from policypack.authority.aws_escalation import Escalations, Lead
from policypack.authority.described import Descriptions
from policypack.authority.oracle import Oracle
from policypack.authority.principals import Principals, joined, newcomer, unbounded, with_any_rights
from policypack.authority.reach import Graph, bits
from policypack.model import Identity

# Groups that one after another are joined: the sets of them are many, where there are many.
_MOST_GROUPS, _FEW_GROUPS = 3, 6
_MOST_LEADS = 512
_CHANGES: dict[str, Callable[[Identity], Identity]] = {"admin": with_any_rights, "unbounded": unbounded}


class Callers(Struct, dict=True):
    """The graph. Numbers below `len(principals.all)` are the inputs' own; `origin` maps the others to those."""

    principals: Principals
    oracle: Oracle = field(default_factory=Oracle)
    origin: list[int] = field(default_factory=list)
    gains: list[str] = field(default_factory=list)
    _made: dict[tuple[object, ...], int] = field(default_factory=dict)
    _leads: dict[int, Sequence[tuple[Lead, tuple[int, int]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.oracle.describe = Descriptions(self.principals.subjects).of
        for number, identity in enumerate(self.principals.all):
            self.oracle.add(identity)
            self.origin.append(number)
            self.gains.append("")
        self.rules = Escalations(self.oracle, self.principals, self.origin)

    def graphs(self) -> tuple[Graph, Graph]:
        """The rows of all callers, those included that are made on the way: by all steps, and by assuming roles alone."""
        graph, assuming = Graph([], []), Graph([], [])
        while len(graph.certain) < len(self.origin):
            caller = len(graph.certain)
            others = ~(1 << caller)
            leads = self.leads(caller)
            assumed = leads[0][1] if leads and leads[0][0].rule.name == "assume_role" else (0, 0)  # it is the first
            certain, possible = assumed
            for _, (must, may) in leads:
                certain, possible = certain | must, possible | may
            for each, row in ((graph, (certain, possible)), (assuming, assumed)):
                each.certain.append(row[0] & others)
                each.possible.append(row[1] & others)
        return graph, assuming

    def leads(self, caller: int) -> Sequence[tuple[Lead, tuple[int, int]]]:
        """The leads of a caller, and where each of them leads. Those asked for last are kept: paths go through few callers."""
        found = self._leads.get(caller)
        if found is None:
            if len(self._leads) >= _MOST_LEADS:
                self._leads.clear()
            found = self._leads[caller] = [(lead, self.rows(caller, lead)) for lead in self.rules.leads(caller)]
        return found

    def rows(self, caller: int, lead: Lead) -> tuple[int, int]:
        """Where a lead leads, as callers of the graph."""
        if lead.gains == "target":
            return lead.certain, lead.possible
        certain = possible = 0
        for alike in self._alike(lead):
            within = alike & lead.possible
            made = self._make(caller, _first(within), lead) if within else None
            if made is not None:
                possible |= 1 << made
                certain |= (lead.certain & alike != 0) << made
        return certain, possible

    def through(self, caller: int, goal: int, lead: Lead) -> int:
        """The base caller, or the place of the group, by which a lead leads to a caller that it makes: a certain one first."""
        if lead.gains == "target" or self._is_own(lead):
            return self.origin[goal]
        for found in (lead.certain, lead.possible):
            for alike in self._alike(lead):
                within = alike & found
                if within and self._make(caller, _first(within), lead) == goal:
                    return _first(within)
        return self.origin[goal]

    @staticmethod
    def _is_own(lead: Lead) -> bool:
        """Whether it is the caller itself, or somebody new, that gains."""
        return (lead.rule.kind == "self" and lead.gains != "group") or not lead.rule.target

    def _alike(self, lead: Lead) -> Iterator[int]:
        """The base callers that come to the same once the lead has changed them: each set makes one caller."""
        if lead.gains == "admin" and not self._is_own(lead):
            return iter(self._classes)
        return (1 << place for place in bits(lead.possible))

    @cached_property
    def _classes(self) -> tuple[int, ...]:
        """The base callers by what any rights would be for them."""
        found: dict[object, int] = {}
        for number in range(len(self.principals.all)):
            key = self._key(number, "admin")
            found[key] = found.get(key, 0) | 1 << number
        return tuple(found.values())

    @cached_property
    def _apart(self) -> int:
        return told_apart(self.principals, self.oracle)

    def _make(self, caller: int, place: int, lead: Lead) -> int | None:
        """The caller that a change to a base caller makes, None where it changes nothing."""
        own = self._is_own(lead)
        if lead.gains == "group":
            return self._join(caller, place)
        if lead.gains in self.gains[caller].split() and own and lead.rule.target:
            return None
        before = self.gains[caller] if own else ""
        if "group" in before and lead.gains == "unbounded":
            return None
        if not lead.rule.target:  # a new principal: nobody's boundary
            return self._add(caller, "admin new", newcomer)
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
        key = self._key(start, gained)
        if key not in self._made:
            self._made[key] = self.oracle.add(change(self.oracle.callers[start]))
            self.origin.append(base)
            self.gains.append(gained)
        return self._made[key]

    def _key(self, start: int, gained: str) -> tuple[object, ...]:
        """What a changed caller is known by. Any rights within one account, boundary and set of guardrails are the same
        rights, whoever of those has them whom no policy tells apart."""
        words, base, identity = gained.split(), self.origin[start], self.oracle.callers[start]
        if "admin" not in words or ("new" not in words and self._apart >> base & 1):
            return (base, gained)
        principal = self.oracle.known(start)[0]
        boundary = None if {"unbounded", "new"} & {*words} else identity.boundary
        levels = tuple(tuple(id(policy.document) for policy in level) for level in identity.guardrails)
        factor = repr(principal.context.get("aws:multifactorauthpresent"))
        limits = () if "new" in words else tuple(id(policy.document) for policy in identity.sessions)
        return (identity.domain, id(boundary and boundary.document), levels, principal.kind, factor, "new" in words, limits)

    def leads_to(self, caller: int, goal: int, certainly: bool) -> Iterator[Lead]:
        """The leads that take a step of the graph."""
        for lead, rows in self.leads(caller):
            if rows[0 if certainly else 1] >> goal & 1:
                yield lead


def _first(found: int) -> int:
    """The lowest place of a set."""
    return (found & -found).bit_length() - 1
