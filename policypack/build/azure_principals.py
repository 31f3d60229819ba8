"""Who is who on Azure: what a principal id names, who is in which group, whose secrets and outside tokens there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.build.identity_documents import Documents, stands
from policypack.build.identity_policies import listed
from policypack.build.identity_trust import ISSUERS, Trusted
from policypack.build.index import asks
from policypack.model import Reference, Resource, Truth, Unknown, Value, same_domain

Place = tuple[str, str]
FORMS: Mapping[str, str] = {
    "azurerm_user_assigned_identity": "managed_identity",
    "azuread_service_principal": "service_principal",
    "azuread_user": "user",
    "azuread_group": "group",
    "azuread_group_without_members": "group",
}
SYSTEM = "system_identity"
# What data sources find somebody by, and who has such a name alone.
_NAMES = ("name", "resource_group_name", "display_name", "user_principal_name", "client_id", "object_id")
_UNIQUE = frozenset({"managed_identity", "user"})
_TYPED: Mapping[str, str] = {"user": "user", "group": "group", "serviceprincipal": "service_principal"}
_CALLERS = ("azurerm_client_config", "azuread_client_config")
_SERVICE = "azuread_service_principal"
_APPLICATIONS = ("azuread_application", "azuread_application_registration")
_SECRETS: Mapping[str, tuple[str, ...]] = {
    "azuread_application_password": ("application_id", "application_object_id"),
    "azuread_application_certificate": ("application_id", "application_object_id"),
    "azuread_service_principal_password": ("service_principal_id",),
    "azuread_service_principal_certificate": ("service_principal_id",),
}
FEDERATED: Mapping[str, tuple[str, ...]] = {
    "azurerm_federated_identity_credential": ("user_assigned_identity_id", "parent_id"),
    "azuread_application_federated_identity_credential": ("application_id", "application_object_id"),
    "azuread_application_flexible_federated_identity_credential": ("application_id",),
}
_SUBJECTS = {"repo:": ("automation", "GitHub Actions"), "system:serviceaccount:": ("workload", "a Kubernetes service account")}
_CLUSTER_TYPES = ("azurerm_kubernetes_cluster", "azurerm_kubernetes_automatic_cluster")
_CLUSTERS = ("oic.prod-aks.azure.com", "azurerm_kubernetes_cluster")


class Principal(Struct, frozen=True):
    """Somebody that a principal id names: by a resource of the inputs, or (`shown` False) by what refers to it. `key` tells one from
    all others. `certain` is False where it is one of several."""

    key: tuple[str, ...]
    resource: Resource
    form: str
    name: str = ""
    shown: bool = True
    certain: bool = True


class Principals(Struct, frozen=True, dict=True):
    """The principals of one estate. `lost` are ids that name nobody among the inputs, where
    those who hold them are somebody themselves or nothing else would tell of them, with where they stand."""

    documents: Documents
    _outside: dict[tuple[str, ...], Principal] = field(default_factory=dict)
    lost: list[tuple[str, Resource]] = field(default_factory=list)

    def named(self, value: Value, holder: Resource, form: str = "") -> tuple[Principal, ...]:
        """Whom a principal's object id names, seen from the resource that holds it. `form` is what that resource says of it."""
        if isinstance(value, str):
            own = self._by_id.get(value.lower())
            return (own,) if own is not None else self._unshown((value.lower(),), holder, form, value)
        if not isinstance(value, Unknown):
            return ()
        found = self.documents.estate.index.meant(value, holder, self._acts)
        shown = tuple(self._shown(each, certain=found.certain) for each in found.resources)
        if shown:
            return shown
        said = asks(value)
        return self._unshown((holder.inside, said), holder, form, said)

    def _acts(self, kind: str) -> bool:
        return kind in FORMS or kind in _CALLERS or (kind.startswith("azurerm_") and kind != "azurerm_role_definition")

    def _shown(self, resource: Resource, *, certain: bool) -> Principal:
        form = FORMS.get(resource.type, SYSTEM if resource.type not in _CALLERS else "caller")
        if resource.mode == "managed":
            return Principal(resource.place, resource, form, certain=certain)
        meant = self._read(resource)
        if meant is not None:
            return Principal(
                meant.place, meant, form, certain=certain and form in _UNIQUE and self._together(resource, meant) is True
            )
        named = next((text for key in ("display_name", "name", "user_principal_name") if (text := resource.get(key))), "")
        return self._outsider(resource.place, resource, form, named if isinstance(named, str) else "")

    def _read(self, data: Resource) -> Resource | None:
        """What a data source reads, where another root of the inputs makes it: it has every name that the data source gives."""
        given = {name: value for name in _NAMES if isinstance(value := data.get(name), str)}
        if not given or data.type not in FORMS:
            return None
        found = [
            each
            for each in self._made.get((data.type, *sorted(given.values())[:1]), ())
            if stands(each)
            and all(each.get(name) == value for name, value in given.items())
            and self._together(data, each) is not False
        ]
        return found[0] if len(found) == 1 else None

    def _together(self, one: Resource, other: Resource) -> Truth:
        """Whether two lie in one subscription, or one directory."""
        of = self.documents.domains.of
        return same_domain(of(one), of(other))

    @cached_property
    def _made(self) -> Mapping[tuple[str, ...], list[Resource]]:
        """Type and any of its names -> the resources that have it."""
        found: dict[tuple[str, ...], list[Resource]] = defaultdict(list)
        for kind in FORMS:
            for each in self.documents.estate.by_type.get(kind, ()):
                for value in {text for name in _NAMES if isinstance(text := each.get(name), str)}:
                    found[kind, value].append(each)
        return found

    def _unshown(self, key: tuple[str, ...], holder: Resource, form: str, name: str) -> tuple[Principal, ...]:
        """Somebody whom only an id names. It is called by what gives it rights, which must be nobody itself."""
        if holder.type in FORMS:
            self.lost.append((name, holder))
            return ()
        return (self._outsider(key, holder, form, name),)

    def _outsider(self, key: tuple[str, ...], anchor: Resource, form: str, name: str) -> Principal:
        known = _TYPED.get(form.lower(), form) or "principal"
        return self._outside.setdefault(key, Principal(key, anchor, known, name, shown=False))

    @cached_property
    def _by_id(self) -> Mapping[str, Principal]:
        """Object id -> whose it is, where a plan or a state knows it."""
        found: dict[str, Principal] = {}
        for each in sorted(self.documents.estate.resources, key=lambda one: one.mode == "managed"):
            if stands(each):
                form = FORMS.get(each.type)
                keys = ("object_id", "principal_id") if form else ("identity.principal_id",)
                for key in keys if form or each.type.startswith("azurerm_") else ():
                    value = each.get(key)
                    if isinstance(value, str) and value:
                        found[value.lower()] = self._shown(each, certain=True)
        return found

    @cached_property
    def shown(self) -> tuple[Principal, ...]:
        """Everybody who is a resource of the inputs, groups included."""
        return tuple(
            Principal(each.place, each, FORMS[each.type])
            for each in self.documents.estate.resources
            if each.type in FORMS and each.mode == "managed" and stands(each)
        )

    # Applications, and what lets somebody be one.

    @cached_property
    def of_application(self) -> Mapping[Place, list[Principal]]:
        """Application -> its service principals."""
        found: dict[Place, dict[tuple[str, ...], Principal]] = defaultdict(dict)
        for each in self.documents.estate.resources:
            if each.type == _SERVICE and stands(each):
                own = self._shown(each, certain=True)
                for name in ("client_id", "application_id"):
                    for application in self._applications(each.get(name), each):
                        found[application.place][own.key] = own
        return {place: list(each.values()) for place, each in found.items()}

    def _applications(self, value: Value, holder: Resource) -> tuple[Resource, ...]:
        found = self.documents.estate.index.find(value, holder, lambda kind: kind in _APPLICATIONS).resources
        return found or (tuple(self._by_client_id.get(value, ())) if isinstance(value, str) else ())

    @cached_property
    def _by_client_id(self) -> Mapping[str, list[Resource]]:
        """Client id -> the applications that have it, where a plan or a state knows it."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for each in self.documents.estate.resources:
            for name in ("client_id", "application_id") if each.type in _APPLICATIONS else ():
                value = each.get(name)
                if isinstance(value, str):
                    found[value].append(each)
        return found

    def application_of(self, principal: Principal) -> Resource | None:
        """The application of a service principal."""
        return self.documents.estate.index.by_address.get(self._homes.get(principal.key, ("", "")))

    @cached_property
    def _homes(self) -> Mapping[tuple[str, ...], Place]:
        return {each.key: place for place, found in self.of_application.items() for each in found}

    def meant(self, resource: Resource, arguments: tuple[str, ...], *, needed: bool = True) -> list[Principal]:
        """Whom a secret, an owner or a trust is about: a service principal or identity, or those of an application. One that is not
        among the inputs is lost where it is `needed`."""
        value = next((written for name in arguments if (written := resource.get(name)) is not None), None)
        direct = self.documents.estate.index.find(value, resource, lambda kind: kind in FORMS).resources
        found = [self._shown(each, certain=True) for each in direct]
        applications = self._applications(value, resource)
        if needed and value is not None and not found and not applications:
            self.lost.append((_called(value), resource))
        return found or [each for application in applications for each in self.of_application.get(application.place, ())]

    @cached_property
    def secrets(self) -> Mapping[tuple[str, ...], tuple[Resource, ...]]:
        """Service principal -> the passwords and certificates that exist for it."""
        found: dict[tuple[str, ...], list[Resource]] = defaultdict(list)
        for each in self.documents.estate.resources:
            if each.mode == "managed" and stands(each):
                if each.type in _SECRETS:
                    for one in self.meant(each, _SECRETS[each.type]):
                        found[one.key].append(each)
                elif each.type == "azuread_application" and each.get("password") is not None:
                    for one in self.of_application.get(each.place, ()):
                        found[one.key].append(each)
        return {key: tuple(each) for key, each in found.items()}

    @cached_property
    def trusted(self) -> Mapping[tuple[str, ...], tuple[Trusted, ...]]:
        """Identity -> whose tokens from outside it takes."""
        found: dict[tuple[str, ...], list[Trusted]] = defaultdict(list)
        for each in self.documents.estate.resources:
            if each.type in FEDERATED and each.mode == "managed" and stands(each):
                for one in self.meant(each, FEDERATED[each.type]):
                    found[one.key].append(_trusted(each))
        return {key: tuple(each) for key, each in found.items()}

    # What runs as whom.

    @cached_property
    def runs(self) -> Mapping[Place, tuple[Resource, ...]]:
        """What runs -> the resources that are whom it runs as: itself where the platform makes an identity for it."""
        found = {}
        for each in self.documents.estate.resources:
            blocks = each.blocks("identity") if each.mode == "managed" and each.type.startswith("azurerm_") else ()
            held = [one for block in blocks for one in self._held(block, each)] if stands(each) else []
            kubelet = each.get("kubelet_identity.user_assigned_identity_id") if held or blocks else None
            held += self._assigned(kubelet, each)
            held += self._pods.get(each.place, ())
            if held:
                found[each.place] = tuple({one.place: one for one in held}.values())
        return found

    @cached_property
    def _pods(self) -> Mapping[Place, list[Resource]]:
        """Cluster -> the identities that take the tokens of its service accounts: who administers it runs a pod as each of them."""
        found: dict[Place, list[Resource]] = defaultdict(list)
        for each in self.documents.estate.resources:
            if each.type in FEDERATED and each.mode == "managed" and stands(each):
                clusters = self.documents.estate.index.find(each.get("issuer"), each, lambda kind: kind in _CLUSTER_TYPES)
                for cluster in clusters.resources:
                    found[cluster.place] += [one.resource for one in self.meant(each, FEDERATED[each.type])]
        return found

    @cached_property
    def runners(self) -> Mapping[Place, str]:
        """Identity -> the first thing that runs as it."""
        return {each.place: place[1] for place, held in reversed(tuple(self.runs.items())) for each in held}

    def _held(self, block: Value, resource: Resource) -> Iterator[Resource]:
        kind = block.get("type") if isinstance(block, dict) else block
        # Of a kind that is not known it matters only where something is given to it, and then it is there.
        if isinstance(kind, Unknown) or (isinstance(kind, str) and "systemassigned" in kind.lower().replace(" ", "")):
            yield resource
        if not isinstance(kind, str) or "userassigned" in kind.lower().replace(" ", ""):
            for value in listed(block.get("identity_ids") if isinstance(block, dict) else block):
                yield from self._assigned(value, resource)

    def _assigned(self, value: Value, resource: Resource) -> list[Resource]:
        found = self.documents.estate.index.meant(value, resource, lambda kind: kind == "azurerm_user_assigned_identity")
        if not found.resources and value is not None:
            self.lost.append((_called(value), resource))
        return [self._shown(each, certain=True).resource for each in found.resources]


def _called(value: Value) -> str:
    return asks(value) if isinstance(value, Unknown) else value if isinstance(value, str) else "somebody"


def _trusted(credential: Resource) -> Trusted:
    """Whose tokens a federated credential takes."""
    said = [
        *_texts(credential.get("issuer")),
        *_texts(credential.get("subject")),
        *_texts(credential.get("claims_matching_expression")),
    ]
    subject = next(iter(_texts(credential.get("subject"))), "") or next(
        iter(_texts(credential.get("claims_matching_expression"))), ""
    )
    shown = f" ({subject})" if subject else ""
    for text in said:
        for begins, (kind, name) in _SUBJECTS.items():
            if text.startswith(begins) or f"'{begins}" in text:
                return Trusted(kind, f"{name}{shown}")
        name = next((name for part, name in ISSUERS.items() if part in text.lower()), "")
        if name:
            return Trusted("automation", f"{name}{shown}")
        if any(part in text for part in _CLUSTERS):
            return Trusted("workload", f"a Kubernetes service account{shown}")
    return Trusted("unknown", said[0] if said else "an identity provider")


def _texts(value: Value) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts: tuple[str | Reference, ...] = (*value.parts, *value.references) if isinstance(value, Unknown) else ()
    return [str(each) for each in parts]
