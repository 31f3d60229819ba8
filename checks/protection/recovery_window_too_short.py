"""DEL-06."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Guard, GuardKind, Infrastructure, Resource, is_unknown

_SAID = {
    GuardKind.RECOVERY_WINDOW: "Its deletion becomes final",
    GuardKind.CONTENTS_KEPT: "What is deleted in it is gone for good",
}


@check(severity=Severity.MEDIUM, maps=["NIST SC-12", "NIST CP-9", "ATT&CK T1485"], since="0.1.0")
def recovery_window_too_short(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A deleted production key or secret, or what is deleted in a store or a vault, is gone for good too soon to be noticed.

    Why: keys and secrets are deleted with a delay in which a deletion can be called back. A key that is destroyed takes
    with it everything that it encrypted, backups included, so the delay has to outlast a holiday. Objects and recovery points
    that a platform keeps for a while after their deletion are had back in the same way.

    Fix: write the longest window, as the finding says, or leave the argument out where the default is the longest.

    Misses: key material that was imported, which can be deleted at once whatever the window says.
    """
    stores = infrastructure.by_place
    for store in infrastructure.production:
        for guard in store.guards:
            # What a store has from what it lies in, that one says.
            inherited = guard.subject.place != store.resource.place and guard.subject.place in stores
            if guard.kind not in _SAID or guard.holds is not False or inherited:
                continue
            yield _finding(store.resource, guard)
    production = {store.address for store in infrastructure.production}
    for vault in infrastructure.vaults:
        if vault.resource.goes or not (vault.environment.production or production.intersection(vault.stores)):
            continue
        for guard in vault.guards:
            if guard.kind is GuardKind.CONTENTS_KEPT and guard.holds is not True and vault.lock.mode != "compliance":
                yield _finding(vault.resource, guard)


def _finding(resource: Resource, guard: Guard) -> Finding:
    timed = isinstance(guard.safe, str) and guard.safe[:1].isdigit()  # with its unit: 604800s
    number = timed or (isinstance(guard.safe, (int, float)) and not isinstance(guard.safe, bool))
    if is_unknown(guard.holds):
        text = f"Whether what is deleted in it can be had back cannot be told: {guard.attribute} is not known."
        return Finding(resource, text, certain=False, because=guard.because, fix=guard.fix, cause=guard.attribute)
    state = "too short" if number else "on" if guard.safe is False else "off"
    return Finding(
        resource,
        f"{_SAID[guard.kind]} too soon: {guard.attribute} is {'not set' if number and guard.value is None else state}.",
        because=guard.because,
        fix=f"{guard.fix} or more" if number else guard.fix,
        cause=guard.attribute,
    )
