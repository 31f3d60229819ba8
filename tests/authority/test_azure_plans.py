"""What a plan changes in who may do what on Azure: a new assignment, a wider access policy, a member more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from checks.changes.agent_gains_power import agent_gains_power
from checks.changes.boundary_changed import boundary_changed
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Change, Infrastructure, Input, Location, Resource
from policypack.settings import Settings

SUBSCRIPTION = "/subscriptions/11111111-1111-1111-1111-111111111111"
GROUP = f"{SUBSCRIPTION}/resourceGroups/shop"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/vault"
OBJECT = "aaaaaaaa-0000-0000-0000-000000000001"
TEAM = "bbbbbbbb-0000-0000-0000-000000000002"


def made(
    address: str, change: tuple[str, ...] = ("no-op",), before: Mapping[str, Any] | None = None, **values: Any
) -> Resource:
    """A resource of a plan; what is no-op stands as it stood."""
    kind = address.partition(".")[0]
    old = values if before is None and change == ("no-op",) else before or {}
    provider = kind.partition("_")[0]
    return Resource(
        address, kind, provider, values, Location("plan.json"), "plan.json", change=Change(change, old), provider_key=provider
    )


STANDING = (
    made("azurerm_resource_group.shop", name="shop", id=GROUP),
    made("azurerm_key_vault.vault", name="vault", resource_group_name="shop", id=VAULT, rbac_authorization_enabled=False),
    made("azurerm_user_assigned_identity.agent", name="agent", resource_group_name="shop", principal_id=OBJECT),
    made("azuread_group.team", display_name="team", object_id=TEAM),
    made("azurerm_role_assignment.team", scope=GROUP, role_definition_name="Key Vault Contributor", principal_id=TEAM),
)


def picture(*more: Resource) -> Infrastructure:
    """The picture of a plan over what stands."""
    block = Resource(
        "provider.azurerm", "azurerm", "azurerm", {"subscription_id": SUBSCRIPTION[15:]}, Location("plan.json"), mode="provider"
    )
    plan = Input("plan.json", "plan", (*STANDING, *more), providers={"azurerm": block})
    return build([plan], load_catalog(), Settings())


ASSIGNED: Mapping[str, Any] = {"scope": GROUP, "role_definition_name": "Contributor", "principal_id": OBJECT}
READS: Mapping[str, Any] = {"key_vault_id": VAULT, "object_id": OBJECT, "secret_permissions": ["Get"]}
PURGES: Mapping[str, Any] = {**READS, "secret_permissions": ["Get", "Purge"]}


@pytest.mark.parametrize(
    ("change", "gains", "changes"),
    [
        (made("azurerm_role_assignment.new", ("create",), **ASSIGNED), True, True),
        (made("azurerm_role_assignment.new", **ASSIGNED), False, False),
        (made("azurerm_role_assignment.new", ("create",), **{**ASSIGNED, "role_definition_name": "Reader"}), False, True),
        (made("azurerm_role_assignment.old", ("delete",), ASSIGNED, **ASSIGNED), False, True),
        (made("azurerm_key_vault_access_policy.p", ("update",), READS, **PURGES), True, True),
        (made("azurerm_key_vault_access_policy.p", ("update",), PURGES, **READS), False, True),
        (made("azuread_group_member.m", ("create",), group_object_id=TEAM, member_object_id=OBJECT), True, False),
    ],
)
def test_a_plan_that_gives_an_agent_more_is_told(change: Resource, gains: bool, changes: bool) -> None:
    """A plan is held against what stood: more power over what stood is told, and so is a change of what limits the agent."""
    judged = picture(change)
    gained = [each.resource.address for each in agent_gains_power.find(judged)]
    assert gained == (["azurerm_user_assigned_identity.agent"] if gains else [])
    assert bool([each for each in boundary_changed.find(judged) if each.resource.address == change.address]) is changes
