"""Powers that differ in nothing but their target are told as one, and say what they say one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority.alike import Alike, alike, every, first_targets, one_a_target, single
from policypack.authority.held import Held, held
from policypack.model import Evidence, Outcome, Power, Verb
from tests.authority.google import asked, member, picture

MANY = "".join(
    f'resource "google_storage_bucket" "b{number}" {{\n  name = "b{number}"\n  location = "EU"\n}}\n' for number in range(30)
)
WHO = "google_service_account.a"
STEP = Evidence("it may")


def power(target: str, *, outcome: Outcome = Outcome.YES, verb: Verb = Verb.DESTROY, path: tuple[Evidence, ...] = ()) -> Power:
    """A power of somebody."""
    return Power("who", verb, target, outcome, path)


def test_together_is_one_by_one(tmp_path: Path) -> None:
    """What is told together is what is told one by one: thirty buckets, of which the first twenty have a path of their own."""
    answers = asked(tmp_path, MANY, member('"roles/storage.admin"'))
    together = [each for group in answers.alike(WHO) for each in group]
    assert sorted(map(repr, together)) == sorted(map(repr, answers.powers_of(WHO)))
    destroying = [each for each in answers.powers_of(WHO) if each.verb is Verb.DESTROY]
    assert len(destroying) == 31
    assert sum(bool(each.path) for each in destroying) == 20
    assert sum(each.power.verb is Verb.DESTROY for each in answers.alike(WHO)) == 21


def test_many_are_counted_and_a_few_named(tmp_path: Path) -> None:
    """A finding names three and counts the rest."""
    infrastructure = picture(tmp_path, MANY, member('"roles/storage.admin"'))
    identity = next(each for each in infrastructure.identities if each.address == WHO)
    (found,) = held(infrastructure, {Verb.DESTROY}, identities=[identity])
    assert found.count == len(found.powers) == len(found.reached) == 31
    assert found.targets.endswith(" and 28 more")
    some = frozenset({"google_storage_bucket.b29", "google_storage_bucket.data"})
    (found,) = held(infrastructure, {Verb.DESTROY}, identities=[identity], wanted=lambda _: some)
    assert found.targets == "google_storage_bucket.b29 and google_storage_bucket.data"
    assert not list(held(infrastructure, {Verb.DESTROY}, identities=[identity], wanted=lambda _: False))
    assert not list(held(infrastructure, {Verb.DESTROY}, identities=[identity], wanted=lambda _: frozenset()))


@pytest.mark.parametrize("folded", [False, True])
def test_the_most_telling_power_over_each_target_is_kept(folded: bool) -> None:
    """The surest first, then what has a path; each target once, be it told alone or with others."""
    maybe = [power("a", outcome=Outcome.MAYBE), power("b", outcome=Outcome.MAYBE), power("c", outcome=Outcome.MAYBE)]
    told: list[Power | Alike] = [alike(maybe[0], ("c", "a", "b"))] if folded else [*maybe]
    found = one_a_target([*told, power("b"), power("b", verb=Verb.OVERWRITE, path=(STEP,))])
    assert [(each.target, each.outcome.value, each.verb) for each in every(found)] == [
        ("b", "yes", Verb.OVERWRITE),
        ("a", "maybe", Verb.DESTROY),
        ("c", "maybe", Verb.DESTROY),
    ]
    assert first_targets(found, 2) == ["b", "a"]
    assert {target for each in found for target in each.targets} == {"a", "b", "c"}


def test_what_is_left_out_is_left_out() -> None:
    """Of powers that are told together some may count, or none."""
    found = alike(power("a"), ("b", "a", "c"))
    assert found.without(frozenset()) is found
    kept = found.without(frozenset({"a"}))
    assert kept is not None
    assert (kept.targets, kept.power.target) == (("b", "c"), "b")
    assert found.among(frozenset({"d"})) is None
    assert single(power("a")).without(frozenset({"a"})) is None


def test_of_a_proved_power_only_what_is_proved_is_named(tmp_path: Path) -> None:
    """What is only possible is counted apart."""
    identity = picture(tmp_path).identities[0]
    found = Held(identity, one_a_target([power("a"), alike(power("b", outcome=Outcome.MAYBE), ("b", "c"))]))
    assert found.targets == "a, and perhaps 2 more"
