"""Estates on Azure that are wrong, circular or empty: an answer comes, and nothing is certain that nobody wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.build.azure_conditions import guarded
from policypack.model import Outcome, Verb
from tests.build.hcl import estate

ESTATE = """
provider "azurerm" {
  subscription_id = var.sub
  features {}
}
variable "sub" {}
variable "names" {}
resource "azurerm_resource_group" "a" {
  for_each = var.names
  name = each.value
  location = "x"
}
resource "azurerm_storage_account" "s" {
  name = "s"
  resource_group_name = azurerm_resource_group.a["x"].name
}
resource "azurerm_user_assigned_identity" "u" {
  count = 2
  name = "u${count.index}"
  resource_group_name = "g"
}
resource "azurerm_role_assignment" "one" {
  count = 2
  scope = "/subscriptions/${var.sub}"
  role_definition_name = "Owner"
  principal_id = azurerm_user_assigned_identity.u[count.index].principal_id
}
resource "azurerm_role_assignment" "weird" {
  scope = 7
  role_definition_name = ["x"]
  principal_id = { a = 1 }
}
resource "azurerm_role_assignment" "empty" {
}
resource "azurerm_role_definition" "d" {
  name = "d"
  scope = "////"
  permissions = "x"
}
resource "azurerm_role_assignment" "d" {
  scope = "/subscriptions/"
  role_definition_id = azurerm_role_definition.d.role_definition_resource_id
  principal_id = azurerm_user_assigned_identity.u[0].principal_id
}
resource "azurerm_management_group" "a" {
  parent_management_group_id = azurerm_management_group.b.id
}
resource "azurerm_management_group" "b" {
  parent_management_group_id = azurerm_management_group.a.id
  subscription_ids = [var.sub]
}
resource "azurerm_role_assignment" "mg" {
  scope = azurerm_management_group.a.id
  role_definition_name = "Contributor"
  principal_id = var.names
  condition = "((((((((((((((((((((((((((((((((((((((((((((((((((("
}
resource "azuread_group" "g" {
  members = azuread_group.g.members
  owners = "x"
}
resource "azuread_group" "h" {
  members = [azuread_group.i.object_id]
}
resource "azuread_group" "i" {
  members = [azuread_group.h.object_id, 5, null]
}
resource "azurerm_role_assignment" "h" {
  scope = "/subscriptions/${var.sub}/resourceGroups//providers/"
  role_definition_name = "Contributor"
  principal_id = azuread_group.h.object_id
}
resource "azuread_application" "x" { owners = 5 }
resource "azuread_service_principal" "x" { client_id = azuread_service_principal.x.client_id }
resource "azuread_directory_role_assignment" "x" {
  role_id = 7
  principal_object_id = azuread_service_principal.x.object_id
  directory_scope_id = "/x"
}
resource "azuread_app_role_assignment" "x" { }
resource "azurerm_key_vault" "k" {
  name = "k"
  access_policy = "no"
}
resource "azurerm_key_vault_access_policy" "k" {
  key_vault_id = azurerm_key_vault.k
  object_id = azurerm_user_assigned_identity.u.0.principal_id
  key_permissions = "Delete"
}
resource "azurerm_lighthouse_definition" "l" {
  scope = "/subscriptions/${var.sub}"
  authorization {
    principal_id = "p"
    role_definition_id = "b24988ac-6180-42a0-ab88-20f7382dd24c"
  }
}
resource "azurerm_cosmosdb_sql_role_assignment" "c" {
  role_definition_id = 5
  principal_id = 6
}
resource "azurerm_linux_virtual_machine" "v" {
  name = "v"
  identity {
    type = "SystemAssigned, UserAssigned"
    identity_ids = var.names
  }
}
resource "azurerm_federated_identity_credential" "f" { issuer = 5 }
"""


def test_an_answer_comes(tmp_path: Path) -> None:
    """Wrong types, groups and management groups in a circle, empty assignments: what is written well counts, the rest is possible."""
    picture = estate(tmp_path, ESTATE)
    found = {each.identity: each.outcome for each in authority(picture).who_can(Verb.DESTROY, "azurerm_storage_account.s")}
    assert found == {
        "azurerm_user_assigned_identity.u[0]": Outcome.YES,
        "azurerm_user_assigned_identity.u[1]": Outcome.YES,
        "azurerm_lighthouse_definition.l": Outcome.YES,
        "azurerm_role_assignment.mg": Outcome.MAYBE,
        "azuread_service_principal.x": Outcome.MAYBE,
    }


def test_who_is_lost_is_said_once(tmp_path: Path) -> None:
    """Owners and members that name nobody, and groups in a circle, are gaps."""
    said = [gap.reason for gap in estate(tmp_path, ESTATE).gaps if gap.access]
    assert "x, whom azuread_group.g names, is not among the inputs" in said
    assert "who is in azuread_group.h is not among the inputs, and it is given rights" in said
    assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("", None),
        ("(" * 9000, None),
        ("x" * 20000, None),
        ("(!(ActionMatches{'a'})) OR (b)", ("a",)),
        ("(!(ActionMatches{'a'}))", None),
        ("((!(ActionMatches{'a'})) OR (b)) AND (c)", None),
        ("((!(ActionMatches{'a'})) OR (b)) AND ((!(ActionMatches{'c'})) OR (d))", ("a", "c")),
        ("(((!(ActionMatches{'a'})) OR (b)) AND ((!(ActionMatches{'c'})) OR (d)))", ("a", "c")),
        ("(!(ActionMatches{'a'}) AND !(ActionMatches{'c'})) OR (b)", ("a", "c")),
        ("(!(ActionMatches{'a'} AND NOT SubOperationMatches{'Blob.List'})) OR (b)", ("a",)),
        ("(!(ActionMatches{'a'}) AND (x)) OR (b)", None),
        ("((ActionMatches{'a'})) OR (b)", None),
        ("((!(ActionMatches{'a'})) OR (b)) OR (c)", None),
        ("(" * 40 + "!(ActionMatches{'a'})" + ")" * 40 + " OR (b)", ("a",)),
    ],
)
def test_what_a_condition_lets_through(condition: str, expected: tuple[str, ...] | None) -> None:
    """Only a condition all of whose clauses ask for the action first is known to let every other action through."""
    assert guarded(condition) == expected
