"""Everything that a change brings, in one value."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from policypack.check import Finding
from policypack.compare.findings import fixed_findings, new_findings
from policypack.compare.powers import PowerChange, Untold, gained, lost, order
from policypack.compare.sides import Sides
from policypack.compare.stores import StoreChange, gone, guards_added, guards_removed, without_copy


class Difference(Struct, frozen=True):
    """What a change brings. `named` says what it is compared with; `notes` what a reader must know of the comparison itself."""

    named: str = ""
    gained: tuple[PowerChange, ...] = ()
    lost: tuple[PowerChange, ...] = ()
    untold: tuple[Untold, ...] = ()
    guards_removed: tuple[StoreChange, ...] = ()
    guards_added: tuple[StoreChange, ...] = ()
    uncopied: tuple[StoreChange, ...] = ()
    gone: tuple[StoreChange, ...] = ()
    new: tuple[Finding, ...] = ()
    fixed: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes that this looks at."""
        parts = (self.gained, self.lost, self.untold, self.guards_removed, self.guards_added, self.uncopied, self.gone)
        return not any((*parts, self.new, self.fixed))


def compare(sides: Sides) -> Difference:
    """What the head of two sides changes. Same sides, same answer: everything is sorted."""
    more = tuple(gained(sides))
    return Difference(
        named=sides.named,
        gained=tuple(sorted((each for each in more if isinstance(each, PowerChange)), key=order)),
        lost=tuple(sorted(lost(sides), key=order)),
        untold=tuple(each for each in more if isinstance(each, Untold)),
        guards_removed=_sorted(guards_removed(sides)),
        guards_added=_sorted(guards_added(sides)),
        uncopied=_sorted(without_copy(sides)),
        gone=_sorted(gone(sides)),
        new=new_findings(sides),
        fixed=fixed_findings(sides),
        notes=sides.notes,
    )


def _sorted(changes: Iterable[StoreChange]) -> tuple[StoreChange, ...]:
    return tuple(sorted(set(changes), key=_place))


def _place(change: StoreChange) -> tuple[object, ...]:
    return not change.production, not change.certain, change.address, change.text
