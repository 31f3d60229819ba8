"""BKP-16."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import CopyKind, Evidence, Infrastructure


@check(severity=Severity.HIGH, maps=["NIST CP-9", "CIS 11.2"], since="0.1.0")
def backup_selection_misses(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A backup selection is meant for a production store and does not reach it.

    Why: a schedule that selects nothing runs green for years. Tags are compared with their case, keys and values alike, after
    the provider's default tags are merged in.

    Fix: give the store the tag that the selection asks for, or select it by its ARN.

    Misses: tags that are changed outside the inputs.
    """
    production = {store.resource.place: store for store in infrastructure.production}
    seen = set()
    for missed in infrastructure.missed:
        place = missed.store.place
        store = production.get(place)
        selects_nothing = missed.store is missed.selection and bool(production)
        if place in seen or (store is None and not selects_nothing):
            continue
        if store and any(copy.kind is CopyKind.RECOVERY_POINT and copy.certain is True for copy in store.backups):
            continue
        seen.add(place)
        by = "" if selects_nothing else f"{missed.selection.address} does not select it: "
        doubt = "" if missed.certain else "perhaps: "
        yield Finding(
            missed.store,
            f"{doubt}{by}{missed.near_miss}.",
            certain=missed.certain,
            because=(Evidence("the selection", missed.selection.address, missed.selection.location),),
            fix="add a selection to the plan"
            if selects_nothing
            else "give the store the very tag that the selection asks for, or select it by its ARN",
        )
