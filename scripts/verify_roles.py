"""Differences between a table of predefined roles and another source: `python -m scripts.verify_roles LANGUAGE FILE`.

FILE is JSON: `roles` has, by name, lists of permissions, or mappings whose values are such lists (other values are left out). What
differs for a known reason is printed with it; exit code 1 where anything differs without one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from policypack.catalog.scoped.roles import RoleTable, role_table

# Permission -> why a table has it and another source may not.
EXPLAINED: Mapping[str, str] = {
    "compute.instances.create": "documented for these roles (Compute Engine, IAM roles and permissions), and left out of the selection",
}


def permissions_of(role: Any) -> frozenset[str]:  # noqa: ANN401 - JSON
    """The permissions of a role, in either form."""
    if isinstance(role, Mapping):
        lists: Iterable[Any] = [each for each in role.values() if isinstance(each, list)]
        return frozenset(name for each in lists for name in each)
    return frozenset(role)


def differences(table: RoleTable, roles: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What differs, and whether it is explained."""
    for name in sorted({*table.roles, *roles}):
        ours, theirs = frozenset(table.actions(name) or ()), permissions_of(roles.get(name, ()))
        for each in sorted(ours - theirs):
            yield f"{name}: only the table has {each}" + (f" ({EXPLAINED[each]})" if each in EXPLAINED else ""), each in EXPLAINED
        for each in sorted(theirs - ours):
            yield f"{name}: the table lacks {each}", False


def main() -> int:
    """Prints the differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language")
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    found = list(differences(role_table(given.language), json.loads(given.file.read_bytes())["roles"]))
    for line, _ in found:
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{len(found)} differences, {sum(not explained for _, explained in found)} without a reason\n")
    return int(any(not explained for _, explained in found))


if __name__ == "__main__":
    sys.exit(main())
