"""AGT-15."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from policypack.authority.held import Held, by_its_own_policies, held, watched, who
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure, Verb

if TYPE_CHECKING:
    from policypack.authority.databases import Unseen

_FIX = "let a role own them that nobody signs in as, and grant the agent SELECT, and INSERT where it must write"


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
    destroying = held(infrastructure, {Verb.DESTROY}, wanted=by_its_own_policies, identities=roles, opaque=True)
    told = {each.identity.address: each for each in destroying}
    if roles:
        from policypack.authority.databases import unseen
    for identity in roles:
        found = told.get(identity.address)
        if found is not None:
            yield _shown(found)
            continue
        rest = unseen(infrastructure, identity)
        if rest is not None:
            yield _unseen(rest)


def _shown(each: Held) -> Finding:
    through = " as a role that it is a member of" if each.worst.rules else ""
    return Finding(
        each.identity.resource,
        f"{_called(each.identity.arn)} {each.can} destroy {each.targets}{through}.",
        certain=each.certain,
        because=each.because,
        fix=_FIX,
    )


def _unseen(each: "Unseen") -> Finding:
    return Finding(
        each.identity.resource,
        f"{_called(each.identity.arn)} {'can' if each.certain else 'may be able to'} destroy {each.objects}.",
        certain=each.certain,
        because=(who(each.identity), *each.because),
        fix=_FIX,
    )


def _called(name: object) -> str:
    return f"The role {name}" if isinstance(name, str) else "It"
