"""Plans as Terraform prints them, as small as a sentence, and what the gate makes of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.gate.needs import Need, needs
from policypack.model import Infrastructure
from policypack.read.options import ReadOptions
from policypack.run import Report, run
from policypack.scan import read_all
from policypack.settings import Settings
from tests.expectations import checks

ACCOUNT = "arn:aws:iam::111111111111"
DATABASE = {
    "identifier": "orders",
    "arn": "arn:aws:rds:eu-central-1:111111111111:db:orders",
    "engine": "postgres",
    "deletion_protection": True,
    "backup_retention_period": 7,
    "skip_final_snapshot": True,
    "tags": {"env": "prod"},
}


def policy(effect: str, action: Any, resource: str = "*", **more: Any) -> str:
    """A policy document of one statement."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": resource, **more}]}
    )


def role(name: str, **more: Any) -> dict[str, Any]:
    """A role that a service runs with."""
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    return {"name": name, "id": name, "arn": f"{ACCOUNT}:role/{name}", "assume_role_policy": document, **more}


def change(address: str, actions: list[str], before: Any = None, after: Any = None, **more: Any) -> dict[str, Any]:
    """One entry of `resource_changes`. What of `after` is "(unknown)" is known only after the apply."""
    kind = address.split(".")[-2]
    unknown = {key: True for key, value in (after or {}).items() if value == "(unknown)"}
    after = after and {key: value for key, value in after.items() if key not in unknown}
    paths = [[each] for each in more.pop("forced_by", ())]
    told = {"actions": actions, "before": before, "after": after, "after_unknown": unknown, "replace_paths": paths}
    provider = f"registry.terraform.io/hashicorp/{kind.partition('_')[0]}"
    return {"address": address, "mode": "managed", "type": kind, "name": "x", "provider_name": provider, "change": told, **more}


def kept(address: str, values: Any) -> dict[str, Any]:
    """What the plan leaves as it is."""
    return change(address, ["no-op"], values, values)


def plan(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A whole plan."""
    found = {"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {"root_module": {}}}
    return {
        **found,
        "resource_changes": list(changes),
        "configuration": {"root_module": {}},
        "complete": True,
        "errored": False,
        **more,
    }


def judged(path: Path, settings: Settings | None = None) -> tuple[Infrastructure, Report]:
    """The picture of a plan file, and what the checks of concern `changes/` find."""
    asked = {name: each for name, each in checks().items() if each.concern == "changes"}
    catalog, settings = load_catalog(), settings or Settings()
    picture = build(read_all([path], ReadOptions(base=path.parent), catalog.knows), catalog, settings)
    return picture, run(picture, asked, settings, today=date(2026, 1, 1))


def written(folder: Path, *changes: dict[str, Any], **more: Any) -> Path:
    """A plan of these changes in a file."""
    path = folder / "plan.json"
    path.write_text(json.dumps(plan(*changes, **more)), "utf-8")
    return path


def needed(folder: Path, *changes: dict[str, Any], **more: Any) -> list[Need]:
    """What of a plan of these changes needs approval."""
    return list(needs(*judged(written(folder, *changes, **more))))


def named(found: list[Need]) -> list[tuple[str, str]]:
    """Kind and address of each."""
    return [(each.kind, each.address) for each in found]
