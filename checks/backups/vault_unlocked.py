"""BKP-05."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Copy, Evidence, Infrastructure, Lock, Resource, Store, Unknown

_SAID = {
    "none": "Nothing locks it: who administers its account can delete every copy in it.",
    "governance": "Its lock is in governance mode: an administrator of its account takes the lock off, then deletes the copies.",
}


@check(severity=Severity.HIGH, maps=["NIST CP-9(8)", "NIST SC-28", "CIS 11.3"], since="0.1.0")
def vault_unlocked(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A vault or bucket of backups can be emptied by its own administrators.

    Why: whoever holds the account deletes recovery points first. A lock in compliance mode refuses everyone, root included; a
    lock in governance mode refuses everyone but those who may take it off.

    Fix: lock the vault in compliance mode (`changeable_for_days` on AWS), as `terraform-examples/backups/vault_unlocked` shows,
    or use a logically air-gapped vault.

    Misses: locks applied outside the inputs. A vault is not reported where every production store in it has another copy
    that is locked in compliance mode in another domain: emptying it then loses nothing that cannot be had back.
    """
    holding: dict[tuple[str, str], list[Store]] = {}
    locks: dict[tuple[str, str], tuple[Resource, Lock | Unknown | None]] = {}
    for store in infrastructure.production:
        for copy in store.backups:
            if (held := copy.held_in) is not None:
                holding.setdefault((held.inside, held.address), []).append(store)
                locks.setdefault((held.inside, held.address), (held, copy.lock))
    for vault in infrastructure.vaults:
        place = (vault.resource.inside, vault.resource.address)
        locks.pop(place, None)
        if not vault.resource.goes and not vault.air_gapped and (vault.environment.production or place in holding):
            locks[place] = (vault.resource, vault.lock)
    for place, (resource, lock) in sorted(locks.items()):
        mode = lock.mode if isinstance(lock, Lock) else lock or "none"
        stores = holding.get(place, [])
        if mode == "compliance" or (stores and all(_has_better(infrastructure, store, resource) for store in stores)):
            continue
        yield Finding(
            resource,
            _SAID[mode] if isinstance(mode, str) else "Whether its lock holds against its own administrators cannot be told.",
            certain=isinstance(mode, str),
            because=(*((lock.evidence,) if isinstance(lock, Lock) else ()), *_kept(stores)),
            fix="lock it in compliance mode",
        )


def _has_better(infrastructure: Infrastructure, store: Store, vault: Resource) -> bool:
    def better(copy: Copy) -> bool:
        return copy.held_in != vault and copy.certain is True and copy.immutable is True

    return any(better(copy) and infrastructure.isolated(store, copy) is True for copy in store.backups)


def _kept(stores: list[Store]) -> Iterator[Evidence]:
    for address in sorted({store.address for store in stores}):
        yield Evidence("it holds copies of this", address)
