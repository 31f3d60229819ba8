"""Who is given which role where on Azure: assignments, eligible ones, delegations, access policies of vaults, roles inside Cosmos DB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from policypack.authority.azure import BY_POLICIES, DATA
from policypack.build import azure_sql
from policypack.build.azure_rights import Held, Parts, given_to
from policypack.build.azure_roles import Given, Role, grants, role_of
from policypack.build.identity_documents import stands
from policypack.build.identity_policies import listed
from policypack.catalog.scoped.azure_roles import BuiltIn
from policypack.model import Evidence, Grant, Resource, Scope, Truth, Unknown, Value, replace

_ASSIGNMENTS = ("azurerm_role_assignment", "azurerm_pim_active_role_assignment")
_ELIGIBLE = "azurerm_pim_eligible_role_assignment"
_POLICY = "azurerm_role_management_policy"
_VAULT = "azurerm_key_vault"
_ACCESS = "azurerm_key_vault_access_policy"
_COSMOS = "azurerm_cosmosdb_sql_role_assignment"
_COSMOS_ROLE = "azurerm_cosmosdb_sql_role_definition"
_LIGHTHOUSE = "azurerm_lighthouse_definition"
_COSMOS_BUILT_IN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "00000000-0000-0000-0000-000000000001": (
        "Cosmos DB Built-in Data Reader",
        ("Microsoft.DocumentDB/databaseAccounts/*/read",),
    ),
    "00000000-0000-0000-0000-000000000002": (
        "Cosmos DB Built-in Data Contributor",
        ("Microsoft.DocumentDB/databaseAccounts/*",),
    ),
}
# A word of an access policy -> the action of the data plane that it is (Microsoft Learn, "Azure permissions: Microsoft.KeyVault").
_WORDS: Mapping[str, Mapping[str, str]] = {
    "key_permissions": {"delete": "keys/delete", "purge": "keys/purge/action", "update": "keys/update/action"},
    "secret_permissions": {
        "delete": "secrets/delete",
        "purge": "secrets/purge/action",
        "get": "secrets/getSecret/action",
        "set": "secrets/setSecret/action",
    },
    "certificate_permissions": {"delete": "certificates/delete", "purge": "certificates/purge/action"},
}
# The other words, which neither destroy nor open anything.
_OTHER_WORDS = frozenset(
    [
        "backup",
        "create",
        "decrypt",
        "encrypt",
        "get",
        "import",
        "list",
        "recover",
        "restore",
        "sign",
        "unwrapkey",
        "verify",
        "wrapkey",
        "release",
        "rotate",
        "getrotationpolicy",
        "setrotationpolicy",
        "deleteissuers",
        "getissuers",
        "listissuers",
        "managecontacts",
        "manageissuers",
        "setissuers",
        "update",
    ]
)


def assigned(parts: Parts) -> Held:
    """Every grant of a role of Azure's, with who has it."""
    readers: Mapping[str, Callable[[Resource, Parts], Held]] = {
        **dict.fromkeys(_ASSIGNMENTS, _assignment),
        _ELIGIBLE: _eligible,
        _ACCESS: _access_policy,
        _VAULT: _access_blocks,
        _COSMOS: _cosmos,
        _LIGHTHOUSE: _delegated,
        **dict.fromkeys(azure_sql.TYPES, azure_sql.administers),
    }
    for each in parts.documents.estate.resources:
        reader = readers.get(each.type)
        if reader is not None and each.mode == "managed" and stands(each):
            yield from reader(each, parts)


def _assignment(resource: Resource, parts: Parts) -> Held:
    yield from _given(resource, parts, "gives", True)


def _eligible(resource: Resource, parts: Parts) -> Held:
    yield from _given(resource, parts, "lets it activate", _approved(resource, parts))


def _given(resource: Resource, parts: Parts, verb: str, condition: Truth) -> Held:
    said = resource.get("principal_type")
    found = parts.principals.named(resource.get("principal_id"), resource, said if isinstance(said, str) else "")
    scope = parts.places.scope(resource.get("scope"), resource)
    yield from given_to(found, list(_made(role_of(resource, parts.documents), scope, resource, verb, condition)))


def _made(role: Role, scope: Scope, resource: Resource, verb: str, condition: Truth) -> Iterator[Grant]:
    text = resource.written("condition")
    if isinstance(text, Unknown):
        condition, text = Unknown(f"the condition of {resource.address} is not known", text.references), None
    evidence = Evidence(f"{resource.address} {verb} {role.name} at {scope}", resource.address, resource.location)
    yield from grants(role, Given(scope, evidence, condition, text if isinstance(text, str) else ""))


def _approved(resource: Resource, parts: Parts) -> Truth:
    """Whether somebody activates what they are eligible for by themselves."""
    mine = parts.places.scope(resource.get("scope"), resource)
    role = role_of(resource, parts.documents)
    for each in parts.documents.estate.by_type.get(_POLICY, ()):
        asks = each.get("activation_rules.require_approval")
        same = role_of(each, parts.documents).name == role.name and parts.places.scope(each.get("scope"), each) == mine
        if same and stands(each) and asks not in (None, False):
            return Unknown(f"somebody has to approve its activation ({each.address})")
    return True


def _delegated(resource: Resource, parts: Parts) -> Held:
    """What a delegation lets somebody of another tenant do."""
    scope = parts.places.scope(resource.get("scope"), resource)
    for block in resource.blocks("authorization"):
        values = block if isinstance(block, dict) else dict.fromkeys(("role_definition_id", "principal_id"), block)
        written = replace(resource, values={"role_definition_id": values.get("role_definition_id")})
        found = parts.principals.named(values.get("principal_id"), resource)
        yield from given_to(found, list(_made(role_of(written, parts.documents), scope, written, "delegates", True)))


def _access_policy(resource: Resource, parts: Parts) -> Held:
    scope = parts.places.scope(resource.get("key_vault_id"), resource)
    yield from _policy(resource.values, resource, scope, parts)


def _access_blocks(resource: Resource, parts: Parts) -> Held:
    for block in resource.blocks("access_policy"):
        values = block if isinstance(block, dict) else dict.fromkeys((*_WORDS, "object_id"), block)
        yield from _policy(values, resource, parts.places.at(resource), parts)


def _policy(values: Mapping[str, Value], resource: Resource, scope: Scope, parts: Parts) -> Held:
    """What an access policy of a vault allows: words for calls of the data plane."""
    evidence = Evidence(f"{resource.address} gives access to {scope}", resource.address, resource.location)
    sure: dict[str, None] = {}
    made = []
    for argument, words in _WORDS.items():
        for word in listed(values.get(argument)):
            name = word.lower() if isinstance(word, str) else ""
            if name in words:
                sure[f"{DATA}Microsoft.KeyVault/vaults/{words[name]}"] = None
            elif name not in _OTHER_WORDS:  # it may be any of them
                every = tuple(f"{DATA}Microsoft.KeyVault/vaults/{each}" for each in words.values())
                doubt = Unknown(f"what {name or argument} of {resource.address} allows is not known")
                made.append(Grant("allow", "an access policy", every, scope, evidence, condition=doubt, expression=BY_POLICIES))
    if sure:
        made.insert(0, Grant("allow", "an access policy", tuple(sure), scope, evidence, expression=BY_POLICIES))
    yield from given_to(parts.principals.named(values.get("object_id"), resource), made)


def _cosmos(resource: Resource, parts: Parts) -> Held:
    """A role inside a Cosmos DB account, which Azure's own roles do not speak of."""
    scope = parts.places.scope(resource.get("scope"), resource)
    role = _cosmos_role(resource, parts)
    evidence = Evidence(f"{resource.address} gives {role.name} in {scope}", resource.address, resource.location)
    made = [
        Grant("allow", role.name, tuple(DATA + each for each in one.data_actions), scope, evidence) for one in role.permissions
    ]
    if role.lost is not None:
        wide = (f"{DATA}Microsoft.DocumentDB/databaseAccounts/*",)
        made = [Grant("allow", role.name, wide, scope, evidence, condition=role.lost)]
    yield from given_to(parts.principals.named(resource.get("principal_id"), resource), made)


def _cosmos_role(resource: Resource, parts: Parts) -> Role:
    value = resource.get("role_definition_id")
    ends = [value] if isinstance(value, str) else value.parts[-1:] if isinstance(value, Unknown) else []
    for each in ends:
        known = _COSMOS_BUILT_IN.get(each.rpartition("/")[2]) if isinstance(each, str) else None
        if known is not None:
            return Role(known[0], (BuiltIn("", data_actions=known[1]),))
    found = parts.documents.estate.index.find(value, resource, lambda kind: kind == _COSMOS_ROLE).only
    said = (
        [one for block in found.blocks("permissions") if isinstance(block, dict) for one in listed(block.get("data_actions"))]
        if found
        else []
    )
    texts = tuple(each for each in said if isinstance(each, str))
    if found is None or len(texts) != len(said):
        return Role("a role", lost=Unknown(f"what the role of {resource.address} allows is not known"))
    return Role(found.address, (BuiltIn("", data_actions=texts),))
