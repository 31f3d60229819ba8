"""Copies of Google Cloud's stores: which die with them, where they lie, and what keeps them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from policypack.model import Change, CopyKind, GuardKind, Infrastructure, Lock, Unknown
from tests.build.conftest import made, store, unknown

Picture: TypeAlias = "Callable[..., Infrastructure]"


@pytest.mark.parametrize(
    ("settings", "copies"),
    [
        ({}, []),
        ({"backup_configuration": [{"enabled": True}]}, [(True, 7)]),
        ({"backup_configuration": [{"enabled": True}], "retain_backups_on_delete": True}, [(False, 7)]),
        ({"backup_configuration": [{"enabled": True, "backup_retention_settings": [{"retained_backups": 30}]}]}, [(True, 30)]),
    ],
)
def test_backups_of_an_instance_die_with_it_unless_kept(
    picture: Picture, settings: dict[str, Any], copies: list[tuple[bool, int]]
) -> None:
    """Cloud SQL's own backups go with the instance unless it keeps them; where there are none, none can be kept."""
    database = store(picture(made("google_sql_database_instance.d", settings=[settings])), "google_sql_database_instance.d")
    assert [(each.dies_with_store, each.retention_days) for each in database.copies] == copies
    assert bool(list(database.having(GuardKind.BACKUPS_KEPT))) is bool(copies)


def test_whether_backups_are_kept_may_not_be_known(picture: Picture) -> None:
    """Backups that are kept on a condition nobody knows may die with the instance, and may not."""
    settings = {"backup_configuration": [{"enabled": True}], "retain_backups_on_delete": Unknown("var.keep has no value")}
    database = store(picture(made("google_sql_database_instance.d", settings=[settings])), "google_sql_database_instance.d")
    [copy] = database.copies
    [kept] = database.having(GuardKind.BACKUPS_KEPT)
    assert isinstance(copy.dies_with_store, Unknown)
    assert isinstance(kept.holds, Unknown)


@pytest.mark.parametrize(
    ("kind", "argument", "dies"),
    [
        ("google_compute_snapshot", "source_disk", False),
        ("google_compute_instant_snapshot", "source_disk", True),
        ("google_compute_image", "source_disk", False),
    ],
)
def test_snapshots_of_a_disk(picture: Picture, kind: str, argument: str, dies: bool) -> None:
    """A snapshot outlives its disk, an instant snapshot does not."""
    snapshot = made(f"{kind}.s", **{argument: unknown("google_compute_disk.d", "self_link")})
    disk = store(picture(made("google_compute_disk.d", name="d"), snapshot), "google_compute_disk.d")
    assert [(each.kind, each.dies_with_store) for each in disk.copies] == [(CopyKind.SNAPSHOT, dies)]


def test_a_schedule_without_snapshots_copies_nothing(picture: Picture) -> None:
    """A resource policy that starts and stops instances is attached to a disk in vain."""
    attachment = made("google_compute_disk_resource_policy_attachment.a", name="p", disk="d")
    for block, copies in (({"instance_schedule_policy": [{}]}, 0), ({"snapshot_schedule_policy": [{"schedule": [{}]}]}, 1)):
        policy = made("google_compute_resource_policy.p", name="p", **block)
        built = picture(made("google_compute_disk.d", name="d"), policy, attachment)
        assert len(store(built, "google_compute_disk.d").copies) == copies


def vault(**values: Any) -> Any:
    """A Backup and DR vault in a project of its own, with a plan and a disk that is put under it."""
    held = {"backup_minimum_enforced_retention_duration": "1209600s", "project": "backup", **values}
    return (
        made("google_compute_disk.d", name="d", project="shop"),
        made("google_backup_dr_backup_vault.v", backup_vault_id="v", **held),
        made(
            "google_backup_dr_backup_plan.p",
            backup_plan_id="p",
            backup_vault=unknown("google_backup_dr_backup_vault.v", "id"),
            backup_rules=[{"backup_retention_days": 14}, {"backup_retention_days": 365}],
        ),
        made(
            "google_backup_dr_backup_plan_association.a",
            resource=unknown("google_compute_disk.d", "id"),
            backup_plan=unknown("google_backup_dr_backup_plan.p", "id"),
        ),
    )


@pytest.mark.parametrize(
    ("values", "open_until"),
    [({"effective_time": "2026-12-24T00:00:00Z"}, ""), ({}, "effective_time"), ({"effective_time": Unknown("later")}, "")],
)
def test_a_vault_binds_what_it_holds(picture: Picture, values: dict[str, Any], open_until: str) -> None:
    """What lies in a vault is locked for its enforced time; effective_time makes that time final for what comes."""
    built = picture(*vault(**values))
    [copy] = store(built, "google_compute_disk.d").copies
    assert (copy.kind, copy.retention_days, copy.dies_with_store) == (CopyKind.RECOVERY_POINT, 365, False)
    assert isinstance(copy.lock, Lock)
    assert (copy.lock.mode, copy.lock.minimum_days, copy.lock.open_until_set) == ("compliance", 14, open_until)
    assert built.beyond_reach(store(built, "google_compute_disk.d"), copy) is True


def test_a_vault_that_is_not_given_is_known_by_its_name(picture: Picture) -> None:
    """A plan that names a vault of another project makes copies there, and whether they are locked cannot be told."""
    disk, _, _, association = vault()
    plan = made(
        "google_backup_dr_backup_plan.p",
        backup_vault="projects/backup/locations/eu/backupVaults/v",
        backup_rules=[{"backup_retention_days": 14}],
    )
    built = picture(disk, plan, association)
    [copy] = store(built, "google_compute_disk.d").copies
    assert not isinstance(copy.domain, Unknown)
    assert copy.domain.id == "backup"
    assert isinstance(built.beyond_reach(store(built, "google_compute_disk.d"), copy), Unknown)


@pytest.mark.parametrize(
    ("policy", "mode"),
    [
        (None, "none"),
        ({"retention_period": 2592000}, "governance"),
        ({"retention_period": 2592000, "is_locked": True}, "compliance"),
        ({"retention_period": "2592000", "is_locked": "true"}, "compliance"),
        ({"retention_period": 2592000, "is_locked": Unknown("later")}, None),
    ],
)
def test_a_retention_policy_locks_once_it_is_locked(picture: Picture, policy: dict[str, Any] | None, mode: str | None) -> None:
    """Only is_locked keeps an administrator from taking a bucket's retention policy away."""
    values = {} if policy is None else {"retention_policy": [policy]}
    built = picture(
        made("google_storage_bucket.a", name="a", project="one"),
        made("google_storage_bucket.b", name="b", project="two", **values),
        made(
            "google_storage_transfer_job.t",
            transfer_spec=[{"gcs_data_source": [{"bucket_name": "a"}], "gcs_data_sink": [{"bucket_name": "b"}]}],
        ),
    )
    [copy] = store(built, "google_storage_bucket.a").copies
    assert isinstance(copy.lock, Lock)
    assert copy.lock.mode == mode if mode else isinstance(copy.lock.mode, Unknown)
    assert built.isolated(store(built, "google_storage_bucket.a"), copy) is True


@pytest.mark.parametrize(
    ("options", "status", "counts"),
    [
        ({}, "ENABLED", [True]),
        ({"delete_objects_unique_in_sink": False}, None, [True]),
        ({"delete_objects_unique_in_sink": True}, None, [False]),
        ({}, "DISABLED", []),
    ],
)
def test_a_transfer_that_carries_deletes_over_is_no_backup(
    picture: Picture, options: dict[str, Any], status: str | None, counts: list[bool]
) -> None:
    """A job that deletes in its sink what is gone at the source makes no backup, and a disabled one nothing."""
    spec = {"gcs_data_source": [{"bucket_name": "a"}], "gcs_data_sink": [{"bucket_name": "b"}], "transfer_options": [options]}
    job = made("google_storage_transfer_job.t", transfer_spec=[spec], **({"status": status} if status else {}))
    built = picture(made("google_storage_bucket.a", name="a"), made("google_storage_bucket.b", name="b"), job)
    assert [each.counts for each in store(built, "google_storage_bucket.a").copies] == counts


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({"action": [{"type": "Delete"}], "condition": [{"age": 3}]}, 3),
        ({"action": [{"type": "Delete"}], "condition": [{"days_since_noncurrent_time": 5, "age": 9}]}, 5),
        ({"action": [{"type": "SetStorageClass"}], "condition": [{"age": 3}]}, None),
    ],
)
def test_lifecycle_rules_of_a_bucket_expire_copies(picture: Picture, rule: dict[str, Any], days: int | None) -> None:
    """A rule that deletes ends a copy at its age, one that moves objects to cheaper storage does not."""
    spec = {"gcs_data_source": [{"bucket_name": "a"}], "gcs_data_sink": [{"bucket_name": "b"}]}
    built = picture(
        made("google_storage_bucket.a", name="a"),
        made("google_storage_bucket.b", name="b", lifecycle_rule=[rule]),
        made("google_storage_transfer_job.t", transfer_spec=[spec]),
    )
    [copy] = store(built, "google_storage_bucket.a").copies
    assert copy.retention_days == days


def test_a_name_leads_only_to_what_it_can_mean(picture: Picture) -> None:
    """A backup schedule names a database; a table and a bucket of the same name are not meant."""
    built = picture(
        made("google_spanner_database.d", name="orders", instance="shop"),
        made("google_bigquery_table.t", table_id="orders", dataset_id="sales"),
        made("google_storage_bucket.b", name="orders"),
        made("google_spanner_backup_schedule.s", database="orders", instance="shop", retention_duration="2592000s"),
    )
    [copy] = store(built, "google_spanner_database.d").copies
    assert (copy.certain, copy.retention_days) == (True, 30)
    assert store(built, "google_bigquery_table.t").copies == ()


def test_a_copied_dataset_copies_its_tables(picture: Picture) -> None:
    """A transfer that copies a dataset into another project backs up the tables in it."""
    built = picture(
        made("google_bigquery_dataset.a", dataset_id="sales", project="shop"),
        made("google_bigquery_dataset.b", dataset_id="sales_copy", project="backup"),
        made("google_bigquery_table.t", dataset_id="sales", table_id="orders", project="shop"),
        made(
            "google_bigquery_data_transfer_config.c",
            data_source_id="cross_region_copy",
            destination_dataset_id="sales_copy",
            params={"source_dataset_id": "sales"},
            project="backup",
        ),
    )
    [copy] = store(built, "google_bigquery_table.t").copies
    assert built.isolated(store(built, "google_bigquery_table.t"), copy) is True


@pytest.mark.parametrize(
    ("kind", "before", "after", "weakened"),
    [
        ("google_storage_bucket", {"versioning": [{"enabled": True}]}, {"versioning": [{"enabled": False}]}, True),
        ("google_storage_bucket", {"retention_policy": [{"retention_period": 9}]}, {}, True),
        ("google_secret_manager_secret", {"version_destroy_ttl": "2592000s"}, {"version_destroy_ttl": "86400s"}, True),
        ("google_secret_manager_secret", {"version_destroy_ttl": "86400s"}, {"version_destroy_ttl": "2592000s"}, False),
        ("google_pubsub_topic", {"message_retention_duration": "soon"}, {"message_retention_duration": "later"}, False),
    ],
)
def test_updates_in_place_that_lose_data(
    picture: Picture, kind: str, before: dict[str, Any], after: dict[str, Any], weakened: bool
) -> None:
    """What a plan switches off or shortens in place is said, times with their unit included; what cannot be compared is not."""
    resource = made(f"{kind}.x", change=Change(("update",), before=before), **after)
    assert bool(store(picture(resource, kind="plan"), f"{kind}.x").weakening) is weakened


@pytest.mark.parametrize(("retention", "days"), [({}, None), ({"backup_retain_days": 0}, None), ({"backup_retain_days": 7}, 7)])
def test_backups_of_a_cluster_without_end(picture: Picture, retention: dict[str, Any], days: int | None) -> None:
    """A retention of 0, and none, mean that Backup for GKE never deletes a backup."""
    plan = made(
        "google_gke_backup_backup_plan.p",
        cluster=unknown("google_container_cluster.c", "id"),
        retention_policy=[retention],
        backup_schedule=[{"cron_schedule": "0 4 * * *"}],
    )
    built = picture(made("google_container_cluster.c", name="c"), plan)
    [copy] = store(built, "google_container_cluster.c").copies
    assert copy.retention_days == days


def test_a_disk_is_backed_up_with_its_instance(picture: Picture) -> None:
    """A plan that backs up an instance backs up the disk that is attached to it."""
    _, held, plan, _ = vault()
    association = made(
        "google_backup_dr_backup_plan_association.i",
        resource=unknown("google_compute_instance.i", "id"),
        backup_plan=unknown("google_backup_dr_backup_plan.p", "id"),
    )
    attached = made(
        "google_compute_attached_disk.a",
        disk=unknown("google_compute_disk.d", "id"),
        instance=unknown("google_compute_instance.i", "id"),
    )
    built = picture(
        held, plan, association, attached, made("google_compute_disk.d", name="d"), made("google_compute_instance.i", name="i")
    )
    assert [each.kind for each in store(built, "google_compute_disk.d").copies] == [CopyKind.RECOVERY_POINT]


def test_scheduled_backups_in_a_bucket_live_as_long_as_it_lets_them(picture: Picture) -> None:
    """Backups that a metastore writes into a bucket of another project lie there, under the bucket's rules and its lock."""
    backup = {"enabled": True, "backup_location": "gs://copies/metastore"}
    rule = {"action": [{"type": "Delete"}], "condition": [{"age": 3}]}
    built = picture(
        made("google_dataproc_metastore_service.m", service_id="m", project="shop", scheduled_backup=[backup]),
        made("google_storage_bucket.copies", name="copies", project="backup", lifecycle_rule=[rule]),
    )
    [copy] = store(built, "google_dataproc_metastore_service.m").copies
    assert (copy.kind, copy.retention_days, copy.dies_with_store) == (CopyKind.DUMP, 3, False)
    assert built.isolated(store(built, "google_dataproc_metastore_service.m"), copy) is True
