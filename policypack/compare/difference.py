"""Everything that a change brings, in one value."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from msgspec import Struct

from policypack.check import Finding
from policypack.compare.findings import fixed_findings, new_findings
from policypack.compare.powers import PowerChange, Untold, gained, lost, once, order
from policypack.compare.sides import Sides
from policypack.compare.stores import StoreChange, gone, guards_added, guards_removed, without_copy
from policypack.model import Evidence, replace
from policypack.model.namesakes import marks, told
from policypack.run.concealed import concealing


class Difference(Struct, frozen=True):
    """What a change brings. `named` says what it is compared with; `notes` what a reader must know of the comparison itself.
    `alike` are the paths of the inputs that have addresses in common with others: of those an address does not tell which is meant."""

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
    alike: frozenset[str] = frozenset()

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
        new=new_findings(sides, frozenset(told(each.identity, marks(sides.head.inputs)) for each in more)),
        fixed=fixed_findings(sides),
        notes=sides.notes,
        alike=frozenset(each.path for side in (sides.before, sides.after) for each in side.inputs if each.mark is not None),
    )
    if sides.marks:
        tell = partial(told, paths=sides.marks)
        found = _said(found, tell, tell)
    for picture in (sides.before, sides.after):
        if (conceal := concealing(picture)) is not None:
            found = _said(found, conceal)  # the findings are without it already
    return found


def _said(found: Difference, words: Callable[[str], str], names: Callable[[str], str] = str) -> Difference:
    """The same in other words, and with other names. The findings are told as they are."""

    def powers(changes: Iterable[PowerChange]) -> tuple[PowerChange, ...]:
        return tuple(
            replace(
                each,
                identity=names(each.identity),
                target=names(each.target),
                path=tuple(Evidence(words(step.text), names(step.resource), step.location) for step in each.path),
                missing=words(each.missing),
            )
            for each in changes
        )

    def stores(changes: Iterable[StoreChange]) -> tuple[StoreChange, ...]:
        return tuple(replace(each, address=names(each.address), text=words(each.text)) for each in changes)

    return replace(
        found,
        gained=powers(found.gained),
        lost=powers(found.lost),
        untold=tuple(replace(each, identity=names(each.identity), reason=words(each.reason)) for each in found.untold),
        guards_removed=stores(found.guards_removed),
        guards_added=stores(found.guards_added),
        uncopied=stores(found.uncopied),
        gone=stores(found.gone),
    )


def _sorted(changes: Iterable[StoreChange]) -> tuple[StoreChange, ...]:
    return tuple(sorted(set(changes), key=_place))


def _place(change: StoreChange) -> tuple[object, ...]:
    return not change.production, not change.certain, change.address, change.text
