"""BKP-21."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Copy, Evidence, Infrastructure, Store, is_unknown


@check(severity=Severity.LOW, maps=["CIS 11.4"], since="0.1.0")
def backup_on_one_provider(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Irreplaceable data and all its copies are with one provider, and no copy is locked.

    Why: an account that is closed, suspended or lost by the provider takes everything that it holds. Of three copies one
    should be at another provider, offline, or out of everyone's reach.

    Fix: export to another provider, or lock the copy in the other account in compliance mode.

    Misses: exports made outside the inputs. A copy that is locked in compliance mode counts as the offline one, and so does an
    isolated one whose vault is not among the inputs. Stores without an isolated copy are left to backup_in_same_domain, which
    asks for more. Reported once for each provider, on the first of its stores.
    """
    found: dict[str, list[Store]] = {}
    for store in infrastructure.irreplaceable:
        if _on_one_provider(infrastructure, store):
            found.setdefault(store.domain.provider, []).append(store)
    for provider, stores in sorted(found.items()):
        first, *others = sorted(stores, key=lambda store: (_doubtful(store), store.resource.inside, store.address))
        certain = not _doubtful(first)
        yield Finding(
            first.resource,
            f"All copies are with {provider}, and none of them is {'' if certain else 'known to be '}locked.",
            certain=certain,
            because=tuple(Evidence("so are the copies of this", store.address, store.resource.location) for store in others),
            fix="export to another provider, or lock the isolated copy in compliance mode",
        )


def _doubtful(store: Store) -> bool:
    return any(is_unknown(copy.immutable) for copy in store.backups)


def _on_one_provider(infrastructure: Infrastructure, store: Store) -> bool:
    isolated = any(infrastructure.isolated(store, copy) is True and copy.certain is True for copy in store.backups)
    return isolated and not any(_is_enough(infrastructure, store, copy) for copy in store.backups)


def _is_enough(infrastructure: Infrastructure, store: Store, copy: Copy) -> bool:
    elsewhere = getattr(copy.domain, "provider", store.domain.provider) != store.domain.provider
    may_be_locked = copy.immutable is not False and infrastructure.isolated(store, copy) is not False
    return elsewhere or copy.immutable is True or may_be_locked
