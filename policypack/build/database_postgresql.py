"""PostgreSQL: roles with attributes, ownership, privileges, memberships, default privileges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policypack.build.database_rights import EVERYTHING, Level, Member, Party, Right, Statement, said, words
from policypack.model import Resource, Unknown, Value

ROLES = ("postgresql_role",)
_ALL = {"ALL", "ALL PRIVILEGES"}
# What ALL stands for on the kinds of objects that hold rows; on all others nothing of it destroys any.
_ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_HOLDS_ROWS = {"table", "column"}
_ATTRIBUTES = {"superuser": (EVERYTHING,), "create_role": ("CREATE ROLE",)}
_LATER = Unknown("it holds for what is made after it, and what was made before keeps the privileges that it has")


def statements(resources: Iterable[Resource]) -> Iterator[Statement]:
    """Who there is, and who is given what."""
    for each in resources:
        if each.type == "postgresql_role":
            yield from _role(each)
        elif each.type in {"postgresql_database", "postgresql_schema"}:
            yield from _owned(each)
        elif each.type in {"postgresql_grant", "postgresql_default_privileges"}:
            yield from _grant(each)
        elif each.type == "postgresql_grant_role":
            yield Member(each.get("role"), each.get("grant_role"), each, "grant_role")


def _role(role: Resource) -> Iterator[Statement]:
    name = role.get("name")
    yield Party(role, name)
    for attribute, actions in _ATTRIBUTES.items():
        value = role.get(attribute)
        if isinstance(value, Unknown):
            yield Right(name, role, attribute, actions, argument=attribute, condition=value)
        elif value is True:
            yield Right(name, role, attribute, actions, argument=attribute)
    member_of = role.get("roles")
    for each in member_of if isinstance(member_of, list) else [member_of] if member_of is not None else []:
        yield Member(name, each, role, "roles")


def _owned(thing: Resource) -> Iterator[Statement]:
    owner = thing.written("owner")
    if owner is not None:
        yield Right(owner, thing, "ownership", (EVERYTHING,), itself=thing, argument="owner")
    policies = thing.blocks("policy") if thing.type == "postgresql_schema" else []
    for each in policies:
        if isinstance(each, Unknown):
            yield Right(each, thing, "a policy of the schema", lost=each, itself=thing, argument="policy")


def _grant(grant: Resource) -> Iterator[Statement]:
    to, kind = grant.get("role"), grant.get("object_type")
    privileges = words(grant.get("privileges"))
    later = grant.type == "postgresql_default_privileges"
    at = tuple(_at(grant))
    role = "privileges" if isinstance(privileges, Unknown) else said(privileges)
    everybody = isinstance(to, str) and to.lower() == "public"
    if isinstance(privileges, Unknown):
        yield Right(to, grant, role, at=at, argument="privileges", lost=privileges, everybody=everybody)
        return
    rows = isinstance(kind, Unknown) or (isinstance(kind, str) and kind in _HOLDS_ROWS)
    actions = tuple(word for each in privileges for word in (_ROWS if each in _ALL else (each,)))
    condition = _LATER if later else kind if isinstance(kind, Unknown) else True
    if actions and rows:
        yield Right(
            to, grant, f"{role}{_on(kind)}", actions, at, argument="privileges", condition=condition, everybody=everybody
        )


def _on(kind: Value) -> str:
    return f" on {kind}s" if isinstance(kind, str) else ""


def _at(grant: Resource) -> Iterator[Level]:
    """The database and the schema of a grant, with the tables that it names as a part of them."""
    database, schema = grant.written("database"), grant.written("schema")
    yield "postgresql_database", database
    if schema is not None:
        yield "postgresql_schema", schema
    objects = grant.get("objects")
    yield "", objects[0] if isinstance(objects, list) and len(objects) == 1 and isinstance(objects[0], str) else "its tables"
