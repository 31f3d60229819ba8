"""EKS: what principals of AWS may do inside a cluster: by the access policies of their entry, or by the `aws-auth` map.

Amazon EKS User Guide, "Review access policy permissions" (each of them is a role that every cluster has, in the whole cluster or in
namespaces) and "Grant IAM users access to Kubernetes with a ConfigMap" (`mapRoles` and `mapUsers`: a user name and groups).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from policypack.build.identity_documents import Documents, stands
from policypack.build.identity_policies import listed
from policypack.model import Domain, Evidence, Gap, Grant, Level, Resource, Scope, Spot, Unknown, Value

PROVIDER = "kubernetes"
MASTERS = "system:masters"
_ROLES = {
    "AmazonEKSClusterAdminPolicy": "cluster-admin",
    "AmazonEKSAdminPolicy": "admin",
    "AmazonEKSEditPolicy": "edit",
    "AmazonEKSViewPolicy": "view",
}
_MAPS = ("kubernetes_config_map_v1", "kubernetes_config_map", "kubernetes_config_map_v1_data")
_NODES = frozenset({"system:nodes", "system:bootstrappers", "system:node-proxier"})
_ARGUMENTS = {"mapRoles": "rolearn", "mapUsers": "userarn"}
_LONGEST = 1_000_000


class Mapped(Struct, frozen=True):
    """A principal of AWS in a cluster: its ARN (or what is known of it), its name and groups there, and the map that says so."""

    principal: Value
    name: str
    groups: tuple[str, ...]
    by: Resource


def entered(entry: Resource, associations: Sequence[Resource], known: frozenset[str], documents: Documents) -> Iterator[Grant]:
    """What the access policies of an entry allow. `known` are the clusters of the inputs' objects."""
    domain = _cluster(entry, known, documents)
    for by in associations:
        arn = by.get("policy_arn")
        called_so = arn.rpartition("/")[2] if isinstance(arn, str) else by.address
        name = _ROLES.get(called_so)
        if arn is None:
            continue
        actions = _of_role(name) if name else ()
        lost = None if name else Unknown(_lost(arn, by))
        evidence = Evidence(f"{by.address} gives {called_so}", by.address, by.at("policy_arn"))
        for scope in _scopes(by.get("access_scope"), domain):
            yield Grant("allow", called_so, actions, scope, evidence, lost=lost)


def clusters(documents: Documents) -> frozenset[str]:
    """What the clusters are called that objects of the inputs lie in."""
    homes = (documents.domains.of(each).id for each in documents.estate.resources if each.type.startswith(f"{PROVIDER}_"))
    return frozenset(each for each in homes if isinstance(each, str))


def _cluster(entry: Resource, known: frozenset[str], documents: Documents) -> Domain:
    """The cluster of an entry, as objects of the cluster are in it."""
    value = documents.text(entry.get("cluster_name"), entry)
    found = documents.estate.index.find(entry.get("cluster_name"), entry, lambda kind: kind == "aws_eks_cluster").only
    name = found.get("name") if found is not None and not isinstance(value, str) else value
    shown = name if isinstance(name, str) else found.address if found is not None else None
    if shown is not None and (shown in known or not known):
        return documents.domains.make(PROVIDER, shown, f"{entry.inside}#{shown}")
    return documents.domains.make(PROVIDER, Unknown(f"which cluster {entry.address} is about cannot be told"), entry.address)


def _scopes(value: Value, domain: Domain) -> Iterator[Scope]:
    for each in listed(value):
        named: list[Value] = [None]
        if isinstance(each, dict) and each.get("type") == "namespace":
            named = listed(each.get("namespaces"))
        for name in named:
            spot = Spot("", name if isinstance(name, (str, Unknown)) else Unknown("which namespace is not known"))
            yield Scope(PROVIDER, Level.DOMAIN, domain=domain) if name is None else Scope(PROVIDER, Level.THING, spot, domain)


def mapped(documents: Documents) -> Iterator[Mapped]:
    """Whom the `aws-auth` maps of clusters make somebody there. Nodes are left out."""
    for each, argument, text in _maps(documents):
        for block in _read(text) or ():
            groups = tuple(text for text in listed(block.get("groups")) if isinstance(text, str))
            principal, name = block.get(argument), block.get("username")
            if principal is not None and not (groups and _NODES.issuperset(groups)):
                shown = name if isinstance(name, str) else next(iter(called(principal)), "somebody")
                yield Mapped(principal, shown, groups, each)


def unread(documents: Documents) -> Iterator[Gap]:
    """Maps of which nobody knows whom they let in."""
    for each, _, text in _maps(documents):
        if text is not None and _read(text) is None:
            yield Gap(f"whom {each.address} lets into the cluster is not known", each.at("data"), inputs=(each.inside,))


def called(principal: Value) -> Iterator[str]:
    """What a principal is called: the end of its ARN, or what it is called where it is referred to."""
    if isinstance(principal, str):
        yield principal.rpartition("/")[2]
    for each in principal.references if isinstance(principal, Unknown) else ():
        yield each.address.rpartition(".")[2]


def _maps(documents: Documents) -> Iterator[tuple[Resource, str, Value]]:
    """The texts of the maps, with the map and the argument that names a principal in them."""
    for each in documents.estate.resources:
        if each.type not in _MAPS or each.mode != "managed" or not stands(each) or each.get("metadata.name") != "aws-auth":
            continue
        data = each.get("data")
        if isinstance(data, Unknown):
            yield each, "", data
        elif isinstance(data, dict):
            yield from ((each, argument, data.get(key)) for key, argument in _ARGUMENTS.items())


def _read(value: Value) -> list[dict[str, Value]] | None:
    """The entries of one of the map's texts, None where it cannot be read."""
    decoded = value.document if isinstance(value, Unknown) else value
    if isinstance(decoded, str) and len(decoded) <= _LONGEST:
        from policypack.read.hcl.functions import yaml_text  # few estates have YAML, and it is slow to import
        from policypack.read.hcl.partial import EvaluationError

        try:
            decoded = yaml_text.decode(decoded)
        except EvaluationError:
            return None
    return [each for each in decoded if isinstance(each, dict)] if isinstance(decoded, list) else None


def _lost(arn: Value, by: Resource) -> str:
    if isinstance(arn, str):
        return "it is none of the access policies whose permissions are known"
    return f"which access policy {by.address} associates is not known"


def _of_role(name: str) -> tuple[str, ...]:
    from policypack.catalog.scoped import facts  # who has no clusters need not load what their roles are

    return facts(PROVIDER).roles[PROVIDER][name]
