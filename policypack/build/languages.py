"""Which languages of roles an estate speaks: a look at its types, which imports nothing of any of them."""

from __future__ import annotations

from collections.abc import Mapping

from policypack.build.estate import Estate

# Provider -> the module that knows its identities, and what the types of resources are called that make somebody who can act, or give
# somebody a right. A new language adds its line.
BUILDERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "azuread": ("policypack.build.identities_azure", ("azuread_",)),
    "azurerm": (
        "policypack.build.identities_azure",
        ("_role_assignment", "_role_definition", "_assigned_identity", "_lighthouse_", "azurerm_key_vault"),
    ),
    "google": ("policypack.build.identities_google", ("_iam_", "google_service_account")),
    "kubernetes": ("policypack.build.identities_kubernetes", ("_role", "_service_account")),
    "mongodb": ("policypack.build.identities_databases", ("_user", "_role")),
    "mongodbatlas": ("policypack.build.identities_databases", ("_database_user", "_db_role")),
    "mysql": ("policypack.build.identities_databases", ("_user", "_role", "_grant")),
    "postgresql": ("policypack.build.identities_databases", ("_role", "_grant", "_privileges", "_database", "_schema")),
    "snowflake": ("policypack.build.identities_databases", ("_user", "_role", "_grant")),
}


def speaks(estate: Estate) -> tuple[str, ...]:
    """The modules of the languages in which anybody in the estate may act. Costs a look at each type, and imports nothing."""
    kinds = {each.type for each in estate.resources if each.mode == "managed"} if BUILDERS else set()
    found = {}
    for kind in kinds:
        module, parts = BUILDERS.get(estate.catalog.platform(kind.partition("_")[0]), ("", ()))
        if any(part in kind for part in parts):
            found[module] = True
    return tuple(sorted(found))
