"""What a store has from what it lies in: locks on a scope that hold for everything beneath it, and guards that it inherits.

A lock of this kind stands in the control plane: it refuses the call that deletes the resource, and does not know of what is
deleted inside by calls to the resource itself. The catalog says (`lockable`) which types a lock reaches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from msgspec import Struct, field

from policypack.build.domains import Domains, first_written
from policypack.build.estate import Estate
from policypack.build.guards import guards
from policypack.build.index import arn_pattern
from policypack.catalog.entry import TypeEntry
from policypack.model import Enforced, Guard, GuardKind, Reference, Resource, Truth, Unknown, Value, replace, same_domain

_DEEP = 8
_PARTS = 2  # fewer are one reference, which is looked up


class _Lock(Struct, frozen=True):
    """A lock, and where its scope lies: a resource, the full name of one (lower case, in parts), or a whole domain."""

    resource: Resource
    targets: tuple[Resource, ...] = ()
    certain: bool = True
    name: tuple[str, ...] = ()
    lost: Unknown | None = None


class _Board(Struct, frozen=True):
    """All locks, by what finds them: an estate may have as many as stores."""

    at: dict[tuple[str, str], list[_Lock]] = field(default_factory=dict)
    named: dict[tuple[int, str], list[_Lock]] = field(default_factory=dict)
    read: dict[tuple[str, str], _Lock] = field(default_factory=dict)
    lost: list[_Lock] = field(default_factory=list)

    def add(self, lock: _Lock) -> None:
        """Puts a lock where it is found."""
        for target in lock.targets:
            if target.mode == "data":
                self.read.setdefault(target.place, lock)
            else:
                self.at.setdefault(target.place, []).append(lock)
        if lock.name:
            self.named.setdefault((len(lock.name), lock.name[-1]), []).append(lock)
        if lock.lost is not None and not self.lost:
            self.lost.append(lock)  # one that cannot be told says as much as a thousand

    def by_name(self, parts: Sequence[str]) -> Iterator[_Lock]:
        """The locks whose full name may be that of something, or of what it lies in; of something without a name, one of them."""
        if not parts:
            yield from next(iter(self.named.values()), [])[:1]
        for (length, last), found in self.named.items() if "*" in parts else ():
            if length <= len(parts) and "*" in {parts[length - 1], last}:
                yield from found
        for length in range(1, len(parts) + 1):
            own = parts[length - 1]
            yield from self.named.get((length, own), ()) if own != "*" else ()
            yield from self.named.get((length, "*"), ()) if "*" not in parts else ()


class Scopes(Struct, frozen=True, dict=True):
    """Locks on scopes, and what is inherited."""

    estate: Estate
    domains: Domains

    def guards(self, store: Resource) -> Iterator[Guard]:
        """What a store has from the scopes that it lies in."""
        entry = self.estate.entries[store.type]
        if entry.lockable and self.estate.by_role.get("scope_lock"):
            yield from self._locked(store)
        if entry.inherits:
            yield from self._inherited(store, entry)

    def above(self, store: Resource) -> tuple[Resource, ...]:
        """What a resource lies in, the nearest first, as far as the inputs show it."""
        found: list[Resource] = []
        each: Resource | None = store
        while each is not None and len(found) < _DEEP:
            each = self._home(each)
            if each is None or each in found:
                break
            found.append(each)
        return tuple(found)

    def _home(self, resource: Resource) -> Resource | None:
        entry = self.estate.entries.get(resource.type)
        arguments = entry.lies_in or ((entry.member_of,) if entry.member_of else ()) if entry else ()
        name = next((each for each in arguments if resource.written(each) is not None), "")
        value = resource.written(name) if name else None
        found = self.estate.index.find(value, resource, lambda kind: kind != resource.type and self._holds(kind)).resources
        if not found and isinstance(value, Unknown):
            # A name that both take from one variable is the same name.
            found = tuple(self._containers.get((resource.inside, value), ()))
        if len(found) > 1:
            # Things of several types may have one name: `resource_group_name` means the resource group.
            meant = name.rpartition("_")[0]
            found = tuple(each for each in found if meant and each.type.endswith(f"_{meant}"))
        return found[0] if len(found) == 1 else None

    def _holds(self, kind: str) -> bool:
        entry = self.estate.entries.get(kind)
        return bool(entry and (entry.store or entry.container))

    @cached_property
    def _containers(self) -> dict[tuple[str, Unknown], list[Resource]]:
        """Input and a name that is not known -> the containers that have it."""
        found: dict[tuple[str, Unknown], list[Resource]] = {}
        for each in self.estate.resources:
            entry = self.estate.entries.get(each.type) if each.mode == "managed" else None
            if entry is not None and entry.container and isinstance(name := each.get("name"), Unknown):
                found.setdefault((each.inside, name), []).append(each)
        return found

    @cached_property
    def _locks(self) -> _Board:
        board = _Board()
        for each in self.estate.playing("scope_lock"):
            board.add(self._placed(each))
        return board

    def _candidates(self, store: Resource, chain: tuple[Resource, ...]) -> Iterator[_Lock]:
        board = self._locks
        for each in chain:
            yield from board.at.get(each.place, ())
        yield from board.read.values()
        yield from board.lost
        if board.named:
            yield from board.by_name([part for part in self.full_name(store).lower().strip("/").split("/") if part])

    def _placed(self, lock: Resource) -> _Lock:
        companion = self.estate.entries[lock.type].companion
        scope = lock.written(companion.store) if companion else None
        text = self._spelt(scope, lock)
        if text:
            return _Lock(lock, name=tuple(text.lower().strip("/").split("/")))
        lost = Unknown(f"what {lock.address} locks cannot be told", scope.references if isinstance(scope, Unknown) else ())
        if text is not None:
            return _Lock(lock, lost=lost)
        met = self.estate.index.find(scope, lock, lambda kind: kind in self.estate.entries)
        if met.resources:
            return _Lock(lock, met.resources, met.certain)
        named = self._data(scope, lock)
        if named is not None:
            return _Lock(lock, (named,))
        return _Lock(lock, lost=lost)

    def _spelt(self, scope: Value, lock: Resource) -> str | None:
        """A full name that is written out, or put together from names and texts; "" where it cannot be told, None where it is no
        such text."""
        if isinstance(scope, str):
            return scope if scope.startswith("/") else None
        if not isinstance(scope, Unknown) or len(scope.parts) < _PARTS:
            return None
        named = "".join(part if isinstance(part, str) else self._part(part, lock) for part in scope.parts)
        return named if named.startswith("/") else ""

    def _part(self, reference: Reference, lock: Resource) -> str:
        found = self.estate.index.by_address.get((lock.inside, reference.address))
        if found is None or reference.attribute != "id":
            return "*"
        if found.mode == "managed":
            return self.full_name(found)
        facts, domain = self.estate.catalog.provider(found.provider), self.domains.of(found)
        whole = facts is not None and facts.domain_after and not _names(found)
        return f"/{facts.domain_after}/{domain.id if isinstance(domain.id, str) else '*'}" if facts and whole else ""

    def _data(self, scope: Value, lock: Resource) -> Resource | None:
        """The data source that a scope refers to: it reads the container or the domain that is locked."""
        for reference in scope.references if isinstance(scope, Unknown) else ():
            found = self.estate.index.by_address.get((lock.inside, reference.address))
            if found is not None and found.mode == "data":
                return found
        return None

    def _locked(self, store: Resource) -> Iterator[Guard]:
        chain = (store, *self.above(store))
        found: list[Guard] = []
        for lock in self._candidates(store, chain):
            reaches = self._reaches(lock, store, chain)
            fact = self.estate.entries[lock.resource.type].companion
            if fact is None or reaches is False:
                continue
            for made in guards(fact.guards, lock.resource, self.estate):
                vague = isinstance(reaches, Unknown) and made.holds is True
                found.append(replace(made, holds=reaches, attribute=fact.store, value=reaches, safe=None) if vague else made)
        sure = [made for made in found if made.holds is True]
        entry = self.estate.entries[store.type]
        if not sure and (entry.tier > 1 or entry.container):
            return  # nobody asks for a lock on these: one that may be there changes nothing
        inside = bool(entry.data_actions)
        # One that surely holds is enough, whatever the others do.
        yield from (replace(made, said=_said(made, store)) if inside and sure else made for made in sure or found)

    def _reaches(self, lock: _Lock, store: Resource, chain: tuple[Resource, ...]) -> Truth:
        if lock.resource.provider != store.provider:
            return False
        if lock.lost is not None:
            return lock.lost
        places = {each.place for each in chain}
        for target in lock.targets:
            reached = self._beneath(target, chain) if target.mode == "data" else target.place in places
            if reached is not False:
                vague = Unknown(f"which of several {target.configured_address} {lock.resource.address} locks is not known")
                return reached if lock.certain else vague
        return self._named(lock.name, store, lock.resource) if lock.name else False

    def _beneath(self, target: Resource, chain: tuple[Resource, ...]) -> Truth:
        """Whether what a data source reads is the domain of a store, or a container that the store names."""
        same = same_domain(self.domains.of(target), self.domains.of(chain[0]))
        if not _names(target):
            return same
        name = target.get("name")
        outermost = chain[-1]
        entry = self.estate.entries[outermost.type]
        named = first_written(outermost, entry.lies_in)
        own = outermost.get("name") if entry.container else None
        meant = {value for value in (named, own) if isinstance(value, str)}
        known = self.estate.catalog.entry(target.type)
        by_name = known is not None and known.container
        if isinstance(named, Unknown) and (named == name or target.address in {each.address for each in named.references}):
            return same
        if by_name and (isinstance(name, Unknown) or isinstance(named, Unknown)):
            return Unknown(f"whether {chain[0].address} lies in what {target.address} reads cannot be told")
        return same if by_name and isinstance(name, str) and name in meant else False

    def _named(self, name: tuple[str, ...], store: Resource, lock: Resource) -> Truth:
        """Whether a full name is that of the store, or of something that it lies in."""
        vague = Unknown(f"whether {lock.address} reaches {store.address} cannot be told")
        own = self.full_name(store)
        if not own:
            return vague
        parts = own.lower().strip("/").split("/")
        if len(parts) < len(name):
            return False
        unsure = False
        for mine, theirs in zip(parts, name, strict=False):
            if "*" in (mine, theirs):
                unsure = True
            elif mine != theirs:
                return False
        return vague if unsure else True

    def full_name(self, resource: Resource, left: int = _DEEP) -> str:
        """The full name that a resource has, or will have, with `*` for what is not known of it; "" where nothing can be told."""
        entry = self.estate.entries.get(resource.type)
        if entry is None or not entry.arn:
            return ""
        known = resource.get("id")
        if isinstance(known, str) and known.startswith("/"):
            return known
        domain = self.domains.of(resource)
        own = arn_pattern(entry.arn, resource, {"Account": domain.id} if isinstance(domain.id, str) else {})
        if not entry.arn.startswith("{") or not own.startswith("*"):
            return own
        home = self._home(resource)
        base = self.full_name(home, left - 1) if home is not None and left > 0 else ""
        return base and base + own[1:]

    def _inherited(self, store: Resource, entry: TypeEntry) -> Iterator[Guard]:
        above = self.above(store)[:1]
        for home in above:
            for made in guards(self.estate.entries[home.type].guards, home, self.estate):
                if made.kind.value in entry.inherits:
                    yield made
        if not above:
            arguments = entry.lies_in
            reason = Unknown(f"what {store.address} lies in is not in the inputs")
            for kind in entry.inherits:
                yield Guard(
                    GuardKind(kind), Enforced.NOTHING, reason, store, arguments[0], reason, None, said=reason.reason, effect=""
                )


def _said(lock: Guard, store: Resource) -> str:
    return f"{lock.evidence.text}: it keeps {store.address}, and not from calls of the data plane what lies in it"


def _names(data: Resource) -> bool:
    """Whether a data source reads one thing by its name, and not a whole domain."""
    return any(data.get(name) is not None for name in ("name", "resource_group_name"))
