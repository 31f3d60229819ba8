"""Roles at places, on an invented platform: scopes, grants, denies, limits, reach, and what each answer rests on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policypack.model import Enforced, Grant, Guard, GuardKind, Level, Outcome, Scope, Spot, Unknown, Verb
from tests.authority.moon import (
    AT_BASE,
    AT_LOST,
    AT_OTHER,
    EVERYWHERE,
    LOST,
    OTHER,
    at,
    authority,
    grant,
    resource,
    rover,
    silo,
    site,
)

YES, MAYBE, NO = Outcome.YES, Outcome.MAYBE, Outcome.NO
DOME, ELSEWHERE = Scope("moon", Level.ABOVE, above="dome"), Scope("moon", Level.ABOVE, above="another")
UNKNOWN = Unknown("nobody knows")


def outcome(folder: Path, *grants: Grant, verb: Verb = Verb.DESTROY, target: str = "moon_silo.grain", **more: Any) -> Outcome:
    """How surely somebody with these grants can do it to the only silo."""
    found = authority(folder, (rover("a", *grants),), (silo("grain", **more),)).who_can(verb, target, everyone=True)
    return found[0].outcome


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (AT_BASE, YES),
        (AT_OTHER, NO),
        (AT_LOST, MAYBE),
        (EVERYWHERE, YES),
        (DOME, YES),
        (ELSEWHERE, NO),
        (Scope("moon", Level.ABOVE, above=UNKNOWN), MAYBE),
        (at(resource("moon_silo.grain")), YES),
        (at(resource("moon_silo.water")), NO),
        (Scope("moon", Level.THING, Spot("moon_silo", "grain")), YES),
        (Scope("moon", Level.THING, Spot("moon_silo", UNKNOWN)), MAYBE),
        (Scope("moon", Level.THING, Spot("moon_rack", UNKNOWN)), NO),
        (Scope("sun", Level.EVERYTHING), NO),
    ],
)
def test_a_grant_reaches_what_lies_beneath_its_scope(tmp_path: Path, scope: Scope, expected: Outcome) -> None:
    """A grant holds at its place and beneath, may hold where a place is not known, and nowhere else."""
    assert outcome(tmp_path, grant("silos.delete", scope)) is expected


@pytest.mark.parametrize(
    ("grants", "expected"),
    [
        ([grant("silos.*")], YES),
        ([grant("*")], YES),
        ([grant("SILOS.Delete")], YES),
        ([grant("silos.get")], NO),
        ([grant("silos.delete", excluded=("silos.d*",))], NO),
        ([grant("*", condition=UNKNOWN)], MAYBE),
        ([grant("*", condition=False)], NO),
        ([grant("*", expression="now < tomorrow")], MAYBE),
        ([grant("x", lost=UNKNOWN)], MAYBE),
        ([grant("silos.delete"), grant("silos.delete", effect="deny")], NO),
        ([grant("silos.delete"), grant("silos.delete", effect="deny", condition=UNKNOWN)], MAYBE),
        ([grant("silos.delete"), grant("*", AT_OTHER, "deny")], YES),
        ([grant("silos.delete"), grant("x", effect="deny", lost=UNKNOWN)], MAYBE),
        ([grant("silos.delete"), grant("*", AT_OTHER, "limit")], NO),
        ([grant("silos.delete"), grant("*", AT_OTHER, "limit"), grant("*", effect="limit")], YES),
    ],
)
def test_denies_win_and_limits_bound(tmp_path: Path, grants: list[Grant], expected: Outcome) -> None:
    """What is allowed counts less what is denied, within the limits, and doubt about any of them leaves a doubt."""
    assert outcome(tmp_path, *grants) is expected


def guard(holds: Any, *removed_by: str, enforced: Enforced = Enforced.API) -> Guard:
    """A deletion protection."""
    return Guard(
        GuardKind.DELETION_PROTECTION, enforced, holds, resource("moon_silo.grain"), "protected", True, True, "", removed_by
    )


@pytest.mark.parametrize(
    ("held", "actions", "expected"),
    [
        (guard(True, "silos.update"), ("silos.delete",), NO),
        (guard(True, "silos.update"), ("silos.delete", "silos.update"), YES),
        (guard(True), ("silos.delete", "silos.update"), NO),
        (guard(UNKNOWN, "silos.update"), ("silos.delete",), MAYBE),
        (guard(False, "silos.update"), ("silos.delete",), YES),
        (guard(True, enforced=Enforced.TERRAFORM), ("silos.delete",), YES),
        (guard(True), ("bases.delete",), YES),
    ],
)
def test_a_guard_has_to_be_taken_away_first(tmp_path: Path, held: Guard, actions: tuple[str, ...], expected: Outcome) -> None:
    """What the platform refuses takes a right to lift that; what only Terraform refuses stops nobody."""
    found = authority(tmp_path, (rover("a", grant(actions)),), (silo("grain", held),))
    assert found.who_can(Verb.DESTROY, "moon_silo.grain", everyone=True)[0].outcome is expected


ADMIN = rover("admin", grant("silos.delete"))


@pytest.mark.parametrize(
    ("grants", "expected", "rules"),
    [
        ([grant("rovers.become", at(ADMIN.resource))], YES, ("assume",)),
        ([grant("rovers.become")], YES, ("assume",)),
        ([grant("rovers.become", AT_OTHER)], NO, ()),
        ([grant("rovers.createKey", at(ADMIN.resource))], YES, ("escalate",)),
        ([grant("rovers.use", at(ADMIN.resource))], NO, ()),
        ([grant("rovers.use", at(ADMIN.resource)), grant("pods.create", AT_OTHER)], YES, ("escalate",)),
        ([grant("rovers.guess", at(ADMIN.resource))], MAYBE, ("escalate",)),
        ([grant("jobs.enter")], YES, ("escalate",)),
        ([grant("bases.setPolicy")], YES, ("escalate",)),
        ([grant("bases.setPolicy", AT_OTHER)], NO, ()),
        ([grant("silos.setPolicy")], YES, ("escalate",)),
        ([grant("silos.delete"), grant("silos.delete", effect="deny")], NO, ()),
        ([grant("silos.delete"), grant("silos.delete", effect="deny"), grant("denies.delete")], YES, ("escalate",)),
        ([grant("silos.delete"), grant("silos.delete", DOME, "deny"), grant("denies.delete")], NO, ()),
        ([grant("silos.delete"), grant("silos.delete", DOME, "deny"), grant("denies.delete", DOME)], YES, ("escalate",)),
        ([grant("silos.get", defined_in=resource("moon_role.r")), grant("roles.update")], YES, ("escalate",)),
        ([grant("silos.get", defined_in=resource("moon_role.r")), grant("roles.update", AT_OTHER)], NO, ()),
        ([grant("bases.setPolicy"), grant("*", effect="deny", excluded=("bases.setPolicy",))], NO, ()),
    ],
)
def test_the_rules_of_a_language_lead_further(
    tmp_path: Path, grants: list[Grant], expected: Outcome, rules: tuple[str, ...]
) -> None:
    """Each rule leads to who it says, by what it says, and an assumed role is told from an escalation."""
    job, role = resource("moon_job.j"), resource("moon_role.r")
    found = authority(
        tmp_path,
        (rover("a", *grants), ADMIN),
        (silo("grain"),),
        site(job),
        site(role),
        roles_held={job.place: (ADMIN.resource.place,)},
    )
    power = next(
        each for each in found.who_can(Verb.DESTROY, "moon_silo.grain", everyone=True) if each.identity == "moon_rover.a"
    )
    assert (power.outcome, power.rules) == (expected, rules)
    assert bool(power.path) is (expected is not NO)


def test_a_path_names_every_grant_with_its_line(tmp_path: Path) -> None:
    """A proof goes from who acts over each step to what dies, with the line of each grant."""
    found = authority(tmp_path, (rover("a", grant("rovers.become", at(ADMIN.resource))), ADMIN), (silo("grain"),))
    path = next(each for each in found.powers_of("moon_rover.a") if each.verb is Verb.DESTROY).path
    assert [each.text for each in path] == [
        "moon_rover.a may rovers.become on moon_rover.admin: role granted",
        "so moon_rover.a acts as moon_rover.admin (become)",
        "moon_rover.admin may silos.delete, which destroys moon_silo.grain: role granted",
        "moon_silo.grain has no copy that counts",
    ]
    assert [each.location.line for each in path if each.location] == [9, 9, 1]


def test_who_sets_a_policy_gives_itself_rights_there(tmp_path: Path) -> None:
    """A change of rights is told where it is made use of, by the grant that allows it."""
    found = authority(tmp_path, (rover("a", grant("bases.setPolicy")),), (silo("grain"),))
    power = next(each for each in found.powers_of("moon_rover.a") if each.verb is Verb.DESTROY)
    assert [each.text for each in power.path][:2] == [
        "moon_rover.a may bases.setPolicy on base base: role granted",
        "so it gives itself any right there (set policy)",
    ]
    taken = [each.target for each in found.powers_of("moon_rover.a") if each.verb is Verb.ESCALATE]
    assert taken == ["moon_rover.a with rights of its own choosing"]


def test_a_store_goes_with_what_it_lies_in(tmp_path: Path) -> None:
    """Whoever deletes a container, or a domain, takes what is in it, and the proof says with what it goes."""
    rack = resource("moon_rack.r", name="r")
    inner = silo("grain")
    sites = (site(inner.resource, within=(Spot("moon_rack", "r", rack.place),)), site(rack))
    for action, said in (
        ("racks.delete", "with moon_rack.r, in which it lies"),
        ("bases.delete", "with base base, in which it lies"),
    ):
        found = authority(tmp_path, (rover("a", grant(action)),), (inner,), *sites)
        (power,) = found.who_can(Verb.DESTROY, "moon_silo.grain")
        assert said in power.path[0].text


def test_a_decision_tells_its_grants(tmp_path: Path) -> None:
    """`can` gives the grants that decided, and what would settle a doubt."""
    found = authority(tmp_path, (rover("a", grant("silos.delete", condition=UNKNOWN)),), (silo("grain"),))
    decision = found.can("moon_rover.a", "silos.delete", "moon_silo.grain")
    assert (decision.outcome, [each.said for each in decision.because], decision.missing) == (
        MAYBE,
        ["role at base base"],
        ("nobody knows",),
    )
    assert found.can("moon_rover.a", "silos.get", "moon_silo.grain").lacking == ("nothing allows it",)
    with pytest.raises(KeyError):
        found.can("moon_rover.b", "silos.get", "*")


def test_one_identity_that_takes_store_and_copies_is_told(tmp_path: Path) -> None:
    """A store without a copy is taken with the store alone, by whoever can."""
    found = authority(tmp_path, (rover("a", grant("silos.delete")), rover("b", grant("silos.get"))), (silo("grain"),))
    assert [(each.identity, each.outcome) for each in found.destroys_all("moon_silo.grain")] == [("moon_rover.a", YES)]


def test_targets_tell_what_can_be_asked(tmp_path: Path) -> None:
    """Stores, the domains that they lie in and everybody who acts can be asked about."""
    found = authority(tmp_path, (rover("a", grant("silos.delete")),), (silo("grain"), silo("water", domain=OTHER)))
    assert found.targets["moon_silo.grain"] == {Verb.DESTROY, Verb.WEAKEN}
    assert Verb.REMOVE_DOMAIN in found.targets["base other"]
    assert Verb.ESCALATE in found.targets["moon_rover.a"]


def test_a_domain_that_is_not_known_is_only_possible(tmp_path: Path) -> None:
    """A grant at a domain holds perhaps for what lies in a domain that nothing tells."""
    assert outcome(tmp_path, grant("silos.delete"), domain=LOST) is MAYBE
    assert outcome(tmp_path, grant("silos.delete", AT_LOST), domain=LOST) is YES


def test_becoming_each_other_ends(tmp_path: Path) -> None:
    """Who become each other are a circle, and the answer comes."""
    one, two = rover("a", grant("rovers.become")), rover("b", grant(("rovers.become", "silos.delete")))
    found = authority(tmp_path, (one, two), (silo("grain"),))
    assert [each.outcome for each in found.who_can(Verb.DESTROY, "moon_silo.grain")] == [YES, YES]
    assert [each.target for each in found.reaches("moon_rover.a")] == ["moon_rover.b"]
