"""Who can write a state whose bucket is named by the backend and is not among the inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.model import Outcome, Verb
from tests.authority.pictures import ACCOUNT, DATABASE, PROVIDER, allow, asked, deny, role
from tests.build.hcl import estate

BOT = "aws_iam_role.bot"
OPEN = DATABASE % "false"
NAMED = "arn:aws:s3:::states/prod.tfstate"
ANY = ["arn:aws:s3:::states", "arn:aws:s3:::states/*"]


def backend(more: str = "", bucket: str = '  bucket = "states"\n') -> str:
    """A backend whose bucket nothing else shows."""
    return f'terraform {{\n  backend "s3" {{\n{bucket}    key = "prod.tfstate"\n    region = "eu-west-1"\n{more}  }}\n}}\n'


def provider(more: str = "") -> str:
    """A provider block with credentials of its own."""
    return f'provider "aws" {{\n  region = "eu-west-1"\n{more}}}\n'


def assumes(account: str = ACCOUNT) -> str:
    """A provider block's role."""
    return f'  assume_role {{\n    role_arn = "arn:aws:iam::{account}:role/apply"\n  }}\n'


def role_of(account: str) -> str:
    """A backend's role."""
    return f'    assume_role = {{ role_arn = "arn:aws:iam::{account}:role/states" }}\n'


def writes(folder: Path, *parts: str, by: str = PROVIDER) -> Outcome:
    """How surely the bot writes the state."""
    answers = asked(folder, OPEN, *parts, provider=by)
    found = [each.outcome for each in answers.powers_of(BOT) if each.verb is Verb.WRITE_STATE]
    return found[0] if found else Outcome.NO


@pytest.mark.parametrize(
    ("said", "by", "expected"),
    [
        ("", PROVIDER, "yes"),
        ("", provider(), "yes"),
        ("", "", "yes"),
        ('    profile = "prod"\n', provider('  profile = "prod"\n'), "yes"),
        (role_of(ACCOUNT), PROVIDER, "yes"),
        (role_of("222222222222"), PROVIDER, "maybe"),
        (role_of("222222222222"), provider(), "maybe"),
        ("", provider(assumes()), "maybe"),
        ('    profile = "states"\n', PROVIDER, "maybe"),
        ('    profile = "states"\n', provider('  profile = "prod"\n'), "maybe"),
        ("", provider("  profile = var.profile\n") + 'variable "profile" {}\n', "maybe"),
    ],
)
def test_a_bucket_lies_where_the_credentials_of_its_backend_do(tmp_path: Path, said: str, by: str, expected: str) -> None:
    """Who may write a named object of its own account writes it; in another account, or one that cannot be told, perhaps."""
    assert writes(tmp_path, backend(said), role("bot", allow("s3:PutObject", NAMED)), by=by) is Outcome(expected)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("s3:PutObject", NAMED)], "yes"),
        ([allow("s3:DeleteObject", ANY)], "yes"),
        ([allow("s3:DeleteObjectVersion", "arn:aws:s3:::states/*")], "yes"),
        ([allow("s3:*")], "yes"),
        ([allow("s3:PutObject", NAMED, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], "maybe"),
        ([allow("s3:PutObject", "arn:aws:s3:::${var.bucket}/*")], "maybe"),
        ([allow("s3:GetObject", NAMED)], "no"),
        ([allow("s3:PutObject", "arn:aws:s3:::plans/*")], "no"),
        ([allow("s3:PutObject", "arn:aws:s3:::states/dev.tfstate")], "no"),
        ([allow("s3:PutObject", "arn:aws:s3:::states")], "no"),
        ([allow("s3:*"), deny("s3:*", ANY)], "no"),
    ],
)
def test_a_named_bucket_is_judged_by_its_name(tmp_path: Path, statements: list[dict[str, object]], expected: str) -> None:
    """The ARN of a bucket is its name, so that policies are judged on it as on any other resource."""
    assert writes(tmp_path, backend(), 'variable "bucket" {}\n', role("bot", *statements)) is Outcome(expected)


def test_a_bucket_without_a_name_is_never_certain(tmp_path: Path) -> None:
    """A backend that gets its bucket at `terraform init` may have any: who may write to all of them may write there."""
    unnamed = backend(bucket="")
    assert writes(tmp_path, unnamed, role("bot", allow("s3:PutObject", "arn:aws:s3:::plans/*"))) is Outcome.MAYBE
    assert writes(tmp_path, unnamed, role("bot", allow("s3:PutObject"))) is Outcome.YES
    assert writes(tmp_path, unnamed, role("bot", allow("s3:GetObject"))) is Outcome.NO


def test_nobody_of_another_account_is_let_in_for_certain(tmp_path: Path) -> None:
    """Of an estate of two accounts only those of the state's own are sure; whom its bucket lets in besides is not known."""
    far = role("bot", allow("s3:PutObject", NAMED)).replace('"bot"', '"far"')
    other = 'provider "aws" {\n  allowed_account_ids = ["222222222222"]\n  assume_role {\n    role_arn = "arn:aws:iam::222222222222:role/x"\n  }\n}\n'
    idle = role("bot", allow("s3:GetObject", NAMED)).replace('"bot"', '"idle"')
    answers = authority(estate(tmp_path, backend() + OPEN + role("bot", allow("s3:PutObject", NAMED)), far + idle + other))
    told = {each.identity: each.outcome for each in answers.who_can(Verb.WRITE_STATE, "root0")}
    assert told == {BOT: Outcome.YES, "aws_iam_role.far": Outcome.MAYBE}


@pytest.mark.parametrize(
    ("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_a_bucket_lies_in_the_partition_of_its_region(tmp_path: Path, region: str, partition: str) -> None:
    """In China and in GovCloud the ARN of a bucket begins differently, and one that begins otherwise is another's."""
    there = backend().replace("eu-west-1", region)
    for named in ("aws", "aws-cn", "aws-us-gov"):
        allowed = role("bot", allow("s3:PutObject", f"arn:{named}:s3:::states/*"))
        assert writes(tmp_path, there, allowed) is (Outcome.YES if named == partition else Outcome.NO)
