"""What stands between production data and its end: guards that go or come, last copies that go, stores that leave the code."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from policypack.compare.sides import Sides, place_of
from policypack.model import Enforced, Guard, GuardKind, Location, Store, Truth
from policypack.model.weaker import loosened, weaker

_NAMES = {  # where the word itself says too little
    GuardKind.BACKUPS_KEPT: "backups that outlive it",
    GuardKind.NO_FORCE: "refusal to go while it holds anything",
    GuardKind.CONTENTS_KEPT: "keeping of what it holds",
    GuardKind.PREVENT_DESTROY: "prevent_destroy",
    GuardKind.POLICY_DENY: "policy that denies deletion",
    GuardKind.SECOND_PERSON: "need of a second person",
}


class StoreChange(Struct, frozen=True):
    """What changes about one resource, in words that follow its address. Not `certain`: a value that decides is not known."""

    address: str
    text: str
    certain: bool = True
    production: bool = True
    location: Location | None = None


def guards_removed(sides: Sides) -> Iterator[StoreChange]:
    """What protected a store or a vault, and does not any more."""
    for old, new in sides.stores:
        production = new.environment.production or (old is not None and old.environment.production)
        for guard in old.guards if old else ():
            less = _less(guard, new)
            if less is not False:
                text = f"{'loses' if less is True else 'may lose'} its {_named(guard)}: {_now(new, guard)}"
                yield StoreChange(new.address, text, less is True, production, _place(new, guard))
    after = {sides.former(each.resource): each for each in sides.after.vaults if not each.resource.goes}
    for vault in sides.before.vaults:
        kept = after.get(place_of(vault.resource))
        for text, certain in loosened(vault, kept):
            said = "this change " + text
            where = kept.resource.location if kept else None
            yield StoreChange(vault.resource.address, said, certain, vault.environment.production, where)


def guards_added(sides: Sides) -> Iterator[StoreChange]:
    """What protects a store now, and did not before."""
    for old, new in sides.stores:
        for guard in new.guards if old else ():
            if old is not None and guard.holds is True and _less(guard, old) is True:
                text = f"gains {_named(guard)}: {guard.evidence.text}"
                yield StoreChange(new.address, text, production=new.environment.production, location=_place(new, guard))


def without_copy(sides: Sides) -> Iterator[StoreChange]:
    """The production stores of the first tier that have no backup any more, or are new and have none."""
    irreplaceable = {each.resource.place for each in sides.after.irreplaceable}
    for old, new in sides.stores:
        if new.resource.place not in irreplaceable or any(each.certain is True for each in new.backups):
            continue
        had = old is not None and any(each.certain is True for each in old.backups)
        if old is not None and not had:
            continue
        certain = not new.backups
        text = "loses its last backup" if old is not None else "is new, and nothing backs it up"
        if not certain:
            text = "may lose its last backup" if old is not None else "is new, and whether anything backs it up cannot be told"
        yield StoreChange(new.address, text, certain, location=new.resource.location)


def gone(sides: Sides) -> Iterator[StoreChange]:
    """The stores of the base that the head does not have: what the code leaves out, an apply deletes."""
    planned = {each.address for each in sides.after.resources if each.goes}
    for store in sides.before.stores:
        if place_of(store.resource) in sides.kept or store.resource.goes:
            continue
        text = (
            "is deleted by this plan"
            if store.address in planned
            else "leaves the code: an apply deletes it, unless a removed block keeps it"
        )
        left = next((each.text for each in store.ways_back), "nothing is left to restore it from")
        yield StoreChange(store.address, f"{text}; {left}", production=store.environment.production)


def _less(guard: Guard, store: Store) -> Truth:
    if guard.kind is not GuardKind.PREVENT_DESTROY:
        return weaker(guard, store)
    kept = any(each.holds is not False for each in store.having(GuardKind.PREVENT_DESTROY))
    return guard.holds is True and not kept


def _named(guard: Guard) -> str:
    only = " (which only Terraform heeds)" if guard.enforced is Enforced.TERRAFORM else ""
    return f"{_NAMES.get(guard.kind, guard.kind.value.replace('_', ' '))}{only}"


def _now(store: Store, guard: Guard) -> str:
    same = None if guard.kind is GuardKind.PREVENT_DESTROY else next(store.having(guard.kind), None)
    return same.evidence.text if same is not None else "nothing sets it any more"


def _place(store: Store, guard: Guard) -> Location:
    same = next((each for each in store.guards if each.kind is guard.kind), None)
    return same.subject.at(same.attribute) if same is not None else store.resource.location
