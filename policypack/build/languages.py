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
    "google": (
        "policypack.build.identities_google",
        ("_iam_", "google_service_account", "_access_control", "_acl", "_bigquery_dataset"),
    ),
    "kubernetes": ("policypack.build.identities_kubernetes", ("_role", "_service_account")),
    "mongodb": ("policypack.build.identities_databases", ("_user", "_role")),
    "mongodbatlas": ("policypack.build.identities_databases", ("_database_user", "_db_role")),
    "mysql": ("policypack.build.identities_databases", ("_user", "_role", "_grant")),
    "postgresql": ("policypack.build.identities_databases", ("_role", "_grant", "_privileges", "_database", "_schema")),
    "snowflake": ("policypack.build.identities_databases", ("_user", "_role", "_grant")),
    "cloudflare": ("policypack.build.identities_platforms", ("cloudflare_",)),
    "digitalocean": ("policypack.build.identities_platforms", ("digitalocean_",)),
    "github": ("policypack.build.identities_platforms", ("github_",)),
    "neon": ("policypack.build.identities_platforms", ("neon_",)),
    "railway": ("policypack.build.identities_platforms", ("railway_",)),
    "supabase": ("policypack.build.identities_platforms", ("supabase_",)),
    "tfe": ("policypack.build.identities_platforms", ("tfe_",)),
    "vault": ("policypack.build.identities_platforms", ("vault_",)),
}
# A second language on the places of a platform.
BESIDES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "mongodbatlas": (
        "policypack.build.identities_platforms",
        ("_api_key", "_service_account", "_cluster", "_instance", "_project"),
    ),
}


def builds_on(module: str) -> frozenset[str]:
    """The platforms whose places a module knows."""
    return frozenset(provider for table in (BUILDERS, BESIDES) for provider, (name, _) in table.items() if name == module)


def speaks(estate: Estate) -> tuple[str, ...]:
    """The modules of the languages in which anybody in the estate may act. Costs a look at each type, and imports nothing."""
    kinds = {each.type for each in estate.resources if each.mode == "managed"} if BUILDERS else set()
    found = {}
    for kind in kinds:
        platform = estate.catalog.platform(kind.partition("_")[0])
        for module, parts in (table[platform] for table in (BUILDERS, BESIDES) if platform in table):
            if any(part in kind for part in parts):
                found[module] = True
    return tuple(sorted(found))
