"""The language of databases: what roles own and are granted. And what they hold on objects that the inputs do not show.

Terraform often knows the roles of a server and nothing of its tables: then what a role owns is known by its name alone, and what is
lost with it is what runs the server, where the provider block names that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from policypack.authority.held import by_its_own_policies, held, named, who
from policypack.authority.scoped.language import Language
from policypack.catalog import load_catalog
from policypack.catalog.scoped import facts
from policypack.model import Evidence, Grant, Identity, Infrastructure, Level, Site, Store, Truth, Unknown, Verb


def holds(expression: str, site: Site) -> Truth:
    """Whether a grant is about a thing, where it is about what lies in things of one type and not in what lies in them in turn."""
    return site.spot.kind == expression


LANGUAGE = Language(facts("databases"), holds=holds)


class Loss(Struct, frozen=True):
    """What a role may destroy, as a sentence has it, and by what."""

    identity: Identity
    objects: str
    certain: bool
    because: tuple[Evidence, ...]

    @property
    def can(self) -> str:
        """How to say it."""
        return "can" if self.certain else "may be able to"


Having = tuple[Identity, Grant]
"""A grant, and who has it: the role itself, or one that it may act as."""


def losses(infrastructure: Infrastructure, roles: Sequence[Identity]) -> Iterator[Loss]:
    """For each role what it may destroy itself, or as a role that it may act as: stores of the inputs, else what they do not show."""
    destroying = held(infrastructure, {Verb.DESTROY}, wanted=by_its_own_policies, identities=roles, opaque=True)
    told = {each.identity.address: each for each in destroying}
    for identity in roles:
        each = told.get(identity.address)
        if each is not None:
            through = " as a role that it is a member of" if each.worst.rules else ""
            yield Loss(identity, f"{each.targets}{through}", each.certain, each.because)
        else:
            yield from _unseen(infrastructure, identity)


def _unseen(infrastructure: Infrastructure, identity: Identity) -> Iterator[Loss]:
    """What a role may destroy of what the inputs do not show. Nothing where that is nothing of production."""
    from policypack.authority import authority

    server = _server(infrastructure, identity)
    if not _is_production(identity, server):
        return
    reached = authority(infrastructure).assumes(identity.address) | {identity.address}
    others = [each for each in infrastructure.identities if each.address in reached and each.acts_in_database]
    others.sort(key=lambda each: each.address != identity.address)
    found = [
        (each, grant) for each in others for grant in each.grants if _destroys(grant) and not _shown(infrastructure, grant)
    ]
    own = [(each, grant) for each, grant in found if each is identity and _is_sure(grant)]
    told = own or found
    if told:
        certain = any(_is_sure(grant) for _, grant in told)
        yield Loss(
            identity, _objects(identity, told, server), certain, (who(identity), *(_said(identity, each) for each in told))
        )


def _is_sure(grant: Grant) -> bool:
    return grant.lost is None and grant.condition is True


def _objects(identity: Identity, told: Sequence[Having], server: Store | None) -> str:
    """What is destroyed, as far as it has a name."""
    at = f" on {server.address}" if server is not None else ""
    if any(grant.scope.level is not Level.THING for _, grant in told):
        return f"everything{at or f' on its {identity.domain.word}'}"
    return f"what is in {named(str(grant.scope) for _, grant in told)}{at}"


def _said(identity: Identity, having: Having) -> Evidence:
    holder, grant = having
    how = "" if holder is identity else f"{identity.address} may act as {holder.address}, and "
    unknown = grant.condition if isinstance(grant.condition, Unknown) else grant.lost
    doubt = f" (perhaps: {unknown.reason})" if unknown is not None else ""
    where = f" on {grant.scope}" if grant.scope.level is Level.THING else ""
    return Evidence(f"{how}{holder.address} has {grant.role}{where}{doubt}", grant.evidence.resource, grant.evidence.location)


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
