"""What must stay quiet: a gate that stops the harmless is switched off."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policypack.read import ReadOptions
from policypack.scan import judge
from policypack.settings import DomainRule, EnvironmentRule, Settings
from tests.expectations import checks

QUIET = Settings()
# Account 333333333333 is where development lives.
DEVELOPMENT = Settings(
    environments=(EnvironmentRule("development", domains=("333333333333",)),),
    domains=(DomainRule("333333333333", "development"),),
)
SAFE = {"deletion_protection": "ACTIVE", "name": "customers"}
BEFORE_RUN = ("create", "delete")


def change(address: str, actions: tuple[str, ...], before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    """One entry of `resource_changes`."""
    kind, name = address.rsplit(".", 2)[-2:]
    sides = {"before": before, "after": after, "after_unknown": {}, "before_sensitive": False, "after_sensitive": False}
    extra = {key: value for key, value in more.items() if key in {"replace_paths", "importing"}}
    entry = {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name.partition("[")[0],
        "provider_name": f"registry.terraform.io/hashicorp/{kind.partition('_')[0]}",
        "change": {"actions": list(actions), **sides, **extra},
    }
    return entry | {key: value for key, value in more.items() if key not in extra}


def replaced(address: str, values: dict[str, Any], path: str) -> dict[str, Any]:
    """A replacement that an argument forces."""
    more = {"replace_paths": [[path]], "action_reason": "replace_because_cannot_update"}
    return change(address, ("delete", "create"), values, values, **more)


def found(path: Path, settings: Settings = QUIET) -> set[tuple[str, str]]:
    """Checks and addresses of all findings, uncertain ones too."""
    base = path if path.is_dir() else path.parent
    report = judge([path], ReadOptions(base=base), checks(), settings, today=date(2026, 9, 1))
    assert not report.crashed
    assert not [gap for gap in report.gaps if gap.unreadable]
    return {(each.check, each.resource.address) for each in report.findings}


def planned(folder: Path, changes: list[dict[str, Any]]) -> Path:
    """A plan of these changes."""
    entries = [
        {
            "address": each["address"],
            "mode": "managed",
            "type": each["type"],
            "name": each["name"],
            "provider_config_key": each["type"].partition("_")[0],
            "expressions": {},
            "schema_version": 0,
        }
        for each in changes
    ]
    whole = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": entries}},
        "complete": True,
        "errored": False,
    }
    (folder / "plan.json").write_text(json.dumps(whole), "utf-8")
    return folder / "plan.json"


HARMLESS: dict[str, list[dict[str, Any]]] = {
    "a task definition is replaced at every release": [
        replaced("aws_ecs_task_definition.web", {"family": "web"}, "container_definitions"),
    ],
    "a null_resource is replaced": [replaced("null_resource.migrate", {"triggers": {"version": "2"}}, "triggers")],
    "a launch template is replaced": [replaced("aws_launch_template.web", {"name": "web"}, "name")],
    "security group rules are replaced, a dozen of them": [
        replaced(f"aws_security_group_rule.web[{number}]", {"type": "ingress", "to_port": number}, "to_port")
        for number in range(12)
    ],
    "a store moves to another address": [
        change(
            "aws_cognito_user_pool.customers",
            ("no-op",),
            SAFE,
            SAFE,
            previous_address="aws_cognito_user_pool.users",
        )
    ],
    "a store is imported": [
        change("aws_cognito_user_pool.customers", ("no-op",), SAFE, SAFE, importing={"id": "eu-central-1_a"}),
    ],
    "what holds nothing is forgotten": [change("aws_cloudwatch_metric_alarm.old", ("forget",), {"alarm_name": "old"})],
    "a guard is switched on": [
        change("aws_cognito_user_pool.customers", ("update",), {**SAFE, "deletion_protection": "INACTIVE"}, SAFE),
    ],
    "a tag changes on a store": [
        change("aws_cognito_user_pool.customers", ("update",), SAFE, {**SAFE, "tags": {"team": "shop"}}),
    ],
    "a store of a review environment is destroyed": [
        change("aws_db_instance.shop", ("delete",), {"identifier": "shop-review-17", "skip_final_snapshot": True}),
    ],
    "a window grows": [
        change(
            "aws_kms_key.orders",
            ("update",),
            {"description": "orders", "deletion_window_in_days": 14},
            {"description": "orders", "deletion_window_in_days": 30},
        )
    ],
}

WRITTEN = {
    "a reader may decrypt": """
resource "aws_iam_role" "reader" {
  name               = "reader"
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy" "reader" {
  role   = aws_iam_role.reader.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "kms:Decrypt", Resource = "*" }] })
}
""",
    "objects of a scratch bucket may be deleted": """
resource "aws_s3_bucket" "scratch" {
  bucket = "acme-sandbox-scratch"
}
resource "aws_s3_bucket_versioning" "scratch" {
  bucket = aws_s3_bucket.scratch.id
  versioning_configuration {
    status = "Enabled"
  }
}
resource "aws_iam_policy" "cleaner" {
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "s3:DeleteObject", Resource = "${aws_s3_bucket.scratch.arn}/*" }]
  })
}
""",
    "a database is restored from a snapshot that is then ignored": """
resource "aws_cognito_user_pool" "customers" {
  name                = "customers"
  deletion_protection = "ACTIVE"
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [schema]
  }
}
""",
    "a module that others call has no backend": """
resource "aws_kms_key" "this" {
  description = "orders"
  lifecycle {
    prevent_destroy = true
  }
}
""",
    "nothing of it is made": """
resource "aws_db_instance" "shop" {
  count          = 0
  identifier     = "shop"
  instance_class = "db.t4g.small"
}
""",
}


@pytest.mark.parametrize("changes", HARMLESS.values(), ids=HARMLESS)
def test_a_harmless_plan_is_quiet(changes: list[dict[str, Any]], tmp_path: Path) -> None:
    """A plan that loses no data and no guard of it gives no finding at all."""
    assert found(planned(tmp_path, changes)) == set()


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_harmless_configuration_is_quiet(text: str, tmp_path: Path) -> None:
    """A configuration that leaves production safe gives no finding at all."""
    (tmp_path / "main.tf").write_text(text, "utf-8")
    assert found(tmp_path) == set()


DEV = """
terraform {
  backend "s3" {
    bucket = "acme-dev-state"
    key    = "shop.tfstate"
  }
}
provider "aws" {
  allowed_account_ids = ["%s"]
}
resource "aws_db_instance" "shop" {
  identifier          = "shop"
  instance_class      = "db.t4g.small"
  deletion_protection = false
  skip_final_snapshot = true
}
resource "aws_iam_role" "agent" {
  name               = "agent"
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy" "agent" {
  role   = aws_iam_role.agent.id
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = "rds:Delete*", Resource = "arn:aws:rds:*:333333333333:db:*" }]
  })
}
"""


def test_development_may_be_torn_down(tmp_path: Path) -> None:
    """An unprotected database in the development account is nobody's alarm, and neither is who may delete it there."""
    (tmp_path / "main.tf").write_text(DEV % "333333333333", "utf-8")
    assert found(tmp_path, DEVELOPMENT) == set()


def test_the_same_in_another_account_is_found(tmp_path: Path) -> None:
    """The quiet is the account's: the same database elsewhere counts as production."""
    (tmp_path / "main.tf").write_text(DEV % "111111111111", "utf-8")
    assert ("deletion_protection_off", "aws_db_instance.shop") in found(tmp_path, DEVELOPMENT)


def test_a_reference_is_not_a_finding(tmp_path: Path) -> None:
    """A name that exists only after the apply leaves a protected store protected."""
    text = """
resource "aws_cognito_user_pool" "customers" {
  name                = terraform_data.name.output
  deletion_protection = "ACTIVE"
  lifecycle {
    prevent_destroy = true
  }
}
resource "terraform_data" "name" {
  input = "customers"
}
"""
    (tmp_path / "main.tf").write_text(text, "utf-8")
    assert found(tmp_path) == set()


HARMFUL: dict[str, tuple[list[dict[str, Any]], set[tuple[str, str]]]] = {
    "only the block is removed": (
        [
            change(
                "module.db.aws_db_instance.main",
                ("delete",),
                {"identifier": "main", "deletion_protection": True, "skip_final_snapshot": True},
                module_address="module.db",
                action_reason="delete_because_no_module",
            )
        ],
        {("store_deleted", "module.db.aws_db_instance.main")},
    ),
    "the first of two steps": (
        [change("aws_cognito_user_pool.customers", ("update",), SAFE, {**SAFE, "deletion_protection": "INACTIVE"})],
        {
            ("guard_removed", "aws_cognito_user_pool.customers"),
            ("deletion_protection_off", "aws_cognito_user_pool.customers"),
        },
    ),
    "the store changes its environment on the way": (
        [
            change(
                "aws_cognito_user_pool.customers",
                ("update",),
                SAFE,
                {"name": "customers", "deletion_protection": "INACTIVE", "tags": {"env": "dev"}},
            )
        ],
        {("guard_removed", "aws_cognito_user_pool.customers")},
    ),
    "a store is replaced in the other order": (
        [
            change(
                "aws_cognito_user_pool.customers",
                BEFORE_RUN,
                SAFE,
                SAFE,
                replace_paths=[["username_attributes"]],
                action_reason="replace_because_cannot_update",
            )
        ],
        {("store_replaced", "aws_cognito_user_pool.customers")},
    ),
    "a volume goes with an update": (
        [
            change(
                "railway_service.postgres",
                ("update",),
                {"name": "postgres", "volume": {"name": "pgdata"}},
                {"name": "postgres", "volume": None},
            )
        ],
        {("store_weakened_in_place", "railway_service.postgres")},
    ),
}


@pytest.mark.parametrize(("changes", "expected"), HARMFUL.values(), ids=HARMFUL)
def test_what_looks_harmless_and_is_not(changes: list[dict[str, Any]], expected: set[tuple[str, str]], tmp_path: Path) -> None:
    """The near neighbours of the quiet plans are found, so that the quiet is not blindness."""
    assert found(planned(tmp_path, changes)) == expected
