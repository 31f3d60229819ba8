"""The facts themselves: what must hold for all types, and those facts that findings stand on, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from policypack.catalog import GuardFact, TypeEntry, load_catalog

CATALOG = load_catalog()
STATEFUL = Path(__file__).with_name("stateful_types.txt").read_text("utf-8").split()
ENTRIES = {
    name: entry
    for provider in CATALOG.providers()
    for name in CATALOG.types(provider)
    if (entry := CATALOG.entry(name)) is not None
}


def guards(entry: TypeEntry) -> tuple[GuardFact, ...]:
    """The guards that a type carries, for itself or for a store that it names."""
    return (*entry.guards, *(entry.companion.guards if entry.companion else ()))


def protection(name: str) -> GuardFact | None:
    """The deletion protection of a type that the API enforces and every provider version has."""
    found = [each for each in ENTRIES[name].guards if each.kind == "deletion_protection" and each.enforced == "api"]
    return next((each for each in found if not each.since), None)


def sentences() -> Iterator[tuple[str, str]]:
    """Every text of the catalog that becomes part of a line, with the type it belongs to."""
    for name, entry in ENTRIES.items():
        texts = [entry.substitute, *(each.effect for each in guards(entry)), *(each.note for each in entry.backups)]
        texts += [each.effect for each in entry.weakened_by] + [entry.credential.fix if entry.credential else ""]
        yield from ((name, text) for text in texts if text)


@pytest.mark.parametrize("name", STATEFUL)
def test_every_type_that_holds_data_or_guards_it_is_described(name: str) -> None:
    """A type whose loss matters has an entry that says what part it plays."""
    entry = ENTRIES[name]
    plays = entry.store or entry.role or entry.member_of or entry.guards or entry.kind in {"identity", "dns", "file_system"}
    assert plays, "neither a store nor anything for one"


def test_stores_that_nothing_protects_say_what_to_ask_for() -> None:
    """A store of weight without a protection that any provider version can write names its substitute."""
    silent = [
        name
        for name, entry in ENTRIES.items()
        if entry.store
        and entry.tier < 3
        and protection(name) is None
        and not any(guard.kind == "recovery_window" for guard in entry.guards)
        and not entry.substitute
    ]
    assert silent == []


def test_stores_of_weight_know_what_destroys_them() -> None:
    """Every store of tier 1 and 2 lists the API actions that destroy it, save what a later provider brought."""
    silent = [
        name
        for name, entry in ENTRIES.items()
        if entry.store and entry.tier < 3 and not entry.delete_actions and not entry.since
    ]
    assert silent == []


def test_members_are_judged_with_what_they_belong_to() -> None:
    """A member is no store of its own, unless it is one only without what it may belong to, or a container inside another."""
    twice = [
        name
        for name, entry in ENTRIES.items()
        if entry.member_of and entry.store and entry.unless_set != entry.member_of and not entry.container
    ]
    assert twice == []


def test_what_backup_selections_take_can_be_found() -> None:
    """A store that AWS Backup covers has an ARN shape, so that a selection can be matched against it."""
    assert [name for name, entry in ENTRIES.items() if entry.backup_service and not entry.arn] == []


def test_copies_lead_to_their_store() -> None:
    """Every snapshot, share, export and replica names its store or another copy of it; only an import comes from outside."""
    roles = {"snapshot", "shared_snapshot", "dump", "replica", "automated"}
    lost = [
        name
        for name, entry in ENTRIES.items()
        if entry.companion and entry.companion.role in roles and not (entry.companion.store or entry.companion.via)
    ]
    assert lost == ["aws_ebs_snapshot_import"]


def test_role_and_companion_agree() -> None:
    """A type plays one part: its own role word is that of what it says about a store."""
    differ = [name for name, entry in ENTRIES.items() if entry.role and entry.companion and entry.role != entry.companion.role]
    assert differ == []


def test_bucket_companions_are_about_buckets() -> None:
    """The parts that are played for buckets are played by types of buckets alone, so that no other type can confuse them."""
    parts = {"versioning", "object_lock", "replication", "lifecycle", "bucket_policy"}
    players = {name for name, entry in ENTRIES.items() if entry.role in parts}
    described = {name for name in players if ENTRIES[name].lock or ENTRIES[name].expiry}
    assert all(name.startswith(("aws_s3_bucket_", "minio_s3_bucket_")) for name in players - described)
    stores = {name for name, entry in ENTRIES.items() if entry.kind == "object_store"}
    assert {name for name in stores if name.startswith("aws_")} == {"aws_s3_bucket"}
    assert {"aws_s3_bucket", "google_storage_bucket"} <= stores


def test_texts_fit_into_a_line() -> None:
    """Texts that become part of a line begin in lower case (names aside), and end without a full stop."""
    names = ("AWS", "API", "Terraform", "QuickSight", "HSM", "Railway", "Atlas", "DigitalOcean", "Supabase", "Time Travel")
    odd = [
        (name, text) for name, text in sentences() if text.endswith(".") or (text[0].isupper() and not text.startswith(names))
    ]
    assert odd == []


@pytest.mark.parametrize(
    ("name", "attribute", "safe", "default"),
    [
        ("aws_db_instance", "deletion_protection", True, False),
        ("aws_rds_cluster", "deletion_protection", True, False),
        ("aws_docdb_cluster", "deletion_protection", True, False),
        ("aws_neptune_cluster", "deletion_protection", True, False),
        ("aws_neptunegraph_graph", "deletion_protection", True, "unknown"),
        ("aws_dynamodb_table", "deletion_protection_enabled", True, False),
        ("aws_dsql_cluster", "deletion_protection_enabled", True, "unknown"),
        ("aws_qldb_ledger", "deletion_protection", True, True),
        ("aws_cognito_user_pool", "deletion_protection", "ACTIVE", "INACTIVE"),
        ("aws_cloudtrail_event_data_store", "termination_protection_enabled", True, True),
        ("aws_instance", "disable_api_termination", True, False),
        ("aws_emr_cluster", "termination_protection", True, "unknown"),
        ("aws_lb", "enable_deletion_protection", True, False),
    ],
)
def test_protection_that_the_api_enforces(name: str, attribute: str, safe: object, default: object) -> None:
    """The protecting argument, its safe value, and what holds where nobody writes it."""
    found = protection(name)
    assert found is not None
    assert (found.attribute, found.safe, found.default) == (attribute, safe, default)


@pytest.mark.parametrize(
    "name",
    [
        "aws_redshift_cluster",
        "aws_opensearch_domain",
        "aws_efs_file_system",
        "aws_ebs_volume",
        "aws_s3_bucket",
        "aws_ecr_repository",
        "aws_msk_cluster",
        "aws_sqs_queue",
        "aws_route53_zone",
        "aws_ssm_parameter",
        "aws_eks_cluster",
        "railway_service",
    ],
)
def test_types_without_protection(name: str) -> None:
    """No version 5 provider can switch on a protection of these types."""
    assert protection(name) is None


@pytest.mark.parametrize(
    ("name", "attribute", "since"),
    [
        ("aws_eks_cluster", "deletion_protection", "6.9"),
        ("aws_cloudwatch_log_group", "deletion_protection_enabled", "6.25"),
        ("aws_s3tables_table_bucket", "force_destroy", "6.11"),
        ("aws_verifiedpermissions_policy_store", "deletion_protection", "6.25"),
    ],
)
def test_what_provider_6_brought(name: str, attribute: str, since: str) -> None:
    """Arguments that older providers lack carry the version by which they exist."""
    assert [guard.since for guard in ENTRIES[name].guards if guard.attribute == attribute] == [since]


@pytest.mark.parametrize(
    ("name", "attribute", "default", "needs"),
    [
        ("aws_db_instance", "skip_final_snapshot", False, "final_snapshot_identifier"),
        ("aws_redshift_cluster", "skip_final_snapshot", False, "final_snapshot_identifier"),
        ("aws_lightsail_database", "skip_final_snapshot", False, "final_snapshot_name"),
        ("aws_elasticache_replication_group", "final_snapshot_identifier", None, ""),
        ("aws_memorydb_cluster", "final_snapshot_name", None, ""),
        ("aws_ebs_volume", "final_snapshot", False, ""),
        ("aws_fsx_lustre_file_system", "skip_final_backup", True, ""),
        ("aws_fsx_windows_file_system", "skip_final_backup", False, ""),
    ],
)
def test_final_snapshots(name: str, attribute: str, default: object, needs: str) -> None:
    """Which argument decides about the last snapshot, and that Lustre alone skips its backup unless told otherwise."""
    found = [guard for guard in ENTRIES[name].guards if guard.kind == "final_snapshot"]
    assert [(guard.attribute, guard.default, guard.needs) for guard in found] == [(attribute, default, needs)]


@pytest.mark.parametrize(
    ("name", "default", "kept_by"),
    [
        ("aws_db_instance", 0, "delete_automated_backups"),
        ("aws_rds_cluster", 1, "delete_automated_backups"),
        ("aws_docdb_cluster", 1, ""),
        ("aws_neptune_cluster", 1, ""),
        ("aws_redshift_cluster", 1, ""),
        ("aws_elasticache_cluster", 0, ""),
        ("aws_memorydb_cluster", 0, ""),
        ("aws_fsx_windows_file_system", 7, ""),
        ("aws_fsx_openzfs_file_system", 0, ""),
    ],
)
def test_automated_backups(name: str, default: int, kept_by: str) -> None:
    """How many days are kept where nobody says so, and what keeps them once their store is gone."""
    (backup,) = ENTRIES[name].backups
    assert (backup.default, backup.kept_by, backup.survives) == (default, kept_by, False)
    assert backup.days == backup.attribute


def test_recovery_history_outlives_a_deleted_table() -> None:
    """A table that is deleted with point-in-time recovery on can still be restored; a volume of Railway cannot."""
    assert all(backup.survives for name in ("aws_dynamodb_table", "aws_keyspaces_table") for backup in ENTRIES[name].backups)
    (backup,) = ENTRIES["railway_service"].backups
    assert backup.always
    assert not backup.survives


def test_windows_guard_keys_and_secrets() -> None:
    """A key is 30 days from its end, a secret too unless it says 0."""
    windows = {name: ENTRIES[name].guards[0] for name in ("aws_kms_key", "aws_secretsmanager_secret")}
    assert {guard.kind for guard in windows.values()} == {"recovery_window"}
    assert [(guard.at_least, guard.default) for guard in windows.values()] == [(30, 30), (1, 30)]


def test_railway_cannot_limit_its_token() -> None:
    """Railway's token has no scopes and no end, and deletes volumes; a service counts only with a volume."""
    railway = CATALOG.provider("railway")
    assert railway is not None
    assert railway.token is not None
    assert (railway.token.scoped, railway.token.expires, railway.token.destroys) == (False, False, "volumeDelete")
    assert ENTRIES["railway_service"].only_when_set == "volume"
    assert [(each.attribute, each.removed) for each in ENTRIES["railway_service"].weakened_by] == [("volume", True)]


@pytest.mark.parametrize(
    "name", sorted(name for name, entry in ENTRIES.items() if entry.credential and name.startswith("aws_"))
)
def test_static_credentials_of_iam_users_are_limited_by_policies(name: str) -> None:
    """Credentials that AWS resources make are limited by the policies of their user, and say what to do instead."""
    credential = ENTRIES[name].credential
    assert credential is not None
    assert credential.scoped is True
    assert credential.fix
