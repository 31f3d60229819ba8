"""Who is meant by a member of a policy on Google Cloud: by reference, by address, or a kind of everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.build.google_places import PROVIDER
from policypack.build.identity_documents import Documents, stands
from policypack.model import Domain, Reference, Resource, Truth, Unknown, Value, same_domain

ACCOUNT = "google_service_account"
EVERYBODY = frozenset({"allUsers", "allAuthenticatedUsers"})
_DEFAULTS = ("google_compute_default_service_account", "google_app_engine_default_service_account", ACCOUNT)
_ADDRESS = re.compile(r"^(?P<name>[^@]+)@(?P<project>[^.@]+)\.iam\.gserviceaccount\.com$")
_KUBERNETES = re.compile(r"^(?P<project>[^\[]+)\.svc\.id\.goog\[(?P<subject>[^\]]+)\]$")
# Accounts that Google makes in a project and that act for whoever asks their service.
_AGENTS = {"cloudbuild.gserviceaccount.com": "build_account", "cloudservices.gserviceaccount.com": "google_apis_agent"}
_POOL = re.compile(r"workloadIdentityPools/(?P<pool>[^/]+)/(?P<rest>.*)")


class Member(Struct, frozen=True):
    """Somebody who is named. `key` is the same for the same one: the place of a service account of the inputs, or the text.

    `form` is `service_account` (`build_account` and `google_apis_agent`, where Google makes it for a service), `user`, `people` (a group, a domain: whoever is in it), `federated`, `kubernetes`, `everybody`,
    `role_holders` (`projectOwner:…`) or `unknown`. `pool` is the workload identity pool that it comes from.
    """

    key: tuple[str, str]
    form: str
    name: str
    shown: Resource
    pool: Resource | None = None
    lost: Unknown | None = None


class Members(Struct, frozen=True, dict=True):
    """Everybody who is named in an estate."""

    documents: Documents
    _named: dict[tuple[str, str], Resource] = field(default_factory=dict)

    def meant(self, value: Value, holder: Resource) -> list[tuple[Member, Truth]]:
        """Whom a member may mean, and whether for certain: of a value that is one of several accounts, each of them perhaps."""
        found = self.documents.estate.index.meant(value, holder, lambda kind: kind in _DEFAULTS)
        if found.certain or len(found.resources) < 2:
            member = self.of(value, holder)
            return [] if member is None else [(member, True)]
        doubt = Unknown(f"which of several accounts {holder.address} means is not known")
        named = {each.key: each for one in found.resources if (each := self._account_of(one, holder)) is not None}
        return [(each, doubt if len(named) > 1 else True) for each in named.values()]

    @cached_property
    def accounts(self) -> tuple[Resource, ...]:
        """The service accounts that the inputs make."""
        every = self.documents.estate.resources
        return tuple(each for each in every if each.type == ACCOUNT and each.mode == "managed" and stands(each))

    @cached_property
    def _by_name(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for each in self.accounts:
            name = each.get("account_id")
            if isinstance(name, str):
                found.setdefault(name, []).append(each)
        return found

    def of(self, value: Value, holder: Resource) -> Member | None:
        """Whom a member means, None where it is nobody any more."""
        if isinstance(value, Unknown):
            return self._by_reference(value, holder)
        if not isinstance(value, str) or value.startswith("deleted:"):
            return None
        if value in EVERYBODY:
            return self._made("everybody", value, holder)
        kind, _, name = value.partition(":")
        if kind == "serviceAccount":
            return self.account(name, holder)
        if kind in {"principal", "principalSet"}:
            return self._principal(value, holder)
        form = {"user": "user", "group": "people", "domain": "people"}.get(kind)
        if form is None:
            form = "role_holders" if kind.startswith("project") else "unknown"
        return self._made(form, value, holder)

    def account(self, email: str, holder: Resource) -> Member:
        """The service account of an address."""
        kubernetes = _KUBERNETES.match(email)
        if kubernetes is not None:
            return self._made("kubernetes", f"serviceAccount:{email}", holder)
        found = _ADDRESS.match(email)
        if found is not None:
            fitting = [each for each in self._by_name.get(found["name"], ()) if self._lies_in(each, found["project"])]
            if len(fitting) == 1:
                return Member(fitting[0].place, "service_account", fitting[0].address, fitting[0])
        written = next((each for each in self.accounts if each.get("email") == email), None)
        if written is not None:
            return Member(written.place, "service_account", written.address, written)
        form = _AGENTS.get(email.partition("@")[2], "service_account")
        return self._made(form, f"serviceAccount:{email}", holder)

    def _lies_in(self, account: Resource, project: str) -> bool:
        home = self.documents.domains.of(account)
        named = Domain(PROVIDER, project, f"{account.inside}#{project}", word="project")
        return same_domain(home, named) is not False

    def _by_reference(self, value: Unknown, holder: Resource) -> Member:
        text = "".join(each if isinstance(each, str) else "\0" for each in value.parts)
        if text.startswith(("principal:", "principalSet:")):
            return self._principal(value, holder)
        kubernetes = "[" in text and "]" in text and "svc.id.goog" in text
        for reference in value.references if not kubernetes else ():
            found = self._referred(reference, holder)
            account = self._account_of(found, holder) if found is not None else None
            if account is not None:
                return account
        if kubernetes:
            subject = text.partition("[")[2].rstrip("]")
            return self._made("kubernetes", f"kubernetes service account {subject.replace(chr(0), '?')}", holder)
        said = ", ".join(map(str, value.references)) or value.reason
        missing = Unknown(f"who {said} is cannot be told", value.references)
        form = {"user": "user", "group": "people", "domain": "people"}.get(text.partition(":")[0], "unknown")
        made = self._made(form, said, holder)
        return Member(made.key, made.form, made.name, made.shown, lost=missing)

    def _account_of(self, found: Resource, holder: Resource) -> Member | None:
        """The service account that a resource is, or that it reads."""
        if found.type == ACCOUNT and found.mode == "managed":
            return Member(found.place, "service_account", found.address, found)
        if found.mode == "data" and found.type in _DEFAULTS:
            email = found.get("email")
            return self.account(email, holder) if isinstance(email, str) else self.looked_up(found)
        return None

    def looked_up(self, source: Resource) -> Member:
        """The service account that a data source reads: one of the inputs, where it has the name alone."""
        name = source.get("account_id")
        if isinstance(name, str):
            local = name.partition("@")[0]
            fitting = self._by_name.get(local, [])
            if len(fitting) == 1:
                return Member(fitting[0].place, "service_account", fitting[0].address, fitting[0])
        return Member(source.place, "service_account", source.address, source)

    def _referred(self, reference: Reference, holder: Resource) -> Resource | None:
        found = self.documents.estate.index.find(Unknown(references=(reference,)), holder, lambda _: True)
        return found.only

    def _principal(self, value: Value, holder: Resource) -> Member:
        """A principal of a workload identity pool, or another that is written as a full name."""
        text = value if isinstance(value, str) else ""
        pool: Resource | None = None
        if isinstance(value, Unknown):
            for reference in value.references:
                found = self._referred(reference, holder)
                pool = found if found is not None and found.type == "google_iam_workload_identity_pool" else pool
                text += f"{pool.address}/" if pool is not None and found is pool else ""
            text += "".join(each for each in value.parts if isinstance(each, str) and "iam.googleapis.com" not in each).lstrip(
                "/"
            )
            text = f"principalSet:{text}"
        elif (named := _POOL.search(text)) is not None:
            pools = (each for each in self.documents.estate.resources if each.type == "google_iam_workload_identity_pool")
            pool = next((each for each in pools if each.get("workload_identity_pool_id") == named["pool"]), None)
        if "/serviceAccounts/" in text:
            return self.account(text.rpartition("/")[2], holder)
        if "://goog/subject/" in text:
            return self._made("user", f"user:{text.rpartition('/')[2]}", holder)
        if "://goog/group/" in text:
            return self._made("people", f"group:{text.rpartition('/')[2]}", holder)
        if "://goog/public:all" in text:
            return self._made("everybody", "allUsers", holder)
        federated = pool is not None or "workloadIdentityPools" in text
        made = self._made("federated" if federated else "unknown", text, holder)
        return Member(made.key, made.form, made.name, made.shown, pool)

    def _made(self, form: str, name: str, holder: Resource) -> Member:
        """Somebody whom nothing shows: the resource that stands for them is where they are named first."""
        key = (holder.inside, name)
        if key not in self._named:
            shown = Resource(
                name,
                "google_principal",
                holder.provider,
                {"member": name},
                holder.location,
                inside=holder.inside,
                mode="data",
                provider_key=holder.provider_key,
            )
            self._named[key] = shown
        return Member(key, form, name, self._named[key])


def listed(value: Value) -> Iterator[Value]:
    """The elements of a list, an Unknown as its one element."""
    yield from value if isinstance(value, list) else () if value is None else (value,)


def texts(value: Value) -> tuple[list[str], bool]:
    """The texts in a list, and whether anything in it is not known."""
    found = list(listed(value))
    return [each for each in found if isinstance(each, str)], any(isinstance(each, Unknown) for each in found)
