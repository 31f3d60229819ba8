"""The answers for one picture: what each caller has by itself, joined over all that it can become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, reduce
from itertools import groupby, islice
from operator import or_

from msgspec import Struct, field

from policypack.authority.alike import Alike, alike, single
from policypack.authority.holders import Holders, turned
from policypack.authority.parts import Decision, Parts, Spot
from policypack.authority.proofs import Proof
from policypack.authority.reach import Both, Graph, Key, Route, bit_set, bits
from policypack.model import Identity, Infrastructure, Outcome, Power, Store, Verb, leading_address, replace

_MOST_PROVED, _MOST_WAYS = 20, 4096
_NOTHING: Both = (0, 0)
_ORDER = {verb: number for number, verb in enumerate(Verb)}


class Engine(Struct, dict=True):
    """Everything that is worked out for a picture, once."""

    infrastructure: Infrastructure
    parts: Parts
    _joined: dict[tuple[int, int], Mapping[Key, Both]] = field(default_factory=dict)
    _ways: dict[Route, Proof] = field(default_factory=dict)
    _anybody: dict[Key, int] = field(default_factory=dict)
    _firsts: dict[int, int] = field(default_factory=dict)
    _holding: dict[int, int] = field(default_factory=dict)
    _first_held: dict[int, int] = field(default_factory=dict)
    _named: dict[tuple[int, int], tuple[str, ...]] = field(default_factory=dict)
    _called: dict[int, str] = field(default_factory=dict)
    _by_address: dict[str, int] = field(default_factory=dict)
    _standing: dict[frozenset[str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.principals, self.targets = self.parts.principals, self.parts.targets
        self.powers, self.explain = self.parts.powers, self.parts.explain

    @cached_property
    def graph(self) -> Graph:
        """Who becomes whom."""
        return self._graphs[0]

    @cached_property
    def _graphs(self) -> tuple[Graph, Graph]:
        return self.parts.graphs()

    @cached_property
    def _capable(self) -> int:
        """The callers that can do anything themselves, as bits."""
        assert self.graph
        return bit_set(number for number in range(self.parts.count) if self.powers.own(number))

    @cached_property
    def _powerless(self) -> bool:
        """Whether nobody can do anything to begin with, nor get more rights than somebody has: who becomes whom is no matter."""
        everybody = range(len(self.principals.all))
        return not any(self.powers.own(number) or self.parts.may_gain(number) for number in everybody)

    def all_of(self, caller: int) -> Mapping[Key, Both]:
        """Block and verb -> the targets, for what a caller can do itself or by becoming others."""
        if self._powerless:
            return {}
        return self._together(
            self.graph.reached(caller, certainly=True) & self._capable,
            self.graph.reached(caller, certainly=False) & self._capable,
        )

    def _together(self, certain: int, possible: int) -> Mapping[Key, Both]:
        """What callers can do themselves who are certainly, and at least possibly, there to do it."""
        certain, possible = self._first_of(certain), self._first_of(possible)
        known = self._joined.get((certain, possible))
        if known is None:
            found: dict[Key, Both] = {}
            for number in bits(possible):
                sure = certain >> number & 1
                for key, (must, may) in self.powers.own(number).items():
                    one, other = found.get(key, _NOTHING)
                    found[key] = (one | must if sure else one, other | may)
            known = self._joined[certain, possible] = found
        return known

    @cached_property
    def _double_of(self) -> Mapping[int, int]:
        """Callers before whom somebody stands who can do the very same -> that one."""
        first: dict[frozenset[tuple[Key, Both]], int] = {}
        by_mapping: dict[int, int] = {}
        found: dict[int, int] = {}
        for each in bits(self._capable):
            own = self.powers.own(each)
            if id(own) not in by_mapping:
                by_mapping[id(own)] = first.setdefault(frozenset(own.items()), each)
            if by_mapping[id(own)] != each:
                found[each] = by_mapping[id(own)]
        return found

    @cached_property
    def _doubles(self) -> int:
        return bit_set(self._double_of)

    def _first_of(self, callers: int) -> int:
        """For all of some callers who can do the same, one: what they can do together is what one of each can do."""
        doubles = callers & self._doubles
        if not doubles:
            return callers
        known = self._firsts.get(doubles)
        if known is None:
            known = self._firsts[doubles] = bit_set({self._double_of[each] for each in bits(doubles)})
        return callers & ~doubles | known

    @cached_property
    def kinds(self) -> Sequence[int]:
        """The inputs' own callers in groups, as bits: those of a group can do the same in the same ways, by whatever they become."""
        found: dict[tuple[int, int], int] = {}
        for number in range(len(self.principals.all)):
            key = (
                self._held_by(self.graph.reached(number, certainly=True)),
                self._held_by(self.graph.reached(number, certainly=False)),
            )
            found[key] = found.get(key, 0) | 1 << number
        return tuple(found.values())

    def _held_by(self, callers: int) -> int:
        """For all of some callers who hold the same, one. Who holds the same shares one answer of `powers.own`."""
        callers &= self._capable
        known = self._holding.get(callers)
        if known is None:
            known = self._holding[callers] = bit_set({self._held_first(each) for each in bits(callers)})
        return known

    def _held_first(self, caller: int) -> int:
        return self._first_held.setdefault(id(self.powers.own(caller)), caller)

    def outcome(self, caller: int, key: Key, place: int) -> Outcome:
        """Whether a caller can do it to one target."""
        certain, possible = self.all_of(caller).get(key, _NOTHING)
        return Outcome.YES if certain >> place & 1 else Outcome.MAYBE if possible >> place & 1 else Outcome.NO

    def deletes(self, caller: int, number: int, verb: Verb, place: int) -> Outcome | None:
        """How surely a caller deletes a target itself by what does more than empty it; None where nothing merely empties it."""
        ways = self.targets.blocks[number].ways[verb]
        whole = [way for way in ways if not way.empties]
        if len(whole) == len(ways):
            return None
        found = [self.powers.way(caller, number, verb, way) for way in whole]
        if any(certain >> place & 1 for certain, _ in found):
            return Outcome.YES
        return Outcome.MAYBE if any(possible >> place & 1 for _, possible in found) else Outcome.NO

    @cached_property
    def places(self) -> Mapping[tuple[str, str, Verb], list[Spot]]:
        """Input, address and verb -> where that is asked."""
        found: dict[tuple[str, str, Verb], list[Spot]] = {}
        for number, block in enumerate(self.targets.blocks):
            for verb in block.ways:
                for position, target in enumerate(block.targets):
                    found.setdefault((target.inside, target.address, verb), []).append(((number, verb), position))
        return found

    @cached_property
    def told_once(self) -> bool:
        """Whether no address stands for two callers, or has the same done to it in two blocks or two inputs."""
        asked = [(target.address, verb) for block in self.targets.blocks for verb in block.ways for target in block.targets]
        return len(asked) == len(set(asked)) and len(self.principals.by_address) == len(self.principals.all)

    @cached_property
    def stores_at(self) -> Mapping[str, list[Store]]:
        """Address -> the stores of that address, one an input."""
        found: dict[str, list[Store]] = {}
        for store in self.infrastructure.stores:
            found.setdefault(store.address, []).append(store)
        return found

    @cached_property
    def keys(self) -> tuple[Store, ...]:
        """The stores that are keys."""
        return tuple(store for store in self.infrastructure.stores if store.kind == "key")

    @cached_property
    def _holders(self) -> Mapping[Key, Holders]:
        return turned({caller: self.all_of(caller) for caller in range(len(self.principals.all))})

    @cached_property
    def _settled(self) -> bool:
        """Whether nobody may get rights that nobody has yet: then all become only each other."""
        return not any(map(self.parts.may_gain, range(len(self.principals.all))))

    def _at_most(self, key: Key) -> int:
        """The targets to which anybody at all may possibly do something himself, as bits."""
        if key not in self._anybody:
            callers = (each for each in range(len(self.principals.all)) if self.powers.might(each, key))
            self._anybody[key] = reduce(or_, (self.powers.own(each).get(key, _NOTHING)[1] for each in callers), 0)
        return self._anybody[key]

    def holders(self, key: Key, place: int) -> Both:
        """The inputs' own callers that can do it to one target, certainly and at least possibly, as bits."""
        if self._settled and not self._at_most(key) >> place & 1:
            return _NOTHING  # and who becomes whom need not be known
        found = self._holders.get(key)
        return found.of(place) if found else (0, 0)

    def powers_of(self, caller: int) -> Iterator[Power]:
        """Every power of a caller, in the order of verbs, blocks and targets. Where there are very many of a kind, the last ones
        are told without a path of their own, with what the others of their kind rest on."""
        for key, told in groupby(self._told(caller), key=lambda each: each[0]):
            targets = self.targets.blocks[key[0]].targets
            powers = {place: power for _, power, places in told for place in bits(places)}
            for place in sorted(powers):
                yield replace(powers[place], target=targets[place].address)

    def alike(self, caller: int) -> Iterator[Alike]:
        """The same, those of a kind that have no path of their own as one."""
        for (number, _), power, places in self._told(caller):
            yield alike(power, self._addresses(number, places))

    def _addresses(self, number: int, places: int) -> tuple[str, ...]:
        key = (number, places)
        if key not in self._named:
            targets = self.targets.blocks[number].targets
            self._named[key] = tuple(targets[place].address for place in bits(places))
        return self._named[key]

    def _told(self, caller: int) -> Iterator[tuple[Key, Power, int]]:
        """Powers, and over which targets of a block as bits: the first of a kind one by one, the others together."""
        address = self.identity(caller).address
        everything = self.all_of(caller)
        for key in sorted(everything, key=lambda key: (_ORDER[key[1]], key[0])):
            targets = self.targets.blocks[key[0]].targets
            for outcome, rules, places in self._kinds(caller, key, everything[key]):
                power: Power | None = None
                rest = places
                for place in islice(bits(places), _MOST_PROVED):
                    proof = self.proof(caller, key, place, outcome)
                    power = Power(
                        address, key[1], targets[place].address, outcome, proof.steps, proof.actions, proof.missing, rules
                    )
                    yield key, power, 1 << place
                    rest ^= 1 << place
                if rest and power is not None:
                    yield key, replace(power, path=()), rest

    def _kinds(self, caller: int, key: Key, all_of: Both) -> Iterator[tuple[Outcome, tuple[str, ...], int]]:
        """The targets of a block by how surely something can be done to them, and by which hops."""
        own, assuming = self.powers.own(caller).get(key, _NOTHING), self._by_assuming(caller).get(key, _NOTHING)
        for row, outcome, every in ((0, Outcome.YES, all_of[0]), (1, Outcome.MAYBE, all_of[1] & ~all_of[0])):
            left = every
            for rules, reached in (((), own[row]), (("assume",), assuming[row]), (("escalate",), every)):
                if left & reached:
                    yield outcome, rules, left & reached
                left &= ~reached

    def power(self, caller: int, key: Key, place: int, outcome: Outcome) -> Power:
        """One power with its proof, of which is known how surely it is had."""
        address = self.identity(caller).address
        target = self.targets.blocks[key[0]].targets[place].address
        proof = self.proof(caller, key, place, outcome)
        rules = self._rules(caller, key, place, outcome)
        return Power(address, key[1], target, outcome, proof.steps, proof.actions, proof.missing, rules)

    def _rules(self, caller: int, key: Key, place: int, outcome: Outcome) -> tuple[str, ...]:
        """By which hops a power is had: by none, by assuming roles alone, or only by more than that."""
        row = 0 if outcome is Outcome.YES else 1
        if self.powers.own(caller).get(key, _NOTHING)[row] >> place & 1:
            return ()
        return ("assume",) if self._by_assuming(caller).get(key, _NOTHING)[row] >> place & 1 else ("escalate",)

    def _by_assuming(self, caller: int) -> Mapping[Key, Both]:
        assuming = self._graphs[1]
        return self._together(
            assuming.reached(caller, certainly=True) & self._capable, assuming.reached(caller, certainly=False) & self._capable
        )

    def proof(self, caller: int, key: Key, place: int, outcome: Outcome) -> Proof:
        """The surest, then shortest proof that a caller can do something to one target."""
        row = 0 if outcome is Outcome.YES else 1
        goals = 1 << caller
        if not self.powers.own(caller).get(key, _NOTHING)[row] >> place & 1:
            goals = self._able[key].of(place)[row]
        route = self.graph.route(caller, goals)
        assert route is not None, "what is joined over a route has one"
        way = self._way(route)
        act = self.explain.act(route.nodes[-1], key[0], key[1], place)
        missing = "" if outcome is Outcome.YES else way.missing or act.missing
        return Proof(
            tuple(dict.fromkeys((*way.steps, *act.steps))), tuple(dict.fromkeys((*way.actions, *act.actions))), missing
        )

    @cached_property
    def _able(self) -> Mapping[Key, Holders]:
        """Block and verb -> the callers that can do it themselves, those included that are made on the way."""
        return turned({number: self.powers.own(number) for number in bits(self._capable)})

    def _way(self, route: Route) -> Proof:
        """The steps of a route. Those told last are kept: one leads to many targets."""
        known = self._ways.get(route)
        if known is None:
            if len(self._ways) >= _MOST_WAYS:
                self._ways.clear()
            known = self._ways[route] = self.explain.route(route)
        return known

    def reaches(self, caller: int, among: int = -1) -> Iterator[Power]:
        """Every other caller (of some, as bits) that one can become, in order, with the route."""
        return (self._taken(caller, number) for number in bits(self._others(caller) & among))

    def called(self, address: str) -> int:
        """The callers that an address stands for, those included that it makes of itself, as bits."""
        assert self.graph
        if not self._by_address:
            for number, name in enumerate(self.names((1 << self.parts.count) - 1)):
                found = leading_address(name)
                self._by_address[found] = self._by_address.get(found, 0) | 1 << number
        return self._by_address.get(address, 0)

    def _others(self, caller: int) -> int:
        return self.graph.reached(caller, certainly=False) & ~(1 << caller)

    def _taken(self, caller: int, number: int) -> Power:
        route = self.graph.route(caller, 1 << number)
        assert route is not None
        proof = self._way(route)
        outcome = Outcome.YES if route.certain else Outcome.MAYBE
        address, name = self.identity(caller).address, self.explain.name(number)
        return Power(address, Verb.ESCALATE, name, outcome, proof.steps, proof.actions, "" if route.certain else proof.missing)

    def standing_for(self, addresses: frozenset[str]) -> int:
        """The callers of some addresses, as bits."""
        if addresses not in self._standing:
            self._standing[addresses] = bit_set(number for each in addresses for number in self.callers_at(each))
        return self._standing[addresses]

    def escalations(self, caller: int) -> Iterator[Power]:
        """Those of `reaches` that take more than roles which are there to be assumed. Where there are very many, the last ones
        are told without a path of their own."""
        found: dict[str, Power] = {}
        for power in (power for each in self.becoming(caller) for power in each):
            found.setdefault(power.target, power)  # what is sure comes first
        return (found[each] for each in dict.fromkeys(self.names(self.escalated(caller))))

    def becoming(self, caller: int) -> Iterator[Alike]:
        """The same, those that have no path of their own as one."""
        every, sure = self.escalated(caller), self.graph.reached(caller, certainly=True)
        for numbers in (every & sure, every & ~sure):
            power: Power | None = None
            rest = numbers
            for number in islice(bits(numbers), _MOST_PROVED):
                power = self._taken(caller, number)
                yield single(power)
                rest ^= 1 << number
            if rest and power is not None:
                yield alike(replace(power, path=()), tuple(self.names(rest)))

    def escalated(self, caller: int) -> int:
        """Whom a caller can only become by more than assuming roles, as bits."""
        return self._others(caller) & ~self._graphs[1].reached(caller, certainly=False)

    def becomes(self, caller: int) -> int:
        """Whom a caller can certainly become, as bits."""
        return self.graph.reached(caller, certainly=True) & ~(1 << caller)

    def names(self, callers: int) -> Iterator[str]:
        """What callers are called."""
        for each in bits(callers):
            if each not in self._called:
                self._called[each] = self.explain.name(each)
            yield self._called[each]

    def callers_at(self, address: str) -> list[int]:
        """The callers of an address, as the inputs show them."""
        return list(self.principals.by_address.get(address, ()))

    def identity(self, caller: int) -> Identity:
        """Who a caller is."""
        return self.parts.identity(caller)

    def decide(self, caller: int, action: str, resource: str) -> Decision:
        """One decision, about an address, what else the language calls things by, or `*`."""
        return self.parts.decide(caller, action, resource)
