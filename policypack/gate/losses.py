"""What is lost, and no check of a store tells: copies by themselves, what makes them, guards of what lies elsewhere, and production
that is called something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from policypack.gate.need import Need, acted_on, happens
from policypack.model import Infrastructure, Resource, Safeguard, Store, Value

_HOW_LONG = re.compile(
    r"(?:^|_)(?:delete_after|retention|retain|keep|kept|count|days|weeks|months|years|duration|expire)(?:_|$|d)"
)


def losses(infrastructure: Infrastructure) -> Iterator[Need]:
    """Everything of the kind."""
    known = _stores_of(infrastructure)
    for each in infrastructure.safeguards:
        yield from _of_safeguard(each, known.get(each.resource.place, []), infrastructure)
    for store in infrastructure.stores:
        yield from _renamed(store, infrastructure)


def _of_safeguard(each: Safeguard, known: list[Store], infrastructure: Infrastructure) -> Iterator[Need]:
    """What happens to a copy, to what makes copies, or to a guard."""
    resource, change = each.resource, each.resource.change
    if change is None or resource.place in infrastructure.by_place:
        return  # a store as well, and asked about as that
    if not (any(store.environment.production for store in known) if known else each.environment.production):
        return
    of = f" of {', '.join(sorted({store.address for store in known}))}" if known else ""
    does = happens(resource)
    if each.part == "copy" and (change.destroys or change.forgets):
        lost = f"the {each.label}{of}" if change.destroys else ""
        yield acted_on(
            resource, "copy_deleted", f"The plan {does} this {each.label}{of}, which is a copy.", each.environment, lost=lost
        )
    elif each.part == "copies" and resource.goes:
        text = f"The plan {does} this {each.label}: what it copied{of and f' ({of[4:]})'} is copied by it no more."
        yield acted_on(resource, "copies_ended", text, each.environment)
    elif each.part == "copies" and not known and _less(change.before, resource.values):
        text = f"The plan changes how much this {each.label} keeps, or of what; the stores that it copies are not in the plan."
        yield acted_on(resource, "copies_ended", text, each.environment, certain=False)
    elif each.part == "guard" and resource.goes and not known and not _guards_vault(resource, infrastructure):
        text = f"The plan {does} this {each.label}; what it guards is not in the plan."
        yield acted_on(resource, "guard_removed", text, each.environment, certain=False)
    elif each.part == "opaque" and change.destroys:
        text = f"The plan {does} this {each.label}, and what goes with it is not in the plan."
        yield acted_on(resource, "unknown_destroyed", text, each.environment, lost="whatever it holds", certain=False)


def _stores_of(infrastructure: Infrastructure) -> Mapping[tuple[str, str], list[Store]]:
    """Input and address of what copied or guarded stores as things stood -> those stores."""
    found: dict[tuple[str, str], list[Store]] = {}
    before = infrastructure.before.stores if infrastructure.before and infrastructure.safeguards else ()
    for store in before:
        by = {copy.made_by.place for copy in store.copies} | {guard.subject.place for guard in store.guards}
        for place in by - {store.resource.place}:
            found.setdefault(place, []).append(store)
    return found


def _guards_vault(resource: Resource, infrastructure: Infrastructure) -> bool:
    """Whether it is the lock or the policy of a vault that is in the picture: then guard_removed tells."""
    vaults = infrastructure.before.vaults if infrastructure.before else ()
    return any(
        resource.place == (vault.policy.place if vault.policy else None) or vault.lock.evidence.resource == resource.address
        for vault in vaults
    )


def _less(before: Value | Mapping[str, Value], after: Value | Mapping[str, Value], key: str = "") -> bool:
    """Whether something is kept for a shorter time afterwards, or a block or an element of a list is missing."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        return any(_less(value, after.get(name), name) for name, value in before.items())
    if isinstance(before, list) and isinstance(after, list):
        if all(isinstance(each, (str, int)) for each in (*before, *after)):
            return any(each not in after for each in before)
        return len(after) < len(before) or any(_less(one, other, key) for one, other in zip(before, after, strict=False))
    if isinstance(before, list):
        return after is None and bool(before)
    numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (before, after))
    return numbers and bool(_HOW_LONG.search(key)) and float(str(after)) < float(str(before))


def _renamed(store: Store, infrastructure: Infrastructure) -> Iterator[Need]:
    """A store that counts as production no more, so that the next plan may do with it what it likes."""
    old = infrastructure.earlier(store)
    if old is None or not old.environment.production or store.environment.production or store.resource.goes:
        return
    said = (old.as_environment, store.as_environment)
    text = f"The plan makes this {store.label or store.kind} count as {store.environment.name}, and no longer as production."
    yield acted_on(store.resource, "production_unmarked", text, old.environment, because=said)
