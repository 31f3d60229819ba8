"""AGT-03."""

from collections.abc import Iterator

from policypack.authority.escalating import escalating, gained_by
from policypack.authority.grants import or_bounded
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure


@check(severity=Severity.CRITICAL, maps=["OWASP NHI5", "OWASP ASI03", "NIST AC-6(10)", "ATT&CK T1098.003"], since="0.1.0")
def agent_can_escalate(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent, or whoever finds a static credential, can give itself the rights that it was not given.

    Why: an identity that can edit its own policy, make keys for another user or hand a stronger role to a machine that it
    starts has every right of what it can become. Its own policy looks narrow and says nothing.

    Fix: take the rights over identities away from it, or let it have them only under a permissions boundary that it must
    attach and cannot remove (`iam:PermissionsBoundary`).

    Misses: identities and machines outside the inputs. What it becomes must be able to destroy something of production; where no
    store is among the inputs, it must be able to do everything. Otherwise a role that it may simply assume is
    agent_can_destroy_data's.
    """
    known = frozenset(each.address for each in infrastructure.identities)
    for each in escalating(infrastructure):
        lost = gained_by(infrastructure, each.identity)
        address = each.identity.address
        own = {target for target in each.reached - known if address in target}
        become = f"become {each.worst.target} and give itself any right" if own else f"become {each.targets}"
        yield Finding(
            each.identity.resource,
            f"It {each.can} {'give itself any right' if each.worst.target in own else become}{f', and then destroy {lost}' if lost else ''}.",
            certain=each.certain,
            because=each.because,
            fix=f"take {', '.join(each.worst.actions) or 'the rights over identities'} away{or_bounded(each.identity, 'bind them to a boundary')}",
        )
