"""PLN-07."""

from collections.abc import Iterator

from policypack.authority.gate_changes import gate_changes
from policypack.authority.guardrails import guardrails
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Resource


@check(severity=Severity.CRITICAL, maps=["NIST CM-3", "NIST CM-5", "NIST AC-6"], since="0.1.0")
def boundary_changed(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The plan changes what limits an agent, what guards keys and copies, or what decides about approvals.

    Why: a boundary, an organisation's policy, an agent's own policies, the policy of a key or a vault, the reviewers of an
    environment, a branch rule, a workflow: whoever may change the limits has none. Such a change looks harmless, because it deletes nothing and often only adds
    a line, and it is the first step of everything that follows.

    Fix: let a person who is not the author approve it, as what it is.

    Misses: limits outside the inputs. What is made together with the agent or the vault that it is about changes nothing that
    stood; what takes the lock of a vault away is guard_removed's.
    """
    if infrastructure.before is None:
        return
    for resource, limits in guardrails(infrastructure):
        change = resource.change
        assert change is not None
        done = (
            "replaces"
            if change.replaces
            else "removes"
            if resource.goes
            else "adds"
            if change.actions == ("create",)
            else "changes"
        )
        yield Finding(
            resource,
            f"The plan {done} {limits}.",
            because=(_said(resource),),
            fix="have it approved by somebody who did not write it",
            cause=limits,
        )
    for gate in gate_changes(infrastructure):
        yield Finding(
            gate.resource,
            gate.text,
            because=gate.because or (_said(gate.resource),),
            fix="have it approved by somebody who did not write it",
        )


def _said(resource: Resource) -> Evidence:
    actions = resource.change.actions if resource.change else ()
    return Evidence(f"the plan: {', '.join(actions)}", resource.address, resource.location)
