"""The picture that checks judge: one estate, made of all inputs together."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from msgspec import Struct, field

from policypack.model.approvals import Approvals
from policypack.model.grants import Site
from policypack.model.identity import Identity, Policy
from policypack.model.picture import Copy, Credential, Guard, Missed, Safeguard, Store, Vault, same_domain
from policypack.model.resources import Gap, Input, Resource
from policypack.model.values import Truth, Unknown


class Thresholds(Struct, frozen=True):
    """The limits that settings may move."""

    min_retention_days: int = 14
    separation: Literal["domain", "vault"] = "domain"
    max_grace_days: int = 30
    max_destroyed: int = 10
    max_destroyed_share: float = 0.3
    populated: tuple[str, ...] = ()


class Infrastructure(Struct, frozen=True, dict=True):
    """The picture that checks judge: one estate, made of all inputs together.

    `before` is the same picture as it stands before the plans are applied, None where no input changes anything that
    exists. `stores` also holds what a plan deletes; `production` leaves that out. `safeguards` are those that a plan changes.
    `resource_policies` has, by input and address
    of a resource, the policies that stand on it; `roles_held` the roles that it runs with; `sites` where it lies, for platforms that
    grant roles at places; `states` has, by path of an input, the input and address of the store that keeps its state; `approvals` is
    what stands between a plan and its apply. Without slots, so that what every check asks for is worked out once.
    """

    inputs: tuple[Input, ...] = ()
    resources: tuple[Resource, ...] = ()
    stores: tuple[Store, ...] = ()
    vaults: tuple[Vault, ...] = ()
    missed: tuple[Missed, ...] = ()
    safeguards: tuple[Safeguard, ...] = ()
    credentials: tuple[Credential, ...] = ()
    identities: tuple[Identity, ...] = ()
    resource_policies: Mapping[tuple[str, str], tuple[Policy, ...]] = field(default_factory=dict)
    roles_held: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    states: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sites: Mapping[tuple[str, str], Site] = field(default_factory=dict)
    restore_tests: tuple[Resource, ...] = ()
    provider_guards: tuple[Guard, ...] = ()
    gaps: tuple[Gap, ...] = ()
    thresholds: Thresholds = Thresholds()
    approvals: Approvals = Approvals()
    before: Infrastructure | None = None

    @cached_property
    def production(self) -> tuple[Store, ...]:
        """The production stores that stand once the plans are applied."""
        return tuple(store for store in self.stores if store.environment.production and not store.resource.goes)

    @cached_property
    def irreplaceable(self) -> tuple[Store, ...]:
        """The production stores of tier 1 that backups make sense for, without those that hold the copies of others."""
        holders = {held.place for store in self.stores for copy in store.copies if (held := copy.held_in)}
        return tuple(
            store
            for store in self.production
            if store.tier == 1 and store.backupable and not store.domain.holds_copies and store.resource.place not in holders
        )

    def isolated(self, store: Store, copy: Copy) -> Truth:
        """Whether the copy lies outside the blast radius of its store: in another domain, or, where the settings let a vault
        separate, in one that is logically air-gapped."""
        held = copy.held_in
        if held is not None and self.thresholds.separation == "vault":
            place = held.place
            if any(vault.air_gapped and vault.resource.place == place for vault in self.vaults):
                return True
        if isinstance(copy.domain, Unknown):
            return copy.domain
        same = same_domain(store.domain, copy.domain)
        return same if isinstance(same, Unknown) else not same

    def beyond_reach(self, store: Store, copy: Copy) -> Truth:
        """Whether the copy exists, lies outside the blast radius of its store, and can be deleted by nobody."""
        facts = (copy.certain, self.isolated(store, copy), copy.immutable)
        if any(fact is False for fact in facts):
            return False
        return next((fact for fact in facts if isinstance(fact, Unknown)), True)

    def earlier(self, store: Store) -> Store | None:
        """The same store before the plans are applied, under its former address where it was moved."""
        former = (store.resource.change and store.resource.change.previous_address) or store.address
        return self.before.by_place.get((store.resource.inside, former)) if self.before else None

    @cached_property
    def by_place(self) -> Mapping[tuple[str, str], Store]:
        """Input and address -> store."""
        return {store.resource.place: store for store in self.stores}

    @property
    def ended(self) -> tuple[tuple[Store, Resource], ...]:
        """The production stores that an update turns into something that holds no data, with what they are then."""
        before = self.before.by_place if self.before else {}
        gone = {place: old for place, old in before.items() if place not in self.by_place and old.environment.production}
        if not gone:
            return ()
        standing = ((gone.get((each.inside, each.address)), each) for each in self.resources if not each.goes)
        return tuple((old, now) for old, now in standing if old is not None)

    @cached_property
    def changing(self) -> tuple[Store, ...]:
        """The stores that a plan changes in any way, and that count as production before it or after it: a plan that also takes
        the tag away is about production all the same."""
        return tuple(
            store
            for store in self.stores
            if store.resource.change and set(store.resource.change.actions) - {"no-op", "read"} and self._of_production(store)
        )

    def _of_production(self, store: Store) -> bool:
        old = self.earlier(store)
        return store.environment.production or (old is not None and old.environment.production)
