"""Who can do what on Google Cloud, from configurations as users write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority.domains import openings
from policypack.model import Outcome, Verb
from tests.authority.google import BASE, BUCKET, DATABASE, MAYBE, NO, YES, A, asked, member, outcome, picture


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ('"roles/cloudsql.admin"', YES),
        ('"roles/owner"', YES),
        ('"roles/editor"', YES),
        ('"roles/viewer"', NO),
        ('"roles/cloudsql.viewer"', NO),
        ('"roles/cloudsql.client"', NO),
        ('"roles/storage.admin"', NO),
        ('"roles/made.up"', MAYBE),
        ('"roles/cloudsql.madeUpViewer"', MAYBE),
        ('"roles/clouddeploy.viewer"', NO),
        ('"projects/shop/roles/unseen"', MAYBE),
        ("google_project_iam_custom_role.kills.id", YES),
        ("google_project_iam_custom_role.kills.name", YES),
        ('"projects/shop/roles/kills"', YES),
        ("google_project_iam_custom_role.reads.id", NO),
        ("google_project_iam_custom_role.open.id", MAYBE),
        ("var.role", MAYBE),
    ],
)
def test_a_role_holds_what_it_holds(tmp_path: Path, role: str, expected: Outcome) -> None:
    """Predefined, basic and custom roles are known; one that nobody knows may allow anything."""
    roles = """
variable "role" {}
variable "permissions" {}
resource "google_project_iam_custom_role" "kills" {
  role_id = "kills"
  title = "x"
  permissions = ["cloudsql.instances.delete"]
}
resource "google_project_iam_custom_role" "reads" {
  role_id = "reads"
  title = "x"
  permissions = ["cloudsql.instances.get"]
}
resource "google_project_iam_custom_role" "open" {
  role_id = "open"
  title = "x"
  permissions = var.permissions
}
"""
    assert outcome(asked(tmp_path, roles, member(role))) is expected


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        (A, YES),
        ('"serviceAccount:${google_service_account.a.email}"', YES),
        ('"serviceAccount:a@shop.iam.gserviceaccount.com"', YES),
        ('"serviceAccount:a@other.iam.gserviceaccount.com"', NO),
        ('"allUsers"', YES),
        ('"user:a@example.com"', NO),
        ('"deleted:serviceAccount:a@shop.iam.gserviceaccount.com?uid=1"', NO),
        ('"principal://iam.googleapis.com/projects/-/serviceAccounts/a@shop.iam.gserviceaccount.com"', YES),
    ],
)
def test_a_member_is_who_it_names(tmp_path: Path, who: str, expected: Outcome) -> None:
    """A service account is the same by reference and by address, and everybody is everybody."""
    assert outcome(asked(tmp_path, member('"roles/cloudsql.admin"', who))) is expected


PLACES = """
resource "google_folder" "in" {
  display_name = "in"
  parent       = "organizations/1"
}
resource "google_folder" "deep" {
  display_name = "deep"
  parent       = google_folder.in.name
}
resource "google_folder" "beside" {
  display_name = "beside"
  parent       = "organizations/1"
}
resource "google_project" "shop" {
  project_id = "shop"
  name       = "shop"
  folder_id  = google_folder.deep.name
}
"""


@pytest.mark.parametrize(
    ("kind", "on", "expected"),
    [
        ("project", 'project = "shop"', YES),
        ("project", 'project = "projects/shop"', YES),
        ("project", "project = google_project.shop.project_id", YES),
        ("project", 'project = "other"', NO),
        ("folder", "folder = google_folder.deep.name", YES),
        ("folder", "folder = google_folder.in.name", YES),
        ("folder", "folder = google_folder.beside.name", NO),
        ("folder", 'folder = "folders/9"', MAYBE),
        ("organization", 'org_id = "1"', YES),
        ("organization", 'org_id = "2"', NO),
    ],
)
def test_what_stands_above_hands_down(tmp_path: Path, kind: str, on: str, expected: Outcome) -> None:
    """A grant on a project, a folder or an organisation holds for what lies beneath, and for nothing else."""
    assert outcome(asked(tmp_path, PLACES, member('"roles/cloudsql.admin"', on=on, kind=kind))) is expected


def test_one_organisation_has_every_project(tmp_path: Path) -> None:
    """A project that nothing places lies in the only organisation of the inputs; of two it may lie in either."""
    one = member('"roles/cloudsql.admin"', on='org_id = "1"', kind="organization")
    assert outcome(asked(tmp_path, one)) is YES
    assert outcome(asked(tmp_path, one, member('"roles/viewer"', on='org_id = "2"', kind="organization"))) is MAYBE


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("bucket = google_storage_bucket.data.name", YES),
        ('bucket = "shop-data"', YES),
        ('bucket = "other"', NO),
        ("bucket = var.bucket", MAYBE),
    ],
)
def test_a_grant_on_a_resource(tmp_path: Path, on: str, expected: Outcome) -> None:
    """A grant on a bucket holds for that bucket alone."""
    grants = 'variable "bucket" {}\n' + member('"roles/storage.admin"', on=on, kind="storage_bucket")
    answers = asked(tmp_path, grants)
    assert outcome(answers, BUCKET) is expected
    assert outcome(answers) is NO


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("resource.name.startsWith('projects/_/buckets/shop-')", YES),
        ("resource.name.startsWith('projects/_/buckets/logs-')", NO),
        ("request.time < timestamp('2030-01-01T00:00:00Z')", MAYBE),
    ],
)
def test_a_condition_holds_for_what_it_is_about(tmp_path: Path, expression: str, expected: Outcome) -> None:
    """A condition is judged for each thing that is acted on."""
    block = f'  condition {{\n    title = "x"\n    expression = "{expression}"\n  }}'
    assert outcome(asked(tmp_path, member('"roles/storage.admin"', more=block)), BUCKET) is expected


def test_a_policy_and_a_binding_grant(tmp_path: Path) -> None:
    """Members of a binding, of a policy as a data source and of a policy as JSON have its roles."""
    binding = 'resource "google_project_iam_binding" "b" {\n  project = "shop"\n  role = "roles/cloudsql.admin"\n  members = [google_service_account.a.member]\n}\n'
    data = 'data "google_iam_policy" "p" {\n  binding {\n    role = "roles/cloudsql.admin"\n    members = ["serviceAccount:${google_service_account.a.email}"]\n  }\n}\n'
    policy = 'resource "google_project_iam_policy" "p" {\n  project = "shop"\n  policy_data = data.google_iam_policy.p.policy_data\n}\n'
    text = 'resource "google_project_iam_policy" "p" {\n  project = "shop"\n  policy_data = jsonencode({bindings = [{role = "roles/cloudsql.admin", members = ["serviceAccount:a@shop.iam.gserviceaccount.com"]}]})\n}\n'
    lost = 'variable "p" {}\nresource "google_project_iam_policy" "p" {\n  project = "shop"\n  policy_data = var.p\n}\n'
    assert outcome(asked(tmp_path, binding)) is YES
    assert outcome(asked(tmp_path, data, policy)) is YES
    assert outcome(asked(tmp_path, text)) is YES
    assert any("cannot be told" in each.reason or "not known" in each.reason for each in asked(tmp_path, lost).gaps)


def test_what_another_resource_claims_for_itself_is_perhaps_gone(tmp_path: Path) -> None:
    """A binding replaces other members of its role, a policy everything: which is applied last is not known."""
    one = member('"roles/cloudsql.admin"')
    same = 'resource "google_project_iam_binding" "b" {\n  project = "shop"\n  role = "roles/cloudsql.admin"\n  members = ["user:x@example.com"]\n}\n'
    other = same.replace("cloudsql.admin", "viewer")
    assert outcome(asked(tmp_path, one, same)) is MAYBE
    assert outcome(asked(tmp_path, one, other)) is YES


def deny(
    permission: str, *, principals: str = '"principalSet://goog/public:all"', more: str = "", parent: str = "projects%2Fshop"
) -> str:
    """A deny policy of one rule."""
    return f"""
resource "google_iam_deny_policy" "d" {{
  parent = "cloudresourcemanager.googleapis.com%2F{parent}"
  name   = "d"
  rules {{
    deny_rule {{
      denied_principals  = [{principals}]
      denied_permissions = ["{permission}"]
      {more}
    }}
  }}
}}
"""


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (deny("cloudsql.googleapis.com/instances.delete"), NO),
        (deny("cloudsql.googleapis.com/*"), NO),
        (deny("cloudsql.googleapis.com/instances.get"), YES),
        (deny("cloudsql.googleapis.com/instances.delete", parent="projects%2Fother"), YES),
        (deny("cloudsql.googleapis.com/instances.delete", parent="organizations%2F1"), MAYBE),
        (deny("cloudsql.googleapis.com/*", more='exception_permissions = ["cloudsql.googleapis.com/instances.delete"]'), YES),
        (deny("cloudsql.googleapis.com/*", more='exception_principals = ["principal://goog/subject/x@example.com"]'), NO),
        (
            deny(
                "cloudsql.googleapis.com/*",
                more='exception_principals = ["principal://iam.googleapis.com/projects/-/serviceAccounts/a@shop.iam.gserviceaccount.com"]',
            ),
            YES,
        ),
        (deny("cloudsql.googleapis.com/*", more='exception_principals = ["principalSet://goog/group/x@example.com"]'), MAYBE),
        (
            deny("cloudsql.googleapis.com/*", more="denial_condition {\n expression = \"resource.matchTag('1/e', 'p')\"\n }"),
            MAYBE,
        ),
        (deny("cloudsql.googleapis.com/*", principals='"principal://goog/subject/x@example.com"'), YES),
    ],
)
def test_a_deny_wins_where_it_is_about_somebody(tmp_path: Path, policy: str, expected: Outcome) -> None:
    """A deny policy takes away what roles allow, from whom it names, where it is attached."""
    assert outcome(asked(tmp_path, member('"roles/cloudsql.admin"'), policy)) is expected


def test_who_may_take_a_deny_away_is_not_held_by_it(tmp_path: Path) -> None:
    """A deny stands against whoever cannot delete it."""
    answers = asked(
        tmp_path,
        member('"roles/cloudsql.admin"'),
        member('"roles/iam.denyAdmin"'),
        deny("cloudsql.googleapis.com/instances.delete"),
    )
    power = next(
        each for each in answers.powers_of("google_service_account.a") if each.target == DATABASE and each.verb is Verb.DESTROY
    )
    assert (power.outcome, power.rules) == (YES, ("escalate",))
    assert any("takes away what denies it" in step.text for step in power.path)


def test_a_boundary_holds_perhaps(tmp_path: Path) -> None:
    """What lies outside of a principal's boundary is touched at most by a service that the boundary does not cover."""
    boundary = """
resource "google_iam_principal_access_boundary_policy" "p" {
  organization = "1"
  location = "global"
  principal_access_boundary_policy_id = "p"
  details {
    rules {
      effect = "ALLOW"
      resources = ["//cloudresourcemanager.googleapis.com/projects/WHERE"]
    }
  }
}
resource "google_iam_projects_policy_binding" "b" {
  project = "shop"
  location = "global"
  policy_binding_id = "b"
  policy = google_iam_principal_access_boundary_policy.p.name
  target {
    principal_set = "//cloudresourcemanager.googleapis.com/projects/shop"
  }
}
"""
    assert outcome(asked(tmp_path, member('"roles/cloudsql.admin"'), boundary.replace("WHERE", "shop"))) is YES
    assert outcome(asked(tmp_path, member('"roles/cloudsql.admin"'), boundary.replace("WHERE", "other"))) is MAYBE


def test_members_of_a_group_have_what_the_group_has(tmp_path: Path) -> None:
    """A membership that the inputs show counts."""
    group = """
resource "google_cloud_identity_group" "g" {
  parent = "customers/C1"
  group_key {
    id = "g@example.com"
  }
}
resource "google_cloud_identity_group_membership" "m" {
  group = google_cloud_identity_group.g.id
  preferred_member_key {
    id = "a@shop.iam.gserviceaccount.com"
  }
  roles {
    name = "MEMBER"
  }
}
"""
    assert outcome(asked(tmp_path, member('"roles/cloudsql.admin"', '"group:g@example.com"'), group)) is YES


def test_a_service_account_that_is_disabled_acts_no_more(tmp_path: Path) -> None:
    """Nothing is done with an account that is switched off."""
    base = BASE.replace('account_id = "a"', 'account_id = "a"\n  disabled = true')
    assert outcome(asked(tmp_path, member('"roles/cloudsql.admin"'), base=base)) is NO


def test_a_lock_that_is_final_keeps_the_objects(tmp_path: Path) -> None:
    """Nobody takes what a locked retention policy keeps; an open one takes a right to change the bucket."""
    base = BASE.replace(
        'location = "EU"', 'location = "EU"\n  retention_policy {\n    retention_period = 2592000\n    is_locked = LOCKED\n  }'
    )
    for locked, role, expected in (
        ("true", '"roles/storage.admin"', NO),
        ("false", '"roles/storage.admin"', YES),
        ("false", '"roles/storage.objectUser"', NO),
    ):
        answers = asked(tmp_path, member(role), base=base.replace("LOCKED", locked))
        assert outcome(answers, BUCKET) is expected, (locked, role)


def test_who_writes_the_state_is_told(tmp_path: Path) -> None:
    """The bucket of a gcs backend is where the state can be overwritten."""
    backend = 'terraform {\n  backend "gcs" {\n    bucket = "shop-data"\n  }\n}\n'
    answers = asked(
        tmp_path,
        backend,
        member('"roles/storage.objectAdmin"', on="bucket = google_storage_bucket.data.name", kind="storage_bucket"),
    )
    states = [each.target for each in answers.powers_of("google_service_account.a") if each.verb is Verb.WRITE_STATE]
    assert len(states) == 1


def test_a_state_whose_bucket_is_not_shown_is_perhaps_written(tmp_path: Path) -> None:
    """Nothing tells the project of a bucket that the inputs do not show: a right in the project may reach it, by its name it does."""
    backend = 'terraform {\n  backend "gcs" {\n    bucket = "elsewhere"\n  }\n}\n'
    for on, kind, expected in (
        ('project = "shop"', "project", [MAYBE]),
        ('bucket = "elsewhere"', "storage_bucket", [YES]),
        ('bucket = "another"', "storage_bucket", []),
    ):
        answers = asked(tmp_path, backend, member('"roles/storage.objectAdmin"', on=on, kind=kind))
        states = [each.outcome for each in answers.powers_of("google_service_account.a") if each.verb is Verb.WRITE_STATE]
        assert states == expected, on


def test_a_role_that_is_not_known_is_a_gap(tmp_path: Path) -> None:
    """What nobody knows of a role is said once, with its place."""
    gaps = [each.reason for each in asked(tmp_path, member('"roles/made.up"')).gaps]
    assert gaps == ["what roles/made.up allows is not known: it is not in the table of Google's roles"]
    twice = member('"roles/made.viewer"') + member('"roles/made.viewer"', who="google_service_account.admin.member")
    gaps = [each.reason for each in asked(tmp_path, twice).gaps]
    assert gaps == ["what roles/made.viewer allows is not known: it is not in the table of Google's roles"]


def test_a_way_into_the_project_of_the_copies_is_told(tmp_path: Path) -> None:
    """Who comes from the project of the original and becomes an account that can harm the copies' project opens it."""
    vault = """
provider "google" {
  alias   = "backup"
  project = "shop-backup"
}
resource "google_backup_dr_backup_vault" "vault" {
  provider = google.backup
  location = "l"
  backup_vault_id = "v"
  backup_minimum_enforced_retention_duration = "1209600s"
}
resource "google_backup_dr_backup_plan" "daily" {
  location = "l"
  backup_plan_id = "p"
  resource_type = "sqladmin.googleapis.com/Instance"
  backup_vault = google_backup_dr_backup_vault.vault.id
  backup_rules {
    rule_id = "daily"
    backup_retention_days = 30
    standard_schedule {
      recurrence_type = "DAILY"
      time_zone = "UTC"
    }
  }
}
resource "google_backup_dr_backup_plan_association" "main" {
  location = "l"
  backup_plan_association_id = "a"
  resource = google_sql_database_instance.main.id
  resource_type = "sqladmin.googleapis.com/Instance"
  backup_plan = google_backup_dr_backup_plan.daily.id
}
resource "google_service_account" "keeper" {
  provider   = google.backup
  account_id = "keeper"
}
resource "google_project_iam_member" "keeper" {
  provider = google.backup
  project  = "shop-backup"
  role     = "roles/owner"
  member   = google_service_account.keeper.member
}
"""
    into = {"on": "service_account_id = google_service_account.keeper.name", "kind": "service_account"}
    assert list(openings(picture(tmp_path, vault))) == []
    (found,) = openings(picture(tmp_path, vault, member('"roles/iam.serviceAccountTokenCreator"', **into)))
    assert (found.role.address, found.enters) == ("google_service_account.keeper", "google_service_account.a")
    assert found.certain
