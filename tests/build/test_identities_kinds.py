"""Who acts with an identity is recognised with a reason, and what looks alike is told apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.settings import Settings
from tests.build.hcl import estate, identity


def role(name: str, principal: str = "", condition: str = "", more: str = "") -> str:
    """A role with a trust policy of one statement."""
    principals = f"Principal = {{ {principal} }}" if principal else 'Principal = "*"'
    conditions = f", Condition = {{ {condition} }}" if condition else ""
    statement = f'{{ Effect = "Allow", Action = "sts:AssumeRole", {principals}{conditions} }}'
    trust = f"jsonencode({{ Statement = [{statement}] }})"
    return f'resource "aws_iam_role" "this" {{\n  name = "{name}"\n  assume_role_policy = {trust}\n{more}\n}}\n'


GITHUB = 'Federated = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"'
LAMBDA = 'Service = "lambda.amazonaws.com"'
ACCOUNT = 'AWS = "arn:aws:iam::111111111111:root"'
MFA = 'Bool = { "aws:MultiFactorAuthPresent" = "true" }'
PROVIDER = 'resource "aws_iam_openid_connect_provider" "p" {\n url = "https://gitlab.example.com"\n client_id_list = ["x"]\n}\n'
KEYED = 'resource "aws_iam_user" "u" { name = "app" }\n'
KEY = 'resource "aws_iam_access_key" "k" { user = aws_iam_user.u.name }\n'
PASSWORD = 'resource "aws_iam_user_login_profile" "k" { user = aws_iam_user.u.name }\n'
SERVICE_ACCOUNT = 'StringEquals = { "example.com/id/1:sub" = "system:serviceaccount:shop:api" }'
SAML = 'Federated = "arn:aws:iam::111111111111:saml-provider/corp"'
BEDROCK = 'Service = "bedrock.amazonaws.com"'
OF_AGENTS = 'ArnLike = { "aws:SourceArn" = "arn:aws:bedrock:us-east-1:111111111111:agent/*" }'


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        (role("cursor-dev", LAMBDA), "agent", "cursor"),
        (role("ClaudeCode", ACCOUNT), "agent", "claude"),
        (role("mcp_server", ACCOUNT), "agent", "mcp"),
        (role("release-bot", GITHUB), "agent", "bot"),
        (role("precursor", LAMBDA), "workload", "lambda"),
        (role("robots-txt", LAMBDA), "workload", "lambda"),
        (role("cloudwatch-agent", 'Service = "ec2.amazonaws.com"'), "workload", "ec2"),
        (role("x", LAMBDA, more='tags = { actor = "agent" }'), "agent", "actor = agent"),
        (role("x", LAMBDA, more='tags = { ai_agent = "true" }'), "agent", "ai_agent = true"),
        (role("x", LAMBDA, more='tags = { owner = "agents-team" }'), "workload", "lambda"),
        (role("x", 'Service = "bedrock-agentcore.amazonaws.com"'), "agent", "bedrock-agentcore"),
        (role("x", BEDROCK, OF_AGENTS), "agent", "bedrock"),
        (role("x", BEDROCK), "workload", "bedrock"),
        (role("x", GITHUB), "automation", "GitHub Actions"),
        (role("x", "Federated = aws_iam_openid_connect_provider.p.arn") + PROVIDER, "automation", "GitLab"),
        (role("x", 'Federated = "arn:aws:iam::111111111111:oidc-provider/app.terraform.io"'), "automation", "HCP Terraform"),
        (role("x", 'Service = "codebuild.amazonaws.com"'), "automation", "codebuild"),
        (role("deployer", ACCOUNT), "automation", "deployer"),
        (role("x", 'Federated = "arn:aws:iam::111111111111:oidc-provider/example.com"', SERVICE_ACCOUNT), "workload", "EKS"),
        (role("x", 'Service = "pods.eks.amazonaws.com"'), "workload", "pods.eks"),
        (role("x", SAML), "person", "SAML"),
        (role("x", ACCOUNT, MFA), "person", "second factor"),
        (role("x", ACCOUNT), "unknown", "nothing tells"),
        (role("x"), "unknown", "whoever asks"),
        (role("x", 'AWS = "*"'), "unknown", "whoever asks"),
        (KEYED + KEY, "automation", "aws_iam_access_key.k"),
        (KEYED + KEY.replace("{ user", '{\n status = "Inactive"\n user').replace(" }", "\n}"), "unknown", "nothing tells"),
        (KEYED + PASSWORD, "person", "password"),
        (KEYED, "unknown", "nothing tells"),
    ],
)
def test_kinds(tmp_path: Path, text: str, kind: str, reason: str) -> None:
    """Each clue gives its kind, in the order in which clues decide, and the reason names the clue."""
    [found] = estate(tmp_path, text).identities
    assert (found.kind.value, found.declared) == (kind, False)
    assert reason in found.reason


@pytest.mark.parametrize(
    ("agents", "tags", "declared"),
    [
        (("aws_iam_role.this",), (), True),
        (("aws_iam_role.t*",), (), True),
        (("arn:aws:iam::111111111111:role/api-*",), (), True),
        (("arn:aws:iam::222222222222:role/api-*",), (), False),
        (("aws_iam_role.other*",), (), False),
        ((), (("team", "ml"),), True),
        ((), (("team", "web"),), False),
    ],
)
def test_declared(tmp_path: Path, agents: tuple[str, ...], tags: tuple[tuple[str, str], ...], declared: bool) -> None:
    """What the settings declare an agent is one, by address, ARN or tag, whatever else it looks like."""
    text = role("api-1", LAMBDA, more='tags = { team = "ml" }')
    found = identity(estate(tmp_path, text, settings=Settings(agents=agents, agent_tags=tags)), "aws_iam_role.this")
    assert (found.declared, found.kind.value) == (declared, "agent" if declared else "workload")


@pytest.mark.parametrize(
    ("pattern", "declared"), [("arn:aws:iam::111111111111:role/api-*", True), ("arn:aws:iam::1*:user/*", False)]
)
def test_declared_where_the_account_is_not_known(tmp_path: Path, pattern: str, declared: bool) -> None:
    """An ARN that the settings name is not missed because the account of the role is not in the inputs."""
    text = role("api-1", LAMBDA) + 'provider "aws" {}\n'
    assert identity(estate(tmp_path, text, settings=Settings(agents=(pattern,))), "aws_iam_role.this").declared is declared


def test_credentials_belong_to_their_user(tmp_path: Path) -> None:
    """Every static credential is listed with the user whom it is for, by name or by reference."""
    text = KEYED + KEY + PASSWORD.replace('"k"', '"p"').replace("aws_iam_user.u.name", '"app"')
    [found] = estate(tmp_path, text).identities
    assert [each.address for each in found.credentials] == ["aws_iam_access_key.k", "aws_iam_user_login_profile.p"]
