"""Recorded plans: one for each thing that a plan can do."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Change, Location, Reference, Unknown
from tests.read.planning import RECORDED, block, change, found, plan, read_json, read_recorded

CHANGES = [
    ("greenfield", "aws_db_instance.db", ("create",), ""),
    ("update", "aws_db_instance.db", ("update",), ""),
    ("replace", "aws_ebs_volume.v", ("delete", "create"), "replace_because_cannot_update"),
    ("replace", "aws_dynamodb_table.t", ("create", "delete"), "replace_because_cannot_update"),
    ("delete", "aws_db_instance.db", ("delete",), "delete_because_no_resource_config"),
    ("delete", 'module.tenant["b"].aws_s3_bucket.b[0]', ("delete",), "delete_because_no_module"),
    ("forget", "aws_ebs_volume.v", ("forget",), "delete_because_no_resource_config"),
    ("moved_import", "aws_ebs_volume.renamed", ("no-op",), ""),
    ("moved_import", "aws_iam_user.imported", ("update",), ""),
    ("target", "aws_dynamodb_table.t", ("delete", "create"), "replace_by_request"),
    ("destroy", "aws_kms_key.k", ("delete",), ""),
    ("errored", "aws_db_instance.db", ("delete", "create"), "replace_because_cannot_update"),
    ("greenfield", "data.aws_iam_policy_document.combined", ("read",), "read_because_config_unknown"),
]


def change_of(name: str, address: str) -> Change:
    """The change of a resource of a recorded plan."""
    change = found(read_recorded(name), address).change
    assert change is not None
    return change


@pytest.mark.parametrize(("name", "address", "actions", "reason"), CHANGES)
def test_changes_are_terraforms(name: str, address: str, actions: tuple[str, ...], reason: str) -> None:
    """Actions keep Terraform's words and their order, and the reason that it gives."""
    found = change_of(name, address)
    assert (found.actions, found.reason) == (actions, reason)


def test_a_deletion_has_the_values_before_it() -> None:
    """What is deleted or forgotten is known by what it is today, in the same form as everything else."""
    database = found(read_recorded("delete"), "aws_db_instance.db")
    assert database.goes
    assert database.get("identifier") == "app-dev"
    assert "restore_to_point_in_time" not in database.values
    assert None not in list(database.values.values())
    assert database.change is not None
    assert database.change.before == database.values
    volume = found(read_recorded("forget"), "aws_ebs_volume.v")
    assert volume.goes
    assert volume.get("size") == 10


def test_replacement_says_which_argument_forces_it() -> None:
    """The paths that force a replacement are dotted; one that was asked for has none."""
    assert change_of("replace", "aws_ebs_volume.v").replace_paths == ("availability_zone",)
    assert change_of("target", "aws_dynamodb_table.t").replace_paths == ()


def test_moves_and_imports_are_told() -> None:
    """A moved resource knows its former address, an imported one that it is."""
    assert change_of("moved_import", "aws_ebs_volume.renamed").previous_address == "aws_ebs_volume.v"
    assert change_of("moved_import", "aws_iam_user.imported").importing
    assert not change_of("moved_import", "aws_ebs_volume.renamed").importing


@pytest.mark.parametrize(
    ("name", "complete", "errored"),
    [("greenfield", True, False), ("target", False, False), ("errored", False, True), ("destroy", True, False)],
)
def test_incomplete_plans_say_so(name: str, complete: bool, errored: bool) -> None:
    """Whether a plan is complete, and whether it failed, is what Terraform says."""
    source = read_recorded(name)
    assert (source.complete, source.errored) == (complete, errored)


def test_absent_flags_are_unknown(tmp_path: Path) -> None:
    """An older Terraform does not say whether a plan is complete, and neither does the reader."""
    source = read_json(tmp_path, plan([change("aws_s3_bucket", "b", {"bucket": "b"})]))
    assert (source.complete, source.errored) == (None, None)


def test_a_targeted_plan_keeps_what_it_passes_by() -> None:
    """What a `-target` leaves out stands in the state inside the plan, and is read without a change."""
    source = read_recorded("target")
    vault = found(source, "aws_backup_vault.v")
    assert vault.change is None
    assert vault.get("name") == "vault"
    assert sum(source.counts.values()) == 33


def test_a_refresh_only_plan_changes_nothing() -> None:
    """A refresh-only plan has its objects as they were found, and what is gone is gone."""
    source = read_recorded("refresh_only")
    assert {each.change for each in source.resources} == {None}
    assert found(source, "aws_s3_bucket_versioning.b").get("versioning_configuration.status") == "Enabled"
    assert "aws_ebs_volume.v" not in {each.address for each in source.resources}
    assert source.destroyed == {}


def test_drift_is_not_a_change() -> None:
    """What drifted is reported by Terraform beside the changes, and does not become one."""
    source = read_recorded("drift")
    assert len({each.address for each in source.resources}) == len(source.resources)
    assert found(source, "aws_kms_key.k").change == Change(("no-op",), before=found(source, "aws_kms_key.k").values)


def test_counts_cover_every_type() -> None:
    """Types whose values nobody wants are counted, and what is destroyed of them too, but they are not read."""
    source = read_recorded("destroy", wanted=lambda kind: kind == "aws_kms_key")
    assert {each.type for each in source.resources if each.mode == "managed"} == {"aws_kms_key"}
    assert source.counts["aws_s3_bucket"] == source.destroyed["aws_s3_bucket"] == 7
    assert source.counts == source.destroyed


def test_data_sources_come_from_the_state_inside() -> None:
    """A data source that was read at plan time is there with what it read."""
    caller = found(read_recorded("greenfield"), "data.aws_caller_identity.me")
    assert caller.mode == "data"
    assert caller.get("account_id") == "123456789012"
    assert caller.provider_key == "aws"


def test_a_deposed_object_is_not_the_resource(tmp_path: Path) -> None:
    """Deleting what an earlier replacement left behind does not delete what the address stands for."""
    kept = change(
        "aws_db_instance", "db", {"identifier": "kept"}, change={"actions": ["no-op"], "before": {"identifier": "kept"}}
    )
    left = change(
        "aws_db_instance", "db", None, change={"actions": ["delete"], "before": {"identifier": "left"}}, deposed="0a1b"
    )
    source = read_json(tmp_path, plan([kept, left]))
    assert not found(source, "aws_db_instance.db").goes
    assert found(source, "aws_db_instance.db (deposed object 0a1b)").goes


def test_an_action_that_nobody_knows_is_a_gap(tmp_path: Path) -> None:
    """A word that this version does not understand is kept, and said."""
    source = read_json(tmp_path, plan([change("aws_s3_bucket", "b", {}, change={"actions": ["evaporate"]})]))
    assert [gap.reason for gap in source.gaps] == ["the plan does something that is not understood: 'evaporate'"]


def test_deferred_changes_are_a_gap(tmp_path: Path) -> None:
    """What a plan puts off is not in it, and that is said."""
    source = read_json(tmp_path, plan([], deferred_changes=[{"reason": "provider_config_unknown"}]))
    assert "defers" in source.gaps[0].reason


def test_without_source_the_place_is_the_plan() -> None:
    """A plan alone has no lines, no lifecycle and no backend, and says that it cannot tell."""
    source = read_recorded("delete")
    database = found(source, "aws_db_instance.db")
    assert database.location == Location("delete.json", 1, 1)
    assert database.inside == source.path == "delete.json"
    assert database.lifecycle is None
    assert isinstance(source.backend, Unknown)
    assert not source.has_source


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_documents_are_read_whole(name: str) -> None:
    """Every resource of every recorded plan and state has an address, a provider and values that can be looked at."""
    source = read_recorded(name)
    assert source.resources
    for each in source.resources:
        assert each.address.endswith(each.type) or f"{each.type}." in each.address
        assert each.provider in {"aws", "terraform"}
        assert all(value is not None for value in each.values.values())


@pytest.mark.parametrize("name", RECORDED)
def test_reading_is_the_same_every_time(name: str) -> None:
    """The same document gives the same Input."""
    assert read_recorded(name) == read_recorded(name)


def test_module_instances_have_their_own_addresses() -> None:
    """Instances of modules and resources are told apart by Terraform's own keys."""
    source = read_recorded("greenfield")
    bucket = found(source, 'module.tenant["a"].aws_s3_bucket.b[1]')
    assert bucket.get("bucket") == "tenant-a-1"
    assert bucket.configured_address == "module.tenant.aws_s3_bucket.b"


def test_what_a_resource_refers_to_is_absolute(tmp_path: Path) -> None:
    """References of all expressions, `depends_on` included, are absolute and in order."""
    blocks = [
        block(
            "aws_s3_bucket",
            "a",
            {"bucket": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]}},
            depends_on=["aws_sns_topic.t"],
        )
    ]
    source = read_json(tmp_path, plan([change("aws_s3_bucket", "a", {}, {"bucket": True})], blocks))
    assert source.resources[0].refers_to == (Reference("aws_kms_key.k", "arn"), Reference("aws_sns_topic.t"))
