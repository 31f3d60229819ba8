"""Which key encrypts what: the keys of copies and of states, as resources of the inputs or as the ARNs that name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from policypack.authority.held import readable, watched
from policypack.model import (
    Copy,
    Evidence,
    Infrastructure,
    Outcome,
    Power,
    Reference,
    Resource,
    Store,
    Truth,
    Unknown,
    Value,
    Verb,
    same_domain,
)


class Key(Struct, frozen=True):
    """A key that somebody uses. `store` None: it is not among the inputs; `account` then comes from its ARN."""

    store: Store | None
    account: str | Unknown
    name: str

    def lies_with(self, store: Store) -> Truth:
        """Whether it lies in the domain of a store."""
        if self.store is not None:
            return same_domain(self.store.domain, store.domain)
        if isinstance(self.account, Unknown):
            return self.account
        return self.account == store.domain.id if isinstance(store.domain.id, str) else store.domain.id


def key_of(infrastructure: Infrastructure, copy: Copy) -> Key | None:
    """The key of a copy. None where the service's own key encrypts it, which nobody can destroy."""
    return None if copy.key is None else find_key(infrastructure, copy.key)


def find_key(infrastructure: Infrastructure, value: Value) -> Key:
    """The key that a value names: by reference, by ARN, by id or by alias."""
    for store in infrastructure.stores:
        if store.kind == "key" and not store.resource.goes and _names(infrastructure, value, store):
            return Key(store, "", store.address)
    if isinstance(value, str):
        name = value[value.index("alias/") :] if "alias/" in value else ""
        for each in infrastructure.resources if name else ():
            if each.type == "aws_kms_alias" and each.get("name") == name and each.get("target_key_id") is not None:
                return find_key(infrastructure, each.get("target_key_id"))
        fields = value.split(":")
        known = len(fields) > 5 and fields[4].isdigit()
        return Key(None, fields[4] if known else Unknown("the account of its key is not known"), value if known else "its key")
    reason = value.reason if isinstance(value, Unknown) else "its key is not text"
    return Key(None, Unknown(f"which key encrypts it cannot be told: {reason}"), "its key")


def _names(infrastructure: Infrastructure, value: Value, store: Store) -> bool:
    if isinstance(value, Unknown):
        return any(_leads_to(infrastructure, each, store.address) for each in value.references)
    own = store.resource.get("arn"), store.resource.get("key_id"), store.resource.get("id")
    return isinstance(value, str) and value in own


def _leads_to(infrastructure: Infrastructure, reference: Reference, address: str) -> bool:
    """Whether a reference is to the key, or to an alias of it."""
    if reference.address == address:
        return True
    alias = next((each for each in infrastructure.resources if each.address == reference.address), None)
    target = alias.get("target_key_id") if alias and alias.type == "aws_kms_alias" else None
    return isinstance(target, Unknown) and any(each.address == address for each in target.references)


def keys_of_state(infrastructure: Infrastructure) -> Mapping[str, str]:
    """Key -> the input whose production state it encrypts, by the backend or by the bucket's own encryption."""
    found: dict[str, str] = {}
    for source in infrastructure.inputs:
        backend = source.backend
        if not isinstance(backend, Resource) or backend.type != "s3":
            continue
        if not any(store.resource.inside == source.path for store in infrastructure.production):
            continue
        values = [backend.get("kms_key_id"), *_of_bucket(infrastructure, backend.get("bucket"))]
        for value in values:
            key = find_key(infrastructure, value) if value is not None else None
            if key is not None and key.store is not None:
                found.setdefault(key.store.address, source.path)
    return found


def _of_bucket(infrastructure: Infrastructure, name: Value) -> Iterator[Value]:
    buckets = [
        each
        for each in infrastructure.resources
        if each.type == "aws_s3_bucket" and isinstance(name, str) and each.get("bucket") == name
    ]
    addresses = {each.address for each in buckets}
    for each in infrastructure.resources:
        if each.type != "aws_s3_bucket_server_side_encryption_configuration":
            continue
        bucket = each.get("bucket")
        refers = isinstance(bucket, Unknown) and any(one.address in addresses for one in bucket.references)
        if bucket == name or refers:
            yield each.get("rule.apply_server_side_encryption_by_default.kms_master_key_id")


class Threat(Struct, frozen=True):
    """How the key of a copy is within reach of whoever can delete the original, and whether that is proved."""

    text: str
    certain: bool
    because: tuple[Evidence, ...] = ()


def threat_of(infrastructure: Infrastructure, store: Store, key: Key) -> Threat | None:
    """What is wrong with a key that an isolated copy of the store needs, None where nothing is."""
    beside = key.lies_with(store)
    where = (Evidence(f"the copy is encrypted with {key.name}", key.store.address if key.store else ""),)
    if beside is True:
        return Threat(f"Its key lies in {store.domain}, where the original lies", True, where)
    powers = _destroyers(infrastructure, store, key.store)
    proved = next((each for each in powers if each.outcome is Outcome.YES), None)
    if proved is not None:
        return Threat(f"{proved.identity} can destroy its key", True, (*where, *proved.path))
    if isinstance(beside, Unknown):
        return Threat(f"Whether its key lies apart from the original cannot be told ({beside.reason})", False, where)
    if powers:
        return Threat(f"{powers[0].identity} may be able to destroy its key", False, (*where, *powers[0].path))
    return None


def _destroyers(infrastructure: Infrastructure, store: Store, key: Store | None) -> list[Power]:
    """Who can destroy a key and is an agent, or can destroy the store too."""
    if key is None or not infrastructure.identities:
        return []
    from policypack.authority import authority

    answers = authority(infrastructure)
    agents = {each.address for each in watched(infrastructure)}
    able = {each.identity for each in answers.who_can(Verb.DESTROY, store.address)}
    return [each for each in readable(answers.who_can(Verb.DESTROY_KEY, key.address)) if each.identity in agents | able]
