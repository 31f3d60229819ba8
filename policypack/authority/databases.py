"""The language of databases: what roles own and are granted. And what they hold on objects that the inputs do not show.

Terraform often knows the roles of a server and nothing of its tables: then what a role owns is known by its name alone, and what is
lost with it is what runs the server, where the provider block names that.
"""

from __future__ import annotations

from msgspec import Struct

from policypack.authority.held import named
from policypack.authority.scoped.language import Language
from policypack.catalog import load_catalog
from policypack.catalog.scoped import facts
from policypack.model import Evidence, Grant, Identity, Infrastructure, Level, Site, Store, Truth, Unknown


def holds(expression: str, site: Site) -> Truth:
    """Whether a grant is about a thing, where it is about what lies in things of one type and not in what lies in them in turn."""
    return site.spot.kind == expression


LANGUAGE = Language(facts("databases"), holds=holds)


class Unseen(Struct, frozen=True):
    """What an identity may destroy and the inputs do not show: by which grants, and of whom it has them. `server` is the store that runs
    it, where that is known."""

    identity: Identity
    grants: tuple[tuple[Identity, Grant], ...]
    server: Store | None = None

    @property
    def certain(self) -> bool:
        """Whether one of the grants certainly holds."""
        return any(each.lost is None and each.condition is True for _, each in self.grants)

    @property
    def objects(self) -> str:
        """What is destroyed, as far as it has a name."""
        at = f" on {self.server.address}" if self.server is not None else ""
        if any(each.scope.level is not Level.THING for _, each in self.grants):
            return f"everything{at or f' on its {self.identity.domain.word}'}"
        return f"what is in {named(str(each.scope) for _, each in self.grants)}{at}"

    @property
    def because(self) -> tuple[Evidence, ...]:
        """The grants, after how they are come by."""
        found = []
        for holder, each in self.grants:
            how = "" if holder is self.identity else f"{self.identity.address} may act as {holder.address}, and "
            unknown = each.condition if isinstance(each.condition, Unknown) else each.lost
            doubt = f" (perhaps: {unknown.reason})" if unknown is not None else ""
            where = f" on {each.scope}" if each.scope.level is Level.THING else ""
            text = f"{how}{holder.address} has {each.role}{where}{doubt}"
            found.append(Evidence(text, each.evidence.resource, each.evidence.location))
        return tuple(found)


def unseen(infrastructure: Infrastructure, identity: Identity) -> Unseen | None:
    """What a role may destroy of what the inputs do not show, itself or as a role that it may act as. None where that is nothing, or
    nothing of production."""
    from policypack.authority import authority

    runs = _server(infrastructure, identity)
    if not _is_production(identity, runs):
        return None
    reached = authority(infrastructure).assumes(identity.address) | {identity.address}
    others = [each for each in infrastructure.identities if each.address in reached and each.acts_in_database]
    held = sorted(others, key=lambda each: each.address != identity.address)
    found = [(each, grant) for each in held for grant in each.grants if _destroys(grant) and not _shown(infrastructure, grant)]
    own = [(each, grant) for each, grant in found if each is identity and grant.lost is None and grant.condition is True]
    return Unseen(identity, tuple(own or found), runs) if found else None


def _is_production(identity: Identity, server: Store | None) -> bool:
    if server is not None:
        return server.environment.production
    return identity.environment is None or identity.environment.production


def _destroys(grant: Grant) -> bool:
    matches = LANGUAGE.matches
    lost = grant.lost is not None
    return lost or any(matches(pattern, action) for pattern in grant.actions for action in LANGUAGE.facts.destroys)


def _shown(infrastructure: Infrastructure, grant: Grant) -> bool:
    """Whether a store of the inputs lies where the grant holds: then it is a power over that store."""
    for store in infrastructure.stores:
        site = infrastructure.sites.get(store.resource.place)
        if site is not None and site.provider == grant.scope.provider and grant.scope.covers(site) is not False:
            return True
    return False


def _server(infrastructure: Infrastructure, identity: Identity) -> Store | None:
    """The store that runs the server, as far as the provider block refers to it."""
    resource = identity.resource
    source = next((each for each in infrastructure.inputs if each.path == resource.inside), None)
    block = source.providers.get(resource.provider_key) if source is not None else None
    provider = load_catalog().provider(resource.provider)
    for argument in provider.domain_arguments if block is not None and provider is not None else ():
        value = block.get(argument) if block is not None else None
        for reference in value.references if isinstance(value, Unknown) else ():
            store = infrastructure.by_place.get((resource.inside, reference.address))
            if store is not None:
                return store
    return None
