"""The engine of roles against a plain evaluator: the same answers on random worlds, and no answer that a closed doubt contradicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from policypack.model import Grant, Identity, Level, Outcome, Scope, Site, Spot, Unknown, Verb, replace
from tests.authority.moon import AT_BASE, AT_OTHER, BASE, OTHER, authority, grant, resource, rover, silo, site

HOMES = {"a": BASE, "b": OTHER, "c": BASE}
SILOS = {"grain": BASE, "water": OTHER}
DOME = Scope("moon", Level.ABOVE, above="dome")
ACTIONS = ("silos.delete", "rovers.become", "rovers.createKey", "bases.setPolicy", "silos.setPolicy", "denies.delete", "*")


def thing(kind: str, name: str) -> Scope:
    """The scope of one thing."""
    return Scope("moon", Level.THING, Spot(kind, name, ("estate", f"{kind}.{name}")))


SCOPES = [
    AT_BASE,
    AT_OTHER,
    DOME,
    *(thing("moon_silo", each) for each in SILOS),
    *(thing("moon_rover", each) for each in HOMES),
]
DOUBT = Unknown("open")
GRANTS = st.builds(
    lambda action, scope, effect, condition, excluded: grant(
        action, scope, effect, condition=condition, excluded=(excluded,) if excluded else ()
    ),
    st.sampled_from(ACTIONS),
    st.sampled_from(SCOPES),
    st.sampled_from(["allow", "allow", "allow", "deny", "limit"]),
    st.sampled_from([True, True, False, DOUBT]),
    st.sampled_from(["", "", "silos.delete", "rovers.*"]),
)
WORLDS = st.tuples(*(st.lists(GRANTS, max_size=4) for _ in HOMES)).map(
    lambda every: tuple(rover(name, *grants, domain=HOMES[name]) for name, grants in zip(HOMES, every, strict=True))
)


class State(Struct, frozen=True):
    """Somebody, with the sites at which it gave itself every right, and those whose denies it took away."""

    number: int
    extra: frozenset[Site] = frozenset()
    undenied: frozenset[Site] = frozenset()


class Plain:
    """What everybody can do, written down as it is said: no bits, no sets of callers at once, two values."""

    def __init__(self, identities: Sequence[Identity]) -> None:
        self.identities = identities
        self.silos = {name: site(silo(name, domain=domain).resource, domain) for name, domain in SILOS.items()}
        self.homes = [site(each.resource, each.domain) for each in identities]
        self.bases = [Site("moon", Spot("", str(each.id)), each, above=("dome",), level=Level.DOMAIN) for each in (BASE, OTHER)]
        self.dome = Site("moon", Spot("", "dome"), above=("dome",), level=Level.ABOVE)
        self.sites = [*self.silos.values(), *self.homes, *self.bases, self.dome]

    def kept(self, each: Grant) -> Site | None:
        """The site that a grant is made at."""
        if each.scope.level is Level.ABOVE:
            return self.dome
        if each.scope.level is Level.DOMAIN:
            return next(one for one in self.bases if one.domain == each.scope.domain)
        return next((one for one in self.sites if each.scope.spot and one.spot.place == each.scope.spot.place), None)

    def speaks(self, each: Grant, action: str, where: Site) -> bool:
        """Whether a grant is about an action at a site."""

        def fits(pattern: str) -> bool:
            return pattern in {"*", action} or (pattern.endswith("*") and action.startswith(pattern[:-1]))

        named = any(map(fits, each.actions)) and not any(map(fits, each.excluded))
        return named and each.condition is True and each.scope.covers(where) is True

    def may(self, state: State, action: str, where: Site) -> bool:
        """Whether somebody may do something somewhere."""
        grants = self.identities[state.number].grants
        allowed = where in state.extra or any(each.effect == "allow" and self.speaks(each, action, where) for each in grants)
        denied = any(
            each.effect == "deny" and self.kept(each) not in state.undenied and self.speaks(each, action, where)
            for each in grants
        )
        limits = [each for each in grants if each.effect == "limit"]
        return allowed and not denied and (not limits or any(self.speaks(each, action, where) for each in limits))

    def beneath(self, where: Site) -> Iterator[Site]:
        """A site with all that lies beneath."""
        for each in self.sites:
            below = where.level is Level.ABOVE or (where.level is Level.DOMAIN and each.domain == where.domain)
            if each == where or (below and each.level is not Level.ABOVE):
                yield each

    def steps(self, state: State) -> Iterator[State]:
        """Whom somebody becomes in one step."""
        for number, home in enumerate(self.homes):
            if self.may(state, "rovers.become", home) or self.may(state, "rovers.createKey", home):
                yield State(number)
        extra, undenied = set(state.extra), set(state.undenied)
        for where in self.sites:
            sets = where in self.bases and self.may(state, "bases.setPolicy", where)
            if sets or (where in self.silos.values() and self.may(state, "silos.setPolicy", where)):
                extra |= set(self.beneath(where))
            if (where in self.bases or where == self.dome) and self.may(state, "denies.delete", where):
                undenied |= set(self.beneath(where))
        yield State(state.number, frozenset(extra), frozenset(undenied))

    def reached(self, start: State) -> set[State]:
        """All that somebody becomes."""
        found, left = {start}, [start]
        while left:
            fresh = set(self.steps(left.pop())) - found
            found |= fresh
            left.extend(fresh)
        return found

    def destroys(self, number: int, name: str) -> bool:
        """Whether somebody takes a silo, with its base or alone."""
        where = self.silos[name]
        base = next(each for each in self.bases if each.domain == where.domain)
        return any(
            self.may(each, "silos.delete", where) or self.may(each, "bases.delete", base)
            for each in self.reached(State(number))
        )


def closed(identities: Sequence[Identity], choices: Sequence[bool]) -> tuple[Identity, ...]:
    """The world with each doubt decided, in order."""
    left = iter(choices)

    def decided(each: Grant) -> Grant:
        return each if isinstance(each.condition, bool) else replace(each, condition=next(left, False))

    return tuple(replace(each, grants=tuple(map(decided, each.grants))) for each in identities)


def outcomes(folder: Path, identities: Sequence[Identity]) -> dict[tuple[str, str], Outcome]:
    """Who takes which silo, as the engine has it."""
    found = authority(folder, tuple(identities), tuple(silo(name, domain=domain) for name, domain in SILOS.items()))
    return {
        (each.identity, name): each.outcome
        for name in SILOS
        for each in found.who_can(Verb.DESTROY, f"moon_silo.{name}", everyone=True)
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for the catalog of the platform."""
    return tmp_path_factory.mktemp("moon")


QUIET = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@given(WORLDS, st.lists(st.booleans(), max_size=12))
@QUIET
def test_the_engine_says_what_is_said_plainly(folder: Path, world: tuple[Identity, ...], choices: list[bool]) -> None:
    """Where nothing is open the engine and the plain evaluator agree on everybody and everything."""
    decided = closed(world, choices)
    plain = Plain(decided)
    expected = {
        (each.address, name): Outcome.YES if plain.destroys(number, name) else Outcome.NO
        for number, each in enumerate(decided)
        for name in SILOS
    }
    assert outcomes(folder, decided) == expected


@given(WORLDS, st.lists(st.booleans(), max_size=12))
@QUIET
def test_closing_a_doubt_never_leaves_the_answer(folder: Path, world: tuple[Identity, ...], choices: list[bool]) -> None:
    """Yes stays yes and no stays no, whichever way the doubts are decided."""
    open_world, decided = outcomes(folder, world), outcomes(folder, closed(world, choices))
    assert all(open_world[key] in {Outcome.MAYBE, decided[key]} for key in decided)


@given(WORLDS)
@QUIET
def test_every_power_is_proved(folder: Path, world: tuple[Identity, ...]) -> None:
    """Whatever is had has a path, and what is only possible says what would settle it."""
    found = authority(folder, world, tuple(silo(name, domain=domain) for name, domain in SILOS.items()))
    for identity in world:
        for power in found.powers_of(identity.address):
            assert power.path or power.verb is Verb.ESCALATE
            assert power.outcome is Outcome.YES or power.missing, power


def test_a_resource_stands_for_its_rover() -> None:
    """The scopes of this file name the things of the worlds."""
    assert thing("moon_rover", "a").covers(site(resource("moon_rover.a"))) is True


@given(WORLDS)
@QUIET
def test_all_at_once_is_one_by_one(folder: Path, world: tuple[Identity, ...]) -> None:
    """Powers that are told together are those that are told one by one, and so is who takes which stores with all their backups."""
    found = authority(folder, world, tuple(silo(name, domain=domain) for name, domain in SILOS.items()))
    silos = [f"moon_silo.{name}" for name in SILOS]
    taking = found.taking(silos)
    for identity in world:
        together = [power for each in found.alike(identity.address) for power in each]
        assert sorted(map(repr, together)) == sorted(map(repr, found.powers_of(identity.address)))
        taken = {(power.target, power.outcome) for each in taking.get(identity.address, ()) for power in each}
        alone = {
            (name, each.outcome) for name in silos for each in found.destroys_all(name) if each.identity == identity.address
        }
        assert taken == alone
