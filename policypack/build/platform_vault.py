"""Who may do what in Vault and OpenBao: policies of paths, and the tokens and roles that carry them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.identity_documents import Documents, stands
from policypack.build.platform_places import Holder, PlatformPlaces
from policypack.build.scoped import spot_of
from policypack.build.vault_paths import HOLE, Rule, decide, from_blocks, rules_in, shown, text_of
from policypack.catalog.scoped.platform_grants import PathFact, platform_facts
from policypack.model import Evidence, Grant, Level, Resource, Scope, Unknown, Value

_PLATFORM = "vault"
_LONGEST, _MOST = 200_000, 1000
_HARMLESS = frozenset({"default"})
# What carries policies: the argument that lists them, and whether a list that is not written means those of whoever made it.
_HOLDERS: Mapping[str, tuple[str, str, bool]] = {
    "vault_token": ("token", "policies", True),
    "vault_token_auth_backend_role": ("role", "allowed_policies", True),
    **{
        f"vault_{method}_auth_backend_role": ("role", "token_policies", False)
        for method in ("alicloud", "approle", "aws", "azure", "cert", "gcp", "jwt", "kubernetes", "oci", "saml")
    },
    "vault_userpass_auth_backend_user": ("user", "token_policies", False),
    **dict.fromkeys(
        ("vault_github_user", "vault_ldap_auth_backend_user", "vault_okta_auth_backend_user"), ("user", "policies", False)
    ),
    **dict.fromkeys(
        ("vault_github_team", "vault_ldap_auth_backend_group", "vault_okta_auth_backend_group"), ("team", "policies", False)
    ),
    # Of all who sign in by a method, and of entities and groups that may be made elsewhere.
    **dict.fromkeys(("vault_github_auth_backend", "vault_ldap_auth_backend"), ("method", "token_policies", False)),
    **dict.fromkeys(("vault_identity_entity", "vault_identity_entity_policies"), ("entity", "policies", False)),
    **dict.fromkeys(("vault_identity_group", "vault_identity_group_policies"), ("team", "policies", False)),
}
_SECRETS = {"vault_approle_auth_backend_role_secret_id": "role_name"}


class Policy(Struct, frozen=True):
    """A policy that the inputs show: its rules, or why they cannot be read."""

    resource: Resource
    rules: tuple[Rule, ...] = ()
    lost: Unknown | None = None


def vault_holders(documents: Documents, places: PlatformPlaces) -> Iterator[Holder]:
    """Everybody who carries policies."""
    yield from _Vault(documents, places).holders()


class _Vault(Struct, frozen=True, dict=True):
    documents: Documents
    places: PlatformPlaces

    def _of(self, *kinds: str) -> Iterator[Resource]:
        for kind in kinds:
            for each in self.documents.estate.by_type.get(kind, ()):
                if stands(each):
                    yield each

    @cached_property
    def _policies(self) -> tuple[Policy, ...]:
        return tuple(self._policy(each) for each in self._of("vault_policy"))

    def _policy(self, resource: Resource) -> Policy:
        written = resource.get("policy")
        source = self._source(written, resource)
        if source is not None:
            return Policy(resource, tuple(from_blocks(source.blocks("rule"))))
        text = written if isinstance(written, str) else text_of(written)
        if text is None or len(text) > _LONGEST:
            lost = written if isinstance(written, Unknown) else Unknown("its text is not written, or too long")
            return Policy(resource, lost=lost)
        rules = tuple(rules_in(text))
        if len(rules) > _MOST:
            return Policy(resource, lost=Unknown(f"it has more than {_MOST} paths"))
        return Policy(resource, rules, None if rules else Unknown("its text has no path that can be read"))

    def _source(self, written: Value, holder: Resource) -> Resource | None:
        for reference in written.references if isinstance(written, Unknown) else ():
            found = self.documents.estate.index.by_address.get((holder.inside, reference.address))
            if found is not None and found.type == "vault_policy_document":
                return found
        return None

    def holders(self) -> Iterator[Holder]:
        """Tokens, roles and entities."""
        secrets: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for kind, argument in _SECRETS.items():
            for each in self._of(kind):
                for role in self.documents.estate.index.find(
                    each.get(argument), each, lambda other: other in _HOLDERS
                ).resources:
                    secrets[role.place].append(each)
        for kind, (form, argument, inherits) in _HOLDERS.items():
            for each in self._of(kind):
                own = (each,) if form == "token" else tuple(secrets[each.place])
                yield Holder(each, form, tuple(self._grants(each, argument, inherits=inherits)), own)

    def _grants(self, holder: Resource, argument: str, *, inherits: bool) -> Iterator[Grant]:
        written = holder.get(argument)
        if (written is None or written == []) and inherits:
            doubt = Unknown(f"without {argument} it may have all policies of whoever makes it")
            yield self._everything(holder, argument, f"no {argument}", (), doubt)
        if isinstance(written, Unknown):
            yield self._everything(holder, argument, argument, (), written)
        carried: list[Policy] = []
        for each in written if isinstance(written, list) else [written] if isinstance(written, str) else ():
            if each == "root":
                yield self._everything(holder, argument, "the root policy", ("*",), None)
            elif each not in _HARMLESS:
                found = self._named(each, holder)
                if found is None or found.lost is not None:
                    said = each if isinstance(each, str) else "that is not known"
                    doubt = (
                        found.lost
                        if found is not None and found.lost is not None
                        else Unknown(f"the policy {said} is not among the inputs")
                    )
                    yield self._everything(holder, argument, f"the policy {said}", (), doubt)
                else:
                    carried.append(found)
        if carried:
            yield from self._allowed(carried)

    def _named(self, name: Value, holder: Resource) -> Policy | None:
        for each in self._policies:
            if isinstance(name, str) and each.resource.inside == holder.inside and each.resource.get("name") == name:
                return each
        found = self.documents.estate.index.find(name, holder, lambda kind: kind == "vault_policy").only
        return next((each for each in self._policies if found is not None and each.resource is found), None)

    def _everything(self, holder: Resource, argument: str, role: str, actions: tuple[str, ...], lost: Unknown | None) -> Grant:
        scope, condition = self.places.whole(_PLATFORM, self.documents.domains.of(holder))
        where = Evidence(f"{role} ({holder.address})", holder.address, holder.at(argument))
        return Grant("allow", role, actions, scope, where, condition=condition, lost=lost)

    def _allowed(self, carried: list[Policy]) -> Iterator[Grant]:
        """What the policies allow on everything that the inputs show, and on the server as a whole."""
        rules = [(rule, policy) for policy in carried for rule in policy.rules]
        entries = self.documents.estate.entries
        for kind, actions in platform_facts().paths.items():
            for each in self._of(kind):
                scope = Scope(_PLATFORM, Level.THING, spot_of(each, self.documents.estate))
                holes = {"name": _path(each.get(entries[kind].name)), "mount": _path(_mount(each))}
                for action, fact in actions.items():
                    yield from self._grant(action, fact, holes, scope, rules)
        whole, _ = self.places.whole(_PLATFORM)
        for action, fact in platform_facts().everywhere.items():
            yield from self._grant(action, fact, {}, whole, rules)

    @staticmethod
    def _grant(
        action: str, fact: PathFact, holes: Mapping[str, str], scope: Scope, rules: list[tuple[Rule, Policy]]
    ) -> Iterator[Grant]:
        path = re.sub(r"\{(\w+)\}", lambda hole: holes[hole[1]], fact.path)
        truth, decided = decide(path, frozenset(fact.capabilities), [rule for rule, _ in rules])
        if truth is False:
            return
        policy = next(policy for rule, policy in rules if rule is decided)
        said = f"{policy.resource.address} allows {' or '.join(fact.capabilities)} on {shown(decided.pattern)}"
        where = Evidence(said, policy.resource.address, policy.resource.at("policy"))
        yield Grant("allow", policy.resource.address, (action,), scope, where, condition=truth, defined_in=policy.resource)


def _mount(resource: Resource) -> Value:
    return next((value for name in ("mount", "backend") if (value := resource.get(name)) is not None), None)


def _path(value: Value) -> str:
    text = value if isinstance(value, str) else text_of(value)
    return text.strip("/") if text is not None else f"{HOLE}?{HOLE}"
