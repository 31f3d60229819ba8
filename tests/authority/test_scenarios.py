"""Whole stories of who can destroy what: each is judged as it says, as configuration and as plan, and turns with what decides it."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from policypack.authority import authority
from policypack.check import Finding, Severity
from policypack.model import Outcome, Verb
from policypack.run import Report
from tests.expectations import FROM_SOURCE, Found, marks, scan

HERE = Path(__file__).with_name("scenarios")
SCENARIOS = sorted(path.parent for path in HERE.glob("*/main.tf"))
PLANNED = [folder for folder in SCENARIOS if (folder / "plan.json").is_file()]


def named(folder: Path) -> str:
    """The name of a parametrised case."""
    return folder.name


def judged(folder: Path) -> Report:
    """The report on a configuration, once it is sure that nothing in it failed."""
    report = scan(folder, folder)
    assert not report.crashed
    return report


def changed(name: str, tmp_path: Path, *edits: tuple[str, str]) -> Path:
    """A copy of a scenario in which texts are replaced. What is replaced has to be there; white space does not count."""
    text = (HERE / name / "main.tf").read_text("utf-8")
    for old, new in edits:
        pattern = re.compile(r"\s+".join(map(re.escape, old.split())))
        assert pattern.search(text), f"{name} has no {old}"
        text = new.join(pattern.split(text))
    (tmp_path / "main.tf").write_text(text, "utf-8")
    return tmp_path


def found(report: Report) -> set[tuple[str, str]]:
    """Checks and addresses of what was found for certain."""
    return {(each.check, each.resource.address) for each in report.findings if each.certain}


def of(report: Report, check: str, address: str) -> Finding:
    """The one finding of a check about an address: more than one would be a wall."""
    (finding,) = [each for each in report.findings if (each.check, each.resource.address) == (check, address)]
    return finding


def told(finding: Finding) -> str:
    """The proof as one text."""
    return " | ".join(step.text for step in finding.because)


@pytest.mark.parametrize("folder", SCENARIOS, ids=named)
def test_the_configuration_is_judged_as_it_says(folder: Path) -> None:
    """What is marked is found, and nothing else is, by all checks together."""
    said = marks(folder)
    assert said.of(iter(judged(folder).findings)) == said.expected


@pytest.mark.parametrize("folder", PLANNED, ids=named)
def test_the_plan_is_judged_as_it_says(folder: Path) -> None:
    """The plan, read with its configuration, gives the same findings."""
    said = marks(folder)
    report = scan(folder / "plan.json", folder, source=folder)
    assert not report.crashed
    assert said.of(iter(report.findings)) == said.expected


@pytest.mark.parametrize("folder", PLANNED, ids=named)
def test_the_plan_alone_is_judged_as_it_says(folder: Path, tmp_path: Path) -> None:
    """Without its configuration a plan loses what only a configuration holds: nothing of who can do what."""
    shutil.copy(folder / "plan.json", tmp_path / "plan.json")
    said = marks(folder)
    expected = {each for each in said.expected if each.check not in FROM_SOURCE} | said.alone
    assert said.of(iter(scan(tmp_path / "plan.json", folder).findings)) == expected


@dataclass(frozen=True)
class Turn:
    """A change to a scenario, and what is found afterwards that was not (`more`) or no longer is (`less`)."""

    name: str
    edits: tuple[tuple[str, str], ...]
    more: frozenset[tuple[str, str]] = frozenset()
    less: frozenset[tuple[str, str]] = frozenset()


AGENT = "aws_iam_role.agent"


def turn(name: str, edits: list[tuple[str, str]], *, more: str = "", less: str = "") -> Turn:
    """A turn whose checks are written as words; each may name another address than the agent's behind an @."""

    def read(text: str) -> frozenset[tuple[str, str]]:
        pairs = (word.partition("@") for word in text.split())
        return frozenset((check, address or AGENT) for check, _, address in pairs)

    return Turn(name, tuple(edits), read(more), read(less))


BOTH = "agent_without_boundary"
TURNS = [
    turn("s03", [('role/operator*"', 'role/reader*"')], less="agent_can_destroy_data"),
    turn("s03", [('AWS = "arn:aws:iam::111111111111:root"', 'AWS = "arn:aws:iam::333333333333:root"')], less="agent_can_destroy_data"),
    turn("s05", [('"s3:PutLifecycleConfiguration"', '"s3:GetLifecycleConfiguration"')], less="agent_can_weaken_guards@aws_iam_user.uploader"),
    turn("s05", [('"s3:PutLifecycleConfiguration"', '"s3:GetLifecycleConfiguration"'), ('"s3:PutObject"', '"s3:ListBucket"')], less=" ".join(f"{each}@aws_iam_user.uploader" for each in ("agent_can_destroy_data", "agent_can_weaken_guards", "agent_without_boundary"))),
    turn("s06", [("policy/AdministratorAccess", "policy/ReadOnlyAccess")], less=" ".join(f"one_identity_destroys_all@aws_iam_role.{each}" for each in ("alice", "ben", "carol"))),
    turn("s08", [('"rds:ModifyDBInstance"', '"rds:RebootDBInstance"')], less=f"agent_can_weaken_guards deleter_can_unprotect {BOTH}"),
    turn("s08", [('Effect = "Deny"', 'Effect = "Allow"')], more="agent_can_destroy_data"),
    turn("s10", [(', "rds:RemoveTagsFromResource"', "")], less="agent_can_bypass_boundary"),
    turn("s10b", [('"iam:TagRole"', '"iam:ListRoles"')], less="agent_can_bypass_boundary"),
    turn("s12", [('"iam:CreatePolicyVersion"', '"iam:GetPolicyVersion"')], less="agent_can_escalate"),
    turn("s12", [("policy/agent-*", "policy/other-*")], less="agent_can_escalate"),
    turn("s14", [("kms_key_arn = aws_kms_key.copies.arn", "")], less="backup_key_destroyable@aws_kms_key.copies"),
    turn("s14", [('"kms:ScheduleKeyDeletion"', '"kms:DescribeKey"')], less=f"agent_can_destroy_keys {BOTH}"),
    turn("s14b", [('AWS = "arn:aws:iam::222222222222:root"', 'AWS = "arn:aws:iam::111111111111:root"')], more=f"agent_can_destroy_keys {BOTH} backup_key_destroyable@aws_kms_key.copies"),
    turn("s17", [("min_retention_days", "changeable_for_days = 3\n  min_retention_days")], less="deletion_by_one_person@aws_backup_vault.offsite vault_unlocked@aws_backup_vault.offsite"),
    turn("s22_gate", [('permission = "admin"', 'permission = "pull"')], less="agent_can_destroy_data@github_team.agent agent_can_weaken_guards@github_team.agent agent_can_approve@github_team_repository.agent"),
    turn("s22_gate", [("repo:acme/infra:*", "repo:acme/infra:environment:production"), ("StringLike   = {", "StringEqualsIgnoreCase = {")], less="apply_role_unpinned@aws_iam_role.apply"),
    turn("s22", [("repo:acme/shop:*", "repo:acme/shop:environment:agent"), ("StringLike", "StringEqualsIgnoreCase")], less="agent_identity_shared apply_role_unpinned"),
    turn("s22", [("repo:acme/shop:*", "repo:acme/shop:environment:agent"), ("StringLike", "StringEqualsIgnoreCase"), ("policy/AdministratorAccess", "policy/ReadOnlyAccess")], more="agent_can_read_credentials", less=f"agent_identity_shared apply_role_unpinned agent_holds_admin agent_can_destroy_data {BOTH}"),
    turn("s27", [('"rds:Delete*",', "")], more=f"agent_can_destroy_copies {BOTH}"),
    turn("s27", [('"rds:Modify*",', "")], more=f"agent_can_weaken_guards deleter_can_unprotect {BOTH}"),
    turn("s27", [('"rds:Delete*",', ""), ('"rds:Modify*",', "")], more=f"agent_can_destroy_data agent_can_destroy_copies agent_can_weaken_guards deleter_can_unprotect {BOTH}"),
    turn("s27", [('"secretsmanager:*"', '"secretsmanager:CreateSecret"'), ('"organizations:*",', "")]),
    turn("s28", [("arn:aws:rds:*:333333333333:db:*", "*"), ('provider = aws.development\n  name = "agent"', 'name = "agent"')], more=f"agent_can_destroy_copies {BOTH}"),
]  # fmt: skip


@pytest.mark.parametrize("case", TURNS, ids=lambda case: case.name)
def test_what_decides_a_scenario_turns_it(case: Turn, tmp_path: Path) -> None:
    """One action, one star, one principal more or less changes the verdict, and nothing beside it."""
    before = found(judged(HERE / case.name))
    after = found(judged(changed(case.name, tmp_path, *case.edits)))
    assert after - before == set(case.more)
    assert before - after == set(case.less)


def test_the_path_of_an_operator_is_shown() -> None:
    """S03: the proof names the statement that assumes, the trust that lets in, and what the operator may do."""
    text = told(of(judged(HERE / "s03"), "agent_can_destroy_data", AGENT))
    assert f"{AGENT} assumes aws_iam_role.operator" in text
    assert "aws_iam_role.operator trusts it" in text
    assert "aws_iam_role.operator may rds:DeleteDBInstance, which destroys aws_db_instance.orders" in text


@pytest.mark.parametrize(
    ("name", "check", "address", "steps"),
    [
        ("s05", "agent_can_destroy_data", "aws_iam_user.uploader", ["aws_iam_access_key.uploader", "s3:PutLifecycleConfiguration"]),
        ("s05", "agent_can_weaken_guards", "aws_iam_user.uploader", ["s3:PutLifecycleConfiguration", "without any right to delete"]),
        ("s06", "one_identity_destroys_all", "aws_iam_role.alice", ["deletion protection", "destroys aws_db_instance.orders", "aws_backup_vault.daily", "aws_backup_vault.offsite"]),
        ("s08", "deleter_can_unprotect", AGENT, ["rds:ModifyDBInstance", "deletion_protection = true", "leave it to the next destroy"]),
        ("s10", "agent_can_bypass_boundary", AGENT, ["aws:resourcetag/env", "rds:RemoveTagsFromResource", "rds:DeleteDBInstance"]),
        ("s10b", "agent_can_bypass_boundary", AGENT, ["aws:principaltag/break-glass", "iam:TagRole", "rds:DeleteDBInstance"]),
        ("s12", "agent_can_escalate", AGENT, ["iam:CreatePolicyVersion on aws_iam_policy.agent", "new version of own policy"]),
        ("s14", "backup_key_destroyable", "aws_kms_key.copies", ["into aws_backup_vault.offsite", "encrypted with aws_kms_key.copies"]),
        ("s14", "agent_can_destroy_keys", AGENT, ["kms:ScheduleKeyDeletion, which destroys aws_kms_key.copies"]),
        ("s17", "deletion_by_one_person", "aws_backup_vault.offsite", ["backup:DeleteBackupVaultLockConfiguration", "backup:DeleteRecoveryPoint"]),
        ("s22", "agent_can_destroy_data", AGENT, ["deletion protection", "destroys aws_db_instance.orders", "env = prod"]),
        ("s22", "agent_identity_shared", AGENT, ["its name says", "of its trust policy"]),
        ("s27", "agent_holds_admin", AGENT, ["PowerUserAccess", "denies what would destroy"]),
    ],
)  # fmt: skip
def test_the_witness_is_shown(name: str, check: str, address: str, steps: list[str]) -> None:
    """The proof goes by these steps, in this order."""
    text = told(of(judged(HERE / name), check, address))
    places = [text.find(step) for step in steps]
    assert -1 not in places, text
    assert places == sorted(places), text


def test_protection_that_is_taken_off_is_part_of_the_path(tmp_path: Path) -> None:
    """S08 with the delete allowed: first the protection, then the database."""
    report = judged(changed("s08", tmp_path, ('Effect = "Deny"', 'Effect = "Allow"')))
    text = told(of(report, "agent_can_destroy_data", AGENT))
    assert text.index("takes away deletion protection") < text.index("which destroys aws_db_instance.orders")


def test_every_administrator_is_a_witness() -> None:
    """S06: three administrators are three findings, each with the primary and both vaults in its proof."""
    report = judged(HERE / "s06")
    for who in ("alice", "ben", "carol"):
        text = told(of(report, "one_identity_destroys_all", f"aws_iam_role.{who}"))
        assert "destroys aws_db_instance.orders" in text
        assert "aws_backup_vault.daily" in text
        assert "aws_backup_vault.offsite" in text


def test_a_hard_deny_makes_a_broad_grant_mild() -> None:
    """S27: the grant is still said, and no longer critical."""
    assert of(judged(HERE / "s27"), "agent_holds_admin", AGENT).severity is Severity.LOW


def test_a_broad_grant_without_a_deny_is_critical(tmp_path: Path) -> None:
    """S27 without its denies: the same finding is as severe as its check."""
    report = judged(changed("s27", tmp_path, ('Effect = "Deny"', 'Effect = "Allow"')))
    assert of(report, "agent_holds_admin", AGENT).severity is Severity.CRITICAL
    assert of(report, "agent_can_destroy_data", AGENT).certain


def test_nobody_takes_all_where_copies_are_locked_elsewhere(tmp_path: Path) -> None:
    """S29: an operator who may delete everything at home takes one copy at most; without the locks and with a way in, all."""
    here = authority(judged(HERE / "s29").infrastructure)
    assert here.destroys_all("aws_db_instance.orders") == ()
    assert [each.outcome for each in here.who_can(Verb.DESTROY, "aws_db_instance.orders")] == [Outcome.YES]
    opened = (HERE / "s29" / "main.tf").read_text("utf-8")
    opened = re.sub(r"changeable_for_days\s*= 3\n", "", opened).replace('"backup:*"', '"backup:*", "sts:AssumeRole"')
    opened = opened.replace('target_vault_name = "Default"', "target_vault_name = aws_backup_vault.one.name")
    (tmp_path / "main.tf").write_text(opened + KEEPER, "utf-8")
    wrong = judged(tmp_path)
    assert ("one_identity_destroys_all", "aws_iam_role.operator") in found(wrong)
    assert ("backup_domain_administrable", "aws_iam_role.keeper") in found(wrong)


def test_an_air_gapped_vault_at_home_is_out_of_reach_and_not_apart(tmp_path: Path) -> None:
    """S29 with a vault that is locked by construction: nobody takes it, and whether that is enough is a setting, which is named."""
    strict = judged(HERE / "s29b")
    assert authority(strict.infrastructure).destroys_all("aws_db_instance.orders") == ()
    finding = of(strict, "backup_in_same_domain", "aws_db_instance.orders")
    assert "what is locked there outlasts a delete" in finding.message
    assert "backups.separation: vault" in told(finding)
    shutil.copy(HERE / "s29b" / "main.tf", tmp_path)
    (tmp_path / "policypack.yaml").write_text("version: 1\nbackups: {separation: vault}\n", "utf-8")
    assert judged(tmp_path).findings == ()


def test_a_plain_vault_at_home_is_within_reach(tmp_path: Path) -> None:
    """S29 with an ordinary vault instead, or with none of the copies in it: the operator takes all, or nothing separates."""
    gapped = 'resource "aws_backup_logically_air_gapped_vault" "gapped" { name = "gapped" min_retention_days = 30 max_retention_days = 365 }'
    plain = changed(
        "s29b",
        tmp_path,
        (gapped, 'resource "aws_backup_vault" "gapped" {\n  name = "gapped"\n}'),
        ("aws_backup_logically_air_gapped_vault.gapped.arn", "aws_backup_vault.gapped.arn"),
        ('target_vault_name = "Default"', "target_vault_name = aws_backup_vault.gapped.name"),
    )
    (plain / "policypack.yaml").write_text("version: 1\nbackups: {separation: vault}\n", "utf-8")
    assert found(judged(plain)) >= {
        ("one_identity_destroys_all", "aws_iam_role.operator"),
        ("backup_in_same_domain", "aws_db_instance.orders"),
        ("vault_unlocked", "aws_backup_vault.gapped"),
    }


KEEPER = """
resource "aws_iam_role" "keeper" {
  provider = aws.backup
  name     = "keeper"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111111111111:root" } }]
  })
}

resource "aws_iam_role_policy" "keeper" {
  provider = aws.backup
  name     = "keeper"
  role     = aws_iam_role.keeper.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "backup:*", Resource = "*" }]
  })
}
"""


def test_a_policy_that_cannot_be_read_is_one_doubt(tmp_path: Path) -> None:
    """What an unreadable policy may allow is one uncertain finding, not one for each thing that it may allow."""
    text = (HERE / "s08" / "main.tf").read_text("utf-8")
    text = re.sub(
        r"policy = jsonencode\(\{\s+Version = \"2012-10-17\"\s+Statement = \[\s+\{\s+Effect\s+= \"Allow\"\s+Action\s+= \[\"rds:Des.*?\n  \}\)",
        "policy = var.policy",
        text,
        flags=re.DOTALL,
    )
    assert "var.policy" in text
    (tmp_path / "main.tf").write_text(text + '\nvariable "policy" {\n  type = string\n}\n', "utf-8")
    report = judged(tmp_path)
    assert {Found(each.check, each.resource.address, each.certain) for each in report.findings} == {
        Found("agent_can_destroy_data", AGENT, certain=False)
    }


def test_a_deny_that_can_be_stepped_out_of_is_never_a_no() -> None:
    """S10: who can take the tag off may destroy, and take the protection off first, under the same deny: possible, not excluded."""
    answers = authority(judged(HERE / "s10").infrastructure)
    for verb in (Verb.DESTROY, Verb.WEAKEN):
        assert [each.outcome for each in answers.who_can(verb, "aws_db_instance.orders")] == [Outcome.MAYBE]
