"""An agent that may only take protection off: how bad that is depends on who else could then destroy, and whether they are held up."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.check import Severity
from tests.authority.pictures import allow, role, user
from tests.authority.test_scenarios import AGENT, HERE, judged, of, told

CHECKS = ("agent_can_weaken_guards", "deleter_can_unprotect")
PEOPLE = 'resource "github_team" "owners" {\n  name = "owners"\n}\n'
ENVIRONMENT = """
resource "github_repository" "infra" {
  name       = "infra"
  visibility = "public"
}
resource "github_repository_environment" "production" {
  repository          = github_repository.infra.name
  environment         = "production"
  prevent_self_review = true
  can_admins_bypass   = false
  reviewers {
    teams = [github_team.owners.id]
  }
}
"""
APPLY = """
resource "aws_iam_role" "apply" {
  name = "terraform-apply"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com" }
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:sub" = "repo:acme/infra:environment:production"
        }
      }
    }]
  })
}
resource "aws_iam_role_policy" "apply" {
  role   = aws_iam_role.apply.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "rds:*", Resource = "*" }] })
}
"""
GATED = PEOPLE + ENVIRONMENT + APPLY
PINNED = '"token.actions.githubusercontent.com:sub" = "repo:acme/infra:environment:production"'
UNREAD = """
variable "policy" {}
resource "aws_iam_user_policy" "alice" {
  user   = aws_iam_user.alice.name
  policy = var.policy
}
"""
TEAM_ADMIN = """
resource "github_team" "bots" {
  name = "coding-agent"
}
resource "github_team_repository" "bots" {
  team_id    = github_team.bots.id
  repository = github_repository.infra.name
  permission = "admin"
}
"""
SERVICE = 'Principal = { Service = "ec2.amazonaws.com" }\n    },\n    {\n      Effect = "Allow"\n      Action = "sts:AssumeRoleWithWebIdentity"\n      Principal = { Federated'


def severities(tmp_path: Path, more: str, *edits: tuple[str, str]) -> dict[str, Severity]:
    """S08 with more beside it: how bad each of the two findings about the agent is."""
    text = (HERE / "s08" / "main.tf").read_text("utf-8") + more
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "main.tf").write_text(text, "utf-8")
    report = judged(tmp_path)
    return {name: of(report, name, AGENT).severity for name in CHECKS}


def test_whoever_else_destroys_is_asked_first(tmp_path: Path) -> None:
    """S08: where the only role that could finish it waits for people, both findings are high, and say which gate it is."""
    (tmp_path / "main.tf").write_text((HERE / "s08" / "main.tf").read_text("utf-8") + GATED, "utf-8")
    report = judged(tmp_path)
    for name in CHECKS:
        finding = of(report, name, AGENT)
        assert finding.severity is Severity.HIGH
        assert "whoever else could destroy it waits for an approval" in told(finding)
        assert finding.because[-1].resource == "github_repository_environment.production"


UNGATED: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "nothing is known of who applies": ("", []),
    "a gate that nobody is known to meet": (PEOPLE + ENVIRONMENT, []),
    "the gate is not among the inputs": (APPLY, []),
    "any run of the repository applies": (GATED, [(PINNED, PINNED.replace("environment:production", "pull_request"))]),
    "runs of any environment apply": (
        GATED,
        [("StringEquals = {\n", "StringLike = {\n"), (PINNED, PINNED.replace(":production", ":*"))],
    ),
    "another environment": (GATED, [(PINNED, PINNED.replace(":production", ":staging"))]),
    "the environment of another repository": (GATED, [(PINNED, PINNED.replace("acme/infra", "acme/shop"))]),
    "one of two subjects": (GATED, [(PINNED, PINNED.replace('= "', '= ["repo:acme/infra:environment:staging", "') + "]")]),
    "nobody reviews": (GATED, [("  reviewers {\n    teams = [github_team.owners.id]\n  }\n", "")]),
    "who asks may approve": (GATED, [("prevent_self_review = true", "prevent_self_review = false")]),
    "administrators pass": (GATED, [("can_admins_bypass   = false", "can_admins_bypass   = true")]),
    "an agent reviews": (GATED, [('name = "owners"', 'name = "coding-agent"')]),
    "who reviews is not known": (GATED, [("github_team.owners.id", "4711")]),
    "an agent administers the repository": (GATED + TEAM_ADMIN, []),
    "machines become the role too": (GATED, [("Principal = { Federated", SERVICE)]),
    "a person destroys without it": (GATED + role("alice", allow("rds:DeleteDBInstance")), []),
    "somebody perhaps destroys without it": (GATED + user("alice") + UNREAD, []),
    "a user applies": (GATED + user("ops", allow("rds:*")), []),
}


@pytest.mark.parametrize("name", UNGATED)
def test_anybody_who_is_not_held_up_for_certain_makes_it_critical(tmp_path: Path, name: str) -> None:
    """One way to destroy that no known gate is in front of, and what the agent prepared is one call from done."""
    more, edits = UNGATED[name]
    assert set(severities(tmp_path, more, *edits).values()) == {Severity.CRITICAL}


def test_an_agent_that_destroys_as_well_needs_nobody(tmp_path: Path) -> None:
    """The gate of others says nothing where the agent deletes what it laid open."""
    allowed = (
        'Effect   = "Deny"\n        Action   = ["rds:DeleteDBInstance"]',
        'Effect   = "Allow"\n        Action   = ["rds:DeleteDBInstance"]',
    )
    assert set(severities(tmp_path, GATED, allowed).values()) == {Severity.CRITICAL}


def test_the_gate_that_still_stands_says_what_goes_on_beside_it(tmp_path: Path) -> None:
    """The gate's own finding is as bad as what the agent can do: high where it only strips, critical once anybody else destroys."""
    gate = "github_repository_environment.production"
    text = (HERE / "s08" / "main.tf").read_text("utf-8") + GATED
    for more, severity, said in (
        ("", Severity.HIGH, "aws_iam_role.agent can take off what protects aws_db_instance.orders"),
        (
            role("second_agent", allow("rds:*")),
            Severity.CRITICAL,
            "aws_iam_role.second_agent can destroy aws_db_instance.orders",
        ),
    ):
        (tmp_path / "main.tf").write_text(text + more, "utf-8")
        finding = of(judged(tmp_path), "gate_bypassed_by_api", gate)
        assert (finding.severity, said in finding.message) == (severity, True)
