"""APR-02."""

from collections.abc import Iterator

from policypack.authority.gates import subject_at
from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure
from policypack.model.approvals import Gate


@check(severity=Severity.CRITICAL, maps=["OWASP LLM03:2026", "OWASP ASI09", "NIST AC-5", "NIST CM-5"], since="0.1.0")
def agent_can_approve(infrastructure: Infrastructure) -> Iterator[Finding]:
    """An agent decides at a gate, passes by it, or administers what the gate belongs to.

    Why: whoever asks and whoever approves is then one and the same. An app that may bypass a rule merges what it wrote; an
    administrator takes the rule away, merges, and puts it back.

    Fix: let people review, own files and administer. Give an agent a role that can open a pull request and start a plan.

    Misses: people whose account an agent uses; personal tokens and apps, whose permissions Terraform does not show (uncertain for
    an app that has access); reviewers who are named by a number only, which the report lists as gaps.
    """
    approvals = infrastructure.approvals
    for gate in (*approvals.production, *approvals.branch_rules):
        yield from _named(gate)
    for right in approvals.rights:
        if right.actor.agent is True and (right.environment is None or right.environment.production):
            yield Finding(
                right.resource,
                f"An agent {right.lets}.",
                certain=right.certain is True,
                because=(right.actor.as_agent, right.evidence),
                fix="give the agent a role that can ask, and not decide",
            )
    for guard in approvals.self_reviews:
        if guard.holds is not True:
            message = "Whoever asks can approve: the platform lets the run itself do it."
            yield Finding(guard.subject, message, guard.holds is False, guard.because, guard.fix)
    for path, actor in approvals.owners:
        if actor.agent is True:
            yield Finding(
                subject_at(infrastructure, path, actor.evidence.location),
                f"An agent ({actor.label}) owns files of the gate: its review is enough to change them.",
                because=(actor.as_agent, actor.evidence),
                fix="let people own the pipelines that apply, and CODEOWNERS itself",
                cause=actor.label,
            )


def _named(gate: Gate) -> Iterator[Finding]:
    agents = [actor for actor in gate.actors if actor.agent is True]
    if agents:
        passing = all(actor.passes for actor in agents)
        yield Finding(
            gate.resource,
            f"An agent {'passes by' if passing else 'decides at'} this {gate.label}: {', '.join(actor.label for actor in agents)}.",
            because=[step for actor in agents for step in (actor.as_agent, actor.evidence)],
            fix="name people only",
        )
