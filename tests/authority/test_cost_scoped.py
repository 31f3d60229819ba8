"""What many identities and many stores cost where roles are granted at places, counted in calls: twice as many, about twice as much."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from policypack.authority.answers import Authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.check import checks_folder, load_checks
from policypack.model import Infrastructure, Verb
from policypack.read.options import ReadOptions
from policypack.run import run
from policypack.scan import read_all
from policypack.settings import Settings
from tests.authority.test_cost import calls

ACCOUNT = 'resource "google_service_account" "agent%d" {\n  account_id = "agent-%d"\n}\n'
BUCKET = 'resource "google_storage_bucket" "b%d" {\n  name = "data-%d"\n  labels = { env = "prod" }\n}\n'
MEMBER = "  member = google_service_account.agent%d.member\n"
ON_BUCKET = (
    'resource "google_storage_bucket_iam_member" "m%d" {\n  bucket = google_storage_bucket.b%d.name\n'
    f'  role = "roles/storage.admin"\n{MEMBER}}}\n'
)
ON_PROJECT = f'resource "google_project_iam_member" "m%d" {{\n  project = "shop"\n  role = "roles/storage.admin"\n{MEMBER}}}\n'
ON_SOME = ON_PROJECT[:-2] + (
    '  condition {\n    title = "own"\n    expression = "resource.name.startsWith(\\"projects/_/buckets/data-%d\\")"\n  }\n}\n'
)
IMPERSONATING = ON_PROJECT + (
    'resource "google_project_iam_member" "i%d" {\n  project = "shop"\n  role = "roles/iam.serviceAccountTokenCreator"\n'
    f"{MEMBER}}}\n"
)
POLICY_ADMIN = ON_PROJECT + (
    f'resource "google_project_iam_member" "p%d" {{\n  project = "shop"\n  role = "roles/owner"\n{MEMBER}}}\n'
)
GROUP = 'resource "azurerm_resource_group" "prod" {\n  name = "prod"\n}\n'
AZURE = (
    'resource "azurerm_user_assigned_identity" "agent%d" {\n  name = "agent-%d"\n'
    "  resource_group_name = azurerm_resource_group.prod.name\n}\n"
    'resource "azurerm_storage_account" "s%d" {\n  name = "data%d"\n'
    '  resource_group_name = azurerm_resource_group.prod.name\n  tags = { env = "prod" }\n}\n'
    'resource "azurerm_role_assignment" "r%d" {\n  scope = azurerm_resource_group.prod.id\n'
    '  role_definition_name = "Contributor"\n  principal_id = azurerm_user_assigned_identity.agent%d.principal_id\n}\n'
)
CLAIM = (
    'resource "kubernetes_persistent_volume_claim" "data" {\n  metadata {\n    name = "data"\n    namespace = "shop"\n  }\n}\n'
)
CLUSTER = (
    'resource "kubernetes_service_account" "agent%d" {\n  metadata {\n    name = "agent-%d"\n    namespace = "shop"\n  }\n}\n'
    'resource "kubernetes_cluster_role_binding" "b%d" {\n  metadata {\n    name = "b-%d"\n  }\n  role_ref {\n'
    '    api_group = "rbac.authorization.k8s.io"\n    kind = "ClusterRole"\n    name = "{role}"\n  }\n  subject {\n'
    '    kind = "ServiceAccount"\n    name = "agent-%d"\n    namespace = "shop"\n  }\n}\n'
)
DISK = (
    'resource "google_compute_disk" "d%d" {\n  name = "d-%d"\n  zone = "europe-west1-b"\n  labels = { env = "prod" }\n}\n'
    'resource "google_compute_snapshot" "s%d" {\n  name = "s-%d"\n  source_disk = google_compute_disk.d%d.name\n}\n'
    'resource "google_project_iam_member" "c%d" {\n  project = "shop"\n  role = "roles/compute.admin"\n'
    f"{MEMBER}}}\n"
)
KEEPS = 'resource "aws_db_instance" "main" {\n  identifier = "main"\n  engine = "postgres"\n}\n'
ANY_RUN = (
    'resource "aws_iam_role" "deploy%d" {\n  name = "deploy-%d"\n  assume_role_policy = jsonencode({\n    Statement = [{\n'
    '      Effect = "Allow", Action = "sts:AssumeRoleWithWebIdentity"\n'
    '      Principal = { Federated = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com" }\n'
    '      Condition = { StringLike = { "token.actions.githubusercontent.com:sub" = "repo:shop/app%d:*" } }\n    }]\n  })\n}\n'
    'resource "aws_iam_role_policy" "p%d" {\n  role = aws_iam_role.deploy%d.id\n'
    '  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = ["rds:*", "s3:*"], Resource = "*" }] })\n}\n'
)
SHAPES: dict[str, tuple[str, str]] = {
    "each its own bucket": ("", ACCOUNT + BUCKET + ON_BUCKET),
    "all every bucket": ("", ACCOUNT + BUCKET + ON_PROJECT),
    "each by a condition of its own": ("", ACCOUNT + BUCKET + ON_SOME),
    "all become all": ("", ACCOUNT + BUCKET + IMPERSONATING),
    "all own the project": ("", ACCOUNT + BUCKET + POLICY_ADMIN),
    "all every disk with its snapshots": ("", ACCOUNT + DISK),
    "all administer a group": (GROUP, AZURE),
    "any run becomes each": (KEEPS, ANY_RUN),
    "all edit a cluster": (CLAIM, CLUSTER.replace("{role}", "edit")),
    "all administer a cluster": (CLAIM, CLUSTER.replace("{role}", "cluster-admin")),
}


def picture(folder: Path, shape: str, size: int) -> Infrastructure:
    """So many of a shape."""
    base, each = SHAPES[shape]
    many = "".join(each.replace("%d", str(number)) for number in range(size))
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text('provider "google" {\n  project = "shop"\n}\n' + base + many, "utf-8")
    catalog = load_catalog()
    return build(read_all([folder], ReadOptions(base=folder), catalog.knows), catalog, Settings())


def judged(infrastructure: Infrastructure) -> Callable[[], object]:
    """All checks over a picture."""
    checks = load_checks(checks_folder())
    return lambda: run(infrastructure, checks, Settings(), today=date(2026, 1, 1))


def asked(infrastructure: Infrastructure) -> Callable[[], object]:
    """The question who destroys the first store."""
    store = infrastructure.stores[0].address
    return lambda: Authority(infrastructure).who_can(Verb.DESTROY, store)


@pytest.mark.parametrize("work", [judged, asked], ids=["scan", "who-can"])
@pytest.mark.parametrize("shape", SHAPES)
def test_twice_as_many_take_about_twice_the_work(
    tmp_path: Path, shape: str, work: Callable[[Infrastructure], Callable[[], object]]
) -> None:
    """Twice the agents and twice the stores: well under three times the calls, be it that all may do everything."""
    work(picture(tmp_path, shape, 5))()  # what is read from tables is read once
    some, twice = (calls(work(picture(tmp_path, shape, size))) for size in (60, 120))
    assert twice < 2.6 * some
