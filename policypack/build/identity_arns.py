"""The ARNs of identities: as they are known, or put together from account, path and name with holes for what is not."""

from __future__ import annotations

from policypack.build.identity_documents import Documents, joined, partition_of
from policypack.model import Reference, Resource, Unknown, Value


def arn_of(resource: Resource, form: str, documents: Documents) -> str | Unknown:
    """The ARN of a role, user, group or policy (IAM User Guide, IAM identifiers).

    Where it is not known: an Unknown whose `parts` are its text with holes, and whose first reference is the resource's own
    `arn`, so that a policy that names the resource by reference is seen to name it.
    """
    known = resource.get("arn")
    if isinstance(known, str):
        return known
    domain = documents.domains.of(resource)
    parts: list[str | Reference] = [f"arn:{partition_of(documents.estate, resource)}:iam::", domain.account, f":{form}"]
    parts += [*path_parts(resource, documents), *name_parts(resource, documents)]
    made = joined(parts)
    if isinstance(made, str):
        return made
    own = Reference(resource.address, "arn")
    reason = "its account is not known" if isinstance(domain.id, Unknown) else made.reason
    return Unknown(reason, (own, *(each for each in made.references if each != own)), made.parts)


def name_parts(resource: Resource, documents: Documents) -> list[str | Reference]:
    """The name as text and holes. A name that the provider makes up is a hole behind its prefix."""
    hole = Reference(resource.address, "name")
    name = documents.text(resource.get("name"), resource)
    if name is None:
        prefix = documents.text(resource.get("name_prefix"), resource)
        return [*_parts(prefix, hole), hole] if isinstance(prefix, str) else [hole]
    return _parts(name, hole)


def path_parts(resource: Resource, documents: Documents) -> list[str | Reference]:
    """The path, which is `/` where none is written."""
    path = documents.text(resource.get("path"), resource)
    return ["/"] if path is None else _parts(path, Reference(resource.address, "path"))


def _parts(value: Value, hole: Reference) -> list[str | Reference]:
    if isinstance(value, str):
        return [value]
    return list(value.parts) if isinstance(value, Unknown) and value.parts else [hole]
