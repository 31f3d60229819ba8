"""Who is named in bindings and by what runs: service accounts, users, groups."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.build.identity_documents import Documents, stands
from policypack.build.kubernetes_places import Home, Places, named
from policypack.model import Resource, Truth, Unknown, Value, same_domain, same_name

ACCOUNTS = (
    "kubernetes_service_account_v1",
    "kubernetes_service_account",
    "kubernetes_default_service_account_v1",
    "kubernetes_default_service_account",
)
ACCOUNT = "service_account"
EVERYBODY = "everybody"
_ACCOUNTS = "system:serviceaccounts"
_ANYBODY = frozenset({"system:anonymous", "system:unauthenticated", "system:authenticated", _ACCOUNTS})
_PSEUDO = "kubernetes_subject"
Place = tuple[str, str]


class Subject(Struct, frozen=True):
    """Somebody who acts. `form` is `service_account`, `user`, `people` (a group: whoever is in it) or `everybody`. `home` is the
    namespace of a service account. `lost` is why nobody knows who it is."""

    form: str
    name: str | Unknown
    shown: Resource
    home: Home | None = None
    lost: Unknown | None = None

    @property
    def key(self) -> Place:
        """What is the same for the same one."""
        return self.shown.place


class Subjects(Struct, frozen=True, dict=True):
    """Everybody of an estate."""

    documents: Documents
    places: Places
    _named: dict[tuple[object, ...], Subject] = field(default_factory=dict)

    @cached_property
    def accounts(self) -> tuple[Subject, ...]:
        """The service accounts that the inputs make."""
        every = self.documents.estate.resources
        shown = [each for each in every if each.type in ACCOUNTS and each.mode == "managed" and stands(each)]
        return tuple(Subject(ACCOUNT, self._name(each), each, self.places.of(each)) for each in shown)

    @staticmethod
    def _name(account: Resource) -> str | Unknown:
        return "default" if "default_service_account" in account.type else named(account)

    @cached_property
    def _by_name(self) -> Mapping[str, list[Subject]]:
        found: dict[str, list[Subject]] = {}
        for each in self.accounts:
            if isinstance(each.name, str):
                found.setdefault(each.name, []).append(each)
        return found

    def of(self, block: Value, holder: Resource) -> Subject:
        """Whom the `subject` of a binding means."""
        kind = block.get("kind") if isinstance(block, dict) else block
        name = block.get("name") if isinstance(block, dict) else block
        if kind == "ServiceAccount" and isinstance(block, dict):
            space = block.get("namespace")
            return self.account(name, "default" if space in (None, "") else space, holder)
        if not isinstance(kind, str) or not isinstance(name, str):
            unknown = name if isinstance(name, Unknown) else kind if isinstance(kind, Unknown) else Unknown()
            said = ", ".join(map(str, unknown.references)) or unknown.reason
            return self._made("people", said, holder, lost=Unknown(f"who {said} is cannot be told", unknown.references))
        if name in _ANYBODY or name.startswith(f"{_ACCOUNTS}:"):
            return self._made(EVERYBODY, name, holder)
        parts = name.split(":")
        if kind == "User" and parts[:2] == ["system", "serviceaccount"] and len(parts) == 4:
            return self.account(parts[3], parts[2], holder)
        return self._made("user" if kind == "User" else "people", name, holder)

    def account(self, name: Value, namespace: Value, holder: Resource) -> Subject:
        """The service account of a name in a namespace."""
        home = self.places.namespace(namespace, holder)
        if isinstance(name, Unknown):
            found = self.documents.estate.index.find(name, holder, lambda kind: kind in ACCOUNTS).only
            shown = next((each for each in self.accounts if found is not None and each.shown.place == found.place), None)
            if shown is not None:
                return shown
        text = name if isinstance(name, str) else _said(name) if isinstance(name, Unknown) else "default"
        fitting = [each for each in self._by_name.get(text, ()) if each.home is not None and self._lies_in(each.home, home)]
        if len(fitting) == 1:
            return fitting[0]
        lost = (
            Unknown(f"which service account {text} is cannot be told", name.references) if isinstance(name, Unknown) else None
        )
        return self._made(ACCOUNT, text, holder, home, lost)

    @staticmethod
    def _lies_in(one: Home, other: Home) -> bool:
        if one.spot.place is not None and other.spot.place is not None:
            return one.spot.place == other.spot.place
        return one.name == other.name and same_domain(one.domain, other.domain) is not False

    def _made(self, form: str, name: str, holder: Resource, home: Home | None = None, lost: Unknown | None = None) -> Subject:
        """Somebody whom nothing shows: the resource that stands for them is where they are named first."""
        domain = self.documents.domains.of(holder)
        cluster = domain.id if isinstance(domain.id, str) else domain.key
        space = home.name if home is not None else ""
        shown = f"{space if isinstance(space, str) else _said(space)}/{name}" if home is not None else name
        key = (form, shown, cluster, "" if lost is None else str(lost.references))
        if key not in self._named:
            words = {ACCOUNT: "serviceaccount", "people": "group", "user": "user", EVERYBODY: "group"}
            resource = Resource(
                f"{words[form]}:{shown}",
                _PSEUDO,
                holder.provider,
                {"name": name},
                holder.location,
                inside=holder.inside,
                mode="data",
                provider_key=holder.provider_key,
            )
            self._named[key] = Subject(form, name, resource, home, lost)
        return self._named[key]

    def includes(self, everybody: str, who: Subject) -> Truth:
        """Whether somebody is in one of the groups that every cluster has."""
        if everybody == _ACCOUNTS:
            return who.form == ACCOUNT
        if everybody.startswith(f"{_ACCOUNTS}:"):
            if who.form != ACCOUNT or who.home is None:
                return False
            return same_name(who.home.name, everybody.rpartition(":")[2])
        return everybody == "system:authenticated" and who.form in {ACCOUNT, "user", "people"}


def _said(value: Unknown) -> str:
    return ", ".join(map(str, value.references)) or value.reason
