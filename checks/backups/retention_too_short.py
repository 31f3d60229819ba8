"""BKP-06."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Copy, CopyKind, Infrastructure, Lock, Store


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
        refused = [copy for copy in store.backups if _refused(copy)]
        kept = [copy for copy in store.backups if copy not in refused]
        if any(copy.kept_days is None or _days(copy) >= needed for copy in kept):
            continue
        unknown = [copy for copy in kept if not isinstance(copy.kept_days, int)]
        longest = max(kept, key=_days, default=None)
        if unknown:
            yield _finding(store, "How long its backups are kept cannot be told.", unknown, needed)
        elif longest is None:
            if refused:
                yield _finding(
                    store, "The vault's lock refuses its backups: they are kept shorter than its minimum.", refused, needed
                )
        elif not longest.kind.in_bucket:  # else lifecycle_expires_backups says it
            said = f"No backup of it is kept longer than {_days(longest)} days; {needed} are asked for."
            yield _finding(store, said, [longest, *refused], needed)


def _days(copy: Copy) -> int:
    return copy.kept_days if isinstance(copy.kept_days, int) else -1


def _refused(copy: Copy) -> bool:
    minimum = copy.lock.minimum_days if isinstance(copy.lock, Lock) else None
    short = isinstance(copy.retention_days, int) and isinstance(minimum, int) and copy.retention_days < minimum
    return short and copy.kind is CopyKind.RECOVERY_POINT


def _finding(store: Store, said: str, copies: list[Copy], needed: int) -> Finding:
    return Finding(
        store.resource,
        said,
        certain=all(isinstance(copy.kept_days, int) for copy in copies),
        because=tuple(copy.evidence for copy in copies),
        fix=f"keep at least one backup for {needed} days",
    )
