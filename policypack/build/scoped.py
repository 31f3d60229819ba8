"""Who can act on platforms that grant roles at places, and where everything lies there: one build file a language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import cast

from msgspec import Struct, field

from policypack.build.domains import first_written
from policypack.build.estate import Estate
from policypack.build.identity_documents import Documents, stands
from policypack.build.languages import builds_on
from policypack.model import Gap, Identity, Resource, Site, Spot, Unknown, Value

Place = tuple[str, str]
_NESTED = 8


def unchanged(resource: Resource, site: Site) -> Site:
    """The site as the catalog alone tells it."""
    del resource
    return site


class Acting(Struct, frozen=True):
    """Who can act, as one language has it.

    `describe` completes the site of each resource: what stands above its domain, what conditions call it, whether it is a
    domain itself. `containers` are the types that arguments name where the inputs do not show what is named (`dataset_id` ->
    `google_bigquery_dataset`). `sites` are those that no catalog entry makes. `roles_held` has who runs as whom.
    """

    identities: tuple[Identity, ...] = ()
    describe: Callable[[Resource, Site], Site] = unchanged
    containers: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[Place, Site] = field(default_factory=dict)
    roles_held: Mapping[Place, tuple[Place, ...]] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()


def acting(modules: tuple[str, ...], documents: Documents) -> Acting:
    """Who can act, in all of these languages together, with the sites of all that they can act on."""
    found = [cast("Acting", import_module(name).acting(documents)) for name in modules]
    sites: dict[Place, Site] = {}
    roles: dict[Place, tuple[Place, ...]] = {}
    for each, name in zip(found, modules, strict=True):
        roles.update(each.roles_held)
        sites.update(_sites(each, name, documents))
        sites.update(each.sites)
    everybody = tuple(identity for each in found for identity in each.identities)
    if any(each.language == "kubernetes" for each in everybody):
        from policypack.build.cluster_accounts import signing_in

        everybody = signing_in(everybody, documents)
    return Acting(
        everybody,
        sites=sites,
        roles_held=roles,
        gaps=tuple(gap for each in found for gap in each.gaps),
    )


def _sites(found: Acting, module: str, documents: Documents) -> Iterator[tuple[Place, Site]]:
    """Where everything lies that the catalog knows, that acts, or that runs as somebody."""
    estate = documents.estate
    wanted = {each.resource.place for each in found.identities} | found.roles_held.keys()
    providers = builds_on(module, estate.catalog)
    for each in estate.resources:
        platform = estate.catalog.platform(each.provider)
        if platform in providers and (each.place in wanted or (each.mode == "managed" and each.type in estate.entries)):
            yield each.place, found.describe(each, site_of(each, documents, found.containers))


def site_of(resource: Resource, documents: Documents, containers: Mapping[str, str] | None = None) -> Site:
    """Where a resource lies, as far as the catalog tells what it lies in."""
    estate = documents.estate
    within = tuple(_within(resource, estate, containers or {}))
    return Site(estate.catalog.platform(resource.provider), spot_of(resource, estate), documents.domains.of(resource), within)


def spot_of(resource: Resource, estate: Estate) -> Spot:
    """The resource as one thing, called by the end of its name."""
    entry = estate.entries.get(resource.type)
    value = resource.get(entry.name) if entry is not None and entry.name else resource.get("name")
    return Spot(resource.type, short(value, resource), resource.place)


def short(value: Value, resource: Resource) -> str | Unknown:
    """The end of a name; Unknown where nothing tells it."""
    if isinstance(value, str):
        return value.rpartition("/")[2]
    return value if isinstance(value, Unknown) else Unknown(f"the name of {resource.address} is not known")


def _within(resource: Resource, estate: Estate, containers: Mapping[str, str]) -> Iterator[Spot]:
    """What a resource lies in, nearest first."""
    seen = {resource.place}
    current = resource
    for _ in range(_NESTED):
        entry = estate.entries.get(current.type)
        arguments = (*(entry.lies_in or (entry.member_of,)),) if entry and (entry.lies_in or entry.member_of) else ()
        value = first_written(current, arguments)
        if value is None:
            return
        kind = current.type
        home = estate.index.find(value, current, lambda other, kind=kind: other != kind and other in estate.entries).only  # type: ignore[misc]
        if home is None:
            named = next((name for name in arguments if current.written(name) is not None), "")
            yield Spot(containers.get(named, ""), short(value, current))
            return
        if home.place in seen:
            return
        seen.add(home.place)
        yield spot_of(home, estate)
        current = home


def placed(kind: Callable[[str], bool], value: Value, holder: Resource, estate: Estate) -> Resource | None:
    """The resource of a fitting type that a value names, None where the inputs do not show it or several fit."""
    found = estate.index.meant(value, holder, kind).only
    return found if found is not None and stands(found) else None
