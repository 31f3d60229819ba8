"""Whatever stands in the arguments that access on Azure is read from, the picture is made and every question is answered."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policypack.authority import Authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Input, Reference, Resource, Unknown, Value, Verb
from policypack.settings import Settings
from tests.build.conftest import made

ARGUMENTS = {
    "azurerm_resource_group": ("name", "id"),
    "azurerm_subscription": ("subscription_name", "subscription_id", "id"),
    "azurerm_management_group": ("name", "parent_management_group_id", "subscription_ids"),
    "azurerm_management_group_subscription_association": ("management_group_id", "subscription_id"),
    "azurerm_storage_account": ("name", "resource_group_name", "shared_access_key_enabled", "id"),
    "azurerm_key_vault": ("name", "resource_group_name", "rbac_authorization_enabled", "access_policy"),
    "azurerm_key_vault_access_policy": ("key_vault_id", "object_id", "secret_permissions", "key_permissions"),
    "azurerm_management_lock": ("name", "scope", "lock_level"),
    "azurerm_monitor_diagnostic_setting": ("name", "target_resource_id"),
    "azurerm_linux_virtual_machine": ("name", "resource_group_name", "identity"),
    "azurerm_kubernetes_cluster": ("name", "identity", "kubelet_identity", "oidc_issuer_url"),
    "azurerm_user_assigned_identity": ("name", "resource_group_name", "principal_id", "tags"),
    "azurerm_federated_identity_credential": ("user_assigned_identity_id", "parent_id", "issuer", "subject"),
    "azurerm_role_assignment": ("scope", "role_definition_name", "role_definition_id", "principal_id", "principal_type", "condition"),
    "azurerm_role_definition": ("name", "scope", "permissions", "assignable_scopes", "role_definition_id"),
    "azurerm_pim_eligible_role_assignment": ("scope", "role_definition_id", "principal_id"),
    "azurerm_role_management_policy": ("scope", "role_definition_id", "activation_rules"),
    "azurerm_lighthouse_definition": ("scope", "authorization"),
    "azurerm_cosmosdb_sql_role_assignment": ("scope", "role_definition_id", "principal_id"),
    "azurerm_cosmosdb_sql_role_definition": ("scope", "permissions"),
    "azuread_application": ("display_name", "owners", "password", "client_id"),
    "azuread_service_principal": ("client_id", "owners", "object_id"),
    "azuread_application_password": ("application_id",),
    "azuread_application_owner": ("application_id", "owner_object_id"),
    "azuread_application_federated_identity_credential": ("application_id", "issuer", "subject"),
    "azuread_user": ("user_principal_name", "object_id"),
    "azuread_group": ("display_name", "members", "owners", "assignable_to_role", "object_id"),
    "azuread_group_member": ("group_object_id", "member_object_id"),
    "azuread_directory_role": ("display_name", "template_id"),
    "azuread_custom_directory_role": ("permissions",),
    "azuread_directory_role_assignment": ("role_id", "principal_object_id", "directory_scope_id"),
    "azuread_app_role_assignment": ("app_role_id", "principal_object_id", "resource_object_id"),
}  # fmt: skip
ADDRESSES = st.sampled_from([*(f"{kind}.x" for kind in ARGUMENTS), "data.azurerm_subscription.x", "var.x", ""])
ATTRIBUTES = st.sampled_from(
    ["id", "name", "principal_id", "object_id", "client_id", "identity.0.principal_id", "subscription_id", ""]
)
REFERENCES = st.builds(Reference, ADDRESSES, ATTRIBUTES)
TEXTS = st.sampled_from(
    [
        "", "x", "*", "/", "//", "Owner", "contributor", "Reader", "Nobody", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "*/read",
        "/subscriptions", "/subscriptions/", "/subscriptions/one", "/subscriptions/one/resourceGroups/x", "/subscriptions/one/x",
        "/subscriptions/one/resourceGroups//providers/", "/subscriptions/one/resourceGroups/x/providers/Microsoft.Storage",
        "/subscriptions/one/resourceGroups/x/providers/Microsoft.Storage/storageAccounts/x", "/providers", "/providers/x/y/z",
        "/providers/Microsoft.Management/managementGroups/", "/providers/Microsoft.Management/managementGroups/x", "\0", "\x000\0",
        "(!(ActionMatches{'x'})) OR (y)", "(((", "Delete", "all", "SystemAssigned", "SystemAssigned, UserAssigned", "repo:a/b:*",
        "62e90394-69f5-4237-9190-012177145e10", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", "Microsoft.Authorization/*", "CanNotDelete",
    ]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    TEXTS,
    st.builds(lambda references: Unknown(references=tuple(references)), st.lists(REFERENCES, max_size=2)),
    st.builds(lambda parts: Unknown(parts=tuple(parts)), st.lists(st.one_of(TEXTS, REFERENCES), min_size=1, max_size=3)),
)
KEYS = st.sampled_from(
    [
        "type", "identity_ids", "actions", "not_actions", "data_actions", "not_data_actions", "principal_id", "role_definition_id",
        "object_id", "secret_permissions", "require_approval", "allowed_resource_actions", "user_assigned_identity_id",
    ]
)  # fmt: skip
VALUES: st.SearchStrategy[Value] = st.recursive(
    LEAVES, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)), max_leaves=8
)


@st.composite
def resources(draw: st.DrawFn) -> tuple[Resource, ...]:
    """Some resources of each kind that access is read from, with anything in their arguments."""
    found = {}
    for kind in draw(st.lists(st.sampled_from(sorted(ARGUMENTS)), max_size=14)):
        values = {argument: draw(VALUES) for argument in ARGUMENTS[kind]}
        address = f"{kind}.{draw(st.sampled_from(['x', 'y', 'z[0]']))}"
        found[address] = made(address, **{key: value for key, value in values.items() if value is not None})
    return tuple(found.values())


@given(resources())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_anything_is_answered(found: tuple[Resource, ...]) -> None:
    """Nothing that can stand in an argument ends the scan, and every identity acts, with a reason for what it is."""
    picture = build([Input("estate", "module", found)], load_catalog(), Settings())
    acting = [each for each in picture.identities if each.language == "azure"]
    assert {each.address for each in found if each.type == "azurerm_user_assigned_identity"} <= {
        each.address for each in acting
    } or not acting
    assert all(each.reason for each in acting)
    answers = Authority(picture)
    for each in acting:
        assert all(power.path or power.verb is Verb.ESCALATE for power in answers.powers_of(each.address))
    for target in answers.targets:
        answers.who_can(Verb.DESTROY, target, everyone=True)
