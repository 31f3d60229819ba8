"""Who can act on platforms that hand out tokens: tokens and teams that resources make, and tokens that are only seen where they are
kept. What the tables of `platforms.yaml` do not tell may be anything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from policypack.build.environments import environment_of
from policypack.build.identity_documents import Documents, stands
from policypack.build.identity_kinds import Clues, Recognised, recognise
from policypack.build.index import asks
from policypack.build.kept import Kept, KeptTokens
from policypack.build.languages import builds_on
from policypack.build.platform_cloudflare import TOKENS, token_grants
from policypack.build.platform_places import Holder, PlatformPlaces
from policypack.build.platform_rights import Right, rights
from policypack.build.platform_several import several
from policypack.build.platform_vault import vault_holders
from policypack.build.scoped import Acting, Place
from policypack.catalog.scoped import facts
from policypack.catalog.scoped.platform_grants import GrantFact, platform_facts
from policypack.model import (
    Evidence,
    Grant,
    Identity,
    IdentityKind,
    Resource,
    Truth,
    Unknown,
    Value,
    replace,
)

LANGUAGE = "platforms"


def acting(documents: Documents) -> Acting:
    """Everybody who can act on the platforms of an estate."""
    places = PlatformPlaces(documents)
    who = _Who(documents, places, KeptTokens(documents.estate, documents.domains).all)
    return Acting(who.all, places.describe, roles_held=who.roles_held)


class _Who(Struct, frozen=True, dict=True):
    documents: Documents
    places: PlatformPlaces
    kept: tuple[Kept, ...]

    @cached_property
    def all(self) -> tuple[Identity, ...]:
        """Those that resources make, then kept tokens, then provider blocks that an agent acts with."""
        found = [*self._written(), *vault_holders(self.documents, self.places), *self._kept()]
        return (*(self._identity(each) for each in found), *self._blocks())

    @cached_property
    def roles_held(self) -> Mapping[Place, tuple[Place, ...]]:
        """What keeps a token -> the identity that the token is."""
        known = {each.resource.place for each in self.all}
        held: dict[Place, list[Place]] = defaultdict(list)
        for each in self.kept:
            place = self._place_of(each)
            if place in known:
                held[each.keeper.place].append(place)
        return {keeper: tuple(dict.fromkeys(each)) for keeper, each in held.items()}

    @cached_property
    def _platforms(self) -> frozenset[str]:
        return builds_on("policypack.build.identities_platforms", self.documents.estate.catalog)

    def _place_of(self, kept: Kept) -> Place:
        if kept.made_by is None:
            return kept.keeper.place
        fact = platform_facts().grants.get(kept.made_by.type)
        if fact is None or not fact.to:
            return kept.made_by.place
        found = next((each for each in self.all if kept.made_by in each.credentials), None)
        return found.resource.place if found is not None else kept.made_by.place

    def _written(self) -> Iterator[Holder]:
        """Tokens, teams, users and Apps: what is said of one of them in several places is one."""
        found: dict[object, list[tuple[Resource, GrantFact]]] = defaultdict(list)
        for each in self.documents.estate.resources:
            fact = platform_facts().grants.get(each.type)
            for one, kind in several(each) if stands(each) else ():
                single = platform_facts().grants[kind]
                found[self._holder_of(one, single) or each.place].append((one, single))
            if fact is not None and each.mode == "managed" and stands(each):
                found[self._key(each, fact)].append((each, fact))
            elif each.type in TOKENS and each.mode == "managed" and stands(each):
                yield Holder(each, "token", tuple(token_grants(each, self.places)), (each,))
        for said in found.values():
            anchor, first = next(((each, fact) for each, fact in said if not fact.to), said[0])
            grants = tuple(grant for each, fact in said for grant in self._grants(each, fact))
            secrets = tuple(each for each, fact in said if fact.form == "token")
            form = first.form or next((fact.form for _, fact in said if fact.form), "")
            names = tuple(name for each, fact in said if isinstance(name := each.get(fact.name) if fact.name else None, str))
            yield Holder(anchor, form, grants, secrets, names)

    def _key(self, resource: Resource, fact: GrantFact) -> object:
        """What all that is said of one holder has in common."""
        if not fact.to:
            name = resource.get(fact.name) if fact.name else None
            return (resource.inside, fact.form, name) if isinstance(name, str) else resource.place
        value = resource.get(fact.to)
        return self._holder_of(resource, fact) or (resource.inside, asks(value) if isinstance(value, Unknown) else str(value))

    def _holder_of(self, resource: Resource, fact: GrantFact) -> Place | None:
        """The holder of what is given to somebody else, where the inputs show it."""
        entries = self.documents.estate.entries
        value = resource.get(fact.to) if fact.to else None
        found = self.documents.estate.index.meant(value, resource, lambda kind: kind in entries and kind != resource.type).only
        return found.place if found is not None else None

    def _grants(self, resource: Resource, fact: GrantFact) -> Iterator[Grant]:
        blocks = resource.blocks(fact.blocks) if fact.blocks else [dict(resource.values)]
        if fact.blocks and not blocks and fact.unwritten:
            yield self._grant(resource, fact, {}, Right("no limit", lost=Unknown(fact.unwritten)))
        for block in blocks:
            if isinstance(block, Unknown):
                yield self._grant(resource, fact, {}, Right("what is not known yet", lost=block))
            elif isinstance(block, dict):
                within = replace(resource, values=block) if fact.blocks else resource
                known = facts(LANGUAGE).roles.get(self.documents.estate.catalog.platform(resource.provider), {})
                for right in rights(within, fact, known):
                    yield self._grant(resource, fact, block, right)

    def _grant(self, resource: Resource, fact: GrantFact, block: dict[str, Value], right: Right) -> Grant:
        platform = self.documents.estate.catalog.platform(resource.provider)
        condition: Truth = Unknown(fact.doubt) if fact.doubt else True
        thing = block.get(fact.thing) if fact.thing else None
        domain = block.get(fact.domain) if fact.domain else None
        if thing not in (None, ""):
            by_id = fact.thing.endswith(("_id", "_ref"))
            scope = self.places.thing(platform, fact.kind, thing, resource, by_id=by_id)
        elif domain is not None:
            scope = self.places.domain(platform, domain, resource)
        else:
            scope, whole = self.places.whole(platform, self.documents.domains.of(resource))
            condition = whole if condition is True else condition
        where = resource.at(fact.blocks or next(iter(fact.roles), ""))
        said = Evidence(f"{right.role} ({resource.address})", resource.address, where)
        return Grant("allow", right.role, right.actions, scope, said, condition=condition, lost=right.lost)

    def _kept(self) -> Iterator[Holder]:
        """Tokens that are only seen where they are kept."""
        for each in self.kept:
            if each.made_by is not None or (each.fact.bound and not each.environment.production):
                continue
            scope, condition = self.places.whole(each.platform)
            if isinstance(each.sure, Unknown):
                condition = each.sure
            elif each.fact.bound and not each.environment.recognised:
                condition = Unknown(f"which {each.fact.bound} it is bound to is not told")
            lost = None if each.fact.scoped is False else Unknown("what it may do is decided where it was made")
            actions = ("*",) if lost is None else ()
            said = replace(
                each.evidence,
                text=f"{each.evidence.text}: it cannot be limited to some operations" if lost is None else each.evidence.text,
            )
            grant = Grant("allow", each.fact.label, actions, scope, said, condition=condition, lost=lost)
            yield Holder(each.keeper, "token", (grant,), (each.keeper,), (each.name,), each.environment)

    def _blocks(self) -> Iterator[Identity]:
        """Provider blocks that the settings or their names give to an agent: it acts with their token."""
        estate = self.documents.estate
        for source in estate.inputs:
            for key, block in sorted(source.providers.items()):
                provider = estate.catalog.provider(block.provider)
                platform = estate.catalog.platform(block.provider)
                if provider is None or provider.token is None or platform not in self._platforms:
                    continue
                found = self._recognised(Holder(block, "provider", names=(key.rpartition(".")[2],)))
                if found.kind is IdentityKind.AGENT:
                    yield self._block(block, found, [each for each in source.resources if each.provider_key == key])

    def _block(self, block: Resource, found: Recognised, made: Sequence[Resource]) -> Identity:
        estate, domains = self.documents.estate, self.documents.domains
        platform = estate.catalog.platform(block.provider)
        provider = estate.catalog.provider(block.provider)
        assert provider is not None
        assert provider.token is not None
        unlimited = provider.token.scoped is False
        lost = None if unlimited else Unknown("what its token may do is decided where it was made")
        scope, condition = self.places.whole(platform, domains.of(made[0]) if made else None)
        where = Evidence(
            f"acts with the {provider.token.label} of {block.address}", block.address, block.at(provider.token.attribute)
        )
        actions = ("*",) if unlimited else ()
        grant = Grant("allow", provider.token.label, actions, scope, where, condition=condition, lost=lost)
        others = [environment_of(each, domains.of(each), estate) for each in made if each.mode == "managed"]
        elsewhere = next((each for each in others if not each.production), None)
        environment = None
        if elsewhere is not None:
            environment = replace(elsewhere, reason=f"it makes what belongs to {elsewhere.name} too")
        return Identity(
            block,
            LANGUAGE,
            "provider",
            Unknown("a token has no name"),
            domains.of(made[0])
            if made
            else domains.make(block.provider, Unknown("not told"), f"{block.inside}#{block.provider_key}"),
            found.kind,
            found.reason,
            declared=found.declared,
            environment=environment,
            grants=(grant,),
        )

    def _recognised(self, holder: Holder) -> Recognised:
        resource = holder.resource
        label = resource.configured_address.rpartition(".")[2]
        name = resource.get("name")
        names = (*holder.names, *([name] if isinstance(name, str) else []), label)
        tags = self.documents.estate.tags(resource)
        arn = Unknown("a token has no name")
        return recognise(Clues(resource, arn, names, tags if isinstance(tags, Unknown) else dict(tags)), self.documents.estate)

    def _identity(self, holder: Holder) -> Identity:
        resource = holder.resource
        found = self._recognised(holder)
        if found.kind is not IdentityKind.AGENT and holder.secrets:
            said = f"it is a bearer token ({holder.secrets[0].address}): whoever reads that is the identity, an agent included"
            found = Recognised(IdentityKind.AUTOMATION, said)
        domain = self.documents.domains.of(resource)
        return Identity(
            resource,
            LANGUAGE,
            holder.form,
            Unknown("a token has no name"),
            domain,
            found.kind,
            found.reason,
            credentials=holder.secrets,
            declared=found.declared,
            environment=holder.environment or environment_of(resource, domain, self.documents.estate),
            grants=holder.grants,
        )
