"""Becoming another role: what its trust policy and the caller's own policies say together, over one step and over many."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policypack.model import Outcome, Verb
from tests.authority.pictures import ACCOUNT, DATABASE, PROVIDER, allow, asked, deny, outcome, policy, role, user

BOT, MAIN = "aws_iam_role.bot", "aws_db_instance.main"
OPEN = DATABASE % "false"
RIGHT = allow("rds:DeleteDBInstance")
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
AWAY = PROVIDER + 'provider "aws" {\n  alias = "away"\n  region = "eu-west-1"\n  allowed_account_ids = ["222222222222"]\n}\n'
MAY = allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/target")
OTHER = allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/other")
NOTHING = allow("s3:ListAllMyBuckets")


def target(principal: Any, **condition: Any) -> str:
    """The role with the right, which lets a principal in under a condition."""
    lets_in = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}}
    lets_in |= {"Condition": condition} if condition else {}
    own = f'  inline_policy {{\n    name = "own"\n    policy = "{policy(RIGHT)}"\n  }}\n'
    return f'resource "aws_iam_role" "target" {{\n  name = "target"\n  assume_role_policy = "{policy(**lets_in)}"\n{own}}}\n'


CASES: list[tuple[str, str, list[dict[str, Any]], str]] = [
    ("the account is trusted and the caller may", target(ROOT), [MAY], "yes"),
    ("the account by number is the account", target(ACCOUNT), [MAY], "yes"),
    ("the account is trusted and the caller may not", target(ROOT), [NOTHING], "no"),
    ("the caller may and is not trusted", target(f"arn:aws:iam::{ACCOUNT}:role/somebody"), [MAY], "no"),
    ("another account is trusted", target("arn:aws:iam::222222222222:root"), [MAY], "no"),
    ("the caller itself is trusted, which is enough at home", target("${aws_iam_role.bot.arn}"), [NOTHING], "yes"),
    ("the caller itself is trusted, by name", target(f"arn:aws:iam::{ACCOUNT}:role/bot"), [NOTHING], "yes"),
    ("everybody is trusted", target("*"), [MAY], "yes"),
    ("the caller may become another role alone", target(ROOT), [OTHER], "no"),
    ("a deny wins", target("${aws_iam_role.bot.arn}"), [MAY, deny("sts:*")], "no"),
    ("an external id is not known", target(ROOT, StringEquals={"sts:ExternalId": "x"}), [MAY], "maybe"),
    ("a network is not known", target(ROOT, IpAddress={"aws:SourceIp": "10.0.0.0/8"}), [MAY], "maybe"),
    ("an organization is not known", target("*", StringEquals={"aws:PrincipalOrgID": "o-1"}), [MAY], "maybe"),
    ("the caller's name is known", target(ROOT, ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/b*"}), [MAY], "yes"),
    ("another's name is known", target(ROOT, ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/c*"}), [MAY], "no"),
    ("the caller's tag is known", target(ROOT, StringEquals={"aws:PrincipalTag/team": "x"}), [MAY], "no"),
    ("wildcards name nobody", target(f"arn:aws:iam::{ACCOUNT}:role/*"), [MAY], "no"),
]  # fmt: skip


@pytest.mark.parametrize(("why", "trusting", "statements", "expected"), CASES, ids=[case[0] for case in CASES])
def test_trust_and_permission(tmp_path: Path, why: str, trusting: str, statements: list[dict[str, Any]], expected: str) -> None:
    """Both have to let the caller through, as the documentation of trust policies says when both are needed."""
    answers = asked(tmp_path, OPEN, trusting, role("bot", *statements))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected), why


@pytest.mark.parametrize(
    ("principal", "statements", "expected"),
    [
        ("arn:aws:iam::222222222222:role/bot", [MAY], "yes"),
        ("arn:aws:iam::222222222222:root", [MAY], "yes"),
        ("arn:aws:iam::222222222222:role/bot", [NOTHING], "no"),
        ("arn:aws:iam::222222222222:root", [NOTHING], "no"),
        (ROOT, [MAY], "no"),
    ],
)
def test_across_accounts_both_are_needed(
    tmp_path: Path, principal: str, statements: list[dict[str, Any]], expected: str
) -> None:
    """From another account, to be trusted by name is not enough."""
    bot = role("bot", *statements, more="  provider = aws.away")
    answers = asked(tmp_path, OPEN, target(principal), bot, provider=AWAY)
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


def chain(length: int, weak: int = -1, broken: int = -1) -> str:
    """Roles that each may become the next, and the last of which has the right. `weak`: that one asks for an external id.
    `broken`: that one trusts nobody here."""
    parts = []
    for number in range(length):
        next_one = f"arn:aws:iam::{ACCOUNT}:role/r{number + 1}"
        own = policy(RIGHT if number == length - 1 else allow("sts:AssumeRole", next_one))
        lets_in: dict[str, Any] = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ROOT}}
        if number == weak:
            lets_in["Condition"] = {"StringEquals": {"sts:ExternalId": "x"}}
        if number == broken:
            lets_in["Principal"] = {"Service": "vpc-flow-logs.amazonaws.com"}
        parts.append(
            f'resource "aws_iam_role" "r{number}" {{\n  name = "r{number}"\n  assume_role_policy = "{policy(**lets_in)}"\n'
            f'  inline_policy {{\n    name = "own"\n    policy = "{own}"\n  }}\n}}\n'
        )
    return "".join(parts)


@pytest.mark.parametrize(
    ("more", "expected"),
    [({}, "yes"), ({"weak": 3}, "maybe"), ({"broken": 3}, "no"), ({"weak": 0}, "yes"), ({"broken": 0}, "yes")],
)
def test_a_chain_is_as_sure_as_its_weakest_hop(tmp_path: Path, more: dict[str, int], expected: str) -> None:
    """Five roles after another: the proof names each, one doubtful hop makes it possible, and one that is closed ends it."""
    answers = asked(tmp_path, OPEN, chain(6, **more))
    assert outcome(answers, "aws_iam_role.r0", Verb.DESTROY, MAIN) is Outcome(expected)
    if expected == "yes":
        (power,) = (each for each in answers.powers_of("aws_iam_role.r0") if (each.verb, each.target) == (Verb.DESTROY, MAIN))
        said = " ".join(step.text for step in power.path)
        assert [f"aws_iam_role.r{number} assumes aws_iam_role.r{number + 1}" in said for number in range(5)] == [True] * 5


def test_a_circle_of_roles_ends(tmp_path: Path) -> None:
    """Roles that become each other in a circle all have what one of them has."""
    circle = chain(6).replace(policy(RIGHT), policy(RIGHT, allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/r0")))
    answers = asked(tmp_path, OPEN, circle)
    assert {outcome(answers, f"aws_iam_role.r{number}", Verb.DESTROY, MAIN) for number in range(6)} == {Outcome.YES}


def test_a_boundary_stays_with_whom_it_is_on(tmp_path: Path) -> None:
    """The caller's boundary limits what it may become, not what it may do then."""
    limit = f'resource "aws_iam_policy" "limit" {{\n  name = "limit"\n  policy = "{policy(allow("sts:AssumeRole"))}"\n}}\n'
    bot = role("bot", MAY, more="  permissions_boundary = aws_iam_policy.limit.arn")
    answers = asked(tmp_path, OPEN, limit, target(ROOT), bot)
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome.YES


@pytest.mark.parametrize(
    ("actions", "expected"), [(["iam:CreateAccessKey", "iam:DeleteAccessKey"], "yes"), (["iam:CreateAccessKey"], "maybe")]
)
def test_a_key_of_a_user_is_the_user(tmp_path: Path, actions: list[str], expected: str) -> None:
    """A credential of somebody else's is his rights; of one that is somebody else, none of this user's."""
    made = allow(actions, f"arn:aws:iam::{ACCOUNT}:user/ann")
    answers = asked(
        tmp_path, OPEN, user("ann", RIGHT), role("bot", made), role("eve", allow(actions, f"arn:aws:iam::{ACCOUNT}:user/bob"))
    )
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)
    assert outcome(answers, "aws_iam_role.eve", Verb.DESTROY, MAIN) is Outcome.NO
