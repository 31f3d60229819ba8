"""What each caller may do itself to each target, as sets: the calls of a way, and what stands in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from policypack.authority.reach import bit_set, bits
from policypack.authority.scoped.oracle import Oracle
from policypack.authority.scoped.sites import NOWHERE, Both
from policypack.authority.scoped.targets import OWN, SITE, Block, Call, Obstacle, Way, obstacles
from policypack.catalog import Catalog
from policypack.model import Store, Verb, replace

Key = tuple[int, Verb]


class Powers(Struct, dict=True):
    """Evaluates the ways of all blocks for one caller after another."""

    oracle: Oracle
    blocks: Sequence[Block]
    catalog: Catalog
    _kept: dict[int, Mapping[Key, Both]] = field(default_factory=dict)
    _standing: dict[tuple[int, Verb, Way], tuple[tuple[Obstacle, int], ...]] = field(default_factory=dict)
    _placed: dict[tuple[int, str, int], int] = field(default_factory=dict)
    _before: dict[tuple[int, Verb, Way, int], tuple[Obstacle, ...]] = field(default_factory=dict)
    _there: dict[tuple[int, str], tuple[int, Mapping[int, int]]] = field(default_factory=dict)

    def own(self, caller: int) -> Mapping[Key, Both]:
        """Block and verb -> the block's targets, for what the caller can do without becoming anybody else."""
        sort = self.oracle.sort(caller)
        if sort not in self._kept:
            self._kept[sort] = dict(self._own(caller))
        return self._kept[sort]

    @staticmethod
    def might(_caller: int, _key: Key) -> bool:
        """Whether it is worth asking what a caller can do of a key at all: it always is."""
        return True

    def _own(self, caller: int) -> Iterator[tuple[Key, Both]]:
        for number, block in enumerate(self.blocks):
            for verb, ways in block.ways.items():
                certain = possible = 0
                for way in ways:
                    one, other = self.way(caller, number, verb, way)
                    certain, possible = certain | one, possible | other
                if possible:
                    yield (number, verb), (certain, possible)

    def way(self, caller: int, number: int, verb: Verb, way: Way) -> Both:
        """The targets of a block on which one way works for the caller."""
        certain = possible = -1
        for call in way.calls:
            one, other = self.call(caller, number, call)
            certain, possible = certain & one, possible & other
            if not possible:
                return NOWHERE
        for obstacle, targets in self._obstacles(number, verb, way):
            one = other = 0
            for call in obstacle.calls:
                must, may = self.call(caller, number, call)
                one, other = one | must, other | may
            certain &= ~targets | one
            possible &= ~(targets if obstacle.certain else 0) | other
        return (0 if way.depends else certain), possible

    def call(self, caller: int, number: int, call: Call) -> Both:
        """The targets of a block at whose site (or what they lie in) the caller may call something."""
        certain, possible = self.oracle.bits(caller, call.action)
        return self._targets(number, call.at, certain), self._targets(number, call.at, possible)

    def _targets(self, number: int, at: str, sites: int) -> int:
        """The targets of a block whose place, or what is meant by `at`, is among the sites."""
        if not sites:
            return 0
        everywhere, found = self._targets_at(number, at)
        sites &= everywhere
        key = (number, at, sites)
        known = self._placed.get(key)
        if known is None:
            known = 0
            for site in bits(sites):
                known |= found[site]
            self._placed[key] = known
        return known

    def _targets_at(self, number: int, at: str) -> tuple[int, Mapping[int, int]]:
        """The sites that calls on the targets of a block are made at, as bits, and for each site the targets."""
        key = (number, at)
        if key not in self._there:
            found: dict[int, int] = {}
            for place, site in enumerate(self.blocks[number].slot(at)):
                if site >= 0:
                    found[site] = found.get(site, 0) | 1 << place
            self._there[key] = (bit_set(found), found)
        return self._there[key]

    @cached_property
    def _stores(self) -> Mapping[int, Store]:
        return {each.site: each.store for block in self.blocks for each in block.targets if each.store is not None}

    def _obstacles(self, number: int, verb: Verb, way: Way) -> tuple[tuple[Obstacle, int], ...]:
        key = (number, verb, way)
        if key not in self._standing:
            found: dict[tuple[bool, tuple[Call, ...]], tuple[Obstacle, int]] = {}
            for place in range(len(self.blocks[number].targets)):
                for each in self.standing(number, verb, way, place):
                    known = found.get((each.certain, each.calls), (each, 0))
                    found[each.certain, each.calls] = (known[0], known[1] | 1 << place)
            self._standing[key] = tuple(found.values())
        return self._standing[key]

    def standing(self, number: int, verb: Verb, way: Way, place: int) -> tuple[Obstacle, ...]:
        """The obstacles of one target. Where a platform's guards wait, a container goes only when nothing in it is held back."""
        key = (number, verb, way, place)
        if key not in self._before:
            self._before[key] = self._stand(number, verb, way, place)
        return self._before[key]

    def _stand(self, number: int, verb: Verb, way: Way, place: int) -> tuple[Obstacle, ...]:
        block = self.blocks[number]
        target = block.targets[place]
        inner = self._inside.get(target.site, ()) if block.language.facts.waits and way.calls[0].at == OWN else ()
        held = (each for store in inner for each in obstacles(replace(target, guards=store.guards), verb, way, block, {}))
        return tuple(map(self._placed_lock, (*self._own_obstacles(number, verb, way, place), *held)))

    def _placed_lock(self, obstacle: Obstacle) -> Obstacle:
        """An obstacle that is a lock of a scope is taken away where that lock stands: a right on what is locked is not enough."""
        subject = obstacle.guard.subject if obstacle.guard is not None else None
        entry = self.catalog.entry(subject.type) if subject is not None else None
        site = self.oracle.sites.number_at.get(subject.place) if subject is not None else None
        if entry is None or entry.role != "scope_lock" or site is None:
            return obstacle
        return replace(obstacle, calls=tuple(replace(call, at=f"{SITE}{site}") for call in obstacle.calls))

    @cached_property
    def _inside(self) -> Mapping[int, Sequence[Store]]:
        """The site of a container -> the stores that lie in it."""
        found: dict[int, list[Store]] = {}
        for number, store in self._stores.items():
            sites = self.oracle.sites
            for spot in sites.all[number].within if number >= 0 else ():
                outer = sites.number_at.get(spot.place, -1) if spot.place is not None else -1
                if outer in self._stores and self._stores[outer].container:
                    found.setdefault(outer, []).append(store)
        return found

    def _own_obstacles(self, number: int, verb: Verb, way: Way, place: int) -> tuple[Obstacle, ...]:
        block = self.blocks[number]
        return tuple(obstacles(block.targets[place], verb, way, block, self._stores))
