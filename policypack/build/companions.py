"""Guards that another resource carries for a store: a lock of its own type, a policy that refuses deletion, a class that it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct

from policypack.build.domains import Domains
from policypack.build.estate import Estate
from policypack.build.governed import governed
from policypack.build.guards import guards
from policypack.build.policies import denying_guard
from policypack.build.scopes import Scopes
from policypack.model import Copy, CopyKind, Enforced, Guard, GuardKind, Resource, same_domain

_BINNED = "EBS_SNAPSHOT"


class Companions(Struct, frozen=True, dict=True):
    """Store -> the guards that its companions carry."""

    estate: Estate
    domains: Domains

    @cached_property
    def scopes(self) -> Scopes:
        """What lies in what, and the locks on it."""
        return Scopes(self.estate, self.domains)

    def guards(self, store: Resource, copies: Sequence[Copy]) -> Iterator[Guard]:
        """All of them."""
        for role, each in self._of.get((store.inside, store.address), ()):
            fact = self.estate.entries[each.type].companion
            if role == "guard" and fact is not None:
                yield from guards(fact.guards, each, self.estate)
            elif role == "store_policy":
                yield self._policy(store, each)
        yield from self._binned(store, copies)
        yield from self.scopes.guards(store)
        yield from governed(store, self.estate)

    @cached_property
    def _of(self) -> dict[tuple[str, str], list[tuple[str, Resource]]]:
        found: dict[tuple[str, str], list[tuple[str, Resource]]] = {}
        for role in ("guard", "store_policy"):
            for each in self.estate.playing(role):
                fact = self.estate.entries[each.type].companion
                if fact is None:
                    continue
                for store in self.estate.index.find(
                    each.get(fact.store), each, self.estate.stores_of(fact.store_types)
                ).resources:
                    found.setdefault((store.inside, store.address), []).append((role, each))
        return found

    def _policy(self, store: Resource, policy: Resource) -> Guard:
        written = policy.get("policy")
        document = written if written is not None else policy.get("access_policies")
        return denying_guard(policy, document, self.estate.entries[store.type].delete_actions)

    def _binned(self, store: Resource, copies: Sequence[Copy]) -> Iterator[Guard]:
        """A locked Recycle Bin rule gives deleted snapshots back: it is a guard of a volume that has some."""
        if (
            not any(copy.kind is CopyKind.SNAPSHOT for copy in copies)
            or self.estate.entries[store.type].backup_service != "EBS"
        ):
            return
        for rule in self.estate.playing("recycle_bin"):
            if rule.get("resource_type") != _BINNED or rule.get("resource_tags") is not None:
                continue
            if (
                rule.get("lock_configuration") is not None
                and same_domain(self.domains.of(rule), self.domains.of(store)) is True
            ):
                said = "a locked Recycle Bin rule gives its deleted snapshots back"
                value = rule.get("lock_configuration")
                yield Guard(
                    GuardKind.LOCK, Enforced.API, True, rule, "lock_configuration", value, None, "", ("rbin:UnlockRule",), said
                )
