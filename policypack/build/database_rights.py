"""What dialects of databases have in common: who is named, what is given to whom on what, and what a role that is made may be called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from policypack.model import Resource, Truth, Unknown, Value

Level = tuple[str, Value]
"""A resource type of the object, and its name as it is written."""
EVERYTHING = "*"
_ROWS = ("TRUNCATE", "DELETE", "UPDATE", "INSERT", "SELECT")


class Party(Struct, frozen=True):
    """A role, user or account that the inputs define. `name` is what others call it by."""

    resource: Resource
    name: Value


class Right(Struct, frozen=True):
    """Actions on an object, given to the role that is called `to` (None: to everybody).

    `at` is the object, outermost first: `(("postgresql_database", "app"), ("postgresql_schema", "public"))`; empty: the whole
    server. `itself` is a resource that is the object. `part`: what is meant lies in the last of `at` and is no resource type (the
    tables of a schema). `lost` is why nobody can tell what is given.
    """

    to: Value
    holder: Resource
    role: str
    actions: tuple[str, ...] = ()
    at: tuple[Level, ...] = ()
    itself: Resource | None = None
    argument: str = ""
    condition: Truth = True
    lost: Unknown | None = None
    everybody: bool = False


class Member(Struct, frozen=True):
    """`who` may act as `of`."""

    who: Value
    of: Value
    holder: Resource
    argument: str = ""
    at: tuple[Level, ...] = ()


class Key(Struct, frozen=True):
    """A string that makes whoever has it the role that is called `of`."""

    of: Value
    holder: Resource


Statement = Party | Right | Member | Key


def on_a_part(actions: Iterable[str]) -> tuple[str, ...]:
    """What actions on a part of something do to the whole: to drop a table of a database empties a part of the database."""
    found: dict[str, None] = {}
    for each in actions:
        if each == EVERYTHING:
            found.update(dict.fromkeys(_ROWS))
        elif each.upper() in {"DROP", "TRUNCATE"}:
            found.update(dict.fromkeys(("TRUNCATE", "DELETE")))
        elif each.lower() == "dropdatabase":
            found["dropCollection"] = None
        else:
            found[each] = None
    return tuple(found)


def words(value: Value) -> tuple[str, ...] | Unknown:
    """The privileges of a list as upper-case words without columns (`SELECT (name)`), Unknown where one of them is."""
    if isinstance(value, Unknown):
        return value
    found = []
    for each in value if isinstance(value, list) else []:
        if isinstance(each, Unknown):
            return each
        if isinstance(each, str):
            found.append(each.partition("(")[0].strip().upper())
    return tuple(found)


def said(actions: Sequence[str], limit: int = 4) -> str:
    """Privileges as a sentence has them."""
    shown = ", ".join(actions[:limit])
    return f"{shown} and {len(actions) - limit} more" if len(actions) > limit else shown
