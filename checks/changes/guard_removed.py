"""PLN-03."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Guard, GuardKind, Infrastructure, Store, Truth, Unknown, Vault, is_unknown

_ANY_OF_ITS_KIND = {GuardKind.LOCK, GuardKind.POLICY_DENY, GuardKind.VERSIONING}
_STRENGTH = {"none": 0, "governance": 1, "compliance": 2}


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
            if (weaker := _weaker(guard, store)) is not False:
                text = f"The plan {'takes' if weaker is True else 'may take'} away its {guard.kind.value.replace('_', ' ')} ({guard.attribute})."
                now = tuple(each.evidence for each in store.guards if each.kind is guard.kind)
                yield Finding(store.resource, text, weaker is True, now, guard.fix, guard.attribute)
    left = {vault.resource.address: vault for vault in infrastructure.vaults if not vault.resource.goes}
    for vault in infrastructure.before.vaults if infrastructure.before else ():
        for change, certain in _loosened(vault, left.get(vault.resource.address)) if vault.environment.production else ():
            yield Finding(vault.resource, f"The plan {change}.", certain, (vault.lock.evidence,), "take it back", change)


def _weaker(old: Guard, store: Store) -> Truth:
    same = [each for each in store.guards if each.kind is old.kind and not each.subject.goes]
    if old.kind not in _ANY_OF_ITS_KIND:
        same = [each for each in same if each.attribute == old.attribute]
    if old.kind is GuardKind.RECOVERY_WINDOW and isinstance(old.value, int):
        unknown = (each.value for each in same if isinstance(each.value, Unknown))
        return any(isinstance(each.value, int) and each.value < old.value for each in same) or next(unknown, False)
    if old.kind is GuardKind.PREVENT_DESTROY or old.holds is not True or any(each.holds is True for each in same):
        return False
    return next((each.holds for each in same if is_unknown(each.holds)), True)


def _loosened(old: Vault, new: Vault | None) -> Iterator[tuple[str, bool]]:
    if new is None:
        yield "deletes this vault of recovery points", True
        return
    mode, days, after = old.lock.mode, old.lock.minimum_days, new.lock
    if isinstance(mode, str) and _STRENGTH.get(str(after.mode), 0) < _STRENGTH[mode]:
        yield f"loosens this vault's {mode} lock", not is_unknown(after.mode)
    elif isinstance(days, int) and not is_unknown(after.minimum_days) and int(str(after.minimum_days or 0)) < days:
        yield "lowers this vault's minimum retention", True
    if old.denies_deletion is True and new.denies_deletion is not True:
        yield "takes the denial of deletions out of this vault's policy", new.denies_deletion is False
