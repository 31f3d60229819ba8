"""What roles of Entra ID allow, as far as it leads to somebody or to Azure: its own roles, and those that a directory defines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from policypack.build.azure_places import DIRECTORY, EVERYTHING
from policypack.build.azure_rights import Parts
from policypack.build.identity_documents import stands
from policypack.build.identity_policies import listed
from policypack.model import Evidence, Gap, Grant, Level, Resource, Scope, Truth, Unknown, Value

TENANT = Scope(DIRECTORY, Level.EVERYTHING)
SECRETS, PASSWORDS, GROUPS = (
    "microsoft.directory/servicePrincipals/credentials/update",
    "microsoft.directory/users/password/update",
    "microsoft.directory/groups/members/update",
)
EVERY = "microsoft.directory/*"
_ELEVATE = "microsoft.directory/elevateAccess"
RULES = "*"
# Template id -> the role, and what of it leads to somebody (Microsoft Learn, "Microsoft Entra built-in roles"). `*`: the role itself, or
# one that it gives itself, rules the directory and may take the rights to every subscription.
_ROLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "62e90394-69f5-4237-9190-012177145e10": ("Global Administrator", (RULES,)),
    "e8611ab8-c189-46e8-94e1-60213ab1f814": ("Privileged Role Administrator", (RULES,)),
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
_BY_OBJECT = frozenset({"azuread_directory_role_member", "azuread_administrative_unit_role_member"})
_DEFINED, _CUSTOM = "azuread_directory_role", "azuread_custom_directory_role"
# Actions of a custom role -> what they lead to. Who makes itself an owner of an application or a group has the rest.
_ALLOWED: Mapping[re.Pattern[str], str] = {
    re.compile(rf"microsoft\.directory/{kind}/(?:{argument}|owners|allproperties)/(?:update|alltasks)"): right
    for kind, argument, right in (
        (r"(?:applications|serviceprincipals)(?:\.myorganization)?", "credentials", SECRETS),
        (r"groups(?:\.security)?(?:\.assignedmembership)?", "members", GROUPS),
        ("users", "password", PASSWORDS),
    )
}
# Those that lead to nobody: what reads, makes something new, or changes how an application looks and signs people in.
_HARMLESS = re.compile(
    r".*/(?:read|create|createasowner|delete|restore|(?:basic|standard|audience|authentication|extensionproperties|notes|tags?|verification)/update)"
)


class Right(Struct, frozen=True):
    """What a role or a permission is called and what of it leads to somebody. `lost`: why that is not known; `any`: it may be any
    role, also one that rules the directory."""

    name: str
    actions: tuple[str, ...] = ()
    lost: Unknown | None = None
    any: bool = False


def rights(right: Right, evidence: Evidence, where: tuple[Scope, Truth]) -> Iterator[Grant]:
    """The grants that a role makes where it is given."""
    scope, condition = where
    if right.lost is not None:
        yield Grant("allow", right.name, (), scope, evidence, condition=condition, lost=right.lost)
        if right.any and scope.level is Level.EVERYTHING:
            yield Grant("allow", right.name, (_ELEVATE,), EVERYTHING, evidence, condition=right.lost)
    if RULES in right.actions:
        yield Grant("allow", right.name, (EVERY,), scope, evidence, condition=condition)
        yield Grant("allow", right.name, (_ELEVATE,), EVERYTHING, evidence, condition=condition)
    elif right.actions:
        yield Grant("allow", right.name, right.actions, scope, evidence, condition=condition)


def directory_role(value: Value, holder: Resource, parts: Parts) -> Right:
    """The role of the directory that a value names, seen from the resource that gives it."""
    if isinstance(value, str) and value.lower() in _ROLES:
        return Right(*_ROLES[value.lower()])
    found = parts.documents.estate.index.meant(value, holder, lambda kind: kind in {_DEFINED, _CUSTOM}).only
    if found is not None and found.type == _CUSTOM:
        return _custom(found)
    said = (found.get("display_name"), found.get("template_id")) if found is not None else ()
    for template, (name, actions) in _ROLES.items():
        if name in said or template in said:
            return Right(name, actions)
    shown = next((each for each in said if isinstance(each, str)), "")
    lost = Unknown(f"what {shown or 'a directory role'} of {holder.address} allows is not known here")
    # A role that is named, and is none of those that rule the directory, does not. An object id may be that of any role.
    vague = isinstance(value, Unknown) or holder.type in _BY_OBJECT
    return Right(shown or "a directory role", lost=lost, any=vague and not shown)


def _custom(role: Resource) -> Right:
    allowed = _actions(role)
    texts = [each for each in allowed if isinstance(each, str)]
    known = [right for each in texts for pattern, right in _ALLOWED.items() if pattern.fullmatch(each.lower())]
    lost = Unknown(f"the permissions of {role.address} are not known") if len(texts) != len(allowed) or not allowed else None
    return Right(role.address, tuple(dict.fromkeys((*known, *texts))), lost)


def _actions(role: Resource) -> list[Value]:
    """What a custom role allows, Unknown where that cannot be told."""
    blocks = role.blocks("permissions")
    return [
        each
        for block in blocks
        for each in (listed(block.get("allowed_resource_actions")) if isinstance(block, dict) else [block])
    ]


def unknown_actions(parts: Parts) -> Iterator[Gap]:
    """A gap for each action of a custom role that no table has: whether it leads to anybody is not known."""
    for role in parts.documents.estate.by_type.get(_CUSTOM, ()):
        for each in _actions(role) if stands(role) else ():
            text = each.lower() if isinstance(each, str) else ""
            if text and not _HARMLESS.fullmatch(text) and not any(pattern.fullmatch(text) for pattern in _ALLOWED):
                yield Gap(
                    f"what the action {each} that {role.address} allows leads to is not known",
                    role.location,
                    inputs=(role.inside,),
                )
