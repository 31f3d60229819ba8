"""Where things lie on Google Cloud: projects in folders in organisations, and what conditions call them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.identity_documents import Documents
from policypack.build.scoped import short, spot_of
from policypack.model import Domain, Level, Reference, Resource, Scope, Site, Spot, Unknown, Value, replace, symbol

PROVIDER = "google"
_FAMILY = re.compile(r"^google_(?P<of>\w+?)_iam_(?P<form>member|binding|policy|member_remove)$")
_NESTED = 20
_HOLE = re.compile(r"\{(\w+)\}")
_LOST = Unknown("what the project lies in is not among the inputs")
# Resource type -> what conditions call it, where that is more than the service and the last word of its name.
_SORTS: Mapping[str, str] = {
    "google_storage_bucket": "storage.googleapis.com/Bucket",
    "google_sql_database_instance": "sqladmin.googleapis.com/Instance",
    "google_sql_database": "sqladmin.googleapis.com/Database",
    "google_spanner_instance": "spanner.googleapis.com/Instance",
    "google_spanner_database": "spanner.googleapis.com/Database",
    "google_kms_crypto_key": "cloudkms.googleapis.com/CryptoKey",
    "google_kms_key_ring": "cloudkms.googleapis.com/KeyRing",
    "google_secret_manager_secret": "secretmanager.googleapis.com/Secret",
    "google_compute_disk": "compute.googleapis.com/Disk",
    "google_compute_instance": "compute.googleapis.com/Instance",
    "google_compute_snapshot": "compute.googleapis.com/Snapshot",
    "google_bigquery_dataset": "bigquery.googleapis.com/Dataset",
    "google_bigquery_table": "bigquery.googleapis.com/Table",
    "google_pubsub_topic": "pubsub.googleapis.com/Topic",
    "google_bigtable_instance": "bigtableadmin.googleapis.com/Instance",
    "google_project": "cloudresourcemanager.googleapis.com/Project",
}
# What takes part in a name and is not the name of what a grant is about.
_NOT_NAMES = frozenset(
    {"condition", "etag", "location", "member", "members", "policy_data", "project", "region", "role", "zone", "id", "timeouts"}
)


def family_of(kind: str) -> tuple[str, str] | None:
    """What a type of grants is about (`storage_bucket`) and its form (`member`, `binding`, `policy`), None where it is none."""
    found = _FAMILY.match(kind)
    return (found["of"], found["form"]) if found else None


class Places(Struct, frozen=True, dict=True):
    """The hierarchy of an estate, as far as the inputs show it."""

    documents: Documents

    @cached_property
    def _resources(self) -> list[Resource]:
        return [each for each in self.documents.estate.resources if each.type.startswith("google_")]

    @cached_property
    def _organizations(self) -> tuple[str | Unknown, ...]:
        """The organisations that the inputs name anywhere."""
        found: dict[str | Unknown, None] = {}
        for each in self._resources:
            for argument in ("org_id", "organization"):
                if (value := each.written(argument)) is not None:
                    found.setdefault(self.organization(value, each))
            parent = each.written("parent")
            if isinstance(parent, str) and parent.startswith("organizations/"):
                found.setdefault(parent)
        return tuple(found)

    @staticmethod
    def organization(value: Value, holder: Resource) -> str | Unknown:
        """The full name of an organisation."""
        name = short(value, holder)
        return f"organizations/{name}" if isinstance(name, str) else _symbol(name, holder)

    def folder(self, value: Value, holder: Resource) -> str | Unknown:
        """The full name of a folder; one that the inputs make is named by its resource."""
        found = self._folder_at(value, holder)
        if found is not None:
            written = (found.get(key) for key in ("name", "folder_id", "id"))
            known = next((text for text in written if isinstance(text, str) and text), None)
            if known is None:
                return symbol(found.place, "folders/")
            return f"folders/{known.rpartition('/')[2]}"
        name = short(value, holder)
        return f"folders/{name}" if isinstance(name, str) else _symbol(name, holder)

    def _folder_at(self, value: Value, holder: Resource) -> Resource | None:
        return self.documents.estate.index.meant(value, holder, lambda kind: kind == "google_folder").only

    @cached_property
    def _projects(self) -> Mapping[str, Resource]:
        return {
            name: each
            for each in self._resources
            if each.type == "google_project" and isinstance(name := each.get("project_id"), str)
        }

    def above(self, resource: Resource) -> tuple[str | Unknown, ...]:
        """What stands above the project that a resource lies in."""
        domain = self.documents.domains.of(resource)
        project = resource if resource.type == "google_project" else None
        if project is None and isinstance(domain.id, str):
            project = self._projects.get(domain.id)
        if project is None and isinstance(domain.id, Unknown):
            project = self._project_named(resource)
        if project is None:
            return self._open(_LOST)
        return self._parents(project, "folder_id", "org_id")

    def above_domain(self, domain: Domain) -> tuple[str | Unknown, ...]:
        """What stands above a project."""
        project = self._projects.get(domain.id) if isinstance(domain.id, str) else None
        return self._open(_LOST) if project is None else self._parents(project, "folder_id", "org_id")

    def _project_named(self, resource: Resource) -> Resource | None:
        value = resource.get("project")
        return self.documents.estate.index.find(value, resource, lambda kind: kind == "google_project").only

    def _open(self, unknown: Unknown) -> tuple[str | Unknown, ...]:
        """What stands above something of which that is not shown: perhaps anything, and the organisation where it is one."""
        return (unknown, *self._organizations) if len(self._organizations) == 1 else (unknown,)

    def _parents(self, child: Resource, folder: str, organization: str) -> tuple[str | Unknown, ...]:
        if (value := child.written(folder)) is not None:
            return self.chain(value, child)
        if (value := child.written(organization)) is not None:
            return (self.organization(value, child),)
        return ()

    def chain(self, value: Value, holder: Resource) -> tuple[str | Unknown, ...]:
        """A folder or organisation with all above it."""
        found: list[str | Unknown] = []
        for _ in range(_NESTED):
            if isinstance(value, str) and value.startswith("organizations/"):
                return (*found, value)
            folder = self._folder_at(value, holder)
            found.append(self.folder(value, holder))
            if folder is None:
                return (*found, *self._open(Unknown("what the folder lies in is not among the inputs")))
            value, holder = folder.written("parent"), folder
            if value is None:
                return (*found, *self._open(Unknown(f"what {folder.address} lies in is not known")))
        return (*found, Unknown("folders that lie in each other"))

    def describe(self, resource: Resource, site: Site) -> Site:
        """The site of a resource with what stands above it and what conditions call it."""
        sort = _SORTS.get(resource.type, "")
        if resource.type == "google_project":
            named = f"projects/{resource.get('project_id')}" if isinstance(resource.get("project_id"), str) else site.full_name
            return replace(site, above=self.above(resource), level=Level.DOMAIN, full_name=named, sort=sort)
        if resource.type == "google_folder":
            above = (self.own_name(resource), *self._above_folder(resource))
            return replace(site, above=above, level=Level.ABOVE, domain=None)
        return replace(site, above=self.above(resource), full_name=self._full_name(resource), sort=sort)

    def own_name(self, folder: Resource) -> str | Unknown:
        """The full name of a folder of the inputs."""
        return self.folder(_reference(folder), folder)

    def _above_folder(self, folder: Resource) -> tuple[str | Unknown, ...]:
        parent = folder.written("parent")
        unknown = Unknown(f"what {folder.address} lies in is not known")
        return self.chain(parent, folder) if parent is not None else self._open(unknown)

    def _full_name(self, resource: Resource) -> str | Unknown:
        entry = self.documents.estate.entries.get(resource.type)
        if entry is None or not entry.arn:
            return Unknown(f"the full name of {resource.address} is not known")
        domain = self.documents.domains.of(resource)
        missing = [name for name in _HOLE.findall(entry.arn) if not isinstance(self._part(resource, name, domain.id), str)]
        if missing:
            return Unknown(f"{missing[0]} of {resource.address} is not known")
        return _HOLE.sub(lambda hole: str(self._part(resource, hole[1], domain.id)), entry.arn)

    @staticmethod
    def _part(resource: Resource, name: str, project: str | Unknown) -> Value:
        return project if name == "project" else resource.get(name)

    def scope(self, grant: Resource) -> Scope:
        """The place that a grant is made at."""
        of, _ = family_of(grant.type) or ("", "")
        if of == "project":
            return Scope(PROVIDER, Level.DOMAIN, domain=self.documents.domains.of(grant))
        if of == "folder":
            return Scope(PROVIDER, Level.ABOVE, above=self.folder(grant.get("folder"), grant))
        if of == "organization":
            return Scope(PROVIDER, Level.ABOVE, above=self.organization(grant.get("org_id"), grant))
        if of == "billing_account":
            name = short(grant.get("billing_account_id"), grant)
            return Scope(PROVIDER, Level.ABOVE, above=f"billingAccounts/{name}" if isinstance(name, str) else name)
        return self._on_thing(f"google_{of}", grant)

    def _on_thing(self, kind: str, grant: Resource) -> Scope:
        estate = self.documents.estate
        values = dict(self._naming(kind, grant))
        for value in values.values():
            held = estate.index.meant(value, grant, lambda other: other == kind).only
            if held is not None:
                return Scope(PROVIDER, Level.THING, spot_of(held, estate), self.documents.domains.of(held))
        value = next(iter(values.values()), None)
        known = self.documents.domains.of(grant)
        # A bucket's name tells no project, and neither does an address of something that is not there.
        domain = known if grant.written("project") is not None else None
        return Scope(PROVIDER, Level.THING, Spot(kind, short(value, grant)), domain)

    @staticmethod
    def _naming(kind: str, grant: Resource) -> Iterator[tuple[str, Value]]:
        """The arguments that may name what a grant is about, the likeliest first: `crypto_key_id` of a crypto key."""
        words = kind.split("_")
        last = words[-1]

        def likely(name: str) -> tuple[bool, bool]:
            return (last not in name, name != "name")

        for name in sorted((each for each in grant.values if each not in _NOT_NAMES), key=likely):
            yield name, grant.get(name)


def _reference(resource: Resource) -> Unknown:
    return Unknown(references=(Reference(resource.address, "name"),))


def _symbol(unknown: Unknown, holder: Resource) -> Unknown:
    """A name that is not known, the same wherever it depends on the same."""
    references = tuple(Reference(each.address, each.attribute) for each in unknown.references)
    return Unknown(f"a name that {holder.address} uses is not known" if not references else "a name is not known", references)
