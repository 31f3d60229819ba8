"""Clusters made of short HCL, for tests that ask who can do what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from policypack.authority import Authority, authority
from policypack.model import Infrastructure, Outcome, Verb
from tests.authority import google

YES, MAYBE, NO = Outcome.YES, Outcome.MAYBE, Outcome.NO
RBAC = "rbac.authorization.k8s.io"
CLAIM, VOLUME, SET = (
    "kubernetes_persistent_volume_claim_v1.orders",
    "kubernetes_persistent_volume_v1.disk",
    "kubernetes_stateful_set_v1.search",
)
A, STRONG = "kubernetes_service_account_v1.a", "kubernetes_service_account_v1.strong"
BASE = """
provider "kubernetes" {
  config_context = "prod"
}
resource "kubernetes_namespace_v1" "shop" {
  metadata { name = "shop" }
}
resource "kubernetes_storage_class_v1" "fast" {
  metadata { name = "fast" }
  storage_provisioner = "x"
}
resource "kubernetes_persistent_volume_claim_v1" "orders" {
  metadata {
    name      = "orders"
    namespace = kubernetes_namespace_v1.shop.metadata[0].name
  }
  spec { storage_class_name = "fast" }
}
resource "kubernetes_persistent_volume_v1" "disk" {
  metadata { name = "disk" }
  spec { persistent_volume_reclaim_policy = "Delete" }
}
resource "kubernetes_stateful_set_v1" "search" {
  metadata {
    name      = "search"
    namespace = "shop"
  }
  spec {
    volume_claim_template {
      metadata { name = "data" }
      spec { storage_class_name = "fast" }
    }
  }
}
resource "kubernetes_service_account_v1" "a" {
  metadata {
    name      = "a"
    namespace = "shop"
  }
}
resource "kubernetes_service_account_v1" "strong" {
  metadata {
    name      = "strong"
    namespace = "shop"
  }
}
"""
SUBJECT = '{ kind = "ServiceAccount", name = kubernetes_service_account_v1.a.metadata[0].name, namespace = "shop" }'


def picture(folder: Path, *parts: str, base: str = BASE) -> Infrastructure:
    """The picture of one module."""
    return google.picture(folder, *parts, base=base)


def asked(folder: Path, *parts: str, base: str = BASE) -> Authority:
    """Its authority."""
    return authority(picture(folder, *parts, base=base))


def outcome(answers: Authority, target: str = CLAIM, who: str = A, verb: Verb = Verb.DESTROY) -> Outcome:
    """How surely somebody can do it."""
    return google.outcome(answers, target, who, verb)


def _words(values: Sequence[str]) -> str:
    return ", ".join(f'"{each}"' for each in values)


def rule(action: str, names: Sequence[str] = ()) -> str:
    """The rule that allows one action, `group/resource/verb`."""
    group, _, rest = action.partition("/")
    resource, _, verb = rest.rpartition("/")
    named = f"\n    resource_names = [{_words(names)}]" if names else ""
    return f"""  rule {{
    api_groups = ["{"" if group == "core" else group}"]
    resources  = ["{resource}"]
    verbs      = ["{verb}"]{named}
  }}
"""


def role(name: str, *rules: str, kind: str = "ClusterRole", namespace: str = "shop", more: str = "") -> str:
    """A role of some rules."""
    space = f'\n    namespace = "{namespace}"' if kind == "Role" else ""
    word = "role" if kind == "Role" else "cluster_role"
    return f'resource "kubernetes_{word}_v1" "{name}" {{\n  metadata {{\n    name = "{name}"{space}{more}\n  }}\n{"".join(rules)}}}\n'


def bound(name: str, subject: str = SUBJECT, *, kind: str = "ClusterRole", namespace: str = "", label: str = "") -> str:
    """A binding: of the whole cluster, or of one namespace."""
    word, space = ("role", f'namespace = "{namespace}"') if namespace else ("cluster_role", "")
    fields = subject.strip("{} ").replace(", ", "\n    ")
    title = label or f"{name.replace(':', '_').strip(chr(34))}_{word}"
    return f"""resource "kubernetes_{word}_binding_v1" "{title}" {{
  metadata {{
    name = "{title}"
    {space}
  }}
  role_ref {{
    api_group = "{RBAC}"
    kind      = "{kind}"
    name      = "{name}"
  }}
  subject {{
    {fields}
  }}
}}
"""


def given(*actions: str, namespace: str = "", names: Sequence[str] = ()) -> str:
    """Some actions for the service account `a`."""
    return role("some", *(rule(each, names) for each in actions)) + bound("some", namespace=namespace)
