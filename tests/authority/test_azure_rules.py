"""Every rule by which one gets further on Azure: it works with its actions, and not without any one of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from policypack.authority.azure import DATA, LANGUAGE
from policypack.catalog.scoped import Rule
from policypack.catalog.scoped.azure_roles import of_data
from policypack.model import Outcome
from tests.authority.azure import BASE, GROUP, MAYBE, NO, OWNER, YES, custom, given, outcome

RULES = {each.name: each for each in LANGUAGE.facts.rules}
POWERFUL = given("Contributor", to=f"{OWNER}.principal_id", label="powerful")
ELSEWHERE = "azurerm_resource_group.other.id"
# What these need beside their actions is in the directory: test_azure_reach.py has them.
DIRECTORY = {"add_secret", "reset_password", "elevate_access"}
HELD = [each for each in RULES.values() if each.at == "holder"]
HOLDER = (
    'resource "%s" "held" {\n  name = "held"\n  resource_group_name = azurerm_resource_group.other.name\n'
    f'  identity {{\n    type = "UserAssigned"\n    identity_ids = [{OWNER}.id]\n  }}\n}}\n'
)


def allowing(actions: tuple[str, ...], scope: str) -> str:
    """A role of the agent with these actions, each in its plane."""
    control = [each for each in actions if each.lower() not in of_data()]
    data = [each for each in actions if each.lower() in of_data()]
    assert not any(each.startswith(DATA) for each in actions)
    return custom(f"actions = {control}\n data_actions = {data}".replace("'", '"'), scope)


def without_each(actions: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The actions less one, for each of them."""
    for place in range(len(actions)):
        yield (*actions[:place], *actions[place + 1 :])


def expected(rule: Rule) -> Outcome:
    """How surely a rule leads to what it says."""
    return MAYBE if rule.depends else YES


@pytest.mark.parametrize(("name", "kind"), [(each.name, kind) for each in HELD for kind in each.kinds])
def test_who_runs_code_in_something_is_what_that_runs_as(tmp_path: Path, name: str, kind: str) -> None:
    """On everything that runs as an identity, the actions of a rule lead to it, and the actions less one do not."""
    rule, holder = RULES[name], HOLDER % kind
    base = POWERFUL + holder
    assert outcome(tmp_path, base, allowing(rule.actions, f"{kind}.held.id")) is expected(rule)
    assert outcome(tmp_path, base, allowing(rule.actions, "azurerm_storage_account.data.id")) is NO
    for fewer in without_each(rule.actions):
        assert outcome(tmp_path, base, allowing(fewer, f"{kind}.held.id")) is NO


@pytest.mark.parametrize("also", RULES["assign_identity"].also or [()], ids=lambda each: each[0])
def test_an_identity_is_given_to_something_new(tmp_path: Path, also: tuple[str, ...]) -> None:
    """Who assigns an identity and makes something that runs as it is that identity; either alone is not enough."""
    rule = RULES["assign_identity"]
    assert outcome(tmp_path, POWERFUL, allowing((*rule.actions, *also), ELSEWHERE)) is YES
    assert outcome(tmp_path, POWERFUL, allowing(rule.actions, ELSEWHERE)) is NO
    assert outcome(tmp_path, POWERFUL, allowing(also, ELSEWHERE)) is NO


def test_who_administers_a_cluster_is_what_its_pods_are(tmp_path: Path) -> None:
    """An identity that takes the tokens of a cluster's service accounts is had by whoever administers the cluster."""
    cluster = (
        'resource "azurerm_kubernetes_cluster" "c" {\n  name = "c"\n  resource_group_name = azurerm_resource_group.other.name\n}\n'
        'resource "azurerm_federated_identity_credential" "pod" {\n  name = "pod"\n'
        f"  user_assigned_identity_id = {OWNER}.id\n  issuer = azurerm_kubernetes_cluster.c.oidc_issuer_url\n"
        '  subject = "system:serviceaccount:shop:backup"\n}\n'
    )
    role = "Azure Kubernetes Service Cluster Admin Role"
    assert outcome(tmp_path, POWERFUL, cluster, given(role, "azurerm_kubernetes_cluster.c.id")) is YES
    assert outcome(tmp_path, POWERFUL, cluster, given(role, GROUP)) is NO


def test_an_identity_is_trusted_from_outside(tmp_path: Path) -> None:
    """Who writes the federated credentials of an identity is that identity."""
    rule = RULES["federate_identity"]
    assert outcome(tmp_path, POWERFUL, allowing(rule.actions, ELSEWHERE)) is YES
    assert outcome(tmp_path, POWERFUL, allowing(rule.actions, GROUP)) is NO


@pytest.mark.parametrize(
    "name", [each.name for each in RULES.values() if each.gains == "rights" and each.name not in DIRECTORY]
)
def test_rights_of_ones_own_choosing(tmp_path: Path, name: str) -> None:
    """A rule about rights gives them at the place where its actions are allowed, and not elsewhere."""
    rule = RULES[name]
    assert outcome(tmp_path, allowing(rule.actions, GROUP)) is expected(rule)
    assert outcome(tmp_path, allowing(rule.actions, ELSEWHERE)) is NO


def test_no_rule_is_left_out() -> None:
    """Each rule of the language is one of those that are tested here, in the directory or with the accounts of clusters."""
    tested = {*(each.name for each in HELD), "assign_identity", "federate_identity", "present_token", *DIRECTORY}
    rest = set(RULES) - tested
    assert all(RULES[name].gains == "rights" for name in rest)
    assert "azurerm_user_assigned_identity" in BASE
