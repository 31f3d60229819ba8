"""Resources that say of several holders or places what others say of one each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from policypack.build.identity_policies import listed
from policypack.model import Reference, Resource, Unknown, Value, replace

# Type -> its blocks, and the type that says the same of one.
_BLOCKS: Mapping[str, Mapping[str, str]] = {
    "github_repository_collaborators": {"user": "github_repository_collaborator", "team": "github_team_repository"},
    "mongodbatlas_project": {"teams": "mongodbatlas_team_project_assignment"},
}
# The argument by which those name what is the resource itself here.
_ITSELF: Mapping[str, str] = {"mongodbatlas_project": "project_id"}
# Type -> its list, the argument that has one of it, and the type that says the same of one.
_LISTS: Mapping[str, tuple[str, str, str]] = {
    "github_app_installation_repositories": ("selected_repositories", "repository", "github_app_installation_repository"),
}


def several(resource: Resource) -> Iterator[tuple[Resource, str]]:
    """The resource for each that it says something of, as one of the type that says it of one, with that type."""
    if resource.mode != "managed":
        return
    own = {_ITSELF[resource.type]: _id_of(resource)} if resource.type in _ITSELF else {}
    for block, kind in _BLOCKS.get(resource.type, {}).items():
        for each in resource.blocks(block):
            yield replace(resource, values={**resource.values, **own, **_values(each)}), kind
    if resource.type in _LISTS:
        argument, single, kind = _LISTS[resource.type]
        for value in listed(resource.get(argument)):
            yield replace(resource, values={**resource.values, single: value}), kind


def _id_of(resource: Resource) -> Value:
    known = resource.get("id")
    own = Reference(resource.address, "id")
    return known if isinstance(known, str) else Unknown("its own id", (own,), (own,))


def _values(block: Value) -> dict[str, Value]:
    """What a block says: of one that is not known, that what it gives is not."""
    if isinstance(block, dict):
        return block
    unknown = block if isinstance(block, Unknown) else Unknown("a block that cannot be read")
    return {"permission": unknown, "role_names": unknown}
