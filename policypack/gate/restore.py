"""Whether what a plan destroys can be had back: from which copy, and by when."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.model import Copy, Evidence, Guard, GuardKind, Infrastructure, Store, Unknown, days


def destroyed_places(infrastructure: Infrastructure) -> frozenset[tuple[str, str]]:
    """The input and address of everything that the plan deletes, replaces or lets go of."""
    acted = (each for each in infrastructure.resources if each.change is not None and each.change.actions != ("no-op",))
    return frozenset(each.place for each in acted if each.goes or (each.change is not None and each.change.destroys))


def ways_back(infrastructure: Infrastructure, store: Store, gone: frozenset[tuple[str, str]]) -> tuple[Evidence, ...]:
    """What a store that the plan destroys can be restored from, but for what is `gone` with it. Nothing: the inputs show no way."""
    old = infrastructure.earlier(store) or store
    return (*_left_by_guards(old), *_copies(old, gone))


def _left_by_guards(store: Store) -> Iterator[Evidence]:
    own = any(copy.made_by.place == store.resource.place for copy in store.backups)
    for guard in store.guards:
        place = (guard.subject.address, guard.subject.at(guard.attribute))
        if guard.holds is True and guard.kind is GuardKind.FINAL_SNAPSHOT:
            yield Evidence(
                f"a final snapshot that the deletion takes ({guard.evidence.text}), until somebody deletes it", *place
            )
        elif guard.kind is GuardKind.RECOVERY_WINDOW and guard.leaves_time:
            yield Evidence(f"the deletion itself can be cancelled {_window(guard)} ({guard.evidence.text})", *place)
        elif guard.holds is True and guard.kind is GuardKind.BACKUPS_KEPT and not own:
            yield Evidence(
                f"its automated backups, which outlive it ({guard.evidence.text}), for as long as its service keeps them",
                *place,
            )


def _window(guard: Guard) -> str:
    number = isinstance(guard.value, int) and not isinstance(guard.value, bool)
    return f"within {days(int(str(guard.value)))} of the apply" if number else "for as long as its service keeps it"


def _copies(store: Store, gone: frozenset[tuple[str, str]]) -> Iterator[Evidence]:
    for copy in store.backups:
        own = copy.made_by.place == store.resource.place
        lost = (copy.held_in is not None and copy.held_in.place in gone) or (
            not own and _is_it(copy) and copy.made_by.place in gone
        )
        if lost or copy.dies_with_store is True:
            continue
        perhaps = isinstance(copy.certain, Unknown) or isinstance(copy.dies_with_store, Unknown)
        where = f" in {copy.held_in.address}" if copy.held_in is not None else ""
        locked = "; its lock lets nobody delete it sooner" if copy.immutable is True else ""
        text = (
            f"{'perhaps ' if perhaps else ''}the last {copy.kind.value}{where} ({copy.evidence.text}), {_until(copy)}{locked}"
        )
        yield Evidence(text, copy.evidence.resource, copy.evidence.location)


def _is_it(copy: Copy) -> bool:
    """Whether the resource that a copy comes from is the copy, and not what makes more of them."""
    return "snapshot" in copy.kind.value


def _until(copy: Copy) -> str:
    kept = copy.kept_days
    if isinstance(kept, Unknown):
        return f"kept for a time that is not known ({kept.reason})"
    return "kept until somebody deletes it" if kept is None else f"until {days(kept)} after it was made"
