"""Secrets lie in clear text all over plans and states; no output of any format may carry one.

A real plan and a real state are taken, and a marker is planted in every place that can hold a secret: every string that
Terraform marks sensitive, the variables, the provider blocks, outputs, values before and after, and the prior state.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from policypack.report import FORMATS
from tests.test_cli import call

PLANS = Path(__file__).parent / "read" / "plans"
MARKER = "s3cr3t-planted"
SECRET_NAMES = {
    "password",
    "master_password",
    "secret_key",
    "access_key",
    "token",
    "secret",
    "ses_smtp_password_v4",
    "secret_string",
}


class Planter:
    """Replaces secrets by numbered markers, and counts them."""

    def __init__(self) -> None:
        self.planted = 0

    def mark(self) -> str:
        """A marker of its own."""
        self.planted += 1
        return f"{MARKER}-{self.planted}"

    def _everything(self, value: Any) -> Any:
        return (
            {key: self.plant(each, all_strings=True) for key, each in value.items()}
            if isinstance(value, dict)
            else [self.plant(each, all_strings=True) for each in value]
        )

    def plant(self, value: Any, sensitive: Any = None, *, all_strings: bool = False) -> Any:
        """The value with a marker in place of everything that is marked sensitive or has a secret's name."""
        if sensitive is True or all_strings:
            if isinstance(value, (dict, list)):
                return self._everything(value)
            return self.mark() if isinstance(value, str) else value
        if isinstance(value, dict):
            marks = sensitive if isinstance(sensitive, dict) else {}
            return {
                key: self.mark() if key in SECRET_NAMES and isinstance(each, str) else self.plant(each, marks.get(key))
                for key, each in value.items()
            }
        if isinstance(value, list):
            listed = sensitive if isinstance(sensitive, list) else []
            return [self.plant(each, listed[index] if index < len(listed) else None) for index, each in enumerate(value)]
        return value


def _in_configuration(configuration: dict[str, Any], planter: Planter) -> None:
    """Constants of provider blocks, resources and variables."""
    for block in configuration.get("provider_config", {}).values():
        for argument in ("secret_key", "access_key", "token", "password"):
            block.setdefault("expressions", {})[argument] = {"constant_value": planter.mark()}
    root = configuration["root_module"]
    for resource in root.get("resources", []):
        for argument in ("password", "master_password", "secret_string", "user_data"):
            resource.setdefault("expressions", {})[argument] = {"constant_value": planter.mark()}
    for variable in root.get("variables", {}).values():
        variable["default"] = planter.mark()


def planted_plan(planter: Planter, name: str) -> dict[str, Any]:
    """A recorded plan with markers in it."""
    plan: dict[str, Any] = json.loads((PLANS / name).read_text("utf-8"))
    for change in [*plan.get("resource_changes", []), *plan.get("resource_drift", [])]:
        inner = change["change"]
        for side in ("before", "after"):
            inner[side] = planter.plant(inner.get(side), inner.get(f"{side}_sensitive"))
    for variable in plan.get("variables", {}).values():
        variable["value"] = planter.mark()
    for output in plan.get("output_changes", {}).values():
        output["after"] = planter.mark()
        output["before"] = planter.mark()
    for part in ("planned_values", "prior_state"):
        plan[part] = planter.plant(plan.get(part, {}))
    _in_configuration(plan["configuration"], planter)
    return plan


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", ["greenfield.json", "update.json", "delete.json", "drift.json", "replace.json"])
def test_no_format_carries_a_secret_of_a_plan(name: str, format_: str, tmp_path: Path) -> None:
    """Whatever the plan does, alone and with its configuration beside it."""
    planter = Planter()
    (tmp_path / "plan.json").write_text(json.dumps(planted_plan(planter, name)), "utf-8")
    shutil.copytree(PLANS / "greenfield", tmp_path / "root")
    assert planter.planted > 10
    for options in ((), ("--source", "root"), ("--strict",)):
        done = call("scan", "plan.json", "--format", format_, *options, cwd=tmp_path)
        assert done.stdout, done.stderr
        assert MARKER not in done.stdout + done.stderr


@pytest.mark.parametrize("format_", FORMATS)
def test_no_format_carries_a_secret_of_a_state(format_: str, tmp_path: Path) -> None:
    """A state holds every attribute, and is sensitive as a whole."""
    planter = Planter()
    state = planter.plant(json.loads((PLANS / "state.json").read_text("utf-8")))
    (tmp_path / "state.json").write_text(json.dumps(state), "utf-8")
    assert planter.planted > 1
    done = call("scan", "state.json", "--format", format_, cwd=tmp_path)
    assert done.stdout, done.stderr
    assert MARKER not in done.stdout + done.stderr


MODULE = f"""
provider "aws" {{
  access_key = "{MARKER}-a"
  secret_key = "{MARKER}-b"
}}

variable "given" {{
  sensitive = true
  default   = "{MARKER}-c"
}}

locals {{
  derived = "prefix-${{var.given}}"
}}

resource "aws_db_instance" "main" {{
  identifier                = local.derived
  password                  = "{MARKER}-d"
  deletion_protection       = var.given
  backup_retention_period   = local.derived
  final_snapshot_identifier = var.given
  tags                      = {{ backup = var.given }}
}}

resource "aws_secretsmanager_secret" "held" {{
  name                    = "held"
  recovery_window_in_days = 7
}}

resource "aws_backup_selection" "some" {{
  plan_id = var.given
  selection_tag {{
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "daily"
  }}
}}

provider "railway" {{
  token = "{MARKER}-g"
}}

resource "railway_service" "data" {{
  name   = "data"
  volume = {{ name = "data", mount_path = "/data" }}
}}
"""


@pytest.mark.parametrize("format_", FORMATS)
def test_no_format_carries_a_secret_of_a_module(format_: str, tmp_path: Path) -> None:
    """Not through a sensitive variable, what is derived from it, a provider block, a secret's argument or an excerpt."""
    (tmp_path / "main.tf").write_text(MODULE, "utf-8")
    done = call("scan", ".", "--format", format_, cwd=tmp_path)
    assert done.stdout, done.stderr
    assert MARKER not in done.stdout + done.stderr
