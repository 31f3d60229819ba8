"""PLN-01, PLN-04."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, GuardKind, Infrastructure


@check(severity=Severity.CRITICAL, maps=["NIST CM-3", "NIST CM-5", "OWASP LLM03:2026", "ATT&CK T1485"], since="0.1.0")
def store_deleted(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The plan deletes a production store.

    Why: an apply does what the plan says, and a deletion of data is the one thing that no later apply undoes. Removing a
    block, a module call or a key of `for_each` is enough: `prevent_destroy` goes with the block that holds it.

    Fix: put the block back; or, where the data shall live on unmanaged, use a `removed` block with `destroy = false`;
    or have the deletion approved by a person who is shown this finding.

    Misses: deletions by provisioners, scripts, and templates that create resources themselves.
    """
    for store in infrastructure.changing:
        change = store.resource.change
        if change is None or not change.destroys or change.replaces:
            continue
        why = change.why or "the plan gives no reason: it is a destroy, or a removed block"
        stops = [guard for guard in store.having(GuardKind.DELETION_PROTECTION) if guard.holds is True]
        refuses = Evidence("its deletion protection is on, so the apply fails here, after it deleted other things")
        left = store.ways_back or (Evidence("the inputs show nothing to restore it from"),)
        yield Finding(
            store.resource,
            f"The plan deletes this {store.label or store.kind}{'' if store.ways_back else ', and the inputs show no way back'}.",
            because=(
                Evidence(why, store.address),
                *([refuses] if stops else []),
                *left,
            ),
            fix="put its block back, or have the deletion approved",
            cause="delete",
        )
