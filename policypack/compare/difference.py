"""Everything that a change brings, in one value."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from policypack.check import Finding
from policypack.compare.findings import fixed_findings, new_findings
from policypack.compare.powers import PowerChange, Untold, gained, lost, once, order
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
    def given(self) -> tuple[PowerChange, ...]:
        """The powers gained that a reviewer is told one by one: over production, and of people and pipelines only over what stood
        before."""
        return once(each for each in self.gained if each.production and (each.watched or not each.fresh))

    @property
    def taken(self) -> tuple[PowerChange, ...]:
        """The powers lost that a reviewer is told one by one."""
        return once(each for each in self.lost if each.production)

    @property
    def counted(self) -> tuple[PowerChange, ...]:
        """The powers gained that a reviewer is told the number of."""
        return tuple(each for each in self.gained if not (each.production and (each.watched or not each.fresh)))


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
