"""Who can do what that they could not, and who no longer can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from policypack.authority import authority
from policypack.authority.held import is_watched, readable
from policypack.compare.sides import Sides
from policypack.model import Evidence, Identity, Infrastructure, Location, Outcome, Power, Verb, leading_address

_LOCK = "the lock of "  # of the state that an input is or has
_OF_CHOICE = (Verb.ESCALATE, "rights of one's own choosing")
Held = Mapping[tuple[Verb, str], Outcome]


class PowerChange(Struct, frozen=True):
    """A power that somebody gains or loses. `outcome` is how surely it is had on the side that has more of it, `other` how surely on
    the other side. `fresh`: there was no such target before. `watched`: it is an agent's, or that of whoever finds a static
    credential."""

    identity: str
    kind: str
    verb: Verb
    target: str
    outcome: Outcome
    other: Outcome
    production: bool
    watched: bool
    fresh: bool = False
    path: tuple[Evidence, ...] = ()
    missing: str = ""

    @property
    def of_choice(self) -> bool:
        """Whether it is to give somebody, be it a new principal, rights of one's own choosing: the target is then no resource."""
        return _is_of_choice(self.verb, self.target)

    @property
    def place(self) -> Location | None:
        """The line that gives it: that of the path's last step that is not about the target itself."""
        given = [step for step in self.path if step.location is not None and step.resource != self.target]
        return given[-1].location if given else next((step.location for step in self.path if step.location is not None), None)


class Untold(Struct, frozen=True):
    """Somebody of whom it cannot be told whether they gain anything, and why not."""

    identity: str
    reason: str


def gained(sides: Sides) -> Iterator[PowerChange | Untold]:
    """The powers of the head that the base does not have, or not as surely."""
    old_actors = actors(sides.before)
    for identity in actors(sides.after).values():
        powers = authority(sides.after).powers_of(identity.address)
        old = old_actors.get(sides.former_address.get(identity.address, identity.address)) if powers else None
        had = _outcomes(sides.before, old)
        more = [(each, had.get(_key(each, sides.former_address), Outcome.NO)) for each in powers]
        more = [(each, other) for each, other in more if each.outcome.rank > other.rank]
        told = set(map(id, readable(each for each, _ in more)))
        for power, other in more:
            if id(power) in told:
                former = sides.former_address.get(power.target)
                fresh = former is not None and former not in sides.stood
                yield _change(power, other, identity, sides, fresh)
        unread = next((each.missing for each, _ in more if id(each) not in told), "")
        if unread:
            yield Untold(identity.address, unread)


def lost(sides: Sides) -> Iterator[PowerChange]:
    """The powers of the base over what still stands that the head does not have, or not as surely."""
    new_actors = actors(sides.after)
    for identity in actors(sides.before).values():
        powers = readable(authority(sides.before).powers_of(identity.address))
        has = _outcomes(sides.after, new_actors.get(_called(identity.address, sides.new_address)) if powers else None)
        for power in powers:
            verb, target = _key(power, sides.new_address)
            left = has.get((verb, target), Outcome.NO)
            if target and left.rank < power.outcome.rank:
                yield _change(power, left, identity, sides)


def actors(picture: Infrastructure) -> Mapping[str, Identity]:
    """Who acts in a picture, by address. A group acts only through its members."""
    found: dict[str, Identity] = {}
    for each in picture.identities:
        if each.form != "group" and not each.resource.goes:
            found.setdefault(each.address, each)
    return found


def _is_of_choice(verb: Verb, target: str) -> bool:
    return verb is Verb.ESCALATE and leading_address(target) != target


def _key(power: Power, addresses: Mapping[str, str]) -> tuple[Verb, str]:
    """What a power is called on the other side, whose name for its target is "" where it has none. Rights of one's own choosing
    are the same whoever is given them: of several who would do, the nearest is named, and another may be on the other side."""
    if _is_of_choice(power.verb, power.target):
        return _OF_CHOICE
    before, target = (_LOCK, power.target[len(_LOCK) :]) if power.target.startswith(_LOCK) else ("", power.target)
    name = _called(target, addresses)
    return power.verb, f"{before}{name}" if name else ""


def _called(address: str, addresses: Mapping[str, str]) -> str:
    return addresses.get(address, address)


def _outcomes(picture: Infrastructure, identity: Identity | None) -> Held:
    """What somebody can do, and how surely; nothing where there is nobody."""
    held: dict[tuple[Verb, str], Outcome] = {}
    for each in authority(picture).powers_of(identity.address) if identity is not None else ():
        key = _key(each, {})
        held[key] = max(held.get(key, Outcome.NO), each.outcome, key=lambda outcome: outcome.rank)
    return held


def _change(power: Power, other: Outcome, identity: Identity, sides: Sides, fresh: bool = False) -> PowerChange:
    return PowerChange(
        power.identity,
        identity.kind.value,
        power.verb,
        power.target,
        power.outcome,
        other,
        sides.is_production(power.target),
        is_watched(identity),
        fresh,
        power.path,
        power.missing,
    )


def order(change: PowerChange) -> tuple[object, ...]:
    """Agents and credentials first, production before the rest, the certain before the possible, what stands before what is new."""
    verbs = tuple(Verb)
    return (
        not change.watched,
        not change.production,
        -change.outcome.rank,
        change.fresh,
        change.identity,
        verbs.index(change.verb),
        change.target,
    )


def once(changes: Iterable[PowerChange]) -> tuple[PowerChange, ...]:
    """The changes without what is all one to a reader: by whose hand somebody gives themselves rights of their choosing, and to
    whom. The surest and shortest way stands for the others."""
    kept: list[PowerChange] = []
    chosen: dict[str, PowerChange] = {}
    for each in changes:
        known = chosen.get(each.identity)
        if not each.of_choice:
            kept.append(each)
        elif known is None or (-each.outcome.rank, len(each.path)) < (-known.outcome.rank, len(known.path)):
            chosen[each.identity] = each
    return (*kept, *chosen.values())
