"""Snowflake: roles, users and database roles, ownership, privileges on what there is and what there will be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from policypack.build.database_rights import EVERYTHING, Key, Level, Member, Party, Right, Statement, said, words
from policypack.model import Resource, Truth, Unknown, Value

ROLES = (
    "snowflake_account_role",
    "snowflake_database_role",
    "snowflake_user",
    "snowflake_service_user",
    "snowflake_legacy_service_user",
)
_GRANTEES = ("account_role_name", "database_role_name")
_TYPES = ("snowflake_database", "snowflake_schema", "snowflake_table")
_PLURAL = {"TABLE": "snowflake_table", "SCHEMA": "snowflake_schema", "DATABASE": "snowflake_database"}
# What ALL PRIVILEGES stands for where rows are kept; on a database or a schema it has no DROP, and it has MODIFY.
_ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES")
_OUTER = ("MODIFY", "MONITOR", "USAGE")
_FUTURE = Unknown("it holds for what is made after it")
_NAME = re.compile(r'"((?:[^"]|"")*)"|([^."]+)')


def statements(resources: Iterable[Resource]) -> Iterator[Statement]:
    """Who there is, and who is given what."""
    for each in resources:
        if each.type in ROLES:
            yield Party(each, each.get("name"))
        elif each.type == "snowflake_user_programmatic_access_token":
            # A token that is restricted to a role is that role; else it is all roles of its user.
            restricted = each.written("role_restriction")
            yield Key(plain(each.get("user") if restricted is None else restricted), each)
        elif each.type == "snowflake_grant_ownership":
            yield from _owned(each)
        elif each.type.startswith("snowflake_grant_privileges_to_"):
            yield from _privileges(each)
        elif each.type in {"snowflake_grant_account_role", "snowflake_grant_database_role"}:
            of = (
                each.written("role_name") if each.type == "snowflake_grant_account_role" else each.written("database_role_name")
            )
            for argument in ("parent_role_name", "parent_database_role_name", "user_name"):
                if (who := each.written(argument)) is not None:
                    yield Member(plain(who), plain(of), each, argument)


def plain(name: Value) -> Value:
    """A name without its quotes, and without what it lies in."""
    parts = parts_of(name)
    return parts[-1] if parts else name


def parts_of(name: Value) -> list[str]:
    """The parts of a full name, outermost first; none where it is not text."""
    if not isinstance(name, str):
        return []
    return [(quoted.replace('""', '"') if quoted else bare) for quoted, bare in _NAME.findall(name)]


def _to(grant: Resource) -> Value:
    return plain(next((value for each in _GRANTEES if (value := grant.written(each)) is not None), None))


def _owned(grant: Resource) -> Iterator[Statement]:
    for block in grant.blocks("on"):
        if not isinstance(block, dict):
            yield Right(
                _to(grant), grant, "ownership", at=(), argument="on", lost=block if isinstance(block, Unknown) else None
            )
            continue
        for at, condition in _objects(block):
            yield Right(_to(grant), grant, "ownership", (EVERYTHING,), at, argument="on", condition=condition)


def _privileges(grant: Resource) -> Iterator[Statement]:
    to, every = _to(grant), grant.get("all_privileges")
    privileges = words(grant.get("privileges"))
    lost = next((each for each in (privileges, every) if isinstance(each, Unknown)), None)
    for at, condition in _places(grant):
        if lost is not None or isinstance(privileges, Unknown):
            yield Right(to, grant, "privileges", at=at, argument="privileges", lost=lost, condition=condition)
            continue
        whole = every is True or bool({"ALL", "ALL PRIVILEGES"}.intersection(privileges))
        rows = not at or at[-1][0] not in {"snowflake_database", "snowflake_schema"}
        actions = ((_ROWS if rows else _OUTER) if at else ("MANAGE GRANTS",)) if whole else privileges
        yield Right(
            to, grant, "ALL PRIVILEGES" if whole else said(privileges), actions, at, argument="privileges", condition=condition
        )


def _places(grant: Resource) -> Iterator[tuple[tuple[Level, ...], Truth]]:
    if (account := grant.get("on_account")) is not None and account is not False:
        yield (), account if isinstance(account, Unknown) else True
    if (database := grant.written("on_database")) is not None:
        yield _named("snowflake_database", database), True
    for name in ("on_account_object", "on_schema_object"):
        for block in grant.blocks(name):
            if isinstance(block, dict):
                yield from _objects(block)
            elif isinstance(block, Unknown):
                yield (), block
    for block in grant.blocks("on_schema"):
        if not isinstance(block, dict):
            yield (), block if isinstance(block, Unknown) else True
        elif (schema := block.get("schema_name")) is not None:
            yield _named("snowflake_schema", schema), True
        else:
            later = block.get("future_schemas_in_database")
            database = block.get("all_schemas_in_database") if later is None else later
            yield (*_named("snowflake_database", database), ("", "its schemas")), True if later is None else _FUTURE


def _objects(block: dict[str, Value]) -> Iterator[tuple[tuple[Level, ...], Truth]]:
    """The objects of an `on` block: one by its name, or all that there are, or will be, in a database or a schema."""
    kind = block.get("object_type")
    if (name := block.get("object_name")) is not None:
        if isinstance(kind, Unknown):
            yield _named("", name), kind
        elif isinstance(kind, str) and kind.upper() in _PLURAL:
            yield _named(_PLURAL[kind.upper()], name), True
    for word, condition in (("all", True), ("future", _FUTURE), ("inherited", True)):
        for each in _listed(block.get(word)):
            plural = each.get("object_type_plural") if isinstance(each, dict) else each
            if not isinstance(each, dict):
                yield (), each if isinstance(each, Unknown) else True
            elif isinstance(plural, Unknown) or str(plural).upper() in {"TABLES", "SCHEMAS"}:
                schema, database = each.get("in_schema"), each.get("in_database")
                home = _named("snowflake_schema", schema) if schema is not None else _named("snowflake_database", database)
                yield (*home, ("", f"its {str(plural).lower()}")), plural if isinstance(plural, Unknown) else condition


def _listed(value: Value) -> list[Value]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _named(kind: str, name: Value) -> tuple[Level, ...]:
    """An object with what it lies in, as its full name says."""
    parts = parts_of(name)
    if not parts or kind not in _TYPES:
        return ((kind, name),)
    number = _TYPES.index(kind)
    kinds = _TYPES[max(0, number + 1 - len(parts)) : number + 1]
    return tuple(zip(kinds, parts[-len(kinds) :], strict=True))
