"""What cannot be told of Google Cloud is passed over nowhere: it is uncertain, or a gap."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome, Verb
from tests.authority.google import DATABASE, MAYBE, NO, YES, A, asked, member, outcome, picture

GIVEN = 'variable "given" {}\n'
ADMIN = "google_service_account.admin.member"
SQL = '"roles/cloudsql.admin"'
HOLDS = member(SQL, ADMIN)
TEAM = member(SQL, '"group:outer@x.com"')
GROUP = 'resource "google_cloud_identity_group" "{0}" {{\n  parent = "customers/c"\n  labels = {{}}\n  group_key {{\n    id = "{0}@x.com"\n  }}\n}}\n'
OUTER, INNER = GROUP.format("outer"), GROUP.format("inner")


def joined(group: str, email: str, label: str = "m") -> str:
    """A membership."""
    return (
        f'resource "google_cloud_identity_group_membership" "{label}" {{\n  group = {group}\n'
        f"  preferred_member_key {{\n    id = {email}\n  }}\n}}\n"
    )


def gaps(folder: Path, *parts: str) -> str:
    """What the picture lacks."""
    return "\n".join(each.reason for each in picture(folder, *parts).gaps)


IN_OUTER, IN_INNER = (f"google_cloud_identity_group.{each}.id" for each in ("outer", "inner"))
EMAIL = "google_service_account.a.email"


@pytest.mark.parametrize(
    "parts",
    [
        joined(IN_OUTER, EMAIL),
        joined(IN_OUTER, '"inner@x.com"') + joined(IN_INNER, EMAIL, "n"),
        joined(IN_INNER, EMAIL) + joined(IN_OUTER, '"inner@x.com"', "n"),
        joined(IN_INNER, EMAIL) + joined(IN_OUTER, "google_cloud_identity_group.inner.group_key[0].id", "n"),
    ],
)
def test_a_group_in_a_group(tmp_path: Path, parts: str) -> None:
    """Who is in a group within another has what the outer one has, whichever is written first."""
    assert outcome(asked(tmp_path, TEAM, OUTER, INNER, parts)) is YES


@pytest.mark.parametrize(
    ("email", "who", "expected"),
    [
        ('"bot@shop.iam.gserviceaccount.com"', "serviceAccount:bot@shop.iam.gserviceaccount.com", YES),
        ('"bob@x.com"', "user:bob@x.com", YES),
        ("var.given", "var.given", MAYBE),
    ],
)
def test_who_is_only_in_a_group(tmp_path: Path, email: str, who: str, expected: Outcome) -> None:
    """Whoever is named by nothing but a membership has what the group has, and is told."""
    assert outcome(asked(tmp_path, GIVEN, TEAM, OUTER, joined(IN_OUTER, email)), who=who) is expected


@pytest.mark.parametrize(("group", "told"), [("var.given", True), ('"groups/abc"', True), (IN_OUTER, False)])
def test_a_group_that_is_not_among_the_inputs(tmp_path: Path, group: str, told: bool) -> None:
    """What somebody may do by a group of which the inputs show nothing is a gap."""
    assert (
        "which group google_cloud_identity_group_membership.m puts" in gaps(tmp_path, GIVEN, OUTER, joined(group, EMAIL))
    ) is told


BINDING = (
    'resource "google_project_iam_binding" "b" {\n  project = "shop"\n  role = "roles/cloudsql.admin"\n  members = %s\n}\n'
)


@pytest.mark.parametrize(
    "written",
    [member(SQL, f"var.given ? {A} : {ADMIN}"), BINDING % f"var.given ? [{A}] : [{ADMIN}]"],
)
@pytest.mark.parametrize("who", ["google_service_account.a", "google_service_account.admin"])
def test_one_of_several_that_nobody_knows(tmp_path: Path, written: str, who: str) -> None:
    """Where it depends on what is not known who of two is given a role, each of them perhaps has it."""
    assert outcome(asked(tmp_path, GIVEN, written), who=who) is MAYBE


@pytest.mark.parametrize(
    ("members", "told"),
    [(f"concat(var.given, [{A}])", True), (f"compact([{A}, var.given])", True), (f"[{A}]", False)],
)
def test_members_besides_those_that_are_known(tmp_path: Path, members: str, told: bool) -> None:
    """Whom else a list has that is not known whole is a gap; those that are known stay certain."""
    assert outcome(asked(tmp_path, GIVEN, BINDING % members)) is YES
    assert ("whom else google_project_iam_binding.b gives" in gaps(tmp_path, GIVEN, BINDING % members)) is told


CUSTOM = "".join(
    f'resource "google_project_iam_custom_role" "{name}" {{\n  role_id = "{name}"\n  title = "{name}"\n  permissions = ["{allowed}"]\n}}\n'
    for name, allowed in (("reads", "cloudsql.instances.get"), ("deletes", "cloudsql.instances.delete"))
)
FOLDERS = "".join(
    f'resource "google_folder" "{name}" {{\n  display_name = "{name}"\n  parent = "organizations/1"\n}}\n' for name in "fg"
)
PROJECT = 'resource "google_project" "shop" {\n  project_id = "shop"\n  name = "shop"\n  folder_id = %s\n}\n'
EITHER = "var.given ? google_folder.g.name : google_folder.f.name"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            CUSTOM + member("var.given ? google_project_iam_custom_role.reads.id : google_project_iam_custom_role.deletes.id"),
            MAYBE,
        ),
        (FOLDERS + PROJECT % "google_folder.f.name" + member(SQL, kind="folder", on=f"folder = {EITHER}"), MAYBE),
        (FOLDERS + PROJECT % EITHER + member(SQL, kind="folder", on="folder = google_folder.f.name"), MAYBE),
        (FOLDERS + PROJECT % "google_folder.f.name" + member(SQL, kind="folder", on="folder = google_folder.g.name"), NO),
    ],
)
def test_one_of_several_roles_and_places(tmp_path: Path, parts: str, expected: Outcome) -> None:
    """Where it depends on what is not known which role is given, or where, it is perhaps the wider one, and perhaps there."""
    assert outcome(asked(tmp_path, GIVEN, parts)) is expected


TOKENS = '"roles/iam.serviceAccountTokenCreator"'
READ = 'data "google_service_account" "d" {\n  account_id = "admin"\n}\n'


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ("google_service_account.admin.name", YES),
        ("data.google_service_account.d.name", YES),
        ("var.given ? google_service_account.a.name : google_service_account.admin.name", MAYBE),
    ],
)
def test_an_account_that_somebody_makes_tokens_of(tmp_path: Path, account: str, expected: Outcome) -> None:
    """An account that another root makes is the same where a data source reads it; one of several is perhaps the one."""
    tokens = member(TOKENS, kind="service_account", on=f"service_account_id = {account}")
    assert outcome(asked(tmp_path, GIVEN, READ, HOLDS, tokens)) is expected


MACHINE = 'resource "google_compute_instance" "vm" {\n  name = "vm"\n  zone = "z"\n  machine_type = "m"\n  %s\n}\n'
RUNS = 'service_account {\n    email = %s\n    scopes = ["cloud-platform"]\n  }'
DYNAMIC = (
    'dynamic "service_account" {\n    for_each = var.given\n    content {\n      email = service_account.value\n    }\n  }'
)
CHANGES = member('"roles/compute.instanceAdmin.v1"')


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("google_service_account.admin.email", YES),
        (f"var.given ? {EMAIL} : google_service_account.admin.email", MAYBE),
        (EMAIL, NO),
    ],
)
def test_whoever_changes_a_machine_is_whom_it_runs_as(tmp_path: Path, email: str, expected: Outcome) -> None:
    """Also where it depends on what is not known which of two accounts that is."""
    assert outcome(asked(tmp_path, GIVEN, HOLDS, MACHINE % (RUNS % email), CHANGES)) is expected


@pytest.mark.parametrize(
    ("block", "told"),
    [
        (RUNS % "var.given", True),
        (DYNAMIC, True),
        (RUNS % EMAIL, False),
        (RUNS % '"x@y.iam.gserviceaccount.com"', False),
        ("", False),
    ],
)
def test_whom_a_machine_runs_as_that_nobody_knows(tmp_path: Path, block: str, told: bool) -> None:
    """What whoever changes a machine may do then is a gap."""
    assert ("whom google_compute_instance.vm runs as" in gaps(tmp_path, GIVEN, HOLDS, MACHINE % block, CHANGES)) is told


ENTITLED = """
resource "google_privileged_access_manager_entitlement" "e" {{
  entitlement_id       = "e"
  location             = "global"
  parent               = "projects/shop"
  max_request_duration = "3600s"
  eligible_users {{
    principals = [{who}]
  }}
  privileged_access {{
    gcp_iam_access {{
      resource_type = "cloudresourcemanager.googleapis.com/Project"
      resource      = {on}
      role_bindings {{
        role = {role}
        {condition}
      }}
    }}
  }}
  {approval}
}}
"""
SHOP = '"//cloudresourcemanager.googleapis.com/projects/shop"'
APPROVED = 'approval_workflow {\n    manual_approvals {\n      steps {\n        approvers {\n          principals = ["user:b@x.com"]\n        }\n      }\n    }\n  }'


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, YES),
        ({"role": '"roles/viewer"'}, NO),
        ({"role": "var.given"}, MAYBE),
        ({"on": SHOP.replace("/shop", "/other")}, NO),
        ({"on": SHOP.replace("projects/shop", "organizations/1")}, MAYBE),
        ({"on": "var.given"}, MAYBE),
        ({"on": '"//cloudresourcemanager.googleapis.com/projects/${var.given}"'}, MAYBE),
        ({"condition": 'condition_expression = "request.time < timestamp(\\"2030-01-01T00:00:00Z\\")"'}, MAYBE),
        ({"approval": APPROVED}, MAYBE),
    ],
)
def test_a_role_that_somebody_can_ask_for(tmp_path: Path, changed: dict[str, str], expected: Outcome) -> None:
    """Who is entitled to a role takes it when it wants, unless somebody has to approve that."""
    parts = {"who": A, "on": SHOP, "role": SQL, "condition": "", "approval": ""} | changed
    assert outcome(asked(tmp_path, GIVEN, ENTITLED.format(**parts)), DATABASE, verb=Verb.DESTROY) is expected
