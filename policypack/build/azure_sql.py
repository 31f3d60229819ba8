"""Administrators of database servers on Azure who sign in with Entra ID: no role says so, the server does.

Microsoft Learn: "Microsoft Entra authentication for Azure SQL" (the administrator of a server is in every database of it what `dbo`
is), "Microsoft Entra authentication with Azure Database for MySQL" and "… for PostgreSQL" (there it is a member of
`azure_pg_admin`, and what others own is not its own).
"""

from __future__ import annotations

from collections.abc import Mapping

from policypack.authority.azure import DROP_DATABASE
from policypack.build.azure_rights import Held, Parts, given_to
from policypack.build.domains import first_written
from policypack.build.scoped import spot_of
from policypack.model import Evidence, Grant, Level, Resource, Scope, Truth, Unknown

# Type -> the block in which a server names its administrator.
_BLOCKS: Mapping[str, str] = {
    "azurerm_mssql_server": "azuread_administrator",
    "azurerm_mssql_managed_instance": "azure_active_directory_administrator",
}
# Type -> the arguments of which one names the server.
_ADMINISTRATORS: Mapping[str, tuple[str, ...]] = {
    "azurerm_mssql_managed_instance_active_directory_administrator": ("managed_instance_id",),
    "azurerm_mysql_flexible_server_active_directory_administrator": ("server_id",),
    "azurerm_postgresql_flexible_server_active_directory_administrator": ("server_name",),
}
_OWNED = Unknown("whether the databases belong to azure_pg_admin, which the administrator is a member of, is not known")
TYPES = (*_BLOCKS, *_ADMINISTRATORS)


def administers(resource: Resource, parts: Parts) -> Held:
    """Who administers a database server, with what that gives."""
    if resource.type in _BLOCKS:
        path = _BLOCKS[resource.type]
        for block in resource.blocks(path):
            if isinstance(block, dict):
                yield from _given(resource, resource, parts, (f"{path}.object_id", ""))
        return
    value = first_written(resource, _ADMINISTRATORS[resource.type])
    kind = resource.type.removesuffix("_active_directory_administrator")
    server = parts.documents.estate.index.find(value, resource, lambda other: other == kind).only
    said = resource.get("principal_type")
    if server is not None:
        yield from _given(server, resource, parts, ("object_id", said if isinstance(said, str) else ""))


def _given(server: Resource, by: Resource, parts: Parts, who: tuple[str, str]) -> Held:
    estate = parts.documents.estate
    domain = parts.documents.domains.of(server)
    scope = Scope(estate.catalog.platform(server.provider), Level.THING, spot_of(server, estate), domain)
    evidence = Evidence(f"{by.address} makes it the administrator of {server.address}", by.address, by.at(who[0]))
    condition: Truth = _OWNED if "postgresql" in server.type else True
    grant = Grant("allow", "Microsoft Entra administrator", (DROP_DATABASE,), scope, evidence, condition=condition)
    yield from given_to(parts.principals.named(by.get(who[0]), by, who[1]), [grant])
