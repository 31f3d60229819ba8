"""STA-02."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, GuardKind, Infrastructure, Input, Store, is_unknown


@check(severity=Severity.HIGH, maps=["NIST CP-9", "NIST SI-7", "ATT&CK T1485"], since="0.1.0")
def state_unprotected(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The bucket that keeps production's state can lose it: it has no versions, or a destroy empties it.

    Why: the state is what tells Terraform which resources are its own. Overwritten or lost, it cannot be had back from a
    bucket without versions, and whoever can change it chooses what the next apply destroys.

    Fix: version the state's bucket and keep `force_destroy` off.

    Misses: a state bucket that is not among the inputs; backends that keep no state in a bucket.
    """
    for source in infrastructure.inputs:
        holds_production = any(store.resource.inside == source.path for store in infrastructure.production)
        for bucket in _buckets_of(source, infrastructure):
            if not (holds_production or bucket.environment.production):
                continue
            versions = list(bucket.having(GuardKind.VERSIONING))
            forced = [guard for guard in bucket.having(GuardKind.NO_FORCE) if guard.holds is False]
            unversioned = not any(guard.holds is True for guard in versions)
            if not unversioned and not forced:
                continue
            certain = bool(forced) or not any(is_unknown(guard.holds) for guard in versions)
            faults = ["keeps no versions"] * (unversioned and certain) + ["is emptied by a destroy"] * bool(forced)
            used = [Evidence(f"the state of {source.path} is kept in it", bucket.address)]
            yield Finding(
                bucket.resource,
                f"The bucket of production's state {' and '.join(faults) or 'may keep no versions'}.",
                certain=certain,
                because=(*used, *(guard.evidence for guard in (*versions, *forced) if guard.holds is not True)),
                fix="turn versioning on" if unversioned else forced[0].fix,
                cause="versions" if unversioned else "force",
            )


def _buckets_of(source: Input, infrastructure: Infrastructure) -> Iterator[Store]:
    """The store that keeps the state: none where its name is given only at `terraform init`."""
    keeper = infrastructure.states.get(source.path)
    for store in infrastructure.stores if keeper is not None else ():
        if store.resource.place == keeper and not store.resource.goes:
            yield store
