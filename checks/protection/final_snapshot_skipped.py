"""DEL-03."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import GuardKind, Infrastructure


@check(severity=Severity.HIGH, maps=["NIST CP-9", "ATT&CK T1490"], since="0.1.0")
def final_snapshot_skipped(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A production store is deleted without a final snapshot.

    Why: the final snapshot is the last way back that the deletion itself makes, and the only one that is never stale.
    Where no name is given for it, RDS refuses the destroy, and the usual answer to that error is to skip the snapshot;
    ElastiCache and MemoryDB silently take none.

    Fix: let the snapshot be taken and give it a name that no earlier snapshot has.

    Misses: an identifier that an existing snapshot already uses, which makes the destroy fail.
    """
    for store in infrastructure.production:
        for guard in store.having(GuardKind.FINAL_SNAPSHOT):
            if guard.holds is False:
                yield Finding(
                    store.resource,
                    "Deleting it leaves no final snapshot behind.",
                    because=guard.because,
                    fix=guard.fix,
                    cause=guard.attribute,
                )
