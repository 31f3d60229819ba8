"""BKP-06."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Copy, CopyKind, Infrastructure, Lock, Truth, Unknown, days


@check(severity=Severity.HIGH, maps=["NIST CP-9"], since="0.1.0")
def retention_too_short(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The backups of a production store are gone before anyone needs them.

    Why: damage is often found weeks later, and an attacker who can wait outlives a short retention. Where a plan asks for less
    than the vault's lock allows, the vault refuses the copy, and there is none.

    Fix: keep at least one backup for `backups.min_retention_days` (14), and set the lock's own minimum to the same.

    Misses: retention that is changed outside the inputs.
    """
    needed = infrastructure.thresholds.min_retention_days
    for store in infrastructure.irreplaceable:
        enough = [(_enough(copy, needed), copy) for copy in store.backups]
        sure = [each for each, copy in enough if copy.certain is True]
        if not sure or any(each is True for each in sure):
            continue  # where there is no copy, or may be none, backup_missing says so
        doubtful = [copy for each, copy in enough if each is not False]
        telling = doubtful or [max(store.backups, key=lambda copy: (_refused(copy) is not True, copy.kept_days or 0))]
        if all(copy.kind.in_bucket and copy.certain is True for copy in telling):
            continue  # lifecycle_expires_backups says it
        yield Finding(
            store.resource,
            _said(telling[0], needed) if not doubtful else "Whether any backup of it is kept for long enough cannot be told.",
            certain=not doubtful,
            because=tuple(copy.evidence for copy in telling),
            fix=f"keep at least one backup for {days(needed)}",
        )


def _enough(copy: Copy, needed: int) -> Truth:
    kept = copy.kept_days
    if kept is None or isinstance(kept, Unknown):
        return True if kept is None else kept
    refused = _refused(copy)
    return refused if isinstance(refused, Unknown) and kept >= needed else kept >= needed and refused is False


def _refused(copy: Copy) -> Truth:
    """Whether its vault does not take it, because it would go before the lock's minimum."""
    minimum = copy.lock.minimum_days if isinstance(copy.lock, Lock) and copy.kind is CopyKind.RECOVERY_POINT else None
    if isinstance(minimum, Unknown):
        return minimum
    return isinstance(copy.kept_days, int) and minimum is not None and copy.kept_days < minimum


def _said(copy: Copy, needed: int) -> str:
    if _refused(copy) is True:
        return "The vault's lock refuses its backups: they are to be kept for less than the lock's minimum."
    kept = days(copy.kept_days) if isinstance(copy.kept_days, int) else "that"
    return f"No backup of it is kept longer than {kept}; the least that is accepted is {days(needed)}."
