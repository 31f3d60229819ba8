"""Types that no catalog entry describes and that look as if something could be lost with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.read import read_input
from policypack.read.options import ReadOptions
from policypack.settings import Settings


def said(path: Path) -> list[str]:
    """The gaps about types that the catalog does not have, of an input that is read as a scan reads it."""
    catalog = load_catalog()
    source = read_input(path, ReadOptions(base=path.parent, wanted=catalog.knows))
    return [each.reason for each in build([source], catalog, Settings()).gaps if "the catalog does not have" in each.reason]


def module(folder: Path, kind: str, body: str) -> Path:
    """A module with one resource."""
    folder.joinpath("main.tf").write_text(f'resource "{kind}" "x" {{\n{body}\n}}\n', encoding="utf-8")
    return folder


def plan(folder: Path, kind: str, values: dict[str, Any]) -> Path:
    """A plan that makes two of a type."""
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    entries = [{"address": f"{kind}.x{n}", "mode": "managed", "type": kind, "name": f"x{n}", "change": change} for n in (1, 2)]
    document = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": entries}
    path = folder / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def state(folder: Path, kind: str, values: dict[str, Any]) -> Path:
    """A raw state with one object."""
    entry = {"mode": "managed", "type": kind, "name": "x", "provider": 'provider["x/y"]', "instances": [{"attributes": values}]}
    path = folder / "terraform.tfstate"
    path.write_text(json.dumps({"version": 4, "serial": 1, "lineage": "l", "resources": [entry]}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("body", "looks"),
    [
        ("deletion_protection = false", "a store (it has deletion_protection)"),
        ("force_destroy = var.f", "a store (it has force_destroy)"),
        ("backup_policy {\n days = 3\n}", "a store (it has backup_policy)"),
        ("storage {\n retention_days = 3\n}", "a store (it has storage.retention_days)"),
        (
            'dynamic "storage" {\n for_each = [1]\n content {\n retention_days = 3\n }\n}',
            "a store (it has storage.retention_days)",
        ),
    ],
)
def test_a_type_that_looks_like_a_store_is_a_gap(tmp_path: Path, body: str, looks: str) -> None:
    """A covered provider's type without an entry is named where an argument says that it holds data."""
    assert said(module(tmp_path, "google_brand_new_vault", body)) == [
        f"the catalog does not have google_brand_new_vault, which looks like {looks}: it is not judged"
    ]


def test_a_type_that_makes_a_secret_is_a_gap(tmp_path: Path) -> None:
    """A type whose name says that it makes a token is named."""
    [reason] = said(module(tmp_path, "google_brand_new_api_key", 'name = "x"'))
    assert "looks like a credential" in reason


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("google_compute_router", 'name = "x"'),
        ("google_brand_new_backupless", 'background = "retentionless"'),
        ("aws_cloudwatch_event_rule", "force_destroy = true"),
        ("google_storage_bucket", "force_destroy = true"),
    ],
)
def test_what_holds_nothing_is_no_gap(tmp_path: Path, kind: str, body: str) -> None:
    """A type that looks like nothing, one that the catalog calls stateless, and one that it describes are passed over."""
    assert said(module(tmp_path, kind, body)) == []


def test_a_plan_and_a_state_say_the_same(tmp_path: Path) -> None:
    """A plan and a state show the argument too, in blocks as well, and count how many are not judged."""
    values = {"name": "x", "storage": [{"retention_days": None}]}
    [planned] = said(plan(tmp_path, "google_brand_new_vault", values))
    [standing] = said(state(tmp_path, "google_brand_new_vault", values))
    assert planned.endswith("a store (it has storage.retention_days): 2 of them are not judged")
    assert standing.endswith("a store (it has storage.retention_days): it is not judged")


def test_values_are_not_shown(tmp_path: Path) -> None:
    """The gap names arguments, never what is in them."""
    [reason] = said(plan(tmp_path, "google_brand_new_vault", {"backup_secret": "hunter2"}))
    assert "hunter2" not in reason


@pytest.mark.parametrize(
    "kind",
    [
        "azurerm_key_vault_managed_hardware_security_module_role_assignment",
        "azurerm_kusto_database_principal_assignment",
        "azurerm_redis_cache_access_policy_assignment",
        "azurerm_synapse_role_assignment",
    ],
)
def test_access_inside_a_service_that_no_table_has(tmp_path: Path, kind: str) -> None:
    """Somebody is given a right that nobody reads: that is a gap, and it is told to whoever asks who can do something."""
    catalog = load_catalog()
    source = read_input(module(tmp_path, kind, 'principal_id = "x"'), ReadOptions(base=tmp_path, wanted=catalog.knows))
    found = [each for each in build([source], catalog, Settings()).gaps if kind in each.reason]
    assert [(each.reason, each.access) for each in found] == [
        (f"the catalog does not have {kind}, which looks like access that somebody is given: it is not judged", True)
    ]
