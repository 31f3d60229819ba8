"""PLN-10."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure


@check(severity=Severity.MEDIUM, maps=["NIST CM-3"], since="0.1.0")
def plan_incomplete(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The plan is not whole, so what it does not show proves nothing.

    Why: a plan that ended in an error, or that `-target` narrowed, lists only a part of what will happen. What is missing
    from it is not safe, it is unseen.

    Fix: plan again without `-target`, and repair the error that Terraform printed.

    Misses: plans of Terraform versions that do not say whether they are complete.
    """
    for source in infrastructure.inputs:
        if source.kind != "plan" or not (source.errored is True or source.complete is False):
            continue
        said = "errored is true" if source.errored else "complete is false: it was made with -target, or defers changes"
        yield Finding(
            source.itself,
            "The plan ended in an error: it shows a part of the change." if source.errored else "The plan shows a part only.",
            because=(Evidence(said, source.path),),
            fix="plan again" if source.errored else "plan again without -target",
            cause="errored" if source.errored else "incomplete",
        )
