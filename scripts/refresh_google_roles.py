"""The table of Google Cloud's predefined roles: `python -m scripts.refresh_google_roles FOLDER --source … --date … --licence …`.

FOLDER has one JSON file a role, as `gcloud iam roles describe roles/NAME --format=json` prints it (`name`, `includedPermissions`).
Kept of each role are the permissions that the catalog's stores, guards and copies, and the rules of reach ask about, and those of the
former table; a role that has none of them is listed as harmless, and so are those of `policypack/catalog/scoped/source/google_readers.yaml`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from policypack.catalog import load_catalog
from policypack.catalog.scoped import GENERATED, facts
from policypack.catalog.scoped.roles import RoleTable, role_table

TARGET = GENERATED / "google_roles.json"
READERS = GENERATED.parent / "source" / "google_readers.yaml"


def asked() -> frozenset[str]:
    """The permissions that anything asks about."""
    catalog, language = load_catalog(), facts("google")
    found: set[str] = set(language.removes_domain)
    for kind in catalog.types("google"):
        entry = catalog.entry(kind)
        assert entry is not None
        guards = (*entry.guards, *(entry.companion.guards if entry.companion else ()))
        found |= {*entry.delete_actions, *entry.weaken_actions, *entry.copy_delete_actions}
        found |= {action for guard in guards for action in guard.removed_by}
        found |= set(entry.lock.removed_by) if entry.lock else set()
    for rule in language.rules:
        found |= {*rule.actions, *(action for one in rule.also for action in one)}
    for more in (*language.overwrites.values(), *language.reads.values()):
        found |= set(more)
    return frozenset(found)


def table(roles: Mapping[str, Iterable[str]], wanted: Iterable[str], about: Mapping[str, str]) -> RoleTable:
    """The table of roles, by name, with what of `wanted` each has."""
    permissions = tuple(sorted(set(wanted)))
    places = {name: place for place, name in enumerate(permissions)}
    read = {f"roles/{name}": () for name in yaml.safe_load(READERS.read_bytes())}
    every = {**read, **roles}
    kept = {name: tuple(sorted(places[each] for each in set(has) if each in places)) for name, has in sorted(every.items())}
    return RoleTable(
        about["source"],
        about["date"],
        about["licence"],
        permissions,
        {name: has for name, has in kept.items() if has},
        tuple(name for name, has in kept.items() if not has),
    )


def text(made: RoleTable) -> str:
    """The table as it is kept."""
    fields = {name: getattr(made, name) for name in ("source", "date", "licence", "permissions", "roles", "harmless")}
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=True) + "\n"


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for name in ("source", "date", "licence"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()
    roles = {}
    for path in sorted(given.folder.glob("*.json")):
        role = json.loads(path.read_bytes())
        roles[role["name"]] = role.get("includedPermissions", [])
    former = role_table("google").permissions if TARGET.exists() else ()
    about = {name: str(getattr(given, name)) for name in ("source", "date", "licence")}
    TARGET.write_text(text(table(roles, {*asked(), *former}, about)), encoding="utf-8")


if __name__ == "__main__":
    main()
