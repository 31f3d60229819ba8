"""Companions placed: the resources that say something about another one, by what they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct, field

from policypack.build.estate import Estate
from policypack.model import Resource, Unknown


class Placed(Struct, eq=False):
    """Role, input and address of what they are about -> companions. `lost`: role -> why one of it could not be placed."""

    found: dict[tuple[str, str, str], list[Resource]] = field(default_factory=dict)
    lost: dict[str, Unknown] = field(default_factory=dict)

    def of(self, role: str, subject: Resource) -> list[Resource]:
        """The companions of one role that a resource has."""
        return self.found.get((role, subject.inside, subject.address), [])


def place(estate: Estate, roles: Iterable[str], fits: Callable[[str], bool], word: str) -> Placed:
    """The companions of the roles, under what they are about; `fits` says of which types that is, `word` is its name."""
    placed = Placed()
    for role in roles:
        for each in estate.playing(role):
            companion = estate.entries[each.type].companion
            named = each.get(companion.store) if companion else None
            met = estate.index.find(named, each, fits)
            for subject in met.resources:
                placed.found.setdefault((role, subject.inside, subject.address), []).append(each)
            if isinstance(named, Unknown) and not met.resources:
                placed.lost[role] = Unknown(f"which {word} {each.address} is about cannot be told", named.references)
    return placed
