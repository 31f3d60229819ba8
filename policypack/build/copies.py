"""Copies that a store makes of itself, and those that a companion makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from policypack.build.buckets import Buckets
from policypack.build.copy_facts import days_kept, dies, exists, plays, retention
from policypack.build.domains import Domains
from policypack.build.estate import Estate
from policypack.build.guards import guards, same
from policypack.build.index import account_of
from policypack.build.locks import own_lock
from policypack.build.vaults import Vaults
from policypack.catalog.entry import CompanionFact, TypeEntry
from policypack.model import (
    Copy,
    CopyKind,
    Domain,
    Evidence,
    GuardKind,
    Lock,
    Resource,
    Truth,
    Unknown,
    Value,
    replace,
    same_domain,
)

_KINDS = {
    "snapshot": CopyKind.SNAPSHOT,
    "shared_snapshot": CopyKind.SHARED_SNAPSHOT,
    "replica": CopyKind.REPLICA,
    "automated": CopyKind.AUTOMATED,
    "dump": CopyKind.DUMP,
    "recovery_point": CopyKind.RECOVERY_POINT,
    "transfer": CopyKind.REPLICATED_OBJECTS,
}
_CHAIN = 8


class Kept(Struct, frozen=True):
    """Where a copy lies: the bucket or vault (None: the service keeps it), its domain and its lock."""

    holder: Resource | None
    domain: Domain | Unknown
    lock: Lock | None | Unknown
    kind: CopyKind = CopyKind.AUTOMATED


class Copies(Struct, frozen=True, dict=True):
    """Native backups, snapshots and replicas."""

    estate: Estate
    domains: Domains
    buckets: Buckets
    vaults: Vaults

    def native(self, store: Resource, entry: TypeEntry, domain: Domain) -> Iterator[Copy]:
        """What the type makes of itself."""
        for fact in entry.backups:
            certain = exists(fact, store, self.estate)
            if certain is False:
                continue
            gone = dies(fact, store)
            where = store.at(fact.attribute) if fact.attribute else store.location
            said = store.get(fact.attribute) if fact.attribute else None
            how = (
                f"{fact.attribute} = {said}"
                if isinstance(said, (int, str)) and not isinstance(said, bool)
                else "automated backups"
            )
            text = fact.note or f"{how}; they go with it" if gone is True else fact.note or how
            kept = self._kept(store.get(fact.held_in), store) if fact.held_in else Kept(None, domain, None)
            yield Copy(
                store.address,
                CopyKind.AUTOMATED if kept.holder is None or kept.holder is store else kept.kind,
                store,
                kept.domain,
                gone,
                Evidence(text, store.address, where),
                kept.holder,
                lock=kept.lock,
                retention_days=self.buckets.expires_after(kept.holder)
                if kept.holder is not None and self.estate.is_bucket(kept.holder.type)
                else days_kept(fact, store, said, self.estate),
                certain=certain,
            )

    def _kept(self, name: Value, holder: Resource) -> Kept:
        """The bucket or vault that a value names, and what is known of it."""
        held = self.estate.index.find(name, holder, lambda kind: self.estate.holds_data(kind) or self.vaults.fits(kind)).only
        if held is None:
            return Kept(None, self.domains.of_arn(name, holder), Unknown("what holds it is not in the inputs"))
        if self.vaults.fits(held.type):
            vault = self.vaults.all.get(held.place)
            return Kept(held, self.domains.of(held), vault.lock if vault else None, CopyKind.RECOVERY_POINT)
        return Kept(held, self.domains.of(held), self.buckets.lock(held), CopyKind.DUMP)

    def made_by_companions(self) -> Iterator[Copy]:
        """Snapshots, copies of snapshots, shares and replicas that other resources declare."""
        for role, kind in _KINDS.items():
            for each in self.estate.playing(role):
                fact = self.estate.entries[each.type].companion
                plays = self._plays(each, fact) if fact is not None else False
                if fact is None or plays is False:
                    continue
                for store, found in self._store_of(each, fact, _CHAIN):
                    certain = found if plays is True else plays
                    made = self._copy(each, fact, kind, store, certain)
                    yield made
                    for disk in self._attached.get(store.place, ()) if kind is CopyKind.RECOVERY_POINT else ():
                        yield replace(made, store=disk.address, certain=_whole(each, fact, certain))
                    accounts = each.get(fact.shared_with) if fact.shared_with else None
                    if kind is CopyKind.SNAPSHOT and accounts and not isinstance(accounts, Unknown):
                        yield self._copy(each, fact, CopyKind.SHARED_SNAPSHOT, store, certain)

    def _plays(self, companion: Resource, fact: CompanionFact) -> Truth:
        """Whether a companion plays its part, and the plan that it names too."""
        own = plays(companion, fact)
        if own is False or not fact.plan:
            return own
        plan, says = self._plan(companion, fact)
        planned = plays(plan, says) if says is not None else True
        return planned if planned is False or isinstance(planned, Unknown) else own

    @cached_property
    def _attached(self) -> dict[tuple[str, str], list[Resource]]:
        """Input and address of a store -> the stores that are put into it, which its recovery points hold too."""
        found: dict[tuple[str, str], list[Resource]] = {}
        for each in self.estate.playing("attachment"):
            fact = self.estate.entries[each.type].companion
            if fact is not None:
                inner, outer = (
                    self.estate.index.find(each.get(name), each, self.estate.holds_data).only for name in (fact.store, fact.via)
                )
                if inner is not None and outer is not None:
                    found.setdefault(outer.place, []).append(inner)
        return found

    def _copy(self, made: Resource, fact: CompanionFact, kind: CopyKind, store: Resource, certain: Truth) -> Copy:
        words = {CopyKind.SHARED_SNAPSHOT: "shares its snapshot with another account", CopyKind.REPLICA: "replicates it"}
        text = words.get(kind, f"is {'an' if kind is CopyKind.AUTOMATED else 'a'} {kind.value} of it")
        written, says = self._plan(made, fact)
        kept = Kept(None, self.domains.of(made), None)
        if says is None:
            kept = Kept(None, Unknown("the plan that it names is not in the inputs"), Unknown("its plan is not in the inputs"))
        elif says.held_in:
            kept = self._kept(written.get(says.held_in), written)
        elif fact.held_in:
            kept = self._kept(made.get(fact.held_in), made)
        elif (lock := self.estate.entries[made.type].lock) is not None:
            kept = Kept(None, kept.domain, own_lock(lock, made))
        gone = fact.dies_with_store or self._dies_by_plan(written, says)
        if gone is True:
            kept = Kept(None, self.domains.of(store), None)  # it lies in the store, whatever the vault's lock says
        elif isinstance(gone, Unknown):
            kept = Kept(kept.holder, gone, gone)
        follows = made.get(fact.follows) if fact.follows else None
        in_bucket = kept.holder is not None and self.estate.is_bucket(kept.holder.type)
        return Copy(
            store.address,
            kind,
            made,
            kept.domain,
            gone,
            Evidence(text, made.address, made.location),
            kept.holder,
            lock=kept.lock,
            retention_days=self.buckets.expires_after(kept.holder)
            if kept.holder is not None and in_bucket
            else retention(written, says),
            counts=not same(follows, other=True),
            caveat="it carries deletes over" if same(follows, other=True) else "",
            certain=follows if isinstance(follows, Unknown) else certain,
        )

    def _dies_by_plan(self, written: Resource, says: CompanionFact | None) -> Truth:
        """Whether the copies go with their store: some plans decide whether they lie in a vault or in the store itself."""
        if says is None:
            return Unknown("the plan is not in the inputs")
        kept = [each.holds for each in guards(says.guards, written, self.estate) if each.kind is GuardKind.BACKUPS_KEPT]
        return next((each if isinstance(each, Unknown) else not each for each in kept), False)

    def _plan(self, made: Resource, fact: CompanionFact) -> tuple[Resource, CompanionFact | None]:
        """What says how long and where: the plan that a companion names, or the companion. None where the plan is not there."""
        if not fact.plan:
            return made, fact
        found = self.estate.index.find(made.get(fact.plan), made, self._says_more).only
        return (made, None) if found is None else (found, self.estate.entries[found.type].companion)

    def _says_more(self, kind: str) -> bool:
        entry = self.estate.entries.get(kind)
        return bool(entry and entry.companion and entry.companion.role == "copy_plan")

    def _store_of(self, companion: Resource, fact: CompanionFact, left: int) -> Iterator[tuple[Resource, Truth]]:
        """The stores that a companion is about, followed through the companions that it names (a copy of a snapshot)."""
        named = companion.written(fact.store) if fact.store else None
        if fact.all_unless_named and named in (None, [], ["*"]):
            yield from self._every_store(companion)
        for value in named if isinstance(named, list) else [named]:
            met = self.estate.index.find(value, companion, self.estate.stores_of(fact.store_types))
            for each in met.resources:
                yield (
                    each,
                    True if met.certain else Unknown(f"which of several {each.configured_address} is meant is not known"),
                )
        if fact.via and left > 0:
            met = self.estate.index.find(companion.get(fact.via), companion, self._is_either)
            for each in met.resources:
                next_fact = self.estate.entries[each.type].companion
                if self.estate.holds_data(each.type):
                    yield each, True
                elif next_fact is not None and each is not companion:
                    yield from self._store_of(each, next_fact, left - 1)

    def _every_store(self, companion: Resource) -> Iterator[tuple[Resource, Truth]]:
        """The stores of its platform in its domain, of which copies make sense."""
        estate = self.estate
        platform, home = estate.catalog.platform(companion.provider), self.domains.of(companion)
        for each in estate.resources:
            entry = estate.entries.get(each.type) if each.mode == "managed" and not each.goes else None
            if entry is None or not entry.store or not entry.backupable or entry.container:
                continue
            same = same_domain(self.domains.of(each), home) if estate.catalog.platform(each.provider) == platform else False
            if same is not False:
                yield each, same

    def _is_either(self, kind: str) -> bool:
        entry = self.estate.entries.get(kind)
        return bool(entry and (entry.store or entry.companion))

    def replicas(self) -> Iterator[Copy]:
        """Stores that replicate another store of the estate."""
        arguments = {kind: entry.replica_of for kind, entry in self.estate.entries.items() if entry.replica_of}
        for each in self.estate.of_types(arguments):
            source = each.written(arguments[each.type])
            if source is None:
                continue
            for store in self.estate.index.find(source, each, self.estate.holds_data).resources:
                where = Evidence("is a replica of it", each.address, each.location)
                account = account_of(each.get("arn"))
                domain = self.domains.of(each) if account is None else self.domains.of_arn(each.get("arn"), each)
                yield Copy(store.address, CopyKind.REPLICA, each, domain, dies_with_store=False, evidence=where)


def _whole(made: Resource, fact: CompanionFact, certain: Truth) -> Truth:
    """Whether a copy holds all that is put into its store: some leave parts out, and which cannot be told."""
    name = next((each for each in fact.leaves_out if made.written(each) is not None), "")
    return Unknown(f"{name} of {made.address} leaves parts out") if name and certain is True else certain
