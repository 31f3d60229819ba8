"""Rights of somebody else's choosing are those of a principal: policies that tell principals apart still do."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome, Verb
from tests.authority.pictures import ACCOUNT, BUCKET, allow, asked, outcome, policy, role

BOT, DATA = "aws_iam_role.bot", "aws_s3_bucket.data"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
GLASS = f"arn:aws:iam::{ACCOUNT}:role/glass"


def locked(statement: dict[str, object]) -> str:
    """The bucket with a policy of one statement on its objects, which nobody may take away."""
    everything = ["${aws_s3_bucket.data.arn}", "${aws_s3_bucket.data.arn}/*"]
    text = policy({"Action": "s3:*", "Resource": everything, **statement})
    return f'{BUCKET}resource "aws_s3_bucket_policy" "p" {{\n  bucket = aws_s3_bucket.data.id\n  policy = "{text}"\n}}\n'


UNLESS_ARN = {"Effect": "Deny", "Principal": "*", "Condition": {"ArnNotEquals": {"aws:PrincipalArn": GLASS}}}
UNLESS_TAG = {"Effect": "Deny", "Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalTag/glass": "yes"}}}
NAMED = {"Effect": "Deny", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/early"}}


@pytest.mark.parametrize(
    ("statement", "taken", "expected"),
    [
        (UNLESS_ARN, "glass", "yes"),
        (UNLESS_ARN, "early", "no"),
        (UNLESS_TAG, "glass", "yes"),
        (UNLESS_TAG, "early", "no"),
        (NAMED, "glass", "yes"),
        (NAMED, "early", "no"),
    ],
)
def test_whose_rights_are_written_matters_where_a_policy_tells(
    tmp_path: Path, statement: dict[str, object], taken: str, expected: str
) -> None:
    """A bucket that only one role may touch is reached by writing that role's policies, and by no other's."""
    target = f"arn:aws:iam::{ACCOUNT}:role/{taken}"
    # Any rights would lead on to every other role: what the two may do is limited to data.
    bound = "  permissions_boundary = aws_iam_policy.limit.arn\n"
    limit = f'resource "aws_iam_policy" "limit" {{\n  name = "limit"\n  policy = "{policy(allow("s3:*"))}"\n}}\n'
    tagged = bound + '  tags = { glass = "yes" }'
    others = [limit, role("early", trust=ROOT, more=bound), role("glass", trust=ROOT, more=tagged)]
    # The other role is written by somebody else, so that rights of anybody's choosing exist for it first.
    spare = role("aaa", allow(["iam:PutRolePolicy", "sts:AssumeRole"], f"arn:aws:iam::{ACCOUNT}:role/*"), trust=ROOT)
    bot = role("bot", allow(["iam:PutRolePolicy", "sts:AssumeRole"], target))
    answers = asked(tmp_path, locked(statement), *others, spare, bot)
    assert outcome(answers, BOT, Verb.DESTROY, DATA) is Outcome(expected)


def test_the_proof_names_the_principal_that_is_written(tmp_path: Path) -> None:
    """Among many whose rights would be the same, the steps show the one that the caller can reach."""
    bot = role("bot", allow(["iam:PutRolePolicy", "sts:AssumeRole"], GLASS))
    answers = asked(tmp_path, BUCKET, role("early", trust=ROOT), role("glass", trust=ROOT), bot)
    (power,) = (each for each in answers.powers_of(BOT) if (each.verb, each.target) == (Verb.DESTROY, DATA))
    said = " ".join(step.text for step in power.path)
    assert power.outcome is Outcome.YES
    assert "iam:PutRolePolicy on aws_iam_role.glass" in said
    assert "aws_iam_role.early" not in said
