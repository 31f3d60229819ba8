"""The plans of examples are what the examples' README says that they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.expectations import folders, shown

SCHEMAS = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in (Path(__file__).parent.parent / "scripts" / "schemas").glob("*.json")
}
# Another provider's resources beside them: such plans are put together, and the README of the folder says so.
PUT_TOGETHER = {"providers/kubernetes/manifests"}


def created(folder: Path) -> list[dict[str, Any]]:
    """The managed resources that a plan creates, of providers that are stood in for."""
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    made = [each for each in plan["resource_changes"] if each["mode"] == "managed" and each["change"]["actions"] == ["create"]]
    return [each for each in made if each["provider_name"].rpartition("/")[2] in SCHEMAS]


def stood_in(folder: Path) -> bool:
    """Whether a stand-in for the provider answered for the plan."""
    if not (folder / "plan.json").is_file() or shown(folder).rpartition("/")[0] in PUT_TOGETHER:
        return False
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    names = {each["name"] for each in plan["configuration"].get("provider_config", {}).values()}
    return bool(names & SCHEMAS.keys()) and names <= SCHEMAS.keys() | {"aws", "terraform"}


@pytest.mark.parametrize("folder", [each for each in folders() if stood_in(each)], ids=shown)
def test_a_plan_has_all_that_the_schema_has(folder: Path) -> None:
    """A plan of Google Cloud, Azure or Kubernetes has every argument that the provider knows: set, null, or known after apply."""
    for change in created(folder):
        block = SCHEMAS[change["provider_name"].rpartition("/")[2]]["resource"][change["type"]]
        after, unknown = change["change"]["after"], change["change"]["after_unknown"]
        known = block["attributes"].keys() | block["blocks"].keys()
        assert after.keys() | {name for name, mark in unknown.items() if mark} == known, change["address"]
        computed = {name for name, each in block["attributes"].items() if each.get("computed") and not each.get("optional")}
        later = {name for name in computed if unknown.get(name) is True}
        # Google's provider works its labels out by itself.
        assert computed - later <= {"effective_labels", "terraform_labels"}, change["address"]
