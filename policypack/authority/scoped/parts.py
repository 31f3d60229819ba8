"""A picture in the languages of roles, for the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from policypack.authority.reach import Graph
from policypack.authority.scoped.callers import Callers
from policypack.authority.scoped.explain import Explain
from policypack.authority.scoped.language import Language, languages
from policypack.authority.scoped.oracle import Caller, Decision, Oracle
from policypack.authority.scoped.powers import Powers
from policypack.authority.scoped.sites import Sites
from policypack.authority.scoped.targets import Targets, domain_name
from policypack.catalog import Catalog, load_catalog
from policypack.model import Identity, Infrastructure, Level, Outcome, Store


class Principals(Struct, frozen=True, dict=True):
    """Who acts. Groups act through their members."""

    infrastructure: Infrastructure
    languages: Sequence[Language]

    @cached_property
    def all(self) -> tuple[Identity, ...]:
        """Everybody who speaks one of the languages, or holds a grant in one."""
        names = {each.facts.language for each in self.languages}
        return tuple(
            each for each in self.infrastructure.identities if each.form != "group" and (each.language in names or each.grants)
        )

    @cached_property
    def by_address(self) -> Mapping[str, Sequence[int]]:
        """Address -> the numbers of the callers there."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, each in enumerate(self.all):
            found[each.address].append(number)
        return found


class ScopedParts(Struct, dict=True):
    """Everything that is worked out for a picture, once. See `parts.Parts`. `spoken` None: the languages of its identities."""

    infrastructure: Infrastructure
    spoken: Sequence[Language] | None = None
    catalog: Catalog | None = None

    def __post_init__(self) -> None:
        catalog = self.catalog or load_catalog()
        spoken = languages(self.infrastructure.identities) if self.spoken is None else self.spoken
        self.principals = Principals(self.infrastructure, spoken)
        by_provider = {name: each for each in spoken for name in each.facts.providers}
        self.sites = Sites(self.infrastructure, self.principals.all, frozenset(by_provider))
        self.oracle = Oracle(self.sites, spoken, [Caller(each) for each in self.principals.all])
        self.targets = Targets(self.infrastructure, self.sites, by_provider, catalog)
        self.powers = Powers(self.oracle, self.targets.blocks, catalog)
        self.callers = Callers(self.infrastructure, self.oracle, catalog)
        self.explain = Explain(self.callers, self.powers)

    @property
    def count(self) -> int:
        """How many callers there are."""
        return len(self.callers.origin)

    def graphs(self) -> tuple[Graph, Graph]:
        """Who becomes whom: by any step, and by those alone that are no escalation."""
        return self.callers.graphs()

    def may_gain(self, caller: int) -> bool:
        """Whether a caller becomes anybody or gets any right."""
        return bool(self.callers.leads(caller))

    def identity(self, caller: int) -> Identity:
        """Who a caller is."""
        return self.oracle.actors[caller].identity

    def decides(self, store: Store) -> bool:
        """Whether one of the languages says who can do what to a store."""
        return store.resource.place in self.sites.number_at

    def decide(self, caller: int, action: str, resource: str) -> Decision:
        """One decision about an address, a name, or `*` (the caller's own domain)."""
        site = self._site(caller, resource)
        return self.oracle.decide(caller, action, site) if site >= 0 else Decision(Outcome.NO, lacking=("it is not a place",))

    def _site(self, caller: int, resource: str) -> int:
        home = self.identity(caller).domain
        for number, each in enumerate(self.sites.all):
            if each.level is Level.DOMAIN and resource in {"*", domain_name(each)} and (resource != "*" or each.domain == home):
                return number
            if each.spot.place is not None and each.spot.place[1] == resource:
                return number
            if resource in {each.full_name, each.spot.name}:
                return number
        return -1
