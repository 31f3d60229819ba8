"""Guards, domains, environments, companions and the picture before a plan."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.build import build
from policypack.build.index import patterns_meet
from policypack.build.policies import denies_everyone
from policypack.catalog import load_catalog
from policypack.model import CopyKind, GuardKind, Infrastructure, Input, Lifecycle, Reference, Unknown, is_unknown, same_domain
from policypack.settings import DomainRule, EnvironmentRule, Settings
from tests.build.conftest import changed, made, provider, store, unknown

Picture = Callable[..., Infrastructure]
DB = "aws_db_instance.main"


def holds(picture: Infrastructure, address: str, kind: GuardKind) -> list[object]:
    """What the guards of one kind say."""
    return ["unknown" if is_unknown(each.holds) else each.holds for each in store(picture, address).having(kind)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, False),
        ({"deletion_protection": True}, True),
        ({"deletion_protection": "true"}, True),
        ({"deletion_protection": False}, False),
        ({"deletion_protection": Unknown("var.x has no value")}, "unknown"),
    ],
)
def test_unset_takes_the_provider_default_and_unknown_stays_unknown(
    picture: Picture, values: dict[str, Any], expected: object
) -> None:
    """AWS leaves deletion protection off; nothing turns an unknown into a default."""
    assert holds(picture(made(DB, identifier="x", **values)), DB, GuardKind.DELETION_PROTECTION) == [expected]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"skip_final_snapshot": True}, False),
        ({}, False),
        ({"final_snapshot_identifier": "last"}, True),
        ({"final_snapshot_identifier": unknown("random_id.x", "hex")}, True),
        ({"skip_final_snapshot": Unknown("var")}, "unknown"),
    ],
)
def test_a_final_snapshot_needs_a_name(picture: Picture, values: dict[str, Any], expected: object) -> None:
    """Without an identifier the destroy fails, and people answer by skipping the snapshot; a name that is known later is a name."""
    assert holds(picture(made(DB, identifier="x", **values)), DB, GuardKind.FINAL_SNAPSHOT) == [expected]


@pytest.mark.parametrize(
    ("values", "copies", "dies"),
    [
        ({}, 0, None),
        ({"backup_retention_period": 0}, 0, None),
        ({"backup_retention_period": 7}, 1, True),
        ({"backup_retention_period": 7, "delete_automated_backups": False}, 1, False),
        ({"backup_retention_period": 7, "delete_automated_backups": Unknown("var")}, 1, "unknown"),
    ],
)
def test_automated_backups_die_with_the_store_unless_they_are_kept(
    picture: Picture, values: dict[str, Any], copies: int, dies: object
) -> None:
    """The provider's default deletes them."""
    found = store(picture(made(DB, identifier="x", **values)), DB).backups
    assert len(found) == copies
    assert ["unknown" if is_unknown(copy.dies_with_store) else copy.dies_with_store for copy in found] == [dies] * copies


def test_an_empty_text_is_not_written(picture: Picture) -> None:
    """A provider's state shows "" for an unset argument: a cluster with an empty source is no replica, an empty name no name."""
    cluster = made("aws_rds_cluster.c", cluster_identifier="c", replication_source_identifier="", final_snapshot_identifier="")
    made_picture = picture(cluster)
    assert store(made_picture, "aws_rds_cluster.c").backupable
    assert holds(made_picture, "aws_rds_cluster.c", GuardKind.FINAL_SNAPSHOT) == [False]


def test_prevent_destroy_is_a_guard_that_only_terraform_enforces(picture: Picture) -> None:
    """It is there where HCL was read, and absent where it was not."""
    read = picture(made(DB, identifier="x", lifecycle=Lifecycle(prevent_destroy=True)))
    assert holds(read, DB, GuardKind.PREVENT_DESTROY) == [True]
    assert holds(picture(made(DB, identifier="x")), DB, GuardKind.PREVENT_DESTROY) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {"region": "eu-west-1"}, True),
        ({"profile": "a"}, {"profile": "b"}, "unknown"),
        ({"allowed_account_ids": ["1" * 12]}, {"allowed_account_ids": ["2" * 12]}, False),
        ({"assume_role": [{"role_arn": f"arn:aws:iam::{'1' * 12}:role/x"}]}, {"allowed_account_ids": ["1" * 12]}, True),
        ({"assume_role": [{"role_arn": unknown("aws_iam_role.r", "arn")}]}, {}, "unknown"),
        ({}, {"assume_role": [{"role_arn": f"arn:aws:iam::{'2' * 12}:role/x"}]}, "unknown"),
    ],
)
def test_two_provider_blocks_are_one_domain_only_if_it_can_be_told(
    picture: Picture, one: dict[str, Any], other: dict[str, Any], same: object
) -> None:
    """A second region with the same credentials is the same account; different accounts differ; the rest is unknown."""
    made_picture = picture(
        provider("aws", **one),
        provider("aws.b", **other),
        made(DB, identifier="x"),
        made("aws_db_instance.b", identifier="y", provider_key="aws.b"),
    )
    verdict = same_domain(store(made_picture, DB).domain, store(made_picture, "aws_db_instance.b").domain)
    assert ("unknown" if is_unknown(verdict) else verdict) == same


def test_an_arn_of_one_resource_tells_the_account_of_all_under_its_provider(picture: Picture) -> None:
    """A plan names no account of a provider, but the ARNs of what exists do."""
    made_picture = picture(
        made(DB, identifier="x"), made("aws_db_instance.old", identifier="o", arn=f"arn:aws:rds:us-east-1:{'4' * 12}:db:o")
    )
    assert store(made_picture, DB).domain.id == "4" * 12


def test_resources_without_a_provider_are_not_taken_for_one_account(picture: Picture) -> None:
    """A state does not say which provider made a resource: what cannot be told stays unknown, and a store is with itself."""
    made_picture = picture(
        made(DB, identifier="x", provider_key="", backup_retention_period=7),
        made("aws_db_instance.b", identifier="y", provider_key="", arn=f"arn:aws:rds:us-east-1:{'4' * 12}:db:y"),
        kind="state",
    )
    one, other = store(made_picture, DB), store(made_picture, "aws_db_instance.b")
    assert is_unknown(same_domain(one.domain, other.domain))
    assert other.domain.id == "4" * 12
    assert made_picture.isolated(one, one.backups[0]) is False


def test_settings_name_domains(picture: Picture) -> None:
    """What the settings say of a domain is part of it."""
    rules = Settings(domains=(DomainRule("2" * 12, "backup", "copies"),))
    made_picture = picture(provider("aws", allowed_account_ids=["2" * 12]), made(DB, identifier="x"), settings=rules)
    domain = store(made_picture, DB).domain
    assert (domain.name, domain.holds_copies) == ("backup", True)


@pytest.mark.parametrize(
    ("values", "production", "reason"),
    [
        ({}, True, "nothing says otherwise"),
        ({"identifier": "orders-dev"}, False, "by its name"),
        ({"identifier": "orders-prod"}, True, "by its name"),
        ({"identifier": "nonprod-orders"}, False, "by its name"),
        ({"identifier": "non-prod"}, False, "by its name"),
        ({"identifier": "developer-portal"}, True, "nothing says otherwise"),
        ({"identifier": "x-dev", "tags": {"Environment": "production"}}, True, "by its tag Environment = production"),
        ({"identifier": "latest"}, True, "nothing says otherwise"),
    ],
)
def test_environments_are_recognised_with_their_evidence(
    picture: Picture, values: dict[str, Any], production: bool, reason: str
) -> None:
    """Tags before names, words and not substrings, production where nothing says otherwise."""
    found = store(picture(made(DB, **{"identifier": "x", **values})), DB).environment
    assert (found.production, found.reason) == (production, reason)


def test_settings_decide_the_environment_before_anything_is_recognised(picture: Picture) -> None:
    """A rule for an address wins over a name."""
    rules = Settings(environments=(EnvironmentRule("development", addresses=("module.*.aws_db_instance.*",)),))
    made_picture = picture(made('module.a["x"].aws_db_instance.main', identifier="prod"), settings=rules)
    assert made_picture.production == ()


@pytest.mark.parametrize(
    ("status", "expected"), [("Enabled", True), ("Suspended", False), (Unknown("var"), "unknown"), (None, False)]
)
def test_versioning_is_a_guard_of_the_bucket(picture: Picture, status: object, expected: object) -> None:
    """The companion decides, and a bucket without one is not versioned."""
    bucket = made("aws_s3_bucket.b", bucket="orders")
    companion = made(
        "aws_s3_bucket_versioning.b", bucket=unknown("aws_s3_bucket.b", "id"), versioning_configuration=[{"status": status}]
    )
    made_picture = picture(bucket, *([companion] if status is not None else []))
    assert holds(made_picture, "aws_s3_bucket.b", GuardKind.VERSIONING) == [expected]


def test_a_companion_finds_its_twin_among_instances(picture: Picture) -> None:
    """`for_each` on both sides pairs instances of the same key, as Terraform does."""
    resources = [made(f'aws_s3_bucket.b["{key}"]', bucket=f"bucket-{key}") for key in ("x", "y")]
    versioned = made(
        'aws_s3_bucket_versioning.b["x"]',
        bucket=unknown("aws_s3_bucket.b", "id"),
        versioning_configuration=[{"status": "Enabled"}],
    )
    made_picture = picture(*resources, versioned)
    assert holds(made_picture, 'aws_s3_bucket.b["x"]', GuardKind.VERSIONING) == [True]
    assert holds(made_picture, 'aws_s3_bucket.b["y"]', GuardKind.VERSIONING) == [False]


@pytest.mark.parametrize(("markers", "counts"), [("Enabled", False), ("Disabled", True)])
def test_replication_that_carries_deletes_is_no_backup(picture: Picture, markers: str, counts: bool) -> None:
    """The copy is shown either way, and counts only where deletes stay behind."""
    rule = {
        "status": "Enabled",
        "destination": [{"bucket": unknown("aws_s3_bucket.far", "arn")}],
        "delete_marker_replication": [{"status": markers}],
    }
    made_picture = picture(
        made("aws_s3_bucket.b", bucket="b"),
        made("aws_s3_bucket.far", bucket="far"),
        made("aws_s3_bucket_replication_configuration.r", bucket=unknown("aws_s3_bucket.b", "id"), rule=[rule]),
    )
    copies = [copy for copy in store(made_picture, "aws_s3_bucket.b").copies if copy.kind is CopyKind.REPLICATED_OBJECTS]
    assert [copy.counts for copy in copies] == [counts]


def test_a_replica_is_a_copy_and_no_backup(picture: Picture) -> None:
    """A replica follows its source into whatever happens to it."""
    made_picture = picture(made(DB, identifier="x"), made("aws_db_instance.r", replicate_source_db=unknown(DB, "identifier")))
    assert [copy.kind for copy in store(made_picture, DB).copies] == [CopyKind.REPLICA]
    assert store(made_picture, DB).backups == ()


def test_a_copy_of_a_snapshot_is_followed_to_its_store(picture: Picture) -> None:
    """Snapshot, copy of the snapshot: both are copies of the volume."""
    made_picture = picture(
        made("aws_ebs_volume.v", size=1),
        made("aws_ebs_snapshot.s", volume_id=unknown("aws_ebs_volume.v", "id")),
        made("aws_ebs_snapshot_copy.c", source_snapshot_id=unknown("aws_ebs_snapshot.s", "id")),
    )
    assert {copy.made_by.address for copy in store(made_picture, "aws_ebs_volume.v").backups} == {
        "aws_ebs_snapshot.s",
        "aws_ebs_snapshot_copy.c",
    }


def test_a_scheduled_job_that_reaches_store_and_bucket_is_a_dump(picture: Picture) -> None:
    """Railway to S3: the references of the job's variables are the evidence."""
    job = "railway_service.dump"
    made_picture = picture(
        made("railway_service.postgres", name="postgres", volume={"name": "pgdata"}),
        made(job, name="dump", cron_schedule="0 3 * * *"),
        made("aws_s3_bucket.dumps", bucket="dumps"),
        made(
            "railway_variable.from",
            value="${{postgres.DATABASE_URL}}",
            refers_to=(Reference(job, "id"),),
        ),
        made("railway_variable.to", refers_to=(Reference(job, "id"), Reference("aws_s3_bucket.dumps", "bucket"))),
    )
    dumps = [copy for copy in store(made_picture, "railway_service.postgres").backups if copy.kind is CopyKind.DUMP]
    assert [copy.held_in and copy.held_in.address for copy in dumps] == ["aws_s3_bucket.dumps"]
    assert dumps[0].dies_with_store is False


def test_the_picture_before_a_plan_has_what_the_plan_takes_away(picture: Picture) -> None:
    """Protection that an update switches off held before it; what the plan creates did not exist."""
    made_picture = picture(
        made(DB, identifier="x", deletion_protection=False, change=changed("update", identifier="x", deletion_protection=True)),
        made("aws_db_instance.new", identifier="n", change=changed("create")),
        kind="plan",
    )
    assert made_picture.before is not None
    assert holds(made_picture.before, DB, GuardKind.DELETION_PROTECTION) == [True]
    assert holds(made_picture, DB, GuardKind.DELETION_PROTECTION) == [False]
    assert [each.address for each in made_picture.before.stores] == [DB]


def test_a_deleted_store_is_known_and_does_not_stand(picture: Picture) -> None:
    """Checks of what will be leave it out; checks of what changes see it."""
    made_picture = picture(made(DB, identifier="x", change=changed("delete", identifier="x")), kind="plan")
    assert [each.address for each in made_picture.stores] == [DB]
    assert made_picture.production == ()
    assert [each.address for each in made_picture.changing] == [DB]


def test_an_object_that_plan_and_state_both_hold_is_one() -> None:
    """A state beside its plan adds nothing that is counted twice."""
    one = made(DB, identifier="x", arn="arn:aws:rds:us-east-1:111111111111:db:x", inside="plan.json")
    other = made(DB, identifier="x", arn="arn:aws:rds:us-east-1:111111111111:db:x", inside="state.json")
    both = build([Input("plan.json", "plan", (one,)), Input("state.json", "state", (other,))], load_catalog(), Settings())
    assert [each.resource.inside for each in both.stores] == ["plan.json"]


def test_a_provider_without_a_catalog_is_a_gap(picture: Picture) -> None:
    """Nothing of an unknown provider passes in silence, and utility providers make no noise."""
    made_picture = picture(made("acme_database.x"), made("random_password.p"))
    assert [gap.reason for gap in made_picture.gaps] == ["no catalog for provider acme: 1 resource is not judged"]


def test_a_provider_token_without_scopes_is_a_credential(picture: Picture) -> None:
    """Railway's token is shown by where it comes from, never by its value."""
    token = Unknown("variable railway_token has no value", (Reference("var.railway_token"),))
    made_picture = picture(provider("railway", token=token), made("railway_project.shop", name="shop"))
    found = made_picture.credentials[0]
    assert found.scoped is False
    assert "var.railway_token" in found.evidence[0].text


_ACTIONS = ("backup:DeleteRecoveryPoint", "backup:PutBackupVaultAccessPolicy")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Effect": "Deny", "Principal": "*", "Action": "backup:*", "Resource": "*"}, True),
        ({"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": list(_ACTIONS), "Resource": "*"}, True),
        ({"Effect": "Deny", "Principal": {"AWS": ["*"]}, "Action": [_ACTIONS[0]], "Resource": "*"}, False),
        ({"Effect": "Allow", "Principal": "*", "Action": "backup:*", "Resource": "*"}, False),
        ({"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::1:root"}, "Action": "backup:*", "Resource": "*"}, False),
        ({"Effect": "Deny", "Principal": "*", "Action": "backup:*", "Resource": "*", "Condition": {"Bool": {"x": "y"}}}, False),
        (Unknown("var"), "unknown"),
        ({"Effect": "Deny", "Principal": "*", "Action": Unknown("var"), "Resource": "*"}, "unknown"),
        ({"Effect": "Deny", "Principal": "*", "Action": "backup:*", "Resource": Unknown("var")}, "unknown"),
        ({"Effect": "Deny", "Principal": "*", "Action": "backup:*", "Resource": "*", "Condition": Unknown("var")}, False),
        ({"Effect": "Deny", "Principal": {"Service": "*"}, "Action": "backup:*", "Resource": "*"}, False),
    ],
)
def test_only_an_unconditional_deny_for_everyone_counts(statement: Any, expected: object) -> None:
    """Any condition, any named principal and any action left out leaves a way."""
    verdict = denies_everyone({"Statement": [statement]}, _ACTIONS)
    assert ("unknown" if is_unknown(verdict) else verdict) == expected


_BUCKET, _OBJECTS = "arn:aws:s3:::data", "arn:aws:s3:::data/*"
_ITS_ARN = Reference("aws_s3_bucket.data", "arn")


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ("*", True),
        ([_BUCKET, _OBJECTS], True),
        ([f"{_BUCKET}*", _BUCKET], True),
        ([Unknown("later", parts=(_ITS_ARN,)), Unknown("later", parts=(_ITS_ARN, "/*"))], True),
        ([_BUCKET], False),
        ([_OBJECTS], False),
        ([_BUCKET, f"{_BUCKET}/logs/*"], False),
        ([Unknown("later", parts=(_ITS_ARN,)), Unknown("later", parts=(_ITS_ARN, "/logs/*"))], False),
        ([_BUCKET, f"{_BUCKET}/one"], False),
    ],
)
def test_a_deny_for_some_objects_guards_not_the_bucket(places: Any, expected: bool) -> None:
    """A bucket's own Deny counts where it is about the bucket and every object in it."""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:Delete*", "Resource": places}
    assert denies_everyone({"Statement": [deny]}, ("s3:DeleteBucket", "s3:DeleteObjectVersion")) is expected


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"Statement": [{"Effect": "Allow", "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}',
        '{"Statement": "x"}',
    ],
    ids=["deep", "twice", "text"],
)
def test_a_policy_that_cannot_be_read_is_no_guard(text: str) -> None:
    """Whatever stands in it, reading ends, and nothing is taken to be refused."""
    assert denies_everyone(text, _ACTIONS) is False


_TEXT = st.text(alphabet="ab*", max_size=5)


def _reference(one: str, other: str) -> bool:
    """Whether two wildcard patterns meet, by trying every text of up to six letters."""
    texts = ("".join(letters) for length in range(7) for letters in itertools.product("ab", repeat=length))
    return any(fnmatchcase(text, one) and fnmatchcase(text, other) for text in texts)


@settings(max_examples=100, deadline=None)
@given(_TEXT, _TEXT)
def test_two_patterns_meet_where_one_text_fits_both(one: str, other: str) -> None:
    """The matcher never misses a meeting that brute force finds."""
    if _reference(one, other):
        assert patterns_meet(one, other)
