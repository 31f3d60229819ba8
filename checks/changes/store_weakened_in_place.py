"""PLN-06."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Copy, Evidence, Infrastructure, Store, is_unknown


@check(severity=Severity.HIGH, maps=["NIST CP-9", "NIST CM-3", "ATT&CK T1490"], since="0.1.0")
def store_weakened_in_place(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An update in the plan destroys data or copies of a production store, and no line of it says "destroy".

    Why: a retention that is set to 0 deletes the backups that exist, and a Railway service that loses its `volume` block
    loses the volume. Gates that count deletions see an update.

    Fix: take the change back, or make a copy elsewhere first.

    Misses: in-place destructions of types that the catalog does not describe.
    """
    for store in infrastructure.stores:
        old = infrastructure.earlier(store)
        change = store.resource.change
        if old is None or not old.environment.production or store.resource.goes or (change and change.destroys):
            continue
        for evidence in store.weakening:
            text = f"This update destroys what this {store.label or store.kind} holds, or backups of it."
            yield Finding(store.resource, text, True, (evidence,), "take the change back", evidence.text)
        for copy in old.backups if not store.weakening else ():
            yield from _lost(copy, store)
    for was, now in infrastructure.ended:
        removed = sorted(set(now.change.before) - set(now.values)) if now.change else []
        said = (Evidence(f"removed: {', '.join(removed)}", now.address, now.location), *(copy.evidence for copy in was.backups))
        yield Finding(
            now, f"This update destroys the {was.label or was.kind} that it was, with what it held.", True, said, "take it back"
        )


def _lost(old: Copy, store: Store) -> Iterator[Finding]:
    stays = [each for each in store.copies if _same(each, old)]
    what = f"{old.kind.value}s{f' in {old.held_in.address}' if old.held_in else ''}"
    if old.certain is True and all(is_unknown(each.certain) for each in stays):
        text = f"The plan {'may end' if stays else 'ends'} its {what}."
        yield Finding(store.resource, text, not stays, (old.evidence,), "keep them", what)
    elif old.certain is True and all(_shorter(each, old) for each in stays):
        kept = ["for ever" if each.retention_days is None else each.retention_days for each in (old, stays[0])]
        said = (Evidence(f"days before: {kept[0]}", store.address), Evidence(f"days after: {kept[1]}", store.address))
        yield Finding(store.resource, f"The plan keeps its {what} for a shorter time.", True, said, "keep the retention", what)


def _same(one: Copy, other: Copy) -> bool:
    """Whether both are made by one thing, for one place. A plan with several rules makes several such copies."""
    places = [(each.held_in and each.held_in.address, each.made_by.address, str(each.domain)) for each in (one, other)]
    return one.kind is other.kind and places[0] == places[1]


def _shorter(new: Copy, old: Copy) -> bool:
    if is_unknown(new.retention_days) or is_unknown(old.retention_days) or new.retention_days is None:
        return False
    return old.retention_days is None or int(str(new.retention_days)) < int(str(old.retention_days))
