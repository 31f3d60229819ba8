"""BKP-09."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, is_unknown

_DENY = (
    "deny backup:DeleteRecoveryPoint, backup:UpdateRecoveryPointLifecycle, backup:PutBackupVaultAccessPolicy and "
    'backup:DeleteBackupVaultAccessPolicy to principal "*" on resource "*", without a condition'
)


@check(severity=Severity.HIGH, maps=["AWS Config BACKUP_RECOVERY_POINT_MANUAL_DELETION_DISABLED"], since="0.1.0")
def vault_policy_open(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A vault's policy leaves deletion open, or leaves itself open to change.

    Why: where no compliance lock binds, the vault's own policy is what refuses a delete. One that forgets an action, exempts a
    role or does not forbid changes to itself is taken off by the first administrator who wants to.

    Fix: deny deletion of recovery points, changes of their lifecycle and changes of the policy, to everyone. Better still: lock
    the vault in compliance mode; then no policy is needed.

    Misses: a vault without any policy is not reported here: what it lacks is the lock, and vault_unlocked says so. A vault that
    is locked in compliance mode or logically air-gapped needs no policy.
    """
    production = {store.address for store in infrastructure.production}
    for vault in infrastructure.vaults:
        policy = vault.policy
        if policy is None or vault.resource.goes or vault.air_gapped or vault.lock.mode == "compliance":
            continue
        if vault.denies_deletion is True or not (vault.environment.production or production.intersection(vault.stores)):
            continue
        certain = not is_unknown(vault.denies_deletion) and not is_unknown(vault.lock.mode)
        yield Finding(
            policy,
            f"It does not keep administrators from deleting what {vault.resource.address} holds."
            if certain
            else f"Whether it keeps administrators from deleting what {vault.resource.address} holds cannot be told.",
            certain=certain,
            because=(Evidence("the policy", policy.address, policy.at("policy")), vault.lock.evidence),
            fix=_DENY,
        )
