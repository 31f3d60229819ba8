"""What is referred to by ARN and not among the inputs is a gap that names the account and the ARN, and nothing else is."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.model import Gap
from tests.build.hcl import estate

BUCKET = 'resource "aws_s3_bucket" "b" { bucket = "b" }\n'
KEY = "arn:aws:kms:eu-west-1:222222222222:key/12345678-1234-1234-1234-123456789012"
VAULT = "arn:aws:backup:eu-west-1:222222222222:backup-vault:far"


def role(name: str, *, trust: str = '"Service" = "ec2.amazonaws.com"', action: str = "s3:GetObject", on: str = "*") -> str:
    """A role with a trust and one inline statement."""
    return f"""
resource "aws_iam_role" "{name}" {{
  name               = "{name}"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{
    Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ {trust} }} }}] }})
}}
resource "aws_iam_role_policy" "{name}" {{
  role   = aws_iam_role.{name}.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{
    Effect = "Allow", Action = "{action}", Resource = "{on}" }}] }})
}}
"""


def plan(target: str) -> str:
    """A backup plan that copies to a vault."""
    return f"""
resource "aws_backup_vault" "near" {{ name = "near" }}
resource "aws_backup_plan" "p" {{
  name = "p"
  rule {{
    rule_name         = "r"
    target_vault_name = aws_backup_vault.near.name
    copy_action {{ destination_vault_arn = "{target}" }}
  }}
}}
"""


def gaps(root: Path, *modules: str) -> list[Gap]:
    """The gaps about what is outside, of several roots together."""
    return [gap for gap in estate(root, *modules).gaps if gap.access]


@pytest.mark.parametrize(
    ("text", "arn"),
    [
        (role("r", action="sts:AssumeRole", on="arn:aws:iam::222222222222:role/far"), "arn:aws:iam::222222222222:role/far"),
        (role("r", action="sts:*", on="arn:aws:iam::222222222222:role/x/far"), "arn:aws:iam::222222222222:role/x/far"),
        (role("r", action="iam:PassRole", on="arn:aws:iam::111111111111:role/far"), "arn:aws:iam::111111111111:role/far"),
        (role("r", trust='"AWS" = "arn:aws:iam::222222222222:user/far"'), "arn:aws:iam::222222222222:user/far"),
        (role("r", trust='"AWS" = "arn:aws:iam::222222222222:root"'), "account 222222222222"),
        (role("r", trust='"AWS" = "222222222222"'), "account 222222222222"),
        (role("r", action="backup:DeleteRecoveryPoint", on=VAULT), VAULT),
        (role("r", action="kms:*", on=KEY), KEY),
        (plan(VAULT), VAULT),
        (
            role("r") + 'resource "aws_lambda_function" "f" { role = "arn:aws:iam::222222222222:role/far" }',
            "222222222222:role/far",
        ),
        (f'resource "aws_db_instance" "d" {{ kms_key_id = "{KEY}" }}', KEY),
        (f'resource "aws_dynamodb_table" "t" {{\n  server_side_encryption {{\n    kms_key_arn = "{KEY}"\n  }}\n}}', KEY),
        (
            role("r") + 'provider "aws" {\n  assume_role {\n    role_arn = "arn:aws:iam::222222222222:role/far"\n  }\n}\n',
            "arn:aws:iam::222222222222:role/far",
        ),
    ],
)
def test_what_is_named_and_not_given_is_one_gap(tmp_path: Path, text: str, arn: str) -> None:
    """Whoever is assumed, passed, trusted or applies, and whatever holds or encrypts copies elsewhere: account and ARN are said."""
    (gap,) = gaps(tmp_path, BUCKET + text)
    assert arn in gap.reason
    assert ("222222222222" in gap.reason) or "account 111111111111" in gap.reason
    assert not gap.unreadable
    assert gap.location is not None


@pytest.mark.parametrize(
    "text",
    [
        role("r"),
        role("r", action="sts:AssumeRole", on="*"),
        role("r", action="sts:AssumeRole", on="arn:aws:iam::222222222222:role/far-*"),
        role("r", action="s3:GetObject", on="arn:aws:iam::222222222222:role/far"),
        role("r", action="kms:Decrypt", on=KEY),
        role("r", trust='"AWS" = "arn:aws:iam::111111111111:root"'),
        role("r", trust='"AWS" = "*"'),
        role(
            "r", action="iam:PassRole", on="arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
        ),
        'resource "aws_db_instance" "d" { kms_key_id = "arn:aws:kms:eu-west-1:111111111111:alias/aws/rds" }',
        """
        resource "aws_iam_role_policy_attachment" "managed" {
          role       = aws_iam_role.r.name
          policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
        }
        """
        + role("r"),
    ],
)
def test_what_names_nobody_is_no_gap(tmp_path: Path, text: str) -> None:
    """Services, wildcards, AWS's own policies, keys and roles, the account itself, and rights that harm nothing are quiet."""
    assert gaps(tmp_path, BUCKET + text) == []


def test_who_is_let_in_is_named_where_nobody_else_acts(tmp_path: Path) -> None:
    """A root of stores alone whose policy lets somebody in names who that is: what it may do decides who can destroy them."""
    far = "arn:aws:iam::222222222222:role/far"
    text = f"""
resource "aws_s3_bucket_policy" "p" {{
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({{ Statement = [{{
    Effect = "Allow", Action = "s3:*", Resource = "*", Principal = {{ AWS = "{far}" }} }}] }})
}}
"""
    (gap,) = gaps(tmp_path, BUCKET + text)
    assert far in gap.reason
    assert "aws_s3_bucket_policy.p" in gap.reason


def test_nobody_is_asked_about_where_nothing_is_at_stake(tmp_path: Path) -> None:
    """Without stores and agents, whom a role trusts is no business of a scan; an agent makes it one."""
    text = role("r", trust='"AWS" = "arn:aws:iam::222222222222:root"')
    assert gaps(tmp_path / "quiet", text) == []
    assert gaps(tmp_path / "agent", text.replace('"r"', '"cursor-agent"').replace("_role.r.", "_role.cursor-agent."))


def test_many_of_one_account_are_one_gap(tmp_path: Path) -> None:
    """Nine roles of one account are a sentence with their number, their account and the first of them, not a wall."""
    many = "".join(role(f"r{n}", action="sts:AssumeRole", on=f"arn:aws:iam::222222222222:role/far{n}") for n in range(9))
    (gap,) = gaps(tmp_path, BUCKET + many)
    assert gap.reason.startswith("9 roles of account 222222222222 are referred to and not among the inputs: ")
    assert gap.reason.endswith("role/far0, arn:aws:iam::222222222222:role/far1, arn:aws:iam::222222222222:role/far2 and 6 more")


def test_one_that_is_named_twice_is_one_gap(tmp_path: Path) -> None:
    """Two policies, a trust and another root that name one role leave one question open, not four."""
    on = "arn:aws:iam::222222222222:role/far"
    one = role("r", action="sts:AssumeRole", on=on) + role("s", action="sts:AssumeRole", on=on, trust=f'"AWS" = "{on}"')
    assert len(gaps(tmp_path, BUCKET + one, role("t", action="sts:AssumeRole", on=on))) == 1


FAR = 'provider "aws" {\n  allowed_account_ids = ["222222222222"]\n  region = "eu-west-1"\n}\n'


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (role("r", action="sts:AssumeRole", on="arn:aws:iam::222222222222:role/far"), role("far")),
        (role("r", trust='"AWS" = "arn:aws:iam::222222222222:role/far"'), role("far")),
        (role("r", trust='"AWS" = "arn:aws:iam::222222222222:root"'), role("far")),
        (plan(VAULT), 'resource "aws_backup_vault" "far" { name = "far" }'),
    ],
)
def test_what_another_root_shows_is_no_gap(tmp_path: Path, near: str, far: str) -> None:
    """A role, an account or a vault that one root names and another defines is given; without that root it is not."""
    assert gaps(tmp_path / "both", BUCKET + near, far + FAR) == []
    assert len(gaps(tmp_path / "one", BUCKET + near)) == 1
    if "vault" not in near:
        assert len(gaps(tmp_path / "else", BUCKET + near, far.replace("far", "else") + FAR.replace("222", "333"))) == 1


def test_a_sensitive_arn_is_not_shown(tmp_path: Path) -> None:
    """That somebody is meant is said; who it is stays with those who may know."""
    text = """
    variable "far" {
      sensitive = true
      default   = "arn:aws:iam::222222222222:role/far"
    }
    """ + role("r", action="sts:AssumeRole", on="${var.far}")
    (gap,) = gaps(tmp_path, BUCKET + text)
    assert "222222222222" not in gap.reason
    assert gap.reason.startswith("a role that is sensitive is referred to by aws_iam_role_policy.r")


def test_whoever_asks_who_can_is_told(tmp_path: Path) -> None:
    """The authority's gaps are the picture's gaps about access, and a policy that cannot be read is one of them."""
    text = (
        BUCKET
        + role("r")
        + """
    variable "policy" {}
    resource "aws_iam_role_policy" "lost" {
      name   = "lost"
      role   = aws_iam_role.r.name
      policy = var.policy
    }
    """
    )
    picture = estate(tmp_path, text)
    assert [gap.reason for gap in authority(picture).gaps] == ["the policy lost cannot be read: variable policy has no value"]
    assert set(authority(picture).gaps) <= set(picture.gaps)


def test_a_hostile_policy_costs_no_more_than_its_length(tmp_path: Path) -> None:
    """Thousands of actions and of roles in one statement, and wildcards made to be slow, are answered, and at once."""
    actions = ", ".join(f'"sts:*a*a*a*a*a*a*a*a*a*[{n}"' for n in range(3000))
    roles = ", ".join(f'"arn:aws:iam::222222222222:role/far{n}"' for n in range(3000))
    text = (
        role("r").replace('"s3:GetObject"', f'[{actions}, "sts:AssumeRole"]').replace('Resource = "*"', f"Resource = [{roles}]")
    )
    started = time.process_time()
    (gap,) = gaps(tmp_path, BUCKET + text)
    assert gap.reason.startswith("3000 roles of account 222222222222")
    assert time.process_time() - started < 20
