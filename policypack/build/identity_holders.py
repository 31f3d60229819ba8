"""Which role a compute resource runs with: by ARN, by name, or inside an instance profile."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.build.identity_documents import Documents, stands
from policypack.build.identity_policies import Place, find, listed, place_of
from policypack.catalog.aws_iam.escalation import holders, named_roles
from policypack.model import Resource, Value

_PROFILE = "aws_iam_instance_profile"


def roles_held(documents: Documents) -> dict[Place, tuple[Place, ...]]:
    """Input and address of a resource that runs with roles -> input and address of each. Roles outside the inputs are left out:
    what they may do cannot be told."""
    arguments = holders()
    found = {}
    for each in documents.estate.resources:
        if each.mode != "managed" or not stands(each) or each.type not in arguments:
            continue
        roles = [
            role
            for path in arguments[each.type]
            for value in named_roles(each, path)
            for role in _roles(value, each, documents)
        ]
        if roles:
            found[place_of(each)] = tuple(dict.fromkeys(place_of(role) for role in roles))
    return found


def _roles(value: Value, holder: Resource, documents: Documents) -> Iterator[Resource]:
    if value is None:
        return
    profiles = find(value, _PROFILE, holder, documents)
    for profile in profiles:
        for role in listed(profile.get("role")):
            yield from find(role, "aws_iam_role", profile, documents)
    if not profiles:
        yield from find(value, "aws_iam_role", holder, documents)
