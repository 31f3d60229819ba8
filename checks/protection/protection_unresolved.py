"""DEL-09."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Enforced, Guard, GuardKind, Infrastructure, is_unknown

_ELSEWHERE = {GuardKind.LOCK, GuardKind.POLICY_DENY, GuardKind.VERSIONING, GuardKind.PREVENT_DESTROY}


@check(severity=Severity.MEDIUM, maps=["NIST CM-5", "NIST CP-9"], since="0.1.0")
def protection_unresolved(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Whether a production store leaves a way back depends on values that the inputs do not hold.

    Why: a protection that hangs on a variable without a value, or on an environment's name that is not known, may be
    there in the review and gone in the apply. What cannot be told is never taken for safe.

    Fix: write the protection as a constant where the store is production, or give the missing value (`--var-file`).

    Misses: values that are known here and changed on the way to the apply.
    """
    for store in infrastructure.production:
        open_guards = [guard for guard in store.guards if is_unknown(guard.holds) and not _said_elsewhere(guard)]
        if open_guards:
            names = ", ".join(dict.fromkeys(guard.attribute for guard in open_guards))
            yield Finding(
                store.resource,
                f"Whether a deletion leaves a way back cannot be told: {names}.",
                certain=False,
                because=tuple(guard.evidence for guard in open_guards),
                fix=open_guards[0].fix,
                cause=names,
            )


def _said_elsewhere(guard: Guard) -> bool:
    """One cause, one finding: deletion_protection_off and others report their own guard when it is not known."""
    by_api = guard.kind is GuardKind.DELETION_PROTECTION and guard.enforced is Enforced.API
    return by_api or guard.kind in _ELSEWHERE
