"""Which languages of roles an estate speaks: a look at its types, which imports nothing of any of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policypack.build.estate import Estate
from policypack.catalog import Catalog

# Provider -> the module that knows its identities, and what the types of resources are called that make somebody who can act, or give
# somebody a right. A new language adds its line.
BUILDERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "azuread": ("policypack.build.identities_azure", ("azuread_",)),
    "azurerm": (
        "policypack.build.identities_azure",
        (
            "_role_assignment",
            "_role_definition",
            "_assigned_identity",
            "_lighthouse_",
            "azurerm_key_vault",
            "_directory_administrator",
            "_policy_definition",
        ),
    ),
    "google": (
        "policypack.build.identities_google",
        ("_iam_", "google_service_account", "_access_control", "_acl", "_bigquery_dataset", "_entitlement"),
    ),
    "kubernetes": ("policypack.build.identities_kubernetes", ("_role", "_service_account", "_config_map")),
    "mongodb": ("policypack.build.identities_databases", ("_user", "_role")),
    "mongodbatlas": ("policypack.build.identities_databases", ("_database_user", "_db_role")),
    "mysql": ("policypack.build.identities_databases", ("_user", "_role", "_grant")),
    "postgresql": ("policypack.build.identities_databases", ("_role", "_grant", "_privileges", "_database", "_schema")),
    "snowflake": ("policypack.build.identities_databases", ("_user", "_role", "_grant")),
}
# A second language on the places of a platform.
BESIDES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "mongodbatlas": (
        "policypack.build.identities_platforms",
        ("_api_key", "_service_account", "_cluster", "_instance", "_project"),
    ),
}


# What lets somebody of another platform into a cluster.
_ENTERS = "aws_eks_access_policy_association"
# Who acts with tokens, on every platform whose catalog names some and that no other language is about.
_TOKENS = "policypack.build.identities_platforms"


def _modules(platform: str, catalog: Catalog) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The modules that know who acts on a platform, with the parts of the names of types that ask for them."""
    found = [table[platform] for table in (BUILDERS, BESIDES) if platform in table]
    yield from found
    if not found and platform in catalog.kept_names().values():
        yield _TOKENS, (f"{platform}_",)


def builds_on(module: str, catalog: Catalog) -> frozenset[str]:
    """The platforms whose places a module knows."""
    platforms = {*BUILDERS, *BESIDES, *catalog.kept_names().values()}
    return frozenset(each for each in platforms if any(name == module for name, _ in _modules(each, catalog)))


def speaks(estate: Estate) -> tuple[str, ...]:
    """The modules of the languages in which anybody in the estate may act. Costs a look at each type, and imports nothing."""
    kinds = {each.type for each in estate.resources if each.mode == "managed"}
    found = {}
    for kind in kinds:
        for module, parts in _modules(estate.catalog.platform(kind.partition("_")[0]), estate.catalog):
            if any(part in kind for part in parts):
                found[module] = True
    if _ENTERS in kinds and any(kind.startswith("kubernetes_") for kind in kinds):
        found[BUILDERS["kubernetes"][0]] = True
    return tuple(sorted(found))


def speaks_of(kind: str, catalog: Catalog) -> bool:
    """Whether any language is about the identities of the platform of a type."""
    platform = catalog.platform(kind.partition("_")[0])
    if platform == "aws" or platform in BUILDERS:
        return True
    from policypack.catalog.scoped import facts  # few estates have identities of other platforms

    return platform in facts("platforms").providers
