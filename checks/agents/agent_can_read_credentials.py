"""AGT-10."""

from collections.abc import Iterator

from policypack.authority.held import by_its_own_policies, held, implied
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure, Verb


@check(severity=Severity.HIGH, maps=["OWASP NHI2", "NIST IA-5(7)", "ATT&CK T1552.001"], since="0.1.0")
def agent_can_read_credentials(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent can read secrets of production, or the state that holds them.

    Why: whoever reads a credential is whom it was made for. A database's password needs no permission of any cloud, and a
    state holds every secret that Terraform ever saw.

    Fix: let it read only the secrets that its own task needs, and give it no access to production's state.

    Misses: secrets outside the inputs, and those in files and variables of a machine. An identity that may do everything is
    agent_holds_admin's.
    """
    if not infrastructure.production:
        return
    for each in held(infrastructure, {Verb.READ_CREDENTIALS}, wanted=by_its_own_policies):
        if implied(infrastructure, each.identity):
            continue
        yield Finding(
            each.identity.resource,
            f"It {each.can} read secrets of production: {each.targets}.",
            certain=each.certain,
            because=each.because,
            fix=f"take {', '.join(each.worst.actions) or 'the reading'} away, or name only the secrets of its own task",
        )
