"""BKP-04."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure


@check(severity=Severity.CRITICAL, maps=["NIST CP-9", "CIS 11.4"], since="0.1.0")
def backup_dies_with_store(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The only backups of a production store are deleted with it.

    Why: a platform that deletes backups together with their volume or database protects against a bad write, not against a
    delete. One call takes the data and the way back.

    Fix: keep a copy that is an object of its own: a recovery point in a vault, a snapshot copy, or a dump in a bucket, locked
    and in another domain.

    Misses: copies that are made outside the inputs.
    """
    for store in infrastructure.irreplaceable:
        backups = store.backups
        if any(copy.dies_with_store is False and copy.certain is True for copy in backups):
            continue
        if not any(copy.certain is True for copy in backups):
            continue  # there is no copy, or there may be none: backup_missing says so
        certain = all(copy.dies_with_store is True for copy in backups)
        label = store.label or "store"
        yield Finding(
            store.resource,
            f"The only backups live with the {label} and go with it."
            if certain
            else f"Whether any backup outlives the {label} cannot be told.",
            certain=certain,
            because=tuple(copy.evidence for copy in backups),
            fix=f"keep a copy that outlives the {label}, locked and in another domain",
        )
