"""What cannot be told is passed over nowhere: it is uncertain, or a gap."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority import Authority
from policypack.model import Outcome, Verb
from tests.authority import azure, google, kubernetes

MAYBE, NO, YES = Outcome.MAYBE, Outcome.NO, Outcome.YES


def worst(answers: Authority, target: str, verb: Verb = Verb.DESTROY) -> Outcome:
    """How surely anybody can do it."""
    return max((each.outcome for each in answers.who_can(verb, target)), key=lambda each: each.rank, default=NO)


KEY = 'resource "azurerm_key_vault_key" "k" {\n  name = "k"\n  key_vault_id = azurerm_key_vault.by_policies.id\n}\n'
POLICY = (
    'resource "azurerm_key_vault_access_policy" "p" {\n  key_vault_id = azurerm_key_vault.by_policies.id\n'
    f"  object_id = {azure.AGENT}.principal_id\n  key_permissions = [%s]\n}}\n"
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('"Purge", "Delete"', YES),
        ('"Get", "List"', NO),
        ('"Obliterate"', MAYBE),
        ('"all"', MAYBE),
        ('"Delete", var.given', YES),
    ],
)
def test_a_word_of_an_access_policy_that_nobody_knows(tmp_path: Path, words: str, expected: Outcome) -> None:
    """It may be any of the words; those that are known stay certain beside it."""
    answers = azure.ask(tmp_path, KEY, POLICY % words)
    assert worst(answers, "azurerm_key_vault_key.k") is expected


DYNAMIC_POLICY = (
    'resource "azurerm_key_vault" "open" {\n  name = "open"\n  resource_group_name = azurerm_resource_group.shop.name\n'
    '  dynamic "access_policy" {\n    for_each = var.given\n    content {\n      object_id = access_policy.value\n'
    "      secret_permissions = access_policy.value.words\n    }\n  }\n}\n"
    'resource "azurerm_key_vault_key" "k" {\n  name = "k"\n  key_vault_id = azurerm_key_vault.open.id\n}\n'
)
DELEGATED = (
    'resource "azurerm_lighthouse_definition" "d" {\n  scope = data.azurerm_subscription.mine.id\n'
    '  managing_tenant_id = "22222222-2222-2222-2222-222222222222"\n  dynamic "authorization" {\n    for_each = var.given\n'
    "    content {\n      principal_id = authorization.value.who\n      role_definition_id = authorization.value.role\n    }\n  }\n}\n"
)


@pytest.mark.parametrize(
    ("written", "target"),
    [(DYNAMIC_POLICY, "azurerm_key_vault_key.k"), (DELEGATED, azure.DISK)],
    ids=["policies", "delegations"],
)
def test_blocks_of_azure_that_nobody_knows(tmp_path: Path, written: str, target: str) -> None:
    """Blocks that are made of what is not known may let anybody do anything there."""
    assert worst(azure.ask(tmp_path), azure.DISK) is NO
    assert worst(azure.ask(tmp_path, written), target) is MAYBE


COLLECTING = """
variable "labels" {}
resource "kubernetes_cluster_role_v1" "all" {
  metadata { name = "all" }
  aggregation_rule {
    cluster_role_selectors { match_labels = { "shop/part" = "yes" } }
  }
}
resource "kubernetes_cluster_role_v1" "part" {
  metadata {
    name   = "part"
    labels = %s
  }
%s}
"""


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ('{ "shop/part" = "yes" }', YES),
        ('{ "shop/part" = "no" }', NO),
        ('{ "shop/part" = var.labels }', MAYBE),
        ("var.labels", MAYBE),
    ],
)
def test_labels_of_a_role_that_nobody_knows(tmp_path: Path, labels: str, expected: Outcome) -> None:
    """A role of which nobody knows whether another collects it is perhaps collected, by a role of the inputs or of every cluster."""
    deletes = kubernetes.rule("core/persistentvolumeclaims/delete")
    other = COLLECTING % (
        '{ "shop/part" = "yes" }' if expected is NO else labels,
        kubernetes.rule("core/pods/get") if expected is NO else deletes,
    )
    binding = kubernetes.bound("all", kubernetes.SUBJECT)
    assert kubernetes.outcome(kubernetes.asked(tmp_path, other, binding)) is expected
    standard = (
        (COLLECTING % (labels, deletes))
        .replace("shop/part", "rbac.authorization.k8s.io/aggregate-to-view")
        .replace('"yes"', '"true"')
    )
    binding = kubernetes.bound("view", kubernetes.SUBJECT)
    assert kubernetes.outcome(kubernetes.asked(tmp_path, standard, binding)) is expected


def test_accounts_of_a_namespace_that_nobody_knows(tmp_path: Path) -> None:
    """A group of all accounts of a namespace perhaps has one whose namespace is not known."""
    account = 'variable "space" {}\nresource "kubernetes_service_account_v1" "b" {\n  metadata {\n    name = "b"\n    namespace = var.space\n  }\n}\n'
    role = kubernetes.role("some", kubernetes.rule("core/persistentvolumeclaims/delete"))
    binding = kubernetes.bound("some", '{ kind = "Group", name = "system:serviceaccounts:%s" }')
    for space, expected in (("shop", YES), ("elsewhere", NO)):
        answers = kubernetes.asked(tmp_path, account, role, binding % space)
        assert kubernetes.outcome(answers) is expected
        assert kubernetes.outcome(answers, who="kubernetes_service_account_v1.b") is MAYBE


MEMBERSHIP = """
resource "google_cloud_identity_group_membership" "m" {
  group = "groups/0123"
  preferred_member_key { id = "a@shop.iam.gserviceaccount.com" }
  roles { name = "MEMBER" }
}
"""


def test_a_group_of_google_that_nobody_knows(tmp_path: Path) -> None:
    """What somebody holds by a group that the inputs do not show is a gap, whether or not they show what other groups hold."""
    granted = google.member('"roles/cloudsql.admin"', who='"group:ops@shop.example"')
    for more in ("", granted):
        (gap,) = google.asked(tmp_path, MEMBERSHIP, more).gaps
        assert "google_cloud_identity_group_membership.m" in gap.reason
