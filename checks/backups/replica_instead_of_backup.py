"""BKP-13."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import CopyKind, Evidence, Infrastructure


@check(severity=Severity.HIGH, maps=["NIST CP-9"], since="0.1.0")
def replica_instead_of_backup(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A production store has replicas, and nothing that could bring deleted data back.

    Why: a replica, a standby or a global table repeats a delete within seconds, and so does object replication that carries
    delete markers. They protect against the loss of a machine or a region, not against a command.

    Fix: add a backup plan, point-in-time recovery or snapshots, kept in another account. Keep the replica for what it is good
    at.

    Misses: backups made outside the inputs.
    """
    missed = {missed.store.place for missed in infrastructure.missed}
    for store in infrastructure.irreplaceable:
        replicas = [copy for copy in store.copies if copy.kind in {CopyKind.REPLICA, CopyKind.REPLICATED_OBJECTS}]
        if not replicas or store.backups or store.resource.place in missed:
            continue
        caveats = sorted({copy.caveat for copy in replicas if copy.caveat})
        yield Finding(
            store.resource,
            f"A delete in this {store.label or 'store'} reaches its replica as well, and no backup is left.",
            certain=any(copy.certain is True for copy in replicas),
            because=(*(copy.evidence for copy in replicas), *(Evidence(caveat) for caveat in caveats)),
            fix="add a backup that does not follow deletes",
        )
