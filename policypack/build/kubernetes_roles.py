"""What roles of a cluster allow: rules of the inputs, rules that are collected by labels, and the roles that every cluster has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.build.identity_documents import Documents, stands
from policypack.build.kubernetes_places import PROVIDER, named
from policypack.catalog.scoped import facts
from policypack.model import Domain, Resource, Truth, Unknown, Value, any_of, replace, same_domain

ROLES = ("kubernetes_role_v1", "kubernetes_role")
CLUSTER_ROLES = ("kubernetes_cluster_role_v1", "kubernetes_cluster_role")
_COLLECTED = "rbac.authorization.k8s.io/aggregate-to-"
_EVERYTHING = ("*",)
_UNREAD = Unknown("a rule of it is not known")


class Allowed(Struct, frozen=True):
    """One rule: patterns of actions (`core/pods,pods/exec/get,list`), and the names that it is limited to. `doubt` is why nobody
    knows whether the role has it."""

    actions: tuple[str, ...]
    names: tuple[str, ...] = ()
    about: str = ""
    lost: Unknown | None = None
    doubt: Unknown | None = None


class Role(Struct, frozen=True):
    """A role as it is found: what it is called, its rules, and the resource that defines it."""

    name: str
    rules: tuple[Allowed, ...]
    shown: Resource | None = None


class Roles(Struct, frozen=True, dict=True):
    """All roles of an estate."""

    documents: Documents

    @cached_property
    def all(self) -> tuple[Resource, ...]:
        """The roles and cluster roles that the inputs define."""
        every = self.documents.estate.resources
        return tuple(
            each for each in every if each.type in (*ROLES, *CLUSTER_ROLES) and each.mode == "managed" and stands(each)
        )

    @cached_property
    def _by_name(self) -> Mapping[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for each in self.all:
            name = named(each)
            if isinstance(name, str):
                found.setdefault(name, []).append(each)
        return found

    def meant(self, binding: Resource, namespace: str | Unknown | None) -> Role:
        """The role that a binding refers to. `namespace` is that of the binding, None where it lies in none."""
        kind, value = binding.get("role_ref.kind"), binding.get("role_ref.name")
        kinds = ROLES if kind == "Role" else CLUSTER_ROLES
        shown = self._find(value, binding, kinds, namespace)
        if shown is not None:
            return self.of(shown)
        if not isinstance(value, str) or isinstance(kind, Unknown):
            said = ", ".join(map(str, value.references)) if isinstance(value, Unknown) else ""
            lost = Unknown("which role it is cannot be told")
            return Role(said or "a role that is not known", (Allowed((), lost=lost),))
        known = facts(PROVIDER).roles.get(PROVIDER, {}).get(value) if kinds is CLUSTER_ROLES else None
        if known is None:
            return Role(value, (Allowed((), lost=Unknown("it is not among the inputs")),))
        own = tuple(self._collected_by_name(value, self.documents.domains.of(binding)))
        return Role(value, (Allowed(tuple(known)), *own) if known else own)

    def of(self, role: Resource) -> Role:
        """What a role of the inputs allows."""
        rules = list(self._rules(role))
        selectors = role.get("aggregation_rule.cluster_role_selectors")
        if role.get("aggregation_rule") is not None:
            rules += self._collected(selectors, role)
        return Role(role.address, tuple(rules), role)

    def _find(self, value: Value, holder: Resource, kinds: tuple[str, ...], namespace: str | Unknown | None) -> Resource | None:
        if isinstance(value, Unknown):
            return self.documents.estate.index.find(value, holder, lambda kind: kind in kinds).only
        domain = self.documents.domains.of(holder)
        called = self._by_name.get(value, ()) if isinstance(value, str) else ()
        fitting = [each for each in called if each.type in kinds and self._is_near(each, domain)]
        if kinds is ROLES:
            fitting = [each for each in fitting if _namespace(each) == namespace]
        return fitting[0] if len(fitting) == 1 else None

    def _is_near(self, role: Resource, domain: Domain) -> bool:
        return same_domain(self.documents.domains.of(role), domain) is not False

    @staticmethod
    def _rules(role: Resource) -> Iterator[Allowed]:
        for block in role.blocks("rule"):
            yield from _allowed(block)

    def _collected(self, selectors: Value, role: Resource) -> list[Allowed]:
        """The rules that the cluster adds: of the roles of the inputs, and of the roles that every cluster has."""
        found: list[Allowed] = []
        blocks = selectors if isinstance(selectors, list) else [selectors]
        for block in blocks:
            labels = block.get("match_labels") if isinstance(block, dict) else None
            if not isinstance(labels, dict) or not labels or (isinstance(block, dict) and block.get("match_expressions")):
                found.append(Allowed((), lost=Unknown("which roles the cluster adds to it cannot be told")))
                continue
            found += [rule for each in self.all if each is not role for rule in self._added(each, labels)]
            found += self._standard(labels)
        if not found:
            found.append(
                Allowed((), lost=Unknown("the roles that the cluster adds to it by their labels are not among the inputs"))
            )
        return found

    @staticmethod
    def _standard(labels: Mapping[str, Value]) -> Iterator[Allowed]:
        for key in labels:
            known = facts(PROVIDER).roles[PROVIDER].get(key.removeprefix(_COLLECTED)) if key.startswith(_COLLECTED) else None
            if known:
                yield Allowed(tuple(known))

    def _collected_by_name(self, name: str, domain: Domain) -> Iterator[Allowed]:
        """The rules that roles of the inputs add to a role that every cluster has. What view has, edit has, and admin all of it."""
        names = {"view": ("view",), "edit": ("view", "edit"), "admin": ("view", "edit", "admin")}.get(name, ())
        for each in self.all if names else ():
            if self._is_near(each, domain):
                truths = [_carries(each, {f"{_COLLECTED}{one}": "true"}) for one in names]
                yield from self._rules_if(each, any_of(truths))

    def _added(self, role: Resource, labels: Mapping[str, Value]) -> Iterator[Allowed]:
        """What a role adds to one that collects by labels."""
        yield from self._rules_if(role, _carries(role, labels))

    def _rules_if(self, role: Resource, truth: Truth) -> Iterator[Allowed]:
        if truth is not False:
            doubt = truth if isinstance(truth, Unknown) else None
            yield from (replace(each, doubt=doubt) for each in self._rules(role))


def _namespace(role: Resource) -> Value:
    value = role.written("metadata.namespace")
    return "default" if value is None else value


def _carries(role: Resource, labels: Mapping[str, Value]) -> Truth:
    """Whether a role has all of some labels."""
    own = role.get("metadata.labels")
    unknown = Unknown(f"which labels {role.address} has is not known")
    if isinstance(own, Unknown):
        return unknown
    pairs = [(own.get(key), value) for key, value in labels.items()] if isinstance(own, dict) else [(None, "")]
    if any(not isinstance(each, Unknown) and str(each).lower() != str(value).lower() for each, value in pairs):
        return False
    return unknown if any(isinstance(each, Unknown) for each, _ in pairs) else True


def _allowed(block: Value) -> Iterator[Allowed]:
    if not isinstance(block, dict):
        yield Allowed((), lost=block if isinstance(block, Unknown) else _UNREAD)
        return
    if block.get("non_resource_urls") and not block.get("resources"):
        return
    parts = [_texts(block.get(key)) for key in ("api_groups", "resources", "verbs")]
    names = _texts(block.get("resource_names"))
    if names is None or any(part is None for part in parts):
        yield Allowed((), lost=_UNREAD)
        return
    groups, resources, verbs = ([text for text in part if text is not None] for part in (part or [] for part in parts))
    if not resources or not verbs:
        return
    listed, said = ("*" if "*" in each else ",".join(each) for each in (resources, verbs))
    groups = ["*"] if "*" in groups else [each or "core" for each in groups]
    actions = tuple(f"{group}/{listed}/{said}" for group in groups)
    yield Allowed(_EVERYTHING if actions == ("*/*/*",) else actions, tuple(names), listed)


def _texts(value: Value) -> list[str] | None:
    """A list of texts; None where a part of it is not known."""
    if value is None:
        return []
    found = value if isinstance(value, list) else [value]
    texts = [each for each in found if isinstance(each, str)]
    return texts if len(texts) == len(found) else None
