"""The language of Kubernetes RBAC: rules that allow, on groups, resources and verbs, and nothing that denies.

An action is `group/resource/verb`, a subresource stands after its resource (`core/pods/exec/create`). A pattern has the same three
parts, each a list with commas or `*`. As the authoriser has it: `*` as a resource is every resource with every subresource, `*/scale`
is one subresource of any, and `pods/*` is nothing. Names limit a rule to requests that carry one, which neither creating an object
nor deleting a collection does.
"""

from __future__ import annotations

from functools import lru_cache

from policypack.authority.scoped.language import Language
from policypack.catalog.scoped import facts
from policypack.model import Level, Site, Truth, Unknown

UNNAMED = "(no subresource)"
"""As the resource of a pattern: any, and none of its subresources."""
_RULING = frozenset({"cluster-admin", "system:masters", "system:kube-controller-manager"})
_OWN = {"statefulsets", "deployments", "daemonsets", "replicationcontrollers", "jobs", "cronjobs", "clusters"}


@lru_cache(maxsize=65536)
def matches(pattern: str, action: str) -> bool:
    """Whether a pattern names an action."""
    if pattern == "*":
        return True
    groups, resources, verbs = parts(pattern)
    group, resource, verb = parts(action)
    return _names(groups, group) and _names(verbs, verb) and any(_is_resource(each, resource) for each in resources.split(","))


def parts(text: str) -> tuple[str, str, str]:
    """Group, resource with its subresource, and verb."""
    group, _, rest = text.partition("/")
    resource, _, verb = rest.rpartition("/")
    return group, resource, verb


def _names(names: str, name: str) -> bool:
    return names == "*" or name in names.split(",")


def _is_resource(pattern: str, resource: str) -> bool:
    if pattern in {"*", resource}:
        return True
    if pattern == UNNAMED:
        return "/" not in resource
    return pattern.startswith("*/") and resource.partition("/")[2] == pattern[2:]


def holds(expression: str, site: Site) -> Truth:
    """Whether one of the names that a rule is limited to (`secrets: token, key`) is that of a thing."""
    resource, _, listed = expression.partition(": ")
    names = listed.split(", ")
    if site.level is not Level.THING:
        return _in_the_cluster(resource, names)
    own = site.spot.name
    if isinstance(own, Unknown):
        return own
    name = own.rpartition("/")[2]
    if resource.partition("/")[0] in {site.sort, "*"}:
        return name in names
    if site.sort == "namespaces":
        return _in_the_cluster(resource, names)
    if site.sort in _OWN and not any(f"{name}-" in each for each in names):
        return False
    return Unknown(f"whether {listed} is a part of {name} is not known")


def _in_the_cluster(resource: str, names: list[str]) -> Truth:
    """Whether a rule with names is as good as one without, where its resource is not a thing of the inputs."""
    if not _RULING.isdisjoint(names):
        return True
    if resource in {"users", "groups", "serviceaccounts", "namespaces"}:
        return False
    return Unknown(f"what {', '.join(names)} leads to is not known")


LANGUAGE = Language(facts("kubernetes"), matches=matches, holds=holds)
