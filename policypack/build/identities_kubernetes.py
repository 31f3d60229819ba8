"""Who can act in a cluster: service accounts, users and groups, with the roles that bindings give them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.authority.kubernetes import UNNAMED
from policypack.build.cluster_members import MASTERS, Mapped, called, mapped, unread
from policypack.build.environments import environment_of
from policypack.build.identity_documents import Documents, stands
from policypack.build.identity_kinds import Clues, recognise, says_agent
from policypack.build.identity_trust import Trusted
from policypack.build.kubernetes_places import PROVIDER, Places, full_name, named
from policypack.build.kubernetes_roles import CLUSTER_ROLES, ROLES, Allowed, Role, Roles
from policypack.build.kubernetes_running import running, tokens
from policypack.build.kubernetes_subjects import ACCOUNT, EVERYBODY, Subject, Subjects
from policypack.build.scoped import Acting, Place, site_of
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
    Truth,
    replace,
    same_domain,
)

_BINDINGS = ("kubernetes_role_binding_v1", "kubernetes_role_binding")
_CLUSTER_BINDINGS = ("kubernetes_cluster_role_binding_v1", "kubernetes_cluster_role_binding")
_PEOPLE = {"user": "a user signs in", "people": "whoever is in the group acts"}
# What lies in no namespace, so that a binding in one gives nothing of it. To bind a cluster role is asked of the binding's namespace.
_NO_NAMESPACE = (
    "core/persistentvolumes,nodes,nodes/proxy,nodes/status,users,groups/*",
    "storage.k8s.io,apiextensions.k8s.io,admissionregistration.k8s.io,certificates.k8s.io,scheduling.k8s.io,node.k8s.io/*/*",
    "rbac.authorization.k8s.io/clusterrolebindings/*",
    "rbac.authorization.k8s.io/clusterroles/get,list,watch,create,update,patch,delete,deletecollection,escalate",
    "snapshot.storage.k8s.io/volumesnapshotcontents,volumesnapshotclasses/*",
)
_WITHOUT_NAME = f"*/{UNNAMED}/create,deletecollection"


def acting(documents: Documents) -> Acting:
    """Everybody who can act, where everything lies, and what could not be told."""
    places = Places(documents)
    who = _Who(documents, places, Subjects(documents, places), Roles(documents))
    identities = who.identities
    return Acting(identities, places.describe, {}, dict(who.sites()), who.roles_held, tuple(who.gaps()))


class _Given(Struct, frozen=True):
    subject: Subject
    grant: Grant


class _Who(Struct, frozen=True, dict=True):
    documents: Documents
    places: Places
    subjects: Subjects
    roles: Roles

    @cached_property
    def _bindings(self) -> tuple[tuple[Resource, Role], ...]:
        """Each binding with the role that it gives."""
        found = []
        for each in self.documents.estate.resources:
            if each.type in (*_BINDINGS, *_CLUSTER_BINDINGS) and each.mode == "managed" and stands(each):
                home = self.places.of(each).name if each.type in _BINDINGS else None
                found.append((each, self.roles.meant(each, home)))
        return tuple(found)

    @cached_property
    def _given(self) -> tuple[_Given, ...]:
        found = []
        for binding, role in self._bindings:
            scope = self._scope(binding)
            grants = [self._grant(rule, role, binding, scope) for rule in role.rules]
            for block in binding.blocks("subject"):
                subject = self.subjects.of(block, binding)
                found += [_Given(subject, each) for each in grants]
        return tuple(found)

    def _scope(self, binding: Resource) -> Scope:
        domain = self.documents.domains.of(binding)
        if binding.type in _CLUSTER_BINDINGS:
            return Scope(PROVIDER, Level.DOMAIN, domain=domain)
        return Scope(PROVIDER, Level.THING, self.places.of(binding).spot, domain)

    @staticmethod
    def _grant(rule: Allowed, role: Role, by: Resource, scope: Scope) -> Grant:
        excluded = _NO_NAMESPACE if scope.level is Level.THING else ()
        if rule.names:
            excluded = (*excluded, _WITHOUT_NAME)
        where = f"in {scope}" if scope.level is Level.THING else "in the whole cluster"
        return Grant(
            "allow",
            role.name,
            rule.actions,
            scope,
            Evidence(f"{by.address} gives {role.name} {where}", by.address, by.at("role_ref")),
            excluded,
            condition=True if rule.doubt is None else rule.doubt,
            expression=f"{rule.about}: {', '.join(rule.names)}" if rule.names else "",
            lost=rule.lost,
            defined_in=role.shown,
        )

    @cached_property
    def _known(self) -> Mapping[Place, Subject]:
        """Everybody: the service accounts of the inputs, whoever a binding names, what runs, whose token lies about."""
        found = {each.key: each for each in self.subjects.accounts}
        for given in self._given:
            found.setdefault(given.subject.key, given.subject)
        for _, subject in (*self._running, *self._tokens, *self._mapped):
            found.setdefault(subject.key, subject)
        return found

    @cached_property
    def _mapped(self) -> tuple[tuple[Mapped, Subject], ...]:
        """Whom the clusters' maps of principals of AWS make a user."""
        return tuple((each, self.subjects.of({"kind": "User", "name": each.name}, each.by)) for each in mapped(self.documents))

    def _by_map(self, member: Mapped) -> Iterator[Grant]:
        """What the groups of somebody who is mapped give."""
        here = self.documents.domains.of(member.by)
        if MASTERS in member.groups:
            said = Evidence(f"{member.by.address} puts it into {MASTERS}", member.by.address, member.by.at("data"))
            yield Grant("allow", "cluster-admin", ("*",), Scope(PROVIDER, Level.DOMAIN, domain=here), said)
        for given in self._given:
            group = given.subject
            there = same_domain(self.documents.domains.of(group.shown), here)
            if group.form == "people" and group.name in member.groups and there is not False:
                yield _if(given.grant, there)

    @cached_property
    def _running(self) -> tuple[tuple[Resource, Subject], ...]:
        return tuple(running(self.documents, self.subjects))

    @cached_property
    def _tokens(self) -> tuple[tuple[Resource, Subject], ...]:
        return tuple(tokens(self.documents, self.subjects))

    @cached_property
    def _workloads(self) -> Mapping[Place, list[Resource]]:
        return _by_subject(self._running)

    @cached_property
    def _secrets(self) -> Mapping[Place, list[Resource]]:
        return _by_subject(self._tokens)

    @cached_property
    def _grants(self) -> Mapping[Place, list[Grant]]:
        """What each is given, by name or as one of many."""
        found: dict[Place, list[Grant]] = defaultdict(list)
        for given in self._given:
            lost = given.subject.lost
            found[given.subject.key].append(given.grant if lost is None else replace(given.grant, condition=lost))
            if given.subject.form == EVERYBODY:
                for who in self._known.values():
                    belongs = self._is_one_of(given.subject, who)
                    if belongs is not False:
                        found[who.key].append(_if(given.grant, belongs))
        for member, subject in self._mapped:
            found[subject.key] += self._by_map(member)
        return found

    def _is_one_of(self, everybody: Subject, who: Subject) -> Truth:
        domains = self.documents.domains
        here = same_domain(domains.of(everybody.shown), domains.of(who.shown))
        within = self.subjects.includes(everybody.name, who) if isinstance(everybody.name, str) else False
        return within if here is True or within is False else here

    @cached_property
    def identities(self) -> tuple[Identity, ...]:
        """Everybody, and whoever is given the roles that are made for agents and that no binding of the inputs gives."""
        made = [self._identity(each) for each in self._known.values()]
        return (*made, *self._unbound())

    def _identity(self, who: Subject) -> Identity:
        credentials = tuple(self._secrets[who.key])
        name = who.name if who.home is None else full_name(who.home.name, who.name)
        shown = who.shown
        tags = self.documents.estate.tags(shown) if shown.mode == "managed" else {}
        trusted = tuple(self._trusted(who))
        behind = [each for member, subject in self._mapped if subject.key == who.key for each in called(member.principal)]
        clues = Clues(shown, name, (*_names(who), *behind), tags, trusted, credentials)
        found = recognise(clues, self.documents.estate)
        home = self.documents.domains.of(shown)
        made = Identity(
            shown,
            PROVIDER,
            who.form,
            name,
            home,
            found.kind,
            found.reason,
            tags=tags,
            credentials=credentials,
            declared=found.declared,
            environment=environment_of(shown, home, self.documents.estate),
            grants=tuple(self._grants[who.key]),
        )
        if found.kind is IdentityKind.UNKNOWN and who.form in _PEOPLE and not behind:
            return replace(made, kind=IdentityKind.PERSON, reason=_PEOPLE[who.form])
        return made

    def _trusted(self, who: Subject) -> Iterator[Trusted]:
        """What runs as it: something that is called an agent, or a workload."""
        for resource in self._workloads[who.key]:
            names = (named(resource), *resource.configured_address.split(".")[1:])
            agent = any(says_agent(each) for each in names if isinstance(each, str))
            yield Trusted("workload", resource.address, agent=agent)

    def _unbound(self) -> Iterator[Identity]:
        """Whoever a role is given to outside of the inputs, where the role is made for an agent."""
        bound = {role.shown.place for _, role in self._bindings if role.shown is not None}
        for each in self.roles.all:
            if each.place in bound or each.type not in (*ROLES, *CLUSTER_ROLES):
                continue
            clues = Clues(each, named(each), tuple(_words(each)), self.documents.estate.tags(each))
            found = recognise(clues, self.documents.estate)
            if found.kind is not IdentityKind.AGENT:
                continue
            home = self.documents.domains.of(each)
            whole = Scope(PROVIDER, Level.DOMAIN, domain=home)
            scope = whole if each.type in CLUSTER_ROLES else Scope(PROVIDER, Level.THING, self.places.of(each).spot, home)
            role = self.roles.of(each)
            grants = tuple(self._grant(rule, role, each, scope) for rule in role.rules)
            said = f"{found.reason}; no binding of the inputs gives the role, so it is whoever is given it elsewhere"
            yield Identity(
                each,
                PROVIDER,
                "role",
                named(each),
                home,
                found.kind,
                said,
                tags=clues.tags,
                declared=found.declared,
                environment=environment_of(each, home, self.documents.estate),
                grants=tuple(replace(grant, evidence=_of_role(each, grant.evidence)) for grant in grants),
            )

    @cached_property
    def roles_held(self) -> Mapping[Place, tuple[Place, ...]]:
        """What runs as whom, and whose token a secret holds."""
        found: dict[Place, tuple[Place, ...]] = {}
        for resource, subject in (*self._running, *self._tokens):
            found[resource.place] = (subject.key,)
        return found

    def sites(self) -> Iterator[tuple[Place, Site]]:
        """Namespaces, roles, and whoever is known by name alone."""
        for each in self.roles.all:
            yield each.place, self.places.describe(each, site_of(each, self.documents))
        for who in self._known.values():
            sort = "serviceaccounts" if who.form == ACCOUNT else "users" if who.form == "user" else "groups"
            domain = self.documents.domains.of(who.shown)
            name = who.name if who.home is None else full_name(who.home.name, who.name)
            within = (who.home.spot,) if who.home is not None else ()
            yield who.key, Site(PROVIDER, Spot(who.shown.type, name, who.key), domain, within, sort=sort)
        yield from self.places.sites()
        yield from self.places.states()

    def gaps(self) -> Iterator[Gap]:
        """Roles of which nobody knows what they allow, each once, and maps that cannot be read."""
        yield from unread(self.documents)
        unknown: dict[str, tuple[str, list[Resource]]] = {}
        for binding, role in self._bindings:
            lost = next((rule.lost for rule in role.rules if rule.lost is not None), None)
            if lost is not None:
                unknown.setdefault(role.name, (lost.reason, []))[1].append(binding)
        for name, (reason, bindings) in unknown.items():
            inputs = tuple(dict.fromkeys(each.inside for each in bindings))
            yield Gap(f"what {name} allows is not known: {reason}", bindings[0].at("role_ref"), inputs=inputs)


def _if(grant: Grant, truth: Truth) -> Grant:
    """A grant that somebody has only if something is so."""
    return grant if truth is True or grant.condition is not True else replace(grant, condition=truth)


def _by_subject(pairs: Iterable[tuple[Resource, Subject]]) -> Mapping[Place, list[Resource]]:
    found: dict[Place, list[Resource]] = defaultdict(list)
    for resource, subject in pairs:
        found[subject.key].append(resource)
    return found


def _of_role(role: Resource, evidence: Evidence) -> Evidence:
    return Evidence(f"{role.address} allows it to whoever is given it", role.address, evidence.location)


def _names(who: Subject) -> Iterator[str]:
    """What somebody is called. The name of a namespace is nobody's."""
    if isinstance(who.name, str):
        yield who.name
    if who.shown.mode == "managed":
        yield from (each for each in who.shown.configured_address.split(".") if each not in {"module", "data", who.shown.type})


def _words(role: Resource) -> Iterator[str]:
    name = named(role)
    if isinstance(name, str):
        yield name
    yield from (each for each in role.configured_address.split(".") if each not in {"module", "data", role.type})
