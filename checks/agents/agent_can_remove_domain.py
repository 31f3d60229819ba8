"""AGT-16."""

from collections.abc import Iterator

from policypack.authority.held import implied, leaving
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure


@check(severity=Severity.HIGH, maps=["NIST AC-6", "ATT&CK T1485"], since="0.1.0")
def agent_can_remove_domain(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent can remove what production lies in: close the account, or take it out of its organisation.

    Why: no lock and no protection of a database survives the account. Out of the organisation, none of the organisation's
    policies hold any more.

    Fix: deny `organizations:LeaveOrganization`, `organizations:CloseAccount` and `account:CloseAccount` in the organisation's
    policy.

    Misses: organisations outside the inputs. An identity that may do everything is agent_holds_admin's.
    """
    for each in leaving(infrastructure):
        if implied(infrastructure, each.identity):
            continue
        yield Finding(
            each.identity.resource,
            f"It {each.can} take {each.targets} away, with all that lies in it.",
            certain=each.certain,
            because=each.because,
            fix=f"take {', '.join(each.worst.actions)} away, and deny it in the organisation's policy",
        )
