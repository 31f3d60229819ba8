"""MongoDB Atlas: the users of a project's databases, on all of its clusters or on those that they are limited to, and custom roles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policypack.build.database_rights import Level, Member, Party, Right, Statement, said
from policypack.catalog.scoped import facts
from policypack.model import Resource, Unknown, Value

ROLES = ("mongodbatlas_database_user", "mongodbatlas_custom_db_role")
_CLUSTER = "mongodbatlas_advanced_cluster"


def statements(resources: Iterable[Resource]) -> Iterator[Statement]:
    """Who there is, and who is given what."""
    for each in resources:
        if each.type == "mongodbatlas_database_user":
            yield from _user(each)
        elif each.type == "mongodbatlas_custom_db_role":
            yield from _role(each)


def _user(user: Resource) -> Iterator[Statement]:
    name = user.get("username")
    yield Party(user, name)
    clusters = list(_clusters(user))
    for block in user.blocks("roles"):
        role = block.get("role_name") if isinstance(block, dict) else block
        inside = _inside(block)
        known = facts("databases").roles["mongodbatlas"].get(role) if isinstance(role, str) else None
        if known is None:
            yield Member(name, role, user, "roles")
            continue
        for cluster in clusters or [()]:
            if known:
                yield Right(name, user, f"the role {role}", known, (*cluster, *inside), argument="roles")


def _clusters(user: Resource) -> Iterator[tuple[Level, ...]]:
    """The clusters that a user is limited to; none: all of the project."""
    for block in user.blocks("scopes"):
        if not isinstance(block, dict):
            yield ((_CLUSTER, block),)
        elif block.get("type") in ("CLUSTER", None) or isinstance(block.get("type"), Unknown):
            yield ((_CLUSTER, block.get("name")),)


def _inside(block: Value) -> tuple[Level, ...]:
    database = block.get("database_name") if isinstance(block, dict) else None
    return () if database in (None, "", "admin") else (("", database),)


def _role(role: Resource) -> Iterator[Statement]:
    name = role.get("role_name")
    yield Party(role, name)
    for block in role.blocks("inherited_roles"):
        yield Member(
            name, block.get("role_name") if isinstance(block, dict) else block, role, "inherited_roles", _inside(block)
        )
    for block in role.blocks("actions"):
        action = block.get("action") if isinstance(block, dict) else block
        if not isinstance(action, str) or not isinstance(block, dict):
            lost = action if isinstance(action, Unknown) else Unknown("its actions are not known")
            yield Right(name, role, "an action", lost=lost, argument="actions")
            continue
        found = block.get("resources")
        for resource in found if isinstance(found, list) and found else [{}]:
            # REMOVE and DROP_COLLECTION are the server's own remove and dropCollection.
            yield Right(name, role, said((action,)), (action.replace("_", "").lower(),), _inside(resource), argument="actions")
