"""Who can act on Azure: managed identities, what has an identity of its own, service principals, users, and whom only an id names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build import azure_directory
from policypack.build.azure_grants import assigned
from policypack.build.azure_groups import Groups
from policypack.build.azure_places import PLATFORM, Places, lost
from policypack.build.azure_principals import SYSTEM, Principal, Principals
from policypack.build.azure_rights import Parts, given_to
from policypack.build.environments import environment_of
from policypack.build.identity_documents import Documents
from policypack.build.identity_kinds import Clues, Recognised, recognise
from policypack.build.identity_policies import listed
from policypack.build.scoped import Acting, spot_of
from policypack.model import (
    Evidence,
    Gap,
    Grant,
    Identity,
    IdentityKind,
    Level,
    Resource,
    Scope,
    Site,
    Spot,
    Unknown,
    Value,
    replace,
)

_LANGUAGE = "azure"
_WIDTH = (Level.THING, Level.DOMAIN, Level.ABOVE, Level.EVERYTHING)
_CONTAINERS = {"resource_group_name": "azurerm_resource_group", "key_vault_id": "azurerm_key_vault"}
_DEFINITION = "azurerm_role_definition"
_WORDS_OF_TERRAFORM = {"module", "data", "var", "local", "each", "value", "object_id", "principal_id", "id"}


def acting(documents: Documents) -> Acting:
    """Everybody who acts on Azure or in its directory."""
    found = _Acting(Parts(documents, Places(documents), Principals(documents)))
    return Acting(
        tuple(found.identities()),
        found.parts.places.describe,
        _CONTAINERS,
        dict(found.definitions()),
        {place: tuple(each.place for each in held) for place, held in found.parts.principals.runs.items()},
        tuple(found.gaps()),
    )


class _Acting(Struct, frozen=True, dict=True):
    parts: Parts

    @cached_property
    def groups(self) -> Groups:
        """Who is in which group."""
        return Groups(self.parts.principals)

    @cached_property
    def _given(self) -> Mapping[tuple[str, ...], tuple[Principal, list[Grant]]]:
        """Everybody who is given anything by name, groups included."""
        found: dict[tuple[str, ...], tuple[Principal, list[Grant]]] = {}
        for who, grant in (*assigned(self.parts), *azure_directory.held(self.parts)):
            found.setdefault(who.key, (who, []))[1].append(grant)
        return found

    @cached_property
    def _groups(self) -> list[tuple[Principal, list[Grant]]]:
        return [(who, given) for who, given in self._given.values() if who.form == "group"]

    @cached_property
    def _through_groups(self) -> Mapping[tuple[str, ...], tuple[Principal, list[Grant]]]:
        """Everybody who is given anything by a group that it is in."""
        found: dict[tuple[str, ...], tuple[Principal, list[Grant]]] = {}
        for group, given in self._groups:
            for member in self.groups.within(group):
                mine = found.setdefault(member.key, (member, []))[1]
                told = [_told(each, f"through {_name_of(group)}") for each in given]
                mine += [each for _, each in given_to((member,), told)]
        return found

    def _held_by(self, who: Principal) -> tuple[Grant, ...]:
        own = [*self._given.get(who.key, (who, []))[1], *self._through_groups.get(who.key, (who, []))[1]]
        rights = [each for each in own if azure_directory.about_groups(each)]
        for group, given in self._groups if rights else ():
            for right in rights:
                joins = azure_directory.joins(right, group)
                if joins is not False:
                    said = f"{right.evidence.text}; so it adds itself to {_name_of(group)}"
                    own += [_joined(each, joins, said, right) for each in given]
                    break
        return tuple(own)

    def _everybody(self) -> Iterator[Principal]:
        seen = set()
        told = (*(who for who, _ in self._given.values()), *(who for who, _ in self._through_groups.values()))
        for who in (*self.parts.principals.shown, *told):
            if who.key not in seen:
                seen.add(who.key)
                yield who

    def identities(self) -> Iterator[Identity]:
        """The identities, those that are resources of the inputs first."""
        for who in self._everybody():
            yield self._identity(who)

    def _identity(self, who: Principal) -> Identity:
        documents, resource = self.parts.documents, who.resource
        domain = documents.domains.of(resource)
        arn = _object_id(who)
        tags = documents.estate.tags(resource) if resource.mode == "managed" and resource.type.startswith("azurerm_") else {}
        secrets = self.parts.principals.secrets.get(who.key, ())
        clues = Clues(resource, arn, tuple(self._names(who)), tags, self.parts.principals.trusted.get(who.key, ()), secrets)
        kind = self._kind(who, recognise(clues, documents.estate))
        return Identity(
            resource,
            _LANGUAGE,
            who.form,
            arn,
            domain,
            kind.kind,
            kind.reason,
            tags=tags,
            credentials=secrets,
            declared=kind.declared,
            environment=environment_of(resource, domain, documents.estate),
            grants=() if who.form == "group" else self._held_by(who),
        )

    def _names(self, who: Principal) -> Iterator[str]:
        """What somebody is called: by itself, by its application, by what refers to it."""
        resource = who.resource
        holders = [resource]
        if who.form == "service_principal" and who.shown:
            application = self.parts.principals.application_of(who)
            holders += [application] if application is not None else []
        for each in holders if who.shown or resource.mode == "data" else ():
            for key in ("name", "display_name", "user_principal_name"):
                yield from _texts(each.get(key))
            yield from (part for part in each.configured_address.split(".") if part not in {"module", "data", each.type})
        if not who.shown:
            yield from (part for part in who.name.replace("[", ".").split(".") if part not in _WORDS_OF_TERRAFORM)

    def _kind(self, who: Principal, found: Recognised) -> Recognised:
        if who.form == "group":
            return Recognised(IdentityKind.UNKNOWN, "a group acts through its members")
        if found.kind is not IdentityKind.UNKNOWN:
            return found
        if who.form == "user":
            return Recognised(IdentityKind.PERSON, "it is a user of the directory")
        if who.form == "caller":
            return Recognised(IdentityKind.UNKNOWN, "it is whoever applies this configuration")
        runner = self.parts.principals.runners.get(who.resource.place)
        if runner is not None and who.shown:
            said = "the platform makes an identity for it" if who.form == SYSTEM else f"{runner} runs as it"
            return Recognised(IdentityKind.WORKLOAD, said)
        return found

    def definitions(self) -> Iterator[tuple[tuple[str, str], Site]]:
        """Where custom roles lie: at the widest of the scopes that they can be given at, where whoever changes them has to be let."""
        for each in self.parts.documents.estate.by_type.get(_DEFINITION, ()):
            written = [each.get("scope"), *listed(each.get("assignable_scopes"))]
            scopes = [self.parts.places.scope(value, each) for value in written if value is not None]
            if not scopes:
                continue
            scope = max(scopes, key=lambda one: _WIDTH.index(one.level))
            yield each.place, self._at(each, scope)

    def _at(self, definition: Resource, scope: Scope) -> Site:
        """The site of a custom role that can be given at a scope; where that cannot be told, it may be anywhere."""
        spot = spot_of(definition, self.parts.documents.estate)
        if scope.level is Level.ABOVE and isinstance(scope.above, Unknown):
            domain = lost(self.parts.documents.domains.of(definition))
            return Site(PLATFORM, spot, domain, (Spot("", scope.above),), (scope.above,))
        if scope.domain is None:
            above = tuple(self.parts.places.chain(scope.above)) if isinstance(scope.above, str) and scope.above else ("/",)
            return Site(PLATFORM, spot, above=above, level=Level.ABOVE)
        within = (scope.spot,) if scope.spot is not None else ()
        return Site(PLATFORM, spot, scope.domain, within, self.parts.places.above(scope.domain))

    def _denials(self) -> Iterator[Gap]:
        """Policies that deny deletions: what each of them is about stands in its rule, which nobody reads here."""
        for each in self.parts.documents.estate.by_type.get("azurerm_policy_definition", ()):
            written = (each.get(name) for name in ("policy_rule", "parameters"))
            if any("denyaction" in str(value.document if isinstance(value, Unknown) else value).lower() for value in written):
                said = f"{each.address} may deny deletions (denyAction): what it keeps is not judged, and it counts as no guard"
                yield Gap(said, each.at("policy_rule"), inputs=(each.inside,))

    def gaps(self) -> Iterator[Gap]:
        """Whom only an id names, and groups of which the inputs do not show who is in them."""
        lost = {(name, holder.place): holder for name, holder in self.parts.principals.lost} if self._given else {}
        for (name, _), holder in lost.items():
            yield Gap(f"{name}, whom {holder.address} names, is not among the inputs", holder.location, inputs=(holder.inside,))
        yield from azure_directory.unknown_rights(self.parts)
        yield from self._denials()
        yield from self.groups.unshown(self._given.keys())
        for who, _ in self._given.values():
            if who.form == "group" and not any(True for _ in self.groups.within(who)):
                said = f"who is in {_name_of(who)} is not among the inputs, and it is given rights"
                yield Gap(said, who.resource.location, inputs=(who.resource.inside,))
            elif not who.shown and who.form != "caller":
                said = f"{who.form.replace('_', ' ')} {_name_of(who)}"
                reason = f"the {said} gets rights and is not among the inputs"
                yield Gap(reason, who.resource.location, inputs=(who.resource.inside,))


def _object_id(who: Principal) -> str | Unknown:
    for key in ("object_id", "principal_id", "identity.principal_id"):
        value = who.resource.get(key)
        if who.shown and isinstance(value, str) and value:
            return value
    return Unknown(f"the object id of {_name_of(who)} is not known")


def _name_of(who: Principal) -> str:
    return who.resource.address if who.shown or who.resource.mode == "data" else who.name


def _told(grant: Grant, more: str) -> Grant:
    said = grant.evidence
    return replace(grant, evidence=Evidence(f"{said.text}, {more}", said.resource, said.location))


def _joined(grant: Grant, joins: object, said: str, right: Grant) -> Grant:
    evidence = Evidence(f"{said}; {grant.evidence.text}", right.evidence.resource, right.evidence.location)
    condition = (
        grant.condition
        if joins is True and right.condition is True
        else joins
        if isinstance(joins, Unknown)
        else right.condition
    )
    return replace(grant, evidence=evidence, condition=condition)


def _texts(value: Value) -> list[str]:
    parts = [value] if isinstance(value, str) else value.parts if isinstance(value, Unknown) else ()
    return [each for each in parts if isinstance(each, str)]
