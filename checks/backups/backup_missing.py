"""BKP-01."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import CopyKind, Evidence, Infrastructure

# What has its own check when it is taken for a backup.
_MISTAKEN = frozenset({CopyKind.REPLICA, CopyKind.REPLICATED_OBJECTS})


@check(severity=Severity.HIGH, maps=["NIST CP-9", "CIS 11.2"], since="0.1.0")
def backup_missing(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A production store has no backup.

    Why: deletion protection delays a loss, only a copy undoes it. A dropped table, a bad migration and a deleted store all
    end the same way where nothing is kept.

    Fix: select the store in a backup plan whose copies go to a locked vault of another account. Where no backup service
    knows the store, schedule an export into a locked bucket there.

    Misses: backups made outside the inputs. Stores of tier 2 and 3 (caches, queues, cluster members) are not asked for one:
    they can be rebuilt, or their cluster is asked. Old versions in a bucket are no backup: who deletes objects deletes them.
    """
    missed = {missed.store.place for missed in infrastructure.missed}
    for store in infrastructure.irreplaceable:
        if any(copy.certain is True for copy in store.backups) or store.resource.place in missed:
            continue
        doubtful = store.backups
        if not doubtful and any(copy.kind in _MISTAKEN for copy in store.copies):
            continue
        label = store.label or "store"
        yield Finding(
            store.resource,
            f"Whether anything backs up this {label} cannot be told." if doubtful else f"Nothing backs up this {label}.",
            certain=not doubtful,
            because=tuple(copy.evidence for copy in doubtful or store.copies)
            or (Evidence("no backup plan, snapshot or export of it is in the inputs", store.address, store.resource.location),),
            fix=f"select it in a backup plan that copies to a locked vault of another {store.domain.word}",
        )
