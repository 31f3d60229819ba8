"""MySQL: accounts and roles, privileges on everything, a database or a table, roles that are granted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policypack.build.database_rights import EVERYTHING, Level, Member, Party, Right, Statement, said, words
from policypack.model import Resource, Truth, Unknown, Value

ROLES = ("mysql_user", "mysql_role")
_ALL = {"ALL", "ALL PRIVILEGES"}
_HOST = "localhost"
# Whoever has these on the whole server makes itself what it likes: it writes files of the server, acts as another definer, or gives
# its sessions what only administrators have ("Privileges Provided by MySQL").
_ADMINISTERS = {"SUPER", "SET_USER_ID", "SET_ANY_DEFINER", "ROLE_ADMIN", "SYSTEM_USER"}


def statements(resources: Iterable[Resource]) -> Iterator[Statement]:
    """Who there is, and who is given what."""
    for each in resources:
        if each.type == "mysql_user":
            yield Party(each, account(each.get("user"), each.get("host")))
        elif each.type == "mysql_role":
            yield Party(each, each.get("name"))
        elif each.type == "mysql_grant":
            yield from _grant(each)


def account(user: Value, host: Value) -> Value:
    """The name of an account: a user from a host, where the host may be left out."""
    if isinstance(user, Unknown) or isinstance(host, Unknown) or not isinstance(user, str):
        return (
            user
            if not isinstance(host, Unknown)
            else Unknown(host.reason, user.references if isinstance(user, Unknown) else ())
        )
    return f"{user}@{host if isinstance(host, str) and host else _HOST}"


def _grant(grant: Resource) -> Iterator[Statement]:
    to = grant.written("role")
    if to is None:
        to = account(grant.get("user"), grant.get("host"))
    roles = grant.get("roles")
    for each in roles if isinstance(roles, list) else [roles] if roles is not None else []:
        yield Member(to, each, grant, "roles")
    privileges = words(grant.get("privileges"))
    at, condition = _at(grant)
    if isinstance(privileges, Unknown):
        yield Right(to, grant, "privileges", at=at, argument="privileges", lost=privileges)
        return
    actions = tuple(EVERYTHING if each in _ALL else each for each in privileges)
    if not at and _ADMINISTERS.intersection(actions):
        actions = (EVERYTHING,)
    if actions:
        yield Right(to, grant, said(privileges), actions, at, argument="privileges", condition=condition)


def _at(grant: Resource) -> tuple[tuple[Level, ...], Truth]:
    """The object, and whether it is one: a name of a database may be a pattern. Not written means all of them."""
    database, table = grant.written("database"), grant.written("table")
    if database is None or database == "*":
        return (), True
    named: Truth = True
    if isinstance(database, str) and "%" in database:
        return (), Unknown(f"{database} is a pattern: which databases it names is not known")
    if table is None or table == "*":
        return (("mysql_database", database),), named
    return (("mysql_database", database), ("", table)), named
