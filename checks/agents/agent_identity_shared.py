"""AGT-11."""

from collections.abc import Iterator

from policypack.authority.held import who
from policypack.authority.trusts import entrances
from policypack.check import Finding, Severity, check
from policypack.model import IdentityKind, Infrastructure


@check(severity=Severity.MEDIUM, maps=["OWASP NHI9", "OWASP ASI03"], since="0.1.0")
def agent_identity_shared(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent's identity is also that of people or of pipelines.

    Why: nobody can tell afterwards who did it, and nobody can take rights from the agent without taking them from the others,
    so nobody does.

    Fix: one identity for each agent and purpose; let people and pipelines have their own.

    Misses: identities that are shared by handing on their keys.
    """
    for identity in infrastructure.identities:
        if identity.kind is not IdentityKind.AGENT or identity.resource.goes:
            continue
        others = [each for each in entrances(identity) if each.kind in {"people", "pipelines"}]
        if not others:
            continue
        names = list(dict.fromkeys(each.name for each in others))
        yield Finding(
            identity.resource,
            f"It is an agent's, and {' and '.join(names)} can be it too.",
            certain=any(each.certain for each in others),
            because=(who(identity), *(each.evidence for each in others)),
            fix="make an identity for the agent alone",
        )
