"""BKP-07."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure, Unknown, days


@check(severity=Severity.MEDIUM, maps=["AWS Backup Vault Lock"], since="0.1.0")
def lock_not_yet_binding(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A compliance lock can still be taken off for a long time, or its minimum lowered.

    Why: until its grace time is over, a compliance lock is a governance lock: who may delete it, deletes it. A grace time of
    years is compliance in name only. Where a platform binds what is in a vault and leaves the minimum open, who may update the
    vault lowers it, waits, and the copies that matter are gone by then.

    Fix: set the grace time to the few days that you need to try the lock out. AWS asks for at least 3; `max_grace_days` in
    the settings (30) is the most that is accepted. Write the argument that makes the minimum final, as the finding says.

    Misses: how much of the grace time is over already.
    """
    limit = infrastructure.thresholds.max_grace_days
    production = {store.address for store in infrastructure.production}
    for vault in infrastructure.vaults:
        grace, unset = vault.lock.grace_days, vault.lock.open_until_set
        if vault.resource.goes or vault.air_gapped or vault.lock.mode != "compliance" or (grace is None and not unset):
            continue
        if not vault.environment.production and production.isdisjoint(vault.stores):
            continue
        if unset:
            yield Finding(
                vault.resource,
                "The time that it keeps copies can still be lowered for those to come.",
                because=(vault.lock.evidence,),
                fix=f"set {unset}",
            )
            continue
        if grace is not None and (isinstance(grace, Unknown) or grace > limit):
            yield Finding(
                vault.resource,
                "How long its compliance lock can still be taken off cannot be told."
                if isinstance(grace, Unknown)
                else f"Its compliance lock can be taken off for {days(grace)}; a trial needs no more than {limit}.",
                certain=not isinstance(grace, Unknown),
                because=(vault.lock.evidence,),
                fix="changeable_for_days = 3",
            )
