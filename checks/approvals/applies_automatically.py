"""APR-04."""

from collections.abc import Iterator

from policypack.authority.gates import approving_themselves, as_subject, started
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, GuardKind, Infrastructure
from policypack.model.approvals import Gate


@check(severity=Severity.HIGH, maps=["OWASP ASI02", "NIST CM-3", "NIST CM-5"], since="0.1.0")
def applies_automatically(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Plans of production are applied as soon as they succeed, or although a policy refuses them.

    Why: a plan that deletes succeeds like any other. What is applied at once cannot be read before, and a policy that only advises
    has said so when the data is gone.

    Fix: turn automatic applies off (workspaces, settings, run triggers, stacks), do not allow destroy plans, make policies
    mandatory, and take `-auto-approve` out of jobs that no environment holds up.

    Misses: runs that are confirmed through the API by whoever may; policies whose code lets everything pass.
    """
    for gate in infrastructure.approvals.production:
        store = infrastructure.by_place.get(gate.resource.place)
        told = {guard.attribute for guard in store.guards} if store else set()  # as a store it has checks of its own
        yield from _judged(gate, told)
    for each in approving_themselves(infrastructure):
        yield Finding(
            as_subject(infrastructure, each),
            "A pipeline approves its own plan of production.",
            certain=each.concerns is True,
            because=(started(each), Evidence("it says -auto-approve, and no environment holds it up", "", each.job.location)),
            fix="apply a saved plan, in an environment with required reviewers",
            cause=f"{each.job.pipeline} {each.job.name}",
        )
    rules = infrastructure.approvals.policing
    for policy in () if any(rule.binds is True for rule in rules) else rules:
        message = f"A run that this policy refuses {'can be let through' if policy.overridable else 'is applied all the same'}."
        certain = policy.binds is False
        yield Finding(policy.resource, message, certain, (policy.evidence,), "make it mandatory", at_most=Severity.MEDIUM)


def _judged(gate: Gate, told: set[str]) -> Iterator[Finding]:
    automatic = [each for each in gate.having(GuardKind.CONFIRMATION) if each.holds is not True and gate.policed is not True]
    weak = [each for each in gate.having(GuardKind.DESTROY_REFUSED) if each.holds is not True]
    open_to_all = [each for each in weak if automatic or each.attribute not in told]
    found = [*automatic, *open_to_all]
    if found:
        yield Finding(
            gate.resource,
            f"This {gate.label} applies without a confirmation."
            if automatic
            else f"This {gate.label} can be destroyed with a run.",
            certain=any(each.holds is False for each in automatic or open_to_all),
            because=[step for each in found for step in each.because],
            fix="; ".join(each.fix for each in found),
            at_most=Severity.HIGH if automatic else Severity.MEDIUM,
            cause="automatic" if automatic else "destroy",
        )
