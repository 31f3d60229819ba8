"""APR-01."""

from collections.abc import Iterator

from policypack.authority.gates import applying_to_production, as_subject, started
from policypack.check import Finding, Severity, check
from policypack.model import Evidence, GuardKind, Infrastructure, Unknown
from policypack.model.approvals import Gate

_BINDING = (GuardKind.SECOND_PERSON, GuardKind.NO_BYPASS)


@check(severity=Severity.CRITICAL, maps=["OWASP LLM03:2026", "OWASP ASI02", "NIST CM-3", "NIST CM-5"], since="0.1.0")
def apply_without_human(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Production is changed without anybody but the one who asks having to say yes.

    Why: an agent that may merge, or start a pipeline, then deletes whatever its plan deletes. A confirmation that the agent can
    give itself, or that an administrator's token skips, is none.

    Fix: let the applying job run in an environment with required reviewers that prevents self-review and that administrators
    cannot bypass (a policy on approvals, where the platform has those).

    Misses: commands in scripts, pipelines of other systems than those that are read; environments that are not shown are reported as
    uncertain. A wait timer is no approval, and a review before the merge is none of the plan.
    """
    for gate in infrastructure.approvals.production:
        yield from _judged(gate)
    for each in applying_to_production(infrastructure):
        if each.gates:
            continue  # what an environment lacks is said of the environment
        names = ", ".join("one that an expression names" if isinstance(name, Unknown) else name for name in each.unseen)
        where = Evidence(f"the environment of the job ({names}) is not among the inputs", "", each.job.location)
        yield Finding(
            as_subject(infrastructure, each),
            f"A pipeline applies to production, and {'it cannot be told whether anybody' if each.unseen else 'nobody'} must approve.",
            certain=each.concerns is True and not each.unseen,
            because=(started(each), *((where,) if each.unseen else ())),
            fix="run it in an environment with required reviewers, prevent_self_review and no bypass for administrators",
            cause=f"{each.job.pipeline} {each.job.name}",
        )


def _judged(gate: Gate) -> Iterator[Finding]:
    weak = [guard for kind in _BINDING for guard in gate.having(kind) if guard.holds is not True]
    confirmed = all(guard.holds is True for guard in gate.having(GuardKind.CONFIRMATION))
    alone = gate.policed is not None and gate.policed is not True and confirmed
    facts = [gate.asks, *(guard.holds for guard in weak), *((gate.policed,) if alone else ())]
    because = [*(() if gate.asks is True else (gate.asked,)), *(each for guard in weak for each in guard.because)]
    if alone:
        because.append(
            Evidence("no approval policy is put on it, so whoever starts a run may confirm it", gate.resource.address)
        )
    if gate.served is False:
        because += gate.serving
    if because:
        nobody = f"What this {gate.label} lets through waits for nobody."
        message = nobody if gate.asks is False else f"The approval of this {gate.label} does not bind."
        fix = "; ".join(["name reviewers who are people"] * (gate.asks is not True or not weak) + [each.fix for each in weak])
        yield Finding(gate.resource, message, certain=any(fact is False for fact in facts), because=because, fix=fix)
