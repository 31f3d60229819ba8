"""Where rights on a platform hold: a thing, a domain, or all that the inputs show of the platform."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.identity_documents import Documents
from policypack.build.index import asks
from policypack.build.scoped import placed, short, spot_of
from policypack.model import Domain, Environment, Grant, Level, Resource, Scope, Site, Spot, Truth, Unknown, Value, replace

# What is a domain itself: others name it in their domain's argument.
_DOMAINS = frozenset({"mongodbatlas_project", "cloudflare_account"})


class Holder(Struct, frozen=True):
    """Somebody before it is an identity: what it is anchored at, its form, what it is granted, its secrets, and what tells its kind
    and its environment."""

    resource: Resource
    form: str
    grants: tuple[Grant, ...] = ()
    secrets: tuple[Resource, ...] = ()
    names: tuple[str, ...] = ()
    environment: Environment | None = None


def is_told(domain: Domain) -> bool:
    """Whether anything but the provider's configuration says which domain it is."""
    return isinstance(domain.id, str) or "#=" in domain.key


def _key(domain: Domain) -> str:
    return domain.id if isinstance(domain.id, str) else domain.key


class PlatformPlaces(Struct, frozen=True, dict=True):
    """The places of all platforms of an estate."""

    documents: Documents

    def describe(self, resource: Resource, site: Site) -> Site:
        """The site as the catalog tells it; a project that is a domain is that one. Where nothing tells the domain of what holds no
        data (a key, a secret), it is no place at which anything is granted: it could only be mistaken for another."""
        if resource.type not in _DOMAINS:
            lost = site.domain is not None and not is_told(site.domain) and not self.documents.estate.holds_data(resource.type)
            return replace(site, domain=None) if lost else site
        return replace(site, domain=self._own(resource), level=Level.DOMAIN)

    def _own(self, resource: Resource) -> Domain:
        value = Unknown("its id exists only after the apply")
        return self.documents.domains.make(resource.provider, value, f"{resource.inside}#={resource.address}.id")

    @cached_property
    def _domains(self) -> Mapping[str, list[Domain]]:
        """Platform -> the domains that its stores lie in, each once."""
        estate = self.documents.estate
        found: dict[str, dict[tuple[object, str], Domain]] = defaultdict(dict)
        for each in estate.resources:
            if each.mode == "managed" and estate.holds_data(each.type) and not each.goes and each.type not in _DOMAINS:
                domain = self.documents.domains.of(each)
                found[domain.provider].setdefault((domain.id, domain.key), domain)
        return {platform: list(each.values()) for platform, each in found.items()}

    @cached_property
    def _kinds(self) -> Mapping[str, tuple[frozenset[str], frozenset[str]]]:
        """Platform -> what tells its domains apart: those that are told, and those that only a provider's configuration tells."""
        return {
            platform: (
                frozenset(_key(each) for each in domains if is_told(each)),
                frozenset(each.key for each in domains if not is_told(each)),
            )
            for platform, domains in self._domains.items()
        }

    def whole(self, platform: str, own: Domain | None = None) -> tuple[Scope, Truth]:
        """The place of a right on all that its holder's organisation has. Where the inputs show several, it is the holder's own; where
        that is not told, any of them may be."""
        told, others = self._kinds.get(platform, (frozenset(), frozenset()))
        mine = _key(own) if own is not None and is_told(own) else ""
        if len(told | {mine} if mine else told) <= 1 and len(others) <= 1:
            return Scope(platform, Level.EVERYTHING), True
        if own is not None and (mine or own.key in others):
            return Scope(platform, Level.DOMAIN, domain=own), True
        word = next((each.word for each in self._domains.get(platform, ())), "account")
        return Scope(platform, Level.EVERYTHING), Unknown(
            f"the inputs show several of its kind, and in which {word} it acts is not told"
        )

    def domain(self, platform: str, value: Value, holder: Resource) -> Scope:
        """The place of a right in the domain that a value names."""
        make = self.documents.domains.make
        if isinstance(value, str):
            return Scope(platform, Level.DOMAIN, domain=make(holder.provider, value, f"{holder.inside}#{value}"))
        if isinstance(value, Unknown) and value.references:
            doubt = Unknown(f"the place depends on {asks(value)}")
            return Scope(platform, Level.DOMAIN, domain=make(holder.provider, doubt, f"{holder.inside}#={asks(value)}"))
        doubt = value if isinstance(value, Unknown) else Unknown("the place is not written")
        return Scope(platform, Level.DOMAIN, domain=make(holder.provider, doubt, f"{holder.inside}#{holder.address}'s"))

    def thing(self, platform: str, kind: str, value: Value, holder: Resource, *, by_id: bool = False) -> Scope:
        """The place of a right on the one thing that a value names, by its name or `by_id`: which thing has an id is not told before
        the apply."""
        found = placed(lambda each: each == kind, value, holder, self.documents.estate)
        if found is not None:
            return Scope(platform, Level.THING, spot_of(found, self.documents.estate))
        made = self.documents.estate.by_type.get(kind, ()) if by_id else ()
        vague = any(not isinstance(each.get("id"), str) for each in made)
        name = Unknown(f"which of them has the id that {holder.address} names is not known") if vague else short(value, holder)
        return Scope(platform, Level.THING, Spot(kind, name))
