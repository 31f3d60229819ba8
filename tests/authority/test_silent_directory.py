"""What cannot be told of Entra ID is passed over nowhere: it is uncertain, or a gap."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome
from tests.authority.azure import AGENT, BASE, MAYBE, NO, YES, given, outcome
from tests.authority.test_azure_reach import BOT, DEPLOYS, DIRECTORY, GRAPH, ROLE
from tests.build.hcl import estate

TEAM = 'resource "azuread_group" "team" {\n  display_name = "team"\n  %s\n}\n'
OWNS = given("Owner", to="azuread_group.team.object_id", label="owns")
GRAPHS = "azuread_service_principal.graph.app_role_ids"
EACH = GRAPH.replace('"g" {', '"g" {\n  for_each = toset(%s)') % ("%s", f"{GRAPHS}[each.value]")


def gaps(root: Path, *parts: str) -> str:
    """What the picture of the common estate and of what is added to it lacks."""
    return "\n".join(each.reason for each in estate(root, BASE + "".join(parts)).gaps)


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        (GRAPH % f"{GRAPHS}[var.given]", MAYBE),
        (EACH % "var.given", MAYBE),
        (EACH % '["Application.ReadWrite.All", "User.Read.All"]', YES),
        (EACH % '["User.Read.All"]', NO),
        (GRAPH % f'lookup({GRAPHS}, "Application.ReadWrite.All")', YES),
        (GRAPH % f'lookup({GRAPHS}, "User.Read.All")', NO),
        (GRAPH % f"lookup({GRAPHS}, var.given)", MAYBE),
        (GRAPH % f'{GRAPHS}[var.given ? "Application.ReadWrite.All" : "User.Read.All"]', MAYBE),
        (GRAPH % f'var.given ? {GRAPHS}["User.Read.All"] : {GRAPHS}["Application.ReadWrite.All"]', MAYBE),
    ],
)
def test_a_permission_whose_name_is_not_known(tmp_path: Path, permission: str, expected: Outcome) -> None:
    """It may be any permission of the interface, also one that adds secrets to applications."""
    assert outcome(tmp_path, DIRECTORY % "", DEPLOYS, permission, who=BOT) is expected


def test_a_permission_that_is_not_known_may_rule_the_directory(tmp_path: Path) -> None:
    """It may be the one that takes the rights to every subscription, whoever else has any there."""
    assert outcome(tmp_path, DIRECTORY % "", GRAPH % f"{GRAPHS}[var.given]", who=BOT) is MAYBE


@pytest.mark.parametrize(
    ("permission", "read"),
    [
        ("User.Read.All", True),
        ("User.ReadBasic.All", True),
        ("TeamsAppInstallation.ReadForUser.All", True),
        ("Member.Read.Hidden", True),
        ("Application.ReadUpdate.All", False),
        ("Application.ReadWrite.OwnedBy", False),
        ("Chat.ReadWrite.All", False),
        ("Policy.ReadAndChange.All", False),
        ("Directory.Write.Restricted", False),
        ("RoleManagement.Read.Manage", False),
    ],
)
def test_a_permission_that_only_begins_like_one_that_reads(tmp_path: Path, permission: str, read: bool) -> None:
    """`Application.ReadUpdate.All` changes applications: only a name that says nothing but that it reads is no gap."""
    said = gaps(tmp_path, DIRECTORY % "", DEPLOYS, GRAPH % f'{GRAPHS}["{permission}"]')
    assert (f"the permission {permission}" not in said) is read


DEFINED = 'resource "azuread_directory_role" "n" {\n  %s\n}\n' + ROLE % "azuread_directory_role.n.template_id"
CUSTOM = (
    'resource "azuread_custom_directory_role" "n" {\n  display_name = "n"\n  enabled = true\n  version = "1"\n  %s\n}\n'
    + ROLE % "azuread_custom_directory_role.n.object_id"
)
ALLOWS = 'permissions {\n    allowed_resource_actions = ["microsoft.directory/%s"]\n  }'
DYNAMIC = '\n  dynamic "permissions" {\n    for_each = var.given\n    content {\n      allowed_resource_actions = permissions.value\n    }\n  }'


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (DEFINED % "display_name = var.given", MAYBE),
        (ROLE % "var.given", MAYBE),
        (DEFINED % 'display_name = "Intune Administrator"', NO),
        (DEFINED % 'display_name = "Global Reader"', NO),
    ],
)
def test_a_directory_role_that_may_be_any(tmp_path: Path, role: str, expected: Outcome) -> None:
    """One of which not even the name is known may rule the directory, and so every subscription."""
    assert outcome(tmp_path, DIRECTORY % "", role, who=BOT) is expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (DEFINED % "display_name = var.given", MAYBE),
        (DEFINED % 'display_name = "Intune Administrator"', MAYBE),
        (DEFINED % 'display_name = "Global Reader"', NO),
        (CUSTOM % (ALLOWS % "groups/members/update"), YES),
        (CUSTOM % (ALLOWS % "groups.security/members/update"), YES),
        (CUSTOM % (ALLOWS % "groups.security.assignedMembership/members/update"), YES),
        (CUSTOM % (ALLOWS % "groups/owners/update"), YES),
        (CUSTOM % (ALLOWS % "groups/allProperties/update"), YES),
        (CUSTOM % (ALLOWS % "groups/standard/read"), NO),
        (CUSTOM % (ALLOWS % "groups/standard/read" + DYNAMIC), MAYBE),
    ],
)
def test_a_directory_role_that_may_join_a_group(tmp_path: Path, role: str, expected: Outcome) -> None:
    """Who may change the members or the owners of a group, or perhaps may, has perhaps what the group has."""
    assert outcome(tmp_path, DIRECTORY % "", TEAM % "", OWNS, role, who=BOT) is expected


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        (ALLOWS % "applications/credentials/update", YES),
        (ALLOWS % "applications.myOrganization/credentials/update", YES),
        (ALLOWS % "applications/owners/update", YES),
        (ALLOWS % "applications/allProperties/update", YES),
        (ALLOWS % "applications/allProperties/allTasks", YES),
        (ALLOWS % "servicePrincipals/owners/update", YES),
        (ALLOWS % "servicePrincipals/allProperties/update", YES),
        (ALLOWS % "applications/standard/read", NO),
        (ALLOWS % "applications/standard/read" + DYNAMIC, MAYBE),
        ("permissions {\n    allowed_resource_actions = var.given\n  }", MAYBE),
    ],
)
def test_a_role_of_ones_own_in_the_directory(tmp_path: Path, allowed: str, expected: Outcome) -> None:
    """Who makes itself an owner of an application adds a secret to it; blocks that nobody knows may allow that."""
    assert outcome(tmp_path, DIRECTORY % "", DEPLOYS, CUSTOM % allowed, who=BOT) is expected


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("servicePrincipals/appRoleAssignedTo/update", True),
        ("groups.unified/members/update", True),
        ("applications/synchronization/standard/read", False),
        ("applications/basic/update", False),
        ("applications/createAsOwner", False),
        ("applications/credentials/update", False),
    ],
)
def test_an_action_of_the_directory_that_no_table_has(tmp_path: Path, action: str, told: bool) -> None:
    """What somebody may do by an action that nobody knows is a gap; one that reads, or changes nothing of weight, is none."""
    assert (action in gaps(tmp_path, DIRECTORY % "", DEPLOYS, CUSTOM % (ALLOWS % action))) is told


UNIT = (
    'resource "azuread_directory_role" "n" {\n  display_name = "%s"\n}\n'
    'resource "azuread_administrative_unit" "u" {\n  display_name = "u"\n}\n'
    'resource "azuread_administrative_unit_role_member" "m" {\n  role_object_id = azuread_directory_role.n.object_id\n'
    "  administrative_unit_object_id = azuread_administrative_unit.u.object_id\n"
    "  member_object_id = azuread_service_principal.bot.object_id\n}\n"
)


@pytest.mark.parametrize(("role", "expected"), [("User Administrator", MAYBE), ("Global Reader", NO)])
def test_a_role_over_an_administrative_unit(tmp_path: Path, role: str, expected: Outcome) -> None:
    """It holds for what is in the unit, which may be the user that matters."""
    person = given("Owner", to="azuread_user.person.object_id", label="person")
    assert outcome(tmp_path, DIRECTORY % "", person, UNIT % role, who=BOT) is expected


APPROVED = (
    'resource "azuread_group_role_management_policy" "p" {\n  group_id = azuread_group.team.object_id\n  role_id = "member"\n'
    "  activation_rules {\n    require_approval = %s\n  }\n}\n"
)
TIMED = (
    'resource "azuread_privileged_access_group_%s_schedule" "s" {\n  group_id = azuread_group.team.object_id\n'
    f"  principal_id = {AGENT}.principal_id\n  assignment_type = %s\n}}\n"
)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (TIMED % ("assignment", '"member"'), YES),
        (TIMED % ("assignment", '"owner"'), YES),
        (TIMED % ("assignment", "var.given"), YES),
        (TIMED % ("eligibility", '"member"'), YES),
        (TIMED % ("eligibility", '"owner"'), YES),
        (TIMED % ("eligibility", '"member"') + APPROVED % "true", MAYBE),
        (TIMED % ("eligibility", '"member"') + APPROVED % "var.given", MAYBE),
        (TIMED % ("eligibility", '"member"') + APPROVED % "false", YES),
    ],
)
def test_a_group_that_somebody_is_in_for_a_time(tmp_path: Path, parts: str, expected: Outcome) -> None:
    """Who is in a group for a time, or may activate that, has what the group has; an approval stands in the way."""
    assert outcome(tmp_path, TEAM % "", OWNS, parts) is expected


def test_owners_of_a_group_whose_members_are_kept_apart(tmp_path: Path) -> None:
    """Whoever owns a group adds itself to it, whichever resource makes the group."""
    team = (TEAM % f"owners = [{AGENT}.principal_id]").replace('azuread_group"', 'azuread_group_without_members"')
    owns = given("Owner", to="azuread_group_without_members.team.object_id")
    assert outcome(tmp_path, team, owns) is YES
