"""What is in Azure's built-in roles, as patterns: a control plane and a data plane, each with what is taken out again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import msgspec.json
from msgspec import Struct

from policypack.catalog.scoped import GENERATED

TABLE = GENERATED / "azure_roles.json"


class BuiltIn(Struct, frozen=True, rename="camel"):
    """One role. `conditioned` are the actions that the role itself allows under a condition only; `*`: all of them."""

    id: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    conditioned: tuple[str, ...] = ()


class Table(Struct, frozen=True, dict=True, rename="camel"):
    """The table, with its source, date and licence. `data_actions` are the actions of the data plane that anything asks about: no
    pattern of the control plane, be it `*`, speaks of them. Actions that only read are left out of a role's control plane."""

    source: str
    date: str
    licence: str
    data_actions: tuple[str, ...]
    roles: Mapping[str, BuiltIn]

    def named(self, name: str) -> tuple[str, BuiltIn] | None:
        """The role of a name, whose case does not matter, or of an id; None where the table has none."""
        found = _keys(self.date).get(name.lower())
        return (found, self.roles[found]) if found is not None else None


@cache
def built_in() -> Table:
    """The table of this installation."""
    return msgspec.json.decode(TABLE.read_bytes(), type=Table)


@cache
def _keys(date: str) -> Mapping[str, str]:
    del date
    table = built_in()
    return {key: name for name, each in table.roles.items() for key in (name.lower(), each.id.lower())}


@cache
def of_data() -> frozenset[str]:
    """The actions of the data plane, in lower case."""
    return frozenset(each.lower() for each in built_in().data_actions)
