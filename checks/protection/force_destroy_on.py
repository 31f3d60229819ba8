"""DEL-05."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import GuardKind, Infrastructure


@check(severity=Severity.HIGH, maps=["NIST CM-5", "ATT&CK T1485"], since="0.1.0")
def force_destroy_on(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A production store is emptied and deleted without a question: a force switch is on.

    Why: an API that refuses to delete what still holds data is the cheapest protection there is. A force switch makes
    Terraform delete the contents first, all versions included, so that the refusal never comes.

    Fix: remove the switch in a change of its own before anything is destroyed: a destroy reads it from the state.

    Misses: contents that a script deletes before Terraform does.
    """
    states = set(infrastructure.states.values())
    for store in infrastructure.production:
        # One cause, one finding: container_unprotected and state_unprotected speak of theirs.
        elsewhere = store.container or store.resource.place in states
        for guard in store.having(GuardKind.NO_FORCE):
            if guard.holds is False and not elsewhere:
                yield Finding(
                    store.resource,
                    f"A destroy goes through although it holds data: {guard.attribute} is on.",
                    because=guard.because,
                    fix=guard.fix,
                    cause=guard.attribute,
                )
