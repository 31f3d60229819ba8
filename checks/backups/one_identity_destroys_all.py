"""BKP-03."""

from collections.abc import Iterator

from policypack.authority.held import taking_all
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure


@check(
    severity=Severity.CRITICAL,
    maps=["NIST AC-5", "NIST CP-9(7)", "CIS 11.3", "AWS WA REL09-BP02", "ATT&CK T1490"],
    since="0.1.0",
)
def one_identity_destroys_all(infrastructure: Infrastructure) -> Iterator[Finding]:
    """One identity, an agent's or a person's, can delete a production store and every backup of it.

    Why: then one stolen session, one mistake or one person is enough, and nothing is left to restore from. What it can become
    counts, and so do locks that it can take off, policies that it can edit and keys that it can destroy.

    Fix: keep one copy where nobody who can delete the store has a part: in another account, locked in compliance mode, under
    a key of that account. An identity for emergencies is allowed by name: `# allow: one_identity_destroys_all (who, why)`.

    Misses: identities and vaults outside the inputs, the root user of each account among them: a copy in another account that
    is not shown is nobody's to delete here. A store without any backup is
    backup_missing's, and one whose only backups go with it backup_dies_with_store's.
    """
    kept = [each for each in infrastructure.irreplaceable if any(copy.dies_with_store is not True for copy in each.backups)]
    stores = [store.address for store in kept]
    for each in taking_all(infrastructure, stores):
        yield Finding(
            each.identity.resource,
            f"It {each.can} destroy {each.targets} and every backup of {'it' if each.count == 1 else 'them'}.",
            certain=each.certain,
            because=each.because,
            fix="keep one copy out of its reach: in another account, under a lock in compliance mode and that account's key",
        )
