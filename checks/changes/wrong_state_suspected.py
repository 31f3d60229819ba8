"""PLN-11."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import combinations
from posixpath import dirname

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Input


@check(severity=Severity.HIGH, maps=["NIST CM-3", "NIST SI-7"], since="0.1.0")
def wrong_state_suspected(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The plan was made against a state that is not the one it should be.

    Why: with a lost or swapped state Terraform believes that nothing exists and plans to create everything. The damage
    comes later, when somebody cleans up the doubles. Seen here, it costs nothing.

    Fix: find the right state (backend, workspace, working directory) and plan again; apply and clean up nothing before.

    Misses: workspaces that `changes.populated` of policypack.yaml does not list; a plan JSON alone holds no lineage.
    """
    for source in infrastructure.inputs:
        patterns = [pattern for pattern in infrastructure.thresholds.populated if _matches(source, pattern)]
        managed = [resource for resource in source.resources if resource.mode == "managed"]
        created = [resource for resource in managed if resource.change and resource.change.actions == ("create",)]
        if source.kind == "plan" and patterns and created and len(created) == len(managed) and not source.destroyed:
            whole = len(created) == sum(source.counts.values())
            said = Evidence(f"{len(created)} resources, all of them to create; {patterns[0]} is listed as populated")
            yield Finding(
                source.itself,
                f"The plan {'creates everything' if whole else 'seems to create everything'} where much should exist.",
                certain=whole,
                because=(said,),
                fix="check backend, workspace and directory, then plan again",
                cause="all-create",
            )
    for one, other in combinations([source for source in infrastructure.inputs if source.lineage], 2):
        plan, state = (one, other) if one.kind == "plan" else (other, one)
        if (plan.kind, state.kind) != ("plan", "state") or dirname(plan.path) != dirname(state.path):
            continue
        older = plan.serial is not None and state.serial is not None and plan.serial < state.serial
        if plan.lineage != state.lineage or older:
            cause = "serial" if plan.lineage == state.lineage else "lineage"
            told = f"{cause}: {getattr(plan, cause)} in the plan, {getattr(state, cause)} in {state.path}"
            text = "an older version of the state" if cause == "serial" else "another state than the one beside it"
            yield Finding(
                plan.itself,
                f"The plan was made against {text}.",
                because=(Evidence(told, plan.path),),
                fix="plan again with the current state",
                cause=cause,
            )


def _matches(source: Input, pattern: str) -> bool:
    names = (source.path, dirname(source.path), source.workspace or "")
    return any(name and fnmatchcase(name, pattern) for name in names)
