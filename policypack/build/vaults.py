"""Vaults: containers of recovery points, their locks and their own policies."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from policypack.build.domains import Domains
from policypack.build.environments import environment_of
from policypack.build.estate import Estate
from policypack.build.guards import guards
from policypack.build.locks import number_or_unknown, own_lock
from policypack.build.placing import Placed, place
from policypack.build.policies import denies_everyone
from policypack.model import Domain, Evidence, GuardKind, Lock, Resource, Truth, Unknown, Value, Vault, days, same_domain

# What AWS's own rule on manual deletion wants refused, and the removal of the policy itself, which that rule forgets.
_DELETES = (
    "backup:DeleteRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
    "backup:PutBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultAccessPolicy",
)


def is_vault(role: str) -> bool:
    """Whether the catalog's role word is that of a container of recovery points."""
    return role in {"backup_vault", "air_gapped_vault"}


class Vaults(Struct, frozen=True, dict=True):
    """Every vault of the estate."""

    estate: Estate
    domains: Domains

    def fits(self, kind: str) -> bool:
        """Whether a resource type is a vault."""
        entry = self.estate.entries.get(kind)
        return bool(entry and is_vault(entry.role))

    @cached_property
    def _placed(self) -> Placed:
        return place(self.estate, ("vault_lock", "vault_policy", "second_person"), self.fits, "vault")

    @cached_property
    def all(self) -> dict[tuple[str, str], Vault]:
        """Input and address -> vault."""
        found = {}
        for each in self.estate.playing("backup_vault", "air_gapped_vault"):
            domain = self.domains.of(each)
            entry = self.estate.entries[each.type]
            own = guards(entry.guards, each, self.estate)
            force = [made for made in own if made.kind is GuardKind.NO_FORCE]
            gapped = entry.role == "air_gapped_vault"
            found[each.inside, each.address] = Vault(
                each,
                environment_of(each, domain, self.estate),
                domain,
                self._lock(each, gapped=gapped),
                self._denies(each),
                force[0] if force else None,
                gapped,
                _key(each),
                policy=next(iter(self._placed.of("vault_policy", each)), None),
                guards=own,
            )
        return found

    def _lock(self, vault: Resource, *, gapped: bool) -> Lock:
        if gapped:
            minimum = number_or_unknown(vault.get("min_retention_days"))
            text = "a logically air-gapped vault is locked in compliance mode by construction"
            return Lock("compliance", Evidence(text, vault.address, vault.location), None, minimum)
        if (fact := self.estate.entries[vault.type].lock) is not None:
            lock = own_lock(fact, vault)
            return self._second_person(vault) or lock if lock.mode == "none" else lock
        for each in self._placed.of("vault_lock", vault):
            grace = number_or_unknown(each.get("changeable_for_days"))
            minimum = number_or_unknown(each.get("min_retention_days"))
            where = each.at("changeable_for_days")
            if isinstance(grace, Unknown):
                return Lock(
                    grace, Evidence("whether its lock is in compliance mode is not known", each.address, where), grace, minimum
                )
            if grace is None:
                text = "its lock is in governance mode: changeable_for_days is not set"
                return Lock("governance", Evidence(text, each.address, where), None, minimum)
            text = f"its lock is in compliance mode and can be taken off for {days(grace)}"
            return Lock("compliance", Evidence(text, each.address, where), grace, minimum)
        lost = self._placed.lost.get("vault_lock")
        if lost is not None:
            return Lock(lost, Evidence(lost.reason, vault.address, vault.location))
        return Lock("none", Evidence("no lock configuration names it", vault.address, vault.location))

    def _second_person(self, vault: Resource) -> Lock | None:
        """What has to be asked before a vault is weakened, where that lies in another domain: its own administrators do not
        hold it. None where nothing has to be asked, or they do."""
        for each in self._placed.of("second_person", vault):
            companion = self.estate.entries[each.type].companion
            name = each.get(companion.via) if companion else None
            asked = self.estate.index.find(name, each, lambda kind: kind in self.estate.entries).only
            domain = self.domains.of(asked) if asked is not None else self.domains.of_arn(name, each)
            apart = same_domain(self.domains.of(vault), domain) if isinstance(domain, Domain) else domain
            where = each.at(companion.via) if companion else each.location
            if isinstance(apart, Unknown):
                return Lock(
                    apart, Evidence("in whose hands lies what it asks before it is weakened is not known", each.address, where)
                )
            if apart is False:
                text = f"what would weaken it needs the consent of {domain}, and it is not locked"
                return Lock("governance", Evidence(text, each.address, where))
        return None

    def _denies(self, vault: Resource) -> Truth:
        for each in self._placed.of("vault_policy", vault):
            return denies_everyone(each.get("policy"), _DELETES)
        return self._placed.lost.get("vault_policy", False)


def _key(vault: Resource) -> Value:
    own = vault.written("kms_key_arn")
    return vault.written("encryption_key_arn") if own is None else own
