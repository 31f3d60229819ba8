"""Two roots that call one module have one set of addresses: what one of them may do is not what the other may."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.test_cli import call

DATABASE, ROLE = "aws_db_instance.main", "aws_iam_role.agent"
ROOT = """
provider "aws" {{ allowed_account_ids = ["{account}"] }}
module "all" {{
  source = "../../modules/all"
  env    = "{env}"
{more}}}
"""
MODULE = """
variable "env" {}
variable "also" { default = [] }
resource "aws_db_instance" "main" {
  identifier          = "orders-${var.env}"
  deletion_protection = true
  tags                = { env = var.env }
}
resource "aws_iam_role" "agent" {
  name               = "agent-${var.env}"
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole",
    Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "agent" {
  role   = aws_iam_role.agent.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "rds:*",
    Resource = concat([aws_db_instance.main.arn], var.also) }] })
}
"""
OTHERS = '  also = ["arn:aws:rds:eu-west-1:111111111111:db:orders-prod"]\n'


def _write(folder: Path, *, staging: str = "", account: str = "333333333333") -> Path:
    (folder / "modules/all").mkdir(parents=True, exist_ok=True)
    (folder / "modules/all/main.tf").write_text(MODULE, "utf-8")
    for env, number, more in (("prod", "111111111111", ""), ("staging", account, staging)):
        root = folder / "live" / env
        root.mkdir(parents=True, exist_ok=True)
        (root / "main.tf").write_text(ROOT.format(account=number, env=env, more=more), "utf-8")
    return folder


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Production and staging, each with an agent that may delete the database of its own root."""
    return _write(tmp_path)


def _findings(folder: Path, *arguments: str) -> list[dict[str, object]]:
    done = call("scan", *arguments, "--format", "json", cwd=folder)
    found: list[dict[str, object]] = json.loads(done.stdout)["findings"]
    return [{**each, "input": _root(each)} for each in found]


def _root(finding: dict[str, Any]) -> str:
    """The root that a finding is of: itself, or that of the call which leads to its block."""
    if finding["resource"].startswith("live/"):
        return str(finding["resource"])
    first = finding["module_calls"][0] if finding["module_calls"] else finding["location"]
    return str(first["file"]).rpartition("/")[0] or str(first["file"])


def _of_agents(findings: list[dict[str, object]]) -> set[tuple[object, object]]:
    return {(each["check"], each["input"]) for each in findings if str(each["check"]).startswith("agent_")}


def test_a_root_does_not_answer_for_its_namesake(estate: Path) -> None:
    """The agent of staging may delete staging's database, which has the address of production's, and is nobody's finding."""
    found = _findings(estate)
    assert ("agent_can_destroy_data", "live/prod") in _of_agents(found)
    assert {path for _, path in _of_agents(found)} == {"live/prod"}
    assert "module.@" not in json.dumps(found)


def test_together_they_are_told_as_each_by_itself(estate: Path) -> None:
    """What has nothing to do with the other root reads the same with and without it, so that a baseline holds for both."""
    alone = _findings(estate, "live/prod")
    assert alone
    assert [each for each in _findings(estate) if each["input"] == "live/prod"] == alone


def test_what_reaches_the_other_root_says_which(tmp_path: Path) -> None:
    """An agent of staging that names production's database reaches it there, and the text tells the two of one address apart."""
    found = _findings(_write(tmp_path, staging=OTHERS, account="111111111111"))
    crossing = [each for each in found if each["check"] == "agent_crosses_environments"]
    assert [each["input"] for each in crossing] == ["live/staging"]
    assert f"live/prod:module.all.{DATABASE}" in str(crossing[0]["message"])


def test_settings_name_addresses_as_terraform_prints_them(estate: Path) -> None:
    """A pattern of an address finds what has it in every root."""
    rules = f'version: 1\nenvironments:\n  production: {{addresses: ["module.all.{DATABASE}"]}}\n'
    (estate / "policypack.yaml").write_text(f"{rules}agents: [module.all.{ROLE}]\n", "utf-8")
    found = _of_agents(_findings(estate))
    assert {path for check, path in found if check == "agent_can_destroy_data"} == {"live/prod", "live/staging"}


def test_a_question_about_a_shared_address_asks_which(estate: Path) -> None:
    """Nobody is told about one root who may have meant another; naming it answers."""
    asked = call("who-can", "destroy", f"module.all.{DATABASE}", cwd=estate)
    assert asked.returncode == 2
    assert f"say which: live/prod:module.all.{DATABASE}, live/staging:module.all.{DATABASE}" in asked.stderr
    told = call("who-can", "destroy", f"live/prod:module.all.{DATABASE}", "--format", "json", cwd=estate)
    assert [each["identity"] for each in json.loads(told.stdout)["powers"]] == [f"live/prod:module.all.{ROLE}"]


@pytest.mark.parametrize(("of", "answer"), [("prod", "yes"), ("staging", "no")])
def test_a_decision_is_about_the_one_that_is_named(estate: Path, of: str, answer: str) -> None:
    """Each agent may delete what its own root has."""
    done = call("can", f"live/{of}:module.all.{ROLE}", "rds:DeleteDBInstance", f"live/prod:module.all.{DATABASE}", cwd=estate)
    assert done.stdout.startswith(f"{answer}: live/{of}:module.all.{ROLE} ")


def test_a_second_root_makes_no_old_finding_new(estate: Path) -> None:
    """A pull request that adds a root of the same addresses is told about what that root brings, and nothing else."""
    for arguments in (["init", "-q", "-b", "main"], ["add", "live/prod", "modules"], ["commit", "-qm", "one"]):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments], cwd=estate, check=True)
    found = _findings(estate, "live/prod", "live/staging", "--base", "main", "--only-new")
    assert {each["input"] for each in found if each["suppressed"] is None} <= {"live/staging"}
    assert any(each["suppressed"] == "in the base" for each in found)
