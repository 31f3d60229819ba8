"""DEL-11."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Enforced, GuardKind, Infrastructure


@check(severity=Severity.HIGH, maps=["NIST CM-5", "ATT&CK T1485"], since="0.1.0")
def container_unprotected(infrastructure: Infrastructure) -> Iterator[Finding]:
    """What holds production stores (an account, a project, a group) can be destroyed with everything in it.

    Why: a database with its protection on is still gone when the account around it is closed. The container's own
    switches decide that, and they are easy to forget because the container holds no data itself.

    Fix: write the argument that the finding names.

    Misses: containers for which the platform has no protection at all, such as a Railway project: store_unprotectable
    speaks of the stores in them.
    """
    for store in infrastructure.production:
        if not store.container:
            continue
        for guard in store.guards:
            terraform_only = guard.kind is GuardKind.DELETION_PROTECTION and guard.enforced is Enforced.TERRAFORM
            if guard.holds is not False or not (terraform_only or guard.kind is GuardKind.NO_FORCE):
                continue  # other guards, and what is not known, have checks of their own
            yield Finding(
                store.resource,
                f"Destroying it destroys all that is in it: {guard.attribute}.",
                because=guard.because,
                fix=guard.fix,
                cause=guard.attribute,
            )
