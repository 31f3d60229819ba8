"""PLN-07 for the one change that matters most; the verbs are those of AGT-01 to AGT-17."""

from collections.abc import Iterator

from policypack.authority.guardrails import gains
from policypack.authority.held import watched
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure


@check(severity=Severity.CRITICAL, maps=["OWASP NHI5", "OWASP ASI03", "NIST CM-5", "NIST AC-6"], since="0.1.0")
def agent_gains_power(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The plan gives an agent a power over production that it did not have.

    Why: rights grow one line at a time, in a change that is about something else. This is the one moment when somebody looks
    at it, and when taking it back costs nothing.

    Fix: take the grant out of the change, or have it approved as what it is.

    Misses: rights that are granted outside Terraform. A store that the plan makes is not asked about: who can destroy it is
    what the other questions say.
    """
    for identity in watched(infrastructure) if infrastructure.before else ():
        gained = gains(infrastructure, identity)
        if gained is None:
            continue
        verbs = " and to ".join(dict.fromkeys(power.verb.value.replace("-", " ") for power in gained.powers))
        yield Finding(
            identity.resource,
            f"The plan {'gives' if gained.certain else 'may give'} it the power to {verbs}: {gained.targets}.",
            certain=gained.certain,
            because=gained.because,
            fix="take the grant out of the change",
        )
