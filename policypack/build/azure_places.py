"""Where things lie on Azure: what a scope names, which management groups stand above a subscription, and what a thing accepts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.authority.azure import BY_KEYS, BY_POLICIES, BY_ROLES, may_refuse, refuses
from policypack.build.identity_documents import Documents, stands
from policypack.build.index import asks
from policypack.build.scoped import spot_of
from policypack.build.scopes import Scopes
from policypack.model import Domain, Level, Reference, Resource, Scope, Site, Spot, Unknown, Value, replace, same_domain

PLATFORM, DIRECTORY = "azurerm", "azuread"
EVERYTHING = Scope(PLATFORM, Level.EVERYTHING)
_IN_GROUP = re.compile("/resourceGroups/([^/]+)/", re.IGNORECASE)
_HOLE = re.compile("\0(\\d+)\0")
_GROUP, _SUBSCRIPTION, _MANAGEMENT = "azurerm_resource_group", "azurerm_subscription", "azurerm_management_group"
_NOT_SHOWN = "the place that it is granted at is not known"
_DEEP = 8
# The argument that closes the way of account keys, and the value that does.
_KEYLESS: Mapping[str, tuple[tuple[str, bool], ...]] = {
    "azurerm_storage_account": (("shared_access_key_enabled", False),),
    "azurerm_cosmosdb_account": (("local_authentication_disabled", True), ("local_authentication_enabled", False)),
    "azurerm_app_configuration": (("local_auth_enabled", False), ("local_authentication_enabled", False)),
    "azurerm_search_service": (("local_authentication_enabled", False),),
}
_VAULT = "azurerm_key_vault"
_LOCK = "azurerm_management_lock"
_BY_ROLES = ("rbac_authorization_enabled", "enable_rbac_authorization")


class Places(Struct, frozen=True, dict=True):
    """Scopes and sites of one estate."""

    documents: Documents
    _above: dict[tuple[str, str], tuple[str | Unknown, ...]] = field(default_factory=dict)

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self.documents.estate, self.documents.domains)

    def scope(self, value: Value, holder: Resource) -> Scope:
        """The place that a value names, seen from the resource that holds it. One that cannot be told may be any."""
        text, holes = _text(value)
        if text is None or self._made_of_ids(value, holder):
            return _anywhere(value)
        begins = _HOLE.match(text)
        if begins is not None:
            home = self._of(holes[int(begins.group(1))], holder)
            rest = text[begins.end() :]
            return home if not rest else self._inside(home, rest, value, holder)
        found = self._by_name(text, holder)
        if found is not None:
            return found
        parts = text.strip("/").split("/")
        if text == "/":
            return EVERYTHING
        if [each.lower() for each in parts[:3]] == ["providers", "microsoft.management", "managementgroups"]:
            return self._management(parts[3] if len(parts) > 3 else "", holes, holder)
        if parts[0].lower() != "subscriptions" or len(parts) == 1:
            return _anywhere(value)
        home = Scope(PLATFORM, Level.DOMAIN, domain=self._subscription(parts[1], holes, holder))
        return home if len(parts) == 2 else self._inside(home, "/" + "/".join(parts[2:]), value, holder)

    def _made_of_ids(self, value: Value, holder: Resource) -> bool:
        """Whether a value is made of what it refers to (`split`, a condition), and not that itself: code tells, a plan does not."""
        return isinstance(value, Unknown) and not value.parts and holder.inside in self._modules

    @cached_property
    def _modules(self) -> frozenset[str]:
        return frozenset(each.path for each in self.documents.estate.inputs if each.kind == "module")

    def _by_name(self, text: str, holder: Resource) -> Scope | None:
        """The scope of a full name that is that of something the inputs show."""
        entries = self.documents.estate.entries
        found = self.documents.estate.index.find(
            text, holder, lambda kind: kind.startswith("azurerm_") and kind in entries
        ).only
        return self.at(found) if found is not None else None

    def at(self, resource: Resource) -> Scope:
        """The scope that is a resource."""
        if resource.type == _MANAGEMENT:
            return Scope(PLATFORM, Level.ABOVE, above=self._name_above(resource))
        if resource.type == _SUBSCRIPTION:
            return Scope(PLATFORM, Level.DOMAIN, domain=self.domain(resource))
        domain = self.documents.domains.of(resource)
        return Scope(PLATFORM, Level.THING, _low(spot_of(resource, self.documents.estate)), domain)

    def domain(self, resource: Resource) -> Domain:
        """The subscription that a resource lies in, or is."""
        domains = self.documents.domains
        written = resource.get("subscription_id")
        if resource.type != _SUBSCRIPTION or resource.mode != "managed" or isinstance(written, str):
            return domains.of(resource)
        own = Reference(resource.address, "subscription_id")
        return domains.make(PLATFORM, Unknown(f"the subscription depends on {own}"), f"{resource.inside}#={own}")

    def _of(self, reference: Reference, holder: Resource) -> Scope:
        """The scope that a reference to an id stands for."""
        found = self.documents.estate.index.find(
            Unknown("", (reference,)), holder, lambda kind: kind.startswith("azurerm_")
        ).only
        if found is None:
            return _anywhere(Unknown(_NOT_SHOWN, (reference,)))
        if found.mode == "managed":
            return self._managed(found, reference)
        if found.type == _MANAGEMENT:
            return self._read_management(found)
        domain = self.documents.domains.of(found)
        if found.type in {_SUBSCRIPTION, "azurerm_client_config"}:
            return Scope(PLATFORM, Level.DOMAIN, domain=domain)
        if reference.attribute not in {"id", ""}:
            return _anywhere(Unknown(_NOT_SHOWN, (reference,)))
        return Scope(PLATFORM, Level.THING, Spot(found.type, _name(found.get("name"), found)), domain)

    def _managed(self, found: Resource, reference: Reference) -> Scope:
        if reference.attribute.rpartition(".")[2] in {"id", "resource_id", "", "tenant_scoped_id"}:
            return self.at(found)
        named = found.get(reference.attribute)
        return self.scope(named, found) if isinstance(named, str) else _anywhere(Unknown(_NOT_SHOWN, (reference,)))

    def _inside(self, home: Scope, rest: str, value: Value, holder: Resource) -> Scope:
        """The scope of what lies further down: `rest` is the end of its full name."""
        parts = rest.strip("/").split("/")
        if home.level is Level.DOMAIN and parts[0].lower() == "resourcegroups" and len(parts) > 1:
            spot = self._named(_GROUP, parts[1], home, holder)
            return replace(home, level=Level.THING, spot=spot) if len(parts) == 2 else self._thing(home, parts, value, holder)
        return self._thing(home, parts, value, holder)

    def _thing(self, home: Scope, parts: list[str], value: Value, holder: Resource) -> Scope:
        lower = [each.lower() for each in parts]
        names = lower[lower.index("providers") + 1 :] if "providers" in lower else lower
        if home.level not in {Level.DOMAIN, Level.THING} or not all(parts) or len(names) < 2:
            return _anywhere(value)
        kinds = self._kinds("/".join([names[0], *names[1::2]]) if "providers" in lower else "/".join(names[0::2]))
        found = [self._named(kind, parts[-1], home, holder) for kind in kinds]
        spot = next((each for each in found if each.place is not None), found[0] if found else Spot(lower[-2], lower[-1]))
        return replace(home, level=Level.THING, spot=spot)

    def _kinds(self, path: str) -> list[str]:
        """The types of the inputs whose full names end with such types of things (`microsoft.storage/storageaccounts`)."""
        return [kind for kind, known in self._paths.items() if known == path or known.endswith("/" + path)]

    @cached_property
    def _paths(self) -> Mapping[str, str]:
        found = {}
        for kind, entry in self.documents.estate.entries.items():
            parts = entry.arn.lower().strip("/").split("/")
            if "providers" in parts:
                names = parts[parts.index("providers") + 1 :]
                found[kind] = "/".join([names[0], *names[1::2]])
        return found

    def _named(self, kind: str, name: str, home: Scope, holder: Resource) -> Spot:
        """A thing by its type and name: the resource where the inputs show one that may be it."""
        if "\0" in name:
            return Spot(kind, Unknown(_NOT_SHOWN))
        for each in self._by_kind_and_name.get((holder.inside, kind, name.lower()), ()):
            if home.domain is not None and same_domain(home.domain, self.documents.domains.of(each)) is True:
                return _low(spot_of(each, self.documents.estate))
        return Spot(kind, name.lower())

    @cached_property
    def _by_kind_and_name(self) -> Mapping[tuple[str, str, str], list[Resource]]:
        found: dict[tuple[str, str, str], list[Resource]] = {}
        for each in self.documents.estate.resources:
            name = each.get("name") if each.mode == "managed" and each.type.startswith("azurerm_") else None
            if isinstance(name, str):
                found.setdefault((each.inside, each.type, name.lower()), []).append(each)
        return found

    def _subscription(self, part: str, holes: list[Reference], holder: Resource) -> Domain:
        """The subscription that a part of a full name, or a subscription id, says."""
        domains = self.documents.domains
        hole = _HOLE.fullmatch(part)
        if hole is None:
            return domains.make(PLATFORM, part, f"{holder.inside}#{part}") if "\0" not in part else lost(domains.of(holder))
        reference = holes[int(hole.group(1))]
        if not reference.address:
            return lost(domains.of(holder))
        value = Unknown("known only after apply", (reference,))
        found = self.documents.estate.index.find(
            value, holder, lambda kind: kind in {_SUBSCRIPTION, "azurerm_client_config"}
        ).only
        if found is not None:
            return self.domain(found)
        return domains.make(PLATFORM, Unknown(f"the subscription depends on {asks(value)}"), f"{holder.inside}#={asks(value)}")

    # Management groups.

    def _management(self, name: str, holes: list[Reference], holder: Resource) -> Scope:
        hole = _HOLE.fullmatch(name)
        if hole is not None and ".tenant_id" in str(holes[int(hole.group(1))]):
            return EVERYTHING  # the root group is called like the tenant
        if not name or "\0" in name:
            return Scope(PLATFORM, Level.ABOVE, above=Unknown("which management group it is granted at is not known"))
        shown = self._groups_by_name.get(name.lower())
        del holder
        return Scope(PLATFORM, Level.ABOVE, above=self._name_above(shown) if shown is not None else name.lower())

    def _read_management(self, data: Resource) -> Scope:
        name = data.get("name")
        if isinstance(name, Unknown) and any(each.attribute == "tenant_id" for each in name.references):
            return EVERYTHING
        if isinstance(name, str):
            return self._management(name, [], data)
        return Scope(PLATFORM, Level.ABOVE, above=Unknown(f"which management group {data.address} is, is not known"))

    @cached_property
    def _groups(self) -> list[Resource]:
        return [each for each in self.documents.estate.by_type.get(_MANAGEMENT, ()) if stands(each)]

    @cached_property
    def _groups_by_name(self) -> Mapping[str, Resource]:
        return {name.lower(): each for each in self._groups if isinstance(name := each.get("name"), str)}

    @staticmethod
    def _name_above(group: Resource) -> str:
        name = group.get("name")
        return name.lower() if isinstance(name, str) else group.address

    def above(self, domain: Domain) -> tuple[str | Unknown, ...]:
        """The management groups above a subscription, nearest first; an Unknown: from there on nobody knows."""
        key = (str(domain.id), domain.key)
        if key not in self._above:
            self._above[key] = self._find_above(domain)
        return self._above[key]

    def _find_above(self, domain: Domain) -> tuple[str | Unknown, ...]:
        for one, group, holder in self._members:
            if same_domain(one, domain) is True:
                scope = self.scope(group, holder)
                if scope.level is Level.ABOVE and isinstance(scope.above, str):
                    return tuple(self.chain(scope.above))
        return (Unknown(f"which management group {domain} lies in is not known"),)

    @cached_property
    def _members(self) -> list[tuple[Domain, Value, Resource]]:
        """Subscriptions, the ids of the management groups that they lie in, and who says so."""
        found: list[tuple[Domain, Value, Resource]] = []
        for each in self.documents.estate.by_type.get("azurerm_management_group_subscription_association", ()):
            home = self.scope(each.get("subscription_id"), each) if stands(each) else None
            if home is not None and home.level is Level.DOMAIN and home.domain is not None:
                found.append((home.domain, each.get("management_group_id"), each))
        for group in self._groups:
            named = group.get("subscription_ids")
            for value in named if isinstance(named, list) else ():
                text, holes = _text(value)
                if text is not None:
                    part = text.rpartition("/")[2]
                    own = Unknown("its own id", (Reference(group.address, "id"),), (Reference(group.address, "id"),))
                    found.append((self._subscription(part, holes, group), own, group))
        return found

    def chain(self, name: str) -> Iterator[str | Unknown]:
        """A management group and those above it."""
        known = {self._name_above(each): each for each in self._groups}
        for _ in range(_DEEP):
            yield name
            group = known.get(name)
            parent = group.get("parent_management_group_id") if group is not None else None
            if group is None or parent is None:
                break
            scope = self.scope(parent, group)
            if scope.level is not Level.ABOVE or not isinstance(scope.above, str):
                break
            name = scope.above
        yield Unknown(f"what {name} lies in is not known")

    def _named_home(self, resource: Resource) -> tuple[Scope, tuple[Spot, ...]] | None:
        """The place that an id says a resource lies in, where that is no resource's of the inputs, or what a lock is about; and what it
        lies in there, nearest first."""
        entry = self.documents.estate.entries.get(resource.type)
        arguments = ("scope",) if resource.type == _LOCK else entry.lies_in if entry is not None else ()
        name = next((each for each in arguments if resource.written(each) is not None), "")
        if resource.type != _LOCK and not name.endswith("_id"):
            return None
        value = resource.written(name)
        scope = self.scope(value, resource)
        if scope.level not in {Level.DOMAIN, Level.THING}:
            return None
        spots = (scope.spot,) if scope.spot is not None else ()
        home = self.documents.estate.index.by_address.get(spots[0].place) if spots and spots[0].place is not None else None
        if home is not None:
            return scope, (*spots, *(spot_of(each, self.documents.estate) for each in self._scopes.above(home)))
        group = _IN_GROUP.search(value) if isinstance(value, str) else None
        return scope, (*spots, self._named(_GROUP, group.group(1), scope, resource)) if group is not None else spots

    def describe(self, resource: Resource, site: Site) -> Site:
        """The site of a resource with what the catalog does not tell."""
        if resource.type.startswith("azuread_"):
            return replace(site, provider=DIRECTORY, spot=_low(site.spot), within=())
        if resource.type == _MANAGEMENT:
            above = tuple(self.chain(self._name_above(resource)))
            return replace(site, level=Level.ABOVE, above=above, within=())
        domain = self.domain(resource)
        above = self.above(domain)
        if resource.type == _SUBSCRIPTION:
            return replace(site, level=Level.DOMAIN, domain=domain, above=above, within=())
        homes = self._scopes.above(resource)
        within = tuple(spot_of(each, self.documents.estate) for each in homes)
        named = self._named_home(resource) if not homes else None
        if named is not None:
            scope, within = named
            domain = scope.domain if scope.domain is not None else domain
            above = self.above(domain)
        elif len(within) < len(site.within):
            within = (*within, *(each for each in site.within[len(within) :] if each.place is None))
        return replace(
            site,
            spot=_low(site.spot),
            domain=domain,
            within=tuple(map(_low, within)),
            above=above,
            sort=", ".join(_accepts((resource, *homes))),
        )


def _accepts(chain: tuple[Resource, ...]) -> Iterator[str]:
    """What a thing, or what it lies in, does not accept in its data plane."""
    for each in chain:
        if each.type == _VAULT:
            value = next((found for name in _BY_ROLES if (found := each.get(name)) is not None), None)
            # Nobody writes it: no by the provider's default up to 4, a required argument from 5 on.
            if isinstance(value, Unknown):
                yield from (may_refuse(BY_ROLES), may_refuse(BY_POLICIES))
            else:
                yield refuses(BY_POLICIES if value is True else BY_ROLES)
        for name, closed in _KEYLESS.get(each.type, ()):
            value = each.get(name)
            if isinstance(value, Unknown):
                yield may_refuse(BY_KEYS)
            elif value is closed:
                yield refuses(BY_KEYS)


def _text(value: Value) -> tuple[str | None, list[Reference]]:
    """A text with a numbered mark for each hole, and what stands in the holes; None where there is no text."""
    if isinstance(value, str):
        return value, []
    if not isinstance(value, Unknown) or not (value.parts or value.references):
        return None, []
    holes: list[Reference] = []
    text = ""
    for part in value.parts or value.references[:1]:
        if isinstance(part, str):
            text += part
            continue
        text += f"\0{len(holes)}\0"
        # A hole that says nothing is what the only reference of the text is about: a variable, a local.
        holes.append(part if part.address or len(value.references) != 1 else value.references[0])
    return text, holes


def _anywhere(value: Value) -> Scope:
    reason = f"the place that it is granted at depends on {asks(value)}" if isinstance(value, Unknown) else _NOT_SHOWN
    return Scope(PLATFORM, Level.ABOVE, above=Unknown(reason))


def lost(domain: Domain) -> Domain:
    """A subscription that cannot be told, as seen from one that is known: perhaps that."""
    return replace(domain, id=Unknown("which subscription is meant is not known"), key=f"{domain.key}?")


def _name(value: Value, resource: Resource) -> str | Unknown:
    if isinstance(value, str):
        return value.lower()
    return value if isinstance(value, Unknown) else Unknown(f"the name of {resource.address} is not known")


def _low(spot: Spot) -> Spot:
    """A thing as Azure calls it: the case of a name does not matter."""
    return replace(spot, name=spot.name.lower()) if isinstance(spot.name, str) else spot
