"""By which rights one becomes another on Google Cloud: each rule, with what leads on and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.model import Outcome, Verb
from tests.authority.google import ADMIN, BUCKET, MAYBE, NO, YES, asked, member, outcome, picture


def custom(*permissions: str, on: str = 'project = "shop"', kind: str = "project") -> str:
    """A custom role of some permissions, granted to the first account."""
    listed = ", ".join(f'"{each}"' for each in permissions)
    name = f"c{abs(hash((permissions, on)))}"
    role = f'resource "google_project_iam_custom_role" "{name}" {{\n  role_id = "{name}"\n  title = "x"\n  permissions = [{listed}]\n}}\n'
    return role + member(f"google_project_iam_custom_role.{name}.id", on=on, kind=kind)


ON_ADMIN = {"on": "service_account_id = google_service_account.admin.name", "kind": "service_account"}
VM = 'resource "google_compute_instance" "vm" {\n  name = "vm"\n  machine_type = "e2-small"\n  zone = "z"\n  service_account {\n    email = google_service_account.admin.email\n    scopes = ["cloud-platform"]\n  }\n}\n'
JOB = 'resource "google_cloud_run_v2_job" "j" {\n  name = "j"\n  location = "l"\n  template {\n    template {\n      service_account = google_service_account.admin.email\n    }\n  }\n}\n'


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([custom("iam.serviceAccounts.getAccessToken", **ON_ADMIN)], YES),
        ([custom("iam.serviceAccounts.getAccessToken")], YES),
        ([custom("iam.serviceAccounts.signBlob")], YES),
        ([custom("iam.serviceAccounts.signJwt")], YES),
        ([custom("iam.serviceAccountKeys.create", **ON_ADMIN)], YES),
        ([custom("iam.serviceAccounts.setIamPolicy", **ON_ADMIN)], YES),
        ([custom("iam.serviceAccounts.implicitDelegation", **ON_ADMIN)], MAYBE),
        ([custom("storage.hmacKeys.create")], MAYBE),
        ([custom("iam.serviceAccounts.actAs", **ON_ADMIN)], NO),
        ([custom("iam.serviceAccounts.actAs", **ON_ADMIN), custom("compute.instances.create")], YES),
        ([custom("iam.serviceAccounts.actAs", **ON_ADMIN), custom("run.services.create")], YES),
        ([custom("iam.serviceAccounts.actAs", **ON_ADMIN), custom("cloudfunctions.functions.create")], YES),
        ([custom("compute.instances.create")], NO),
        ([custom("compute.instances.setMetadata"), VM], YES),
        ([custom("compute.instances.setMetadata")], NO),
        ([custom("compute.instances.osAdminLogin"), VM], MAYBE),
        ([custom("run.jobs.runWithOverrides"), JOB], YES),
        ([custom("resourcemanager.projects.setIamPolicy")], YES),
        ([custom("resourcemanager.projects.setIamPolicy", on='project = "other"')], NO),
        ([custom("resourcemanager.folders.setIamPolicy")], NO),
        ([custom("iam.roles.update")], YES),
        ([custom("iam.roles.get")], NO),
        ([custom("deploymentmanager.deployments.create")], NO),
        (
            [
                custom("deploymentmanager.deployments.create"),
                member('"roles/editor"', '"serviceAccount:1@cloudservices.gserviceaccount.com"'),
            ],
            YES,
        ),
        (
            [custom("cloudbuild.builds.create"), member('"roles/editor"', '"serviceAccount:1@cloudbuild.gserviceaccount.com"')],
            YES,
        ),
        ([custom("resourcemanager.projects.delete")], YES),
    ],
)
def test_each_right_over_others_leads_to_what_they_can_do(tmp_path: Path, parts: list[str], expected: Outcome) -> None:
    """Tokens, keys, acting as, what runs already and policies lead to the account that may destroy; less than that does not."""
    assert outcome(asked(tmp_path, ADMIN, *parts)) is expected


def test_a_policy_of_a_bucket_is_a_right_over_the_bucket(tmp_path: Path) -> None:
    """Who writes the policy of a resource gives itself rights there, and nowhere else."""
    answers = asked(tmp_path, custom("storage.buckets.setIamPolicy"))
    assert (outcome(answers, BUCKET), outcome(answers)) == (YES, NO)


def test_a_pipeline_becomes_the_account_that_trusts_it(tmp_path: Path) -> None:
    """A principal of a workload identity pool is somebody: its kind is told by whose tokens the pool takes."""
    pool = """
resource "google_iam_workload_identity_pool" "p" {
  workload_identity_pool_id = "p"
}
resource "google_iam_workload_identity_pool_provider" "g" {
  workload_identity_pool_id = google_iam_workload_identity_pool.p.workload_identity_pool_id
  workload_identity_pool_provider_id = "g"
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}
"""
    text = '"principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.p.name}/*"'
    made = picture(tmp_path, ADMIN, pool, member('"roles/iam.workloadIdentityUser"', text, **ON_ADMIN))
    (pipeline,) = [each for each in made.identities if each.form == "federated"]
    assert pipeline.kind.value == "automation"
    assert "GitHub Actions, any of whose tokens will do" in pipeline.reason
    assert outcome(authority(made), who=pipeline.address) is YES
    admin = next(each for each in made.identities if each.address == "google_service_account.admin")
    assert admin.kind.value == "automation"


def test_a_pod_becomes_the_account_that_it_is_bound_to(tmp_path: Path) -> None:
    """A service account of a cluster acts as the account that lets it in."""
    text = '"serviceAccount:shop.svc.id.goog[tools/agent]"'
    made = picture(tmp_path, ADMIN, member('"roles/iam.workloadIdentityUser"', text, **ON_ADMIN))
    (pod,) = [each for each in made.identities if each.form == "kubernetes"]
    assert outcome(authority(made), who=pod.address) is YES


def test_a_key_makes_an_account_anybodys(tmp_path: Path) -> None:
    """A key is a static credential: its account is watched, and nothing else needs to be said of it."""
    key = 'resource "google_service_account_key" "k" {\n  service_account_id = google_service_account.a.name\n}\n'
    made = picture(tmp_path, key)
    account = next(each for each in made.identities if each.address == "google_service_account.a")
    assert [each.address for each in account.credentials] == ["google_service_account_key.k"]
    assert account.kind.value == "automation"


DATASET = "google_bigquery_dataset.d"
ACCESS = 'resource "google_bigquery_dataset" "d" {\n  dataset_id = "d"\n  access {\n    role = "%s"\n    user_by_email = google_service_account.a.email\n  }\n}\n'
APART = """
resource "google_bigquery_dataset" "d" {
  dataset_id = "d"
}
resource "google_bigquery_dataset_access" "a" {
  dataset_id    = google_bigquery_dataset.d.dataset_id
  role          = "%s"
  user_by_email = "a@shop.iam.gserviceaccount.com"
}
"""


@pytest.mark.parametrize("written", [ACCESS, APART])
@pytest.mark.parametrize(
    ("role", "expected"), [("OWNER", YES), ("READER", NO), ("roles/bigquery.dataOwner", YES), ("roles/x", MAYBE)]
)
def test_a_list_of_a_dataset_grants(tmp_path: Path, written: str, role: str, expected: Outcome) -> None:
    """Who owns a dataset by its access list may delete it, and nothing else."""
    answers = asked(tmp_path, written % role)
    assert outcome(answers, DATASET) is expected
    assert outcome(answers) is NO


def test_a_list_of_a_bucket_grants(tmp_path: Path) -> None:
    """An owner or a writer by the access list of a bucket may delete what is in it, a reader may not."""
    acl = 'resource "google_storage_bucket_acl" "a" {\n  bucket = google_storage_bucket.data.name\n  role_entity = ["ROLE:user-a@shop.iam.gserviceaccount.com"]\n}\n'
    one = 'resource "google_storage_bucket_access_control" "a" {\n  bucket = "shop-data"\n  role = "ROLE"\n  entity = "user-a@shop.iam.gserviceaccount.com"\n}\n'
    for text in (acl, one):
        assert outcome(asked(tmp_path, text.replace("ROLE", "WRITER")), BUCKET) is YES
        assert outcome(asked(tmp_path, text.replace("ROLE", "READER")), BUCKET) is NO


def test_what_is_removed_elsewhere_is_perhaps_gone(tmp_path: Path) -> None:
    """A resource that takes a member off a role and one that gives it are applied in an order that nobody knows."""
    gone = 'resource "google_project_iam_member_remove" "r" {\n  project = "shop"\n  role = "roles/cloudsql.admin"\n  member = google_service_account.a.member\n}\n'
    assert outcome(asked(tmp_path, member('"roles/cloudsql.admin"'), gone)) is MAYBE
    assert outcome(asked(tmp_path, member('"roles/cloudsql.editor"'), gone.replace("cloudsql.admin", "viewer"))) is NO


def test_who_stops_the_logs_is_told(tmp_path: Path) -> None:
    """A sink takes records away from where their subject reaches them: who deletes it stops that."""
    sink = 'resource "google_logging_project_sink" "s" {\n  name = "s"\n  destination = "storage.googleapis.com/logs"\n}\n'
    answers = asked(tmp_path, sink, member('"roles/logging.configWriter"'))
    assert outcome(answers, "google_logging_project_sink.s", verb=Verb.STOP_AUDIT) is YES


def test_who_holds_a_basic_role_has_what_is_given_to_its_holders(tmp_path: Path) -> None:
    """`projectEditor:shop` is whoever has roles/editor on the project."""
    holders = member(
        '"roles/storage.admin"', '"projectViewer:shop"', on="bucket = google_storage_bucket.data.name", kind="storage_bucket"
    )
    assert outcome(asked(tmp_path, holders, member('"roles/viewer"')), BUCKET) is YES
    assert outcome(asked(tmp_path, holders, member('"roles/browser"')), BUCKET) is NO
