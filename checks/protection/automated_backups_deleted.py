"""DEL-04."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import GuardKind, Infrastructure


@check(severity=Severity.HIGH, maps=["NIST CP-9", "CIS 11.3", "ATT&CK T1490"], since="0.1.0")
def automated_backups_deleted(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A production store's automated backups are deleted together with it.

    Why: on AWS the backups that a database makes of itself go with it unless it says otherwise, and with them every
    point in time that it could have been restored to. One call, and both are gone.

    Fix: keep them with the argument that the finding names; they then expire by their own retention.

    Misses: backups that were switched on outside Terraform.
    """
    for store in infrastructure.production:
        if store.resource.get("backup_retention_period") == 0:
            continue  # none are made, so none can be lost: backup_missing speaks of that
        for guard in store.having(GuardKind.BACKUPS_KEPT):
            if guard.holds is False:
                yield Finding(
                    store.resource,
                    "Deleting it deletes its automated backups too.",
                    because=guard.because,
                    fix=guard.fix,
                    cause=guard.attribute,
                )
