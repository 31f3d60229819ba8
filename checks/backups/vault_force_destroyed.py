"""BKP-15."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Guard, GuardKind, Infrastructure, Resource, is_unknown


@check(severity=Severity.HIGH, maps=["NIST CP-9"], since="0.1.0")
def vault_force_destroyed(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Terraform empties a vault or bucket of backups when it destroys it.

    Why: a vault that still holds recovery points cannot be deleted. `force_destroy` deletes them first, so that the one mistake
    that the API would have refused goes through.

    Fix: remove `force_destroy` from whatever holds backups. A retired vault is emptied by hand, or by time.

    Misses: a production bucket of backups is reported by force_destroy_on, like any other production store.
    """
    production = {store.address for store in infrastructure.production}
    for vault in infrastructure.vaults:
        guard = vault.force_destroy
        if guard is not None and (vault.environment.production or production.intersection(vault.stores)):
            yield from _judge(vault.resource, guard)
    holders = {held.place for store in infrastructure.production for copy in store.backups if (held := copy.held_in)}
    for bucket in infrastructure.stores:
        if not bucket.environment.production and bucket.resource.place in holders:
            for guard in bucket.having(GuardKind.NO_FORCE):
                yield from _judge(bucket.resource, guard)


def _judge(resource: Resource, guard: Guard) -> Iterator[Finding]:
    if guard.holds is True or resource.goes:
        return
    certain = not is_unknown(guard.holds)
    yield Finding(
        resource,
        f"Destroying it deletes every backup in it first: {guard.attribute} is {'on' if certain else 'not known'}.",
        certain=certain,
        because=(guard.evidence,),
        fix=f"{guard.attribute} = {str(guard.safe).lower()}",
        cause=guard.attribute,
    )
