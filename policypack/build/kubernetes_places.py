"""Where things lie in a cluster: in a namespace, or in none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct, field

from policypack.build.identity_documents import Documents, stands
from policypack.model import Domain, Resource, Site, Spot, Unknown, Value, replace, same_domain

PROVIDER = "kubernetes"
NAMESPACES = ("kubernetes_namespace_v1", "kubernetes_namespace")
_DEFAULT = "default"
_CLUSTER = ("config_context", "config_context_cluster", "host")
Place = tuple[str, str]


class Home(Struct, frozen=True):
    """A namespace: its name, its cluster, and the place that stands for it."""

    name: str | Unknown
    domain: Domain
    spot: Spot


class Places(Struct, frozen=True, dict=True):
    """The namespaces of all clusters of an estate."""

    documents: Documents
    _named: dict[tuple[object, ...], Home] = field(default_factory=dict)

    @cached_property
    def _shown(self) -> tuple[Resource, ...]:
        every = self.documents.estate.resources
        return tuple(each for each in every if each.type in NAMESPACES and each.mode == "managed" and stands(each))

    @cached_property
    def _by_name(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for each in self._shown:
            name = each.get("metadata.name")
            if isinstance(name, str):
                found.setdefault(name, []).append(each)
        return found

    def of(self, resource: Resource) -> Home:
        """The namespace that a resource says it lies in."""
        return self.namespace(resource.written("metadata.namespace"), resource)

    def namespace(self, value: Value, holder: Resource) -> Home:
        """The namespace of a name, seen from the resource that says it."""
        domain = self.documents.domains.of(holder)
        name = value if isinstance(value, (str, Unknown)) else _DEFAULT
        shown = self._find(name, holder, domain)
        key = shown.place if shown is not None else (domain.id if isinstance(domain.id, str) else domain.key, str(name))
        if key not in self._named:
            place = shown.place if shown is not None else (holder.inside, f"namespace {_said(name)}")
            if shown is None and isinstance(name, Unknown):
                self._named[key] = Home(name, domain, Spot(NAMESPACES[0], name))
            else:
                self._named[key] = Home(name, domain, Spot(shown.type if shown else NAMESPACES[0], name, place))
        return self._named[key]

    def _find(self, name: str | Unknown, holder: Resource, domain: Domain) -> Resource | None:
        if isinstance(name, Unknown):
            return self.documents.estate.index.find(name, holder, lambda kind: kind in NAMESPACES).only
        domains = self.documents.domains
        found = self._by_name.get(name, [])
        sure = [each for each in found if same_domain(domains.of(each), domain) is True]
        return sure[0] if len(sure) == 1 else found[0] if len(found) == 1 and self._may_be(found[0], domain) else None

    def _may_be(self, namespace: Resource, domain: Domain) -> bool:
        return same_domain(self.documents.domains.of(namespace), domain) is not False

    def sites(self) -> Iterator[tuple[Place, Site]]:
        """The sites of the namespaces that nothing but their names show."""
        shown = {each.place for each in self._shown}
        for each in self._named.values():
            if each.spot.place is not None and each.spot.place not in shown:
                yield each.spot.place, Site(PROVIDER, each.spot, each.domain, sort="namespaces")

    def states(self) -> Iterator[tuple[Place, Site]]:
        """The secrets in which backends keep states: `tfstate-{workspace}-{suffix}`, in a namespace of the backend's cluster."""
        for source in self.documents.estate.inputs:
            backend = source.backend
            if not isinstance(backend, Resource) or backend.type != PROVIDER:
                continue
            said = next((text for key in _CLUSTER if isinstance(text := backend.get(key), str) and text), None)
            cluster = said or Unknown("which cluster keeps the state is not known")
            domain = self.documents.domains.make(PROVIDER, cluster, f"{source.path}#{said or 'backend'}")
            space, suffix = backend.get("namespace"), backend.get("secret_suffix")
            space = _DEFAULT if space is None else space
            known = isinstance(space, str) and isinstance(suffix, str)
            name = f"{space}/tfstate-{_DEFAULT}-{suffix}" if known else Unknown("which secret keeps the state is not known")
            within = Spot("", space if isinstance(space, (str, Unknown)) else _DEFAULT)
            yield (
                backend.place,
                Site(PROVIDER, Spot("kubernetes_secret_v1", name, backend.place), domain, (within,), sort="secrets"),
            )

    def describe(self, resource: Resource, site: Site) -> Site:
        """The site of a resource: called by its namespace and its name."""
        sort = self._sort(resource.type)
        if resource.type in NAMESPACES:
            return replace(site, spot=Spot(resource.type, named(resource), resource.place), within=(), sort=sort)
        if not self._in_namespace(resource):
            return replace(site, spot=Spot(resource.type, named(resource), resource.place), within=(), sort=sort)
        home = self.of(resource)
        return replace(
            site,
            spot=Spot(resource.type, full_name(home.name, named(resource)), resource.place),
            within=(home.spot,),
            sort=sort,
        )

    def _in_namespace(self, resource: Resource) -> bool:
        entry = self.documents.estate.entries.get(resource.type)
        return entry is not None and "metadata.namespace" in entry.lies_in

    def _sort(self, kind: str) -> str:
        """The plural under which the API has such objects."""
        entry = self.documents.estate.entries.get(kind)
        name = entry.object.rpartition("/")[2].lower() if entry is not None else ""
        return f"{name}es" if name.endswith("s") else f"{name}s" if name else ""


def named(resource: Resource) -> str | Unknown:
    """What an object is called in its namespace."""
    value = resource.get("metadata.name")
    return value if isinstance(value, (str, Unknown)) else Unknown(f"the name of {resource.address} is not known")


def full_name(namespace: str | Unknown, name: str | Unknown) -> str | Unknown:
    """What an object is called in its cluster."""
    if isinstance(namespace, str) and isinstance(name, str):
        return f"{namespace}/{name}"
    return namespace if isinstance(namespace, Unknown) else name


def _said(name: str | Unknown) -> str:
    return name if isinstance(name, str) else ", ".join(map(str, name.references)) or name.reason
