"""BKP-11."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Copy, CopyKind, Evidence, Infrastructure, Store, Truth, Unknown


@check(severity=Severity.HIGH, maps=["NIST CP-6(1)", "NIST CM-3"], since="0.1.0")
def backup_in_same_state(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A production store and everything that holds its backups are in one Terraform state.

    Why: one `terraform destroy`, one wrong state file or one apply role takes the store, the vault and the snapshots together.

    Fix: manage vaults and copies in a root module of their own, with an apply role of its own, or lock them in compliance mode:
    then the API refuses the destroy as well.

    Misses: several root modules that one pipeline applies with one role.
    """
    for store in infrastructure.irreplaceable:
        # Backups that go with the store are backup_dies_with_store's.
        copies = [copy for copy in store.backups if copy.dies_with_store is not True]
        goes = {index: _goes_with(store, copy) for index, copy in enumerate(copies)}
        if not copies or any(each is False and copies[index].certain is True for index, each in goes.items()):
            continue
        if not any(copy.certain is True for copy in copies):
            continue  # there is no copy, or there may be none: backup_missing says so
        certain = all(each is True for each in goes.values())
        yield Finding(
            store.resource,
            "One terraform destroy takes it and everything that holds its backups."
            if certain
            else "Whether one terraform destroy takes it and all its backups cannot be told.",
            certain=certain,
            because=tuple(_evidence(copies)),
            fix="manage the vault in a root module of its own, or lock it in compliance mode",
        )


def _goes_with(store: Store, copy: Copy) -> Truth:
    """Whether destroying the state of the store destroys the copy."""
    keeper = copy.held_in or (copy.made_by if copy.kind is CopyKind.SNAPSHOT else None)
    if keeper is None or keeper.mode != "managed" or keeper.inside != store.resource.inside:
        return copy.dies_with_store
    return copy.immutable if isinstance(copy.immutable, Unknown) else not copy.immutable


def _evidence(copies: list[Copy]) -> Iterator[Evidence]:
    for copy in copies:
        keeper = copy.held_in or copy.made_by
        yield Evidence(f"in the same state: this holds its {copy.kind.value}s", keeper.address, keeper.location)
