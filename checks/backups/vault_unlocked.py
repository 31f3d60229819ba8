"""BKP-05."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Lock, Resource, Store, Truth, Unknown

_SAID = {
    "none": "Nothing locks it: who administers its account can delete every copy in it.",
    "governance": "Its lock is in governance mode: an administrator takes the lock off, then deletes the copies.",
}


@check(severity=Severity.HIGH, maps=["NIST CP-9(8)", "NIST SC-28", "CIS 11.3"], since="0.1.0")
def vault_unlocked(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A vault or bucket of backups can be emptied by its own administrators.

    Why: whoever holds the account deletes recovery points first. A compliance lock refuses everyone, root included; one in
    governance mode refuses everyone but those who may take it off.

    Fix: lock it in compliance mode (`changeable_for_days` on AWS, as in `terraform-examples/backups/vault_unlocked`).

    Misses: locks applied outside the inputs. A vault is left alone where each production store in it has another copy, locked
    in compliance mode in another domain: emptying it loses nothing. Where there may be one, the finding is uncertain.
    """
    holding: dict[tuple[str, str], list[Store]] = {}
    locks: dict[tuple[str, str], tuple[Resource, Lock | Unknown | None]] = {}
    for store in infrastructure.production:
        for copy in store.backups:
            if (held := copy.held_in) is not None:
                holding.setdefault(held.place, []).append(store)
                locks.setdefault(held.place, (held, copy.lock))
    for vault in infrastructure.vaults:
        if vault.environment.production or vault.resource.place in holding:
            locks[vault.resource.place] = (vault.resource, vault.lock)
    for place, (resource, lock) in locks.items():
        mode = lock.mode if isinstance(lock, Lock) else "none" if lock is None else lock
        stores = holding.get(place, [])
        better = [_has_better(infrastructure, store, place) for store in stores]
        if resource.goes or mode == "compliance" or (better and all(each is True for each in better)):
            continue
        certain = isinstance(mode, str) and (not better or False in better)
        said = "it holds copies of this" + ("" if certain else "; whether others are locked elsewhere is not known")
        kept = (Evidence(said, address) for address in sorted({store.address for store in stores}))
        yield Finding(
            resource,
            _SAID[mode] if isinstance(mode, str) else "Whether its lock holds against its own administrators cannot be told.",
            certain=certain,
            because=(*((lock.evidence,) if isinstance(lock, Lock) else ()), *kept),
            fix="lock it in compliance mode",
        )


def _has_better(infrastructure: Infrastructure, store: Store, place: tuple[str, str]) -> Truth:
    here = [copy for copy in store.backups if copy.held_in and copy.held_in.place == place]
    found = [infrastructure.beyond_reach(store, copy) for copy in store.backups if copy not in here]
    return True if True in found else next((each for each in found if each is not False), False)
