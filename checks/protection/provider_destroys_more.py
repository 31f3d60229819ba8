"""DEL-07."""

from collections.abc import Iterator

from policypack.check import Finding, Severity, check
from policypack.model import Guard, Infrastructure


@check(severity=Severity.HIGH, maps=["NIST CM-5", "NIST CP-9", "ATT&CK T1490"], since="0.1.0")
def provider_destroys_more(infrastructure: Infrastructure) -> Iterator[Finding]:
    """A provider block makes every destroy final: what the platform would keep for a while is purged.

    Why: some providers decide once, in their own block, what a destroy means for all resources under it. azurerm purges
    soft-deleted key vaults and deletes the backups of a machine unless its `features` block says otherwise.

    Fix: write the argument that the finding names into the provider's `features` block.

    Misses: a provider block in a module that is not among the inputs.
    """
    blocks: dict[tuple[str, str], list[Guard]] = {}
    for guard in infrastructure.provider_guards:
        if guard.holds is not True:
            blocks.setdefault((guard.subject.inside, guard.subject.address), []).append(guard)
    for guards in blocks.values():
        certain = any(guard.holds is False for guard in guards)
        names = [guard.attribute for guard in guards]
        more = f" and {len(names) - 1} more" if names[1:] else ""
        yield Finding(
            guards[0].subject,
            f"What this provider destroys {'is' if certain else 'may be'} gone for good: {names[0]}{more}.",
            certain=certain,
            because=tuple(step for guard in guards for step in guard.because),
            fix="; ".join(guard.fix for guard in guards),
        )
