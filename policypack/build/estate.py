"""The estate while the picture is made: all inputs together, what their resources mean, and where they lie."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from policypack.build.index import Index, block_account
from policypack.catalog import Catalog
from policypack.catalog.entry import TypeEntry
from policypack.model import Input, Resource, Unknown, Value, replace
from policypack.settings import Settings

_TRUST = {"plan": 0, "module": 1, "state": 2}


class Estate(Struct, frozen=True, dict=True):
    """Everything that the parts of `build` need to see at once."""

    inputs: tuple[Input, ...]
    resources: tuple[Resource, ...]
    catalog: Catalog
    settings: Settings

    @cached_property
    def index(self) -> Index:
        """How to find a resource by what names it."""
        return Index(self.resources, self.catalog, self._home)

    @cached_property
    def by_path(self) -> Mapping[str, Input]:
        """Path -> input."""
        return {each.path: each for each in self.inputs}

    @cached_property
    def entries(self) -> Mapping[str, TypeEntry]:
        """Type -> what the catalog says, for the types of the estate that it knows."""
        found = {}
        for kind in {each.type for each in self.resources if each.mode == "managed"}:
            entry = self.catalog.entry(kind)
            if entry is not None:
                found[kind] = entry
        return found

    @cached_property
    def by_role(self) -> Mapping[str, list[Resource]]:
        """Role word of the catalog -> managed resources that play it."""
        found: dict[str, list[Resource]] = {}
        for each in self.resources:
            entry = self.entries.get(each.type) if each.mode == "managed" else None
            role = entry and (entry.role or (entry.companion.role if entry.companion else ""))
            if role:
                found.setdefault(role, []).append(each)
        return found

    @cached_property
    def by_type(self) -> Mapping[str, list[Resource]]:
        """Type -> managed resources of it."""
        found: dict[str, list[Resource]] = {}
        for each in self.resources:
            if each.mode == "managed":
                found.setdefault(each.type, []).append(each)
        return found

    def of_types(self, kinds: Collection[str]) -> list[Resource]:
        """The managed resources of some types that stand once the plans are applied, in the order of the estate."""
        if self.by_type.keys().isdisjoint(kinds):
            return []
        return [each for each in self.resources if each.type in kinds and each.mode == "managed" and not each.goes]

    @cached_property
    def named_elsewhere(self) -> frozenset[tuple[str, str]]:
        """What is no store because a resource of another type names it, and is the store then: a volume that a claim names."""
        found: set[tuple[str, str]] = set()
        for kind, entry in self.entries.items():
            for other, argument in entry.unless_named_in.items():
                for each in self.by_type.get(other, ()):
                    value = each.written(argument) if not each.goes else None
                    named = self.index.find(value, each, lambda name, kind=kind: name == kind).only  # type: ignore[misc]
                    found.update(() if named is None else (named.place,))
        return frozenset(found)

    def playing(self, *roles: str) -> list[Resource]:
        """The resources that play any of the roles, those that the plan removes left out."""
        return [each for role in roles for each in self.by_role.get(role, ()) if not each.goes]

    def holds_data(self, kind: str) -> bool:
        """Whether resources of a type are stores."""
        entry = self.entries.get(kind)
        return bool(entry and entry.store)

    def is_container(self, kind: str) -> bool:
        """Whether resources of a type are stores that other stores lie in."""
        return self.holds_data(kind) and self.entries[kind].container

    def stores_of(self, kinds: tuple[str, ...]) -> Callable[[str], bool]:
        """Whether a type is a store, and one of the given types where any are given."""
        return lambda kind: self.holds_data(kind) and (not kinds or kind in kinds)

    def is_bucket(self, kind: str) -> bool:
        """Whether resources of a type hold objects."""
        return self.holds_data(kind) and self.entries[kind].kind == "object_store"

    def provider_block(self, resource: Resource) -> Resource | None:
        """The provider block that the resource is made with."""
        source = self.by_path.get(resource.inside)
        return source.providers.get(resource.provider_key) if source else None

    def _home(self, resource: Resource) -> Mapping[str, str]:
        """The account and the region of a resource, as its own arguments and its provider block tell them."""
        block = self.provider_block(resource)
        own = resource.get("region") if resource.mode == "managed" else None
        facts = self.catalog.provider(resource.provider)
        told = next((value for name in facts.domain_arguments if block and (value := block.get(name))), None) if facts else None
        account = block_account(block) or told
        known = {"Account": account, "Region": own if own is not None else block.get("region") if block else None}
        return {name: value for name, value in known.items() if isinstance(value, str) and value}

    def hides_tags(self, resource: Resource) -> bool:
        """Whether a tag of the resource is sensitive, so that no text may show their values."""
        block = self.provider_block(resource)
        names, default = self._tag_arguments(resource)
        own = any(resource.hides(name) for name in (*names, "tags_all"))
        return own or (block is not None and block.hides(default))

    def _tag_arguments(self, resource: Resource) -> tuple[tuple[str, ...], str]:
        """The arguments that may hold the tags of a resource, and that of its provider block."""
        facts = self.catalog.provider(resource.provider)
        if facts is None or not facts.tag_arguments:
            return ("tags",), "default_tags.tags"
        return facts.tag_arguments, facts.default_tags

    def tags(self, resource: Resource) -> dict[str, Value] | Unknown:
        """The tags that the resource ends up with: its own over the provider's default tags. Keys keep their case."""
        names, default_tags = self._tag_arguments(resource)
        merged = resource.get("tags_all")
        own = next((value for name in names if (value := resource.get(name)) is not None), None)
        if isinstance(merged, dict) and not isinstance(own, dict):
            return dict(merged)
        block = self.provider_block(resource)
        default = block.get(default_tags) if block and default_tags else None
        for part in (default, own):
            if isinstance(part, Unknown):
                return part
        tags = dict(default) if isinstance(default, dict) else {}
        tags.update(merged if isinstance(merged, dict) else {})
        tags.update(own if isinstance(own, dict) else {})
        return tags


def one_of_each(inputs: Sequence[Input], catalog: Catalog) -> tuple[Resource, ...]:
    """All resources, each real object once: a plan tells more than the module it was made from, a module more than a state."""
    if len(inputs) == 1:
        return inputs[0].resources
    kept: list[Resource] = []
    taken: set[tuple[str, str, str]] = set()
    for source in sorted(inputs, key=lambda each: (_TRUST[each.kind], each.path)):
        fresh: set[tuple[str, str, str]] = set()
        for each in source.resources:
            known = _identity(each, catalog)
            if known is not None and known in taken:
                continue
            if known is not None:
                fresh.add(known)
            kept.append(each)
        taken |= fresh
    return tuple(kept)


def _identity(resource: Resource, catalog: Catalog) -> tuple[str, str, str] | None:
    if resource.mode != "managed":
        return None
    for key in ("arn", "id"):
        value = resource.get(key) if catalog.knows(resource.type) else None
        if isinstance(value, str):
            return resource.type, key, value
    return None


def as_before(source: Input) -> Input:
    """The input as it stands before its plan is applied: what is created is not there, the rest has its old values."""
    old = []
    for each in source.resources:
        if each.change is None or not {"create", "update", "delete", "forget"} & set(each.change.actions):
            old.append(each)
        elif each.change.before:
            old.append(replace(each, values=each.change.before, change=None))
    return replace(source, resources=tuple(old))


def changes_what_exists(inputs: Sequence[Input]) -> bool:
    """Whether a plan among the inputs changes or removes anything that exists, or adds something to it."""
    adds = stands = False
    for source in inputs:
        for each in source.resources:
            actions = each.change.actions if each.change else ()
            if "update" in actions or "delete" in actions or "forget" in actions:
                return True
            adds = adds or "create" in actions
            stands = stands or (each.mode == "managed" and source.kind != "module" and "create" not in actions)
    return adds and stands
