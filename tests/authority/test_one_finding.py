"""How a power is reported: once for each identity and question, as a finding of agents only, and as an answer for everybody."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import IdentityKind, Outcome, Verb
from policypack.read.options import ReadOptions
from policypack.run import Report
from policypack.scan import read_all
from policypack.settings import Settings
from tests.authority.pictures import ACCOUNT, PROVIDER, allow, role
from tests.expectations import scan

MANY = "".join(f'resource "aws_dynamodb_table" "t{n:02}" {{\n  name = "t{n:02}"\n  hash_key = "id"\n}}\n' for n in range(100))
DATABASE = """resource "aws_db_instance" "main" {
  identifier               = "main"
  engine                   = "postgres"
  backup_retention_period  = 7
  delete_automated_backups = false
}
"""
EVERYTHING = allow(["dynamodb:*", "backup:*"])
WAYS_IN = {
    IdentityKind.AGENT: ("agent", None),
    IdentityKind.AUTOMATION: (
        "deploy",
        {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
    ),
    IdentityKind.WORKLOAD: ("web", {"Service": "ec2.amazonaws.com"}),
    IdentityKind.PERSON: ("alice", {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/idp"}),
}


def reported(folder: Path, *parts: str) -> Report:
    """The report on a module of these parts."""
    (folder / "main.tf").write_text(PROVIDER + "".join(parts), "utf-8")
    return scan(folder, folder)


def test_a_hundred_stores_are_one_finding_a_question(tmp_path: Path) -> None:
    """An agent that may do everything to a hundred tables is one finding for each question, which names three of them and counts."""
    report = reported(tmp_path, MANY, role("agent", EVERYTHING))
    about = [each for each in report.findings if each.resource.type == "aws_iam_role"]
    assert max(Counter(each.check for each in about).values()) == 1
    (destroys,) = [each for each in about if each.check == "agent_can_destroy_data"]
    assert "aws_dynamodb_table.t00, aws_dynamodb_table.t01, aws_dynamodb_table.t02 and 97 more" in destroys.message
    assert not [each for each in report.findings if "t50" in each.message and each.resource.type == "aws_iam_role"]


@pytest.mark.parametrize("kind", WAYS_IN)
def test_the_same_power_is_a_finding_of_agents_and_an_answer_about_everybody(tmp_path: Path, kind: IdentityKind) -> None:
    """Whatever acts with a role, `who-can` names it; only an agent's power is a finding of its own, which says why it is an agent's."""
    name, trust = WAYS_IN[kind]
    report = reported(tmp_path, DATABASE, role(name, allow("rds:*"), trust=trust))
    catalog = load_catalog()
    picture = build(read_all([tmp_path], ReadOptions(base=tmp_path), catalog.knows), catalog, Settings())
    (identity,) = picture.identities
    assert identity.kind is kind
    assert identity.reason
    told = {each.check for each in report.findings if each.resource.address == identity.address}
    assert ("agent_can_destroy_data" in told) is (kind is IdentityKind.AGENT)
    assert "one_identity_destroys_all" in told
    answers = authority(picture)
    assert [
        each.outcome for each in answers.who_can(Verb.DESTROY, "aws_db_instance.main") if each.identity == identity.address
    ] == [Outcome.YES]
    for finding in report.findings:
        if finding.check == "agent_can_destroy_data":
            assert f"is an agent's: {identity.reason}" in finding.because[0].text
