"""Who is in which group of Google's, by way of other groups too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.google_members import Member, Members
from policypack.build.identity_documents import Documents, stands
from policypack.model import Gap, Resource, Value

_GROUP, _MEMBERSHIP = "google_cloud_identity_group", "google_cloud_identity_group_membership"


class Belongs(Struct, frozen=True):
    """A membership: the group by what grants call it (`group:ops@x.com`), "" where that is not known, the member, and what says so."""

    group: str
    member: Member
    by: Resource


class Groups(Struct, frozen=True, dict=True):
    """The memberships of one estate. `granted` are what grants call the groups that they name."""

    documents: Documents
    members: Members
    granted: frozenset[str]

    @cached_property
    def all(self) -> tuple[Belongs, ...]:
        """Every membership whose member is named."""
        found = []
        for each in self.documents.estate.by_type.get(_MEMBERSHIP, ()):
            group = self.documents.estate.index.find(each.get("group"), each, lambda kind: kind == _GROUP).only
            name = group.get("group_key.id") if group is not None else None
            for member, _ in self.members.meant(self._called(each), each) if stands(each) else ():
                found.append(Belongs(f"group:{name}" if isinstance(name, str) else "", member, each))
        return tuple(found)

    def _called(self, membership: Resource) -> Value:
        email = membership.get("preferred_member_key.id")
        if not isinstance(email, str):
            return email
        if email.endswith("gserviceaccount.com"):
            return f"serviceAccount:{email}"
        return f"group:{email}" if f"group:{email}" in self._names else f"user:{email}"

    @cached_property
    def _names(self) -> frozenset[str]:
        made = self.documents.estate.by_type.get(_GROUP, ())
        return self.granted | {f"group:{each.get('group_key.id')}" for each in made}

    def around(self, member: Member) -> list[str]:
        """The groups that somebody is in, nearest first."""
        found: dict[str, None] = {}
        left = list(self._of.get(member.key, ()))
        while left:
            group = left.pop(0)
            if group not in found:
                found[group] = None
                left += self._of.get(("", group), ())
        return list(found)

    @cached_property
    def _of(self) -> Mapping[tuple[str, str], list[str]]:
        """Member -> the groups that it is in itself; a group by its name alone, in whichever root it is named."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in self.all:
            if each.group:
                found["", each.member.name] += [each.group] if each.member.form == "people" else []
                found[each.member.key].append(each.group)
        return found

    def unknown(self) -> Iterator[Gap]:
        """A gap for each membership of a group that the inputs do not show."""
        for each in self.all:
            if not each.group:
                reason = f"which group {each.by.address} puts {each.member.name} into is not known: what groups hold may be its"
                yield Gap(reason, each.by.at("group"), inputs=(each.by.inside,))
