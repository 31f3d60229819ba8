"""BKP-17."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import CopyKind, Infrastructure, Resource


@check(
    severity=Severity.MEDIUM,
    maps=["NIST CP-9(1)", "NIST CP-4", "NIST CP-10", "CIS 11.5"],
    since="0.1.0",
)
def restore_untested(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Production is backed up by plan, and nothing tests a restore.

    Why: backups fail quietly: a wrong version, a missing key, an empty dump. Only a restore shows that they are there.

    Fix: declare a restore testing plan with a selection of what must come back; once in an estate is enough to be asked no more.

    Misses: tests that run outside Terraform. Say so with `# allow: restore_untested (who restores, and when)`.
    """
    if any(not test.goes for test in infrastructure.restore_tests):
        return
    plans: dict[str, list[tuple[bool, Resource]]] = {}
    for store in infrastructure.irreplaceable:
        for copy in store.backups:
            if copy.kind is CopyKind.RECOVERY_POINT:
                found = (copy.certain is True, _plan(infrastructure, copy.made_by))
                plans.setdefault(copy.made_by.inside, []).append(found)
    for made in plans.values():
        certain, plan = min(made, key=lambda each: (not each[0], each[1].address))
        yield Finding(
            plan,
            "It makes backups that nothing ever restores."
            if certain
            else "It may make backups, and nothing ever restores them.",
            certain=certain,
            fix="declare a restore testing plan and a selection for it",
        )


def _plan(infrastructure: Infrastructure, selection: Resource) -> Resource:
    """The plan that a selection belongs to, or the selection where the plan is not in the inputs."""
    named = {reference.address for reference in selection.refers_to}
    found = (each for each in infrastructure.resources if each.address in named and each.inside == selection.inside)
    return next((each for each in found if each.type.endswith("_plan")), selection)
