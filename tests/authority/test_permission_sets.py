"""IAM Identity Center: every part of a permission set counts in the account that it is assigned in."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome, Verb
from tests.authority.pictures import ACCOUNT, DATABASE, allow, asked, deny, outcome, policy

MAIN, SET = "aws_db_instance.main", "aws_ssoadmin_permission_set.s"
OPEN = DATABASE % "false"
INSTANCE = 'instance_arn = "arn:aws:sso:::instance/ssoins-1"'
OWN = f'resource "aws_iam_policy" "own" {{\n  name = "own"\n  policy = "{policy(allow("rds:DeleteDBInstance"))}"\n}}\n'
LIMIT = f'resource "aws_iam_policy" "limit" {{\n  name = "limit"\n  policy = "{policy(allow("*"), deny("rds:Delete*"))}"\n}}\n'


def part(kind: str, body: str) -> str:
    """A part of the permission set."""
    named = "permission_set_arn = aws_ssoadmin_permission_set.s.arn"
    return f'resource "aws_ssoadmin_{kind}" "p" {{\n  {INSTANCE}\n  {named}\n  {body}\n}}\n'


def assigned(account: str = ACCOUNT) -> str:
    """The permission set, assigned to a group in an account."""
    made = f'resource "aws_ssoadmin_permission_set" "s" {{\n  name = "s"\n  {INSTANCE}\n}}\n'
    to = f'principal_id = "g"\n  principal_type = "GROUP"\n  target_id = "{account}"\n  target_type = "AWS_ACCOUNT"'
    return made + part("account_assignment", to)


INLINE = part("permission_set_inline_policy", f'inline_policy = "{policy(allow("rds:DeleteDBInstance"))}"')
REFERENCE = 'customer_managed_policy_reference {\n    name = "%s"\n  }'
BOUND = part("permissions_boundary_attachment", "permissions_boundary {\n    %s\n  }")
MANAGED = "arn:aws:iam::aws:policy/%s"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ("", "no"),
        (INLINE, "yes"),
        (part("managed_policy_attachment", f'managed_policy_arn = "{MANAGED % "AmazonRDSFullAccess"}"'), "yes"),
        (part("managed_policy_attachment", f'managed_policy_arn = "{MANAGED % "ReadOnlyAccess"}"'), "no"),
        (part("managed_policy_attachments_exclusive", f'managed_policy_arns = ["{MANAGED % "AmazonRDSFullAccess"}"]'), "yes"),
        (OWN + part("customer_managed_policy_attachment", REFERENCE % "own"), "yes"),
        (OWN + part("customer_managed_policy_attachments_exclusive", REFERENCE % "own"), "yes"),
        (part("customer_managed_policy_attachment", REFERENCE % "missing"), "maybe"),
        (INLINE + BOUND % f'managed_policy_arn = "{MANAGED % "ReadOnlyAccess"}"', "no"),
        (INLINE + BOUND % f'managed_policy_arn = "{MANAGED % "AdministratorAccess"}"', "yes"),
        (INLINE + LIMIT + BOUND % (REFERENCE % "limit"), "no"),
        (INLINE + BOUND % (REFERENCE % "missing"), "maybe"),
    ],
)
def test_every_part_counts(tmp_path: Path, parts: str, expected: str) -> None:
    """Inline, managed and customer managed policies allow, in either kind of attachment; a boundary limits; what the account does
    not show is a doubt."""
    answers = asked(tmp_path, OPEN, assigned(), parts)
    assert outcome(answers, SET, Verb.DESTROY, MAIN) is Outcome(expected)


def test_in_another_account_it_does_nothing_here(tmp_path: Path) -> None:
    """A set that is assigned in another account has no rights in this one."""
    answers = asked(tmp_path, OPEN, assigned("222222222222"), INLINE)
    assert outcome(answers, SET, Verb.DESTROY, MAIN) is Outcome.NO
