"""Goes with DEL-01 and DEL-08: who enforces a protection."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Enforced, GuardKind, Infrastructure


@check(severity=Severity.HIGH, maps=["NIST CM-5", "ATT&CK T1485"], since="0.1.0")
def protection_by_terraform_only(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A production store's protection binds Terraform and nobody else.

    Why: some arguments that read like deletion protection are kept by the provider, not by the platform. Whoever calls
    the API with a token, as an agent does, never meets them.

    Fix: keep the argument as a layer, and add what the API enforces: a lock, a denying policy, or a copy in another
    domain under a compliance lock.

    Misses: `prevent_destroy`, which store_unprotectable names where it is the only layer.
    """
    for store in infrastructure.production:
        guards = list(store.having(GuardKind.DELETION_PROTECTION))
        if any(guard.enforced is Enforced.API for guard in guards):
            continue  # on, it protects; off, deletion_protection_off speaks of it
        for guard in guards:
            if guard.enforced is Enforced.TERRAFORM and guard.holds is True:
                yield Finding(
                    store.resource,
                    f"An API call deletes it all the same: only Terraform looks at {guard.attribute}.",
                    because=(guard.evidence,),
                    fix=store.substitute or "add a protection that the API enforces",
                    cause=guard.attribute,
                )
