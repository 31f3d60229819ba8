"""AGT-13."""

from collections.abc import Iterator

from policypack.authority.held import who
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, IdentityKind, Infrastructure


@check(severity=Severity.MEDIUM, maps=["OWASP NHI1"], since="0.1.0")
def agent_undeclared(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An identity looks like an agent's, and the inventory of agents does not have it.

    Why: an agent that nobody wrote down is an agent that nobody takes rights from, and that nobody switches off when the
    trial is over.

    Fix: add it to `agents` in policypack.yaml, or call it something else.

    Misses: estates without an inventory: as long as `agents` names nobody of these inputs, recognition alone says who is an
    agent, and everybody who was recognised is held to the same rules.
    """
    agents = [each for each in infrastructure.identities if each.kind is IdentityKind.AGENT and not each.resource.goes]
    declared = [each for each in agents if each.declared]
    for identity in agents if declared else ():
        if identity.declared or identity.form == "group":
            continue
        yield Finding(
            identity.resource,
            "It looks like an agent's and is not among the agents that are declared.",
            because=(who(identity), *(Evidence(f"declared: {each.address}", each.address) for each in declared[:3])),
            fix="add it to `agents` in policypack.yaml",
        )
