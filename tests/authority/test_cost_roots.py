"""What many root modules in one scan cost, counted in calls: twice as many, about twice as much, whatever they have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from policypack.authority.answers import Authority
from policypack.build import build
from policypack.build.namesakes import told_apart
from policypack.catalog import load_catalog
from policypack.check import checks_folder, load_checks
from policypack.model import Input, Verb
from policypack.read.options import ReadOptions
from policypack.run import run
from policypack.scan import read_all
from policypack.settings import Settings
from tests.authority.test_cost import calls

TRUSTS = 'assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = %s }] })'
AWS = f"""
terraform {{
  backend "s3" {{
    bucket = "states"
    key = "%n"
    region = "eu-central-1"
  }}
}}
provider "aws" {{
  region = "eu-central-1"
  %account
}}
data "aws_caller_identity" "me" {{}}
resource "aws_db_instance" "%l_db" {{
  identifier = "%n-db"
  deletion_protection = true
}}
resource "aws_dynamodb_table" "%l_table" {{
  name = "%n-table"
}}
resource "aws_s3_bucket" "%l_data" {{
  bucket = "%n-data"
}}
resource "aws_s3_bucket" "%l_logs" {{
}}
resource "aws_backup_vault" "%l_vault" {{
  name = "%n-vault"
}}
resource "aws_backup_plan" "%l_plan" {{
  name = "%n-plan"
  rule {{
    rule_name = "daily"
    target_vault_name = aws_backup_vault.%l_vault.name
  }}
}}
resource "aws_backup_selection" "%l_selection" {{
  name = "%n"
  plan_id = aws_backup_plan.%l_plan.id
  iam_role_arn = aws_iam_role.%l_worker.arn
  resources = [aws_db_instance.%l_db.arn, aws_dynamodb_table.%l_table.arn]
}}
resource "aws_iam_role" "%l_worker" {{
  name = "%n-worker"
  {TRUSTS % '{ Service = "lambda.amazonaws.com" }'}
}}
resource "aws_iam_role" "%l_agent" {{
  name = "%n-agent"
  {TRUSTS % "{ AWS = aws_iam_role.%l_worker.arn }"}
}}
resource "aws_iam_role_policy" "%l_agent" {{
  role = aws_iam_role.%l_agent.id
  policy = jsonencode({{ Statement = [
    {{ Effect = "Allow", Action = "rds:*", Resource = [aws_db_instance.%l_db.arn, "arn:aws:rds:*:*:db:%n-*"] }},
    {{ Effect = "Allow", Action = "s3:*", Resource = ["${{aws_s3_bucket.%l_data.arn}}/*", "${{aws_s3_bucket.%l_logs.arn}}/*"] }},
    {{ Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.%l_deploy.arn }},
  ] }})
}}
resource "aws_iam_role" "%l_deploy" {{
  name = "%n-deploy"
  {TRUSTS % '{ AWS = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:root" }'}
}}
resource "aws_iam_role_policy" "%l_deploy" {{
  role = aws_iam_role.%l_deploy.id
  policy = jsonencode({{ Statement = [{{ Effect = "Allow", Action = "dynamodb:*", Resource = aws_dynamodb_table.%l_table.arn }}] }})
}}
"""
GOOGLE = """
terraform {
  backend "gcs" {
    bucket = "states"
    prefix = "%n"
  }
}
provider "google" {
  project = "%n"
}
resource "google_service_account" "%l_agent" {
  account_id = "%n-agent"
}
resource "google_service_account" "%l_deploy" {
  account_id = "%n-deploy"
}
resource "google_storage_bucket" "%l_data" {
  name = "%n-data"
}
resource "google_sql_database_instance" "%l_db" {
  name = "%n-db"
}
resource "google_project_iam_member" "%l_agent" {
  project = "%n"
  role = "roles/cloudsql.admin"
  member = google_service_account.%l_agent.member
}
resource "google_service_account_iam_member" "%l_agent" {
  service_account_id = google_service_account.%l_deploy.name
  role = "roles/iam.serviceAccountTokenCreator"
  member = google_service_account.%l_agent.member
}
resource "google_project_iam_member" "%l_deploy" {
  project = "%n"
  role = "roles/editor"
  member = google_service_account.%l_deploy.member
}
"""
AZURE = """
provider "azurerm" {
  features {}
  subscription_id = "00000000-0000-0000-0000-0000000%d"
}
resource "azurerm_resource_group" "%l" {
  name = "%n"
}
resource "azurerm_user_assigned_identity" "%l_agent" {
  name = "%n-agent"
  resource_group_name = azurerm_resource_group.%l.name
}
resource "azurerm_storage_account" "%l" {
  name = "data%d"
  resource_group_name = azurerm_resource_group.%l.name
}
resource "azurerm_mssql_server" "%l" {
  name = "%n-sql"
  resource_group_name = azurerm_resource_group.%l.name
}
resource "azurerm_role_assignment" "%l" {
  scope = azurerm_resource_group.%l.id
  role_definition_name = "Contributor"
  principal_id = azurerm_user_assigned_identity.%l_agent.principal_id
}
"""
ONE_ACCOUNT = 'allowed_account_ids = ["111111111111"]'
SHAPES: dict[str, tuple[str, str, str, str]] = {
    "names of their own": (AWS, "root-%d", "root_%d", ""),
    "names of their own in one account": (AWS, "root-%d", "root_%d", ONE_ACCOUNT),
    "the same addresses": (AWS, "root-%d", "this", ""),
    "the same in all": (AWS, "root", "this", ""),
    "projects": (GOOGLE, "root-%d", "root_%d", ""),
    "subscriptions": (AZURE, "root-%d", "root_%d", ""),
}
Work = Callable[[Sequence[Input]], object]


def roots(folder: Path, shape: str, size: int) -> Sequence[Input]:
    """So many root modules of a shape, by names that no other size of it has: what is remembered of those is no help."""
    text, name, label, account = SHAPES[shape]
    text = text.replace("%account", account).replace("%n", name).replace("%l", label)
    made = [folder / f"root{number}" for number in range(size * 100, size * 101)]
    for each in made:
        each.mkdir()
        (each / "main.tf").write_text(text.replace("%d", each.name.removeprefix("root")), "utf-8")
    return told_apart(read_all(made, ReadOptions(base=folder), load_catalog().knows))


def scanned(inputs: Sequence[Input]) -> object:
    """All checks over all of them together."""
    return run(build(inputs, load_catalog(), Settings()), load_checks(checks_folder()), Settings(), today=date(2026, 1, 1))


def asked(inputs: Sequence[Input]) -> object:
    """The question who destroys the first store."""
    picture = build(inputs, load_catalog(), Settings())
    return Authority(picture).who_can(Verb.DESTROY, picture.stores[0].address)


@pytest.mark.parametrize("work", [scanned, asked], ids=["scan", "who-can"])
@pytest.mark.parametrize("shape", SHAPES)
def test_twice_as_many_root_modules_take_about_twice_the_work(tmp_path: Path, shape: str, work: Work) -> None:
    """What a root module says is not held against all that every other one says."""
    work(roots(tmp_path, shape, 2))  # what is read from tables is read once
    some, twice = roots(tmp_path, shape, 30), roots(tmp_path, shape, 60)
    assert calls(lambda: work(twice)) < 2.5 * calls(lambda: work(some))
