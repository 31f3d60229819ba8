"""What a possible power says of itself: whose statement gives it, and what would settle it."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority.grants import broad, rules_everything
from policypack.authority.held import readable
from policypack.model import Outcome, Power, Verb
from tests.authority.pictures import BUCKET, allow, asked, deny, role

BOT, DATA = "aws_iam_role.bot", "aws_s3_bucket.data"
UNKNOWN = """variable "text" {
  type = string
}
resource "aws_iam_role_policy" "opaque" {
  role = aws_iam_role.bot.name
  policy = var.text
}
"""
ADMIN = """resource "aws_iam_role_policy_attachment" "admin" {
  role = aws_iam_role.bot.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"""
PART = """data "aws_iam_policy_document" "part" {
  source_policy_documents = [var.text]
  statement {
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
}
resource "aws_iam_role_policy" "part" {
  role   = aws_iam_role.bot.name
  policy = data.aws_iam_policy_document.part.json
}
"""


def destroys(folder: Path, *parts: str) -> Power:
    """The role's power to destroy the bucket."""
    found = [each for each in asked(folder, BUCKET, *parts).powers_of(BOT) if (each.verb, each.target) == (Verb.DESTROY, DATA)]
    return found[0]


def test_what_may_deny_is_said_to_deny(tmp_path: Path) -> None:
    """Where one policy surely allows, another that nobody can read can only deny: the step is the first one's, the doubt its."""
    found = destroys(tmp_path, role("bot"), UNKNOWN, ADMIN)
    assert found.outcome is Outcome.MAYBE
    assert found.path[0].resource == "aws_iam_role_policy_attachment.admin"
    assert found.missing.startswith("whether aws_iam_role_policy.opaque denies it is not known")
    assert readable([found]) == [found]


def test_what_nobody_can_read_is_one_doubt(tmp_path: Path) -> None:
    """Where nothing else allows it, what the policy says is the doubt, and the other questions are not asked about it."""
    found = destroys(tmp_path, role("bot", allow("rds:*")), UNKNOWN)
    assert found.missing.startswith("what aws_iam_role_policy.opaque says is not known")
    assert readable([found]) == []


def test_a_part_that_nobody_can_read_is_a_doubt_like_a_whole(tmp_path: Path) -> None:
    """A document of which some statements are not known may allow anything: that is no grant of everything that was written."""
    answers = asked(tmp_path, BUCKET, role("bot"), UNKNOWN.partition("resource")[0], PART)
    (bot,) = answers.infrastructure.identities
    powers = [each for each in answers.powers_of(BOT) if each.target == DATA]
    assert {each.outcome for each in powers} == {Outcome.MAYBE}
    assert readable(powers) == []
    assert list(broad(bot)) == []


@pytest.mark.parametrize(("parts", "expected"), [((ADMIN,), True), ((ADMIN, UNKNOWN), True), ((UNKNOWN,), False)])
def test_who_rules_everything_rules_it_until_a_deny_is_read(tmp_path: Path, parts: tuple[str, ...], expected: bool) -> None:
    """A policy that cannot be read is no limit that the inputs show."""
    (bot,) = asked(tmp_path, role("bot"), *parts).infrastructure.identities
    assert rules_everything(bot) is expected


def test_a_deny_that_is_read_limits(tmp_path: Path) -> None:
    """An administrator with a deny does not rule everything."""
    (bot,) = asked(tmp_path, role("bot", deny("s3:*")), ADMIN).infrastructure.identities
    assert not rules_everything(bot)


def test_what_the_caller_chooses_is_no_doubt(tmp_path: Path) -> None:
    """A condition that a choice of the caller meets settles nothing: the resource that is not known does."""
    some = 'variable "text" {\n  type = string\n}\n'
    chosen = {"StringLike": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    answers = asked(tmp_path, BUCKET, some, role("bot", allow("s3:PutObject", "${var.text}", Condition=chosen)))
    found = next(each for each in answers.powers_of(BOT) if (each.verb, each.target) == (Verb.OVERWRITE, DATA))
    assert found.outcome is Outcome.MAYBE
    assert "x-amz-acl" not in found.missing


def test_what_a_policy_says_comes_before_what_decides_beside_it(tmp_path: Path) -> None:
    """A way that depends on more than IAM, by a policy that nobody can read: the policy is named first."""
    domain = 'resource "aws_opensearch_domain" "d" {\n  domain_name = "d"\n}\n'
    answers = asked(tmp_path, domain, UNKNOWN, role("bot", deny("es:Delete*")))
    found = next(each for each in answers.powers_of(BOT) if each.verb is Verb.DESTROY)
    assert found.missing.startswith("what aws_iam_role_policy.opaque says is not known")


def test_what_may_allow_and_may_deny_is_one_doubt(tmp_path: Path) -> None:
    """A policy that nobody can read is missing once, however many things it may say."""
    answers = asked(tmp_path, BUCKET, role("bot"), UNKNOWN)
    missing = answers.can(BOT, "s3:DeleteObject", DATA).missing
    assert [each.partition(":")[0] for each in missing] == ["what aws_iam_role_policy.opaque says is not known"]
