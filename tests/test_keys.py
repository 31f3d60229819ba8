"""The keys of instances are names that a configuration chooses: whatever they are, the answers are those about plain ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.test_cli import call

ROOT = """
provider "aws" {
  allowed_account_ids = ["111111111111"]
}
module "data" {
  for_each = toset([KEY])
  source   = "./data"
  key      = each.key
}
"""
MODULE = """
variable "key" {}
resource "aws_db_instance" "main" {
  for_each                = toset([var.key])
  identifier              = "orders"
  deletion_protection     = true
  backup_retention_period = 7
}
resource "aws_iam_user" "bot" {
  for_each = toset([var.key])
  name     = "deploy-bot"
}
resource "aws_iam_user_policy" "bot" {
  for_each = aws_iam_user.bot
  user     = each.value.name
  policy   = jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
resource "aws_iam_role" "deploy" {
  for_each           = toset([var.key])
  name               = "deploy"
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole",
    Principal = { AWS = aws_iam_user.bot[var.key].arn } }] })
}
resource "aws_iam_role_policy" "deploy" {
  for_each = aws_iam_role.deploy
  role     = each.value.name
  policy   = jsonencode({ Statement = [{ Effect = "Allow", Action = ["rds:*", "backup:*"], Resource = "*" }] })
}
resource "aws_backup_vault" "v" {
  for_each = toset([var.key])
  name     = "vault"
}
resource "aws_backup_plan" "p" {
  for_each = toset([var.key])
  name     = "nightly"
  rule {
    rule_name         = "nightly"
    target_vault_name = aws_backup_vault.v[var.key].name
    schedule          = "cron(0 5 * * ? *)"
  }
}
resource "aws_backup_selection" "s" {
  for_each     = toset([var.key])
  name         = "orders"
  plan_id      = aws_backup_plan.p[var.key].id
  iam_role_arn = aws_iam_role.deploy[var.key].arn
  resources    = [aws_db_instance.main[var.key].arn]
}
"""
KEYS = (
    "night shift",
    "a.b",
    'a"].b',
    "a[0]",
    "a\\b",
    "a\nb",
    "${a}",
    "*",
    "",
    "x with rights of its own choosing",
    "module.@2.x",
    "<b>`|",
    " and 2 more",
)


def _quoted(key: str) -> str:
    text = key.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'.replace("${", "$${")


def _answers(folder: Path, key: str) -> Mapping[str, object]:
    """What is said of the estate, with a plain key in place of this one."""
    quoted = _quoted(key)
    (folder / "data").mkdir(parents=True)
    (folder / "main.tf").write_text(ROOT.replace("KEY", quoted), "utf-8")
    (folder / "data/main.tf").write_text(MODULE, "utf-8")
    deploy, main = (f"module.data[{quoted}].{each}[{quoted}]" for each in ("aws_iam_role.deploy", "aws_db_instance.main"))
    given = {
        "scan": ("scan", "."),
        "escalate": ("who-can", "escalate", deploy, "."),
        "destroy": ("who-can", "destroy-all", main, "."),
        "can": ("can", deploy, "rds:DeleteDBInstance", main, "."),
    }
    said = {name: call(*words, "--format", "json", cwd=folder).stdout for name, words in given.items()}
    plain = {name: text.replace(json.dumps(quoted)[1:-1], '\\"plain\\"') for name, text in said.items()}
    report = json.loads(plain["scan"])
    kept = [{**each, "fingerprint": "", "id": ""} for each in report["findings"]]
    return {**{name: json.loads(text) for name, text in plain.items()}, "scan": (kept, report["gaps"])}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """What is said where the key is `plain`."""
    found = _answers(tmp_path_factory.mktemp("plain") / "estate", "plain")
    assert found["scan"] != ([], [])
    return found


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_a_name(key: str, plain: Mapping[str, object], tmp_path: Path) -> None:
    """Blanks, quotes, brackets, wildcards and words of ours in a key change nothing of what is found, and are shown as they are."""
    assert _answers(tmp_path / "estate", key) == plain
