"""Root modules that call one module, so that they have one set of addresses: what tests of comparisons write and ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
from msgspec import Struct

from policypack.pages import schema_text
from tests.gate.repositories import commit, git
from tests.test_cli import call

MODULE = """
variable "env" {}
variable "does" { default = "rds:DescribeDBInstances" }
variable "also" { default = [] }
variable "kept" { default = true }
variable "days" { default = 7 }
resource "aws_db_instance" "main" {
  identifier              = "orders-${var.env}"
  deletion_protection     = var.kept
  backup_retention_period = var.days
  tags                    = { env = var.env }
}
resource "aws_iam_role" "agent" {
  name               = "agent-${var.env}"
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole",
    Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "agent" {
  role   = aws_iam_role.agent.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = var.does,
    Resource = concat([aws_db_instance.main.arn], var.also) }] })
}
output "role" { value = aws_iam_role.agent.id }
"""
ROOT = """
provider "aws" {{ allowed_account_ids = ["{account}"] }}
module "{name}" {{
  source = "../../modules/all"
{arguments}}}
{more}"""
MAY = "rds:*"
PRODUCTION = "arn:aws:rds:eu-west-1:111111111111:db:orders-prod"


class Root(Struct, frozen=True):
    """One root: what it is for, what it is told, and what is written beside the call."""

    env: str = "prod"
    does: str = "rds:DescribeDBInstances"
    also: str = ""
    kept: bool = True
    days: int = 7
    account: str = "111111111111"
    name: str = "all"
    more: str = ""


Roots = dict[str, Root]


def written(folder: Path, roots: Roots) -> Path:
    """The roots in `live`, beside the module that they call."""
    (folder / "modules/all").mkdir(parents=True, exist_ok=True)
    (folder / "modules/all/main.tf").write_text(MODULE, "utf-8")
    for path, root in roots.items():
        values = {"env": root.env, "does": root.does, "kept": root.kept, "days": root.days}
        values["also"] = [root.also] if root.also else []
        arguments = "".join(f"  {name} = {json.dumps(value)}\n" for name, value in values.items())
        (folder / "live" / path).mkdir(parents=True)
        text = ROOT.format(account=root.account, name=root.name, arguments=arguments, more=root.more)
        (folder / "live" / path / "main.tf").write_text(text, "utf-8")
    return folder


def branched(folder: Path, before: Roots, after: Roots) -> Path:
    """A repository whose main has the roots of before, and its branch those of after."""
    written(folder, before)
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    git(folder, "checkout", "-q", "-b", "change")
    git(folder, "rm", "-rq", "live")
    written(folder, after)
    git(folder, "add", "-A")
    return folder


def told(folder: Path, *arguments: str) -> Any:
    """What `policypack diff` says as JSON, which is what the published schema describes."""
    done = call("diff", "--format", "json", *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    jsonschema.validate(found, json.loads(schema_text("diff")))
    return found


def powers(found: Any, verb: str = "destroy") -> set[str]:
    """Who has a power over what, as `prod:agent > prod:main`."""
    return {short(f"{each['identity']} > {each['target']}") for each in found if each["verb"] == verb}


def short(text: str) -> str:
    """A text without the parts that all addresses here have in common."""
    for part in ("live/", "aws_iam_role.", "aws_iam_user.", "aws_db_instance.", "module.all."):
        text = text.replace(part, "")
    return text
