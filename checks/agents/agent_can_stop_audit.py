"""AGT-17."""

from collections.abc import Iterator

from policypack.authority.held import by_its_own_policies, held, implied
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure, Verb


@check(severity=Severity.MEDIUM, maps=["NIST AU-9(4)"], since="0.1.0")
def agent_can_stop_audit(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent can turn off the record of what was done.

    Why: without the record nobody learns what was deleted, by whom and when, and what has to be restored.

    Fix: keep trails in an account that agents have no part in, or deny the actions that stop, change and delete them.

    Misses: trails outside the inputs. An identity that may do everything is agent_holds_admin's.
    """
    for each in held(infrastructure, {Verb.STOP_AUDIT}, wanted=by_its_own_policies):
        if implied(infrastructure, each.identity):
            continue
        yield Finding(
            each.identity.resource,
            f"It {each.can} stop, blind or delete {each.targets}.",
            certain=each.certain,
            because=each.because,
            fix=f"take {', '.join(each.worst.actions) or 'the actions'} away, or keep the trail in another account",
        )
