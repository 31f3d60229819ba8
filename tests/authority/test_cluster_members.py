"""Principals of AWS inside a cluster of EKS: access policies, the aws-auth map."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Outcome
from tests.authority.kubernetes import CLAIM, MAYBE, NO, YES, asked, bound, outcome, picture, role, rule

BASE = """
provider "aws" {
  region = "eu-west-1"
}
resource "aws_eks_cluster" "main" {
  name = "prod"
}
provider "kubernetes" {
  host = aws_eks_cluster.main.endpoint
}
resource "kubernetes_storage_class_v1" "fast" {
  metadata { name = "fast" }
  storage_provisioner = "x"
}
resource "kubernetes_persistent_volume_claim_v1" "orders" {
  metadata {
    name      = "orders"
    namespace = "shop"
  }
  spec { storage_class_name = "fast" }
}
resource "aws_iam_role" "agent" {
  name               = "coding-agent"
  assume_role_policy = "{}"
}
resource "aws_eks_access_entry" "agent" {
  cluster_name  = CLUSTER
  principal_arn = aws_iam_role.agent.arn
}
"""
ASSOCIATED = """
resource "aws_eks_access_policy_association" "agent" {
  cluster_name  = CLUSTER
  principal_arn = aws_iam_role.agent.arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/POLICY"
  access_scope {
    SCOPE
  }
}
"""
ENTRY = "aws_eks_access_entry.agent"


@pytest.mark.parametrize(
    ("policy", "scope", "cluster", "expected"),
    [
        ("AmazonEKSClusterAdminPolicy", 'type = "cluster"', "aws_eks_cluster.main.name", YES),
        ("AmazonEKSEditPolicy", 'type = "namespace"\n    namespaces = ["shop"]', "aws_eks_cluster.main.name", YES),
        ("AmazonEKSEditPolicy", 'type = "namespace"\n    namespaces = ["other"]', "aws_eks_cluster.main.name", NO),
        ("AmazonEKSViewPolicy", 'type = "cluster"', "aws_eks_cluster.main.name", NO),
        ("AmazonEKSMadeUpPolicy", 'type = "cluster"', "aws_eks_cluster.main.name", MAYBE),
        ("AmazonEKSClusterAdminPolicy", 'type = "cluster"', '"elsewhere"', MAYBE),
    ],
    ids=[
        "administrator",
        "editor there",
        "editor elsewhere",
        "reader",
        "a policy that nobody knows",
        "which cluster is not known",
    ],
)
def test_an_access_policy_is_a_role_of_the_cluster(
    tmp_path: Path, policy: str, scope: str, cluster: str, expected: Outcome
) -> None:
    """What an entry's access policies allow, its principal may do in the cluster, where they are associated."""
    parts = ASSOCIATED.replace("POLICY", policy).replace("SCOPE", scope).replace("CLUSTER", cluster)
    answers = asked(tmp_path, parts, base=BASE.replace("CLUSTER", cluster))
    assert outcome(answers, CLAIM, ENTRY) is expected


MAP = """
resource "kubernetes_config_map_v1" "auth" {
  metadata {
    name      = "NAME"
    namespace = "kube-system"
  }
  data = {
    mapRoles = TEXT
  }
}
"""
ENTRIES = '[{ rolearn = aws_iam_role.agent.arn, username = "worker", groups = ["GROUP"] }]'
WRITTEN = "<<-EOT\n      - rolearn: arn:aws:iam::111111111111:role/coding-agent\n        username: worker\n        groups: [GROUP]\n    EOT"
GROUP = role("some", rule("core/persistentvolumeclaims/delete")) + bound("some", '{ kind = "Group", name = "deployers" }')


def auth(text: str, group: str, name: str = "aws-auth") -> str:
    """The map of a cluster with one entry."""
    return MAP.replace("TEXT", text).replace("GROUP", group).replace("NAME", name)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((auth(f"yamlencode({ENTRIES})", "system:masters"),), YES),
        ((auth(WRITTEN, "system:masters"),), YES),
        ((auth(WRITTEN, "deployers"), GROUP), YES),
        ((auth(WRITTEN, "readers"), GROUP), NO),
        ((auth(WRITTEN, "system:masters", "another"),), NO),
    ],
    ids=["encoded", "written", "a group with a binding", "a group without", "another map"],
)
def test_the_map_of_a_cluster_makes_administrators(tmp_path: Path, parts: tuple[str, ...], expected: Outcome) -> None:
    """Whoever `aws-auth` puts into a group has what the group has, and is what the principal is."""
    base = BASE.replace("CLUSTER", '"prod"')
    made = picture(tmp_path, *parts, base=base)
    assert outcome(asked(tmp_path, *parts, base=base), CLAIM, "user:worker") is expected
    if expected is YES:
        mapped = next(each for each in made.identities if each.address == "user:worker")
        assert mapped.kind == "agent", mapped.reason


def test_a_map_that_cannot_be_read_is_a_gap(tmp_path: Path) -> None:
    """Whom a map lets in that nobody can read is not known, and said so."""
    made = picture(tmp_path, 'variable "roles" {}\n', auth("var.roles", ""), base=BASE.replace("CLUSTER", '"prod"'))
    assert any("lets into the cluster is not known" in gap.reason for gap in made.gaps)
