"""What is in the roles that a platform has defined: a table a language, of the permissions that the catalogs and rules ask about."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property

import msgspec.json
from msgspec import Struct

from policypack.catalog.scoped import GENERATED


class RoleTable(Struct, frozen=True, dict=True):
    """The table of a language (`generated/LANGUAGE_roles.json`, with its source, date and licence).

    `permissions` are all that the table is about: what of them a role does not list, it does not have. Of other permissions
    nothing is known. `roles` has, by name, places in `permissions`. `harmless` are roles that have none of them.
    """

    source: str
    date: str
    licence: str
    permissions: tuple[str, ...]
    roles: Mapping[str, tuple[int, ...]]
    harmless: tuple[str, ...] = ()

    @cached_property
    def _known(self) -> dict[str, tuple[str, ...] | None]:
        """The roles that were asked about: who holds one, holds the same list."""
        return {}

    def actions(self, role: str) -> tuple[str, ...] | None:
        """The permissions of a role, None where the table does not know the role."""
        if role not in self._known:
            places = self.roles.get(role)
            none = () if role in self.harmless else None
            self._known[role] = none if places is None else tuple(self.permissions[place] for place in places)
        return self._known[role]


@cache
def role_table(language: str) -> RoleTable:
    """The table of a language. Raises FileNotFoundError where it has none."""
    return msgspec.json.decode(GENERATED.joinpath(f"{language}_roles.json").read_bytes(), type=RoleTable)


@cache
def judged(language: str) -> frozenset[str]:
    """The permissions that the table of a language is about, in lower case."""
    return frozenset(each.lower() for each in role_table(language).permissions)
