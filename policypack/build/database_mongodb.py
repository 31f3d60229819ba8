"""MongoDB: users with roles, and roles of one's own with privileges and inherited roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policypack.build.database_rights import EVERYTHING, Level, Member, Party, Right, Statement, said
from policypack.model import Resource, Unknown, Value

ROLES = ("mongodb_db_user", "mongodb_db_role")
_GRANTED = {"mongodb_db_user": "role", "mongodb_db_role": "inherited_role"}
_ANY = "anyAction"


def statements(resources: Iterable[Resource]) -> Iterator[Statement]:
    """Who there is, and who is given what."""
    for each in resources:
        if each.type not in _GRANTED:
            continue
        name = each.get("name")
        yield Party(each, name)
        argument = _GRANTED[each.type]
        for block in each.blocks(argument):
            if isinstance(block, dict):
                yield Member(name, block.get("role"), each, argument, _at(block.get("db")))
            else:
                yield Member(name, block, each, argument)
        for block in each.blocks("privilege"):
            yield from _privilege(name, block, each)


def _privilege(name: Value, block: Value, role: Resource) -> Iterator[Statement]:
    actions = block.get("actions") if isinstance(block, dict) else block
    if not isinstance(block, dict) or not isinstance(actions, list) or any(not isinstance(each, str) for each in actions):
        lost = actions if isinstance(actions, Unknown) else Unknown("its actions are not known")
        yield Right(name, role, "a privilege", lost=lost, argument="privilege")
        return
    told = tuple(str(each) for each in actions)
    at = _at(block.get("db"))
    collection = block.get("collection")
    if at and collection not in (None, ""):
        at = (*at, ("", collection))
    does = tuple(EVERYTHING if each == _ANY else each for each in told)
    yield Right(name, role, said(told), does, at, argument="privilege")


def _at(database: Value) -> tuple[Level, ...]:
    """The database: an empty name, or a role that is granted in `admin`, is about all of them."""
    return () if database in (None, "", "admin") else (("mongodb_database", database),)
