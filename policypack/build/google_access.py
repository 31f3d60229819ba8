"""Access on Google Cloud that is no policy: the access lists of BigQuery datasets and of buckets.

BigQuery, "Basic roles for datasets"; Cloud Storage, "Access control lists", which say by which roles lists can be written as policies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from policypack.build.google_members import Member, Members
from policypack.build.google_places import PROVIDER
from policypack.build.identity_documents import Documents, stands
from policypack.build.scoped import placed, short, spot_of
from policypack.model import Evidence, Grant, Level, Resource, Scope, Spot, Unknown, Value

_DATASET, _BUCKET = "google_bigquery_dataset", "google_storage_bucket"
_DATASET_ROLES: Mapping[str, str] = {
    "OWNER": "roles/bigquery.dataOwner",
    "WRITER": "roles/bigquery.dataEditor",
    "READER": "roles/bigquery.dataViewer",
}
_BUCKET_ROLES: Mapping[str, str] = {
    "OWNER": "roles/storage.legacyBucketOwner",
    "WRITER": "roles/storage.legacyBucketWriter",
    "READER": "roles/storage.legacyBucketReader",
}
_SPECIAL: Mapping[str, str] = {"allAuthenticatedUsers": "allAuthenticatedUsers", "allUsers": "allUsers"}
_HOLDERS: Mapping[str, str] = {"owners": "projectOwner", "editors": "projectEditor", "viewers": "projectViewer"}
# What whole lists give to everybody; the others give it to the project's own people.
_PREDEFINED: Mapping[str, tuple[tuple[Value, Value], ...]] = {
    "publicRead": (("READER", "allUsers"),),
    "publicReadWrite": (("WRITER", "allUsers"),),
    "authenticatedRead": (("READER", "allAuthenticatedUsers"),),
}
Role = Callable[[Value, Resource], tuple[str, tuple[str, ...], Unknown | None, Resource | None]]


class Given(Struct, frozen=True):
    """One grant to one member, as it is written: in which form (`member`, `binding`, `policy`) and by which resource."""

    member: Member
    grant: Grant
    form: str
    by: Resource


def access_lists(documents: Documents, members: Members, role: Role) -> Iterator[Given]:
    """What access lists give."""
    for each in documents.estate.resources:
        if each.mode != "managed" or not stands(each):
            continue
        if each.type == _DATASET:
            for block in each.blocks("access"):
                yield from _dataset(block, each, each, (documents, members, role))
        elif each.type == "google_bigquery_dataset_access":
            home = placed(lambda kind: kind == _DATASET, each.get("dataset_id"), each, documents.estate)
            yield from _dataset(dict(each.values), each, home, (documents, members, role))
        elif each.type in {"google_storage_bucket_access_control", "google_storage_bucket_acl"}:
            yield from _bucket(each, (documents, members, role))


def _dataset(block: Value, by: Resource, home: Resource | None, of: tuple[Documents, Members, Role]) -> Iterator[Given]:
    if isinstance(block, Unknown):
        block = {"role": block, "iam_member": block}
    written = block.get("role") if isinstance(block, dict) else None
    if not isinstance(block, dict) or written is None:
        return  # another dataset's views and routines: nobody acts through them
    spot = spot_of(home, of[0].estate) if home is not None else Spot(_DATASET, short(block.get("dataset_id"), by))
    role: Value = _DATASET_ROLES.get(written, written) if isinstance(written, str) else written
    yield from _given(_holder(block), role, spot, by, of)


def _holder(block: Mapping[str, Value]) -> Value:
    """Whom a block of a dataset's list is about, as a policy would name it."""
    email, special = block.get("user_by_email"), block.get("special_group")
    if email is not None:
        return _named(email)
    for key, prefix in (("group_by_email", "group:"), ("domain", "domain:")):
        value = block.get(key)
        if value is not None:
            return f"{prefix}{value}" if isinstance(value, str) else value
    if isinstance(special, str):
        return _SPECIAL.get(special, f"specialGroup:{special}")
    return special if isinstance(special, Unknown) else block.get("iam_member")


def _bucket(by: Resource, of: tuple[Documents, Members, Role]) -> Iterator[Given]:
    """Entities as `user-EMAIL`, `group-EMAIL`, `allUsers`; in a list as `OWNER:user-EMAIL`."""
    home = placed(lambda kind: kind == _BUCKET, by.get("bucket"), by, of[0].estate)
    spot = spot_of(home, of[0].estate) if home is not None else Spot(_BUCKET, short(by.get("bucket"), by))
    pairs: list[tuple[Value, Value]] = [(by.get("role"), by.get("entity"))]
    entries = by.get("role_entity")
    if isinstance(entries, (list, Unknown)):
        pairs = [_pair(each) for each in (entries if isinstance(entries, list) else [entries])]
    predefined = by.get("predefined_acl")
    if isinstance(predefined, Unknown):
        pairs.append((predefined, predefined))
    elif isinstance(predefined, str):
        pairs += _PREDEFINED.get(predefined, ())
    for written, entity in pairs:
        if written is not None and entity is not None:
            role = _BUCKET_ROLES.get(written, written) if isinstance(written, str) else written
            yield from _given(_entity(entity), role, spot, by, of)


def _pair(entry: Value) -> tuple[Value, Value]:
    """Role and entity of an entry (`OWNER:user-EMAIL`)."""
    if not isinstance(entry, str):
        return entry, entry
    role, _, entity = entry.partition(":")
    return role, entity


def _entity(entity: Value) -> Value:
    """Who is meant, as a policy would name it. `project-owners-…` stands for whoever holds a basic role of the project."""
    if not isinstance(entity, str) or entity in _SPECIAL:
        return entity
    form, _, name = entity.partition("-")
    if form == "project":
        holders, _, project = name.partition("-")
        return f"{_HOLDERS.get(holders, 'project')}:{project}"
    return {"user": _named(name), "group": f"group:{name}", "domain": f"domain:{name}"}.get(form, entity)


def _named(email: Value) -> Value:
    if not isinstance(email, str):
        return email
    return f"{'serviceAccount' if email.endswith('gserviceaccount.com') else 'user'}:{email}"


def _given(value: Value, named: Value, spot: Spot, by: Resource, of: tuple[Documents, Members, Role]) -> Iterator[Given]:
    member = of[1].of(value, by) if value is not None else None
    if member is None:
        return
    name, actions, lost, custom = of[2](named, by)
    scope = Scope(PROVIDER, Level.THING, spot)
    evidence = Evidence(f"{name} at {scope}", by.address, by.location)
    grant = Grant(
        "allow", name, actions, scope, evidence, lost=lost, partial=lost is None and custom is None, defined_in=custom
    )
    yield Given(member, grant, "member", by)
