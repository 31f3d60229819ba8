"""DEL-01."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Enforced, Guard, GuardKind, Infrastructure, is_unknown


@check(severity=Severity.CRITICAL, maps=["NIST CM-5", "NIST CP-9", "ATT&CK T1485"], since="0.1.0")
def deletion_protection_off(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A production store can be deleted by one API call: its deletion protection is off.

    Why: the API itself refuses to delete a store whose protection is on, whoever asks. AWS leaves it off unless it is
    written, so a store that says nothing is unprotected.

    Fix: set the argument that the finding names, and keep the right to switch it off away from agents.

    Misses: protection that was switched on outside Terraform.
    """
    stores = {store.resource.place for store in infrastructure.production}
    for store in infrastructure.production:
        for guard in store.having(GuardKind.DELETION_PROTECTION):
            if guard.enforced is not Enforced.API or guard.holds is True:
                continue
            if guard.subject.place != store.resource.place and guard.subject.place in stores:
                continue  # one cause, one finding: what decides for several stores is reported itself
            certain = not is_unknown(guard.holds)
            said = "One API call deletes it" if certain else "One API call may delete it"
            yield Finding(
                store.resource,
                f"{said}: {guard.attribute} is {_state(guard) if certain else 'not known'}.",
                certain=certain,
                because=guard.because,
                fix=guard.fix,
                cause=guard.attribute,
            )


def _state(guard: Guard) -> str:
    word = isinstance(guard.safe, str) and guard.safe.istitle()  # Retain, and not a switch: ENABLED, on
    return f"not {guard.safe}" if word and guard.safe not in {"On", "Enabled"} else "off"
