"""Who can do what in a cluster, from configurations as users write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from policypack.authority.grants import or_bounded
from policypack.authority.kubernetes import UNNAMED, matches
from policypack.model import IdentityKind, Outcome, Verb
from tests.authority.kubernetes import (
    BASE,
    CLAIM,
    MAYBE,
    NO,
    SET,
    STRONG,
    SUBJECT,
    VOLUME,
    YES,
    A,
    asked,
    bound,
    given,
    outcome,
    picture,
    role,
    rule,
)

DELETE = "core/persistentvolumeclaims/delete"


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", DELETE, True),
        ("core/persistentvolumeclaims/delete", DELETE, True),
        ("core/pods,persistentvolumeclaims/get,delete", DELETE, True),
        ("core/*/*", DELETE, True),
        ("*/persistentvolumeclaims/delete", DELETE, True),
        ("apps/persistentvolumeclaims/delete", DELETE, False),
        ("core/persistentvolumes/delete", DELETE, False),
        ("core/persistentvolumeclaims/get", DELETE, False),
        ("core/PersistentVolumeClaims/delete", DELETE, False),
        ("core/persistentvolume*/delete", DELETE, False),
        ("core/*/create", "core/pods/exec/create", True),
        ("core/pods/create", "core/pods/exec/create", False),
        ("core/pods/*/create", "core/pods/exec/create", False),
        ("core/*/exec/create", "core/pods/exec/create", True),
        ("core/*/exec/create", "core/pods/attach/create", False),
        ("core/pods/exec/create", "core/pods/exec/create", True),
        (f"*/{UNNAMED}/create", "core/pods/create", True),
        (f"*/{UNNAMED}/create", "core/pods/exec/create", False),
    ],
)
def test_a_pattern_matches_as_the_authoriser_has_it(pattern: str, action: str, expected: bool) -> None:
    """Wildcards stand for a whole part, subresources are named in full or by `*/name`, and case matters."""
    assert matches(pattern, action) is expected


_GROUPS, _RESOURCES, _VERBS = (
    ("core", "apps", "*"),
    ("pods", "pods/exec", "*/exec", "secrets", "*", "pods/*"),
    ("get", "create", "*"),
)


def _plainly(groups: Sequence[str], resources: Sequence[str], verbs: Sequence[str], action: Sequence[str]) -> bool:
    """The authoriser's own loops, written out."""
    group, resource, subresource, verb = action
    whole = f"{resource}/{subresource}" if subresource else resource
    for each in resources:
        fits = each in {"*", whole} or (bool(subresource) and each == f"*/{subresource}")
        if fits and ("*" in groups or group in groups) and ("*" in verbs or verb in verbs):
            return True
    return False


@settings(max_examples=100, deadline=None)
@drawn(
    st.lists(st.sampled_from(_GROUPS), min_size=1, max_size=2, unique=True),
    st.lists(st.sampled_from(_RESOURCES), min_size=1, max_size=3, unique=True),
    st.lists(st.sampled_from(_VERBS), min_size=1, max_size=2, unique=True),
    st.tuples(
        st.sampled_from(("core", "apps")),
        st.sampled_from(("pods", "secrets")),
        st.sampled_from(("", "exec", "log")),
        st.sampled_from(("get", "create")),
    ),
)
def test_patterns_say_what_the_rules_say(
    groups: list[str], resources: list[str], verbs: list[str], action: tuple[str, str, str, str]
) -> None:
    """A rule as patterns matches what the authoriser's loops match."""
    listed, said = ("*" if "*" in each else ",".join(each) for each in (resources, verbs))
    patterns = [f"{'*' if '*' in groups else group}/{listed}/{said}" for group in groups]
    group, resource, subresource, verb = action
    text = f"{group}/{resource}{f'/{subresource}' if subresource else ''}/{verb}"
    assert any(matches(each, text) for each in patterns) is _plainly(groups, resources, verbs, action)


@pytest.mark.parametrize(
    ("parts", "target", "expected"),
    [
        (given(DELETE), CLAIM, YES),
        (given("core/persistentvolumeclaims/deletecollection"), CLAIM, YES),
        (given(DELETE, namespace="shop"), CLAIM, YES),
        (given(DELETE, namespace="other"), CLAIM, NO),
        (given("core/persistentvolumeclaims/get"), CLAIM, NO),
        (given("core/namespaces/delete"), CLAIM, YES),
        (given("core/namespaces/delete", namespace="shop"), CLAIM, YES),
        (given("core/namespaces/delete", namespace="other"), CLAIM, NO),
        (given("core/persistentvolumes/delete"), VOLUME, YES),
        (given("core/persistentvolumes/delete", namespace="shop"), VOLUME, NO),
        (given("core/*/*", namespace="shop"), VOLUME, NO),
        (given(DELETE), SET, YES),
        (given(DELETE, names=["orders"]), CLAIM, YES),
        (given(DELETE, names=["other"]), CLAIM, NO),
        (given("core/persistentvolumeclaims/deletecollection", names=["orders"]), CLAIM, NO),
        (given("core/*/*", names=["orders"]), CLAIM, YES),
        (given(DELETE, names=["data-search-0"]), SET, MAYBE),
        (given(DELETE, names=["data-other-0"]), SET, NO),
        (bound("cluster-admin"), VOLUME, YES),
        (bound("admin", namespace="shop"), CLAIM, YES),
        (bound("edit", namespace="shop"), CLAIM, YES),
        (bound("view", namespace="shop"), CLAIM, NO),
        (bound("edit", namespace="other"), CLAIM, NO),
        (bound("edit"), VOLUME, NO),
        (bound("system:auth-delegator"), CLAIM, NO),
        (bound("somebody-elses"), CLAIM, MAYBE),
        (role("r", rule(DELETE), kind="Role") + bound("r", kind="Role", namespace="shop"), CLAIM, YES),
        (role("r", rule(DELETE), kind="Role", namespace="other") + bound("r", kind="Role", namespace="shop"), CLAIM, MAYBE),
        (role("r", rule(DELETE)) + bound("r", kind="Role", namespace="shop"), CLAIM, MAYBE),
        (
            'variable "v" { type = list(string) }\n' + role("r", rule(DELETE).replace('["delete"]', "var.v")) + bound("r"),
            CLAIM,
            MAYBE,
        ),
    ],
)
def test_a_binding_gives_what_its_role_allows(tmp_path: Path, parts: str, target: str, expected: Outcome) -> None:
    """In its namespace or in the whole cluster, by name where names are given; what nobody knows may be anything."""
    assert outcome(asked(tmp_path, parts), target) is expected


@pytest.mark.parametrize(
    ("subject", "who", "expected"),
    [
        (SUBJECT, A, YES),
        ('{ kind = "ServiceAccount", name = "a", namespace = "shop" }', A, YES),
        ('{ kind = "ServiceAccount", name = "a", namespace = "other" }', A, NO),
        ('{ kind = "ServiceAccount", name = "a" }', A, NO),
        ('{ kind = "User", name = "system:serviceaccount:shop:a" }', A, YES),
        ('{ kind = "Group", name = "system:serviceaccounts" }', A, YES),
        ('{ kind = "Group", name = "system:serviceaccounts:shop" }', A, YES),
        ('{ kind = "Group", name = "system:serviceaccounts:other" }', A, NO),
        ('{ kind = "Group", name = "system:authenticated" }', A, YES),
        ('{ kind = "Group", name = "system:unauthenticated" }', A, NO),
        ('{ kind = "Group", name = "system:unauthenticated" }', "group:system:unauthenticated", YES),
        ('{ kind = "User", name = "ada" }', "user:ada", YES),
        ('{ kind = "User", name = "ada" }', A, NO),
        ('{ kind = "Group", name = "devs" }', "group:devs", YES),
        ('{ kind = "ServiceAccount", name = "b", namespace = "shop" }', "serviceaccount:shop/b", YES),
    ],
)
def test_a_subject_is_who_it_names(tmp_path: Path, subject: str, who: str, expected: Outcome) -> None:
    """Service accounts by reference and by name in their namespace, users, groups, and the groups that every cluster has."""
    assert outcome(asked(tmp_path, bound("edit", subject, namespace="shop")), who=who) is expected


def test_another_cluster_is_another_cluster(tmp_path: Path) -> None:
    """A role of one cluster gives nothing in another of the same names."""
    other = 'provider "kubernetes" {\n  alias = "test"\n  config_context = "test"\n}\n'
    binding = bound("cluster-admin", '{ kind = "User", name = "ada" }').replace(
        "  metadata {", "  provider = kubernetes.test\n  metadata {", 1
    )
    assert outcome(asked(tmp_path, other, binding), who="user:ada") is NO


@pytest.mark.parametrize(
    ("policy", "more", "expected"),
    [
        ('"Delete"', (), YES),
        ('"Retain"', (), NO),
        ('"Retain"', ("core/persistentvolumes/patch",), YES),
        ('"Retain"', ("core/persistentvolumes/update",), YES),
        ("null", (), YES),
        ("var.policy", (), MAYBE),
    ],
)
def test_what_is_kept_is_destroyed_by_who_may_change_that(
    tmp_path: Path, policy: str, more: tuple[str, ...], expected: Outcome
) -> None:
    """A class that retains leaves the disk, unless whoever deletes the claim also rewrites the volume."""
    base = BASE.replace('storage_provisioner = "x"', f'storage_provisioner = "x"\n  reclaim_policy = {policy}')
    answers = asked(tmp_path, 'variable "policy" {}\n', given(DELETE, *more), base=base)
    assert outcome(answers) is expected


def test_a_namespaced_right_to_change_volumes_is_none(tmp_path: Path) -> None:
    """Volumes lie in no namespace: a binding in one does not let its holder rewrite them."""
    base = BASE.replace('storage_provisioner = "x"', 'storage_provisioner = "x"\n  reclaim_policy = "Retain"')
    assert outcome(asked(tmp_path, given(DELETE, "core/persistentvolumes/patch", namespace="shop"), base=base)) is NO


def test_rules_are_collected_by_labels(tmp_path: Path) -> None:
    """A role that collects others has what they allow; one that collects what the inputs do not show may have anything."""
    label = '\n    labels = { team = "yes" }'
    collects = role(
        "all", '  aggregation_rule {\n    cluster_role_selectors {\n      match_labels = { team = "yes" }\n    }\n  }\n'
    )
    assert outcome(asked(tmp_path, collects, role("one", rule(DELETE), more=label), bound("all"))) is YES
    assert outcome(asked(tmp_path, collects, role("one", rule("core/pods/get"), more=label), bound("all"))) is NO
    assert outcome(asked(tmp_path, collects, role("one", rule(DELETE)), bound("all"))) is MAYBE


def test_what_every_cluster_has_is_added_to(tmp_path: Path) -> None:
    """A role labelled for `view` gives `view`, `edit` and `admin` what it allows."""
    label = '\n    labels = { "rbac.authorization.k8s.io/aggregate-to-view" = "true" }'
    more = role("more", rule(DELETE), more=label)
    assert outcome(asked(tmp_path, bound("view"))) is NO
    assert outcome(asked(tmp_path, more, bound("view"))) is YES


def test_what_runs_and_is_called_an_agent_is_one(tmp_path: Path) -> None:
    """The service account of a workload that is called an agent is an agent's; one without a token acts as nobody."""
    deployment = """
resource "kubernetes_deployment_v1" "x" {
  metadata {
    name      = "claude-code"
    namespace = "shop"
  }
  spec {
    template {
      spec {
        service_account_name = "a"
        MORE
      }
    }
  }
}
"""
    kinds = {each.address: each.kind for each in picture(tmp_path, deployment.replace("MORE", "")).identities}
    assert kinds[A] is IdentityKind.AGENT
    assert kinds[STRONG] is IdentityKind.UNKNOWN
    off = deployment.replace("MORE", "automount_service_account_token = false")
    assert {each.address: each.kind for each in picture(tmp_path, off).identities}[A] is IdentityKind.UNKNOWN


def test_a_role_for_an_agent_that_nobody_here_has(tmp_path: Path) -> None:
    """It acts for whoever is given it elsewhere; a role that is not an agent's does not act by itself."""
    roles = role("coding-agent", rule(DELETE)) + role("plain", rule(DELETE))
    answers = asked(tmp_path, roles)
    assert outcome(answers, who="kubernetes_cluster_role_v1.coding-agent") is YES
    assert outcome(answers, who="kubernetes_cluster_role_v1.plain") is NO


def test_secrets_are_read_and_overwritten(tmp_path: Path) -> None:
    """A secret is a store whose contents are a credential, in its namespace alone."""
    secret = 'resource "kubernetes_secret_v1" "s" {\n  metadata {\n    name = "s"\n    namespace = "shop"\n  }\n}\n'
    target = "kubernetes_secret_v1.s"
    for action, verb in (("get", Verb.READ_CREDENTIALS), ("list", Verb.READ_CREDENTIALS), ("patch", Verb.OVERWRITE)):
        assert outcome(asked(tmp_path, secret, given(f"core/secrets/{action}", namespace="shop")), target, verb=verb) is YES
        assert outcome(asked(tmp_path, secret, given(f"core/secrets/{action}", namespace="x")), target, verb=verb) is NO


@pytest.mark.parametrize("text", ['["*"]', '"*"', "[[]]", "[null]", "[{ a = 1 }]", "{}", "17", "null"])
def test_a_rule_that_makes_no_sense_is_read_or_doubted(tmp_path: Path, text: str) -> None:
    """Whatever stands where a list of words belongs: an answer and no traceback."""
    broken = role("some", rule(DELETE).replace('["persistentvolumeclaims"]', text)) + bound("some")
    assert outcome(asked(tmp_path, broken)) in {YES, MAYBE, NO}


def test_a_subject_that_is_not_known_may_be_anybody(tmp_path: Path) -> None:
    """Who it is depends on a value that nobody gave: whoever it is has the right perhaps, and that is said."""
    parts = 'variable "who" {}\n' + bound("edit", '{ kind = "User", name = var.who }', namespace="shop")
    found = [each for each in asked(tmp_path, parts).who_can(Verb.DESTROY, CLAIM) if each.outcome is not NO]
    assert [each.outcome for each in found] == [MAYBE]


@pytest.mark.parametrize("kind", ["ClusterRole", "Role"])
def test_a_namespace_that_is_not_known_may_be_any(tmp_path: Path, kind: str) -> None:
    """A role and its binding in a namespace that hangs on a variable: what they give, they give perhaps."""
    parts = role("r", rule(DELETE), kind=kind) + bound("r", kind=kind, namespace="shop")
    unknown = parts.replace('namespace = "shop"\n  }\n  role_ref', "namespace = var.ns\n  }\n  role_ref")
    if kind == "Role":
        unknown = unknown.replace('namespace = "shop"\n  }\n  rule', "namespace = var.ns\n  }\n  rule")
    assert unknown.count("var.ns") == (2 if kind == "Role" else 1)
    assert outcome(asked(tmp_path, 'variable "ns" {}\n', unknown)) is MAYBE


def test_a_fix_offers_no_boundary_where_there_is_none(tmp_path: Path) -> None:
    """Nothing in a cluster stands over what roles allow, so no fix says to write it."""
    identities = picture(tmp_path, given(DELETE)).identities
    assert {or_bounded(each, "deny it") for each in identities if each.grants} == {""}


def test_what_the_cluster_names_is_found_by_reference(tmp_path: Path) -> None:
    """A generated name is known after apply only: references still lead to the account, the role and the namespace."""
    base = """
resource "kubernetes_namespace_v1" "n" {
  metadata { generate_name = "n-" }
}
resource "kubernetes_service_account_v1" "a" {
  metadata {
    generate_name = "a-"
    namespace     = kubernetes_namespace_v1.n.metadata[0].name
  }
}
resource "kubernetes_persistent_volume_claim_v1" "orders" {
  metadata {
    name      = "orders"
    namespace = kubernetes_namespace_v1.n.metadata.0.name
  }
  spec {}
}
resource "kubernetes_cluster_role_v1" "r" {
  metadata { generate_name = "r-" }
  rule {
    api_groups = ["snapshot.storage.k8s.io"]
    resources  = ["volumesnapshots"]
    verbs      = ["delete"]
  }
  rule {
    api_groups = [""]
    resources  = ["namespaces"]
    verbs      = ["delete"]
  }
}
resource "kubernetes_role_binding_v1" "b" {
  metadata {
    name      = "b"
    namespace = kubernetes_namespace_v1.n.metadata[0].name
  }
  role_ref {
    api_group = "rbac.authorization.k8s.io"
    kind      = "ClusterRole"
    name      = kubernetes_cluster_role_v1.r.metadata[0].name
  }
  subject {
    kind      = "ServiceAccount"
    name      = kubernetes_service_account_v1.a.metadata[0].name
    namespace = kubernetes_namespace_v1.n.metadata[0].name
  }
}
"""
    answers = asked(tmp_path, base=base)
    assert outcome(answers, "kubernetes_namespace_v1.n") is YES
    assert outcome(answers) is MAYBE  # what its class says is decided outside


@pytest.mark.parametrize(("policy", "expected"), [("Retain", NO), ("Delete", YES)])
def test_a_namespace_that_goes_leaves_the_disks_that_are_kept(tmp_path: Path, policy: str, expected: Outcome) -> None:
    """Claims go with their namespace, and their disks as the class says; the namespace itself is gone in any case."""
    base = BASE.replace('storage_provisioner = "x"', f'storage_provisioner = "x"\n  reclaim_policy = "{policy}"')
    answers = asked(tmp_path, given("core/namespaces/delete"), base=base)
    assert outcome(answers) is expected
    assert outcome(answers, "kubernetes_namespace_v1.shop") is YES


@pytest.mark.parametrize(
    ("leaf", "value", "actions", "expected"),
    [
        ("when_deleted", '"Delete"', ["apps/statefulsets/delete"], YES),
        ("when_deleted", '"Retain"', ["apps/statefulsets/delete"], NO),
        ("when_deleted", "var.v", ["apps/statefulsets/delete"], MAYBE),
        ("when_deleted", "null", ["apps/statefulsets/delete"], NO),
        ("when_deleted", "null", ["apps/statefulsets/delete", "apps/statefulsets/patch"], YES),
        ("when_scaled", '"Delete"', ["apps/statefulsets/scale/patch"], YES),
        ("when_scaled", '"Retain"', ["apps/statefulsets/scale/patch"], NO),
        ("when_scaled", '"Delete"', ["apps/statefulsets/delete"], NO),
    ],
)
def test_a_set_that_lets_its_claims_go_is_destroyed_with_it(
    tmp_path: Path, leaf: str, value: str, actions: list[str], expected: Outcome
) -> None:
    """Deleting a set, or scaling it down, takes the claims only where the set says so, or where the caller may say so."""
    policy = f"persistent_volume_claim_retention_policy {{\n      {leaf} = {value}\n    }}\n    volume_claim_template {{"
    base = BASE.replace("volume_claim_template {", policy)
    assert outcome(asked(tmp_path, 'variable "v" {}\n', given(*actions), base=base), SET) is expected
