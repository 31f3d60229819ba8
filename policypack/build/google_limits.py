"""What stands against everybody on Google Cloud: deny policies, and the boundaries of what a principal may touch at all.

IAM documentation, "Deny policies" and "Principal access boundary policies". A deny names permissions as `SERVICE/RESOURCE.VERB`; a
boundary says which resources a principal may touch, whatever it does with them, and only for the services that its version covers.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from msgspec import Struct

from policypack.build.google_members import EVERYBODY, Member, Members, listed, texts
from policypack.build.google_places import PROVIDER, Places
from policypack.build.identity_documents import Documents, stands
from policypack.model import (
    Domain,
    Evidence,
    Grant,
    Level,
    Resource,
    Scope,
    Truth,
    Unknown,
    Value,
    any_of,
    replace,
    same_domain,
)

_SERVICES = {"cloudresourcemanager": "resourcemanager"}
_BINDINGS = (
    "google_iam_organizations_policy_binding",
    "google_iam_folders_policy_binding",
    "google_iam_projects_policy_binding",
)
_COVERED = Unknown("whether the access boundary covers the service is not known")
_ALL = "principalSet://goog/public:all"
_UNKNOWN = Unknown("whom it is about cannot be told")


class Against(Struct, frozen=True):
    """A statement that stands against principals, and which of them (`principals`), but not which (`except_for`)."""

    grant: Grant
    principals: tuple[Value, ...]
    except_for: tuple[Value, ...]
    by: Resource


class Limits(Struct, frozen=True):
    """All of them, and whom each is about."""

    documents: Documents
    members: Members
    places: Places

    def all(self) -> tuple[Against, ...]:
        """In the order of the inputs."""
        every = [each for each in self.documents.estate.resources if each.mode == "managed" and stands(each)]
        denies = (found for each in every if each.type == "google_iam_deny_policy" for found in self._denies(each))
        return (*denies, *(found for each in every if each.type in _BINDINGS for found in self._boundary(each)))

    def _denies(self, policy: Resource) -> Iterator[Against]:
        scope = self._attached(policy.get("parent"), policy)
        for rule in policy.blocks("rules"):
            blocks = rule.get("deny_rule") if isinstance(rule, dict) else rule
            for each in listed(blocks):
                yield self._deny(each, policy, scope)

    def _deny(self, rule: Value, policy: Resource, scope: Scope) -> Against:
        evidence = Evidence(f"denied at {scope}", policy.address, policy.at("rules"))
        if not isinstance(rule, dict):
            unreadable = Unknown("a rule of it cannot be read")
            return Against(Grant("deny", policy.address, (), scope, evidence, lost=unreadable), (_ALL,), (), policy)
        denied, unread = texts(rule.get("denied_permissions"))
        exempt, unread_exempt = texts(rule.get("exception_permissions"))
        lost = Unknown("the permissions that it denies are not known") if unread else None
        condition: Truth = True if not unread_exempt else Unknown("the permissions that it exempts are not known")
        block = rule.get("denial_condition")
        block = block[0] if isinstance(block, list) and block else block
        expression = block.get("expression") if isinstance(block, dict) else None
        if block is not None and not isinstance(expression, str):
            condition = Unknown("the condition of the deny is not known")
        made = Grant(
            "deny",
            policy.address,
            tuple(map(plain, denied)),
            scope,
            evidence,
            tuple(map(plain, exempt)),
            condition,
            expression if isinstance(expression, str) else "",
            lost,
        )
        return Against(
            made, tuple(listed(rule.get("denied_principals"))), tuple(listed(rule.get("exception_principals"))), policy
        )

    def _attached(self, parent: Value, policy: Resource) -> Scope:
        """The place that a deny policy is attached to; its name has `/` as `%2F`."""
        if isinstance(parent, Unknown):
            for kind in ("google_project", "google_folder"):
                found = self.documents.estate.index.find(parent, policy, lambda other, kind=kind: other == kind).only  # type: ignore[misc]
                if found is not None:
                    return self._at(found)
            return Scope(PROVIDER, Level.ABOVE, above=Unknown(f"what {policy.address} is attached to is not known"))
        return self._place(unquote(parent) if isinstance(parent, str) else "", policy)

    def _at(self, resource: Resource) -> Scope:
        if resource.type == "google_project":
            return Scope(PROVIDER, Level.DOMAIN, domain=self.documents.domains.of(resource))
        return Scope(PROVIDER, Level.ABOVE, above=self.places.own_name(resource))

    def _place(self, name: str, holder: Resource) -> Scope:
        parts = name.strip("/").split("/")
        if "projects" in parts[:-1]:
            project = parts[parts.index("projects") + 1]
            domain = Domain(PROVIDER, project, f"{holder.inside}#{project}", word="project")
            if project.isdigit():
                unknown = Unknown(f"which project has the number {project} is not known")
                domain = Domain(PROVIDER, unknown, f"{holder.inside}#={project}", word="project")
            return Scope(PROVIDER, Level.DOMAIN, domain=domain)
        for word in ("folders", "organizations"):
            if word in parts[:-1]:
                return Scope(PROVIDER, Level.ABOVE, above=f"{word}/{parts[parts.index(word) + 1]}")
        return Scope(PROVIDER, Level.ABOVE, above=Unknown(f"a place that {holder.address} names is not known"))

    def _boundary(self, binding: Resource) -> Iterator[Against]:
        kind = binding.get("policy_kind")
        if kind not in (None, "PRINCIPAL_ACCESS_BOUNDARY"):
            return
        policy = self.documents.estate.index.find(
            binding.get("policy"), binding, lambda other: other == "google_iam_principal_access_boundary_policy"
        ).only
        whom = (binding.get("target.principal_set"),)
        evidence = Evidence("", binding.address, binding.location)
        kept = self._place("", binding)
        if policy is not None:
            kept = Scope(PROVIDER, Level.ABOVE, above=self.places.organization(policy.get("organization"), policy))
        everything = Scope(PROVIDER, Level.EVERYTHING)
        condition: Truth = True if binding.get("condition") is None else Unknown("the condition of the boundary is not judged")
        limit = Grant("limit", "principal access boundary", ("*",), everything, evidence, condition=_COVERED, kept_at=kept)
        for scope in self._allowed(policy) if policy is not None else ():
            yield Against(replace(limit, scope=scope, condition=True), whom, (), binding)
        # What its version does not cover, it does not hold back; and a condition may leave it out for a principal.
        yield Against(limit if condition is True else replace(limit, condition=condition), whom, (), binding)

    def _allowed(self, policy: Resource) -> Iterator[Scope]:
        for details in policy.blocks("details"):
            for rule in listed(details.get("rules")) if isinstance(details, dict) else ():
                for each in listed(rule.get("resources")) if isinstance(rule, dict) else ():
                    if isinstance(each, str):
                        yield self._place(each.partition("cloudresourcemanager.googleapis.com")[2] or each, policy)
                    elif isinstance(each, Unknown):
                        yield self._attached(each, policy)

    def about(self, against: Against, member: Member, home: Domain) -> Truth:
        """Whether a statement is about somebody."""
        named = any_of(self._means(each, member, home, against.by) for each in against.principals)
        if named is False:
            return False
        exempt = any_of(self._means(each, member, home, against.by) for each in against.except_for)
        if exempt is True:
            return False
        return named if exempt is False else exempt

    def _means(self, value: Value, member: Member, home: Domain, holder: Resource) -> Truth:
        if isinstance(value, Unknown) and not value.references:
            return _UNKNOWN
        parts = value.parts if isinstance(value, Unknown) else (value,)
        text = "".join(each for each in parts if isinstance(each, str))
        if "cloudresourcemanager.googleapis.com/" in text:
            return self._of_place(value, text, home, holder)
        meant = self.members.of(value, holder)
        if meant is None:
            return False
        if meant.name in EVERYBODY or meant.key == member.key:
            return True
        if meant.form == "people":
            return Unknown(f"whether {member.name} is in {meant.name} is not known")
        if meant.form == "federated" and member.form == "federated":
            same = meant.pool is not None and member.pool is not None and meant.pool.place == member.pool.place
            return True if same and meant.name.endswith("*") else _UNKNOWN
        return _UNKNOWN if meant.form == "unknown" or meant.lost is not None else False

    def _of_place(self, value: Value, text: str, home: Domain, holder: Resource) -> Truth:
        """All principals of a project, a folder or an organisation."""
        named = text.partition("googleapis.com")[2]
        scope = self._attached(value, holder) if isinstance(value, Unknown) else self._place(named, holder)
        if scope.level is Level.DOMAIN and scope.domain is not None:
            return same_domain(scope.domain, home)
        return Unknown(f"whether the principal belongs to {scope} is not known")


def plain(permission: str) -> str:
    """A permission as grants name it: `cloudsql.googleapis.com/instances.delete` is `cloudsql.instances.delete`."""
    service, slash, rest = permission.partition(".googleapis.com/")
    return f"{_SERVICES.get(service, service)}.{rest}" if slash else permission
