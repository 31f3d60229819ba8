"""Administrators of database servers who sign in with Entra ID: what they drop, and what does not hold them."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome
from tests.authority.google import MAYBE, NO, YES, asked, outcome

BASE = """
provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}
resource "azurerm_resource_group" "shop" {
  name     = "shop"
  location = "westeurope"
}
resource "azurerm_user_assigned_identity" "agent" {
  name                = "agent"
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_management_lock" "shop" {
  name       = "keep"
  scope      = azurerm_resource_group.shop.id
  lock_level = "CanNotDelete"
}
"""
NAMED = """
  azuread_administrator {
    login_username = "agent"
    object_id      = azurerm_user_assigned_identity.agent.principal_id
  }
"""
SQL = """
resource "azurerm_mssql_server" "main" {
  name                = "main"
  resource_group_name = azurerm_resource_group.shop.name
  version             = "12.0"
  ADMINISTRATOR
}
resource "azurerm_mssql_database" "orders" {
  name      = "orders"
  server_id = azurerm_mssql_server.main.id
}
"""
INSTANCE = """
resource "azurerm_mssql_managed_instance" "main" {
  name                = "main"
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_mssql_managed_database" "orders" {
  name                = "orders"
  managed_instance_id = azurerm_mssql_managed_instance.main.id
}
resource "azurerm_mssql_managed_instance_active_directory_administrator" "agent" {
  managed_instance_id = azurerm_mssql_managed_instance.main.id
  login_username      = "agent"
  object_id           = azurerm_user_assigned_identity.agent.principal_id
}
"""
MYSQL = """
resource "azurerm_mysql_flexible_server" "main" {
  name                = "main"
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_mysql_flexible_server_active_directory_administrator" "agent" {
  server_id   = azurerm_mysql_flexible_server.main.id
  identity_id = azurerm_user_assigned_identity.agent.id
  login       = "agent"
  object_id   = azurerm_user_assigned_identity.agent.client_id
}
"""
POSTGRESQL = """
resource "azurerm_postgresql_flexible_server" "main" {
  name                = "main"
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_postgresql_flexible_server_active_directory_administrator" "agent" {
  server_name         = azurerm_postgresql_flexible_server.main.name
  resource_group_name = azurerm_resource_group.shop.name
  principal_name      = "agent"
  principal_type      = "ServicePrincipal"
  object_id           = azurerm_user_assigned_identity.agent.principal_id
}
"""
DELETES = """
resource "azurerm_role_definition" "deleter" {
  name  = "deleter"
  scope = azurerm_resource_group.shop.id
  permissions { actions = ["Microsoft.Sql/servers/databases/delete"] }
}
resource "azurerm_role_assignment" "agent" {
  scope              = azurerm_resource_group.shop.id
  role_definition_id = azurerm_role_definition.deleter.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.agent.principal_id
}
"""
DATABASE = "azurerm_mssql_database.orders"


@pytest.mark.parametrize(
    ("parts", "target", "expected"),
    [
        ((SQL.replace("ADMINISTRATOR", NAMED),), DATABASE, YES),
        ((SQL.replace("ADMINISTRATOR", ""),), DATABASE, NO),
        ((SQL.replace("ADMINISTRATOR", ""), DELETES), DATABASE, NO),
        ((INSTANCE,), "azurerm_mssql_managed_database.orders", YES),
        ((MYSQL,), "azurerm_mysql_flexible_server.main", YES),
        ((POSTGRESQL,), "azurerm_postgresql_flexible_server.main", MAYBE),
    ],
    ids=["administrator", "nobody", "one who deletes, whom the lock holds", "managed instance", "mysql", "postgresql"],
)
def test_an_administrator_drops_what_a_lock_keeps(
    tmp_path: Path, parts: tuple[str, ...], target: str, expected: Outcome
) -> None:
    """A server's administrator drops its databases by SQL, which no lock of Azure's refuses; nobody else gets that by a role."""
    assert outcome(asked(tmp_path, *parts, base=BASE), target, "azurerm_user_assigned_identity.agent") is expected
