"""What other resources say about a store: schedules, exports, policies, bins, and what they hide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policypack.model import CopyKind, GuardKind, Infrastructure, Unknown, Value, is_unknown
from tests.build.conftest import changed, made, provider, store, unknown

Picture = Callable[..., Infrastructure]
VOLUME = "aws_ebs_volume.v"


def dlm(**details: Any) -> Any:
    """A lifecycle policy over volumes that are tagged backup = daily."""
    rule = {"create_rule": [{"interval": 12}], "retain_rule": [{"count": 28}]}
    details = {"resource_types": ["VOLUME"], "target_tags": {"backup": "daily"}, "schedule": [rule], **details}
    return made("aws_dlm_lifecycle_policy.p", policy_details=[details])


@pytest.mark.parametrize(
    ("tags", "details", "certain"),
    [
        ({"backup": "daily"}, {}, [True]),
        ({"Backup": "daily"}, {}, []),
        ({"backup": "weekly"}, {}, []),
        ({"backup": Unknown("var")}, {}, ["unknown"]),
        ({"backup": "daily"}, {"resource_types": ["INSTANCE"]}, []),
        ({"backup": "daily"}, {"target_tags": Unknown("var")}, ["unknown"]),
    ],
)
def test_snapshots_by_tag(picture: Picture, tags: dict[str, Any], details: dict[str, Any], certain: list[object]) -> None:
    """A lifecycle policy copies the volumes that carry its tags, exactly."""
    copies = store(picture(made(VOLUME, size=1, tags=tags), dlm(**details)), VOLUME).backups
    assert ["unknown" if is_unknown(copy.certain) else copy.certain for copy in copies] == certain
    assert all(copy.retention_days == 14 for copy in copies)


def test_a_disabled_lifecycle_policy_copies_nothing(picture: Picture) -> None:
    """A schedule that is off is no backup."""
    policy = made("aws_dlm_lifecycle_policy.p", state="DISABLED", policy_details=dlm().get("policy_details"))
    assert store(picture(made(VOLUME, size=1, tags={"backup": "daily"}), policy), VOLUME).backups == ()


@pytest.mark.parametrize(("status", "copies"), [("ENABLED", 1), ("DISABLED", 0)])
def test_automatic_backups_of_a_file_system(picture: Picture, status: str, copies: int) -> None:
    """They are recovery points in the same account, and outlive the file system."""
    made_picture = picture(
        made("aws_efs_file_system.f", creation_token="f"),
        made(
            "aws_efs_backup_policy.f", file_system_id=unknown("aws_efs_file_system.f", "id"), backup_policy=[{"status": status}]
        ),
    )
    found = store(made_picture, "aws_efs_file_system.f").backups
    assert [copy.dies_with_store for copy in found] == [False] * copies


def test_an_export_is_a_dump_in_its_bucket(picture: Picture) -> None:
    """The copy lies where the bucket lies, and knows the bucket's lock."""
    made_picture = picture(
        provider("aws", allowed_account_ids=["1" * 12]),
        provider("aws.b", allowed_account_ids=["2" * 12]),
        made("aws_dynamodb_table.t", name="t"),
        made("aws_s3_bucket.far", bucket="far", provider_key="aws.b"),
        made(
            "aws_dynamodb_table_export.e",
            table_arn=unknown("aws_dynamodb_table.t", "arn"),
            s3_bucket=unknown("aws_s3_bucket.far", "id"),
        ),
    )
    dumps = [copy for copy in store(made_picture, "aws_dynamodb_table.t").backups if copy.kind is CopyKind.DUMP]
    assert [getattr(copy.domain, "id", None) for copy in dumps] == ["2" * 12]


@pytest.mark.parametrize(("locked", "holds"), [(True, [True]), (False, [])])
def test_a_locked_recycle_bin_stands_behind_snapshots(picture: Picture, locked: bool, holds: list[bool]) -> None:
    """Only a locked rule for everything counts, and only where there are snapshots to give back."""
    lock = {"lock_configuration": [{"unlock_delay": [{"unlock_delay_value": 7}]}]} if locked else {}
    made_picture = picture(
        made(VOLUME, size=1),
        made("aws_ebs_snapshot.s", volume_id=unknown(VOLUME, "id")),
        made("aws_rbin_rule.r", resource_type="EBS_SNAPSHOT", **lock),
    )
    assert [guard.holds for guard in store(made_picture, VOLUME).having(GuardKind.LOCK)] == holds


@pytest.mark.parametrize(("effect", "holds"), [("Deny", True), ("Allow", False)])
def test_a_file_system_policy_that_refuses_deletion_is_a_guard(picture: Picture, effect: str, holds: bool) -> None:
    """A store's own policy counts where it denies everyone."""
    statement: dict[str, Value] = {"Effect": effect, "Principal": "*", "Action": "elasticfilesystem:*", "Resource": "*"}
    made_picture = picture(
        made("aws_efs_file_system.f", creation_token="f"),
        made(
            "aws_efs_file_system_policy.f",
            file_system_id=unknown("aws_efs_file_system.f", "id"),
            policy=Unknown(document={"Statement": [statement]}),
        ),
    )
    guards = store(made_picture, "aws_efs_file_system.f").having(GuardKind.POLICY_DENY)
    assert [guard.holds for guard in guards] == [holds]


def test_cross_account_copies_need_the_switch(picture: Picture) -> None:
    """Where the organization's settings leave the switch off, the copy is not certain."""
    arn = f"arn:aws:backup:eu-west-1:{'2' * 12}:backup-vault:b"
    rule = {"target_vault_name": "v", "copy_action": [{"destination_vault_arn": arn}]}
    made_picture = picture(
        provider("aws", allowed_account_ids=["1" * 12]),
        made("aws_db_instance.main", identifier="x"),
        made("aws_backup_plan.p", rule=[rule]),
        made("aws_backup_selection.s", plan_id=unknown("aws_backup_plan.p", "id"), resources=["*"]),
        made("aws_backup_global_settings.g", global_settings={"isCrossAccountBackupEnabled": "false"}),
    )
    assert [is_unknown(copy.certain) for copy in store(made_picture, "aws_db_instance.main").backups] == [False, True]


def test_a_guard_that_may_not_apply_is_unknown(picture: Picture) -> None:
    """Whether a database is a replica decides whether its own last snapshot counts."""
    source = Unknown("variable source has no value")
    made_picture = picture(made("aws_db_instance.main", identifier="x", skip_final_snapshot=True, replicate_source_db=source))
    guards = store(made_picture, "aws_db_instance.main").having(GuardKind.FINAL_SNAPSHOT)
    assert [is_unknown(guard.holds) for guard in guards] == [True]


@pytest.mark.parametrize(("before", "after", "weakened"), [(0, 30, True), (30, 0, False), (30, 7, True), (7, 30, False)])
def test_never_is_the_longest_retention(picture: Picture, before: int, after: int, weakened: bool) -> None:
    """A log group that never expired and now does loses data; the other way round nothing is lost."""
    group = made(
        "aws_cloudwatch_log_group.g",
        name="g",
        retention_in_days=after,
        change=changed("update", name="g", retention_in_days=before),
    )
    assert bool(store(picture(group, kind="plan"), "aws_cloudwatch_log_group.g").weakening) is weakened


def test_a_template_that_hides_stores_is_a_gap(picture: Picture) -> None:
    """A CloudFormation stack is named, not passed over."""
    assert any("aws_cloudformation_stack.s" in gap.reason for gap in picture(made("aws_cloudformation_stack.s", name="s")).gaps)
