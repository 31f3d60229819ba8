"""The checks of backups on pictures that are made by hand: what an unknown may and may not change.

Every fact of a picture is drawn twice: as it is, and as it is shown, where it may be hidden behind an Unknown. The checks see
the shown picture; the real one says whether they were right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.check import Check, Finding, load_checks
from policypack.model import (
    UNKNOWN,
    Copy,
    CopyKind,
    Domain,
    Enforced,
    Environment,
    Evidence,
    Guard,
    GuardKind,
    Infrastructure,
    Location,
    Lock,
    Resource,
    Store,
    Thresholds,
    Unknown,
    Vault,
)

CHECKS = {name: each for name, each in load_checks(Path(__file__).parents[1] / "checks").items() if each.concern == "backups"}
HERE, THERE = Domain("aws", "111111111111", "shop#aws"), Domain("aws", "222222222222", "shop#aws.backup")
PRODUCTION = Environment("production", production=True, reason="")
KINDS = [CopyKind.AUTOMATED, CopyKind.SNAPSHOT, CopyKind.RECOVERY_POINT, CopyKind.REPLICA, CopyKind.SHARED_SNAPSHOT]
SAID = Evidence("said")


@dataclass(frozen=True)
class Fact:
    """What is so, and whether the inputs show it."""

    real: Any
    hidden: bool

    def seen(self, *, shown: bool) -> Any:
        """The fact as a picture has it."""
        return UNKNOWN if shown and self.hidden else self.real


def facts(*values: object) -> st.SearchStrategy[Fact]:
    """One of the values, hidden or not."""
    return st.builds(Fact, st.sampled_from(values), st.booleans())


@dataclass(frozen=True)
class VaultSpec:
    """A vault, as drawn."""

    domain: Fact
    mode: Fact
    grace: Fact
    minimum: Fact
    denies: Fact
    forced: Fact
    has_policy: bool
    inside: str


@dataclass(frozen=True)
class CopySpec:
    """A copy, as drawn. `vault` is the number of the vault that holds it, None where no vault does."""

    kind: CopyKind
    exists: Fact
    domain: Fact
    dies: Fact
    days: Fact
    vault: int | None


VAULTS = st.builds(
    VaultSpec,
    facts(HERE, THERE),
    facts("compliance", "governance", "none"),
    facts(3, 400),
    facts(None, 7, 30),
    facts(True, False),
    facts(True, False),
    st.booleans(),
    st.sampled_from(["shop", "copies"]),
)
COPIES = st.builds(
    CopySpec,
    st.sampled_from(KINDS),
    facts(True, False),
    facts(HERE, THERE),
    facts(True, False),
    facts(None, 3, 20, 60),
    st.sampled_from([None, 0, 1]),
)


def resource(address: str, inside: str = "shop") -> Resource:
    """A resource of that address."""
    return Resource(address, address.partition(".")[0], "aws", {}, Location("main.tf"), inside)


def lock_of(spec: VaultSpec, *, shown: bool) -> Lock:
    """The lock of a vault."""
    mode = spec.mode.seen(shown=shown)
    locked = mode != "none"
    grace = spec.grace.seen(shown=shown) if spec.mode.real == "compliance" else None
    return Lock(mode, SAID, grace if locked else None, spec.minimum.seen(shown=shown) if locked else None)


def vault_of(number: int, spec: VaultSpec, *, shown: bool) -> Vault:
    """A vault of the picture."""
    itself = resource(f"aws_backup_vault.v{number}", spec.inside)
    holds = spec.forced.seen(shown=shown)
    force = Guard(GuardKind.NO_FORCE, Enforced.NOTHING, holds, itself, "force_destroy", UNKNOWN, safe=False, effect="")
    # A resource lies in a known account or in one that nothing tells: then its provider block is all that is known.
    domain = Domain("aws", UNKNOWN, f"shop#v{number}") if shown and spec.domain.hidden else spec.domain.real
    policy = resource(f"aws_backup_vault_policy.v{number}", spec.inside) if spec.has_policy else None
    lock = lock_of(spec, shown=shown)
    return Vault(itself, PRODUCTION, domain, lock, spec.denies.seen(shown=shown), force, policy=policy)


def copies_of(specs: list[CopySpec], vaults: list[Vault], *, shown: bool) -> Iterator[Copy]:
    """The copies of the store. What does not exist is shown only where that is hidden."""
    for number, spec in enumerate(specs):
        exists = spec.exists.seen(shown=shown)
        if exists is False:
            continue
        selects = spec.kind is CopyKind.RECOVERY_POINT
        held = vaults[spec.vault] if spec.vault is not None and selects else None
        made = resource("aws_backup_selection.all" if selects else f"aws_db_snapshot.s{number}")
        dies = spec.dies.seen(shown=shown) if spec.kind is CopyKind.AUTOMATED else False
        yield Copy(
            "aws_db_instance.main",
            spec.kind,
            made,
            held.domain if held else spec.domain.seen(shown=shown),
            dies,
            SAID,
            held.resource if held else None,
            held.lock if held else None,
            retention_days=spec.days.seen(shown=shown),
            certain=exists,
        )


def picture(copies: list[CopySpec], vaults: list[VaultSpec], *, shown: bool) -> Infrastructure:
    """One production store, its copies and two vaults."""
    made = [vault_of(number, spec, shown=shown) for number, spec in enumerate(vaults)]
    found = tuple(copies_of(copies, made, shown=shown))
    store = Store(resource("aws_db_instance.main"), "database", 1, PRODUCTION, HERE, copies=found)
    return Infrastructure(stores=(store,), vaults=tuple(made))


def judged(check: Check, infrastructure: Infrastructure) -> list[Finding]:
    """What one check finds."""
    return list(check.find(infrastructure))


@settings(max_examples=60, deadline=None)
@given(st.lists(COPIES, max_size=3), st.lists(VAULTS, min_size=2, max_size=2))
def test_a_certain_finding_is_so(copies: list[CopySpec], vaults: list[VaultSpec]) -> None:
    """What a check is sure of is found as well where everything is known."""
    shown, real = (picture(copies, vaults, shown=each) for each in (True, False))
    for check in CHECKS.values():
        sure = {each.resource.address for each in judged(check, shown) if each.certain}
        assert sure <= {each.resource.address for each in judged(check, real)}, check.name


@settings(max_examples=60, deadline=None)
@given(st.lists(COPIES, max_size=3), st.lists(VAULTS, min_size=2, max_size=2))
def test_silence_is_never_ignorance(copies: list[CopySpec], vaults: list[VaultSpec]) -> None:
    """Where anything is wrong with a resource, something is said of it, whatever is hidden."""
    shown, real = (picture(copies, vaults, shown=each) for each in (True, False))
    # Of low severity, and silent by design about isolated vaults that the inputs do not show.
    checks = [each for each in CHECKS.values() if each.name != "backup_on_one_provider"]
    said = {finding.resource.address for check in checks for finding in judged(check, shown)}
    for check in checks:
        assert {each.resource.address for each in judged(check, real)} <= said, check.name


@settings(max_examples=60, deadline=None)
@given(st.lists(COPIES, max_size=3), st.lists(VAULTS, min_size=2, max_size=2))
def test_what_is_known_is_judged_for_certain(copies: list[CopySpec], vaults: list[VaultSpec]) -> None:
    """Where nothing is hidden, no finding is in doubt."""
    real = picture(copies, vaults, shown=False)
    assert all(each.certain for check in CHECKS.values() for each in judged(check, real))


def store_with(*copies: Copy, kind: str = "database") -> Store:
    """A production store with copies."""
    return Store(resource("aws_db_instance.main"), kind, 1, PRODUCTION, HERE, copies=copies)


def copy_of(kind: CopyKind, domain: Domain | Unknown = THERE, **more: Any) -> Copy:
    """A copy that outlives its store, in another account."""
    return Copy("aws_db_instance.main", kind, resource("aws_db_snapshot.s"), domain, False, SAID, **more)


BUCKET = resource("aws_s3_bucket.copies", "copies")
COMPLIANCE = Lock("compliance", SAID, minimum_days=30)


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ((), {"backup_missing"}),
        ((copy_of(CopyKind.RECOVERY_POINT, retention_days=35),), {"restore_untested", "backup_on_one_provider"}),
        ((copy_of(CopyKind.REPLICA),), {"replica_instead_of_backup"}),
        ((copy_of(CopyKind.VERSIONS),), {"backup_missing"}),
        ((copy_of(CopyKind.REPLICATED_OBJECTS, counts=False, caveat="carries deletes"),), {"replica_instead_of_backup"}),
        ((copy_of(CopyKind.SHARED_SNAPSHOT),), {"shared_snapshot_instead_of_copy", "backup_missing"}),
        ((copy_of(CopyKind.DUMP, held_in=BUCKET, retention_days=3),), {"lifecycle_expires_backups", "vault_unlocked"}),
        ((copy_of(CopyKind.DUMP, held_in=BUCKET, retention_days=3, lock=COMPLIANCE),), set()),
        ((copy_of(CopyKind.DUMP, held_in=BUCKET, lock=COMPLIANCE),), set()),
        ((copy_of(CopyKind.DUMP, Domain("gcp", "1", "g"), held_in=BUCKET, lock=Lock("governance", SAID)),), {"vault_unlocked"}),
    ],
)
def test_one_cause_gives_one_finding(copies: tuple[Copy, ...], expected: set[str]) -> None:
    """Each way to be without a way back has its own check, and the others stay silent."""
    infrastructure = Infrastructure(stores=(store_with(*copies),))
    found = {check.name for check in CHECKS.values() if judged(check, infrastructure)}
    found -= {"backup_on_one_provider"} - expected
    assert found == expected


@pytest.mark.parametrize(("number", "said"), [(0, "0 days"), (1, "1 day;"), (3, "3 days")])
def test_one_day_is_a_day(number: int, said: str) -> None:
    """What is said of retention, lifecycle and grace time has the number of days as a person would say it."""
    dump = copy_of(CopyKind.DUMP, held_in=BUCKET, retention_days=number)
    point = copy_of(CopyKind.RECOVERY_POINT, retention_days=number)
    for copy, name in ((dump, "lifecycle_expires_backups"), (point, "retention_too_short")):
        (finding,) = judged(CHECKS[name], Infrastructure(stores=(store_with(copy),)))
        assert said in finding.message
        assert finding.message.endswith("the least that is accepted is 14 days.")
    lock = Lock("compliance", SAID, grace_days=number)
    vault = Vault(resource("aws_backup_vault.v"), PRODUCTION, HERE, lock, denies_deletion=False)
    for finding in judged(
        CHECKS["lock_not_yet_binding"], Infrastructure(vaults=(vault,), thresholds=Thresholds(max_grace_days=-1))
    ):
        assert said in finding.message


@pytest.mark.parametrize(("separation", "expected"), [("domain", 1), ("vault", 0)])
def test_an_air_gapped_vault_separates_where_the_settings_say_so(separation: Any, expected: int) -> None:
    """A logically air-gapped vault in the store's own account isolates only by the milder setting."""
    itself = resource("aws_backup_logically_air_gapped_vault.v")
    vault = Vault(itself, PRODUCTION, HERE, COMPLIANCE, denies_deletion=False, air_gapped=True)
    copy = copy_of(CopyKind.RECOVERY_POINT, HERE, held_in=itself, lock=COMPLIANCE)
    thresholds = Thresholds(separation=separation)
    infrastructure = Infrastructure(stores=(store_with(copy),), vaults=(vault,), thresholds=thresholds)
    assert len(judged(CHECKS["backup_in_same_domain"], infrastructure)) == expected


def test_what_holds_copies_needs_none() -> None:
    """A bucket of backups, and a store in a domain that holds copies, are not asked for backups of their own."""
    target = Store(BUCKET, "object_store", 1, PRODUCTION, THERE)
    vaulted = Store(resource("aws_s3_bucket.far", "far"), "object_store", 1, PRODUCTION, Domain("aws", "3", "c", "", True))
    dump = copy_of(CopyKind.DUMP, held_in=BUCKET, lock=COMPLIANCE)
    infrastructure = Infrastructure(stores=(store_with(dump), target, vaulted))
    assert not judged(CHECKS["backup_missing"], infrastructure)


def test_a_second_locked_copy_quiets_the_first_vault() -> None:
    """An unlocked vault is no loss where everything in it is also locked in compliance mode in another account."""
    near = Vault(resource("aws_backup_vault.near"), PRODUCTION, HERE, Lock("none", SAID), denies_deletion=False)
    far = Vault(resource("aws_backup_vault.far"), PRODUCTION, THERE, COMPLIANCE, denies_deletion=False)
    first = copy_of(CopyKind.RECOVERY_POINT, HERE, held_in=near.resource, lock=near.lock)
    second = copy_of(CopyKind.RECOVERY_POINT, THERE, held_in=far.resource, lock=far.lock)
    alone = Infrastructure(stores=(store_with(first),), vaults=(near, far))
    both = Infrastructure(stores=(store_with(first, second),), vaults=(near, far))
    assert [each.resource for each in judged(CHECKS["vault_unlocked"], alone)] == [near.resource]
    assert not judged(CHECKS["vault_unlocked"], both)
