"""Azure's roles, from HCL to the answer: what each holds, where it reaches, what stands in its way, and what stays open."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority.azure import LANGUAGE
from policypack.catalog import load_catalog
from policypack.catalog.scoped.azure_roles import of_data
from policypack.model import Outcome
from tests.authority.azure import (
    ACCOUNT,
    BY_POLICIES,
    BY_ROLES,
    DISK,
    GROUP,
    MAYBE,
    NO,
    SUBSCRIPTION,
    YES,
    custom,
    given,
    outcome,
)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (GROUP, YES),
        ("azurerm_resource_group.other.id", NO),
        ("azurerm_managed_disk.disk.id", YES),
        ("azurerm_storage_account.data.id", NO),
        ("data.azurerm_subscription.mine.id", YES),
        (f'"/subscriptions/{SUBSCRIPTION}"', YES),
        ('"/subscriptions/22222222-2222-2222-2222-222222222222"', NO),
        ('"/subscriptions/${data.azurerm_client_config.me.subscription_id}"', YES),
        ('"/subscriptions/${data.azurerm_subscription.mine.subscription_id}/resourceGroups/SHOP"', YES),
        (f'"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop"', YES),
        (f'"/subscriptions/{SUBSCRIPTION}/resourceGroups/other"', NO),
        ('"/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/shop"', NO),
        (f'"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop/providers/Microsoft.Compute/disks/disk"', YES),
        (f'"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop/providers/Microsoft.Compute/disks/another"', NO),
        (f'"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop/providers/Microsoft.Network/virtualNetworks/disk"', NO),
        ('"${azurerm_resource_group.shop.id}/providers/Microsoft.Compute/disks/disk"', YES),
        ('"${data.azurerm_subscription.mine.id}/resourceGroups/other"', NO),
        ('"/providers/Microsoft.Management/managementGroups/corp"', MAYBE),
        ('"/"', YES),
        ("var.given", MAYBE),
        ('"/subscriptions/${var.given}"', MAYBE),
        ('"/subscriptions/${data.azurerm_client_config.me.subscription_id}/resourceGroups/${var.given}"', MAYBE),
    ],
)
def test_a_role_reaches_what_lies_beneath_its_scope(tmp_path: Path, scope: str, expected: Outcome) -> None:
    """A role holds at the place that its scope names and beneath, however the scope is written, and nowhere else."""
    assert outcome(tmp_path, given("Contributor", scope)) is expected


CORP = 'resource "azurerm_management_group" "corp" {\n  name = "corp"\n  %s\n}\n'
PROD = (
    'resource "azurerm_management_group" "prod" {\n  parent_management_group_id = azurerm_management_group.corp.id\n  %s\n}\n'
)
MEMBER = (
    'resource "azurerm_management_group_subscription_association" "m" {\n'
    "  management_group_id = %s\n  subscription_id = data.azurerm_subscription.mine.id\n}\n"
)


OTHERS = (MEMBER % "azurerm_management_group.corp.id").replace(
    "data.azurerm_subscription.mine.id", '"/subscriptions/22222222-2222-2222-2222-222222222222"'
)


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        (CORP % "" + MEMBER % "azurerm_management_group.corp.id", YES),
        (CORP % "" + PROD % "" + MEMBER % "azurerm_management_group.prod.id", YES),
        (CORP % "" + PROD % f'subscription_ids = ["{SUBSCRIPTION}"]', YES),
        (CORP % "subscription_ids = [data.azurerm_subscription.mine.subscription_id]", YES),
        (CORP % "", MAYBE),
        (CORP % "" + OTHERS, MAYBE),
        (CORP % "" + MEMBER % '"/providers/Microsoft.Management/managementGroups/elsewhere"', MAYBE),
    ],
)
def test_a_management_group_reaches_the_subscriptions_in_it(tmp_path: Path, groups: str, expected: Outcome) -> None:
    """A role of a management group holds in the subscriptions that the inputs place beneath it; where they do not say, perhaps."""
    assert outcome(tmp_path, groups, given("Contributor", "azurerm_management_group.corp.id")) is expected


@pytest.mark.parametrize(
    ("role", "target", "expected"),
    [
        ("Owner", DISK, YES),
        ("contributor", DISK, YES),
        ("Reader", DISK, NO),
        ("User Access Administrator", DISK, YES),
        ('"/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"', DISK, YES),
        ('"/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"', DISK, NO),
        (
            '"${data.azurerm_subscription.mine.id}/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"',
            DISK,
            YES,
        ),
        ("A role of next year", DISK, MAYBE),
        ("var.given", DISK, MAYBE),
        ("Storage Blob Data Contributor", DISK, NO),
        ("Storage Blob Data Contributor", ACCOUNT, YES),
        ("Storage Blob Data Reader", ACCOUNT, NO),
        ("Storage Account Key Operator Service Role", ACCOUNT, YES),
        ("Reader and Data Access", ACCOUNT, YES),
        ("Key Vault Administrator", BY_ROLES, YES),
        ("Key Vault Administrator", BY_POLICIES, NO),
        ("Key Vault Secrets Officer", BY_ROLES, YES),
        ("Key Vault Contributor", BY_ROLES, YES),
        ("Key Vault Reader", BY_ROLES, NO),
    ],
)
def test_what_a_built_in_role_destroys(tmp_path: Path, role: str, target: str, expected: Outcome) -> None:
    """A role is known by its name or its id, in both planes; one that the table does not have may do anything."""
    assert outcome(tmp_path, given(role), target=target) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('actions = ["Microsoft.Compute/disks/*"]', YES),
        ('actions = ["microsoft.compute/DISKS/delete"]', YES),
        (
            'actions = ["*"]\n not_actions = ["Microsoft.Compute/*", "Microsoft.Authorization/*", "Microsoft.Resources/*", "Microsoft.Subscription/*"]',
            NO,
        ),
        ('actions = ["*/read"]', NO),
        ('data_actions = ["*"]', NO),
        ("actions = var.given", MAYBE),
        ('actions = ["Microsoft.Compute/disks/delete"]\n not_actions = [var.given]', MAYBE),
    ],
)
def test_a_role_of_ones_own(tmp_path: Path, body: str, expected: Outcome) -> None:
    """What a custom role allows is its actions without those taken out; the planes are apart; what is not known may be anything."""
    assert outcome(tmp_path, custom(body)) is expected


def test_what_one_role_takes_out_another_gives(tmp_path: Path) -> None:
    """What a role leaves out is no denial."""
    parts = custom(
        'actions = ["*"]\n not_actions = ["Microsoft.Compute/*", "Microsoft.Authorization/*", "Microsoft.Resources/*"]'
    )
    assert outcome(tmp_path, parts, given("Virtual Machine Contributor", label="s")) is YES


LOCK = 'resource "azurerm_management_lock" "keep" {\n  name = "keep"\n  scope = %s\n  lock_level = "CanNotDelete"\n}\n'


@pytest.mark.parametrize(
    ("role", "target", "expected"),
    [
        ("Contributor", DISK, NO),
        ("Owner", DISK, YES),
        ("Locks Contributor", DISK, NO),
        ("Contributor", "azurerm_resource_group.shop", NO),
        ("Owner", "azurerm_resource_group.shop", YES),
        ("Contributor", ACCOUNT, YES),
    ],
)
def test_a_lock_holds_until_somebody_takes_it_away(tmp_path: Path, role: str, target: str, expected: Outcome) -> None:
    """A lock refuses everybody the deletion of what lies beneath, and of what the locked thing lies in, save who may delete locks; it does
    not know of what account keys open."""
    scope = "azurerm_managed_disk.disk.id" if target != ACCOUNT else GROUP
    assert outcome(tmp_path, LOCK % scope, given(role), target=target) is expected


@pytest.mark.parametrize(
    ("locked", "scope", "expected"),
    [
        ("azurerm_managed_disk.disk.id", "azurerm_managed_disk.disk.id", YES),
        ("azurerm_managed_disk.disk.id", GROUP, YES),
        (GROUP, "azurerm_managed_disk.disk.id", NO),
        (GROUP, GROUP, YES),
        ("data.azurerm_subscription.mine.id", GROUP, NO),
        ("data.azurerm_subscription.mine.id", "data.azurerm_subscription.mine.id", YES),
        (f'"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop/providers/Microsoft.Compute/disks/disk"', GROUP, YES),
        (f'"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop"', "azurerm_managed_disk.disk.id", NO),
    ],
)
def test_a_lock_is_taken_away_where_it_stands(tmp_path: Path, locked: str, scope: str, expected: Outcome) -> None:
    """Whoever owns a thing does not take away the lock of the group, or the subscription, that it lies in."""
    assert outcome(tmp_path, LOCK % locked, given("Owner", scope)) is expected


def test_a_subscription_is_cancelled_whatever_is_locked_in_it(tmp_path: Path) -> None:
    """No lock stands in the way of a cancellation, which takes all that is in the subscription."""
    whole = "data.azurerm_subscription.mine.id"
    cancels = custom('actions = ["Microsoft.Subscription/cancel/action"]', whole)
    assert outcome(tmp_path, LOCK % whole, cancels) is YES
    assert outcome(tmp_path, LOCK % whole, custom('actions = ["Microsoft.Compute/disks/delete"]', whole)) is NO


CONDITION = "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals{acdd72a7-3385-48ef-bd42-f606fba81ae7}))"


@pytest.mark.parametrize(
    ("role", "condition", "expected"),
    [
        ("Contributor", CONDITION, YES),
        ("User Access Administrator", CONDITION, MAYBE),
        ("Contributor", "@Resource[name] StringEquals 'x'", MAYBE),
        ("Contributor", f"{CONDITION} AND (@Resource[name] StringEquals 'x')", MAYBE),
        ("Key Vault Data Access Administrator", "", MAYBE),
    ],
)
def test_a_condition_leaves_open_what_it_speaks_of(tmp_path: Path, role: str, condition: str, expected: Outcome) -> None:
    """What a condition is about is possible; what it lets through for every other action is certain; anything else is possible."""
    more = f'condition = "{condition}"\n condition_version = "2.0"' if condition else ""
    assert outcome(tmp_path, given(role, more=more)) is expected


def test_every_call_of_the_data_plane_is_known_as_one() -> None:
    """The table has every action that the catalog marks as one of the data plane: Owner's `*` does not speak of it."""
    catalog = load_catalog()
    entries = [entry for kind in catalog.types("azurerm") if (entry := catalog.entry(kind)) is not None]
    marked = {action.lower() for entry in entries for action in entry.data_actions}
    assert marked <= of_data()
    assert not any(LANGUAGE.matches("*", each) for each in of_data())


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "Microsoft.Compute/disks/delete", True),
        ("*", "microsoft.directory/elevateAccess", False),
        ("microsoft.directory/*", "microsoft.directory/users/password/update", True),
        ("data:*", "Microsoft.Compute/disks/delete", False),
        ("data:Microsoft.KeyVault/vaults/*", "Microsoft.KeyVault/vaults/secrets/delete", True),
        ("Microsoft.KeyVault/*", "Microsoft.KeyVault/vaults/secrets/delete", False),
        ("microsoft.authorization/*/delete", "Microsoft.Authorization/locks/delete", True),
    ],
)
def test_no_pattern_of_one_plane_speaks_of_another(pattern: str, action: str, expected: bool) -> None:
    """Control plane, data plane and directory are apart, whatever the pattern."""
    assert LANGUAGE.matches(pattern, action) is expected
