"""BKP-02, with the reason of BKP-12."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Evidence, Infrastructure, Store, is_unknown


@check(
    severity=Severity.CRITICAL,
    maps=["NIST CP-6(1)", "NIST CP-9(3)", "NIST CP-9(5)", "CIS 11.4", "AWS WA REL09-BP02"],
    since="0.1.0",
)
def backup_in_same_domain(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Every backup of a production store lies in the store's own account.

    Why: whoever administers the account (or finds its token) holds the store and every way back. A copy in another region of
    the same account is durable, because it survives a region. It is not isolated, because it does not survive the account.

    Fix: copy to a vault or bucket of an account that nobody in this one can administer. Where `backups.separation: vault` is
    set, a logically air-gapped vault counts too.

    Misses: copies that are made outside the inputs; a second account that the same identity administers.
    """
    for store in infrastructure.irreplaceable:
        apart = [(copy, infrastructure.isolated(store, copy)) for copy in store.backups]
        sure = [isolated for copy, isolated in apart if copy.certain is True]
        if not sure or any(isolated is True for isolated in sure):
            continue  # where there is no copy, or may be none, backup_missing says so
        doubtful = any(isolated is not False for _, isolated in apart)
        here = str(store.domain) if isinstance(store.domain.id, str) else f"its {store.domain.word}"
        yield Finding(
            store.resource,
            f"Whether any backup lies outside {here} cannot be told." if doubtful else _said(store, here),
            certain=not doubtful,
            because=tuple(_evidence(store, infrastructure)),
            fix=f"copy to a locked vault or bucket in another {store.domain.word}",
        )


def _said(store: Store, here: str) -> str:
    if any(copy.immutable is True and copy.certain is True for copy in store.backups):
        return f"Every backup of it lies in {here} too: what is locked there outlasts a delete, and not the account."
    return f"Whoever administers {here} can destroy this {store.label or 'store'} and every backup of it."


def _evidence(store: Store, infrastructure: Infrastructure) -> Iterator[Evidence]:
    for copy in store.backups:
        yield copy.evidence
        isolated = infrastructure.isolated(store, copy)
        if is_unknown(copy.domain) or is_unknown(isolated):
            yield Evidence(f"this {copy.kind.value} lies in a domain that cannot be told", copy.made_by.address)
        elif copy.dies_with_store is False and copy.held_in is not None:
            held = copy.held_in
            yield Evidence(f"kept in {copy.domain}, whatever its region: durable, not isolated", held.address, held.location)
            if any(vault.air_gapped and vault.resource.place == held.place for vault in infrastructure.vaults):
                yield Evidence(
                    "logically air-gapped: separate only with backups.separation: vault, which is not set", held.address
                )
