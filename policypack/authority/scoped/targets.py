"""What can be destroyed on platforms that grant roles, and by which calls: stores, copies, vaults, audit trails, states, domains."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.authority.scoped.language import Language
from policypack.authority.scoped.sites import Sites, key_of
from policypack.catalog import Catalog, load_catalog
from policypack.catalog.entry import LockFact, TypeEntry
from policypack.catalog.scoped import State
from policypack.model import (
    Copy,
    CopyKind,
    Domain,
    Enforced,
    Guard,
    GuardKind,
    Infrastructure,
    Level,
    Lock,
    Resource,
    Site,
    Store,
    Unknown,
    Vault,
    Verb,
)

OWN, DOMAIN, INSIDE, SITE = "own", "domain", "in ", "site "
"""Where a call is made: on the thing, on its domain, (`in TYPE`) on what it lies in, or (`site NUMBER`) on something else."""
_TRAILS = frozenset({"audit", "log_archive"})
"""What records who did what, or takes such records where their subject cannot reach them."""
_HELD = frozenset({GuardKind.DELETION_PROTECTION, GuardKind.LOCK})


class Call(Struct, frozen=True):
    """An action, and where it is called."""

    action: str
    at: str = OWN


class Way(Struct, frozen=True):
    """Calls that are needed together. `empties`: it takes what lies in the thing and leaves the thing. `removes`: it takes away
    a guard, so that no guard stands in its way. `depends` is what decides too and cannot be seen. `unless` is the argument of a
    guard of the thing's own that closes the way while it holds."""

    calls: tuple[Call, ...]
    empties: bool = False
    removes: bool = False
    depends: str = ""
    unless: str = ""

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of its calls."""
        return tuple(call.action for call in self.calls)


class Obstacle(Struct, frozen=True):
    """What makes a way fail on a target, and the calls of which each takes it away; none of them: it stays."""

    certain: bool
    calls: tuple[Call, ...]
    guard: Guard | None = None


class Target(Struct, frozen=True):
    """One thing of a block; `store`, `vault` and `copy_of` say what it is in the picture. `resource` None: a domain, or a state
    whose bucket is not among the inputs."""

    address: str
    site: int
    resource: Resource | None = None
    guards: tuple[Guard, ...] = ()
    lock: Lock | Unknown | None = None
    store: Store | None = None
    vault: Vault | None = None
    copy_of: str = ""
    inside: str = ""
    points: str = ""


class Block(Struct, frozen=True, dict=True):
    """Things of one platform to which the same can be done in the same ways."""

    name: str
    ways: Mapping[Verb, tuple[Way, ...]]
    targets: tuple[Target, ...]
    language: Language
    sites: Sites
    _slots: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def slot(self, at: str) -> tuple[int, ...]:
        """The site that a call is made at, for each target in order; -1 where there is none."""
        if at not in self._slots:
            self._slots[at] = tuple(self.site_of(target, at) for target in self.targets)
        return self._slots[at]

    def site_of(self, target: Target, at: str) -> int:
        """The site that a call on a target is made at, -1 where there is none."""
        if at.startswith(SITE):
            return int(at.removeprefix(SITE))
        if at == OWN or target.site < 0:
            return target.site
        site = self.sites.all[target.site]
        if at == DOMAIN:
            return self.sites.domain_numbers.get(key_of(site.domain), -1) if site.domain is not None else -1
        kind = at.removeprefix(INSIDE)
        place = next((each.place for each in site.within if each.kind == kind and each.place is not None), None)
        return self.sites.number_at.get(place, -1) if place is not None else -1


class Targets(Struct, frozen=True, dict=True):
    """All blocks of a picture."""

    infrastructure: Infrastructure
    sites: Sites
    languages: Mapping[str, Language]
    catalog: Catalog

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """Stores by type, copies by type, vaults, audit trails, states, domains."""
        every = (*self._stores(), *self._snapshots(), *self._vaults(), *self._trails(), *self._states(), *self._domains())
        return tuple(block for block in every if block.ways and block.targets)

    def _language(self, resource: Resource) -> Language | None:
        """The language that decides about a resource, None where none does or nothing tells where it lies."""
        known = resource.place in self.sites.number_at and not resource.goes
        return self.languages.get(self.catalog.platform(resource.provider)) if known else None

    def _number(self, resource: Resource) -> int:
        return self.sites.number_at[resource.place]

    def _block(self, name: str, ways: Mapping[Verb, tuple[Way, ...]], targets: Iterable[Target], language: Language) -> Block:
        kept = {verb: found for verb, found in ways.items() if found}
        return Block(name, kept, tuple(targets), language, self.sites)

    def _stores(self) -> Iterator[Block]:
        by_type: dict[str, list[Target]] = {}
        for store in self.infrastructure.stores:
            if self._language(store.resource) is not None:
                by_type.setdefault(store.resource.type, []).append(self._target(store))
        for kind, targets in by_type.items():
            entry = self.catalog.entry(kind)
            language = self.languages[self.catalog.platform(kind.partition("_")[0])]
            if entry is not None:
                yield self._block(kind, self._ways(entry, targets, language), targets, language)
                kept = [each for each in targets if each.store is not None and any(map(self._is_kept, each.store.backups))]
                ways = _ways(entry.copy_delete_actions)
                bare = (Target(each.address, each.site, each.resource, store=each.store, inside=each.inside) for each in kept)
                yield self._block(f"copies of {kind}", {Verb.DESTROY_COPIES: ways}, bare, language)

    def _target(self, store: Store) -> Target:
        resource = store.resource
        return Target(store.address, self._number(resource), resource, store.guards, store=store, inside=resource.inside)

    def _is_kept(self, copy: Copy) -> bool:
        """Whether a copy has no name of its own in the inputs."""
        return copy.held_in is None and copy.kind in {CopyKind.AUTOMATED, CopyKind.SNAPSHOT} and not self._is_snapshot(copy)

    def _is_snapshot(self, copy: Copy) -> bool:
        entry = self.catalog.entry(copy.made_by.type)
        return entry is not None and entry.role == "snapshot"

    def _ways(self, entry: TypeEntry, targets: Iterable[Target], language: Language) -> dict[Verb, tuple[Way, ...]]:
        facts = language.facts
        found: dict[Verb, tuple[Way, ...]] = {}
        emptying = {each.lower() for each in (*entry.data_actions, *facts.empties)}
        deletes = (*_ways(entry.delete_actions, emptying), *_opened(entry))
        if entry.kind == "account":
            found[Verb.REMOVE_DOMAIN] = deletes
        else:
            verb = Verb.DESTROY_KEY if entry.kind == "key" else Verb.DESTROY
            found[verb] = (*deletes, *self._from_outside(targets, language)) if deletes else ()
        found[Verb.OVERWRITE] = _ways(facts.overwrites.get(entry.type, ()))
        removals = [action for guard in entry.guards for action in guard.removed_by]
        found[Verb.WEAKEN] = _ways((*entry.weaken_actions, *removals), removes=True)
        found[Verb.READ_CREDENTIALS] = _ways(facts.reads.get(entry.type, ()))
        return found

    def _from_outside(self, targets: Iterable[Target], language: Language) -> Iterator[Way]:
        """What takes a thing with what it lies in: what holds data and is shown by the inputs, and the domain."""
        sites = self.sites.all
        kinds = dict.fromkeys(spot.kind for each in targets for spot in sites[each.site].within if spot.place is not None)
        for kind in kinds:
            entry = self.catalog.entry(kind)
            if entry is None or not entry.store:
                continue
            for action in entry.delete_actions:
                if action not in entry.data_actions:  # what empties it leaves what has a place of its own in it
                    yield Way((Call(action, f"{INSIDE}{kind}"),))
        for action in language.facts.removes_domain:
            yield Way((Call(action, DOMAIN),))

    def _snapshots(self) -> Iterator[Block]:
        """Copies that are resources themselves."""
        by_type: dict[str, dict[tuple[str, str], Target]] = {}
        for store in self.infrastructure.stores:
            for copy in store.backups:
                made = copy.made_by
                if self._is_snapshot(copy) and self._language(made) is not None:
                    target = Target(made.address, self._number(made), made, copy_of=store.address, inside=made.inside)
                    by_type.setdefault(made.type, {}).setdefault(made.place, target)
        yield from self._plain(Verb.DESTROY_COPIES, {kind: list(each.values()) for kind, each in by_type.items()}, "snapshots")

    def _vaults(self) -> Iterator[Block]:
        by_type: dict[str, list[Target]] = {}
        for vault in self.infrastructure.vaults:
            made = vault.resource
            if self._language(made) is not None:
                target = Target(made.address, self._number(made), made, lock=vault.lock, vault=vault, inside=made.inside)
                by_type.setdefault(made.type, []).append(target)
        yield from self._plain(Verb.DESTROY_COPIES, by_type, "vaults")

    def _trails(self) -> Iterator[Block]:
        by_type: dict[str, list[Target]] = {}
        for each in self.infrastructure.resources:
            entry = self.catalog.entry(each.type) if each.mode == "managed" else None
            if entry is not None and entry.role in _TRAILS and self._language(each) is not None:
                target = Target(each.address, self._number(each), each, inside=each.inside)
                by_type.setdefault(each.type, []).append(target)
        yield from self._plain(Verb.STOP_AUDIT, by_type, "audit")

    def _plain(self, verb: Verb, by_type: Mapping[str, list[Target]], name: str) -> Iterator[Block]:
        for kind, targets in by_type.items():
            entry = self.catalog.entry(kind)
            assert entry is not None
            copies = entry.copy_delete_actions if verb is Verb.DESTROY_COPIES else ()
            actions = (*(copies or entry.delete_actions), *(entry.weaken_actions if verb is Verb.STOP_AUDIT else ()))
            ways = {verb: _ways(actions)}
            if verb is Verb.DESTROY_COPIES:
                ways[Verb.WEAKEN] = _ways(entry.weaken_actions, removes=True)
            yield self._block(f"{name} {kind}", ways, targets, self.languages[self.catalog.platform(kind.partition("_")[0])])

    def _states(self) -> Iterator[Block]:
        """The states of the inputs' backends: whoever writes one chooses what the next apply destroys."""
        for language in {each.facts.language: each for each in self.languages.values()}.values():
            by_type: dict[str, list[Target]] = {}
            for source in self.infrastructure.inputs:
                backend = source.backend
                if backend is None or isinstance(backend, Unknown) or backend.type not in language.facts.states:
                    continue
                store = self._state_store(backend, language.facts.states[backend.type])
                holder = store.resource if store is not None else backend
                number = self.sites.number_at.get(holder.place)
                if number is not None:
                    made = Target(source.path, number, holder, store=store, inside=source.path)
                    by_type.setdefault(backend.type, []).append(made)
            for kind, targets in by_type.items():
                known = language.facts.states[kind]
                ways = {Verb.WRITE_STATE: _ways(known.writes), Verb.READ_CREDENTIALS: _ways(known.reads)}
                yield self._block(f"state {kind}", ways, targets, language)

    def _state_store(self, backend: Resource, known: State) -> Store | None:
        """The store in which a state lies, where the inputs show it."""
        name = backend.get(known.argument)
        found = self._named.get((known.kind, name)) if isinstance(name, str) else None
        return found if found is not None and self._language(found.resource) is not None else None

    @cached_property
    def _named(self) -> Mapping[tuple[str, str], Store]:
        """Type and name -> the first store that is called so."""
        found: dict[tuple[str, str], Store] = {}
        for each in self.infrastructure.stores:
            name = each.resource.get("name")
            if isinstance(name, str):
                found.setdefault((each.resource.type, name), each)
        return found

    def _domains(self) -> Iterator[Block]:
        """Domains that stores lie in and that are no resource of the inputs."""
        lost = {key_of(each.domain) for each in self.infrastructure.stores}
        by_language: dict[str, tuple[Language, list[Target]]] = {}
        for number, site in enumerate(self.sites.all):
            language = self.languages.get(site.provider)
            if language is None or site.level is not Level.DOMAIN or site.spot.place is not None or site.domain is None:
                continue
            if key_of(site.domain) in lost and language.facts.removes_domain:
                _, targets = by_language.setdefault(language.facts.language, (language, []))
                targets.append(Target(domain_name(site), number))
        for name, (language, targets) in by_language.items():
            yield self._block(f"domains {name}", {Verb.REMOVE_DOMAIN: _ways(language.facts.removes_domain)}, targets, language)


def domain_name(site: Site) -> str:
    """What a domain is called as a target."""
    assert isinstance(site.domain, Domain)
    return f"{site.domain.word} {site.domain}"


def _ways(actions: Iterable[str], emptying: Iterable[str] = (), *, removes: bool = False) -> tuple[Way, ...]:
    known = set(emptying)
    return tuple(Way((Call(each),), each.lower() in known, removes) for each in dict.fromkeys(actions))


def _opened(entry: TypeEntry) -> Iterator[Way]:
    """What destroys a thing only where one of its guards does not hold."""
    for guard in entry.guards:
        yield from (Way((Call(each),), unless=guard.attribute) for each in guard.opens)


def obstacles(target: Target, verb: Verb, way: Way, block: Block, store_at: Mapping[int, Store]) -> Iterator[Obstacle]:
    """What stands in a way to destroy a target, while it holds. Only what the platform itself enforces counts."""
    if verb not in {Verb.DESTROY, Verb.OVERWRITE, Verb.DESTROY_COPIES, Verb.DESTROY_KEY, Verb.REMOVE_DOMAIN} or way.removes:
        return
    at = way.calls[0].at
    if at != OWN:
        outer = store_at.get(block.site_of(target, at))
        for guard in outer.guards if outer is not None else ():
            yield from _guard(guard, way, at)
    # A domain is closed, not deleted: what waits for a deletion does not stand in the way of that.
    facts = block.language.facts
    waits = at == OWN or ((facts.waits or facts.keeps) and at != DOMAIN)
    for guard in target.guards:
        if way.unless and guard.attribute == way.unless and guard.holds is not False:
            yield Obstacle(guard.holds is True, tuple(map(Call, guard.removed_by)), guard)
        if guard.kind is GuardKind.LOCK or waits:
            yield from _guard(guard, way, OWN)
    if target.lock is not None:
        yield from _vault_lock(target)


def _guard(guard: Guard, way: Way, at: str) -> Iterator[Obstacle]:
    if guard.enforced is not Enforced.API or guard.kind not in _HELD:
        return
    calls = tuple(Call(action, at) for action in guard.removed_by)
    if guard.kind is GuardKind.LOCK:
        if guard.holds is not False:
            yield Obstacle(guard.holds is True, (), guard)
        elif (fact := _lock_of(guard.subject)) is not None and guard.subject.written(fact.attribute) not in (None, 0):
            yield Obstacle(True, calls, guard)  # a lock that its administrators may still take off
    elif guard.holds is not False and not way.empties:
        yield Obstacle(guard.holds is True, calls, guard)


def _vault_lock(target: Target) -> Iterator[Obstacle]:
    lock = target.lock
    mode = lock if isinstance(lock, Unknown) or lock is None else lock.mode
    if isinstance(mode, Unknown):
        yield Obstacle(False, ())
    elif mode == "compliance":
        yield Obstacle(True, ())
    elif mode == "governance" and target.resource is not None and (fact := _lock_of(target.resource)) is not None:
        yield Obstacle(True, tuple(map(Call, fact.removed_by)))


def _lock_of(resource: Resource) -> LockFact | None:
    entry = load_catalog().entry(resource.type)
    return entry.lock if entry is not None and entry.lock is not None and entry.lock.attribute else None
