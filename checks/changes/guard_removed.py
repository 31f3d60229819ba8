"""PLN-03."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Infrastructure
from policypack.model.weaker import loosened, weaker


@check(severity=Severity.CRITICAL, maps=["NIST CM-5", "NIST CP-9", "NIST CP-9(8)", "ATT&CK T1490"], since="0.1.0")
def guard_removed(infrastructure: Infrastructure) -> Iterator[Finding]:
    """The plan takes away what keeps production data, or its copies, from being deleted.

    Why: a deletion in two steps passes every gate that counts deletions. The first change turns a protection off and
    deletes nothing, the second deletes what nothing protects any more. The first is where it has to be stopped.

    Fix: take the change back, or have it approved as what it is: the first half of a deletion.

    Misses: guards that are removed outside Terraform.
    """
    for store in infrastructure.stores:
        old = infrastructure.earlier(store)
        stands = not store.resource.goes and not (store.resource.change and store.resource.change.destroys)
        for guard in old.guards if old and old.environment.production and stands else ():
            if (less := weaker(guard, store)) is not False:
                text = f"The plan {'takes' if less is True else 'may take'} away its {guard.kind.value.replace('_', ' ')} ({guard.attribute})."
                now = tuple(each.evidence for each in store.guards if each.kind is guard.kind)
                yield Finding(store.resource, text, less is True, now, guard.fix, guard.attribute)
    left = {vault.resource.address: vault for vault in infrastructure.vaults if not vault.resource.goes}
    for vault in infrastructure.before.vaults if infrastructure.before else ():
        for change, certain in loosened(vault, left.get(vault.resource.address)) if vault.environment.production else ():
            yield Finding(vault.resource, f"The plan {change}.", certain, (vault.lock.evidence,), "take it back", change)
