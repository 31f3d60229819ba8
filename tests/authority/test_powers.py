"""Who can do what to data: calls, guards, policies of resources, copies and keys, as short configurations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policypack.model import Outcome, Verb
from tests.authority.pictures import ACCOUNT, BUCKET, DATABASE, allow, asked, deny, outcome, policy, role

MAIN, DATA, BOT = "aws_db_instance.main", "aws_s3_bucket.data", "aws_iam_role.bot"
ARN = "${aws_db_instance.main.arn}"
OBJECTS = "${aws_s3_bucket.data.arn}/*"
OPEN, GUARDED = DATABASE % "false", DATABASE % "true"
VERSIONED = """resource "aws_s3_bucket_versioning" "v" {
  bucket = aws_s3_bucket.data.id
  versioning_configuration {
    status = "Enabled"
  }
}
"""
LOCK = """resource "aws_s3_bucket_object_lock_configuration" "l" {
  bucket = aws_s3_bucket.data.id
  rule {
    default_retention {
      mode = "%s"
      days = 30
    }
  }
}
"""
REFUSES = f"""resource "aws_s3_bucket_policy" "p" {{
  bucket = aws_s3_bucket.data.id
  policy = "{policy({"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject*", "Resource": OBJECTS})}"
}}
"""
KEY = 'resource "aws_kms_key" "k" {\n}\n'
TRAIL = 'resource "aws_cloudtrail" "t" {\n  name = "t"\n  s3_bucket_name = "logs"\n}\n'

CASES: list[tuple[str, str, list[dict[str, Any]], Verb, str, str]] = [
    (
        "a delete by reference is exact before anything exists",
        OPEN,
        [allow("rds:DeleteDBInstance", ARN)],
        Verb.DESTROY,
        MAIN,
        "yes",
    ),
    (
        "another database is another",
        OPEN,
        [allow("rds:DeleteDBInstance", f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:other")],
        Verb.DESTROY,
        MAIN,
        "no",
    ),
    ("its name in an ARN is it", OPEN, [allow("rds:*", f"arn:aws:rds:*:{ACCOUNT}:db:ma*")], Verb.DESTROY, MAIN, "yes"),
    ("protection holds against who cannot take it off", GUARDED, [allow("rds:DeleteDBInstance")], Verb.DESTROY, MAIN, "no"),
    (
        "protection is one call deep",
        GUARDED,
        [allow(["rds:DeleteDBInstance", "rds:ModifyDBInstance"])],
        Verb.DESTROY,
        MAIN,
        "yes",
    ),
    ("taking protection off is a power", GUARDED, [allow("rds:Modify*"), deny("rds:Delete*")], Verb.WEAKEN, MAIN, "yes"),
    ("who may not delete does not destroy", GUARDED, [allow("rds:Modify*"), deny("rds:Delete*")], Verb.DESTROY, MAIN, "no"),
    (
        "a retention of zero takes the copies",
        GUARDED.replace("engine", "backup_retention_period = 7\n  engine"),
        [allow("rds:ModifyDBInstance", ARN)],
        Verb.DESTROY_COPIES,
        MAIN,
        "yes",
    ),
    ("objects are not the bucket", BUCKET, [allow("s3:DeleteObject", "${aws_s3_bucket.data.arn}")], Verb.DESTROY, DATA, "no"),
    ("deleted objects are gone", BUCKET, [allow("s3:DeleteObject", OBJECTS)], Verb.DESTROY, DATA, "yes"),
    (
        "some objects are a doubt",
        BUCKET,
        [allow("s3:DeleteObject", "${aws_s3_bucket.data.arn}/scratch/*")],
        Verb.DESTROY,
        DATA,
        "maybe",
    ),
    ("versions outlive a delete", BUCKET + VERSIONED, [allow("s3:DeleteObject", OBJECTS)], Verb.DESTROY, DATA, "no"),
    (
        "versions are deleted by their own call",
        BUCKET + VERSIONED,
        [allow("s3:DeleteObjectVersion", OBJECTS)],
        Verb.DESTROY,
        DATA,
        "yes",
    ),
    (
        "expiry deletes without a right to delete",
        BUCKET + VERSIONED,
        [allow("s3:PutLifecycleConfiguration")],
        Verb.DESTROY,
        DATA,
        "yes",
    ),
    ("writing overwrites", BUCKET, [allow("s3:PutObject", OBJECTS)], Verb.OVERWRITE, DATA, "yes"),
    ("versions outlive an overwrite", BUCKET + VERSIONED, [allow("s3:PutObject", OBJECTS)], Verb.OVERWRITE, DATA, "no"),
    ("compliance holds against everybody", BUCKET + VERSIONED + LOCK % "COMPLIANCE", [allow("*")], Verb.DESTROY, DATA, "no"),
    (
        "governance yields to a right of its own",
        BUCKET + VERSIONED + LOCK % "GOVERNANCE",
        [allow("s3:*")],
        Verb.DESTROY,
        DATA,
        "yes",
    ),
    (
        "governance holds without that right",
        BUCKET + VERSIONED + LOCK % "GOVERNANCE",
        [allow("s3:Delete*", OBJECTS)],
        Verb.DESTROY,
        DATA,
        "no",
    ),
    ("a bucket's own Deny holds", BUCKET + REFUSES, [allow("s3:DeleteObject", OBJECTS)], Verb.DESTROY, DATA, "no"),
    (
        "whoever may rewrite the Deny takes it off",
        BUCKET + REFUSES,
        [allow(["s3:DeleteObject", "s3:DeleteBucketPolicy"])],
        Verb.DESTROY,
        DATA,
        "yes",
    ),
    (
        "a key in the account is the account's",
        KEY,
        [allow("kms:ScheduleKeyDeletion", "${aws_kms_key.k.arn}")],
        Verb.DESTROY_KEY,
        "aws_kms_key.k",
        "yes",
    ),
    ("using a key is not destroying it", KEY, [allow("kms:Decrypt")], Verb.DESTROY_KEY, "aws_kms_key.k", "no"),
    (
        "a trail is stopped by its own call",
        TRAIL,
        [allow("cloudtrail:StopLogging")],
        Verb.STOP_AUDIT,
        "aws_cloudtrail.t",
        "yes",
    ),
    ("reading a trail stops nothing", TRAIL, [allow("cloudtrail:LookupEvents")], Verb.STOP_AUDIT, "aws_cloudtrail.t", "no"),
]


@pytest.mark.parametrize(("why", "parts", "statements", "verb", "target", "expected"), CASES, ids=[case[0] for case in CASES])
def test_what_a_role_can_do(  # noqa: PLR0913, PLR0917 - the columns of the table
    tmp_path: Path, why: str, parts: str, statements: list[dict[str, Any]], verb: Verb, target: str, expected: str
) -> None:
    """A role's statements, what stands in their way, and what comes of both."""
    answers = asked(tmp_path, parts, role("bot", *statements))
    assert outcome(answers, BOT, verb, target) is Outcome(expected), why


BOUNDARY = f"""resource "aws_iam_policy" "limit" {{
  name   = "limit"
  policy = "{policy(allow("*"), deny(["rds:Delete*", "rds:Modify*", "iam:*", "sts:*"]))}"
}}
"""
BOUND = "  permissions_boundary = aws_iam_policy.limit.arn"


@pytest.mark.parametrize(
    ("dropped", "expected"), [("", "no"), ("rds:Delete*", "no"), ("rds:Modify*", "no"), ("rds:Delete* rds:Modify*", "yes")]
)
def test_a_hard_deny_holds_until_an_action_is_dropped(tmp_path: Path, dropped: str, expected: str) -> None:
    """PowerUser rights under a boundary that denies destruction are quiet; each action of the Deny is needed."""
    boundary = BOUNDARY
    for each in dropped.split():
        boundary = boundary.replace(f'\\"{each}\\", ', "")
    answers = asked(tmp_path, GUARDED, boundary, role("bot", allow("*"), more=BOUND))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


def test_the_proof_says_each_step_and_where_it_is_written(tmp_path: Path) -> None:
    """A power has its calls in order, and every step its place."""
    answers = asked(tmp_path, GUARDED, role("bot", allow(["rds:DeleteDBInstance", "rds:ModifyDBInstance"])))
    (power,) = (each for each in answers.powers_of(BOT) if each.verb is Verb.DESTROY)
    assert power.actions == ("rds:ModifyDBInstance", "rds:DeleteDBInstance")
    assert [step.location is not None for step in power.path] == [True] * len(power.path)
    assert "takes away deletion protection" in power.path[0].text


def test_a_maybe_names_what_would_settle_it(tmp_path: Path) -> None:
    """A policy that is not known makes everything possible, nothing certain, and is named."""
    unknown = 'variable "p" {}\nresource "aws_iam_role_policy" "x" {\n  role = aws_iam_role.bot.name\n  policy = var.p\n}\n'
    answers = asked(tmp_path, OPEN, role("bot"), unknown)
    (power,) = (each for each in answers.powers_of(BOT) if (each.verb, each.target) == (Verb.DESTROY, MAIN))
    assert power.outcome is Outcome.MAYBE
    assert power.missing


def test_nobody_and_nothing_load_nothing(tmp_path: Path) -> None:
    """A picture without identities is answered without the engine."""
    answers = asked(tmp_path, OPEN)
    assert answers.powers_of(BOT) == answers.who_can(Verb.DESTROY, MAIN) == answers.destroys_all(MAIN) == ()
    assert answers._engines == ()


TAGGED = OPEN.replace("engine", 'tags = { env = "prod" }\n  engine')
UNLESS = deny("rds:Delete*", Condition={"StringEquals": {"aws:ResourceTag/env": "prod"}})


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [(["rds:DeleteDBInstance"], "no"), (["rds:DeleteDBInstance", "rds:RemoveTagsFromResource"], "maybe")],
)
def test_a_deny_by_a_tag_holds_only_where_the_caller_cannot_change_it(
    tmp_path: Path, allowed: list[str], expected: str
) -> None:
    """A tag that the caller may take off decides nothing for certain."""
    answers = asked(tmp_path, TAGGED, role("bot", allow(allowed), UNLESS))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


BACKEND = 'terraform {\n  backend "s3" {\n    bucket = "data"\n    key = "prod.tfstate"\n    region = "eu-west-1"\n  }\n}\n'
APPLIES = f'provider "aws" {{\n  region = "eu-west-1"\n  assume_role {{\n    role_arn = "arn:aws:iam::{ACCOUNT}:role/apply"\n  }}\n}}\n'


def test_whoever_writes_the_state_may_act_as_whoever_applies_it(tmp_path: Path) -> None:
    """Writing the state object is a power, and a possible step to the role of the provider block; another object is neither."""
    apply = role("apply", allow("rds:DeleteDBInstance"))
    writer = role("bot", allow("s3:PutObject", "arn:aws:s3:::data/prod.tfstate"))
    other = role("other", allow("s3:PutObject", "arn:aws:s3:::data/readme"))
    answers = asked(tmp_path, BACKEND, BUCKET, OPEN, apply, writer, other, provider=APPLIES)
    (state,) = (each.target for each in answers.powers_of(BOT) if each.verb is Verb.WRITE_STATE)
    assert outcome(answers, BOT, Verb.WRITE_STATE, state) is Outcome.YES
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome.MAYBE
    assert outcome(answers, "aws_iam_role.other", Verb.WRITE_STATE, state) is Outcome.NO
    assert outcome(answers, "aws_iam_role.other", Verb.DESTROY, MAIN) is Outcome.NO


TABLE = """resource "aws_dynamodb_table" "t" {
  name = "t"
  deletion_protection_enabled = true
}
"""


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("dynamodb:DeleteTable", "no"),
        ("dynamodb:DeleteItem", "yes"),
        ("dynamodb:BatchWriteItem", "yes"),
        ("dynamodb:UpdateTimeToLive", "yes"),
        ("dynamodb:GetItem", "no"),
    ],
)
def test_deletion_protection_does_not_know_of_what_lies_inside(tmp_path: Path, action: str, expected: str) -> None:
    """It refuses to delete the table, and lets everybody delete the items of it who may."""
    assert outcome(asked(tmp_path, TABLE, role("bot", allow(action))), BOT, Verb.DESTROY, "aws_dynamodb_table.t") is Outcome(
        expected
    )


SNAPSHOT = """resource "aws_db_snapshot" "s" {
  db_instance_identifier = aws_db_instance.main.identifier
  db_snapshot_identifier = "before"
}
"""


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("${aws_db_snapshot.s.db_snapshot_arn}", Outcome.YES),
        (f"arn:aws:rds:*:{ACCOUNT}:snapshot:before", Outcome.YES),
        (f"arn:aws:rds:*:{ACCOUNT}:snapshot:after", Outcome.NO),
        ("arn:aws:rds:*:*:db:*", Outcome.NO),
    ],
)
def test_a_snapshot_is_a_copy_with_a_name(tmp_path: Path, resource: str, expected: Outcome) -> None:
    """It is asked for by its own address, and by that of what it is a copy of."""
    answers = asked(tmp_path, OPEN, SNAPSHOT, role("bot", allow("rds:DeleteDBSnapshot", resource)))
    assert outcome(answers, BOT, Verb.DESTROY_COPIES, "aws_db_snapshot.s") is expected
    found = answers.who_can(Verb.DESTROY_COPIES, MAIN)
    assert [each.target for each in found] == (["aws_db_snapshot.s"] if expected is Outcome.YES else [])
    assert answers.who_can(Verb.DESTROY, "aws_db_snapshot.s") == () or expected is Outcome.YES


@pytest.mark.parametrize(
    ("kind", "action", "expected"),
    [
        ("aws_acmpca_certificate_authority", "kms:ScheduleKeyDeletion", "no"),
        ("aws_acmpca_certificate_authority", "acm-pca:DeleteCertificateAuthority", "yes"),
        ("aws_kms_replica_external_key", "kms:ScheduleKeyDeletion", "yes"),
        ("aws_kms_replica_external_key", "kms:DeleteImportedKeyMaterial", "yes"),
        ("aws_kms_custom_key_store", "kms:DeleteCustomKeyStore", "yes"),
    ],
)
def test_what_holds_keys_is_destroyed_by_its_own_calls(tmp_path: Path, kind: str, action: str, expected: str) -> None:
    """Not everything that holds a key is a key of KMS, and a replica has a policy too."""
    answers = asked(tmp_path, f'resource "{kind}" "k" {{\n}}\n', role("bot", allow(action)))
    assert outcome(answers, BOT, Verb.DESTROY_KEY, f"{kind}.k") is Outcome(expected)


def test_the_arn_of_a_part_tells_whose_it_is(tmp_path: Path) -> None:
    """A snapshot's ARN names its cluster: a right to those of another cluster is none to these."""
    cluster = (
        'resource "aws_redshift_cluster" "c" {\n  cluster_identifier = "c"\n  automated_snapshot_retention_period = 7\n}\n'
    )
    snapshot = f"arn:aws:redshift:*:{ACCOUNT}:snapshot:%s/*"
    own, other = (role(name, allow("redshift:DeleteClusterSnapshot", snapshot % name)) for name in ("c", "d"))
    answers = asked(tmp_path, cluster, own, other)
    told = [outcome(answers, f"aws_iam_role.{name}", Verb.DESTROY_COPIES, "aws_redshift_cluster.c") for name in ("c", "d")]
    assert told == [Outcome.YES, Outcome.NO]


PLANNED = """resource "aws_backup_plan" "p" {
  name = "p"
  rule {
    rule_name         = "daily"
    target_vault_name = "Default"
  }
}

resource "aws_backup_selection" "s" {
  plan_id      = aws_backup_plan.p.id
  name         = "s"
  iam_role_arn = "arn:aws:iam::111111111111:role/backup"
  resources    = ["*"]
}
"""


@pytest.mark.parametrize(
    ("action", "expected"),
    [("backup:DeleteRecoveryPoint", [Outcome.MAYBE]), ("dynamodb:DeleteBackup", []), ("backup:List*", [])],
)
def test_recovery_points_in_a_vault_that_is_not_shown(tmp_path: Path, action: str, expected: list[Outcome]) -> None:
    """They are deleted by the vault's call, possibly: whether that vault is locked is not known."""
    table = TABLE.replace("deletion_protection_enabled = true", "")
    answers = asked(tmp_path, table, PLANNED, role("bot", allow([action, "dynamodb:DeleteTable"])))
    told = answers.who_can(Verb.DESTROY_COPIES, "aws_dynamodb_table.t"), answers.destroys_all("aws_dynamodb_table.t")
    assert [[each.outcome for each in found] for found in told] == [expected, expected]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("rds:DeleteDBSnapshot", Outcome.MAYBE),
        ("rds:DeleteDBInstanceAutomatedBackup", Outcome.YES),
        ("rds:CopyDBSnapshot", Outcome.NO),
    ],
)
def test_automated_backups_are_no_manual_snapshots(tmp_path: Path, action: str, expected: Outcome) -> None:
    """The call for manual snapshots deletes those that the inputs do not show, if there are any, and no automated backup."""
    kept = OPEN.replace("engine", "backup_retention_period = 7\n  engine")
    assert outcome(asked(tmp_path, kept, role("bot", allow(action))), BOT, Verb.DESTROY_COPIES, MAIN) is expected


@pytest.mark.parametrize(
    ("resource", "expected"),
    [(f"arn:aws:dynamodb:*:{ACCOUNT}:table/locks", Outcome.YES), (f"arn:aws:dynamodb:*:{ACCOUNT}:table/other", Outcome.NO)],
)
def test_the_lock_of_a_state_is_part_of_it(tmp_path: Path, resource: str, expected: Outcome) -> None:
    """Whoever takes the lock's item away lets two applies write one state."""
    backend = BACKEND.replace("region", 'dynamodb_table = "locks"\n    region')
    answers = asked(tmp_path, backend, OPEN, role("bot", allow("dynamodb:DeleteItem", resource)))
    (lock,) = (name for name in answers.targets if name.startswith("the lock of "))
    assert outcome(answers, BOT, Verb.WRITE_STATE, lock) is expected
