"""BKP-19."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Copy, Evidence, Infrastructure, Resource, days, is_unknown


@check(severity=Severity.HIGH, maps=["ATT&CK T1485.001", "NIST CP-9"], since="0.1.0")
def lifecycle_expires_backups(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A bucket's lifecycle rule deletes the backups in it too early.

    Why: a lifecycle rule deletes on its own, without anyone calling a delete. A rule of a few days empties a bucket of backups
    as surely as an attacker would, and attackers use it for that.

    Fix: let no rule expire objects, or versions of them, before `backups.min_retention_days` (14), and keep the right to write
    lifecycle rules away from whoever writes the backups.

    Misses: rules that are set outside the inputs. What an object lock holds for long enough, no rule expires.
    """
    needed = infrastructure.thresholds.min_retention_days
    held: dict[tuple[str, str], tuple[Resource, list[tuple[str, Copy]]]] = {}
    for store in infrastructure.production:
        for copy in store.backups:
            bucket, kept = copy.held_in, copy.kept_days
            if bucket is None or bucket.goes or not copy.kind.in_bucket:
                continue
            if kept is not None and not (isinstance(kept, int) and kept >= needed):
                held.setdefault(bucket.place, (bucket, []))[1].append((store.address, copy))
    for bucket, copies in held.values():
        certain = any(copy.certain is True and not is_unknown(copy.kept_days) for _, copy in copies)
        shortest = min((kept for _, copy in copies if isinstance(kept := copy.kept_days, int)), default=0)
        yield Finding(
            bucket,
            f"Its lifecycle deletes backups after {days(shortest)}; the least that is accepted is {days(needed)}."
            if certain
            else "How soon its lifecycle deletes backups cannot be told.",
            certain=certain,
            because=tuple(step for address, copy in copies for step in (copy.evidence, Evidence("a copy of this", address))),
            fix=f"expire nothing in it before {days(needed)}",
        )
