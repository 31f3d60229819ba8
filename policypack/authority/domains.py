"""Ways from one account into the account that holds its copies: a role there that can do harm and that lets the first one in."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from policypack.authority.grants import at, broad
from policypack.authority.held import DESTRUCTIVE, is_watched, readable
from policypack.model import Domain, Evidence, Identity, Infrastructure, Outcome, Store, Verb, same_domain

_HARM = DESTRUCTIVE | {Verb.REMOVE_DOMAIN, Verb.ESCALATE}


class Opening(Struct, frozen=True):
    """A role of the domain that holds copies, who gets in, what it can do there, and the stores whose copies it is about."""

    role: Identity
    enters: str
    can: str
    stores: tuple[str, ...]
    certain: bool
    because: tuple[Evidence, ...]


def openings(infrastructure: Infrastructure) -> Iterator[Opening]:
    """Every such role, once."""
    pairs = list(_pairs(infrastructure))
    for role in infrastructure.identities if pairs else ():
        if role.form == "group" or role.resource.goes or (role.trust is None and not role.grants):
            continue
        mine = [(store, domain) for store, domain in pairs if same_domain(role.domain, domain) is True]
        if not mine:
            continue
        entered = next(filter(None, (_enters(infrastructure, role, store.domain) for store, _ in mine)), None)
        if entered is None:
            continue
        who, sure, steps = entered
        harm = _harm(infrastructure, role)
        if harm is not None:
            can, proved, more = harm
            stores = tuple(store.address for store, _ in mine)
            yield Opening(role, who, can, stores, sure and proved, (*steps, *more))


def _pairs(infrastructure: Infrastructure) -> Iterator[tuple[Store, Domain]]:
    """A store and the domain of a copy of it, where they differ."""
    for store in infrastructure.irreplaceable:
        for copy in store.backups:
            if isinstance(copy.domain, Domain) and same_domain(store.domain, copy.domain) is False:
                yield store, copy.domain


def _enters(infrastructure: Infrastructure, role: Identity, domain: Domain) -> tuple[str, bool, tuple[Evidence, ...]] | None:
    """Who comes in from a domain, or is an agent: by the trust policy's own words, or because the engine says so."""
    if role.trust is None:  # who becomes it is somebody's right over it, and no text of its own
        return _arrives(infrastructure, role, domain)
    from policypack.authority.aws.document import statements
    from policypack.authority.aws.principal import account_of

    for each in statements(role.trust):
        if each.effect != "Allow" or each.not_principals:
            continue
        for kind, text in each.principals or ():
            if kind == "AWS" and text == "*":
                return "everybody", not each.conditions, (at(role.trust, "its trust policy lets everybody in"),)
            account = account_of(text) or (text.split(":")[4] if text.count(":") > 4 else None)
            if kind == "AWS" and isinstance(domain.id, str) and account == domain.id:
                step = at(role.trust, f"statement {each.index + 1} of its trust policy lets account {account} in")
                return f"the account of the original ({domain})", not each.doubt, (step,)
    return _arrives(infrastructure, role, domain)


def _arrives(infrastructure: Infrastructure, role: Identity, domain: Domain) -> tuple[str, bool, tuple[Evidence, ...]] | None:
    from policypack.authority import authority

    answers = authority(infrastructure)
    for other in infrastructure.identities:
        apart = same_domain(other.domain, role.domain) is False
        if other.address == role.address or not (apart and (same_domain(other.domain, domain) is True or is_watched(other))):
            continue
        found = next((each for each in answers.reaches(other.address) if each.target == role.address), None)
        if found is not None:
            return other.address, found.outcome is Outcome.YES, tuple(found.path)
    return None


def _harm(infrastructure: Infrastructure, role: Identity) -> tuple[str, bool, tuple[Evidence, ...]] | None:
    """What it can do in its own account that a writer of copies cannot."""
    grant = next(iter(broad(role)), None) if role.trust is not None else None
    if grant is not None:
        return f"it may do {grant.said} there", grant.certain, (grant.evidence,)
    from policypack.authority import authority

    here = {store.address for store in infrastructure.stores if same_domain(store.domain, role.domain) is True}
    here |= {vault.resource.address for vault in infrastructure.vaults if same_domain(vault.domain, role.domain) is True}
    powers = readable(authority(infrastructure).powers_of(role.address))
    powers = [each for each in powers if each.verb in _HARM and not each.rules]
    powers = [each for each in powers if each.target in here or each.verb in {Verb.REMOVE_DOMAIN, Verb.ESCALATE}]
    if not powers:
        return None
    worst = max(powers, key=lambda each: each.outcome.rank)
    said = f"it {'can' if worst.outcome is Outcome.YES else 'may be able to'} {worst.verb.value} {worst.target} there"
    return said, worst.outcome is Outcome.YES, worst.path
