"""PLN-05."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure


@check(severity=Severity.MEDIUM, maps=["NIST CM-3", "NIST CM-5"], since="0.1.0")
def store_forgotten(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The plan lets go of a production store: it lives on, and nothing manages its protection any more.

    Why: what no configuration holds is not reviewed, not backed up by the next change of the backup plan, and looks like
    an orphan to whoever cleans up. If the block comes back, the next apply makes a second, empty one.

    Fix: hand it over to another configuration (an `import` block there) before this one forgets it.

    Misses: `terraform state rm`, which makes no plan.
    """
    for store in infrastructure.changing:
        if store.resource.change and store.resource.change.forgets:
            yield Finding(
                store.resource,
                f"The plan forgets this {store.label or store.kind}: it lives on with nobody to manage its protection.",
                because=(Evidence("a removed block has destroy = false", store.address),),
                fix="import it into the configuration that manages it from now on",
            )
