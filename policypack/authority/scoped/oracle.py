"""What a caller may do where: its grants, less what denies, within what limits, three-valued and for all sites at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from policypack.authority.scoped.language import Language
from policypack.authority.scoped.sites import NOWHERE, Both, Sites
from policypack.model import Grant, Identity, Outcome, Policy, Resource

_NOTHING_KNOWN = " says is not known: "


class Caller(Struct, frozen=True):
    """Somebody who acts: an identity, or one that changed its rights. Sets of sites, as bits: those at which it may do anything
    that nothing denies it (`extra`), and those whose denies (`undenied`) or limits (`unlimited`) it took away."""

    identity: Identity
    extra: int = 0
    undenied: int = 0
    unlimited: int = 0


class Because(Struct, frozen=True):
    """A grant that took part in a decision, and whether it certainly applies."""

    grant: Grant
    certain: bool
    layer: str = "identity"

    @property
    def effect(self) -> str:
        """`Allow`, `Deny` or `Limit`."""
        return self.grant.effect.capitalize()

    @property
    def policy(self) -> Policy:
        """The grant as a policy, for who shows where it stands."""
        shown = self.grant.evidence
        if shown.location is None:
            return Policy(self.grant.role, None)
        kind = shown.resource.partition(".")[0]
        return Policy(self.grant.role, None, Resource(shown.resource, kind, self.grant.scope.provider, {}, shown.location))

    @property
    def said(self) -> str:
        """The grant as it is pointed at."""
        return f"{self.grant.role} at {self.grant.scope}"


class Decision(Struct, frozen=True):
    """YES, MAYBE or NO; the grants that made it; what is missing for a definite answer; what does not allow."""

    outcome: Outcome
    because: tuple[Because, ...] = ()
    missing: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()


class Oracle(Struct, dict=True):
    """Answers for callers by number. `actors` may grow: who changes its own rights is somebody new."""

    sites: Sites
    languages: Sequence[Language]
    actors: list[Caller] = field(default_factory=list)
    _bits: dict[tuple[int, str], Both] = field(default_factory=dict)
    _where: dict[tuple[object, ...], Both] = field(default_factory=dict)
    _spoken: dict[tuple[int, tuple[str, ...], str], bool] = field(default_factory=dict)
    _alike: dict[tuple[object, ...], int] = field(default_factory=dict)
    _sorts: dict[int, int] = field(default_factory=dict)
    _spreads: dict[str, Callable[[str], Both]] = field(default_factory=dict)
    _roles: dict[tuple[object, ...], int] = field(default_factory=dict)
    _lists: dict[tuple[str, ...], int] = field(default_factory=dict)
    _texts: dict[int, int] = field(default_factory=dict)
    _held: dict[int, tuple[int, ...]] = field(default_factory=dict)
    _speaking: dict[tuple[tuple[int, ...], str], tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.speaks: Mapping[str, Language] = {name: each for each in self.languages for name in each.facts.providers}

    @property
    def callers(self) -> list[Identity]:
        """The identities of the callers."""
        return [each.identity for each in self.actors]

    def bits(self, caller: int, action: str) -> Both:
        """The sites at which a caller may do something, certainly and at least possibly."""
        key = (self.sort(caller), action)
        if key not in self._bits:
            self._bits[key] = self._decide(caller, action)
        return self._bits[key]

    def sort(self, caller: int) -> int:
        """A number that callers have in common who may do the same: what they hold differs in nothing but where it is written."""
        if caller not in self._sorts:
            who = self.actors[caller]
            held = tuple((role, self._place(each)) for role, each in zip(self.roles(caller), self.grants(who), strict=True))
            key = (who.extra, who.undenied, who.unlimited, held)
            self._sorts[caller] = self._alike.setdefault(key, len(self._alike))
        return self._sorts[caller]

    def _place(self, grant: Grant) -> tuple[object, ...]:
        known = grant.condition if isinstance(grant.condition, bool) else None
        defined = grant.defined_in.place if grant.defined_in is not None else None
        return (grant.scope, known, grant.expression, defined, grant.kept_at)

    def roles(self, caller: int) -> tuple[int, ...]:
        """For each grant of a caller a number that grants have in common which speak of the same actions, to the same effect."""
        if caller not in self._held:
            self._held[caller] = tuple(map(self._role, self.grants(self.actors[caller])))
        return self._held[caller]

    def _role(self, grant: Grant) -> int:
        said = self._texts.get(id(grant.actions))
        if said is None:  # most roles are one list for all who hold them, and the list is long
            said = self._texts[id(grant.actions)] = self._lists.setdefault(grant.actions, len(self._lists))
        key = (grant.effect, said, grant.excluded, grant.lost is None, grant.partial, grant.scope.provider)
        return self._roles.setdefault(key, len(self._roles))

    def speaking(self, caller: int, action: str) -> tuple[int, ...]:
        """The grants of a caller that are about an action, by place."""
        roles = self.roles(caller)
        known = self._speaking.get((roles, action))
        if known is None:
            grants = self.grants(self.actors[caller])
            known = tuple(place for place, each in enumerate(grants) if self.speaks_of(each, action))
            self._speaking[roles, action] = known
        return known

    def grants(self, caller: Caller) -> tuple[Grant, ...]:
        """What a caller is allowed, and what it has not taken away of what it is denied and limited to."""
        gone = {"deny": caller.undenied, "limit": caller.unlimited}
        if not (caller.undenied or caller.unlimited):
            return caller.identity.grants
        return tuple(each for each in caller.identity.grants if not gone.get(each.effect, 0) >> self.kept_at(each) & 1)

    def kept_at(self, grant: Grant) -> int:
        """The site whose administrators may take a statement away."""
        return self.sites.number_of(grant.kept_at or grant.scope)

    def _decide(self, caller: int, action: str) -> Both:
        who = self.actors[caller]
        places = self.speaking(caller, action)
        if not (places or who.extra):
            return NOWHERE
        standing = self.grants(who)
        grants = [standing[place] for place in places]
        certain, possible = self._union((each for each in grants if each.effect == "allow"), action)
        certain, possible = certain | who.extra, possible | who.extra
        if not possible:
            return NOWHERE
        must, may = self._union((each for each in grants if each.effect == "deny"), action)
        certain, possible = certain & ~may, possible & ~must
        if any(each.effect == "limit" for each in standing):
            must, may = self._union((each for each in grants if each.effect == "limit"), action)
            certain, possible = certain & must, possible & may
        return certain, possible

    def _union(self, grants: Iterator[Grant], action: str) -> Both:
        certain = possible = 0
        for each in grants:
            must, may = self.where(each)
            sure = each.lost is None and not self._is_open(each, action)
            certain, possible = certain | (must if sure else 0), possible | may
        return certain, possible

    def _is_open(self, grant: Grant, action: str) -> bool:
        """Whether nobody wrote down if an action is in the role."""
        return grant.partial and not self.speaks[grant.scope.provider].judges(action)

    def speaks_of(self, grant: Grant, action: str) -> bool:
        """Whether a grant is about an action, or may be."""
        language = self.speaks.get(grant.scope.provider)
        if language is None:
            return False
        if grant.lost is not None or self._is_open(grant, action):
            return True
        # By the role's list itself: who holds one role holds the same list, and the list is long.
        key = (id(grant.actions), grant.excluded, action)
        found = self._spoken.get(key)
        if found is None:
            matches = language.matches
            found = any(matches(pattern, action) for pattern in grant.actions)
            found = found and not any(matches(pattern, action) for pattern in grant.excluded)
            self._spoken[key] = found
        return found

    def where(self, grant: Grant) -> Both:
        """The sites at which a grant holds, its condition included."""
        known = grant.condition if isinstance(grant.condition, bool) else None
        key = (grant.scope, known, grant.expression)
        if key not in self._where:
            self._where[key] = self._holding(grant)
        return self._where[key]

    def _holding(self, grant: Grant) -> Both:
        if grant.condition is False:
            return NOWHERE
        certain, possible = self.sites.covered(grant.scope)
        if grant.expression:
            must, may = self._spread(self.speaks[grant.scope.provider], grant.expression, possible)
            certain, possible = certain & must, possible & may
        return (certain if grant.condition is True else 0), possible

    def _spread(self, language: Language, expression: str, within: int) -> Both:
        """Where an expression holds, of some sites at least."""
        if language.spread is None:
            return self.sites.holds(lambda site: language.holds(expression, site), (within, within))
        if language.facts.language not in self._spreads:
            self._spreads[language.facts.language] = language.spread(self.sites.all)
        return self._spreads[language.facts.language](expression)

    def outcome(self, caller: int, action: str, site: int) -> Outcome:
        """Whether a caller may do something at one site."""
        certain, possible = self.bits(caller, action)
        return Outcome.YES if certain >> site & 1 else Outcome.MAYBE if possible >> site & 1 else Outcome.NO

    def decide(self, caller: int, action: str, site: int) -> Decision:
        """One decision with the grants that made it."""
        outcome = self.outcome(caller, action, site)
        taken = []
        standing = self.grants(self.actors[caller])
        for each in (standing[place] for place in self.speaking(caller, action)):
            must, may = self.where(each)
            if may >> site & 1:
                taken.append(Because(each, bool(must >> site & 1) and each.lost is None and not self._is_open(each, action)))
        wanted = {Outcome.YES: {"allow"}, Outcome.NO: {"deny"}, Outcome.MAYBE: {"allow", "deny", "limit"}}[outcome]
        because = tuple(each for each in taken if each.grant.effect in wanted)
        missing = self._missing(because, action, site) if outcome is Outcome.MAYBE else ()
        lacking = ("nothing allows it",) if outcome is Outcome.NO and not because else ()
        return Decision(outcome, because, tuple(dict.fromkeys(missing)), lacking)

    def _missing(self, because: Sequence[Because], action: str, site: int) -> Iterator[str]:
        for each in because:
            grant = each.grant
            if each.certain:
                continue
            if grant.lost is not None:
                yield f"what {grant.role}{_NOTHING_KNOWN}{grant.lost.reason}"
            elif self._is_open(grant, action):
                yield f"what {grant.role}{_NOTHING_KNOWN}the table of roles does not speak of {action}"
            if not isinstance(grant.condition, bool):
                yield grant.condition.reason
            truths = [grant.scope.covers(self.sites.all[site])]
            if grant.expression:
                truths.append(self.speaks[grant.scope.provider].holds(grant.expression, self.sites.all[site]))
            yield from (truth.reason for truth in truths if not isinstance(truth, bool))
