"""BKP-07."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure, Unknown, days


@check(severity=Severity.MEDIUM, maps=["AWS Backup Vault Lock"], since="0.1.0")
def lock_not_yet_binding(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A compliance lock can still be taken off for a long time.

    Why: until its grace time is over, a compliance lock is a governance lock: who may delete it, deletes it. A grace time of
    years is compliance in name only.

    Fix: set the grace time to the few days that you need to try the lock out. AWS asks for at least 3; `max_grace_days` in
    the settings (30) is the most that is accepted.

    Misses: how much of the grace time is over already.
    """
    limit = infrastructure.thresholds.max_grace_days
    production = {store.address for store in infrastructure.production}
    for vault in infrastructure.vaults:
        grace = vault.lock.grace_days
        if vault.resource.goes or vault.air_gapped or vault.lock.mode != "compliance" or grace is None:
            continue
        if not vault.environment.production and production.isdisjoint(vault.stores):
            continue
        if isinstance(grace, Unknown) or grace > limit:
            yield Finding(
                vault.resource,
                "How long its compliance lock can still be taken off cannot be told."
                if isinstance(grace, Unknown)
                else f"Its compliance lock can be taken off for {days(grace)}; a trial needs no more than {limit}.",
                certain=not isinstance(grace, Unknown),
                because=(vault.lock.evidence,),
                fix="changeable_for_days = 3",
            )
