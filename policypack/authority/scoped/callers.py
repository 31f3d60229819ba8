"""Who becomes whom: the rules of the languages, applied to everybody who acts, and to what they make of themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, reduce
from operator import or_

from msgspec import Struct, field

from policypack.authority.reach import Graph, bit_set, bits
from policypack.authority.scoped.language import Language
from policypack.authority.scoped.oracle import Caller, Oracle
from policypack.authority.scoped.sites import NOWHERE, Both, Sites
from policypack.catalog import Catalog
from policypack.catalog.scoped import Rule
from policypack.model import Grant, Identity, Infrastructure, Level


class Gain(Struct, frozen=True):
    """How a caller changes its rights: the rule, who does it, the sites at which it can (certainly, at least possibly), and what
    lies beneath them."""

    rule: Rule
    by: int
    sites: Both
    beneath: Both


class Lead(Struct, frozen=True):
    """A step to somebody else, or (`gains`) to the caller with other rights."""

    rule: Rule
    gains: tuple[Gain, ...] = ()

    @property
    def assumes(self) -> bool:
        """Whether the step is what a grant is meant for."""
        return self.rule.assumes


class Callers(Struct, dict=True):
    """Everybody who acts, by number: the identities of the inputs first, then who they make of themselves."""

    infrastructure: Infrastructure
    oracle: Oracle
    catalog: Catalog
    origin: list[int] = field(default_factory=list)
    gains: dict[int, tuple[Gain, ...]] = field(default_factory=dict)
    _made: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    _allowed: dict[tuple[str, str], int] = field(default_factory=dict)
    _ends: dict[str, Mapping[str, int]] = field(default_factory=dict)
    _leads: dict[int, Sequence[tuple[Lead, Both]]] = field(default_factory=dict)
    _others: dict[int, tuple[tuple[Lead, Both], ...]] = field(default_factory=dict)
    _more: dict[int, tuple[tuple[Rule, Both, Both], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.origin.extend(range(len(self.oracle.actors)))
        self.everybody = len(self.origin)

    @property
    def sites(self) -> Sites:
        """Where things lie."""
        return self.oracle.sites

    @cached_property
    def home(self) -> tuple[int, ...]:
        """The site of each identity, -1 where it is none that anything is granted on."""
        return tuple(self.sites.number_at.get(each.resource.place, -1) for each in self._identities)

    @cached_property
    def _identities(self) -> tuple[Identity, ...]:
        return tuple(each.identity for each in self.oracle.actors[: self.everybody])

    @cached_property
    def held_by(self) -> Mapping[int, list[int]]:
        """The site of something that runs -> the identities that it runs as."""
        numbers = {each.resource.place: number for number, each in enumerate(self._identities)}
        found: dict[int, list[int]] = defaultdict(list)
        for place, roles in self.infrastructure.roles_held.items():
            if place in self.sites.number_at:
                found[self.sites.number_at[place]] += [numbers[each] for each in roles if each in numbers]
        return found

    @cached_property
    def languages(self) -> tuple[Language, ...]:
        """The languages that decide about any site, each once."""
        return tuple({each.facts.language: each for each in self.oracle.languages}.values())

    def graphs(self) -> tuple[Graph, Graph]:
        """Who becomes whom, by any step and by those alone that are no escalation. Who changes its rights is a caller of its own, and
        followed as well: rights only grow, so this ends."""
        rows: list[tuple[int, int]] = []
        assuming: list[tuple[int, int]] = []
        while len(rows) < len(self.origin):
            caller = len(rows)
            rows.append(self._row(caller, plain=False))
            assuming.append(self._row(caller, plain=True))
        return _graph(rows), _graph(assuming)

    def _row(self, caller: int, *, plain: bool) -> tuple[int, int]:
        certain = possible = 0
        for lead, (must, may) in self.leads(caller):
            if lead.assumes or not plain:
                certain, possible = certain | must, possible | may
        return certain & ~(1 << caller), possible & ~(1 << caller)

    def leads(self, caller: int) -> Sequence[tuple[Lead, Both]]:
        """The steps of a caller, and whom they lead to. All that it may change about its own rights is one step."""
        if caller not in self._leads:
            self._leads[caller] = [*self._to_others(caller), *self._to_more(caller)]
        return self._leads[caller]

    def _to_others(self, caller: int) -> Iterator[tuple[Lead, Both]]:
        itself = 1 << caller | 1 << self.origin[caller]
        sort = self.oracle.sort(caller)
        if sort not in self._others:
            self._others[sort] = tuple(self._becoming(caller))
        for lead, (certain, possible) in self._others[sort]:
            if possible & ~itself:
                yield lead, (certain & ~itself, possible & ~itself)

    def _becoming(self, caller: int) -> Iterator[tuple[Lead, Both]]:
        """Whom a caller becomes by each rule, be it itself: the same for all who may do the same."""
        for rule in (rule for each in self.languages for rule in each.facts.rules if rule.gains == "identity"):
            certain, possible = self._identity(caller, rule)
            if possible:
                yield Lead(rule), (0 if rule.depends else certain, possible)

    def _also(self, caller: int, rule: Rule) -> tuple[bool, bool]:
        """Whether the caller has one of the further sets of actions somewhere: certainly, possibly."""
        if not rule.also:
            return True, True
        certain = possible = False
        for wanted in rule.also:
            found = [self.oracle.bits(caller, action) for action in wanted]
            certain = certain or all(must for must, _ in found)
            possible = possible or all(may for _, may in found)
        return certain, possible

    def needed(self, caller: int, rule: Rule) -> Both:
        """The sites at which the caller may do all that a rule asks of one site."""
        certain = possible = -1 if rule.actions else 0
        for action in rule.actions:
            must, may = self.oracle.bits(caller, action)
            certain, possible = certain & must, possible & may
            if not possible:
                return NOWHERE
        if rule.own:
            certain, possible = self._own_actions(caller, rule.own)
        if not possible:
            return NOWHERE
        sure, maybe = self._also(caller, rule)
        return (certain if sure else 0), (possible if maybe else 0)

    def _own_actions(self, caller: int, end: str) -> Both:
        """The sites at which the caller may do the action of the thing's own type that ends so."""
        certain = possible = 0
        for action, where in self._ending(end).items():
            must, may = self.oracle.bits(caller, action)
            certain, possible = certain | (must & where), possible | (may & where)
        return certain, possible

    def _ending(self, end: str) -> Mapping[str, int]:
        if end in self._ends:
            return self._ends[end]
        found: dict[str, int] = {}
        for number, site in enumerate(self.sites.all):
            for action in self._weakening(site.spot.kind, end):
                found[action] = found.get(action, 0) | 1 << number
        self._ends[end] = found
        return found

    def unsure(self, caller: int, rule: Rule) -> int:
        """The sites at which it is only possible that the caller may do any one of what a rule asks, as bits."""
        found = [self.oracle.bits(caller, action) for action in rule.actions or self._ending(rule.own)]
        return reduce(or_, (may & ~must for must, may in found), 0)

    def own_actions(self, site: int, end: str) -> Sequence[str]:
        """The actions of a thing's own type that end so."""
        return self._weakening(self.sites.all[site].spot.kind, end)

    def _weakening(self, kind: str, end: str) -> Sequence[str]:
        entry = self.catalog.entry(kind) if kind else None
        return [each for each in entry.weaken_actions if each.endswith(end)] if entry is not None else []

    def _identity(self, caller: int, rule: Rule) -> Both:
        needed = self.needed(caller, rule)
        if not needed[1]:
            return NOWHERE
        if rule.at == "holder":
            return self._holders(needed, rule)
        certain = possible = 0
        for site in bits(needed[1] & self._homes):
            for number in self._at_home[site]:
                if self._fits(number, rule):
                    possible |= 1 << number
                    certain |= 1 << number if needed[0] >> site & 1 else 0
        return certain, possible

    @cached_property
    def _at_home(self) -> Mapping[int, list[int]]:
        """Site -> the identities that lie there."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, site in enumerate(self.home):
            if site >= 0:
                found[site].append(number)
        return found

    @cached_property
    def _homes(self) -> int:
        return bit_set(self._at_home)

    def _holders(self, needed: Both, rule: Rule) -> Both:
        certain = possible = 0
        for site, numbers in self.held_by.items():
            if needed[1] >> site & 1 and (not rule.kinds or self.sites.all[site].spot.kind in rule.kinds):
                for number in numbers if rule.forms == () else (each for each in numbers if self._fits(each, rule)):
                    possible |= 1 << number
                    # Which of several roles it runs as is not known.
                    certain |= 1 << number if needed[0] >> site & 1 and len(numbers) == 1 else 0
        return certain, possible

    def _fits(self, number: int, rule: Rule) -> bool:
        return not rule.forms or self._identities[number].form in rule.forms

    def _to_more(self, caller: int) -> Iterator[tuple[Lead, Both]]:
        """The caller with more rights, or with less that stands against it: who that is certainly, and possibly."""
        gains = tuple(self._gains(caller))
        one = self._changed(caller, gains, 0)
        other = self._changed(caller, gains, 1)
        if one | other:
            yield Lead(gains[0].rule, gains), (one, one | other)

    def _gains(self, caller: int) -> Iterator[Gain]:
        sort = self.oracle.sort(caller)
        if sort not in self._more:
            self._more[sort] = tuple(self._changing(caller))
        return (Gain(rule, caller, sites, beneath) for rule, sites, beneath in self._more[sort])

    def _changing(self, caller: int) -> Iterator[tuple[Rule, Both, Both]]:
        """By which rules a caller changes its rights, and where: the same for all who may do the same."""
        for language in self.languages:
            for rule in language.facts.rules:
                if rule.gains == "identity":
                    continue
                if rule.at == "role":
                    certain, possible = self._by_role(caller, rule)
                else:
                    certain, possible = self.needed(caller, rule)
                    allowed = self._places(rule, language)
                    certain, possible = certain & allowed, possible & allowed
                sites = (0 if rule.depends else certain, possible)
                if possible:
                    yield rule, sites, self.sites.beneath(sites)

    def _places(self, rule: Rule, language: Language) -> int:
        key = (language.facts.language, rule.name)
        if key not in self._allowed:
            self._allowed[key] = self._places_of(rule, language)
        return self._allowed[key]

    def _places_of(self, rule: Rule, language: Language) -> int:
        levels = {Level(each) for each in rule.levels}
        return self.sites.where(
            lambda site: (
                site.provider in language.facts.providers
                and (not levels or site.level in levels)
                and (not rule.kinds or site.spot.kind in rule.kinds)
                and (not rule.providers or site.provider in rule.providers)
            )
        )

    def _by_role(self, caller: int, rule: Rule) -> Both:
        """The places at which the caller holds roles that it may rewrite."""
        needed = self.needed(caller, rule)
        certain = possible = 0
        for each in self.oracle.grants(self.oracle.actors[caller]) if needed[1] else ():
            site = self._defined(each)
            if each.effect == "allow" and site >= 0 and needed[1] >> site & 1:
                must, may = self.oracle.where(each)
                possible |= may
                certain |= must if needed[0] >> site & 1 else 0
        return certain, possible

    def _defined(self, grant: Grant) -> int:
        return self.sites.number_at.get(grant.defined_in.place, -1) if grant.defined_in is not None else -1

    def _changed(self, caller: int, gains: Sequence[Gain], row: int) -> int:
        """The caller after all changes, as bits; nobody where nothing changes by them."""
        who = self.oracle.actors[caller]
        extra, undenied, unlimited = who.extra, who.undenied, who.unlimited
        for each in gains:
            if each.rule.gains == "rights":
                extra |= each.beneath[row]
            elif each.rule.gains == "undenied":
                undenied |= self._standing(who, "deny", each.beneath[row])
            else:
                unlimited |= self._standing(who, "limit", each.beneath[row])
        if (extra, undenied, unlimited) == (who.extra, who.undenied, who.unlimited):
            return 0
        key = (self.origin[caller], extra, undenied, unlimited)
        if key not in self._made:
            made = self._made[key] = len(self.origin)
            self.origin.append(self.origin[caller])
            self.oracle.actors.append(Caller(who.identity, extra, undenied, unlimited))
            self.gains[made] = (*self.gains.get(caller, ()), *gains)
        return 1 << self._made[key]

    def _standing(self, who: Caller, effect: str, sites: int) -> int:
        """Those of the sites at which something stands against the caller."""
        found = 0
        for each in self.oracle.grants(who):
            site = self.oracle.kept_at(each) if each.effect == effect else -1
            found |= sites & (1 << site) if site >= 0 else 0
        return found

    def leads_to(self, caller: int, goal: int, certainly: bool) -> Iterator[Lead]:
        """The steps from one caller to another, what is no escalation first."""
        found = [lead for lead, rows in self.leads(caller) if rows[0 if certainly else 1] >> goal & 1]
        yield from sorted(found, key=lambda lead: not lead.assumes)


def _graph(rows: Sequence[tuple[int, int]]) -> Graph:
    return Graph([certain for certain, _ in rows], [possible for _, possible in rows])
