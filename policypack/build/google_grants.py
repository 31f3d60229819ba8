"""What policies on Google Cloud grant: members, bindings and whole policies, with the roles that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.google_access import Given, access_lists
from policypack.build.google_entitlements import entitlements
from policypack.build.google_members import ACCOUNT, Members, listed
from policypack.build.google_places import Places, family_of
from policypack.build.identity_documents import Documents, stands
from policypack.build.index import besides
from policypack.build.json_text import decoded
from policypack.build.scoped import spot_of
from policypack.catalog.scoped.roles import role_table
from policypack.model import Evidence, Gap, Grant, Resource, Scope, Truth, Unknown, Value, replace

CUSTOM = ("google_project_iam_custom_role", "google_organization_iam_custom_role")


class Bound(Struct, frozen=True):
    """A binding as it is written, whichever way."""

    role: Value
    members: Value
    condition: Value
    path: str


class Granted(Struct, frozen=True, dict=True):
    """All grants of an estate."""

    documents: Documents
    members: Members
    places: Places

    @cached_property
    def all(self) -> tuple[Given, ...]:
        """In the order of the inputs. What two resources claim for themselves is had perhaps: which is applied last decides."""
        found = [given for each in self._written for given in self._of(each)]
        found += access_lists(self.documents, self.members, self.role)
        found += entitlements(self.members, self.places, self.role)
        owners: dict[tuple[object, ...], dict[str, str]] = {}
        for given in found:
            if given.form != "member":
                key = (given.grant.scope, *(() if given.form == "policy" else (given.grant.role, given.grant.expression)))
                owners.setdefault(key, {})[given.by.address] = given.form
        removed = {key: by for each in self._written for key, by in self._removed(each)}
        return tuple(replace(each, grant=self._contested(each, owners, removed)) for each in found)

    def _removed(self, resource: Resource) -> Iterator[tuple[tuple[object, ...], str]]:
        """What a resource sees to that it is not granted: the role, the place and whom."""
        if (family_of(resource.type) or ("", ""))[1] == "member_remove":
            member = self.members.of(resource.get("member"), resource)
            if member is not None:
                yield (self._scope(resource), self.role(resource.get("role"), resource)[0], member.key), resource.address

    @cached_property
    def _written(self) -> tuple[Resource, ...]:
        every = self.documents.estate.resources
        return tuple(each for each in every if each.mode == "managed" and stands(each) and family_of(each.type) is not None)

    @staticmethod
    def _contested(
        given: Given, owners: Mapping[tuple[object, ...], Mapping[str, str]], removed: Mapping[tuple[object, ...], str]
    ) -> Grant:
        scope, role = given.grant.scope, given.grant.role
        gone = removed.get((scope, role, given.member.key))
        if gone is not None and given.grant.condition is True:
            return replace(
                given.grant, condition=Unknown(f"{gone} takes it away; which of them is applied last cannot be told")
            )
        others = [*owners.get((scope,), ()), *owners.get((scope, role, given.grant.expression), ())]
        other = next((each for each in others if each != given.by.address), None)
        if other is None or given.grant.condition is not True:
            return given.grant
        doubt = Unknown(f"{other} replaces what others grant there; which of them is applied last cannot be told")
        return replace(given.grant, condition=doubt)

    def _of(self, resource: Resource) -> Iterator[Given]:
        _, form = family_of(resource.type) or ("", "")
        if form == "member_remove":
            return
        scope = self._scope(resource)
        bound = self._policy(resource) if form == "policy" else self._binding(resource, form)
        for each in bound:
            made = self._grant(each, resource, scope)
            for value in listed(each.members):
                for member, sure in self.members.meant(value, resource):
                    yield Given(member, made if sure is True else replace(made, condition=sure), form, resource)

    def _scope(self, resource: Resource) -> Scope:
        """The place of a grant. A service account may be named by its address too."""
        scope = self.places.scope(resource)
        spot = scope.spot
        if spot is None or spot.kind != ACCOUNT:
            return scope
        read = self.documents.estate.index.by_address.get(spot.place) if spot.place is not None else None
        if read is not None and read.mode == "data":
            meant = self.members.looked_up(read).shown
        elif spot.place is None and isinstance(spot.name, str):
            meant = self.members.account(spot.name, resource).shown
        else:
            return scope
        return replace(scope, spot=spot_of(meant, self.documents.estate)) if meant.type == ACCOUNT else scope

    @staticmethod
    def _binding(resource: Resource, form: str) -> Iterator[Bound]:
        members = resource.get("members") if form == "binding" else resource.get("member")
        yield Bound(resource.get("role"), members, resource.get("condition"), "role")

    def _policy(self, resource: Resource) -> Iterator[Bound]:
        """The bindings of a whole policy: JSON, or the data source that makes it."""
        written = resource.get("policy_data")
        blocks: list[Value] | None = None
        if isinstance(written, Unknown):
            source = self._source(written, resource)
            blocks = source.blocks("binding") if source is not None else None
            document = written.document if blocks is None else None
        else:
            document = decoded(written)
        if blocks is None:
            listed_in = document.get("bindings") if isinstance(document, dict) else None
            blocks = listed_in if isinstance(listed_in, list) else None
        if blocks is None:
            unknown = Unknown(f"the policy of {resource.address} cannot be read")
            yield Bound(unknown, [unknown], None, "policy_data")
        for each in blocks or ():
            if isinstance(each, dict):
                yield Bound(each.get("role"), each.get("members"), each.get("condition"), "policy_data")
            elif isinstance(each, Unknown):
                yield Bound(each, [each], None, "policy_data")

    def _source(self, written: Unknown, holder: Resource) -> Resource | None:
        for reference in written.references:
            found = self.documents.estate.index.by_address.get((holder.inside, reference.address))
            if found is not None and found.type == "google_iam_policy":
                return found
        return None

    def _grant(self, bound: Bound, resource: Resource, scope: Scope) -> Grant:
        condition, expression = _condition(bound.condition)
        evidence = Evidence("", resource.address, resource.at(bound.path))
        name, actions, lost, custom = self.role(bound.role, resource)
        said = f"{name} at {scope}" + (", under a condition" if expression or condition is not True else "")
        return Grant(
            "allow",
            name,
            actions,
            scope,
            replace(evidence, text=said),
            condition=condition,
            expression=expression,
            lost=lost,
            partial=lost is None and custom is None,
            defined_in=custom,
        )

    def role(self, value: Value, holder: Resource) -> tuple[str, tuple[str, ...], Unknown | None, Resource | None]:
        """What a role is called, its permissions, why they are not known, and the resource that defines it."""
        custom = self._custom(value, holder)
        if custom is not None:
            permissions = custom.get("permissions")
            name = custom.address
            if isinstance(permissions, list) and all(isinstance(each, str) for each in permissions):
                return name, tuple(each for each in permissions if isinstance(each, str)), None, custom
            return name, (), Unknown("its permissions are not known"), custom
        if not isinstance(value, str):
            said = ", ".join(str(each) for each in value.references) if isinstance(value, Unknown) else ""
            return said or "a role that is not known", (), Unknown("which role it is cannot be told"), None
        known = role_table("google").actions(value)
        if known is not None:
            return value, known, None, None
        missing = "it is not among the inputs" if "/roles/" in value else "it is not in the table of Google's roles"
        return value, (), Unknown(missing), None

    def _custom(self, value: Value, holder: Resource) -> Resource | None:
        found = self.documents.estate.index.meant(value, holder, lambda kind: kind in CUSTOM).only
        if found is not None or not isinstance(value, str) or "/roles/" not in value:
            return found
        named = value.rpartition("/")[2]
        fitting = [each for each in self._customs if each.get("role_id") == named]
        return fitting[0] if len(fitting) == 1 else None

    @cached_property
    def _customs(self) -> tuple[Resource, ...]:
        return tuple(each for each in self.documents.estate.resources if each.type in CUSTOM and each.mode == "managed")

    @property
    def gaps(self) -> Iterator[Gap]:
        """The roles of which nobody knows what they hold, each once, and lists of members that are not known whole."""
        lost: dict[str, tuple[str, list[Resource]]] = {}
        for each in self.all:
            if each.grant.lost is not None:
                lost.setdefault(each.grant.role, (each.grant.lost.reason, []))[1].append(each.by)
        for role, (reason, givers) in lost.items():
            inputs = tuple(dict.fromkeys(each.inside for each in givers))
            yield Gap(f"what {role} allows is not known: {reason}", givers[0].at("role"), inputs=inputs)
        for by in self._written:
            for reference in besides(by.get("members")):
                said = f"whom else {by.address} gives a role to is not known: it depends on {reference}"
                yield Gap(said, by.at("members"), inputs=(by.inside,))


def _condition(value: Value) -> tuple[Truth, str]:
    """A condition block: what is known of it, and its expression."""
    block = value[0] if isinstance(value, list) and value else value
    if block is None or block == []:
        return True, ""
    if isinstance(block, dict) and isinstance(block.get("expression"), str):
        return True, str(block["expression"])
    return Unknown("the condition of the grant is not known"), ""
