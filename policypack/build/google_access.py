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
    if not isinstance(block, dict) or not isinstance(block.get("role"), str):
        return
    written = str(block["role"])
    email, group = block.get("user_by_email"), block.get("group_by_email")
    value: Value = block.get("iam_member") or _SPECIAL.get(str(block.get("special_group")))
    if email is not None:
        value = _named(email)
    elif group is not None:
        value = f"group:{group}" if isinstance(group, str) else group
    spot = spot_of(home, of[0].estate) if home is not None else Spot(_DATASET, short(block.get("dataset_id"), by))
    yield from _given(value, _DATASET_ROLES.get(written, written), spot, by, of)


def _bucket(by: Resource, of: tuple[Documents, Members, Role]) -> Iterator[Given]:
    """Entities as `user-EMAIL`, `group-EMAIL`, `allUsers`; in a list as `OWNER:user-EMAIL`."""
    home = placed(lambda kind: kind == _BUCKET, by.get("bucket"), by, of[0].estate)
    spot = spot_of(home, of[0].estate) if home is not None else Spot(_BUCKET, short(by.get("bucket"), by))
    pairs = [(by.get("role"), by.get("entity"))]
    entries = by.get("role_entity")
    if isinstance(entries, list):
        pairs = [(text.partition(":")[0], text.partition(":")[2]) for text in entries if isinstance(text, str)]
    for written, entity in pairs:
        if isinstance(written, str) and isinstance(entity, str) and written in _BUCKET_ROLES:
            form, dash, name = entity.partition("-")
            value = {"user": _named(name), "group": f"group:{name}", "domain": f"domain:{name}"}.get(form) if dash else entity
            yield from _given(value, _BUCKET_ROLES[written], spot, by, of)


def _named(email: Value) -> Value:
    if not isinstance(email, str):
        return email
    return f"{'serviceAccount' if email.endswith('gserviceaccount.com') else 'user'}:{email}"


def _given(value: Value, named: str, spot: Spot, by: Resource, of: tuple[Documents, Members, Role]) -> Iterator[Given]:
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
