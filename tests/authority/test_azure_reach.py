"""Who becomes whom on Azure and in Entra ID: by machines, keys, groups, owners and directory roles; and who is who."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.model import IdentityKind, Outcome, Verb
from tests.authority.azure import (
    ACCOUNT,
    AGENT,
    BASE,
    BY_POLICIES,
    BY_ROLES,
    DISK,
    GROUP,
    MAYBE,
    NO,
    OWNER,
    SUBSCRIPTION,
    YES,
    ask,
    custom,
    given,
    outcome,
)
from tests.build.hcl import estate, identity

CONTRIBUTOR = '"/x/b24988ac-6180-42a0-ab88-20f7382dd24c"'
POWERFUL = given("Contributor", to=f"{OWNER}.principal_id", label="powerful")
ELSEWHERE = "azurerm_resource_group.other.id"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (given("Virtual Machine Contributor", ELSEWHERE), YES),
        (given("Virtual Machine Contributor", "azurerm_linux_virtual_machine.runner.id"), YES),
        (given("Virtual Machine User Login", ELSEWHERE), NO),
        (given("Managed Identity Contributor", ELSEWHERE), YES),
        (given("Managed Identity Operator", ELSEWHERE), NO),
        (
            given("Managed Identity Operator", ELSEWHERE)
            + given("Website Contributor", "azurerm_storage_account.data.id", label="s"),
            YES,
        ),
        (given("User Access Administrator", ELSEWHERE), YES),
        (given("Role Based Access Control Administrator"), YES),
        (given("Network Contributor", ELSEWHERE), NO),
    ],
)
def test_one_becomes_another(tmp_path: Path, parts: str, expected: Outcome) -> None:
    """By running code in a machine, trusting a token from outside, giving an identity to something new, or assigning a role, one has what
    another has."""
    assert outcome(tmp_path, POWERFUL, parts) is expected


DIRECTORY = """
resource "azuread_application" "deploy" {
  display_name = "deploy"
  %s
}
resource "azuread_service_principal" "deploy" {
  client_id = azuread_application.deploy.client_id
}
resource "azuread_user" "person" {
  user_principal_name = "person@example.com"
  display_name        = "Person"
}
resource "azuread_application" "bot" {
  display_name = "bot"
}
resource "azuread_service_principal" "bot" {
  client_id = azuread_application.bot.client_id
}
"""
DEPLOYS = given("Contributor", to="azuread_service_principal.deploy.object_id", label="deploys")
BOT = "azuread_service_principal.bot"
ROLE = 'resource "azuread_directory_role_assignment" "d" {\n  role_id = %s\n  principal_object_id = azuread_service_principal.bot.object_id\n}\n'
OWNED = (
    'resource "azuread_application_owner" "o" {\n  application_id = azuread_application.deploy.id\n'
    "  owner_object_id = azuread_service_principal.bot.object_id\n}\n"
)
GRAPH = (
    'resource "azuread_app_role_assignment" "g" {\n  app_role_id = %s\n  principal_object_id = azuread_service_principal.bot.object_id\n'
    "  resource_object_id = azuread_service_principal.graph.object_id\n}\n"
    'resource "azuread_service_principal" "graph" {\n  client_id = "00000003-0000-0000-c000-000000000000"\n}\n'
)
NAMED_ROLE = 'resource "azuread_directory_role" "n" {\n  display_name = "%s"\n}\n'


@pytest.mark.parametrize(
    ("owners", "parts", "expected"),
    [
        ("", "", NO),
        ("owners = [azuread_service_principal.bot.object_id]", "", YES),
        ("owners = [azuread_user.person.object_id]", "", NO),
        ("", OWNED, YES),
        ("", ROLE % '"62e90394-69f5-4237-9190-012177145e10"', YES),
        ("", ROLE % '"9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"', YES),
        ("", ROLE % '"88d8e3e3-8f55-4a1e-953a-9b9898b8876b"', NO),
        ("", ROLE % "azuread_directory_role.n.template_id" + NAMED_ROLE % "Privileged Role Administrator", YES),
        ("", ROLE % "azuread_directory_role.n.template_id" + NAMED_ROLE % "Directory Readers", NO),
        ("", ROLE % "var.given", MAYBE),
        ("", GRAPH % '"9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"', YES),
        ("", GRAPH % 'azuread_service_principal.graph.app_role_ids["Application.ReadWrite.All"]', YES),
        ("", GRAPH % 'azuread_service_principal.graph.app_role_ids["User.Read.All"]', NO),
    ],
)
def test_the_directory_leads_to_applications(tmp_path: Path, owners: str, parts: str, expected: Outcome) -> None:
    """Owners, administrators of applications and of roles, and applications with such permissions add a secret to another application,
    or take the rights to every subscription."""
    assert outcome(tmp_path, DIRECTORY % owners, DEPLOYS, parts, who=BOT) is expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("62e90394-69f5-4237-9190-012177145e10", YES),
        ("e8611ab8-c189-46e8-94e1-60213ab1f814", YES),
        ("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", NO),
    ],
)
def test_who_rules_the_directory_takes_every_subscription(tmp_path: Path, role: str, expected: Outcome) -> None:
    """Whoever rules the directory needs nobody who has rights on Azure already."""
    assert outcome(tmp_path, DIRECTORY % "", ROLE % f'"{role}"', who=BOT) is expected


TEAM = 'resource "azuread_group" "team" {\n  display_name = "team"\n  %s\n}\n'
IN_TEAM = (
    'resource "azuread_group_member" "m" {\n  group_object_id = azuread_group.team.object_id\n'
    f"  member_object_id = {AGENT}.principal_id\n}}\n"
)
GUARDED = "assignable_to_role = true"
DIRECTS = (
    f'resource "azuread_directory_role_assignment" "d" {{\n  role_id = "%s"\n  principal_object_id = {AGENT}.principal_id\n}}\n'
)
OUTER = TEAM.replace('"team"', '"outer"') % "members = [azuread_group.team.object_id]"


@pytest.mark.parametrize(
    ("parts", "to", "expected"),
    [
        (TEAM % f"members = [{AGENT}.principal_id]", "azuread_group.team.object_id", YES),
        (TEAM % "" + IN_TEAM, "azuread_group.team.object_id", YES),
        (TEAM % "" + IN_TEAM + OUTER, "azuread_group.outer.object_id", YES),
        (TEAM % "members = [azuread_group.outer.object_id]" + IN_TEAM + OUTER, "azuread_group.outer.object_id", YES),
        (TEAM % "", "azuread_group.team.object_id", NO),
        (TEAM % f"owners = [{AGENT}.principal_id]", "azuread_group.team.object_id", YES),
        (TEAM % "" + DIRECTS % "fe930be7-5e62-47db-91af-98c3a49a38b1", "azuread_group.team.object_id", YES),
        (TEAM % GUARDED + DIRECTS % "fe930be7-5e62-47db-91af-98c3a49a38b1", "azuread_group.team.object_id", NO),
        (TEAM % GUARDED + DIRECTS % "62e90394-69f5-4237-9190-012177145e10", "azuread_group.team.object_id", YES),
    ],
)
def test_a_group_acts_through_its_members(tmp_path: Path, parts: str, to: str, expected: Outcome) -> None:
    """Who is in a group, or in a group within it, has what the group has; who owns it may join it."""
    assert outcome(tmp_path, parts, given("Contributor", to=to)) is expected


VAULT_POLICY = (
    f'resource "azurerm_key_vault_access_policy" "p" {{\n  key_vault_id = %s.id\n  object_id = {AGENT}.principal_id\n  %s\n}}\n'
)


@pytest.mark.parametrize(
    ("vault", "permissions", "expected"),
    [
        (BY_POLICIES, 'secret_permissions = ["Get", "Purge"]', YES),
        (BY_POLICIES, 'secret_permissions = ["Get", "List"]', NO),
        (BY_POLICIES, "key_permissions = var.given", MAYBE),
        (BY_ROLES, 'key_permissions = ["Delete"]', NO),
    ],
)
def test_access_policies_count_in_vaults_that_have_them(
    tmp_path: Path, vault: str, permissions: str, expected: Outcome
) -> None:
    """A vault goes by its access policies or by roles, never by both."""
    assert outcome(tmp_path, VAULT_POLICY % (vault, permissions), target=vault) is expected


@pytest.mark.parametrize(
    ("switch", "expected"),
    [("", YES), ("shared_access_key_enabled = false", NO), ("shared_access_key_enabled = var.given", MAYBE)],
)
def test_keys_open_an_account_that_takes_them(tmp_path: Path, switch: str, expected: Outcome) -> None:
    """Who reads the keys of an account has all that is in it, where the account takes keys; who may change the account lets it take
    them again."""
    account = f'resource "azurerm_storage_account" "k" {{\n  name = "k"\n  resource_group_name = azurerm_resource_group.shop.name\n  {switch}\n}}\n'
    parts = account + custom('actions = ["Microsoft.Storage/storageAccounts/listKeys/action"]')
    assert outcome(tmp_path, parts, target="azurerm_storage_account.k") is expected
    both = 'actions = ["Microsoft.Storage/storageAccounts/listKeys/action", "Microsoft.Storage/storageAccounts/write"]'
    assert outcome(tmp_path, account + custom(both), target="azurerm_storage_account.k") is YES


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (given(CONTRIBUTOR).replace("azurerm_role", "azurerm_pim_active_role"), YES),
        (given(CONTRIBUTOR).replace("azurerm_role", "azurerm_pim_eligible_role"), YES),
        (
            given(CONTRIBUTOR).replace("azurerm_role", "azurerm_pim_eligible_role")
            + 'resource "azurerm_role_management_policy" "p" {\n  scope = azurerm_resource_group.shop.id\n'
            '  role_definition_id = "/x/b24988ac-6180-42a0-ab88-20f7382dd24c"\n  activation_rules {\n    require_approval = true\n  }\n}\n',
            MAYBE,
        ),
    ],
)
def test_what_one_is_eligible_for_one_has(tmp_path: Path, parts: str, expected: Outcome) -> None:
    """Who activates a role by itself has it; where somebody has to approve, perhaps."""
    assert outcome(tmp_path, parts) is expected


@pytest.mark.parametrize(
    ("assignable", "expected"),
    [
        ("", YES),
        ("assignable_scopes = [azurerm_resource_group.shop.id]", YES),
        ("assignable_scopes = [azurerm_resource_group.shop.id, data.azurerm_subscription.mine.id]", NO),
        ("assignable_scopes = [var.given]", MAYBE),
        ('assignable_scopes = ["/providers/Microsoft.Management/managementGroups/corp"]', NO),
        ('assignable_scopes = ["/"]', NO),
    ],
)
def test_who_may_rewrite_its_own_role_may_do_anything_there(tmp_path: Path, assignable: str, expected: Outcome) -> None:
    """A role that its holder may change is whatever the holder wants, where it holds it; whoever changes a role has to be let at every
    scope that it can be given at."""
    role = custom('actions = ["Microsoft.Authorization/roleDefinitions/write"]').replace(
        'name = "own"', f'name = "own"\n  {assignable}'
    )
    assert outcome(tmp_path, role) is expected


def test_ids_that_a_state_knows(tmp_path: Path) -> None:
    """Where object ids are known, whom they name is found by them, an identity of a machine's own included."""
    agent, runner = "aaaaaaaa-0000-0000-0000-000000000001", "bbbbbbbb-0000-0000-0000-000000000002"
    text = BASE.replace('  name                = "agent"', f'  name = "agent"\n  principal_id = "{agent}"')
    text = text.replace('    type         = "UserAssigned"', f'    type = "SystemAssigned"\n    principal_id = "{runner}"')
    more = given("Contributor", to=f'"{agent.upper()}"') + given("Contributor", to=f'"{runner}"', label="s")
    found = authority(estate(tmp_path, text + more)).who_can(Verb.DESTROY, DISK)
    assert {each.identity for each in found} == {AGENT, "azurerm_linux_virtual_machine.runner"}


def test_an_identity_of_its_own(tmp_path: Path) -> None:
    """Something that the platform makes an identity for acts with what that is given, and is a workload."""
    app = 'resource "azurerm_linux_function_app" "f" {\n  name = "f"\n  resource_group_name = azurerm_resource_group.other.name\n  identity {\n    type = "SystemAssigned"\n  }\n}\n'
    parts = app + given("Contributor", to="azurerm_linux_function_app.f.identity[0].principal_id")
    assert outcome(tmp_path, parts, who="azurerm_linux_function_app.f") is YES
    taken = parts + given("Website Contributor", ELSEWHERE, label="s")
    assert outcome(tmp_path, taken) is YES
    found = identity(estate(tmp_path, BASE + parts), "azurerm_linux_function_app.f")
    assert (found.kind, found.form) == (IdentityKind.WORKLOAD, "system_identity")


@pytest.mark.parametrize(
    ("to", "address", "kind"),
    [
        ("data.azurerm_client_config.me.object_id", "data.azurerm_client_config.me", IdentityKind.UNKNOWN),
        ('"99999999-9999-9999-9999-999999999999"', "azurerm_role_assignment.r", IdentityKind.UNKNOWN),
        ("var.given", "azurerm_role_assignment.r", IdentityKind.UNKNOWN),
        ("azuread_user.person.object_id", "azuread_user.person", IdentityKind.PERSON),
        ("azuread_service_principal.bot.object_id", BOT, IdentityKind.AGENT),
        ("azuread_service_principal.deploy.object_id", "azuread_service_principal.deploy", IdentityKind.AUTOMATION),
    ],
)
def test_whom_a_principal_id_names(tmp_path: Path, to: str, address: str, kind: IdentityKind) -> None:
    """A principal is known by its resource, or by what gives it rights where the inputs do not show it."""
    parts = DIRECTORY % "" + given("Contributor", to=to)
    assert outcome(tmp_path, parts, who=address) is YES
    assert identity(estate(tmp_path, BASE + parts), address).kind is kind


READ = 'data "%s" "a" {\n  %s\n}\n'
UAI, SP = "azurerm_user_assigned_identity", "azuread_service_principal"


@pytest.mark.parametrize(
    ("kind", "names", "subscription", "expected"),
    [
        (UAI, 'name = "ci"\n  resource_group_name = "shop"', SUBSCRIPTION, YES),
        (UAI, 'name = "ci"\n  resource_group_name = "other"', SUBSCRIPTION, NO),
        (UAI, 'name = "ci"\n  resource_group_name = "shop"', "22222222-2222-2222-2222-222222222222", NO),
        (UAI, 'name = "ci"\n  resource_group_name = "shop"', "", MAYBE),
        (SP, 'display_name = "ci"', SUBSCRIPTION, MAYBE),
    ],
)
def test_who_is_read_by_one_root_and_made_by_another(
    tmp_path: Path, kind: str, names: str, subscription: str, expected: Outcome
) -> None:
    """A data source that gives all the names of somebody whom another root makes in that subscription is that one; a display name may be
    that of others."""
    own = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
    own += f'provider "azurerm" {{\n  subscription_id = "{subscription}"\n}}\n' if subscription else ""
    made = f'resource "{UAI}" "ci" {{\n  name = "ci"\n  resource_group_name = "shop"\n}}\nresource "{SP}" "ci" {{\n  display_name = "ci"\n}}\n'
    to = f"data.{kind}.a.{'principal_id' if kind == UAI else 'object_id'}"
    picture = estate(tmp_path, BASE + READ % (kind, names) + given("Contributor", to=to), own + made)
    found = {each.identity: each.outcome for each in authority(picture).who_can(Verb.DESTROY, DISK)}
    assert found.get(f"{kind}.ci", NO) is expected


def test_tokens_from_outside_tell_who_acts(tmp_path: Path) -> None:
    """An identity that takes the tokens of a pipeline is automation, and one that has a secret is watched."""
    parts = """
resource "azurerm_federated_identity_credential" "ci" {
  name                      = "ci"
  user_assigned_identity_id = azurerm_user_assigned_identity.owner.id
  issuer                    = "https://token.actions.githubusercontent.com"
  subject                   = "repo:example/shop:*"
}
resource "azuread_application_password" "p" {
  application_id = azuread_application.deploy.id
}
"""
    picture = estate(tmp_path, BASE + DIRECTORY % "" + parts)
    owner = identity(picture, OWNER)
    assert owner.kind is IdentityKind.AUTOMATION
    assert "repo:example/shop:*" in owner.reason
    secrets = identity(picture, "azuread_service_principal.deploy").credentials
    assert [each.address for each in secrets] == ["azuread_application_password.p"]


def test_a_proof_names_the_assignment_and_what_the_keys_open(tmp_path: Path) -> None:
    """The path to a blob tells which assignment gives the role, where, and that its keys open the account."""
    found = ask(tmp_path, given("Storage Account Key Operator Service Role"))
    (power,) = found.who_can(Verb.DESTROY, ACCOUNT)
    assert (
        "azurerm_role_assignment.r gives Storage Account Key Operator Service Role at azurerm_resource_group.shop"
        in power.path[0].text
    )
    assert "gives the keys" in power.path[0].text
    assert power.actions == ("Microsoft.Storage/storageAccounts/listKeys/action",)
    assert power.path[0].location is not None
    assert power.path[0].location.file.endswith("main.tf")


def test_who_is_not_shown_is_a_gap(tmp_path: Path) -> None:
    """A principal that only an id names, and a group whose members nobody shows, are said."""
    picture = estate(
        tmp_path,
        BASE + TEAM % "" + given("Owner", to="azuread_group.team.object_id") + given("Owner", to="var.given", label="s"),
    )
    said = [gap.reason for gap in picture.gaps if gap.access]
    assert "who is in azuread_group.team is not among the inputs, and it is given rights" in said
    assert any("var.given gets rights and is not among the inputs" in each for each in said)


EXTRAS = """
terraform {
  backend "azurerm" {
    storage_account_name = "shopdata"
    container_name       = "state"
    key                  = "shop.tfstate"
  }
}
resource "azurerm_key_vault_secret" "token" {
  name         = "token"
  key_vault_id = azurerm_key_vault.by_roles.id
  value        = "x"
}
resource "azurerm_monitor_diagnostic_setting" "log" {
  name               = "log"
  target_resource_id = data.azurerm_subscription.mine.id
  storage_account_id = azurerm_storage_account.data.id
}
"""
WHOLE = "data.azurerm_subscription.mine.id"
SECRET, LOG = "azurerm_key_vault_secret.token", "azurerm_monitor_diagnostic_setting.log"
CLOSED = f"subscription {SUBSCRIPTION}"


@pytest.mark.parametrize(
    ("given_role", "verb", "target", "expected"),
    [
        (("Owner", WHOLE), Verb.REMOVE_DOMAIN, CLOSED, YES),
        (("Contributor", WHOLE), Verb.REMOVE_DOMAIN, CLOSED, NO),
        (("Owner", GROUP), Verb.REMOVE_DOMAIN, CLOSED, NO),
        (("Storage Blob Data Contributor", GROUP), Verb.WRITE_STATE, "root0", YES),
        (("Storage Blob Data Reader", GROUP), Verb.WRITE_STATE, "root0", NO),
        (("Contributor", GROUP), Verb.WRITE_STATE, "root0", YES),
        (("Key Vault Secrets User", GROUP), Verb.READ_CREDENTIALS, SECRET, YES),
        (("Key Vault Reader", GROUP), Verb.READ_CREDENTIALS, SECRET, NO),
        (("Monitoring Contributor", WHOLE), Verb.STOP_AUDIT, LOG, YES),
        (("Monitoring Contributor", GROUP), Verb.STOP_AUDIT, LOG, NO),
        (("Monitoring Reader", WHOLE), Verb.STOP_AUDIT, LOG, NO),
        (("Contributor", GROUP), Verb.WEAKEN, DISK, YES),
        (("Reader", GROUP), Verb.WEAKEN, DISK, NO),
        (("Key Vault Crypto Officer", GROUP), Verb.DESTROY_KEY, BY_ROLES, YES),
        (("Key Vault Crypto User", GROUP), Verb.DESTROY_KEY, BY_ROLES, NO),
    ],
)
def test_what_else_is_done(tmp_path: Path, given_role: tuple[str, str], verb: Verb, target: str, expected: Outcome) -> None:
    """Subscriptions, states, secrets, audit trails and keys have their own calls, each in its own plane."""
    assert outcome(tmp_path, EXTRAS, given(*given_role), target=target, verb=verb) is expected
