"""Bearer secrets: what a provider block acts with, and what resources make."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.build.estate import Estate
from policypack.catalog.entry import CredentialFact
from policypack.model import Credential, Evidence, Resource, Truth, Unknown


def credentials(estate: Estate) -> Iterator[Credential]:
    """Every credential that the inputs show."""
    for source in estate.inputs:
        for _, block in sorted(source.providers.items()):
            provider = estate.catalog.provider(block.provider)
            fact = provider.token if provider else None
            if fact is not None and (not fact.attribute or block.get(fact.attribute) is not None or fact.environment):
                written = bool(fact.attribute) and block.get(fact.attribute) is not None
                if written or fact.scoped is False:
                    yield _credential(block, fact, estate, written=written)
    for each in estate.resources:
        entry = estate.entries.get(each.type) if each.mode == "managed" and not each.goes else None
        if entry and entry.credential:
            yield _credential(each, entry.credential, estate, written=True)


def _credential(holder: Resource, fact: CredentialFact, estate: Estate, *, written: bool) -> Credential:
    value = holder.get(fact.attribute) if fact.attribute else None
    source = fact.attribute or fact.label
    if isinstance(value, Unknown) and value.references:
        source = ", ".join(str(each) for each in value.references)
    elif not written:
        source = " or ".join(fact.environment)
    where = Evidence(
        f"{fact.label} from {source}" if source != fact.label else fact.label, holder.address, holder.at(fact.attribute or "")
    )
    return Credential(
        holder,
        fact.label,
        estate.catalog.platform(holder.provider),
        _decided(holder, fact.scoped),
        _decided(holder, fact.expires),
        (where,),
        fact.fix,
        fact.destroys,
    )


def _decided(holder: Resource, fact: bool | str) -> Truth:
    if isinstance(fact, bool):
        return fact
    value = holder.get(fact)
    return value if isinstance(value, Unknown) else value is not None
