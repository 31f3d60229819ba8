"""Policies of an organization count for the accounts that the inputs show under them, level by level, and for no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Infrastructure, Policy
from tests.build.hcl import estate, identity

MANAGEMENT = 'provider "aws" {\n  allowed_account_ids = ["999999999999"]\n}\n'
MEMBER = 'provider "aws" {\n  allowed_account_ids = ["111111111111"]\n}\n'
ROLE = 'resource "aws_iam_role" "r" {\n  name = "r"\n  assume_role_policy = jsonencode({ Statement = [] })\n}\n'
ORGANIZATION = 'resource "aws_organizations_organization" "o" {}\n'
ROOT = "aws_organizations_organization.o.roots[0].id"


def policy(name: str, effect: str, kind: str = "") -> str:
    """A policy of an organization with one statement."""
    body = f'jsonencode({{ Statement = [{{ Effect = "{effect}", Action = "rds:*", Resource = "*" }}] }})'
    typed = f'  type = "{kind}"\n' if kind else ""
    return f'resource "aws_organizations_policy" "{name}" {{\n  name = "{name}"\n{typed}  content = {body}\n}}\n'


def attach(name: str, target: str, policy_id: str = "") -> str:
    """An attachment of a policy to a target."""
    wanted = policy_id or f"aws_organizations_policy.{name}.id"
    return f'resource "aws_organizations_policy_attachment" "{name}" {{\n  policy_id = {wanted}\n  target_id = {target}\n}}\n'


def levels(picture: Infrastructure, attribute: str = "guardrails") -> list[list[str]]:
    """The names of the policies of each level of the role, `?` behind those that are assumed."""
    found: tuple[tuple[Policy, ...], ...] = getattr(identity(picture, "aws_iam_role.r"), attribute)
    return [[each.name + "?" * each.assumed for each in level] for level in found]


DENY = policy("deny", "Deny")
UNIT = 'resource "aws_organizations_organizational_unit" "u" {\n  name = "u"\n  parent_id = ' + ROOT + "\n}\n"
ACCOUNT = (
    'resource "aws_organizations_account" "a" {\n  name = "a"\n  email = "a@example.com"\n'
    "  parent_id = aws_organizations_organizational_unit.u.id\n}\n"
)
ASSUMED = (
    'provider "aws" {\n  allowed_account_ids = ["999999999999"]\n}\nprovider "aws" {\n  alias = "a"\n  assume_role {\n'
    '    role_arn = "arn:aws:iam::${aws_organizations_account.a.id}:role/OrganizationAccountAccessRole"\n  }\n}\n'
)
IN_ACCOUNT = ROLE.replace("\n  name", "\n  provider = aws.a\n  name")


@pytest.mark.parametrize(
    ("organization", "expected"),
    [
        (DENY + attach("deny", '"111111111111"'), [["deny", "FullAWSAccess?"]]),
        (DENY + attach("deny", '"222222222222"'), []),
        (DENY + attach("deny", '"ou-abcd-12345678"'), []),
        (DENY + attach("deny", "var.target") + 'variable "target" {}\n', []),
        (policy("allow", "Allow") + attach("allow", '"111111111111"'), [["allow"]]),
        (
            DENY + attach("deny", '"111111111111"') + attach("full", '"111111111111"', '"p-FullAWSAccess"'),
            [["deny", "FullAWSAccess"]],
        ),
        (
            ORGANIZATION + DENY + attach("deny", ROOT) + policy("own", "Deny") + attach("own", '"111111111111"'),
            [["deny", "FullAWSAccess?"], ["own", "FullAWSAccess?"]],
        ),
        (ORGANIZATION + DENY + attach("deny", ROOT), []),
        (policy("tags", "Deny", "TAG_POLICY") + attach("tags", '"111111111111"'), []),
    ],
)
def test_levels(tmp_path: Path, organization: str, expected: list[list[str]]) -> None:
    """A level is there where the account is shown under its target; FullAWSAccess is assumed beside denials, and said to be."""
    assert levels(estate(tmp_path, MANAGEMENT + organization, MEMBER + ROLE)) == expected


def test_through_the_unit_of_a_new_account(tmp_path: Path) -> None:
    """An account that does not exist yet is known by the provider that assumes its role: root, unit and account are its levels."""
    text = ASSUMED + ORGANIZATION + UNIT + ACCOUNT + DENY + IN_ACCOUNT
    text += attach("deny", ROOT) + policy("unit", "Deny") + attach("unit", "aws_organizations_organizational_unit.u.id")
    text += policy("own", "Deny") + attach("own", "aws_organizations_account.a.id")
    expected = [[name, "FullAWSAccess?"] for name in ("deny", "unit", "own")]
    assert levels(estate(tmp_path, text)) == expected


@pytest.mark.parametrize("organization", [ORGANIZATION, ""])
def test_the_management_account_is_free(tmp_path: Path, organization: str) -> None:
    """No such policy binds the account that manages the organization, even where it is attached to that account or the root."""
    text = MANAGEMENT + organization + DENY + attach("deny", '"999999999999"') + ROLE
    assert levels(estate(tmp_path, text)) == []


def test_resource_control_policies(tmp_path: Path) -> None:
    """A resource control policy is a ceiling of its own kind, and its full access cannot be detached."""
    text = policy("deny", "Deny", "RESOURCE_CONTROL_POLICY") + attach("deny", '"111111111111"')
    picture = estate(tmp_path, MANAGEMENT + text, MEMBER + ROLE)
    assert levels(picture) == []
    assert levels(picture, "resource_guardrails") == [["deny", "RCPFullAWSAccess?"]]


def test_what_cannot_be_placed_is_a_gap(tmp_path: Path) -> None:
    """An attachment to a target that cannot be told is not counted, and said."""
    text = DENY + attach("deny", "var.target") + 'variable "target" {}\n'
    picture = estate(tmp_path, MANAGEMENT + text, MEMBER + ROLE)
    assert any("aws_organizations_policy_attachment.deny" in gap.reason for gap in picture.gaps)
