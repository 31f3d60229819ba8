"""DEL-02."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Enforced, Evidence, Guard, GuardKind, Infrastructure, is_unknown

_IN_ITS_PLACE = {GuardKind.LOCK, GuardKind.POLICY_DENY}


@check(severity=Severity.HIGH, maps=["NIST CM-5", "NIST CP-9", "ATT&CK T1485"], since="0.1.0")
def store_unprotectable(infrastructure: Infrastructure) -> Iterator[Finding]:
    """Nothing refuses to delete a production store: its type has no deletion protection, and nothing stands in its place.

    Why: many types that hold data (volumes, file systems, buckets, hosted volumes) have no switch that makes the API
    refuse. Then only a lock, a policy that denies deletion, or a copy that nobody can delete keeps one call from being
    the end. `prevent_destroy` stops Terraform alone, and only while the block stays (hashicorp/terraform#17599).

    Fix: put in place what the finding names, or keep a copy in another domain under a compliance lock, as
    `terraform-examples/protection/store_unprotectable` shows.

    Misses: denies in organisation policies and locks that are set outside the inputs.
    """
    for store in infrastructure.production:
        elsewhere = any(guard.kind is GuardKind.RECOVERY_WINDOW or _terraform_only(guard) for guard in store.guards)
        if store.tier != 1 or store.protectable or store.container or elsewhere:
            continue
        stands = [guard.holds for guard in store.guards if guard.kind in _IN_ITS_PLACE]
        stands += [infrastructure.beyond_reach(store, copy) for copy in store.backups]
        if any(value is True for value in stands):
            continue
        certain = not any(is_unknown(value) for value in stands)
        layers = [_layer(guard) for guard in store.having(GuardKind.PREVENT_DESTROY) if guard.holds is True]
        yield Finding(
            store.resource,
            f"{'Nothing refuses' if certain else 'Perhaps nothing refuses'} a delete: {_a(store.label or store.kind)} has no"
            " deletion protection, and no lock, denying policy or isolated locked copy stands in its place.",
            certain=certain,
            because=(*(guard.evidence for guard in store.guards if guard.kind in _IN_ITS_PLACE), *layers),
            fix=store.substitute or "keep a copy in another domain under a compliance lock",
        )


def _a(word: str) -> str:
    return f"{'an' if word[:1] in set('aeioAEIO') else 'a'} {word}"


def _terraform_only(guard: Guard) -> bool:
    """Reported by protection_by_terraform_only."""
    return guard.kind is GuardKind.DELETION_PROTECTION and guard.enforced is Enforced.TERRAFORM and guard.holds is True


def _layer(guard: Guard) -> Evidence:
    text = "prevent_destroy stops Terraform only, and goes with its block"
    return Evidence(text, guard.subject.address, guard.subject.at("lifecycle"))
