"""Bearer secrets: what a provider block acts with, what resources make, and what others made and resources keep."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.build.domains import Domains
from policypack.build.estate import Estate
from policypack.build.guards import same
from policypack.build.index import asks
from policypack.build.kept import Kept, KeptTokens
from policypack.catalog.entry import CredentialFact
from policypack.model import Credential, Evidence, Resource, Truth, Unknown, Value, strip_keys

_UNKNOWN = "unknown"


def credentials(estate: Estate, domains: Domains) -> Iterator[Credential]:
    """Every credential that the inputs show."""
    for source in estate.inputs:
        for _, block in sorted(source.providers.items()):
            provider = estate.catalog.provider(block.provider)
            fact = provider.token if provider else None
            if fact is not None and (not fact.attribute or block.get(fact.attribute) is not None or fact.environment):
                written = bool(fact.attribute) and block.get(fact.attribute) is not None
                # What the token of an apply may do is decided where it was made: only one that lies in the code is worth a word.
                open_to_all = fact.scoped == _UNKNOWN and not isinstance(block.get(fact.attribute), str)
                if (written or fact.scoped is False) and not open_to_all:
                    yield _credential(block, fact, estate, written=written)
    facts = {kind: entry.credential for kind, entry in estate.entries.items() if entry.credential}
    for each in estate.of_types(facts):
        if _is_one(each, facts[each.type]) is not False:
            yield _credential(each, facts[each.type], estate, written=True)
    for kept in KeptTokens(estate, domains).all:
        if kept.made_by is None:
            yield _kept(kept)


def _kept(kept: Kept) -> Credential:
    """A token that is seen only where it is kept."""
    fact = kept.fact

    def as_far_as_told(said: bool | str) -> Truth:
        if said == _UNKNOWN:
            return Unknown("what it may do, and until when, is decided where it was made")
        return kept.sure if isinstance(kept.sure, Unknown) else bool(said)

    return Credential(
        kept.keeper,
        fact.label,
        kept.platform,
        as_far_as_told(fact.scoped),
        as_far_as_told(fact.expires),
        (kept.evidence,),
        fact.fix,
        fact.destroys,
        kept.environment if fact.bound else None,
        kept=True,
        read_from=kept.read_from,
    )


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
        _ends(holder, fact, value),
        (where,),
        fact.fix,
        fact.destroys,
    )


def _is_one(holder: Resource, fact: CredentialFact) -> Truth:
    """Whether the resource is a credential at all: some are only where an argument says so."""
    value = holder.written(fact.only_when) if fact.only_when else None
    if isinstance(value, Unknown) or not fact.only_when:
        return value if isinstance(value, Unknown) else True
    return same(value, fact.only_value)


def _ends(holder: Resource, fact: CredentialFact, value: Value) -> Truth:
    """Whether it ends by itself: what is made anew for each run does, and of what comes from elsewhere nobody knows."""
    is_one = _is_one(holder, fact)
    if isinstance(is_one, Unknown):
        return is_one
    if not fact.renewed_by or not isinstance(value, Unknown):
        return _decided(holder, fact.expires)
    kinds = {strip_keys(each.address).split(".")[-2] for each in value.references if "." in each.address}
    if kinds and kinds <= {*fact.renewed_by}:
        return True
    return Unknown(f"how long {asks(value)} lasts is not known")


def _decided(holder: Resource, fact: bool | str) -> Truth:
    if isinstance(fact, bool):
        return fact
    if fact == _UNKNOWN:
        return Unknown("what it may do, and until when, is decided where it was made")
    value = holder.get(fact)
    if isinstance(value, Unknown):
        # What another resource will have after the apply is something; a variable may be null.
        given = value.references and not any(".var." in f".{each.address}" for each in value.references)
        return True if given else value
    return value is not None
