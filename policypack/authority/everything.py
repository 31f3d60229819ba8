"""Who can take a store and every way back: the primary, and each backup that counts, by its own way to be lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from operator import or_

from msgspec import Struct

from policypack.authority.engine import Engine
from policypack.authority.powers import Key
from policypack.authority.proofs import plural
from policypack.authority.reach import bits
from policypack.authority.targets import is_unseen_point
from policypack.model import Copy, Evidence, Outcome, Power, Resource, Store, Unknown, Verb, same_domain

Place = tuple[Key, int]


class Loss(Struct, frozen=True):
    """One way in which something is lost: where it is done, at most how surely. `at` None: nothing has to be done, and `said` is
    why. `with_store`: it goes only because the store itself is deleted, not because what lies in the store is."""

    at: Place | None
    cap: Outcome = Outcome.YES
    said: Evidence | None = None
    with_store: bool = False


class Losses(Struct, frozen=True, dict=True):
    """For a store, the losses that each part of it takes: the primary, then each backup."""

    engine: Engine
    store: Store

    def of(self, resource: Resource, verb: Verb) -> list[Place]:
        """Where doing something to a resource is asked."""
        return list(self.engine.places.get((resource.inside, resource.address, verb), ()))

    @cached_property
    def primary(self) -> list[Loss]:
        """The ways to lose the store itself."""
        verbs = (Verb.DESTROY, Verb.DESTROY_KEY, Verb.REMOVE_DOMAIN)
        return [Loss(at) for verb in verbs for at in self.of(self.store.resource, verb)]

    def backup(self, copy: Copy) -> list[Loss]:
        """The ways to lose one backup; none where nothing takes it."""
        found = list(self._with_key(copy))
        if copy.dies_with_store is not False:
            cap = Outcome.YES if copy.dies_with_store is True else Outcome.MAYBE
            goes = "go with it" if cap is Outcome.YES else "may go with it"
            found.append(Loss(None, cap, _said(copy, goes), with_store=True))
        immutable = copy.immutable
        if immutable is True:
            return found
        cap = Outcome.MAYBE if isinstance(immutable, Unknown) else Outcome.YES
        held = copy.held_in
        if held is None and isinstance(copy.domain, Unknown):
            found.append(Loss(None, Outcome.MAYBE, _said(copy, "lie in a place that is not among the inputs")))
        elif held is None and not isinstance(copy.domain, Unknown) and same_domain(self.store.domain, copy.domain) is False:
            return found  # in another account, in something that the inputs do not show: a gap, and nobody's power
        elif held is None:
            made = (copy.made_by.inside, copy.made_by.address)
            itself = made == (self.store.resource.inside, self.store.address)
            verbs = () if itself else (Verb.DESTROY, Verb.DESTROY_COPIES)
            own = [at for verb in verbs for at in self.of(copy.made_by, verb)]
            points = is_unseen_point(copy)
            own = own or [at for at in self.of(self.store.resource, Verb.DESTROY_COPIES) if bool(self._points(at)) is points]
            found += [Loss(at, cap) for at in own]
        else:
            verb = Verb.DESTROY if copy.kind.in_bucket else Verb.DESTROY_COPIES
            kind = self.store.resource.type
            places = self.of(held, verb)
            mine = [at for at in places if self._points(at) in {"", kind}]
            found += [Loss(at, cap) for at in mine or places]
        return found

    def _points(self, at: Place) -> str:
        (number, _), place = at
        return self.engine.targets.blocks[number].targets[place].points

    def _with_key(self, copy: Copy) -> Iterator[Loss]:
        """Whoever destroys the key of a copy destroys the copy, whatever locks it."""
        key = copy.key
        for store in self.engine.keys if key is not None else ():
            named = isinstance(key, Unknown) and any(each.address == store.address for each in key.references)
            if named or (isinstance(key, str) and key == store.resource.get("arn")):
                yield from (Loss(at) for at in self.of(store.resource, Verb.DESTROY_KEY))


def destroys_all(engine: Engine, address: str, *, proved: bool = True) -> Iterator[Power]:
    """The powers over every store of an address, those that are sure first, in order."""
    found: dict[str, Power] = {}
    for store in engine.stores_at.get(address, ()):
        if engine.parts.decides(store) and not store.resource.goes:
            losses = Losses(engine, store)
            parts = [losses.primary, *(losses.backup(copy) for copy in store.backups)]
            for caller in bits(_able(engine, parts)):
                power = _power(engine, caller, address, parts, proved=proved)
                known = found.get(power.identity)
                if power.outcome is not Outcome.NO and (known is None or known.outcome.rank < power.outcome.rank):
                    found[power.identity] = power
    yield from sorted(found.values(), key=lambda each: (-each.outcome.rank, each.identity))


def taking(engine: Engine, addresses: Sequence[str]) -> Iterator[tuple[int, Outcome, tuple[str, ...]]]:
    """The stores of some addresses that callers can take with every backup: the callers as bits, how surely, which."""
    found: dict[tuple[int, Outcome], list[str]] = {}
    for address in addresses:
        for store in engine.stores_at.get(address, ()):
            if engine.parts.decides(store) and not store.resource.goes:
                losses = Losses(engine, store)
                parts = [losses.primary, *(losses.backup(copy) for copy in store.backups)]
                for callers in _groups(engine, _able(engine, parts)):
                    outcome = _power(engine, next(bits(callers)), address, parts, proved=False).outcome
                    if outcome is not Outcome.NO:
                        found.setdefault((callers, outcome), []).append(address)
    return ((callers, outcome, tuple(found[callers, outcome])) for callers, outcome in found)


def _groups(engine: Engine, callers: int) -> Iterable[int]:
    """Some callers in groups of those who can do the same, as bits."""
    if callers.bit_count() < len(engine.kinds):
        return (1 << each for each in bits(callers))
    return (callers & each for each in engine.kinds if callers & each)


def _able(engine: Engine, parts: list[list[Loss]]) -> int:
    """The callers that possibly take every part, as bits. Most take none, and asking each of them about each store is dear."""
    able = (1 << len(engine.principals.all)) - 1
    for part in parts:
        able &= reduce(or_, (engine.holders(*loss.at)[1] if loss.at else -1 for loss in part), 0)
        if not able:
            break
    return able


def _power(engine: Engine, caller: int, address: str, parts: list[list[Loss]], *, proved: bool) -> Power:
    chosen, outcome = _chosen(engine, caller, parts, deletes=True)
    kept = [[loss for loss in part if not loss.with_store] for part in parts]
    if outcome is not Outcome.YES and kept != parts:
        emptied = _chosen(engine, caller, kept, deletes=False)
        chosen, outcome = emptied if emptied[1].rank > outcome.rank else (chosen, outcome)
    name = engine.identity(caller).address
    if outcome is Outcome.NO:
        return Power(name, Verb.DESTROY, address, Outcome.NO)
    if not proved:
        return Power(name, Verb.DESTROY, address, outcome)
    steps: dict[Evidence, None] = {}
    actions: dict[str, None] = {}
    missing = ""
    for loss, sure in chosen:
        if loss.at is None:
            # Where all that there is goes with the store, the proof of its deletion says so already.
            if loss.said and not any(step.text == loss.said.text or step.text.endswith("and die with it") for step in steps):
                steps[loss.said] = None
            continue
        proof = engine.proof(caller, *loss.at, sure)
        steps.update(dict.fromkeys(proof.steps))
        actions.update(dict.fromkeys(proof.actions))
        missing = missing or proof.missing
    return Power(name, Verb.DESTROY, address, outcome, tuple(steps), tuple(actions), missing)


def _said(copy: Copy, what: str) -> Evidence:
    """What becomes of copies without anybody's doing, as a sentence with its place."""
    return Evidence(f"its {plural(copy.kind)} {what}", copy.evidence.resource, copy.evidence.location)


def _chosen(
    engine: Engine, caller: int, parts: list[list[Loss]], *, deletes: bool
) -> tuple[list[tuple[Loss, Outcome]], Outcome]:
    """The surest loss of each part, and how surely all of them happen. `deletes`: the store is deleted, not only emptied."""
    chosen: list[tuple[Loss, Outcome]] = []
    for number, part in enumerate(parts):
        whole = deletes and number == 0 and any(loss.with_store for each in parts[1:] for loss in each)
        told = [(loss, _outcome(engine, caller, loss, deletes=whole)) for loss in part]
        best = max(told, key=lambda each: each[1].rank, default=None)
        if best is None or best[1] is Outcome.NO:
            return [], Outcome.NO
        chosen.append(best)
    return chosen, min((each for _, each in chosen), key=lambda each: each.rank, default=Outcome.NO)


def _outcome(engine: Engine, caller: int, loss: Loss, *, deletes: bool) -> Outcome:
    if loss.at is None:
        return loss.cap
    found = engine.outcome(caller, *loss.at)
    if deletes and found is not Outcome.NO:
        found = min(found, _deletes(engine, caller, loss.at), key=lambda each: each.rank)
    return min(found, loss.cap, key=lambda each: each.rank)


def _deletes(engine: Engine, caller: int, at: Place) -> Outcome:
    """How surely a caller, or whom it can become, deletes something itself, by ways that do more than empty it."""
    (number, verb), place = at
    if engine.deletes(caller, number, verb, place) is None:
        return Outcome.YES
    for certainly, outcome in ((True, Outcome.YES), (False, Outcome.MAYBE)):
        for one in bits(engine.graph.reached(caller, certainly=certainly)):
            found = engine.deletes(one, number, verb, place)
            if found is not None and found.rank >= outcome.rank:
                return outcome
    return Outcome.NO
