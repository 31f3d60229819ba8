"""Service accounts of clusters that act on a cloud: Google Cloud, Azure, AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import IdentityKind, Outcome, Verb
from tests.authority import google, kubernetes
from tests.authority.google import MAYBE, NO, YES

CLUSTER = """
provider "kubernetes" {
  config_context = "prod"
}
resource "kubernetes_service_account_v1" "worker" {
  metadata {
    name      = "worker"
    namespace = "shop"
    ANNOTATED
  }
}
"""
POOL = """
resource "google_service_account_iam_member" "pods" {
  service_account_id = google_service_account.admin.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:shop.svc.id.goog[shop/worker]"
}
"""
DIRECT = """
resource "google_project_iam_member" "pods" {
  project = "shop"
  role    = "roles/cloudsql.admin"
  member  = "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/shop.svc.id.goog/subject/ns/shop/sa/worker"
}
"""
ON_GOOGLE = 'annotations = { "iam.gke.io/gcp-service-account" = google_service_account.admin.email }'
WORKER = "kubernetes_service_account_v1.worker"


def cluster(annotations: str = "") -> str:
    """A cluster with one account."""
    return CLUSTER.replace("ANNOTATED", annotations)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((cluster(ON_GOOGLE), POOL, google.ADMIN), YES),
        ((cluster(), POOL, google.ADMIN), MAYBE),
        ((cluster(), DIRECT), MAYBE),
        ((cluster(ON_GOOGLE), POOL.replace("[shop/worker]", "[shop/other]"), google.ADMIN), NO),
        ((cluster(ON_GOOGLE), POOL), NO),
    ],
    ids=["bound and annotated", "bound", "by itself", "another account", "the service account may do nothing"],
)
def test_an_account_of_a_cluster_acts_on_google(tmp_path: Path, parts: tuple[str, ...], expected: Outcome) -> None:
    """An account that a policy names has what the policy grants it; certainly, where it says so itself."""
    assert google.outcome(google.asked(tmp_path, *parts), who=WORKER) is expected


def test_an_account_is_one_identity(tmp_path: Path) -> None:
    """The member of the policy is the account, and nobody else beside it."""
    made = google.picture(tmp_path, cluster(), POOL, google.ADMIN)
    assert not [each.address for each in made.identities if "svc.id.goog" in each.address]


def test_who_starts_pods_acts_on_the_cloud(tmp_path: Path) -> None:
    """Whoever may start pods in a namespace is its accounts, and with them what they are on the cloud."""
    starts = kubernetes.role("some", kubernetes.rule("core/pods/create")) + kubernetes.bound("some", namespace="shop")
    base = google.BASE + kubernetes.BASE + google.ADMIN + POOL.replace("worker", "strong")
    base = base.replace('name      = "strong"', f'name      = "strong"\n    {ON_GOOGLE}')
    assert google.outcome(google.asked(tmp_path, starts, base=base), who=kubernetes.A) is YES
    assert google.outcome(google.asked(tmp_path, base=base), who=kubernetes.A) is NO


AZURE = """
provider "azurerm" {
  subscription_id = "11111111-1111-1111-1111-111111111111"
  features {}
}
resource "azurerm_resource_group" "shop" {
  name     = "shop"
  location = "westeurope"
}
resource "azurerm_managed_disk" "disk" {
  name                = "disk"
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_user_assigned_identity" "owner" {
  name                = "owner"
  resource_group_name = azurerm_resource_group.shop.name
}
resource "azurerm_role_assignment" "owner" {
  scope                = azurerm_resource_group.shop.id
  role_definition_name = "Contributor"
  principal_id         = azurerm_user_assigned_identity.owner.principal_id
}
"""
CREDENTIAL = """
resource "azurerm_federated_identity_credential" "pods" {
  name                      = "pods"
  user_assigned_identity_id = azurerm_user_assigned_identity.owner.id
  audience                  = ["api://AzureADTokenExchange"]
  issuer                    = "https://westeurope.oic.prod-aks.azure.com/1/2/"
  subject                   = "system:serviceaccount:shop:worker"
}
"""
ON_AZURE = 'annotations = { "azure.workload.identity/client-id" = azurerm_user_assigned_identity.owner.client_id }'


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((cluster(ON_AZURE), CREDENTIAL), YES),
        ((cluster(), CREDENTIAL), MAYBE),
        ((cluster(ON_AZURE), CREDENTIAL.replace("shop:worker", "shop:other")), NO),
        ((cluster(ON_AZURE),), NO),
    ],
    ids=["trusted and annotated", "trusted", "another account", "not trusted"],
)
def test_an_account_of_a_cluster_acts_on_azure(tmp_path: Path, parts: tuple[str, ...], expected: Outcome) -> None:
    """An account that a federated credential names is the identity that takes its token."""
    answers = google.asked(tmp_path, *parts, base=AZURE)
    assert google.outcome(answers, "azurerm_managed_disk.disk", WORKER, Verb.DESTROY) is expected


ROLE = """
resource "aws_iam_role" "data" {
  name = "data"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::111111111111:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/ABC" }
      Condition = { OPERATOR = { "oidc.eks.eu-west-1.amazonaws.com/id/ABC:sub" = "system:serviceaccount:SUBJECT" } }
    }]
  })
}
"""
ASSOCIATED = """
resource "aws_iam_role" "data" {
  name               = "data"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["sts:AssumeRole", "sts:TagSession"], Principal = { Service = "pods.eks.amazonaws.com" } }]
  })
}
resource "aws_eks_pod_identity_association" "data" {
  cluster_name    = "prod"
  namespace       = "shop"
  service_account = "NAMED"
  role_arn        = aws_iam_role.data.arn
}
"""
RUNS_AN_AGENT = """
resource "kubernetes_deployment_v1" "agent" {
  metadata {
    name      = "coding-agent"
    namespace = "shop"
  }
  spec {
    template {
      spec { service_account_name = "worker" }
    }
  }
}
"""
ON_AWS = 'annotations = { "eks.amazonaws.com/role-arn" = aws_iam_role.data.arn }'


def trusting(subject: str, operator: str = "StringEquals") -> str:
    """A role that trusts the tokens of some accounts."""
    return ROLE.replace("SUBJECT", subject).replace("OPERATOR", operator)


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ((trusting("shop:coding-agent"),), IdentityKind.AGENT),
        ((trusting("shop:worker"),), IdentityKind.WORKLOAD),
        ((trusting("shop:worker"), cluster(), RUNS_AN_AGENT), IdentityKind.AGENT),
        ((trusting("shop:*", "StringLike"), cluster(), RUNS_AN_AGENT), IdentityKind.AGENT),
        ((trusting("other:worker"), cluster(), RUNS_AN_AGENT), IdentityKind.WORKLOAD),
        ((trusting("shop:coding-agent", "StringNotEquals"),), IdentityKind.WORKLOAD),
        ((ASSOCIATED.replace("NAMED", "coding-agent"),), IdentityKind.AGENT),
        ((ASSOCIATED.replace("NAMED", "worker"),), IdentityKind.WORKLOAD),
        ((ASSOCIATED.replace("NAMED", "worker"), cluster(), RUNS_AN_AGENT), IdentityKind.AGENT),
        ((trusting("*", "StringLike"), cluster(ON_AWS), RUNS_AN_AGENT), IdentityKind.AGENT),
    ],
)
def test_the_role_of_an_agents_account_is_an_agents(tmp_path: Path, parts: tuple[str, ...], kind: IdentityKind) -> None:
    """A role on AWS is whose the service account is that becomes it, by trust, annotation or association."""
    made = google.picture(tmp_path, *parts, base='provider "aws" {\n  region = "eu-west-1"\n}\n')
    role = next(each for each in made.identities if each.address == "aws_iam_role.data")
    assert role.kind is kind, role.reason
