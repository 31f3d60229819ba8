"""AGT-15."""

from collections.abc import Iterator

from policypack.authority.held import watched
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure


@check(
    severity=Severity.HIGH,
    maps=["OWASP LLM03:2026", "OWASP ASI03", "NIST AC-6", "NIST AC-3", "ATT&CK T1485"],
    since="0.1.0",
)
def agent_owns_database_objects(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent's database role owns production objects, or may drop, truncate or delete them.

    Why: no protection of the server stands in the way of a statement. Whoever owns a table drops it, and ownership is had through every
    role that one is a member of, whether its rights are inherited or taken by SET ROLE. An agent that writes its own SQL tries what
    it may.

    Fix: let a role own the objects that nobody signs in as, and grant the agent SELECT, and INSERT where it must write.

    Misses: rights given by SQL outside Terraform, functions that run as their owner, and UPDATE, which overwrites rows (`policypack
    who-can overwrite` tells it). Roles whose name does not say that they are an agent's: declare them in policypack.yaml.
    """
    roles = [each for each in watched(infrastructure) if each.acts_in_database]
    if not roles:
        return
    from policypack.authority.databases import losses

    for each in losses(infrastructure, roles):
        name = each.identity.arn
        yield Finding(
            each.identity.resource,
            f"{f'The role {name}' if isinstance(name, str) else 'It'} {each.can} destroy {each.objects}.",
            certain=each.certain,
            because=each.because,
            fix="let a role own them that nobody signs in as, and grant the agent SELECT, and INSERT where it must write",
        )
