"""Rights over what lies in a store, where they are not rights over the store: search domains, items, SQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policypack.model import GuardKind, Outcome, Verb
from tests.authority.pictures import ACCOUNT, allow, asked, outcome, policy, role

DOMAIN = "aws_opensearch_domain.d"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/bot"
TABLE = """resource "aws_dynamodb_table" "t" {
  name = "t"
  hash_key = "id"
}
"""
CLUSTER = """resource "aws_rds_cluster" "c" {
  cluster_identifier = "c"
  engine = "aurora-postgresql"
}
"""


def domain(*statements: dict[str, Any], inline: bool = False) -> str:
    """A search domain with an access policy, of its own type or in the domain."""
    text = f'  access_policies = "{policy(*statements)}"\n'
    beside = f'resource "aws_opensearch_domain_policy" "p" {{\n  domain_name = aws_opensearch_domain.d.domain_name\n{text}}}\n'
    own = f'resource "aws_opensearch_domain" "d" {{\n  domain_name = "d"\n{text if inline else ""}}}\n'
    return own if inline or not statements else own + beside


@pytest.mark.parametrize("inline", [False, True])
@pytest.mark.parametrize("principal", ["*", {"AWS": ROLE}])
def test_a_domain_policy_lets_nobody_delete_the_domain(tmp_path: Path, principal: Any, inline: bool) -> None:
    """In the policy of a domain `es:*` stands for requests to what lies in it: the domain, its settings and its snapshots stay."""
    parts = domain(allow("es:*", Principal=principal), inline=inline)
    answers = asked(tmp_path, parts, role("bot"))
    found = {each.verb: each for each in answers.powers_of("aws_iam_role.bot") if each.target == DOMAIN}
    assert {verb: power.outcome for verb, power in found.items()} == {Verb.DESTROY: Outcome.YES}
    assert found[Verb.DESTROY].actions == ("es:ESHttpDelete",)
    assert not any("die" in step.text for step in found[Verb.DESTROY].path)
    assert answers.destroys_all(DOMAIN) == ()
    for named in (DOMAIN, f"arn:aws:es:eu-west-1:{ACCOUNT}:domain/d"):
        assert answers.can("aws_iam_role.bot", "es:DeleteDomain", named).outcome is Outcome.NO


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("es:DeleteDomain", "${aws_opensearch_domain.d.arn}", Outcome.YES),
        ("es:DeleteDomain", "${aws_opensearch_domain.d.arn}/*", Outcome.NO),
        ("es:ESHttp*", "${aws_opensearch_domain.d.arn}/*", Outcome.YES),
        ("es:ESHttpDelete", f"arn:aws:es:eu-west-1:{ACCOUNT}:domain/d/*", Outcome.YES),
        ("es:ESHttp*", "${aws_opensearch_domain.d.arn}", Outcome.NO),
        ("es:ESHttpDelete", f"arn:aws:es:eu-west-1:{ACCOUNT}:domain/other/*", Outcome.NO),
        ("es:ESHttpGet", "*", Outcome.NO),
    ],
)
def test_requests_are_made_of_what_lies_in_a_domain(tmp_path: Path, action: str, resource: str, expected: Outcome) -> None:
    """A policy about requests names what lies in the domain; one about the domain names the domain."""
    answers = asked(tmp_path, domain(), role("bot", allow(action, resource)))
    assert outcome(answers, "aws_iam_role.bot", Verb.DESTROY, DOMAIN) is expected


ACCESS = "  advanced_security_options {\n    enabled = %s\n  }\n"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("", Outcome.YES),
        (ACCESS % "false", Outcome.YES),
        (ACCESS % "true", Outcome.MAYBE),
        (ACCESS % "var.fine", Outcome.MAYBE),
        ('  vpc_options {\n    subnet_ids = ["subnet-1"]\n  }\n', Outcome.MAYBE),
        (
            '  dynamic "vpc_options" {\n    for_each = var.networks\n    content {\n      subnet_ids = [vpc_options.value]\n    }\n  }\n',
            Outcome.MAYBE,
        ),
    ],
    ids=[
        "public",
        "no fine-grained access",
        "fine-grained access",
        "perhaps fine-grained access",
        "in a network",
        "perhaps in a network",
    ],
)
@pytest.mark.parametrize("kind", ["aws_opensearch_domain", "aws_elasticsearch_domain"])
def test_requests_are_certain_where_nothing_but_iam_decides(
    tmp_path: Path, kind: str, settings: str, expected: Outcome
) -> None:
    """A domain that everybody reaches, and that has no users of its own, asks IAM alone who deletes its indexes."""
    text = f'variable "fine" {{}}\nvariable "networks" {{}}\nresource "{kind}" "d" {{\n  domain_name = "d"\n{settings}}}\n'
    answers = asked(tmp_path, text, role("bot", allow("es:ESHttpDelete")))
    assert outcome(answers, "aws_iam_role.bot", Verb.DESTROY, f"{kind}.d") is expected


def test_a_deny_of_a_domain_policy_keeps_nobody_from_deleting_the_domain(tmp_path: Path) -> None:
    """What a domain's own policy denies is requests: the call that deletes the domain never asks it."""
    refuses = {**allow("es:*", Principal="*"), "Effect": "Deny"}
    answers = asked(tmp_path, domain(refuses), role("bot", allow("es:DeleteDomain")))
    assert outcome(answers, "aws_iam_role.bot", Verb.DESTROY, DOMAIN) is Outcome.YES
    guards = {each.kind for store in answers.infrastructure.stores for each in store.guards}
    assert GuardKind.POLICY_DENY not in guards


@pytest.mark.parametrize(
    ("parts", "address", "actions", "expected"),
    [
        (domain(), DOMAIN, ["es:DeleteDomain"], Outcome.YES),
        (domain(), DOMAIN, ["es:ESHttpDelete"], Outcome.NO),
        (domain(), DOMAIN, ["es:ESHttp*", "s3:*"], Outcome.NO),
        (CLUSTER, "aws_rds_cluster.c", ["rds:DeleteDBCluster"], Outcome.YES),
        (CLUSTER, "aws_rds_cluster.c", ["rds-data:*"], Outcome.NO),
        (CLUSTER, "aws_rds_cluster.c", ["rds-data:*", "rds:DeleteDBClusterAutomatedBackup"], Outcome.MAYBE),
        (CLUSTER, "aws_rds_cluster.c", ["rds-data:*", "rds:DeleteDBCluster"], Outcome.YES),
        (TABLE, "aws_dynamodb_table.t", ["dynamodb:DeleteItem"], Outcome.YES),
    ],
)
def test_who_empties_a_store_leaves_what_goes_with_the_store(
    tmp_path: Path, parts: str, address: str, actions: list[str], expected: Outcome
) -> None:
    """Automated backups that are deleted with their store outlive what is deleted in it, unless they are deleted too."""
    answers = asked(tmp_path, parts, role("bot", allow(actions)))
    found = [each.outcome for each in answers.destroys_all(address)]
    assert found == ([] if expected is Outcome.NO else [expected])


RECORDER = """resource "aws_config_configuration_recorder" "r" {
  name = "r"
  role_arn = "arn:aws:iam::111111111111:role/config"
}
"""


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("config:PutConfigurationRecorder", Outcome.YES),
        ("config:PutDeliveryChannel", Outcome.YES),
        ("config:StopConfigurationRecorder", Outcome.YES),
        ("config:PutConfigRule", Outcome.NO),
        ("config:Describe*", Outcome.NO),
    ],
)
def test_who_says_what_is_recorded_blinds_the_recorder(tmp_path: Path, action: str, expected: Outcome) -> None:
    """A recorder that is told to record less, or to deliver elsewhere, is no trail any more."""
    answers = asked(tmp_path, RECORDER, role("bot", allow(action)))
    assert outcome(answers, "aws_iam_role.bot", Verb.STOP_AUDIT, "aws_config_configuration_recorder.r") is expected
