"""What is granted by a role of Azure or of Entra ID, in both planes, with the conditions that it or its assignment has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from policypack.authority.azure import BY_KEYS, BY_POLICIES, BY_ROLES, DATA, matches
from policypack.build.azure_conditions import guarded
from policypack.build.identity_documents import Documents
from policypack.build.identity_policies import listed
from policypack.catalog.scoped.azure_roles import BuiltIn, built_in
from policypack.model import Evidence, Grant, Resource, Scope, Truth, Unknown, Value, replace

_DEFINITION = "azurerm_role_definition"
# An action of the control plane that hands out keys, and what those open.
_KEYS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        (
            "Microsoft.Storage/storageAccounts/listKeys/action",
            "Microsoft.Storage/storageAccounts/regenerateKey/action",
            "Microsoft.Storage/storageAccounts/listAccountSas/action",
        ),
        "Microsoft.Storage/storageAccounts/write",
        "Microsoft.Storage/storageAccounts/*",
    ),
    (
        (
            "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
            "Microsoft.DocumentDB/databaseAccounts/listConnectionStrings/action",
            "Microsoft.DocumentDB/databaseAccounts/regenerateKey/action",
        ),
        "Microsoft.DocumentDB/databaseAccounts/write",
        "Microsoft.DocumentDB/databaseAccounts/*",
    ),
    (
        (
            "Microsoft.AppConfiguration/configurationStores/ListKeys/action",
            "Microsoft.AppConfiguration/configurationStores/RegenerateKey/action",
        ),
        "Microsoft.AppConfiguration/configurationStores/write",
        "Microsoft.AppConfiguration/configurationStores/*",
    ),
    (
        (
            "Microsoft.Search/searchServices/listAdminKeys/action",
            "Microsoft.Search/searchServices/regenerateAdminKey/action",
        ),
        "Microsoft.Search/searchServices/write",
        "Microsoft.Search/searchServices/*",
    ),
)
_VAULT = "Microsoft.KeyVault/vaults/"
_INSIDE_VAULT = (f"{DATA}{_VAULT}keys/*", f"{DATA}{_VAULT}secrets/*", f"{DATA}{_VAULT}certificates/*")


class Role(Struct, frozen=True):
    """A role as far as it is known: permissions, each with two planes. `partial`: its control plane is known without what only reads."""

    name: str
    permissions: tuple[BuiltIn, ...] = ()
    lost: Unknown | None = None
    partial: bool = False
    defined_in: Resource | None = None


def role_of(assignment: Resource, documents: Documents) -> Role:
    """The role that an assignment names: by its name, its id, or the resource that defines it."""
    name = assignment.get("role_definition_name")
    if isinstance(name, str) and name:
        return _by_name(name, assignment, documents)
    value = assignment.get("role_definition_id")
    if isinstance(value, str):
        return _by_name(value.rstrip("/").rpartition("/")[2], assignment, documents)
    if isinstance(value, Unknown):
        return _by_reference(value, assignment, documents)
    reason = name if isinstance(name, Unknown) else Unknown("its role is not written")
    return Role("a role", lost=Unknown(f"which role {assignment.address} gives is not known", reason.references))


def _by_name(name: str, assignment: Resource, documents: Documents) -> Role:
    known = built_in().named(name)
    if known is not None:
        return Role(known[0], (known[1],), partial=True)
    for each in documents.estate.by_type.get(_DEFINITION, ()):
        if each.get("name") == name or each.get("role_definition_id") == name:
            return _custom(each)
    del assignment
    return Role(name, lost=Unknown(f"{name} is no built-in role that the table has, nor one that the inputs define"))


def _by_reference(value: Unknown, assignment: Resource, documents: Documents) -> Role:
    found = documents.estate.index.meant(value, assignment, lambda kind: kind == _DEFINITION).only
    if found is not None and found.mode == "managed":
        return _custom(found)
    name = found.get("name") if found is not None else None
    if found is not None and isinstance(name, str):
        return _by_name(name, assignment, documents)
    known = found.get("role_definition_id") if found is not None else None
    if found is not None and isinstance(known, str):
        return _by_name(known, assignment, documents)
    ends = value.parts[-1].rpartition("/")[2] if value.parts and isinstance(value.parts[-1], str) else ""
    if ends and built_in().named(ends) is not None:
        return _by_name(ends, assignment, documents)
    shown = ", ".join(str(each) for each in value.references) or value.reason
    return Role(f"the role of {shown}", lost=Unknown(f"what {shown} allows is not among the inputs", value.references))


def _custom(definition: Resource) -> Role:
    """A role that the inputs define. What cannot be read of it may allow anything."""
    name = definition.get("name")
    shown = name if isinstance(name, str) else definition.address
    blocks = definition.blocks("permissions")
    found: list[BuiltIn] = []
    for block in blocks:
        parts = [_patterns(block, key) for key in ("actions", "not_actions", "data_actions", "not_data_actions")]
        if any(each is None for each in parts):
            lost = Unknown(f"the permissions of {definition.address} are not known")
            return Role(shown, lost=lost, defined_in=definition)
        found.append(BuiltIn("", *(each or () for each in parts)))
    return Role(shown, tuple(found), defined_in=definition)


def _patterns(block: Value, key: str) -> tuple[str, ...] | None:
    """The patterns of one kind in a permissions block, None where one is not known."""
    if not isinstance(block, dict):
        return None
    value = block.get(key)
    if value is None:
        return ()
    texts = tuple(each for each in listed(value) if isinstance(each, str))
    return texts if len(texts) == len(listed(value)) else None


class Given(Struct, frozen=True):
    """How a role is given: where, by what, under which condition."""

    scope: Scope
    evidence: Evidence
    condition: Truth = True
    text: str = ""


def grants(role: Role, given: Given) -> Iterator[Grant]:
    """The statements that a role makes where it is given."""
    if role.lost is not None:
        yield _grant(role, given, (), given.condition)
        return
    for each in role.permissions:
        open_to, meant = _split(given)
        held = tuple(dict.fromkeys((*meant, *each.conditioned)))
        yield from _control(role, each, given, (open_to, held))
        if each.data_actions:
            yield from _data(role, each, given, (open_to, meant))
        yield from _opened(role, each, given)


def _split(given: Given) -> tuple[Truth, tuple[str, ...]]:
    """What an assignment's condition leaves open: how surely what it does not speak of holds, and the actions that it speaks of."""
    if not given.text:
        return given.condition, ()
    meant = guarded(given.text)
    if meant is None:
        return Unknown(f"whether its condition holds is not known ({' '.join(given.text.split())[:80]})"), ()
    return given.condition, meant


def _control(role: Role, each: BuiltIn, given: Given, said: tuple[Truth, tuple[str, ...]]) -> Iterator[Grant]:
    open_to, held = said
    if not each.actions:
        return
    whole = _grant(role, given, each.actions, open_to)
    if "*" in held:
        yield replace(whole, excluded=each.not_actions, condition=_condition_of(role))
        return
    yield replace(whole, excluded=(*each.not_actions, *held))
    for action in held:
        if _allows(each.actions, each.not_actions, action):
            yield _grant(role, given, (action,), _condition_of(role))


def _data(role: Role, each: BuiltIn, given: Given, said: tuple[Truth, tuple[str, ...]]) -> Iterator[Grant]:
    open_to, held = said
    patterns, out = _in_data(each.data_actions), _in_data(each.not_data_actions)
    whole = replace(_grant(role, given, patterns, open_to), expression=BY_ROLES, partial=False)
    yield replace(whole, excluded=(*out, *_in_data(held)))
    for action in _in_data(held):
        if _allows(patterns, out, action.removeprefix(DATA)):
            yield replace(whole, actions=(action,), condition=_condition_of(role))


def _opened(role: Role, each: BuiltIn, given: Given) -> Iterator[Grant]:
    """What the keys open that the role reads, and the vaults whose policies it writes."""
    for actions, switch, opens in _KEYS:
        action = next((one for one in actions if _allows(each.actions, each.not_actions, one)), "")
        if action:
            # Whoever may change the account may let it take keys again.
            expression = "" if _allows(each.actions, each.not_actions, switch) else BY_KEYS
            why = f"{given.evidence.text}: {action} gives the keys, and they open all that is in it"
            yield replace(_derived(role, given, (DATA + opens,), (why, expression)), via=(action,))
    for action, expression in ((f"{_VAULT}write", ""), (f"{_VAULT}accessPolicies/write", BY_POLICIES)):
        if _allows(each.actions, each.not_actions, action):
            why = f"{given.evidence.text}: by {action} it gives itself an access policy"
            yield replace(_derived(role, given, _INSIDE_VAULT, (why, expression)), via=(action,))
            return


def _derived(role: Role, given: Given, patterns: tuple[str, ...], said: tuple[str, str]) -> Grant:
    why, expression = said
    open_to, _ = _split(given)
    evidence = Evidence(why, given.evidence.resource, given.evidence.location)
    return Grant("allow", f"{role.name}, by keys", patterns, given.scope, evidence, condition=open_to, expression=expression)


def _grant(role: Role, given: Given, actions: tuple[str, ...], condition: Truth) -> Grant:
    return Grant(
        "allow",
        role.name,
        actions,
        given.scope,
        given.evidence,
        condition=condition,
        lost=role.lost,
        partial=role.partial,
        defined_in=role.defined_in,
    )


def _condition_of(role: Role) -> Unknown:
    return Unknown(f"{role.name} is given under a condition, and whether it holds is not known")


def _in_data(patterns: Iterable[str]) -> tuple[str, ...]:
    return tuple(DATA + each for each in patterns)


def _allows(patterns: Iterable[str], out: Iterable[str], action: str) -> bool:
    return any(matches(each, action) for each in patterns) and not any(matches(each, action) for each in out)
