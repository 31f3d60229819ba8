"""A small estate on Azure, in HCL, and how to ask about it."""

from __future__ import annotations

from pathlib import Path

from policypack.authority import Authority, authority
from policypack.model import Outcome, Verb
from tests.build.hcl import estate

YES, MAYBE, NO = Outcome.YES, Outcome.MAYBE, Outcome.NO
SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
BASE = f"""
provider "azurerm" {{
  subscription_id = "{SUBSCRIPTION}"
  features {{}}
}}
provider "aws" {{
  region = "eu-west-1"
}}
data "azurerm_subscription" "mine" {{}}
data "azurerm_client_config" "me" {{}}
variable "given" {{}}
resource "azurerm_resource_group" "shop" {{
  name     = "shop"
  location = "westeurope"
}}
resource "azurerm_resource_group" "other" {{
  name     = "other"
  location = "westeurope"
}}
resource "azurerm_storage_account" "data" {{
  name                     = "shopdata"
  resource_group_name      = azurerm_resource_group.shop.name
  account_tier             = "Standard"
  account_replication_type = "LRS"
}}
resource "azurerm_key_vault" "by_roles" {{
  name                       = "byroles"
  resource_group_name        = azurerm_resource_group.shop.name
  rbac_authorization_enabled = true
}}
resource "azurerm_key_vault" "by_policies" {{
  name                       = "bypolicies"
  resource_group_name        = azurerm_resource_group.shop.name
  rbac_authorization_enabled = false
}}
resource "azurerm_managed_disk" "disk" {{
  name                = "disk"
  resource_group_name = azurerm_resource_group.shop.name
}}
resource "azurerm_user_assigned_identity" "agent" {{
  name                = "agent"
  resource_group_name = azurerm_resource_group.shop.name
}}
resource "azurerm_user_assigned_identity" "owner" {{
  name                = "owner"
  resource_group_name = azurerm_resource_group.other.name
}}
resource "azurerm_linux_virtual_machine" "runner" {{
  name                = "runner"
  resource_group_name = azurerm_resource_group.other.name
  identity {{
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.owner.id]
  }}
}}
"""
AGENT, OWNER = "azurerm_user_assigned_identity.agent", "azurerm_user_assigned_identity.owner"
DISK, ACCOUNT = "azurerm_managed_disk.disk", "azurerm_storage_account.data"
BY_ROLES, BY_POLICIES = "azurerm_key_vault.by_roles", "azurerm_key_vault.by_policies"
GROUP = "azurerm_resource_group.shop.id"


def given(role: str, scope: str = GROUP, to: str = f"{AGENT}.principal_id", label: str = "r", more: str = "") -> str:
    """An assignment: of a role by its name, or by what is written for its id."""
    named = f"role_definition_id = {role}" if "." in role or '"' in role else f'role_definition_name = "{role}"'
    return (
        f'resource "azurerm_role_assignment" "{label}" {{\n  scope = {scope}\n  {named}\n  principal_id = {to}\n  {more}\n}}\n'
    )


def custom(body: str, scope: str = GROUP) -> str:
    """A role of one's own, and its assignment to the agent."""
    return (
        f'resource "azurerm_role_definition" "own" {{\n  name = "own"\n  scope = {scope}\n  permissions {{\n    {body}\n  }}\n}}\n'
        + given("azurerm_role_definition.own.role_definition_resource_id", scope)
    )


def ask(root: Path, *parts: str) -> Authority:
    """The answers for the common estate and what is added to it."""
    return authority(estate(root, BASE + "".join(parts)))


def outcome(root: Path, *parts: str, target: str = DISK, verb: Verb = Verb.DESTROY, who: str = AGENT) -> Outcome:
    """How surely somebody can do it."""
    found = {each.identity: each.outcome for each in ask(root, *parts).who_can(verb, target, everyone=True)}
    return found.get(who, NO)
