"""The questions that checks and commands ask of a picture. What is not asked costs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from policypack.model import Gap, Infrastructure, Outcome, Power, Verb

if TYPE_CHECKING:
    from policypack.authority.aws import Decision
    from policypack.authority.engine import Engine


class Authority(Struct, dict=True):
    """Who can do what in one picture. Powers are those of the inputs' own identities, in the order of the inputs."""

    infrastructure: Infrastructure
    _powers: dict[str, tuple[Power, ...]] = field(default_factory=dict)
    _all: dict[tuple[str, bool], tuple[Power, ...]] = field(default_factory=dict)

    @cached_property
    def _engine(self) -> Engine | None:
        """None where nobody is there who could do anything, so that nothing is loaded for it."""
        if not any(each.language == "aws" and each.form != "group" for each in self.infrastructure.identities):
            return None
        from policypack.authority.engine import Engine

        return Engine(self.infrastructure)

    def powers_of(self, identity: str) -> tuple[Power, ...]:
        """What the identity of an address can do, itself or by becoming others: each verb and target once, with the surest
        outcome (yes or maybe) and the shortest proof. `escalate` stands for what it can become by more than assuming roles."""
        if identity not in self._powers:
            self._powers[identity] = tuple(self._powers_of(identity)) if self._engine else ()
        return self._powers[identity]

    def _powers_of(self, identity: str) -> Iterator[Power]:
        engine = self._engine
        assert engine is not None
        found: dict[tuple[Verb, str], Power] = {}
        for caller in engine.callers_at(identity):
            for power in (*engine.powers_of(caller), *engine.escalations(caller)):
                known = found.get((power.verb, power.target))
                if known is None or known.outcome.rank < power.outcome.rank:
                    found[power.verb, power.target] = power
        yield from found.values()

    def who_can(self, verb: Verb, target: str, *, everyone: bool = False) -> tuple[Power, ...]:
        """Every identity that can do it to what the address names (a store, vault, key, copy, state), yes before maybe.
        `everyone` also gives those that cannot."""
        engine = self._engine
        if engine is None:
            return ()
        wanted = [
            ((number, each), place)
            for each in _meant(verb, self.targets.get(target, frozenset()))
            for number, block in enumerate(engine.targets.blocks)
            if each in block.ways
            for place, held in enumerate(block.targets)
            if held.address == target or (each is Verb.DESTROY_COPIES and held.copy_of == target)
        ]
        found: dict[str, Power] = {}
        for caller in range(len(engine.principals.all)):
            best = Power(engine.identity(caller).address, verb, target, Outcome.NO)
            if verb is Verb.ESCALATE:
                taken = (each for each in engine.reaches(caller) if each.target.partition(" ")[0] == target)
                best = max(taken, key=lambda each: each.outcome.rank, default=best)
            for key, place in wanted:
                outcome = engine.outcome(caller, key, place)
                if outcome.rank > best.outcome.rank:
                    best = engine.power(caller, key, place, outcome)
            known = found.get(best.identity)
            if (everyone or best.outcome is not Outcome.NO) and (known is None or known.outcome.rank < best.outcome.rank):
                found[best.identity] = best
        return tuple(sorted(found.values(), key=lambda each: (-each.outcome.rank, each.identity)))

    def can(self, identity: str, action: str, resource: str) -> Decision:
        """One decision with the statements that made it. `resource` is an address, an ARN, or `*`. Raises KeyError where no
        identity has that address."""
        engine = self._engine
        callers = engine.callers_at(identity) if engine else []
        if engine is None or not callers:
            raise KeyError(identity)
        decisions = [
            engine.callers.oracle.decide(caller, action, engine.subject(caller, action, resource)) for caller in callers
        ]
        return max(decisions, key=lambda each: each.outcome.rank)

    def reaches(self, identity: str) -> tuple[Power, ...]:
        """What the identity of an address can become, by any step, as powers to escalate: the target is the other identity."""
        engine = self._engine
        return tuple(each for caller in engine.callers_at(identity) for each in engine.reaches(caller)) if engine else ()

    def assumes(self, identity: str) -> frozenset[str]:
        """The others that the identity of an address certainly becomes, and by assuming roles alone."""
        engine = self._engine
        if engine is None:
            return frozenset()
        callers = engine.callers_at(identity)
        escalates = {name for caller in callers for name in engine.names(engine.escalated(caller))}
        return frozenset(name for each in callers for name in engine.names(engine.becomes(each))) - escalates

    def destroys_all(self, store: str, *, proved: bool = True, everyone: bool = False) -> tuple[Power, ...]:
        """The identities that can take a store and every backup of it that counts, by whatever they can become. A store
        without such a backup is taken with the store alone. Not `proved`: who and how surely, without the paths. `everyone`
        also gives those that cannot."""
        if (store, proved) not in self._all:
            from policypack.authority.everything import destroys_all

            self._all[store, proved] = tuple(destroys_all(self._engine, store, proved=proved)) if self._engine else ()
        able = self._all[store, proved]
        if not everyone or self._engine is None:
            return able
        others = self._engine.principals.by_address.keys() - {each.identity for each in able}
        return (*able, *(Power(each, Verb.DESTROY, store, Outcome.NO) for each in sorted(others)))

    @cached_property
    def targets(self) -> Mapping[str, frozenset[Verb]]:
        """What can be asked about: address -> verbs."""
        engine = self._engine
        found: dict[str, set[Verb]] = {}
        for block in engine.targets.blocks if engine else ():
            for target in block.targets:
                found.setdefault(target.address, set()).update(block.ways)
                if target.copy_of:
                    found.setdefault(target.copy_of, set()).add(Verb.DESTROY_COPIES)
        for each in self.infrastructure.identities if engine else ():
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
