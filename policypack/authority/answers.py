"""The questions that checks and commands ask of a picture. What is not asked costs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct, field

from policypack.model import Gap, Infrastructure, Outcome, Power, Verb

if TYPE_CHECKING:
    from policypack.authority.alike import Alike
    from policypack.authority.engine import Engine
    from policypack.authority.parts import Decision


class Authority(Struct, dict=True):
    """Who can do what in one picture. Powers are those of the inputs' own identities, in the order of the inputs."""

    infrastructure: Infrastructure
    _powers: dict[str, tuple[Power, ...]] = field(default_factory=dict)
    _alike: dict[str, tuple[Alike, ...]] = field(default_factory=dict)
    _takers: dict[str, Mapping[str, Power]] = field(default_factory=dict)
    _all: dict[tuple[str, bool], tuple[Power, ...]] = field(default_factory=dict)

    @cached_property
    def _engines(self) -> tuple[Engine, ...]:
        """One for the documents of AWS, one for the roles of all others; none where nobody is there who could do anything, so that
        nothing is loaded for it."""
        found: list[Engine] = []
        if any(each.language == "aws" and each.form != "group" for each in self.infrastructure.identities):
            from policypack.authority.aws_parts import AwsParts
            from policypack.authority.engine import Engine

            found.append(Engine(self.infrastructure, AwsParts(self.infrastructure)))
        sites = self.infrastructure.sites
        if any(each.grants or each.resource.place in sites for each in self.infrastructure.identities):
            from policypack.authority.engine import Engine
            from policypack.authority.scoped.parts import ScopedParts

            found.append(Engine(self.infrastructure, ScopedParts(self.infrastructure)))
        return tuple(found)

    def powers_of(self, identity: str) -> tuple[Power, ...]:
        """What the identity of an address can do, itself or by becoming others: each verb and target once, with the surest
        outcome (yes or maybe) and the shortest proof. `escalate` stands for what it can become by more than assuming roles."""
        if identity not in self._powers:
            self._powers[identity] = tuple(self._powers_of(identity))
        return self._powers[identity]

    def _powers_of(self, identity: str) -> Iterator[Power]:
        found: dict[tuple[Verb, str], Power] = {}
        for engine in self._engines:
            for caller in engine.callers_at(identity):
                for power in (*engine.powers_of(caller), *engine.escalations(caller)):
                    known = found.get((power.verb, power.target))
                    if known is None or known.outcome.rank < power.outcome.rank:
                        found[power.verb, power.target] = power
        yield from found.values()

    def alike(self, identity: str) -> tuple[Alike, ...]:
        """`powers_of`, those together that differ in nothing but their target."""
        if identity not in self._alike:
            self._alike[identity] = tuple(self._alike_of(identity))
        return self._alike[identity]

    def _alike_of(self, identity: str) -> Iterator[Alike]:
        from policypack.authority.alike import once_a_target

        asked = [(engine, caller) for engine in self._engines for caller in engine.callers_at(identity)]
        if len(asked) == 1 and asked[0][0].told_once:
            engine, caller = asked[0]
            return chain(engine.alike(caller), engine.becoming(caller))
        return once_a_target(each for engine, caller in asked for each in (*engine.alike(caller), *engine.becoming(caller)))

    def who_can(self, verb: Verb, target: str, *, everyone: bool = False) -> tuple[Power, ...]:
        """Every identity that can do it to what the address names (a store, vault, key, copy, state), yes before maybe.
        `everyone` also gives those that cannot."""
        found: dict[str, Power] = {}
        for best in (each for engine in self._engines for each in self._able(engine, verb, target)):
            known = found.get(best.identity)
            if (everyone or best.outcome is not Outcome.NO) and (known is None or known.outcome.rank < best.outcome.rank):
                found[best.identity] = best
        return tuple(sorted(found.values(), key=lambda each: (-each.outcome.rank, each.identity)))

    def _able(self, engine: Engine, verb: Verb, target: str) -> Iterator[Power]:
        """What each caller can do at most."""
        wanted = [
            ((number, each), place)
            for each in _meant(verb, self.targets.get(target, frozenset()))
            for number, block in enumerate(engine.targets.blocks)
            if each in block.ways
            for place, held in enumerate(block.targets)
            if held.address == target or (each is Verb.DESTROY_COPIES and held.copy_of == target)
        ]
        for caller in range(len(engine.principals.all)):
            best = Power(engine.identity(caller).address, verb, target, Outcome.NO)
            if verb is Verb.ESCALATE:
                taken = engine.reaches(caller, engine.called(target))
                best = max(taken, key=lambda each: each.outcome.rank, default=best)
            for key, place in wanted:
                outcome = engine.outcome(caller, key, place)
                if outcome.rank > best.outcome.rank:
                    best = engine.power(caller, key, place, outcome)
            yield best

    def can(self, identity: str, action: str, resource: str) -> Decision:
        """One decision with the statements that made it. `resource` is an address, an ARN, or `*`. Raises KeyError where no
        identity has that address."""
        decisions = [
            engine.decide(caller, action, resource) for engine in self._engines for caller in engine.callers_at(identity)
        ]
        if not decisions:
            raise KeyError(identity)
        return max(decisions, key=lambda each: each.outcome.rank)

    def reaches(self, identity: str) -> tuple[Power, ...]:
        """What the identity of an address can become, by any step, as powers to escalate: the target is the other identity."""
        return tuple(
            each for engine in self._engines for caller in engine.callers_at(identity) for each in engine.reaches(caller)
        )

    def assumes(self, identity: str, others: frozenset[str] | None = None) -> frozenset[str]:
        """Those of others (of all) that the identity of an address certainly becomes, and by assuming roles alone."""
        found: set[str] = set()
        for engine in self._engines:
            callers, asked = engine.callers_at(identity), -1 if others is None else engine.standing_for(others)
            escalates = {name for caller in callers for name in engine.names(engine.escalated(caller) & asked)}
            found |= {name for each in callers for name in engine.names(engine.becomes(each) & asked)} - escalates
        return frozenset(found)

    def destroys_all(self, store: str, *, proved: bool = True, everyone: bool = False) -> tuple[Power, ...]:
        """The identities that can take a store and every backup of it that counts, by whatever they can become. A store
        without such a backup is taken with the store alone. Not `proved`: who and how surely, without the paths. `everyone`
        also gives those that cannot."""
        if (store, proved) not in self._all:
            from policypack.authority.everything import destroys_all

            self._all[store, proved] = tuple(each for one in self._engines for each in destroys_all(one, store, proved=proved))
        able = self._all[store, proved]
        if not everyone:
            return able
        others = {each for one in self._engines for each in one.principals.by_address} - {each.identity for each in able}
        return (*able, *(Power(each, Verb.DESTROY, store, Outcome.NO) for each in sorted(others)))

    def taking(self, stores: Sequence[str]) -> Mapping[str, list[Alike]]:
        """Everybody who can take some of these stores with every backup of them, without the paths; as `destroys_all` has it."""
        from policypack.authority.alike import alike
        from policypack.authority.everything import taking

        found: dict[str, list[Alike]] = {}
        for engine in self._engines:
            for callers, outcome, addresses in taking(engine, stores):
                for name in engine.names(callers):
                    power = Power(name, Verb.DESTROY, addresses[0], outcome)
                    found.setdefault(name, []).append(alike(power, addresses))
        return found

    def takes(self, identity: str, store: str) -> Power | None:
        """How the identity of an address takes a store with every backup of it, None where it cannot."""
        if store not in self._takers:
            self._takers[store] = {each.identity: each for each in reversed(self.destroys_all(store))}
        return self._takers[store].get(identity)

    @cached_property
    def targets(self) -> Mapping[str, frozenset[Verb]]:
        """What can be asked about: address -> verbs."""
        found: dict[str, set[Verb]] = {}
        for block in (block for engine in self._engines for block in engine.targets.blocks):
            for target in block.targets:
                found.setdefault(target.address, set()).update(block.ways)
                if target.copy_of:
                    found.setdefault(target.copy_of, set()).add(Verb.DESTROY_COPIES)
        for each in self.infrastructure.identities if self._engines else ():
            found.setdefault(each.address, set()).add(Verb.ESCALATE)
        return {address: frozenset(verbs | set(_also(verbs))) for address, verbs in found.items()}

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """What leaves open who can do what: roles, accounts, vaults, keys and policies that the inputs refer to and do not show."""
        return tuple(gap for gap in self.infrastructure.gaps if gap.access)


_NEAREST = (Verb.DESTROY_KEY, Verb.REMOVE_DOMAIN, Verb.DESTROY_COPIES, Verb.WRITE_STATE)


def _also(verbs: Iterable[Verb]) -> Iterator[Verb]:
    """`destroy`, of what is destroyed under another verb: a key, an account, a vault, a state."""
    if any(verb in _NEAREST for verb in verbs):
        yield Verb.DESTROY


def _meant(verb: Verb, known: frozenset[Verb]) -> tuple[Verb, ...]:
    if verb is not Verb.DESTROY:
        return (verb,)
    return (verb, *(each for each in _NEAREST[:2] if each in known)) if known & {*_NEAREST[:2]} else _vault_or_store(known)


def _vault_or_store(known: frozenset[Verb]) -> tuple[Verb, ...]:
    if Verb.OVERWRITE in known or not known & {*_NEAREST[2:]}:
        return (Verb.DESTROY,)
    return (Verb.DESTROY, *(each for each in _NEAREST[2:] if each in known))


_last: list[Authority] = []


def authority(infrastructure: Infrastructure) -> Authority:
    """The authority of a picture. The last two are kept, since a plan is judged against what it changes."""
    for each in _last:
        if each.infrastructure is infrastructure:
            return each
    made = Authority(infrastructure)
    _last.insert(0, made)
    del _last[2:]
    return made
