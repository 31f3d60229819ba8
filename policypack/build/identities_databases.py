"""Who can act inside databases: roles, users and accounts, what they own, what they are granted, and as whom else they act.

The roles that only grants name count as well: whoever is granted something exists. What they may do is made of what the inputs say;
a membership in a role that neither the inputs nor the catalog know may give anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from policypack.build import database_atlas, database_mongodb, database_mysql, database_postgresql, database_snowflake
from policypack.build.database_places import Places
from policypack.build.database_rights import Key, Member, Party, Right, Statement
from policypack.build.environments import environment_of
from policypack.build.identity_documents import Documents, stands
from policypack.build.identity_kinds import Clues, recognise
from policypack.build.scoped import Acting
from policypack.catalog.scoped import facts
from policypack.model import Evidence, Gap, Grant, Identity, Resource, Unknown, Value, replace

LANGUAGE = "databases"
FORM = "database role"
ACTS_AS = "SET ROLE"
_MORE = ("CREATE ROLE", "MANAGE GRANTS", "grantRole")
_DIALECTS = {
    "postgresql": (database_postgresql.statements, database_postgresql.ROLES),
    "mysql": (database_mysql.statements, database_mysql.ROLES),
    "snowflake": (database_snowflake.statements, database_snowflake.ROLES),
    "mongodb": (database_mongodb.statements, database_mongodb.ROLES),
    "mongodbatlas": (database_atlas.statements, database_atlas.ROLES),
}


def acting(documents: Documents) -> Acting:
    """Everybody who acts inside the databases of an estate."""
    identities: list[Identity] = []
    gaps: list[Gap] = []
    by_provider: dict[str, list[Resource]] = defaultdict(list)
    for each in documents.estate.resources:
        if each.mode == "managed" and stands(each):
            by_provider[documents.estate.catalog.platform(each.provider)].append(each)
    for provider, (statements, kinds) in _DIALECTS.items():
        if provider in by_provider:
            roster = Roster(documents, provider, kinds, tuple(statements(by_provider[provider])))
            identities += roster.all
            gaps += roster.gaps
    return Acting(tuple(identities), gaps=tuple(gaps))


class Roster(Struct, frozen=True, dict=True):
    """The roles of one dialect, and what is said of them."""

    documents: Documents
    provider: str
    kinds: tuple[str, ...]
    statements: Sequence[Statement]

    @cached_property
    def places(self) -> Places:
        """Where the objects of the dialect lie."""
        return Places(self.documents, self.provider)

    @cached_property
    def all(self) -> tuple[Identity, ...]:
        """The identities, those that the inputs define first."""
        return tuple(self._identity(number) for number in range(len(self._who)))

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """What is given to somebody who cannot be told."""
        lost = [
            each
            for each in self.statements
            if isinstance(each, Right) and not each.everybody and self._find(each.to, each.holder) < 0
        ]
        return tuple(
            Gap(
                f"whom {each.holder.address} gives {each.role} to is not known",
                each.holder.at(each.argument),
                inputs=(each.holder.inside,),
            )
            for each in lost
        )

    @cached_property
    def _who(self) -> tuple[Party, ...]:
        """Defined roles, then those that are named alone: each has the statement that names it for a resource."""
        found = [each for each in self.statements if isinstance(each, Party)]
        known: set[tuple[str, Value]] = {(self._home(each.resource), each.name) for each in found if isinstance(each.name, str)}
        held = sorted(
            self._named(), key=lambda each: each.resource.type in self.documents.estate.entries and self._is_store(each)
        )
        for each in held:
            key = (self._home(each.resource), each.name)
            if key not in known:
                known.add(key)
                found.append(each)
        return tuple(found)

    def _is_store(self, party: Party) -> bool:
        return self.documents.estate.holds_data(party.resource.type)

    def _named(self) -> Iterator[Party]:
        for each in self.statements:
            if isinstance(each, Party) or (isinstance(each, Right) and each.everybody):
                continue
            to = each.who if isinstance(each, Member) else each.to if isinstance(each, Right) else each.of
            if isinstance(to, str) and to not in self._builtin:
                yield Party(each.holder, to)

    @property
    def _builtin(self) -> Mapping[str, tuple[str, ...]]:
        return facts(LANGUAGE).roles.get(self.provider, {})

    def _home(self, resource: Resource) -> str:
        return self.documents.domains.of(resource).key

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], int]:
        return {
            (self._home(each.resource), each.name): number
            for number, each in reversed(list(enumerate(self._who)))
            if isinstance(each.name, str)
        }

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, str], int]:
        return {each.resource.place: number for number, each in enumerate(self._who)}

    def _find(self, name: Value, holder: Resource) -> int:
        """The number of who is meant, -1 where nobody of these is."""
        if isinstance(name, str):
            return self._by_name.get((self._home(holder), name), -1)
        if not isinstance(name, Unknown):
            return -1
        if holder.place in self._by_place and self._who[self._by_place[holder.place]].name == name:
            return self._by_place[holder.place]
        found = self.documents.estate.index.find(name, holder, lambda kind: kind in self.kinds).only
        return self._by_place.get(found.place, -1) if found is not None else -1

    @cached_property
    def _grants(self) -> Mapping[int, tuple[Grant, ...]]:
        """Number -> what it is granted."""
        found: dict[int, list[Grant]] = defaultdict(list)
        for each in self.statements:
            if isinstance(each, Right):
                if (grant := self._right(each)) is not None:
                    for number in self._everybody(each.holder) if each.everybody else [self._find(each.to, each.holder)]:
                        found[number].append(grant)
            elif isinstance(each, Member):
                found[self._find(each.who, each.holder)] += self._membership(each)
        return {number: tuple(each) for number, each in found.items()}

    def _everybody(self, holder: Resource) -> list[int]:
        """Who there is on the same server."""
        return [number for number, each in enumerate(self._who) if self._home(each.resource) == self._home(holder)]

    def _right(self, right: Right) -> Grant | None:
        placed = self.places.of(right)
        if placed is None:
            return None
        where = Evidence(f"{right.role} ({right.holder.address})", right.holder.address, right.holder.at(right.argument))
        return Grant(
            "allow",
            right.role,
            placed.actions,
            placed.scope,
            where,
            condition=placed.condition,
            # Who may be a superuser gives itself nothing more by that: one doubt, said once.
            excluded=() if placed.condition is True else _MORE,
            expression=placed.only,
            lost=right.lost,
        )

    def _membership(self, member: Member) -> Iterator[Grant]:
        number = self._find(member.of, member.holder)
        where = Evidence(f"membership ({member.holder.address})", member.holder.address, member.holder.at(member.argument))
        if number >= 0:
            party = self._who[number]
            role = f"membership in {party.name if isinstance(party.name, str) else party.resource.address}"
            yield Grant("allow", role, (ACTS_AS,), self.places.at(party.resource), where)
        known = self._builtin.get(member.of) if isinstance(member.of, str) else None
        if number >= 0 and known is None:
            return
        right = Right(member.who, member.holder, f"the role {member.of}", known or (), member.at, argument=member.argument)
        if known is None:
            what = member.of if isinstance(member.of, str) else "a role whose name is not known"
            right = replace(right, role=f"membership in {what}", lost=Unknown(f"the inputs do not define {what}"))
        if known is None or known:
            grant = self._right(right)
            if grant is not None:
                yield replace(grant, evidence=where)

    @cached_property
    def _keys(self) -> Mapping[int, tuple[Resource, ...]]:
        """Number -> the strings that make somebody it."""
        found: dict[int, list[Resource]] = defaultdict(list)
        for each in self.statements:
            if isinstance(each, Key):
                found[self._find(each.of, each.holder)].append(each.holder)
        return {number: tuple(keys) for number, keys in found.items()}

    def _identity(self, number: int) -> Identity:
        party = self._who[number]
        resource, estate = party.resource, self.documents.estate
        domain = self.documents.domains.of(resource)
        name = party.name if isinstance(party.name, (str, Unknown)) else Unknown("its name is not known")
        named = [name] if isinstance(name, str) else []
        defined = resource.type in self.kinds
        label = resource.address.rpartition(".")[2].partition("[")[0]
        keys = self._keys.get(number, ())
        found = recognise(Clues(resource, name, (*named, label) if defined else named, {}, credentials=keys), estate)
        made = Identity(resource, LANGUAGE, FORM, name, domain, found.kind, found.reason, declared=found.declared)
        environment = environment_of(resource, domain, estate)
        return replace(made, grants=self._grants.get(number, ()), credentials=keys, environment=environment)
