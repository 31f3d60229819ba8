"""BKP-14."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import CopyKind, Evidence, Infrastructure


@check(severity=Severity.MEDIUM, maps=["NIST CP-9"], since="0.1.0")
def shared_snapshot_instead_of_copy(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A snapshot is shared with another account, and not copied there.

    Why: a share is a permission to read. The owner can still delete the snapshot, and then the other account has nothing.

    Fix: let the other account copy what is shared with it, and lock the copy there.

    Misses: copies that the other account makes outside the inputs.
    """
    seen = set()
    for store in infrastructure.irreplaceable:
        isolated = [(infrastructure.isolated(store, copy), copy.certain) for copy in store.backups]
        if (True, True) in isolated:
            continue
        perhaps = any(outside is not False for outside, _ in isolated)
        for copy in store.copies:
            place = copy.made_by.place
            if copy.kind is not CopyKind.SHARED_SNAPSHOT or place in seen or copy.made_by.goes:
                continue
            seen.add(place)
            yield Finding(
                copy.made_by,
                f"Sharing is no copy: deleting this snapshot of {store.address} here takes it from the other account as well.",
                certain=copy.certain is True and not perhaps,
                because=(copy.evidence, Evidence("no copy of it in another account is in the inputs", store.address)),
                fix="copy the snapshot in the other account, and lock the copy",
            )
