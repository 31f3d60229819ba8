"""Permissions that an application has by itself (app roles), and what those of Microsoft Graph lead to on Azure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from policypack.build.azure_directory_roles import GROUPS, RULES, SECRETS, TENANT, Right, rights
from policypack.build.azure_rights import Held, Parts, given_to
from policypack.build.identity_documents import stands
from policypack.model import Evidence, Gap, Resource, Truth, Unknown

TYPE = "azuread_app_role_assignment"
# Permissions of Microsoft Graph for applications, by name, with their ids ("Microsoft Graph permissions reference").
_GRAPH: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "RoleManagement.ReadWrite.Directory": ("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", (RULES,)),
    "AppRoleAssignment.ReadWrite.All": ("06b708a9-e830-4db3-a914-8e69da51d44f", (RULES,)),
    "Application.ReadWrite.All": ("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", (SECRETS,)),
    "Directory.ReadWrite.All": ("19dbc75e-c2e2-444c-a770-ec69d8559fc7", (GROUPS,)),
    "Group.ReadWrite.All": ("62a82d76-70ea-41e2-9197-370581804d09", (GROUPS,)),
    "GroupMember.ReadWrite.All": ("dbaae8cf-10b5-4b86-a4a1-f871c94c6695", (GROUPS,)),
}
_BY_ID: Mapping[str, str] = {known: name for name, (known, _) in _GRAPH.items()}
_SIGNS_IN = "00000000-0000-0000-0000-000000000000"  # no role of the application: who has it may sign in to it
_KEYED = re.compile(r'app_role_ids[.\["]+([\w.-]+)')
# What a name says that only reads (`Resource.Operation.Constraint`), and what no name says that does.
_READS = re.compile(r"[\w-]+\.Read(?:Basic|For[A-Z][a-z]+)?(?:\.[\w-]+)*")
_CHANGES = re.compile(r"Write|Update|Change|Manage|Create|Delete|Remove|Send")


def permission(resource: Resource, parts: Parts) -> Held:
    """What an application may do by a permission of its own. One that is not known may be one that rules the directory."""
    if _of_ones_own(resource, parts):
        return
    names, lost = _meant(resource)
    said = " or ".join(each for each in names if each in _GRAPH) or "a permission of its own"
    evidence = Evidence(f"{resource.address} gives {said}", resource.address, resource.location)
    sure: Truth = True
    if lost is not None or len(names) > 1:
        sure = Unknown(f"which permission {resource.address} gives is not known")
    made = [
        grant for name in names if name in _GRAPH for grant in rights(Right(name, _GRAPH[name][1]), evidence, (TENANT, sure))
    ]
    if lost is not None:
        made += rights(Right("a permission", lost=lost, any=True), evidence, (TENANT, True))
    yield from given_to(parts.principals.named(resource.get("principal_object_id"), resource), made)


def _meant(resource: Resource) -> tuple[list[str], Unknown | None]:
    """The permissions that may be meant, by name or else by id, and why there may be others."""
    value = resource.get("app_role_id")
    if not isinstance(value, Unknown):
        return [_BY_ID.get(value.lower(), value)] if isinstance(value, str) else [], None
    named = {name: None for each in value.references for name in _KEYED.findall(str(each))}
    beside = [each for each in value.references if not _KEYED.search(str(each))]
    whole = [
        each for each in beside if not any(str(other).startswith(str(each)) for other in value.references if other != each)
    ]
    if named and not whole:
        return list(named), None
    return list(named), Unknown(f"which permission {resource.address} gives is not known", value.references)


def _of_ones_own(resource: Resource, parts: Parts) -> bool:
    """Whether the permission is one of an application that the inputs make: what it lets somebody do is that application's affair."""
    offers = parts.principals.named(resource.get("resource_object_id"), resource)
    return bool(offers) and all(parts.principals.application_of(each) is not None for each in offers)


def unknown_permissions(parts: Parts) -> Iterator[Gap]:
    """A gap for each permission that an application has by itself and that the table does not have, unless its name says that it
    reads: whether it leads to anybody is not known."""
    for each in parts.documents.estate.by_type.get(TYPE, ()):
        if not stands(each) or _of_ones_own(each, parts):
            continue
        for name in _meant(each)[0]:
            if name not in _GRAPH and name != _SIGNS_IN and not _reads(name):
                said = f"what the permission {name} that {each.address} gives allows is not known"
                yield Gap(said, each.location, inputs=(each.inside,))


def _reads(permission: str) -> bool:
    """Whether the name of a permission says that it changes nothing, and no more: `User.Read.All`, `Mail.ReadBasic.All`."""
    return _READS.fullmatch(permission) is not None and _CHANGES.search(permission.partition(".")[2]) is None
