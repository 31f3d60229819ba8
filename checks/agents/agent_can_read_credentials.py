"""AGT-10."""

from collections.abc import Iterator

from policypack.authority.held import by_its_own_policies, held, implied
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Verb


@check(severity=Severity.HIGH, maps=["OWASP NHI2", "NIST IA-5(7)", "ATT&CK T1552.001"], since="0.1.0")
def agent_can_read_credentials(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent can read secrets of production, or the state that holds them.

    Why: whoever reads a credential is whom it was made for. A database's password needs no permission of any cloud, and a
    state holds every secret that Terraform ever saw.

    Fix: let it read only the secrets that its own task needs, and give it no access to production's state.

    What a secret is for is told where its name says so: the token of a platform opens what lies there.

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
            because=(*each.because, *_opens(infrastructure, each.reached)),
            fix=f"take {', '.join(each.worst.actions) or 'the reading'} away, or name only the secrets of its own task",
        )


def _opens(infrastructure: Infrastructure, targets: frozenset[str]) -> Iterator[Evidence]:
    """What the tokens destroy that are among what is read."""
    for token in infrastructure.credentials:
        reached = next((store for store in infrastructure.production if token.reaches(store)), None)
        if token.read_from in targets and reached is not None:
            call = token.destructive_action or "a call"
            yield from token.evidence
            yield Evidence(f"whoever has it is that {token.label}: {call} destroys {reached.address}", reached.address)
