"""Powers turned around: not what a caller can do to which targets, but which callers can do it to a target."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from policypack.authority.reach import Both, Key, bits

_FEW = 64
"""A set of no more targets than this is filed under each of them; larger ones, of which there are few, are looked through."""


class Holders(Struct, frozen=True):
    """For one block and verb: the callers, as bits, by the set of targets that they share."""

    few: dict[int, list[tuple[bool, int]]] = field(default_factory=dict)
    many: list[tuple[Both, int]] = field(default_factory=list)

    def add(self, both: Both, callers: int) -> None:
        """Files callers who can all do the same."""
        certain, possible = both
        if possible.bit_count() > _FEW:
            self.many.append((both, callers))
            return
        for place in bits(possible):
            self.few.setdefault(place, []).append((bool(certain >> place & 1), callers))

    def of(self, place: int) -> Both:
        """The callers that certainly, and at least possibly, can do it to one target."""
        certain = possible = 0
        for sure, callers in self.few.get(place, ()):
            possible |= callers
            certain |= callers if sure else 0
        for (must, may), callers in self.many:
            possible |= callers if may >> place & 1 else 0
            certain |= callers if must >> place & 1 else 0
        return certain, possible


def turned(powers: Mapping[int, Mapping[Key, Both]]) -> dict[Key, Holders]:
    """Caller -> block and verb -> targets, turned into block and verb -> holders."""
    alike: dict[int, tuple[Mapping[Key, Both], int]] = {}
    for caller, found in powers.items():  # callers who come to the same share one mapping
        known = alike.get(id(found))
        alike[id(found)] = (found, (known[1] if known else 0) | 1 << caller)
    groups: dict[Key, dict[Both, int]] = {}
    for found, callers in alike.values():
        for key, both in found.items():
            group = groups.setdefault(key, {})
            group[both] = group.get(both, 0) | callers
    made = {}
    for key, group in groups.items():
        made[key] = Holders()
        for both, callers in group.items():
            made[key].add(both, callers)
    return made
