"""What the gate asks approval for in plans that real Terraform made: the list is whole, and nothing else is in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from policypack.gate.judge import Asked, Judged, judge
from policypack.gate.needs import KINDS
from policypack.gate.summary import as_json, text
from policypack.pages import schema_text
from policypack.read.options import ReadOptions
from policypack.settings import Settings

HERE = Path(__file__).parent
OTHERS = HERE.parent / "scenarios"
DELETE, UPDATE, REPLACE = ("delete",), ("update",), ("delete", "create")
TENANT = 'module.tenant["{}"].aws_{}'
BUCKETS = [TENANT.format("b", f"s3_bucket.b[{number}]") for number in (0, 1)]
ROLE = [f"aws_iam_role_policy.inline_{name}" for name in ("combined", "unknown")]
Row = tuple[str, str, tuple[str, ...]]


def judged(path: Path) -> Judged:
    """The gate's view of a plan file."""
    return judge(Asked(path), ReadOptions(base=path.parent), Settings())


def rows(found: Judged) -> list[Row]:
    """Kind, address and actions of each need."""
    return [(each.kind, each.address, each.actions) for each in found.needs]


def policies_of_the_agent() -> list[Row]:
    """What every plan that changes the bucket's document does to the agent that it is for."""
    return [("boundary_changed", address, UPDATE) for address in ROLE]


LISTS: list[tuple[str, list[Row]]] = [
    (
        "s01_delete",
        [
            ("copies_ended", "aws_backup_plan.p", DELETE),
            ("store_deleted", "aws_ebs_volume.v", DELETE),
            *policies_of_the_agent(),
            ("store_deleted", TENANT.format("b", "dynamodb_table.t"), DELETE),
            *(("store_deleted", address, DELETE) for address in BUCKETS),
        ],
    ),
    ("s02_replace", [("store_replaced", "aws_ebs_volume.v", REPLACE), *policies_of_the_agent()]),
    ("s03_forget", [("store_forgotten", "aws_ebs_volume.v", ("forget",))]),
    ("s04_moved_import", []),
    ("s05_target", [("plan_incomplete", "the plan", ())]),
    (
        "s07_drift",
        [
            ("agent_gains_power", "aws_iam_user.u", ("no-op",)),
            ("boundary_changed", "aws_iam_user_policy.u", UPDATE),
        ],
    ),
    ("s08_update", [("boundary_changed", "aws_iam_role.agent", UPDATE)]),
    ("s09_prevent_destroy_violation", [("plan_incomplete", "the plan", ())]),
    ("s11_refresh_only", []),
]


@pytest.mark.parametrize(("name", "expected"), LISTS, ids=[name for name, _ in LISTS])
def test_a_real_plan_has_its_list(name: str, expected: list[Row]) -> None:
    """Each plan needs approval for what it destroys, weakens or widens in production, and for nothing else: development passes."""
    found = judged(HERE / "plans" / f"{name}.json")
    assert rows(found) == expected
    assert found.unjudged == ()


def test_a_destroy_lists_all_that_holds_data() -> None:
    """`terraform destroy` names no reason and no mode, and all stores of production, the vault, the limits and the number count."""
    found = rows(judged(HERE / "plans" / "s06_destroy.json"))
    kinds = {kind: sorted(address for each, address, _ in found if each == kind) for kind, _, _ in found}
    assert kinds["guard_removed"] == ["aws_backup_vault.v"]
    assert kinds["copies_ended"] == ["aws_backup_plan.p"]
    assert kinds["blast_radius_exceeded"] == ["the plan"]
    assert kinds["boundary_changed"] == ["aws_organizations_policy.scp", "aws_organizations_policy_attachment.a"]
    assert set(kinds["store_deleted"]) == {
        "aws_dynamodb_table.prod_direct",
        "aws_ebs_volume.v",
        "aws_kms_key.k",
        "aws_organizations_organization.o",
        "aws_rds_cluster.c",
        "module.prod_tenant[0].aws_dynamodb_table.t",
        *(f"module.prod_tenant[0].aws_s3_bucket.b[{number}]" for number in (0, 1)),
        *(TENANT.format(key, name) for key in "ab" for name in ("dynamodb_table.t", "s3_bucket.b[0]", "s3_bucket.b[1]")),
    }
    assert {actions for _, address, actions in found if address != "the plan"} == {DELETE}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (OTHERS / "s19", [("store_deleted", "module.db.aws_db_instance.orders", DELETE)]),
        (OTHERS / "s19b", [("store_deleted", 'module.db["eu"].aws_db_instance.orders', DELETE)]),
        (OTHERS / "s20", [("guard_removed", "aws_db_instance.orders", UPDATE)]),
        (HERE / "scenarios/s20_second", [("store_deleted", "aws_db_instance.orders", DELETE)]),
        (HERE / "scenarios/s29_deleted", [("store_deleted", "aws_db_instance.orders", DELETE)]),
        (HERE / "scenarios/s29_unlocked", [("guard_removed", "aws_backup_vault.one", ("no-op",))]),
        (
            HERE / "scenarios/s29_scheduled",
            [
                ("copy_deleted", "aws_db_snapshot.before_upgrade", DELETE),
                ("store_deleted", "aws_kms_key.copies", DELETE),
            ],
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else "",
)
def test_a_story_has_its_list(path: Path, expected: list[Row]) -> None:
    """S19, both steps of S20, S29 done and undone, and a key and a snapshot of S29: each is seen as what it is."""
    assert rows(judged(path / "plan.json")) == expected


def test_what_is_lost_comes_with_its_ways_back() -> None:
    """S29: the summary says what is lost, from which copies it comes back, by when, and that nobody can delete those sooner."""
    told = " ".join(text(judged(HERE / "scenarios/s29_deleted/plan.json"), 4000).split())
    assert "lost the data of this database" in told
    assert "a final snapshot that the deletion takes" in told
    for vault in ("one", "two"):
        assert f"the last recovery point in aws_backup_vault.{vault}" in told
    assert told.count("until 90 days after it was made; its lock lets nobody delete it sooner") == 2


def test_a_deleted_key_says_until_when_it_comes_back() -> None:
    """A key is scheduled for deletion: the days in which that can be cancelled are the way back."""
    told = " ".join(text(judged(HERE / "scenarios/s29_scheduled/plan.json"), 4000).split())
    assert "the deletion itself can be cancelled within 30 days of the apply" in told


def test_a_replacement_says_what_forced_it() -> None:
    """The argument that forces a replacement is in the summary."""
    assert "forced by availability_zone" in text(judged(HERE / "plans/s02_replace.json"), 4000)


def test_nothing_to_approve_says_nothing() -> None:
    """A plan that needs no approval passes in silence."""
    assert text(judged(HERE / "plans/s04_moved_import.json")) == ""


@pytest.mark.parametrize("name", [*(name for name, _ in LISTS), "s06_destroy"])
def test_the_json_is_what_its_schema_says(name: str) -> None:
    """`--format json` holds to the published schema, which names every kind that is no check, and every field."""
    shape = json.loads(schema_text("gate"))
    closed = {**shape, "additionalProperties": False}
    closed["$defs"] = {key: {**each, "additionalProperties": False} for key, each in shape["$defs"].items()}
    Draft202012Validator(closed).validate(json.loads(as_json(judged(HERE / "plans" / f"{name}.json"), 1)))
    assert all(kind in shape["$defs"]["need"]["properties"]["kind"]["description"] for kind in KINDS)
