"""DEL-07."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Guard, Infrastructure, is_unknown


@check(severity=Severity.HIGH, maps=["NIST CM-5", "NIST CP-9", "ATT&CK T1490"], since="0.1.0")
def provider_destroys_more(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A provider block makes every destroy final: what the platform would keep for a while is purged.

    Why: some providers decide once, in their own block, what a destroy means for all resources under it. azurerm purges
    soft-deleted key vaults and deletes the backups of a machine unless its `features` block says otherwise.

    Fix: write the argument that the finding names into the provider's `features` block.

    Misses: a provider block in a module that is not among the inputs.
    """
    types = {name for source in infrastructure.inputs for name in source.counts}
    for guard in infrastructure.provider_guards:
        if guard.holds is True or not _concerns(guard, types):
            continue
        certain = not is_unknown(guard.holds)
        yield Finding(
            guard.subject,
            f"What this provider destroys {'is' if certain else 'may be'} gone for good: {guard.attribute}.",
            certain=certain,
            because=guard.because,
            fix=guard.fix,
            cause=guard.attribute,
        )


def _concerns(guard: Guard, types: set[str]) -> bool:
    """Whether the estate has resources that the argument is about: `features.key_vault.…` concerns azurerm_key_vault and its kin."""
    parts = guard.attribute.split(".")
    return len(parts) < 3 or any(parts[1] in name and name.startswith(guard.subject.type) for name in types)
