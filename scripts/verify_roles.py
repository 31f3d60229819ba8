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
from typing import Any, Protocol

from policypack.authority.azure import DATA, matches
from policypack.catalog.scoped.azure_roles import BuiltIn, built_in
from policypack.catalog.scoped.roles import role_table

# Permission -> why a table has it and another source may not.
EXPLAINED: Mapping[str, str] = {
    "compute.instances.create": "documented for these roles (Compute Engine, IAM roles and permissions), and left out of the selection",
    "Microsoft.DataProtection/backupVaults/backupInstances/write": "on Microsoft's page of Backup Reader, and left out of the selection",
    "Microsoft.Resources/deployments/write": "on Microsoft's pages of these roles (deployments/*), and left out of the selection",
    "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action": (
        "its pattern has a star for the identity's name (userAssignedIdentities/*/assign/action), which the selection read as text"
    ),
    "Microsoft.Network/dnsZones/all/read": "a role that reads reads this too, and the selection has no role that only reads",
}


class Table(Protocol):
    """A table of roles."""

    @property
    def roles(self) -> Iterable[str]:
        """Their names."""

    def actions(self, role: str) -> tuple[str, ...] | None:
        """What a role allows, None where the table does not know it."""


class Patterns:
    """The table of Azure's roles, whose patterns are asked about the actions that another source has."""

    def __init__(self, asked: Iterable[str]) -> None:
        """`asked` are the actions that count."""
        self._asked = tuple(asked)
        self.roles: Iterable[str] = tuple(built_in().roles)

    def actions(self, role: str) -> tuple[str, ...] | None:
        """Those of the actions that a role allows in its plane."""
        known = built_in().roles.get(role)
        return None if known is None else tuple(each for each in self._asked if _allows(known, each))


def _allows(role: BuiltIn, action: str) -> bool:
    allowed = (*role.actions, *(DATA + each for each in role.data_actions))
    out = (*role.not_actions, *(DATA + each for each in role.not_data_actions))
    return any(matches(each, action) for each in allowed) and not any(matches(each, action) for each in out)


def table_of(language: str, roles: Mapping[str, Any]) -> Table:
    """The table of a language, to be held against what another source says of its roles."""
    if language != "azure":
        return role_table(language)
    return Patterns(sorted({each for role in roles.values() for each in permissions_of(role)}))


def permissions_of(role: Any) -> frozenset[str]:  # noqa: ANN401 - JSON
    """The permissions of a role, in either form."""
    if isinstance(role, Mapping):
        lists: Iterable[Any] = [each for each in role.values() if isinstance(each, list)]
        return frozenset(name for each in lists for name in each)
    return frozenset(role)


def differences(table: Table, roles: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What differs, and whether it is explained."""
    for name in sorted({*table.roles, *roles}):
        ours, theirs = frozenset(table.actions(name) or ()), permissions_of(roles.get(name, ()))
        for each in sorted(ours - theirs):
            yield (
                f"{name}: only the table has {each}" + (f" ({EXPLAINED[each]})" if each in EXPLAINED else ""),
                each in EXPLAINED,
            )
        for each in sorted(theirs - ours):
            yield f"{name}: the table lacks {each}", False


def main() -> int:
    """Prints the differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language")
    parser.add_argument("file", type=Path)
    given = parser.parse_args()
    roles = json.loads(given.file.read_bytes())["roles"]
    found = list(differences(table_of(given.language, roles), roles))
    for line, _ in found:
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{len(found)} differences, {sum(not explained for _, explained in found)} without a reason\n")
    return int(any(not explained for _, explained in found))


if __name__ == "__main__":
    sys.exit(main())
