"""STA-03."""

from collections.abc import Iterator

from policypack.authority.held import by_its_own_policies, held, implied
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure, Verb


@check(severity=Severity.CRITICAL, maps=["NIST SI-7", "NIST CM-5"], since="0.1.0")
def agent_can_write_state(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent can write, delete or roll back the state of production, or its lock.

    Why: the state says what Terraform owns. Whoever writes it chooses what the next apply destroys, and that apply runs with
    the rights of somebody else. An old state that was put back once had a whole production deleted.

    Fix: let an agent read plans, not states; let the apply job alone write the state and its lock.

    Misses: backends other than S3, and buckets whose name is only given at `terraform init`. An identity that may do everything
    is agent_holds_admin's.
    """
    if not infrastructure.production:
        return
    for each in held(infrastructure, {Verb.WRITE_STATE}, wanted=by_its_own_policies):
        if implied(infrastructure, each.identity):
            continue
        yield Finding(
            each.identity.resource,
            f"It {each.can} write the state of production ({each.targets}), and so choose what the next apply destroys.",
            certain=each.certain,
            because=each.because,
            fix=f"take {', '.join(each.worst.actions) or 'the writing'} on the state away",
        )
