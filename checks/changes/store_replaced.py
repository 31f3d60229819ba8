"""PLN-02."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, GuardKind, Infrastructure


@check(severity=Severity.CRITICAL, maps=["NIST CM-3", "NIST CM-5", "OWASP LLM03:2026", "ATT&CK T1485"], since="0.1.0")
def store_replaced(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The plan replaces a production store: the one with the data is deleted, and an empty one takes its place.

    Why: "must be replaced" reads like an update and is a deletion. `create_before_destroy` only changes the order: the
    new store is as empty as before.

    Fix: take back the change of the argument that forces the replacement, or restore into the new store from a snapshot
    that is taken first.

    Misses: replacements that a provider does behind an update in place.
    """
    for store in infrastructure.changing:
        change = store.resource.change
        if change is None or not change.replaces:
            continue
        old = infrastructure.earlier(store) or store
        paths = ", ".join(change.replace_paths)
        forced = f"forced by {paths}" if paths else change.why or "the plan names no argument that forces it"
        first = change.actions.index("create") < change.actions.index("delete")
        order = "the new one is made first and is empty" if first else "the old one is deleted before the new one is made"
        stops = [guard for guard in old.having(GuardKind.DELETION_PROTECTION) if guard.holds is True]
        refuses = Evidence("its deletion protection is on, so the apply fails here, after it deleted other things")
        left = old.ways_back or (Evidence("the inputs show nothing to restore it from"),)
        yield Finding(
            store.resource,
            f"The plan replaces this {store.label or store.kind}; its data is deleted ({forced}).",
            because=(
                Evidence(order, store.address),
                *([refuses] if stops else []),
                *left,
            ),
            fix=f"take back the change of {paths}" if paths else "plan without the replacement",
            cause=paths or change.reason,
        )
