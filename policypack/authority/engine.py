"""The answers for one picture: what each caller has by itself, joined over all that it can become."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, reduce
from operator import or_

from msgspec import Struct, field

from policypack.authority.holders import Holders, turned
from policypack.authority.parts import Decision, Parts, Spot
from policypack.authority.proofs import Proof
from policypack.authority.reach import Both, Graph, Key, Route, bit_set, bits
from policypack.model import Identity, Infrastructure, Outcome, Power, Store, Verb

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
        identity = self.identity(caller)
        everything = self.all_of(caller)
        for key in sorted(everything, key=lambda key: (_ORDER[key[1]], key[0])):
            certain, possible = everything[key]
            targets = self.targets.blocks[key[0]].targets
            alike: dict[tuple[Outcome, tuple[str, ...]], list[Proof]] = {}
            for place in bits(possible):
                outcome = Outcome.YES if certain >> place & 1 else Outcome.MAYBE
                rules = self._rules(caller, key, place, outcome)
                known = alike.setdefault((outcome, rules), [])
                if len(known) < _MOST_PROVED:
                    known.append(self.proof(caller, key, place, outcome))
                    steps = known[-1].steps
                else:
                    steps = ()
                actions, missing = known[-1].actions, known[-1].missing
                yield Power(identity.address, key[1], targets[place].address, outcome, steps, actions, missing, rules)

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

    def reaches(self, caller: int) -> Iterator[Power]:
        """Every other caller that one can become, in order, with the route."""
        return (self._taken(caller, number) for number in bits(self._others(caller)))

    def _others(self, caller: int) -> int:
        return self.graph.reached(caller, certainly=False) & ~(1 << caller)

    def _taken(self, caller: int, number: int) -> Power:
        route = self.graph.route(caller, 1 << number)
        assert route is not None
        proof = self._way(route)
        outcome = Outcome.YES if route.certain else Outcome.MAYBE
        address, name = self.identity(caller).address, self.explain.name(number)
        return Power(address, Verb.ESCALATE, name, outcome, proof.steps, proof.actions, "" if route.certain else proof.missing)

    def escalations(self, caller: int) -> Iterator[Power]:
        """Those of `reaches` that take more than roles which are there to be assumed."""
        return (self._taken(caller, number) for number in bits(self.escalated(caller)))

    def escalated(self, caller: int) -> int:
        """Whom a caller can only become by more than assuming roles, as bits."""
        return self._others(caller) & ~self._graphs[1].reached(caller, certainly=False)

    def becomes(self, caller: int) -> int:
        """Whom a caller can certainly become, as bits."""
        return self.graph.reached(caller, certainly=True) & ~(1 << caller)

    def names(self, callers: int) -> Iterator[str]:
        """What callers are called."""
        return map(self.explain.name, bits(callers))

    def callers_at(self, address: str) -> list[int]:
        """The callers of an address, as the inputs show them."""
        return list(self.principals.by_address.get(address, ()))

    def identity(self, caller: int) -> Identity:
        """Who a caller is."""
        return self.parts.identity(caller)

    def decide(self, caller: int, action: str, resource: str) -> Decision:
        """One decision, about an address, what else the language calls things by, or `*`."""
        return self.parts.decide(caller, action, resource)
