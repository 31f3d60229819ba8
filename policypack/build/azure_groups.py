"""Who is in which group of Entra ID, by way of other groups too, for good or for a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.azure_principals import Principal, Principals
from policypack.build.identity_documents import stands
from policypack.build.identity_policies import listed
from policypack.build.index import besides
from policypack.model import Gap, Resource, Value, replace

FOR_A_TIME = "azuread_privileged_access_group_assignment_schedule"
# What puts one into a group -> the arguments that name the group and whom.
_PUTS: Mapping[str, tuple[str, str]] = {
    "azuread_group_member": ("group_object_id", "member_object_id"),
    FOR_A_TIME: ("group_id", "principal_id"),
}


def is_member(resource: Resource) -> bool:
    """Whether a resource that is about somebody's time in a group says that it is a member, and does not only own it."""
    return resource.type == FOR_A_TIME and resource.get("assignment_type") == "member"


class Groups(Struct, frozen=True, dict=True):
    """The groups of one estate."""

    principals: Principals

    @cached_property
    def _puts(self) -> tuple[tuple[Principal, Value, Resource], ...]:
        """Group, whom it has, and what says so."""
        found: list[tuple[Principal, Value, Resource]] = []
        for each in self.principals.documents.estate.resources:
            if each.mode != "managed" or not stands(each):
                continue
            if each.type in _PUTS and (each.type != FOR_A_TIME or is_member(each)):
                group, member = _PUTS[each.type]
                groups = self.principals.named(each.get(group), each, "group")
                found += [(one, each.get(member), each) for one in groups]
            elif each.type == "azuread_group":
                own = Principal(each.place, each, "group")
                found += [(own, value, each) for value in listed(each.get("members"))]
                self.principals.lost.extend((str(one), each) for one in besides(each.get("members")))
        return tuple(found)

    @cached_property
    def _members(self) -> Mapping[tuple[str, ...], list[Principal]]:
        found: dict[tuple[str, ...], list[Principal]] = defaultdict(list)
        for group, value, by in self._puts:
            named = self.principals.named(value, by)
            found[group.key] += [replace(each, certain=each.certain and group.certain) for each in named]
        return found

    def within(self, group: Principal) -> Iterator[Principal]:
        """Who is in a group, by way of other groups too, each once, and whether for certain."""
        seen = {group.key}
        left = [group]
        while left:
            current = left.pop(0)
            for member in self._members.get(current.key, ()):
                if member.key in seen:
                    continue
                seen.add(member.key)
                known = replace(member, certain=member.certain and current.certain)
                if member.form == "group":
                    left.append(known)
                else:
                    yield known

    def unshown(self, given: Collection[tuple[str, ...]]) -> Iterator[Gap]:
        """A gap for each group that the inputs put somebody into and do not show, and of which they give nothing to `given`."""
        told = set(given)
        for group, _, by in self._puts:
            if not group.shown and group.key not in told:
                told.add(group.key)
                name = group.name or group.resource.address
                said = f"what the group {name} may do, which {by.address} puts somebody into, is not among the inputs"
                yield Gap(said, by.location, inputs=(by.inside,))
