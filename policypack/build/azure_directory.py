"""Who may do what in Entra ID: directory roles, permissions of applications, owners; and what each of them leads to on Azure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from policypack.build.azure_places import DIRECTORY, EVERYTHING
from policypack.build.azure_principals import Principal
from policypack.build.azure_rights import Held, Parts, given_to
from policypack.build.identity_documents import stands
from policypack.build.identity_policies import listed
from policypack.build.scoped import spot_of
from policypack.model import Evidence, Gap, Grant, Level, Resource, Scope, Truth, Unknown, Value

TENANT = Scope(DIRECTORY, Level.EVERYTHING)
SECRETS, PASSWORDS, GROUPS = (
    "microsoft.directory/servicePrincipals/credentials/update",
    "microsoft.directory/users/password/update",
    "microsoft.directory/groups/members/update",
)
_APPLICATION_SECRETS = "microsoft.directory/applications/credentials/update"
_ELEVATE = "microsoft.directory/elevateAccess"
_RULES = "*"
# Template id -> the role, and what of it leads to somebody (Microsoft Learn, "Microsoft Entra built-in roles"). `*`: the role itself, or
# one that it gives itself, rules the directory and may take the rights to every subscription.
_ROLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "62e90394-69f5-4237-9190-012177145e10": ("Global Administrator", (_RULES,)),
    "e8611ab8-c189-46e8-94e1-60213ab1f814": ("Privileged Role Administrator", (_RULES,)),
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": ("Privileged Authentication Administrator", (PASSWORDS,)),
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": ("Application Administrator", (SECRETS,)),
    "158c047a-c907-4556-b7ef-446551a6b5f7": ("Cloud Application Administrator", (SECRETS,)),
    "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": ("Hybrid Identity Administrator", (SECRETS,)),
    "fe930be7-5e62-47db-91af-98c3a49a38b1": ("User Administrator", (PASSWORDS, GROUPS)),
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": ("Authentication Administrator", (PASSWORDS,)),
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": ("Helpdesk Administrator", (PASSWORDS,)),
    "966707d0-3269-4727-9be2-8c3a10f19b9d": ("Password Administrator", (PASSWORDS,)),
    "9360feb5-f418-4baa-8175-e2a00bac4301": ("Directory Writers", (GROUPS,)),
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": ("Directory Readers", ()),
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": ("Global Reader", ()),
    "5d6b6bb7-de71-4623-b4af-96380a352509": ("Security Reader", ()),
}
# Permissions of Microsoft Graph for applications, by name, with their ids ("Microsoft Graph permissions reference").
_GRAPH: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "RoleManagement.ReadWrite.Directory": ("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8", (_RULES,)),
    "AppRoleAssignment.ReadWrite.All": ("06b708a9-e830-4db3-a914-8e69da51d44f", (_RULES,)),
    "Application.ReadWrite.All": ("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", (SECRETS,)),
    "Directory.ReadWrite.All": ("19dbc75e-c2e2-444c-a770-ec69d8559fc7", (GROUPS,)),
    "Group.ReadWrite.All": ("62a82d76-70ea-41e2-9197-370581804d09", (GROUPS,)),
    "GroupMember.ReadWrite.All": ("dbaae8cf-10b5-4b86-a4a1-f871c94c6695", (GROUPS,)),
}
_ROLE_NAMED = re.compile(r'app_role_ids[.\["]+([\w.]+)')
_HOLDERS: Mapping[str, tuple[str, str]] = {
    "azuread_directory_role_assignment": ("role_id", "principal_object_id"),
    "azuread_directory_role_member": ("role_object_id", "member_object_id"),
    "azuread_directory_role_eligibility_schedule_request": ("role_definition_id", "principal_id"),
}
_DEFINED = ("azuread_directory_role", "azuread_custom_directory_role")


def held(parts: Parts) -> Held:
    """Every right in the directory, with who has it."""
    readers: Mapping[str, Callable[[Resource, Parts], Held]] = {
        **dict.fromkeys(_HOLDERS, _role),
        "azuread_app_role_assignment": _permission,
        "azuread_application": _owners,
        "azuread_service_principal": _owners,
        "azuread_application_owner": _owner,
        "azuread_group": _group_owners,
    }
    for each in parts.documents.estate.resources:
        reader = readers.get(each.type)
        if reader is not None and each.mode == "managed" and stands(each):
            yield from reader(each, parts)


def _role(resource: Resource, parts: Parts) -> Held:
    role, who = _HOLDERS[resource.type]
    name, rights, lost = _directory_role(resource.get(role), resource, parts)
    evidence = Evidence(f"{resource.address} gives {name} in the directory", resource.address, resource.location)
    scopes, condition = _where(resource, parts)
    made = [each for scope in scopes for each in _rights(name, rights, lost, evidence, (scope, condition))]
    yield from given_to(parts.principals.named(resource.get(who), resource), made)


def _directory_role(value: Value, holder: Resource, parts: Parts) -> tuple[str, tuple[str, ...], Unknown | None]:
    """The name of a directory role, what of it leads to somebody, and why that is not known where it is not."""
    if isinstance(value, str):
        known = _ROLES.get(value.lower())
        if known is not None:
            return *known, None
    found = parts.documents.estate.index.find(value, holder, lambda kind: kind in _DEFINED).only
    if found is not None and found.type == "azuread_custom_directory_role":
        return _custom(found)
    said = (found.get("display_name"), found.get("template_id")) if found is not None else ()
    for template, (name, rights) in _ROLES.items():
        if name in said or template in said:
            return name, rights, None
    shown = next((each for each in said if isinstance(each, str)), "a directory role")
    return shown, (), Unknown(f"what {shown} of {holder.address} allows is not known here")


def _custom(role: Resource) -> tuple[str, tuple[str, ...], Unknown | None]:
    allowed = [
        one
        for block in role.blocks("permissions")
        if isinstance(block, dict)
        for one in listed(block.get("allowed_resource_actions"))
    ]
    texts = [each for each in allowed if isinstance(each, str)]
    if len(texts) != len(allowed) or not allowed:
        return role.address, (), Unknown(f"the permissions of {role.address} are not known")
    return role.address, tuple(SECRETS if each.lower() == _APPLICATION_SECRETS.lower() else each for each in texts), None


def _where(resource: Resource, parts: Parts) -> tuple[list[Scope], Truth]:
    """Where in the directory a role holds: the whole of it, or what is meant by one application."""
    value = resource.get("directory_scope_id")
    if value in (None, "/"):
        return [TENANT], True
    meant = [_at(each, parts) for each in parts.principals.meant(resource, ("directory_scope_id",))]
    return (meant, True) if meant else ([TENANT], Unknown(f"on what {resource.address} gives it is not known"))


def _rights(
    name: str, rights: tuple[str, ...], lost: Unknown | None, evidence: Evidence, where: tuple[Scope, Truth]
) -> Iterator[Grant]:
    scope, condition = where
    if lost is not None:
        yield Grant("allow", name, (), scope, evidence, condition=condition, lost=lost)
    elif _RULES in rights:
        yield Grant("allow", name, ("microsoft.directory/*",), scope, evidence, condition=condition)
        yield Grant("allow", name, (_ELEVATE,), EVERYTHING, evidence, condition=condition)
    elif rights:
        yield Grant("allow", name, rights, scope, evidence, condition=condition)


def _permission(resource: Resource, parts: Parts) -> Held:
    """A permission that an application has by itself. One that is not known may be one that rules the directory."""
    value = resource.get("app_role_id")
    said = [value] if isinstance(value, str) else [str(each) for each in value.references] if isinstance(value, Unknown) else []
    evidence = Evidence(f"{resource.address} gives a permission of its own", resource.address, resource.location)
    for name, (known, rights) in _GRAPH.items():
        if any(text.lower() == known or f'"{name}"' in text or text.endswith(f".{name}") for text in said):
            evidence = Evidence(f"{resource.address} gives {name}", resource.address, resource.location)
            made = list(_rights(name, rights, None, evidence, (TENANT, True)))
            yield from given_to(parts.principals.named(resource.get("principal_object_id"), resource), made)
            return
    if isinstance(value, Unknown) and not any("app_role_ids" in text for text in said):
        lost = Unknown(f"which permission {resource.address} gives is not known", value.references)
        made = list(_rights("a permission", (), lost, evidence, (TENANT, True)))
        yield from given_to(parts.principals.named(resource.get("principal_object_id"), resource), made)


def unknown_permissions(parts: Parts) -> Iterator[Gap]:
    """A gap for each permission that an application has by itself and that the table does not have, unless its name says that it
    reads: whether it leads to anybody is not known."""
    for each in parts.documents.estate.resources:
        if each.type != "azuread_app_role_assignment" or each.mode != "managed" or not stands(each):
            continue
        value = each.get("app_role_id")
        named = value.references if isinstance(value, Unknown) else ()
        texts = [value] if isinstance(value, str) else [name for one in named for name in _ROLE_NAMED.findall(str(one))]
        for text in texts:
            if text not in _GRAPH and not any(text.lower() == known for known, _ in _GRAPH.values()) and not _reads(text):
                said = f"what the permission {text} that {each.address} gives allows is not known"
                yield Gap(said, each.location, inputs=(each.inside,))


def _reads(permission: str) -> bool:
    """Whether the name of a permission says that it changes nothing: `User.Read.All`, `Mail.ReadBasic.All`."""
    words = permission.split(".")
    return any(each.startswith("Read") for each in words) and not any("Write" in each for each in words)


def _owners(resource: Resource, parts: Parts) -> Held:
    """Who owns an application adds a secret to it, and is it then."""
    if resource.type == "azuread_application":
        meant = parts.principals.of_application.get(resource.place, [])
    else:
        meant = [Principal(resource.place, resource, "service_principal")]
    for value in listed(resource.get("owners")):
        yield from _owned(value, resource, meant, parts)


def _owner(resource: Resource, parts: Parts) -> Held:
    yield from _owned(resource.get("owner_object_id"), resource, parts.principals.meant(resource, ("application_id",)), parts)


def _owned(value: Value, resource: Resource, meant: list[Principal], parts: Parts) -> Held:
    evidence = Evidence(f"{resource.address} makes it an owner, who adds secrets", resource.address, resource.location)
    made = [Grant("allow", "owner", (SECRETS,), _at(each, parts), evidence) for each in meant]
    yield from given_to(parts.principals.named(value, resource), made)


def _group_owners(resource: Resource, parts: Parts) -> Held:
    evidence = Evidence(f"{resource.address} makes it an owner, who adds members", resource.address, resource.location)
    made = [
        Grant("allow", "owner", (GROUPS,), Scope(DIRECTORY, Level.THING, spot_of(resource, parts.documents.estate)), evidence)
    ]
    for value in listed(resource.get("owners")):
        yield from given_to(parts.principals.named(value, resource), made)


def _at(principal: Principal, parts: Parts) -> Scope:
    return Scope(DIRECTORY, Level.THING, spot_of(principal.resource, parts.documents.estate))


def about_groups(grant: Grant) -> bool:
    """Whether a grant is a right to add members to groups."""
    return grant.scope.provider == DIRECTORY and any(each in {GROUPS, "microsoft.directory/*"} for each in grant.actions)


def joins(grant: Grant, group: Principal) -> Truth:
    """Whether whoever holds a grant may make itself a member of a group. A group that roles can be given to takes more than that."""
    if not about_groups(grant):
        return False
    if grant.scope.level is Level.THING:
        spot = grant.scope.spot
        return spot is not None and spot.place == group.resource.place and group.shown
    guarded = (
        group.resource.get("assignable_to_role")
        if group.shown
        else Unknown(f"whether {group.name} can be given roles is not known")
    )
    return guarded if isinstance(guarded, Unknown) else guarded is not True or "microsoft.directory/*" in grant.actions
