"""APR-03."""

from collections.abc import Iterator

from policypack.authority.gates import applying_to_production, subject_at, unowned
from policypack.check import Finding, Severity, check
from policypack.model import GuardKind, Infrastructure


@check(severity=Severity.CRITICAL, maps=["OWASP ASI02", "NIST CM-5", "NIST CM-5(1)"], since="0.1.0")
def gate_files_unowned(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The pipeline that applies to production, or what decides about it, can be changed without the review of an owner.

    Why: an agent that may edit the workflow takes the approval out of it in the same pull request, and whoever reviews the change
    looks at the code that it is about. CODEOWNERS that nobody owns is changed first.

    Fix: let people own the workflows that apply, CODEOWNERS and policypack.yaml, and let the branch rule require the review of
    code owners.

    Misses: whether the owners exist and may review; tokens with the right to write workflows, which Terraform does not show; branch
    rules that are not among the inputs.
    """
    seen: set[tuple[str, ...]] = set()
    for each in applying_to_production(infrastructure):
        source = next(one for one in infrastructure.inputs if one.path == each.inside)
        repository = source.repository
        if repository is None or repository.files in seen:
            continue
        seen.add(repository.files)
        found = list(unowned(repository, each.job.location))
        if found:
            yield Finding(
                subject_at(infrastructure, each.inside, found[0].location or each.job.location),
                "What decides about applies to production can be changed without its owner's review.",
                because=found,
                fix="let people own these files in CODEOWNERS",
            )
    if not seen:
        return
    rules = infrastructure.approvals.branch_rules
    asked = [guard for rule in rules for guard in rule.having(GuardKind.CODE_OWNERS)]
    if asked and not any(guard.holds is True for guard in asked):
        yield Finding(
            asked[0].subject,
            "No branch rule asks the owners of the files that decide about applies.",
            certain=len({guard.subject.place for guard in asked}) == 1 and asked[0].holds is False,
            because=[step for guard in asked for step in guard.because],
            fix=asked[0].fix,
        )
