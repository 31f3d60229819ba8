"""Who may do what in Entra ID: directory roles, permissions of applications, owners; and what each of them leads to on Azure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from policypack.build import azure_graph
from policypack.build.azure_directory_roles import EVERY, GROUPS, SECRETS, TENANT, directory_role, rights, unknown_actions
from policypack.build.azure_groups import FOR_A_TIME, is_member
from policypack.build.azure_places import DIRECTORY
from policypack.build.azure_principals import Principal
from policypack.build.azure_rights import Held, Parts, given_to
from policypack.build.identity_documents import stands
from policypack.build.identity_policies import listed
from policypack.build.scoped import spot_of
from policypack.model import Evidence, Gap, Grant, Level, Resource, Scope, Truth, Unknown, Value, replace

# A role -> the arguments that name it and who has it.
_HOLDERS: Mapping[str, tuple[str, str]] = {
    "azuread_directory_role_assignment": ("role_id", "principal_object_id"),
    "azuread_directory_role_member": ("role_object_id", "member_object_id"),
    "azuread_directory_role_eligibility_schedule_request": ("role_definition_id", "principal_id"),
    "azuread_administrative_unit_role_member": ("role_object_id", "member_object_id"),
}
_UNIT = "administrative_unit_object_id"
_ELIGIBLE = "azuread_privileged_access_group_eligibility_schedule"
_ACTIVATION = "azuread_group_role_management_policy"


def held(parts: Parts) -> Held:
    """Every right in the directory, with who has it."""
    readers: Mapping[str, Callable[[Resource, Parts], Held]] = {
        **dict.fromkeys(_HOLDERS, _role),
        azure_graph.TYPE: azure_graph.permission,
        "azuread_application": _owners,
        "azuread_service_principal": _owners,
        "azuread_application_owner": _owner,
        "azuread_group": _group_owners,
        "azuread_group_without_members": _group_owners,
        FOR_A_TIME: _scheduled,
        _ELIGIBLE: _scheduled,
    }
    for each in parts.documents.estate.resources:
        reader = readers.get(each.type)
        if reader is not None and each.mode == "managed" and stands(each):
            yield from reader(each, parts)


def unknown_rights(parts: Parts) -> Iterator[Gap]:
    """A gap for each right in the directory of which no table says what it leads to."""
    yield from azure_graph.unknown_permissions(parts)
    yield from unknown_actions(parts)


def _role(resource: Resource, parts: Parts) -> Held:
    role, who = _HOLDERS[resource.type]
    right = directory_role(resource.get(role), resource, parts)
    evidence = Evidence(f"{resource.address} gives {right.name} in the directory", resource.address, resource.location)
    scopes, condition = _where(resource, parts)
    if _UNIT in resource.values:
        right = replace(right, any=False)  # whoever rules the directory does so in all of it
    made = [each for scope in scopes for each in rights(right, evidence, (scope, condition))]
    yield from given_to(parts.principals.named(resource.get(who), resource), made)


def _where(resource: Resource, parts: Parts) -> tuple[list[Scope], Truth]:
    """Where in the directory a role holds: the whole of it, or what is meant by one application."""
    if _UNIT in resource.values:
        return [TENANT], Unknown(f"who is in the administrative unit of {resource.address} is not known")
    value = resource.get("directory_scope_id")
    if value in (None, "/"):
        return [TENANT], True
    meant = [_at(each, parts) for each in parts.principals.meant(resource, ("directory_scope_id",), needed=False)]
    return (meant, True) if meant else ([TENANT], Unknown(f"on what {resource.address} gives it is not known"))


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
    made = [_joining(resource, resource, f"{resource.address} makes it an owner, who adds members", True, parts)]
    for value in listed(resource.get("owners")):
        yield from given_to(parts.principals.named(value, resource), made)


def _scheduled(resource: Resource, parts: Parts) -> Held:
    """What somebody may do who owns a group for a time, or may activate that it is in it or owns it. Who is in it for a time is a
    member like others."""
    if is_member(resource):
        return
    eligible = resource.type == _ELIGIBLE
    said = f"{resource.address} {'lets it join' if eligible else 'makes it an owner of'} the group"
    for group in parts.principals.named(resource.get("group_id"), resource, "group"):
        made = [_joining(group.resource, resource, said, _activated(group, parts) if eligible else True, parts)]
        yield from given_to(parts.principals.named(resource.get("principal_id"), resource), made)


def _activated(group: Principal, parts: Parts) -> Truth:
    """Whether somebody activates what they are eligible for in a group by themselves."""
    for each in parts.documents.estate.by_type.get(_ACTIVATION, ()):
        asks = each.get("activation_rules.require_approval")
        about = {one.key for one in parts.principals.named(each.get("group_id"), each, "group")}
        if group.key in about and stands(each) and asks not in (None, False):
            return Unknown(f"somebody has to approve its activation ({each.address})")
    return True


def _joining(group: Resource, by: Resource, said: str, condition: Truth, parts: Parts) -> Grant:
    scope = Scope(DIRECTORY, Level.THING, spot_of(group, parts.documents.estate))
    return Grant("allow", "owner", (GROUPS,), scope, Evidence(said, by.address, by.location), condition=condition)


def _at(principal: Principal, parts: Parts) -> Scope:
    return Scope(DIRECTORY, Level.THING, spot_of(principal.resource, parts.documents.estate))


def about_groups(grant: Grant) -> bool:
    """Whether a grant is a right to add members to groups, or may be one."""
    return grant.scope.provider == DIRECTORY and (grant.lost is not None or not {GROUPS, EVERY}.isdisjoint(grant.actions))


def joins(grant: Grant, group: Principal) -> Truth:
    """Whether whoever holds a grant may make itself a member of a group. A group that roles can be given to takes more than that."""
    if not about_groups(grant):
        return False
    shown = group.shown or group.resource.mode == "data"
    told: Truth = True
    if grant.scope.level is Level.THING:
        met = grant.scope.spot is not None and grant.scope.spot.place == group.resource.place
        told = Unknown(f"whether {group.name} is the group that is meant is not known") if met and not shown else met
    elif EVERY not in grant.actions and grant.lost is None:
        doubt = Unknown(f"whether {group.name or group.resource.address} can be given roles is not known")
        guarded = group.resource.get("assignable_to_role") if group.shown else doubt
        told = guarded if isinstance(guarded, Unknown) else guarded is not True
    return told if told is False or grant.lost is None else grant.lost
