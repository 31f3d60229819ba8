"""What proofs are made of in every language: steps that a person reads, the words for what is done, and what dies with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from msgspec import Struct

from policypack.authority.reach import Route
from policypack.model import CopyKind, Evidence, Guard, GuardKind, Store, Verb

_DOES = {
    Verb.DESTROY: "destroys",
    Verb.OVERWRITE: "overwrites",
    Verb.WEAKEN: "weakens",
    Verb.DESTROY_COPIES: "destroys copies in",
    Verb.DESTROY_KEY: "destroys",
    Verb.WRITE_STATE: "writes the state of",
    Verb.STOP_AUDIT: "stops or blinds",
    Verb.REMOVE_DOMAIN: "removes",
    Verb.READ_CREDENTIALS: "reads",
    Verb.ESCALATE: "takes over",
}


_Lead = TypeVar("_Lead")


class Proof(Struct, frozen=True):
    """The steps, the actions that are called, and what would settle it where it is not certain."""

    steps: tuple[Evidence, ...]
    actions: tuple[str, ...] = ()
    missing: str = ""


def joined(proofs: Iterable[Proof]) -> Proof:
    """Proofs one after the other, as one: the first that says what would settle it says so for all."""
    steps: list[Evidence] = []
    called: list[str] = []
    missing = ""
    for each in proofs:
        steps += each.steps
        called += each.actions
        missing = missing or each.missing
    return Proof(tuple(steps), tuple(called), missing)


def along(
    route: Route, leads_to: Callable[[int, int, bool], Iterator[_Lead]], hop: Callable[[int, int, _Lead], Proof]
) -> Proof:
    """The steps from the first caller of a route to its last, each by the first of its leads, a certain one on a certain route."""

    def hops() -> Iterator[Proof]:
        for source, goal in route.hops:
            lead = next(leads_to(source, goal, route.certain), None)
            yield hop(source, goal, lead or next(leads_to(source, goal, False)))

    return joined(hops())


def does(verb: Verb) -> str:
    """The verb as a sentence has it."""
    return _DOES[verb]


def dying(store: Store | None, verb: Verb, *, empties: bool) -> Iterator[Evidence]:
    """What goes with a store: the copies that its own service keeps, where those are all it has. What only empties the store
    leaves them."""
    if store is None or verb is not Verb.DESTROY or not store.backupable:
        return
    counted = store.backups
    if not counted:
        yield Evidence(f"{store.address} has no copy that counts", store.address, store.resource.location)
    elif not empties and all(copy.dies_with_store is True for copy in counted):
        kinds = " and ".join(sorted({plural(copy.kind) for copy in counted}))
        yield Evidence(
            f"its only copies are {kinds} and die with it", counted[0].evidence.resource, counted[0].evidence.location
        )


def guard_name(guard: Guard | None) -> str:
    """What a guard is called in a sentence; None: the lock of a vault."""
    if guard is None:
        return "the vault's lock"
    return {GuardKind.DELETION_PROTECTION: "deletion protection", GuardKind.LOCK: "the object lock"}.get(
        guard.kind, guard.attribute
    )


def plural(kind: CopyKind) -> str:
    """What many copies of a kind are called."""
    return kind.value if kind.value.endswith("s") else f"{kind.value}s"
