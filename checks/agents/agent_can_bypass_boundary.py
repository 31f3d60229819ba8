"""AGT-07."""

from collections.abc import Iterator

from policypack.authority.grants import at, conditional_denies
from policypack.authority.held import watched, who
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure


@check(severity=Severity.HIGH, maps=["OWASP NHI5", "NIST AC-6"], since="0.1.0")
def agent_can_bypass_boundary(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A deny is meant to stop an agent, and its condition is one that the agent can step out of.

    Why: a deny with a condition holds for as long as the condition does. Where the agent can take the tag off, tag its own
    session, become the role that is exempt or use a region that was not thought of, it decides itself whether it is denied.

    Fix: deny without a condition; where there must be one, deny the actions that change what it looks at as well.

    Misses: conditions about networks and times, of which nothing can be known: they are reported as uncertain.
    """
    agents = watched(infrastructure)
    if not agents or not infrastructure.production:
        return
    from policypack.authority.bypass import held_back, way_out

    for identity in agents:
        for deny in conditional_denies(identity):
            powers = held_back(infrastructure, identity, deny)
            ways = [(power, way) for power in powers[:20] if (way := way_out(infrastructure, identity, deny, power))]
            if not ways:
                continue
            power, way = next((each for each in ways if each[1].certain), ways[0])
            yield Finding(
                identity.resource,
                f"The deny of {deny.policy.name} {'does' if way.certain else 'may'} not hold: {way.text}.",
                certain=way.certain,
                because=(
                    who(identity),
                    at(deny.policy, f"statement {deny.statement.index + 1} denies only by {', '.join(deny.keys)}"),
                    *way.because,
                    *power.path,
                ),
                fix="deny it without a condition, or deny the change of what the condition looks at too",
                cause=f"{deny.layer} {deny.policy.name} {deny.statement.index}",
            )
