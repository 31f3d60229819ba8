"""What plans and states give away together, on pictures made by hand: what no example can hold in one folder."""

from __future__ import annotations

from typing import Any

import pytest

from policypack.check import Finding
from policypack.model import (
    Change,
    Copy,
    CopyKind,
    Domain,
    Enforced,
    Environment,
    Evidence,
    Guard,
    GuardKind,
    Infrastructure,
    Input,
    Location,
    Lock,
    Resource,
    Store,
    Thresholds,
    Truth,
    Unknown,
    Vault,
)
from tests.expectations import checks

HERE = Domain("aws", "111111111111", "main#aws")
THERE = Domain("aws", "222222222222", "main#aws.backup")
PRODUCTION = Environment("production", True, "by its name")
NOT_KNOWN = Unknown("it depends")
NOTE = Evidence("it is written")


def resource(address: str = "aws_db_instance.main", **more: Any) -> Resource:
    """A resource of the plan."""
    kind = address.partition(".")[0]
    values = more.pop("values", {})
    return Resource(address, kind, "aws", values, Location("main.tf", 3, 9), inside="prod/plan.json", **more)


def store(held: Resource | None = None, **more: Any) -> Store:
    """A production store that nothing protects."""
    return Store(held or resource(), "database", 1, PRODUCTION, HERE, label="database", **more)


def copy(**more: Any) -> Copy:
    """A recovery point in another account."""
    facts: dict[str, Any] = {"kind": CopyKind.RECOVERY_POINT, "domain": THERE, "dies_with_store": False}
    facts |= {"made_by": resource("aws_backup_selection.all"), "evidence": NOTE, "retention_days": 30}
    return Copy("aws_db_instance.main", **(facts | more))


def guard(kind: GuardKind, holds: Truth, **more: Any) -> Guard:
    """A guard that the API enforces."""
    facts: dict[str, Any] = {"attribute": kind.value, "value": None, "safe": True, "effect": ""}
    return Guard(kind, Enforced.API, holds, resource(), **(facts | more))


def ask(name: str, picture: Infrastructure) -> list[Finding]:
    """What one check finds."""
    return list(checks()[name].find(picture))


def given(kind: str, path: str, lineage: str | None, serial: int | None) -> Infrastructure:
    """A plan, and a state or another plan beside it."""
    plan = Input("prod/plan.json", "plan", lineage="a", serial=7)
    return Infrastructure(inputs=(Input(path, kind, lineage=lineage, serial=serial), plan))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("picture", "causes"),
    [
        (given("state", "prod/state.json", "a", 7), []),
        (given("state", "prod/state.json", "a", 6), []),
        (given("state", "prod/state.json", "a", 8), ["serial"]),
        (given("state", "prod/state.json", "b", 7), ["lineage"]),
        (given("state", "dev/state.json", "b", 7), []),
        (given("state", "prod/state.json", None, None), []),
        (given("plan", "prod/other.json", "b", 7), []),
    ],
)
def test_a_plan_belongs_to_the_state_beside_it(picture: Infrastructure, causes: list[str]) -> None:
    """Another lineage, or a serial that goes back, is found; another folder is another root module."""
    assert [each.cause for each in ask("wrong_state_suspected", picture)] == causes


@pytest.mark.parametrize(
    ("counts", "certain"),
    [({"aws_db_instance": 1}, [True]), ({"aws_db_instance": 1, "aws_vpc": 3}, [False])],
)
def test_creating_everything_is_suspect_where_much_exists(counts: dict[str, int], certain: list[bool]) -> None:
    """What was not decoded may exist already: then the finding is uncertain."""
    made = resource(change=Change(("create",)))
    source = Input("prod/plan.json", "plan", (made,), counts=counts, workspace="prod")
    limits = Thresholds(populated=("prod",))
    assert [each.certain for each in ask("wrong_state_suspected", Infrastructure((source,), thresholds=limits))] == certain
    assert not ask("wrong_state_suspected", Infrastructure((source,)))


@pytest.mark.parametrize(
    ("destroyed", "total", "cause"),
    [
        ({"aws_subnet": 11}, 1000, "count"),
        ({"aws_subnet": 10}, 1000, None),
        ({"aws_subnet": 5}, 10, "share"),
        ({"aws_subnet": 4}, 4, None),
        ({"aws_security_group_rule": 50, "null_resource": 9}, 60, None),
    ],
)
def test_the_ceilings(destroyed: dict[str, int], total: int, cause: str | None) -> None:
    """More than ten, or more than three in ten of at least five; what is replaced at every release does not count."""
    source = Input("plan.json", "plan", counts={"aws_subnet": total}, destroyed=destroyed)
    assert [each.cause for each in ask("blast_radius_exceeded", Infrastructure((source,)))] == ([cause] if cause else [])


COMPLIANCE = Lock("compliance", NOTE)


@pytest.mark.parametrize(
    ("facts", "certain"),
    [
        ({}, [True]),
        ({"copies": (copy(lock=COMPLIANCE),)}, []),
        ({"copies": (copy(lock=COMPLIANCE, domain=HERE),)}, [True]),
        ({"copies": (copy(lock=Lock("governance", NOTE)),)}, [True]),
        ({"copies": (copy(lock=NOT_KNOWN),)}, [False]),
        ({"copies": (copy(lock=COMPLIANCE, domain=NOT_KNOWN),)}, [False]),
        ({"copies": (copy(lock=COMPLIANCE, certain=NOT_KNOWN),)}, [False]),
        ({"copies": (copy(lock=COMPLIANCE, kind=CopyKind.REPLICA),)}, [True]),
        ({"guards": (guard(GuardKind.LOCK, holds=True),)}, []),
        ({"guards": (guard(GuardKind.POLICY_DENY, holds=NOT_KNOWN),)}, [False]),
        ({"guards": (guard(GuardKind.POLICY_DENY, holds=False),)}, [True]),
        ({"guards": (guard(GuardKind.RECOVERY_WINDOW, holds=False),)}, []),
        ({"guards": (guard(GuardKind.NO_FORCE, holds=True),)}, [True]),
        ({"protectable": True}, []),
        ({"container": True}, []),
    ],
)
def test_what_stands_in_for_deletion_protection(facts: dict[str, Any], certain: list[bool]) -> None:
    """A lock or a denial of its own, or a copy that exists, lies elsewhere and nobody can delete: nothing less."""
    assert [each.certain for each in ask("store_unprotectable", Infrastructure(stores=(store(**facts),)))] == certain


def changed(before: Store, after: Store) -> Infrastructure:
    """An estate in which one store changes in place."""
    return Infrastructure(stores=(after,), resources=(after.resource,), before=Infrastructure(stores=(before,)))


WINDOW = GuardKind.RECOVERY_WINDOW


@pytest.mark.parametrize(
    ("old", "new", "certain"),
    [
        (guard(GuardKind.DELETION_PROTECTION, holds=True), guard(GuardKind.DELETION_PROTECTION, holds=True), []),
        (guard(GuardKind.DELETION_PROTECTION, holds=True), guard(GuardKind.DELETION_PROTECTION, holds=False), [True]),
        (guard(GuardKind.DELETION_PROTECTION, holds=True), guard(GuardKind.DELETION_PROTECTION, NOT_KNOWN), [False]),
        (guard(GuardKind.DELETION_PROTECTION, holds=False), guard(GuardKind.DELETION_PROTECTION, holds=False), []),
        (guard(GuardKind.NO_FORCE, holds=True), guard(GuardKind.NO_FORCE, holds=False), [True]),
        (guard(GuardKind.VERSIONING, holds=True), guard(GuardKind.LOCK, holds=True), [True]),
        (guard(GuardKind.VERSIONING, holds=True), guard(GuardKind.VERSIONING, holds=True, attribute="other"), []),
        (guard(WINDOW, holds=True, value=30), guard(WINDOW, holds=True, value=14), [True]),
        (guard(WINDOW, holds=False, value=14), guard(WINDOW, holds=False, value=7), [True]),
        (guard(WINDOW, holds=True, value=14), guard(WINDOW, holds=True, value=30), []),
        (guard(WINDOW, holds=True, value=14), guard(WINDOW, holds=NOT_KNOWN, value=NOT_KNOWN), [False]),
    ],
)
def test_a_guard_that_goes(old: Guard, new: Guard, certain: list[bool]) -> None:
    """A guard that held and does not, or that leaves less time; another of its kind may take its place where one will do."""
    picture = changed(store(guards=(old,)), store(guards=(new,)))
    assert [each.certain for each in ask("guard_removed", picture)] == certain


def vault(lock: Lock, denies: Truth = False, **more: Any) -> Vault:
    """A production vault."""
    return Vault(resource("aws_backup_vault.main", **more), PRODUCTION, THERE, lock, denies)


@pytest.mark.parametrize(
    ("old", "new", "certain"),
    [
        (vault(COMPLIANCE), vault(COMPLIANCE), []),
        (vault(Lock("governance", NOTE)), vault(COMPLIANCE), []),
        (vault(COMPLIANCE), vault(Lock("governance", NOTE)), [True]),
        (vault(Lock("governance", NOTE)), vault(Lock("none", NOTE)), [True]),
        (vault(COMPLIANCE), vault(Lock(NOT_KNOWN, NOTE)), [False]),
        (vault(Lock("compliance", NOTE, minimum_days=30)), vault(Lock("compliance", NOTE, minimum_days=7)), [True]),
        (vault(Lock("compliance", NOTE, minimum_days=30)), vault(COMPLIANCE), [True]),
        (vault(Lock("compliance", NOTE, minimum_days=7)), vault(Lock("compliance", NOTE, minimum_days=30)), []),
        (vault(COMPLIANCE, denies=True), vault(COMPLIANCE, denies=False), [True]),
        (vault(COMPLIANCE, denies=True), vault(COMPLIANCE, denies=NOT_KNOWN), [False]),
        (vault(COMPLIANCE), None, [True]),
        (vault(COMPLIANCE), vault(COMPLIANCE, change=Change(("delete",))), [True]),
    ],
)
def test_a_vault_that_is_loosened(old: Vault, new: Vault | None, certain: list[bool]) -> None:
    """A weaker mode, a lower minimum, a denial that is gone, and the vault itself."""
    picture = Infrastructure(vaults=(new,) if new else (), before=Infrastructure(vaults=(old,)))
    assert [each.certain for each in ask("guard_removed", picture)] == certain


@pytest.mark.parametrize(
    ("old", "new", "certain"),
    [
        ((copy(),), (copy(),), []),
        ((copy(),), (), [True]),
        ((copy(),), (copy(certain=NOT_KNOWN),), [False]),
        ((copy(),), (copy(retention_days=7),), [True]),
        ((copy(retention_days=None),), (copy(retention_days=7),), [True]),
        ((copy(),), (copy(retention_days=None),), []),
        ((copy(),), (copy(retention_days=NOT_KNOWN),), []),
        ((copy(kind=CopyKind.REPLICA),), (), []),
        ((copy(certain=NOT_KNOWN),), (), []),
        ((copy(), copy(retention_days=90)), (copy(retention_days=90), copy()), []),
        ((copy(), copy(retention_days=90)), (copy(),), [True]),
        ((copy(domain=HERE), copy(retention_days=90)), (copy(domain=HERE), copy(retention_days=90)), []),
        ((copy(domain=HERE), copy(retention_days=90)), (copy(domain=HERE),), [True]),
    ],
)
def test_copies_that_go(old: tuple[Copy, ...], new: tuple[Copy, ...], certain: list[bool]) -> None:
    """A backup that is made no more, or is kept for a shorter time; what was none is not missed."""
    picture = changed(store(copies=old), store(copies=new))
    assert [each.certain for each in ask("store_weakened_in_place", picture)] == certain


def test_a_store_that_ends_is_not_forgotten_by_the_picture() -> None:
    """An update that takes away what made it a store is found although the picture holds no such store any more."""
    now = resource(values={"name": "main"}, change=Change(("update",), {"name": "main", "volume": [{}]}))
    picture = Infrastructure(resources=(now,), before=Infrastructure(stores=(store(),)))
    (found,) = ask("store_weakened_in_place", picture)
    assert "removed: volume" in [each.text for each in found.because]
