"""By which rights one becomes another on Google Cloud: each rule, with what leads on and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.model import Outcome
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
