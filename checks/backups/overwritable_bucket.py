"""BKP-20."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import GuardKind, Infrastructure, is_unknown


@check(severity=Severity.MEDIUM, maps=["ATT&CK T1486"], since="0.1.0")
def overwritable_bucket(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A production bucket, or one that holds backups, forgets what is overwritten.

    Why: without versions a write is a delete. Whoever may put objects replaces them all, encrypted with a key of their own,
    and no delete permission was needed.

    Fix: turn versioning on, and deny encryption with keys that callers bring (SSE-C) in the bucket's policy.

    Misses: whether the bucket's policy denies SSE-C. A bucket that keeps Terraform state is state_unprotected's.
    """
    production = infrastructure.production
    holders = {held.place for store in production for copy in store.backups if (held := copy.held_in)}
    for bucket in infrastructure.stores:
        wanted = bucket.environment.production and bucket.tier == 1
        if bucket.resource.goes or not (wanted or bucket.resource.place in holders):
            continue
        if bucket.resource.place in infrastructure.states.values():
            continue
        for guard in bucket.having(GuardKind.VERSIONING):
            if guard.holds is True:
                continue
            certain = not is_unknown(guard.holds)
            yield Finding(
                bucket.resource,
                "Whoever may write to it can replace every object in it, and nothing keeps the old ones."
                if certain
                else "Whether it keeps what is overwritten cannot be told.",
                certain=certain,
                because=(guard.evidence,),
                fix="turn versioning on",
                cause=guard.attribute,
            )
