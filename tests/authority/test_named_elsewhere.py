"""Whom one root lets in by reference is nobody of another root that is called otherwise, whatever accounts are not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome, Verb
from tests.authority.pictures import DATABASE, allow, deny, policy, role, user
from tests.authority.test_estates import can, together

OPEN = DATABASE % "false"
MAIN, DEPLOY = "aws_db_instance.main", "aws_iam_role.deploy"
REGION = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
HOME = 'provider "aws" {\n  region = "eu-west-1"\n  allowed_account_ids = ["111111111111"]\n}\n'
FAR = HOME.replace("1" * 12, "2" * 12)
NAMED = role("ci")
PATHED = NAMED.replace('name = "ci"', 'name = "ci"\n  path = "/build/"')
PREFIXED = NAMED.replace('name = "ci"', 'name_prefix = "ci-"')
ANOTHER = role("bot", allow("sts:AssumeRole"))
SAME = ANOTHER.replace('name = "bot"', 'name = "ci"')
DELETES = allow("rds:DeleteDBInstance")


def deploys(principal: str = "${aws_iam_role.ci.arn}") -> str:
    """A role that may delete, and that lets a principal in."""
    return role("deploy", DELETES, trust={"AWS": principal}) + OPEN


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (REGION + NAMED, REGION + ANOTHER, "no"),
        (REGION + NAMED, REGION + SAME, "maybe"),
        (REGION + PATHED, REGION + SAME, "no"),
        (REGION + PREFIXED, REGION + SAME, "maybe"),
        (REGION + PREFIXED, REGION + ANOTHER, "maybe"),
        (HOME + NAMED, HOME + SAME, "yes"),
        (HOME + NAMED, FAR + SAME, "no"),
        (HOME + NAMED, REGION + SAME, "maybe"),
        (HOME + NAMED, REGION + ANOTHER, "no"),
        (REGION + NAMED, REGION + user("bot", allow("sts:AssumeRole")), "no"),
    ],
)
def test_a_trust_policy_by_reference(tmp_path: Path, first: str, second: str, expected: str) -> None:
    """The name, the path and the account of whom it refers to decide; a maybe is left where all that is known agrees."""
    answers = together(tmp_path, one=first + deploys(), two=second)
    bot = "aws_iam_user.bot" if "aws_iam_user" in second else "aws_iam_role.bot"
    assert can(answers, Verb.DESTROY, MAIN).get(bot, "no") == expected
    assert answers.can(bot, "sts:AssumeRole", DEPLOY).outcome is Outcome(expected)


def test_those_who_are_referred_to_are_let_in(tmp_path: Path) -> None:
    """Beside a root of the same kind, with other names, each lets in its own and nobody else's, for certain."""
    roots = {
        each: REGION
        + (role("ci") + role("deploy", DELETES, trust={"AWS": "${aws_iam_role.ci.arn}"}) + OPEN)
        .replace('"ci"', f'"ci_{each}"')
        .replace(".ci.", f".ci_{each}.")
        .replace('"deploy"', f'"deploy_{each}"')
        .replace('"main"', f'"main_{each}"')
        for each in ("a", "b", "c")
    }
    answers = together(tmp_path, **roots)
    for each in roots:
        # What the roles that deploy may delete is any database; by whom they are assumed is what differs.
        assert answers.can(f"aws_iam_role.ci_{each}", "sts:AssumeRole", f"aws_iam_role.deploy_{each}").outcome is Outcome.YES
        for other in set(roots) - {each}:
            found = answers.can(f"aws_iam_role.ci_{each}", "sts:AssumeRole", f"aws_iam_role.deploy_{other}")
            assert found.outcome is Outcome.NO


@pytest.mark.parametrize(
    ("denied", "expected"),
    [
        ({"Principal": {"AWS": "${aws_iam_role.ci.arn}"}}, "yes"),
        ({"NotPrincipal": {"AWS": "${aws_iam_role.ci.arn}"}}, "no"),
    ],
)
def test_a_deny_by_reference_is_about_whom_it_names(tmp_path: Path, denied: dict[str, object], expected: str) -> None:
    """A Deny of one role of a root stops no other root's, and a Deny of all but one stops it."""
    statement = deny("s3:DeleteObject", "${aws_s3_bucket.data.arn}/*", **denied)
    bucket = 'resource "aws_s3_bucket" "data" {\n  bucket = "data"\n}\n'
    bucket += f'resource "aws_s3_bucket_policy" "data" {{\n  bucket = "data"\n  policy = "{policy(statement)}"\n}}\n'
    answers = together(tmp_path, one=HOME + NAMED + bucket, two=HOME + role("bot", allow("s3:DeleteObject")))
    assert can(answers, Verb.DESTROY, "aws_s3_bucket.data").get("aws_iam_role.bot", "no") == expected


BUCKET = 'resource "aws_s3_bucket" "%s" {\n  bucket_prefix = "data-%s-"\n}\n'
INSTANCE = 'resource "aws_db_instance" "%s" {\n  identifier_prefix = "data-%s-"\n}\n'
EACH = ("${%s.%s.arn}", "${%s.%s.arn}*")


@pytest.mark.parametrize(("kind", "block"), [("aws_s3_bucket", BUCKET), ("aws_db_instance", INSTANCE)])
@pytest.mark.parametrize(("other", "expected"), [("two", "no"), ("one", "maybe")])
def test_what_begins_otherwise_is_another(tmp_path: Path, kind: str, block: str, other: str, expected: str) -> None:
    """Of a name that the provider makes up its beginning is known: who may delete the one by reference may not delete the other's,
    and certainly deletes its own."""
    action = "s3:DeleteObject" if kind == "aws_s3_bucket" else "rds:DeleteDBInstance"
    named = [each % (kind, "mine") for each in EACH]
    first = REGION + block % ("theirs", "one")
    second = REGION + block % ("mine", other) + role("bot", allow(action, named))
    answers = together(tmp_path, one=first, two=second)
    assert can(answers, Verb.DESTROY, f"{kind}.theirs").get("aws_iam_role.bot", "no") == expected
    assert can(answers, Verb.DESTROY, f"{kind}.mine")["aws_iam_role.bot"] == "yes"


@pytest.mark.parametrize(
    ("pattern", "expected"), [("data-one-*", "yes"), ("data-*", "yes"), ("data-two-*", "no"), ("data-one-x", "maybe")]
)
def test_a_pattern_meets_what_a_name_begins_with(tmp_path: Path, pattern: str, expected: str) -> None:
    """A pattern that is written out is compared with the beginning of a name, and a reference to the name still is the name."""
    arns = [f"arn:aws:s3:::{pattern}", f"arn:aws:s3:::{pattern}/*"]
    bots = role("bot", allow("s3:DeleteObject", arns)) + role(
        "own", allow("s3:DeleteObject", "arn:aws:s3:::${aws_s3_bucket.b.id}/*")
    )
    answers = together(tmp_path, one=HOME + BUCKET % ("b", "one") + bots)
    found = can(answers, Verb.DESTROY, "aws_s3_bucket.b")
    assert found.get("aws_iam_role.bot", "no") == expected
    assert found["aws_iam_role.own"] == "yes"
