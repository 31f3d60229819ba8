"""Everything that a change brings, in one value."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from policypack.check import Finding
from policypack.compare.findings import fixed_findings, new_findings
from policypack.compare.powers import PowerChange, Untold, gained, lost, once, order
from policypack.compare.sides import Sides
from policypack.compare.stores import StoreChange, gone, guards_added, guards_removed, without_copy
from policypack.model import replace
from policypack.run.concealed import Conceal, concealing, steps_concealed


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
    found = Difference(
        named=sides.named,
        gained=tuple(sorted((each for each in more if isinstance(each, PowerChange)), key=order)),
        lost=tuple(sorted(lost(sides), key=order)),
        untold=tuple(each for each in more if isinstance(each, Untold)),
        guards_removed=_sorted(guards_removed(sides)),
        guards_added=_sorted(guards_added(sides)),
        uncopied=_sorted(without_copy(sides)),
        gone=_sorted(gone(sides)),
        new=new_findings(sides, frozenset(each.identity for each in more)),
        fixed=fixed_findings(sides),
        notes=sides.notes,
    )
    for picture in (sides.before, sides.after):
        if (conceal := concealing(picture)) is not None:
            found = _concealed(found, conceal)
    return found


def _concealed(found: Difference, conceal: Conceal) -> Difference:
    """The same without what may not be shown. The findings are without it already."""

    def powers(changes: Iterable[PowerChange]) -> tuple[PowerChange, ...]:
        return tuple(replace(each, path=steps_concealed(each.path, conceal), missing=conceal(each.missing)) for each in changes)

    def stores(changes: Iterable[StoreChange]) -> tuple[StoreChange, ...]:
        return tuple(replace(each, text=conceal(each.text)) for each in changes)

    return replace(
        found,
        gained=powers(found.gained),
        lost=powers(found.lost),
        untold=tuple(replace(each, reason=conceal(each.reason)) for each in found.untold),
        guards_removed=stores(found.guards_removed),
        guards_added=stores(found.guards_added),
        uncopied=stores(found.uncopied),
        gone=stores(found.gone),
    )


def _sorted(changes: Iterable[StoreChange]) -> tuple[StoreChange, ...]:
    return tuple(sorted(set(changes), key=_place))


def _place(change: StoreChange) -> tuple[object, ...]:
    return not change.production, not change.certain, change.address, change.text
