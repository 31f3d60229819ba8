"""Whole cases, each with everything that is to be found in it: replays of incidents, and what looks safe and is not.

A scenario is configuration and the plan of it, and is judged in three ways: the configuration, the plan with its
configuration, the plan alone. A surprise fails as much as a silence.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from policypack.read import ReadOptions
from policypack.run import Report
from policypack.scan import judge
from policypack.settings import Settings
from tests.expectations import EXAMPLES, FROM_SOURCE, TODAY, checks

HERE = Path(__file__).parent / "scenarios"
INCIDENTS = EXAMPLES / "incidents"
TABLE, DATABASE = "aws_dynamodb_table.orders", "aws_db_instance.orders"


@dataclass(frozen=True)
class Scenario:
    """A case. `found` is what its configuration shows, `change` what only its plan shows.

    `accepted` is what a comment in the configuration accepts: the plan alone does not show the comment.
    """

    name: str
    folder: Path
    found: frozenset[str]
    change: frozenset[str] = frozenset()
    accepted: frozenset[str] = frozenset()


def scenario(
    name: str,
    folder: Path,
    found: tuple[str, ...] = (),
    change: tuple[str, ...] = (),
    accepted: tuple[str, ...] = (),
) -> Scenario:
    """A scenario from plain words."""
    return Scenario(name, folder, frozenset(found), frozenset(change), frozenset(accepted))


SCENARIOS = (
    scenario(
        "S01: a volume whose backups lie on it, and a token that can do everything",
        INCIDENTS / "pocketos",
        (
            "backup_dies_with_store railway_service.postgres",
            "backup_in_same_domain railway_service.postgres",
            "store_unprotectable railway_service.postgres",
            "token_without_scopes provider.railway",
        ),
    ),
    scenario(
        "S01b: the same with locked dumps in another account",
        INCIDENTS / "pocketos/fixed",
        accepted=("token_without_scopes provider.railway",),
    ),
    scenario(
        "S02: a database with the provider's defaults, and its state on a disk",
        INCIDENTS / "datatalks",
        (
            "automated_backups_deleted aws_db_instance.courses",
            "backup_missing aws_db_instance.courses",
            "deletion_protection_off aws_db_instance.courses",
            "final_snapshot_skipped aws_db_instance.courses",
            "prevent_destroy_missing aws_db_instance.courses",
            "state_local itself",
        ),
    ),
    scenario(
        "S02, the destroy of it",
        INCIDENTS / "datatalks/destroy",
        change=(
            "blast_radius_exceeded itself",
            "store_deleted aws_cloudwatch_log_group.courses",
            "store_deleted aws_cloudwatch_log_group.second",
            "store_deleted aws_db_instance.courses",
        ),
    ),
    scenario(
        "S06: everything in one account, the offsite vault included",
        INCIDENTS / "code-spaces",
        (
            "backup_in_same_domain aws_ebs_volume.repositories",
            "backup_in_same_state aws_ebs_volume.repositories",
            "restore_untested aws_backup_plan.nightly",
            "store_unprotectable aws_ebs_volume.repositories",
            "vault_unlocked aws_backup_vault.main",
            "vault_unlocked aws_backup_vault.offsite",
        ),
    ),
    scenario(
        "S09: two regions of one account, both locked: durable, not isolated", HERE / "s09", (f"backup_in_same_domain {TABLE}",)
    ),
    scenario(
        "S16: an argument that cannot change in place replaces the database",
        HERE / "s16",
        (f"final_snapshot_skipped {DATABASE}", f"prevent_destroy_missing {DATABASE}"),
        (f"store_replaced {DATABASE}",),
    ),
    scenario(
        "S16b: the new database is made first, and the old one is lost all the same",
        HERE / "s16b",
        (f"final_snapshot_skipped {DATABASE}", f"prevent_destroy_missing {DATABASE}"),
        (f"store_replaced {DATABASE}",),
    ),
    scenario(
        "S17: a lock in governance mode",
        HERE / "s17",
        ("vault_unlocked aws_backup_vault.offsite", f"backup_on_one_provider {TABLE} (uncertain)"),
    ),
    scenario(
        "S17b: a compliance lock with a grace time of a hundred years",
        HERE / "s17b",
        ("lock_not_yet_binding aws_backup_vault.offsite",),
    ),
    scenario(
        "S17c: a compliance lock without a minimum, and copies of one day", HERE / "s17c", (f"retention_too_short {TABLE}",)
    ),
    scenario(
        "S19: the call of the module left the configuration",
        HERE / "s19",
        change=("store_deleted module.db.aws_db_instance.orders",),
    ),
    scenario(
        "S19b: the key of the module left for_each, and prevent_destroy left the module",
        HERE / "s19b",
        change=('store_deleted module.db["eu"].aws_db_instance.orders',),
    ),
    scenario(
        "S20: the first of two steps switches the protection off",
        HERE / "s20",
        (f"deletion_protection_off {DATABASE}",),
        (f"guard_removed {DATABASE}",),
    ),
    scenario("S24: the tag is written in another case", HERE / "s24", (f"backup_selection_misses {TABLE}",)),
    scenario("S24b: the tag comes from the provider's default tags", HERE / "s24b"),
)
PLANNED = [each for each in SCENARIOS if (each.folder / "plan.json").is_file()]


def scan(*paths: Path, base: Path, source: Path | None = None) -> Report:
    """The whole pipeline. What crashed or could not be read fails at once."""
    report = judge(list(paths), ReadOptions(base=base, source=source), checks(), Settings(), today=TODAY)
    assert not report.crashed
    assert not [gap for gap in report.gaps if gap.unreadable]
    return report


def found(report: Report) -> frozenset[str]:
    """Findings as a scenario writes them."""
    return frozenset(
        f"{each.check} {'itself' if each.resource.mode == 'plan' else each.resource.address}"
        + ("" if each.certain else " (uncertain)")
        for each in report.findings
    )


@pytest.mark.parametrize("case", SCENARIOS, ids=lambda case: case.name.partition(":")[0])
def test_the_configuration_of_a_scenario(case: Scenario) -> None:
    """The configuration shows what it holds, and nothing else."""
    assert found(scan(case.folder, base=case.folder)) == case.found


@pytest.mark.parametrize("case", PLANNED, ids=lambda case: case.name.partition(":")[0])
def test_the_plan_of_a_scenario(case: Scenario) -> None:
    """The plan beside its configuration shows the same, and what it changes."""
    report = scan(case.folder / "plan.json", base=case.folder, source=case.folder)
    assert found(report) == case.found | case.change


@pytest.mark.parametrize("case", PLANNED, ids=lambda case: case.name.partition(":")[0])
def test_the_plan_alone(case: Scenario, tmp_path: Path) -> None:
    """Without its configuration a plan loses what only that holds: lifecycle blocks, the backend, and what was accepted."""
    shutil.copy(case.folder / "plan.json", tmp_path / "plan.json")
    expected = {each for each in case.found if each.partition(" ")[0] not in FROM_SOURCE} | case.change | case.accepted
    assert found(scan(tmp_path / "plan.json", base=tmp_path)) == expected


def test_every_scenario_has_a_plan() -> None:
    """Each case is judged in all three ways."""
    assert list(SCENARIOS) == PLANNED


@pytest.mark.parametrize(
    ("folder", "check", "words"),
    [
        (INCIDENTS / "pocketos", "backup_dies_with_store", ["wiping or deleting it deletes them"]),
        (INCIDENTS / "pocketos", "token_without_scopes", ["volumeDelete"]),
        (INCIDENTS / "code-spaces", "backup_in_same_domain", ["aws_backup_vault.offsite", "durable, not isolated"]),
        (HERE / "s09", "backup_in_same_domain", ["aws_backup_vault.there", "durable, not isolated"]),
        (HERE / "s16/plan.json", "store_replaced", ["storage_encrypted"]),
        (HERE / "s17", "vault_unlocked", ["changeable_for_days is not set"]),
        (HERE / "s17b", "lock_not_yet_binding", ["36500"]),
        (HERE / "s17c", "retention_too_short", ["1 day"]),
        (HERE / "s19/plan.json", "store_deleted", ["its block left the configuration", "prevent_destroy left with it"]),
        (HERE / "s19b/plan.json", "store_deleted", ["the module call that made it left"]),
        (HERE / "s20/plan.json", "guard_removed", ["deletion_protection"]),
        (HERE / "s24", "backup_selection_misses", ["Backup = daily", "backup = daily", "case-sensitive"]),
    ],
)
def test_the_evidence_names_what_decides(folder: Path, check: str, words: list[str]) -> None:
    """What is said and shown holds the fact that made the finding."""
    report = scan(folder, base=folder if folder.is_dir() else folder.parent)
    texts = [
        " ".join([finding.message, *(f"{step.resource} {step.text}" for step in finding.because)])
        for finding in report.findings
        if finding.check == check
    ]
    assert any(all(word in text for word in words) for text in texts), texts


def test_two_root_modules_are_one_estate() -> None:
    """Vault and table in two states and two accounts, given together: nothing is left to find."""
    report = scan(HERE / "two_roots/shop", HERE / "two_roots/copies", base=HERE)
    assert not report.findings


def test_one_of_two_root_modules_leaves_no_false_alarm() -> None:
    """The shop alone names a vault of another account that no input shows: what cannot be seen there is not held against it."""
    assert not scan(HERE / "two_roots/shop", base=HERE).findings


def test_another_region_is_not_another_account(tmp_path: Path) -> None:
    """S09 with the second vault in an account of its own: the same copies, and nothing is left to say of isolation."""
    text = (HERE / "s09" / "main.tf").read_text("utf-8")
    head, _, tail = text.partition('alias               = "ireland"')
    assert tail
    (tmp_path / "main.tf").write_text(f'{head}alias = "ireland"{tail.replace("111111111111", "222222222222", 1)}', "utf-8")
    assert f"backup_in_same_domain {TABLE}" in found(scan(HERE / "s09", base=HERE / "s09"))
    assert f"backup_in_same_domain {TABLE}" not in found(scan(tmp_path, base=tmp_path))
