"""What cannot be told of who is who on Azure, and where, is passed over nowhere: it is uncertain, or a gap."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from policypack.authority import authority
from policypack.model import IdentityKind, Outcome, Verb, replace
from tests.authority.azure import AGENT, BASE, MAYBE, NO, OWNER, YES, given, outcome
from tests.authority.test_azure_plans import GROUP, OBJECT, made
from tests.authority.test_azure_plans import picture as plan_of
from tests.authority.test_silent_directory import OWNS, TEAM, gaps
from tests.build.hcl import estate, identity

ALL = "data.azurerm_subscription.mine.id"
EITHER = f"var.given ? {AGENT}.principal_id : {OWNER}.principal_id"


@pytest.mark.parametrize("who", [AGENT, OWNER])
def test_one_of_several_that_nobody_knows(tmp_path: Path, who: str) -> None:
    """Where it depends on what is not known who of two is given a role, each of them perhaps has it."""
    assert outcome(tmp_path, given("Owner", to=EITHER), who=who) is MAYBE


def test_one_of_several_is_in_a_group(tmp_path: Path) -> None:
    """Where it depends on what is not known who of two is in a group, each of them perhaps has what the group has."""
    member = (
        'resource "azuread_group_member" "m" {\n  group_object_id = azuread_group.team.object_id\n'
        f"  member_object_id = {EITHER}\n}}\n"
    )
    assert outcome(tmp_path, TEAM % "", OWNS, member) is MAYBE


DEFINED = "".join(
    f'resource "azurerm_role_definition" "{name}" {{\n  name = "{name}"\n  scope = {ALL}\n  permissions {{\n    actions = ["{actions}"]\n  }}\n}}\n'
    for name, actions in (("reads", "*/read"), ("rules", "*"))
)
READ = 'data "azurerm_role_definition" "reads" {\n  name = "Reader"\n}\ndata "azurerm_role_definition" "rules" {\n  name = "Owner"\n}\n'


@pytest.mark.parametrize(
    ("parts", "role"),
    [
        (
            DEFINED,
            "azurerm_role_definition.reads.role_definition_resource_id : azurerm_role_definition.rules.role_definition_resource_id",
        ),
        (READ, "data.azurerm_role_definition.reads.id : data.azurerm_role_definition.rules.id"),
    ],
)
def test_one_of_several_roles(tmp_path: Path, parts: str, role: str) -> None:
    """Where it depends on what is not known which of two roles is given, it is perhaps the wider one."""
    assert outcome(tmp_path, parts, given(f"var.given ? {role}")) is MAYBE


CLUSTER = 'data "azurerm_kubernetes_cluster" "k" {\n  name = "k"\n  resource_group_name = "x"\n}\n'
FOUND = 'data "azurerm_resources" "found" {\n  type = "Microsoft.Compute/disks"\n}\n'


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("data.azurerm_kubernetes_cluster.k.id", NO),
        ("data.azurerm_kubernetes_cluster.k.node_resource_group_id", MAYBE),
        ("data.azurerm_resources.found.resources[0].id", MAYBE),
        ('join("/", slice(split("/", azurerm_resource_group.other.id), 0, 3))', MAYBE),
        ('replace(azurerm_resource_group.other.id, "other", "shop")', MAYBE),
        ('regex("^/subscriptions/[^/]+", azurerm_resource_group.other.id)', MAYBE),
        ("azurerm_resource_group.other.id", NO),
        ("try(azurerm_resource_group.other.id, null)", NO),
        ("one(azurerm_resource_group.other[*].id)", NO),
        ("{ a = azurerm_resource_group.other }.a.id", NO),
        ("element([for each in [azurerm_resource_group.other] : each.id], 0)", NO),
    ],
)
def test_a_place_that_is_made_of_another(tmp_path: Path, scope: str, expected: Outcome) -> None:
    """A text that is made of an id, or another id that something has, may name any place."""
    assert outcome(tmp_path, CLUSTER, FOUND, given("Owner", scope)) is expected


MACHINE = 'resource "azurerm_linux_virtual_machine" "vm" {\n  name = "vm"\n  resource_group_name = azurerm_resource_group.other.name\n  %s\n}\n'
RUNS = given("Virtual Machine Contributor", "azurerm_resource_group.other.id", label="runs")
RULES = given("Owner", ALL, "%s", label="rules")
READ_IDENTITY = 'data "azurerm_user_assigned_identity" "d" {\n  name = "d"\n  resource_group_name = "x"\n}\n'


@pytest.mark.parametrize(
    ("block", "rules"),
    [
        ('identity {\n    type = "SystemAssigned"\n  }', "azurerm_linux_virtual_machine.vm.identity[0].principal_id"),
        ("identity {\n    type = var.given\n  }", "azurerm_linux_virtual_machine.vm.identity[0].principal_id"),
        (
            'identity {\n    type = "UserAssigned"\n    identity_ids = [data.azurerm_user_assigned_identity.d.id]\n  }',
            "data.azurerm_user_assigned_identity.d.principal_id",
        ),
    ],
)
def test_whoever_changes_a_machine_is_whom_it_runs_as(tmp_path: Path, block: str, rules: str) -> None:
    """Also where the kind of its identity is not known, or where that was made elsewhere."""
    assert outcome(tmp_path, READ_IDENTITY, MACHINE % block, RUNS, RULES % rules) is YES


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        ("var.given", True),
        ("[var.given]", True),
        (f"[{AGENT}.id]", False),
        ("[data.azurerm_user_assigned_identity.d.id]", False),
        ('["/subscriptions/s/resourceGroups/x/providers/Microsoft.ManagedIdentity/userAssignedIdentities/y"]', True),
        ("null", False),
        ("[]", False),
    ],
)
def test_an_identity_of_a_machine_that_nobody_knows(tmp_path: Path, ids: str, told: bool) -> None:
    """What whoever changes a machine may do then is a gap."""
    block = f'identity {{\n    type = "UserAssigned"\n    identity_ids = {ids}\n  }}'
    assert ("whom azurerm_linux_virtual_machine.vm names" in gaps(tmp_path, READ_IDENTITY, MACHINE % block, RUNS)) is told


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ('dynamic "identity" {\n    for_each = var.given\n    content {\n      type = identity.value\n    }\n  }', True),
        ('identity {\n    type = "SystemAssigned"\n    identity_ids = var.given\n  }', False),
    ],
)
def test_a_block_of_identities_that_nobody_knows(tmp_path: Path, block: str, told: bool) -> None:
    """A block that is made of what is not known may name anybody; where the kind of identity names nobody, its list does not either."""
    assert ("whom azurerm_linux_virtual_machine.vm names" in gaps(tmp_path, MACHINE % block, RUNS)) is told


TRUST = (
    'resource "azurerm_federated_identity_credential" "ci" {\n  name = "ci"\n  parent_id = data.azurerm_user_assigned_identity.d.id\n'
    '  issuer = "https://token.actions.githubusercontent.com"\n  subject = "repo:a/b:ref:refs/heads/main"\n  audience = ["a"]\n}\n'
)


def test_whose_tokens_an_identity_takes_that_was_made_elsewhere(tmp_path: Path) -> None:
    """What signs in as an identity is told of one that a data source reads too."""
    picture = estate(tmp_path, BASE + READ_IDENTITY + TRUST + RULES % "data.azurerm_user_assigned_identity.d.principal_id")
    assert identity(picture, "data.azurerm_user_assigned_identity.d").kind is IdentityKind.AUTOMATION


APPLICATION = (
    'data "azuread_application" "a" {\n  display_name = "a"\n}\n'
    'data "azuread_service_principal" "a" {\n  client_id = data.azuread_application.a.client_id\n}\n'
)
OWNED = f'resource "azuread_application_owner" "o" {{\n  application_id = %s\n  owner_object_id = {AGENT}.principal_id\n}}\n'
SECRET = 'resource "azuread_application_password" "p" {\n  application_id = data.azuread_application.a.id\n}\n'
ACTS = RULES % "data.azuread_service_principal.a.object_id"


def test_an_owner_of_an_application_that_was_made_elsewhere(tmp_path: Path) -> None:
    """Who owns it adds a secret to it, and is its service principal, which data sources read."""
    assert outcome(tmp_path, APPLICATION, ACTS, OWNED % "data.azuread_application.a.id") is YES


def test_a_secret_of_an_application_that_was_made_elsewhere(tmp_path: Path) -> None:
    """The secrets of a service principal that data sources read are told with it."""
    picture = estate(tmp_path, BASE + APPLICATION + ACTS + SECRET)
    found = identity(picture, "data.azuread_service_principal.a")
    assert [each.address for each in found.credentials] == ["azuread_application_password.p"]


@pytest.mark.parametrize(
    ("application", "told"),
    [
        ('"/applications/22222222-2222-2222-2222-222222222222"', True),
        ("var.given", True),
        ("azuread_application.own.id", False),
    ],
)
def test_an_owner_of_an_application_that_nobody_knows(tmp_path: Path, application: str, told: bool) -> None:
    """What somebody may do who owns an application that is not among the inputs is a gap."""
    own = 'resource "azuread_application" "own" {\n  display_name = "own"\n}\n'
    assert ("azuread_application_owner.o" in gaps(tmp_path, own, OWNED % application, given("Reader"))) is told


@pytest.mark.parametrize(
    ("group", "told"),
    [
        ("data.azuread_group.admins.object_id", True),
        ("var.given", True),
        ('"22222222-2222-2222-2222-222222222222"', True),
        ("azuread_group.team.object_id", False),
    ],
)
def test_a_member_of_a_group_that_is_not_among_the_inputs(tmp_path: Path, group: str, told: bool) -> None:
    """What somebody may do by a group of which the inputs show nothing is a gap."""
    data = 'data "azuread_group" "admins" {\n  display_name = "admins"\n}\n'
    member = (
        f'resource "azuread_group_member" "m" {{\n  group_object_id = {group}\n  member_object_id = {AGENT}.principal_id\n}}\n'
    )
    assert ("azuread_group_member.m puts somebody into" in gaps(tmp_path, data, TEAM % "", member)) is told


CLIENT, MADE, SIGNS = (f"{letter * 8}-0000-0000-0000-000000000003" for letter in "cde")


@pytest.mark.parametrize("mode", ["managed", "data"])
def test_an_application_is_known_by_its_client_id(mode: Literal["managed", "data"]) -> None:
    """In a plan over what stands everything is a known id: by these, too, who owns an application is its service principal."""
    application = made(
        "azuread_application.a", display_name="a", client_id=CLIENT, id=f"/applications/{MADE}", object_id=MADE, owners=[OBJECT]
    )
    service = made("azuread_service_principal.a", client_id=CLIENT, object_id=SIGNS)
    service = service if mode == "managed" else replace(service, mode=mode, address=f"data.{service.address}", change=None)
    rules = made("azurerm_role_assignment.a", scope=GROUP, role_definition_name="Owner", principal_id=SIGNS)
    found = authority(
        plan_of(application, service, rules, made("azurerm_managed_disk.d", name="d", resource_group_name="shop"))
    )
    outcomes = {each.identity: each.outcome for each in found.who_can(Verb.DESTROY, "azurerm_managed_disk.d")}
    assert outcomes == {AGENT: YES, service.address: YES}


@pytest.mark.parametrize(
    ("members", "told"),
    [(f"concat(var.given, [{AGENT}.principal_id])", True), (f"[{AGENT}.principal_id]", False)],
)
def test_members_of_a_group_besides_those_that_are_known(tmp_path: Path, members: str, told: bool) -> None:
    """Who else is in a group is a gap where its list is not known whole; those that are known are in it for certain."""
    team = TEAM % f"members = {members}"
    assert outcome(tmp_path, team, OWNS) is YES
    assert ("whom azuread_group.team names" in gaps(tmp_path, team, OWNS)) is told
