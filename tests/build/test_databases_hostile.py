"""Whatever is written about roles of databases: an answer or a doubt, never a traceback."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from policypack.authority import authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Input, Location, Reference, Resource, Unknown
from policypack.settings import Settings
from tests.expectations import checks

ARGUMENTS = {
    "postgresql_role": ("name", "superuser", "create_role", "roles"),
    "postgresql_database": ("name", "owner"),
    "postgresql_schema": ("name", "database", "owner", "policy"),
    "postgresql_grant": ("role", "database", "schema", "object_type", "objects", "privileges"),
    "postgresql_grant_role": ("role", "grant_role"),
    "postgresql_default_privileges": ("role", "database", "schema", "object_type", "privileges"),
    "mysql_user": ("user", "host"),
    "mysql_database": ("name",),
    "mysql_grant": ("user", "host", "role", "roles", "database", "table", "privileges"),
    "snowflake_database": ("name",),
    "snowflake_account_role": ("name",),
    "snowflake_grant_ownership": ("account_role_name", "on"),
    "snowflake_grant_privileges_to_account_role": (
        "account_role_name",
        "privileges",
        "all_privileges",
        "on_account",
        "on_account_object",
        "on_schema",
        "on_schema_object",
    ),
    "snowflake_grant_account_role": ("role_name", "parent_role_name", "user_name"),
    "snowflake_user_programmatic_access_token": ("user", "role_restriction"),
    "mongodb_db_user": ("name", "role"),
    "mongodb_db_role": ("name", "privilege", "inherited_role"),
    "mongodbatlas_database_user": ("username", "project_id", "roles", "scopes"),
    "mongodbatlas_custom_db_role": ("role_name", "actions", "inherited_roles"),
}
KEYS = (
    "role",
    "db",
    "actions",
    "object_type",
    "object_name",
    "all",
    "future",
    "in_database",
    "schema_name",
    "role_name",
    "database_name",
)
TEXTS = (
    "agent",
    "owner",
    "app",
    "public",
    "*",
    "",
    '"A"."B"."C"',
    '"',
    "a.b.c.d.e",
    "DROP",
    "ALL",
    "DELETE",
    "table",
    "TABLE",
    "%",
)
leaves = some.one_of(
    some.none(),
    some.booleans(),
    some.integers(-1, 2),
    some.sampled_from(TEXTS),
    some.just(Unknown("not known")),
    some.just(Unknown(references=(Reference("postgresql_role.r0", "name"), Reference("gone.x", "id")))),
)
values = some.recursive(
    leaves,
    lambda inner: some.one_of(some.lists(inner, max_size=2), some.dictionaries(some.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=6,
)


@some.composite
def resources(draw: Any) -> list[Resource]:
    """Some resources with whatever arguments."""
    found = []
    for number in range(draw(some.integers(1, 6))):
        kind = draw(some.sampled_from(sorted(ARGUMENTS)))
        written = {name: value for name in ARGUMENTS[kind] if (value := draw(values)) is not None}
        provider = kind.partition("_")[0]
        found.append(
            Resource(f"{kind}.r{number}", kind, provider, written, Location("main.tf"), inside="estate", provider_key=provider)
        )
    return found


@settings(max_examples=100, deadline=None)
@given(resources())
def test_nothing_breaks(found: list[Resource]) -> None:
    """Malformed names, blocks and privileges make no difference to whether there is an answer."""
    counts: dict[str, int] = {}
    for each in found:
        counts[each.type] = counts.get(each.type, 0) + 1
    made = build([Input("estate", "module", tuple(found), counts)], load_catalog(), Settings())
    for identity in made.identities:
        authority(made).powers_of(identity.address)
    for name in ("agent_owns_database_objects", "agent_can_destroy_data", "agent_can_escalate", "agent_can_weaken_guards"):
        list(checks()[name].find(made))
