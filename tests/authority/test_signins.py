"""Agents of AWS inside databases (rds-db:connect), and policies of Azure that deny deletions: told, or said not to be known."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import IdentityKind
from tests.authority.google import picture

BASE = """
provider "aws" {
  region = "eu-west-1"
}
resource "aws_iam_role" "r" {
  name               = "NAME"
  assume_role_policy = "{}"
}
resource "aws_db_instance" "main" {
  identifier = "main"
}
resource "aws_iam_role_policy" "connect" {
  role   = aws_iam_role.r.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "ACTION"
      Resource = "arn:aws:rds-db:eu-west-1:111111111111:dbuser:${aws_db_instance.main.resource_id}/USER"
    }]
  })
}
resource "postgresql_role" "loader" {
  name  = "loader"
  login = true
  roles = ["rds_iam"]
}
"""


@pytest.mark.parametrize(
    ("name", "allowed", "kind", "gap"),
    [
        ("coding-agent", ("rds-db:connect", "loader"), IdentityKind.AGENT, False),
        ("coding-agent", ("rds-db:*", "*"), IdentityKind.AGENT, False),
        ("coding-agent", ("rds-db:connect", "another"), IdentityKind.UNKNOWN, True),
        ("coding-agent", ("rds:Describe*", "loader"), IdentityKind.UNKNOWN, False),
        ("worker", ("rds-db:connect", "loader"), IdentityKind.UNKNOWN, False),
    ],
)
def test_a_database_role_that_an_agent_signs_in_as_is_its_own(
    tmp_path: Path, name: str, allowed: tuple[str, str], kind: IdentityKind, gap: bool
) -> None:
    """A database role is an agent's where an agent's policy lets it sign in as that user; a user that nobody shows is a gap."""
    action, user = allowed
    text = BASE.replace("NAME", name).replace("ACTION", action).replace("USER", user)
    made = picture(tmp_path, base=text)
    role = next(each for each in made.identities if each.address == "postgresql_role.loader")
    assert role.kind is kind, role.reason
    assert any(f"may sign in to databases as {user}" in each.reason for each in made.gaps) is gap


DEFINITION = """
provider "azurerm" {
  features {}
}
resource "azurerm_policy_definition" "keep" {
  name        = "keep"
  policy_type = "Custom"
  mode        = "Indexed"
  display_name = "keep"
  policy_rule = jsonencode({
    if   = { field = "type", equals = "Microsoft.Storage/storageAccounts" }
    then = { effect = "EFFECT", details = { actionNames = ["delete"] } }
  })
}
"""


@pytest.mark.parametrize(("effect", "said"), [("denyAction", True), ("audit", False)])
def test_a_policy_that_denies_deletions_is_said_not_to_count(tmp_path: Path, effect: str, said: bool) -> None:
    """A policy of Azure that denies deletions is no guard here, and the report says so."""
    made = picture(tmp_path, base=DEFINITION.replace("EFFECT", effect))
    assert any("may deny deletions" in each.reason for each in made.gaps) is said
