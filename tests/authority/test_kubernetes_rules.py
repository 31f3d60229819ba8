"""By which rights one becomes another in a cluster: every rule of the language, with what leads on and what does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.catalog.scoped import Rule, facts
from policypack.model import Outcome, Verb
from tests.authority.kubernetes import (
    BASE,
    CLAIM,
    MAYBE,
    NO,
    RBAC,
    STRONG,
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

RULES = {each.name: each for each in facts("kubernetes").rules}
_POD = "spec {\n        service_account_name = kubernetes_service_account_v1.strong.metadata[0].name\n      }"
_TEMPLATE = f"template {{\n      {_POD}\n    }}"
_PATHS = {
    "pod_v1": "service_account_name = kubernetes_service_account_v1.strong.metadata[0].name",
    "cron_job_v1": f"job_template {{\n      spec {{\n        {_TEMPLATE}\n      }}\n    }}",
}
KINDS = ("pod_v1", "deployment_v1", "daemon_set_v1", "stateful_set_v1", "replication_controller_v1", "job_v1", "cron_job_v1")


def running(kind: str, namespace: str = "shop") -> str:
    """Something that runs as the strong account."""
    inner = _PATHS.get(kind, _TEMPLATE)
    meta = f'metadata {{\n    name      = "{kind}"\n    namespace = "{namespace}"\n  }}'
    return f'resource "kubernetes_{kind}" "w" {{\n  {meta}\n  spec {{\n    {inner}\n  }}\n}}\n'


TOKEN = """
resource "kubernetes_secret_v1" "token" {
  metadata {
    name        = "token"
    namespace   = "shop"
    annotations = { "kubernetes.io/service-account.name" = kubernetes_service_account_v1.strong.metadata[0].name }
  }
  type = "kubernetes.io/service-account-token"
}
"""
POWER = role("power", rule("core/persistentvolumeclaims/delete"))
STRONG_HAS = POWER + bound(
    "power", '{ kind = "ServiceAccount", name = kubernetes_service_account_v1.strong.metadata[0].name, namespace = "shop" }'
)
NAMED = (
    POWER
    + bound("power", '{ kind = "User", name = "ada" }', label="user")
    + bound("power", '{ kind = "Group", name = "devs" }', label="group")
)


def stage(each: Rule) -> str:
    """What has to be there for a rule to lead anywhere."""
    if each.forms in {("user",), ("people",)}:
        return NAMED
    if "kubernetes_secret_v1" in each.kinds:
        return STRONG_HAS + TOKEN
    if each.at == "holder":
        return STRONG_HAS + running(next(kind for kind in KINDS if f"kubernetes_{kind}" in each.kinds))
    return STRONG_HAS if each.gains == "identity" else ""


def allowed(each: Rule, *, without: str = "") -> str:
    """The rights that a rule asks for, one left out."""
    actions = [action for action in (*each.actions, *(each.also[0] if each.also else ())) if action != without]
    if each.at == "role" and any("/roles/" in action for action in each.actions):
        rules = [rule(action) for action in actions] or [rule("core/pods/get")]
        return role("some", *rules, kind="Role") + bound("some", kind="Role", namespace="shop")
    return given(*(actions or ["core/pods/get"]))


@pytest.mark.parametrize("name", sorted(RULES))
def test_each_rule_leads_on_with_all_its_rights(tmp_path: Path, name: str) -> None:
    """With the rights that a rule names its holder destroys what it could not, perhaps where something else decides too."""
    each = RULES[name]
    expected = MAYBE if each.depends else YES
    assert outcome(asked(tmp_path, stage(each), allowed(each))) is expected


def closed_without() -> Iterator[tuple[str, str]]:
    """Each rule with each of its rights, where no other rule does with the rest."""
    for name, each in sorted(RULES.items()):
        wanted = (*each.actions, *(each.also[0] if each.also else ()))
        for action in wanted:
            rest = {*wanted} - {action}
            if not any(other is not each and {*other.actions} <= rest for other in RULES.values()):
                yield name, action


@pytest.mark.parametrize(("name", "without"), list(closed_without()))
def test_no_rule_leads_on_without_any_of_them(tmp_path: Path, name: str, without: str) -> None:
    """One right less, and the rule is closed."""
    each = RULES[name]
    assert outcome(asked(tmp_path, stage(each), allowed(each, without=without))) is NO


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_looks_into_what_runs_is_what_it_runs_as(tmp_path: Path, kind: str) -> None:
    """Every kind of workload runs as the account that its pods name, in its own namespace."""
    assert outcome(asked(tmp_path, STRONG_HAS, running(kind), given("core/pods/exec/create", namespace="shop"))) is YES
    assert outcome(asked(tmp_path, STRONG_HAS, running(kind), given("core/pods/exec/create", namespace="other"))) is NO
    assert outcome(asked(tmp_path, STRONG_HAS, given("core/pods/exec/create", namespace="shop"))) is NO


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (given("core/pods/create", namespace="shop"), YES),
        (given("core/pods/create", namespace="other"), NO),
        (given("core/pods/create", names=["a"]), NO),
        (given("core/serviceaccounts/token/create", names=["strong"]), YES),
        (given("core/serviceaccounts/token/create", names=["a"]), NO),
        (given("core/serviceaccounts/impersonate", names=["strong"], namespace="shop"), YES),
        (given("core/serviceaccounts/impersonate", names=["weak"], namespace="shop"), NO),
        (bound("edit", namespace="shop"), YES),
        (bound("view", namespace="shop"), NO),
    ],
)
def test_names_and_namespaces_bound_what_leads_on(tmp_path: Path, parts: str, expected: Outcome) -> None:
    """What is started anew has no name to be limited by; a token or an impersonation has."""
    base = BASE.replace('storage_provisioner = "x"', 'storage_provisioner = "x"\n  reclaim_policy = "Retain"')
    strong = STRONG_HAS.replace('["persistentvolumeclaims"]', '["persistentvolumeclaims", "persistentvolumes"]').replace(
        '["delete"]', '["delete", "patch"]'
    )
    assert outcome(asked(tmp_path, strong, parts, base=base)) is expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["cluster-admin"], YES), (["view"], MAYBE), ([], YES)],
)
def test_who_may_give_a_role_has_it(tmp_path: Path, names: list[str], expected: Outcome) -> None:
    """To bind any role, or the one that may do everything, is everything; what another role is worth is not known."""
    parts = role("binds", rule(f"{RBAC}/clusterroles/bind", names), rule(f"{RBAC}/clusterrolebindings/create")) + bound("binds")
    assert outcome(asked(tmp_path, parts)) is expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["system:masters"], YES), (["devs"], NO)],
)
def test_who_may_be_a_master_is_one(tmp_path: Path, names: list[str], expected: Outcome) -> None:
    """To speak for the group that no cluster refuses anything is everything, and for a group without rights it is nothing."""
    parts = role("speaks", rule("core/groups/impersonate", names), rule("core/serviceaccounts/impersonate")) + bound("speaks")
    assert outcome(asked(tmp_path, parts)) is expected


def test_in_a_namespace_roles_are_given_there_alone(tmp_path: Path) -> None:
    """A right to give roles in a namespace is any right in it, and none over what lies outside."""
    parts = given(f"{RBAC}/rolebindings/create", f"{RBAC}/clusterroles/bind", namespace="shop")
    answers = asked(tmp_path, parts)
    assert outcome(answers) is YES
    assert outcome(answers, "kubernetes_persistent_volume_v1.disk") is NO
    assert outcome(asked(tmp_path, parts.replace('namespace = "shop"', 'namespace = "other"'))) is NO


def test_the_path_is_told(tmp_path: Path) -> None:
    """Who becomes whom by which binding, and what that one may do to what: with the place of each."""
    built = picture(tmp_path, STRONG_HAS, given("core/serviceaccounts/token/create", namespace="shop"))
    found = next(each for each in authority(built).who_can(Verb.DESTROY, CLAIM) if each.identity == A)
    text = " / ".join(step.text for step in found.path)
    assert f"{A} may core/serviceaccounts/token/create on {STRONG}" in text
    assert "gives kubernetes_cluster_role_v1.some in kubernetes_namespace_v1.shop" in text
    assert f"core/persistentvolumeclaims/delete, which destroys {CLAIM}" in text
    assert any(step.location is not None and step.location.file == "main.tf" for step in found.path)


def test_a_right_over_oneself_is_shown(tmp_path: Path) -> None:
    """Where nothing follows from rights that one gives oneself, the way to them is told all the same, each step once."""
    parts = given(f"{RBAC}/clusterrolebindings/create", f"{RBAC}/clusterroles/bind")
    (found,) = [each for each in asked(tmp_path, parts).reaches(A) if each.target.startswith(A)]
    texts = [step.text for step in found.path]
    assert f"{A} may {RBAC}/clusterroles/bind on cluster prod" in " / ".join(texts)
    assert texts[-1] == "so it gives itself any right there (bind in the cluster by create)"
    destroyed = next(each for each in asked(tmp_path, parts).who_can(Verb.DESTROY, CLAIM) if each.identity == A)
    assert len(destroyed.path) == len({*destroyed.path})
