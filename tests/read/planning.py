"""Plans for tests: the recorded ones, and small ones written in place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from policypack.model import Input, Resource
from policypack.read import ReadOptions, read_input

PLANS = Path(__file__).parent / "plans"
RECORDED = sorted(path.stem for path in PLANS.glob("*.json"))


def recorded(name: str) -> Any:
    """The JSON of a recorded plan."""
    return json.loads((PLANS / f"{name}.json").read_text("utf-8"))


def read_json(folder: Path, document: Any, **options: Any) -> Input:
    """What is read of a document, alone in a folder."""
    path = folder / "plan.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return read_input(path, ReadOptions(base=folder, **options))


def read_recorded(name: str, **options: Any) -> Input:
    """What is read of a recorded plan, without any source."""
    return read_input(PLANS / f"{name}.json", ReadOptions(base=PLANS, **options))


def found(source: Input, address: str) -> Resource:
    """The one resource at that address."""
    (resource,) = [each for each in source.resources if each.address == address]
    return resource


def change(kind: str, name: str, after: Any, unknown: Any = None, **more: Any) -> dict[str, Any]:
    """An entry of `resource_changes` that creates."""
    made = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown or {}, **more.pop("change", {})}
    head = {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name}
    return {**head, "provider_name": "registry.terraform.io/hashicorp/aws", "change": made, **more}


def block(kind: str, name: str, expressions: Any, **more: Any) -> dict[str, Any]:
    """A resource block of the configuration."""
    head = {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name, "provider_config_key": "aws"}
    return {**head, "expressions": expressions, **more}


def plan(changes: list[Any], blocks: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    """A plan with those changes; `root` adds to the root module of its configuration."""
    root = {"resources": blocks or [], **more.pop("root", {})}
    providers = more.pop("providers", {"aws": {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws"}})
    configuration = {"provider_config": providers, "root_module": root}
    return {"format_version": "1.2", "resource_changes": changes, "configuration": configuration, **more}


def refers(*references: str) -> dict[str, Any]:
    """An expression with those references."""
    return {"references": list(references)}
