"""The objects of a plan as resources: their values, what the plan does to them, and what they refer to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from sys import intern
from typing import Literal, TypeAlias

from msgspec import Raw

from policypack.model import UNKNOWN, Change, Location, Reference, Resource, Unknown, Values
from policypack.read.addresses import last_key, most_specific, split
from policypack.read.documents import TYPE as DOCUMENT
from policypack.read.documents import as_json
from policypack.read.lazy import LazyPaths, LazyReferences, LazyValues
from policypack.read.plan_configuration import Configuration, Scope, mentions, references_of
from policypack.read.plan_documents import Documents
from policypack.read.plan_json import NULL, BlockJson, Json, ResourceChange, StateResource, loose
from policypack.read.plan_values import decoded, planned
from policypack.read.sensitive import marked
from policypack.read.state import short_provider

MODES: Mapping[str, Literal["managed", "data"]] = {"managed": "managed", "data": "data"}
_Place: TypeAlias = "tuple[BlockJson, Scope] | None"


class Objects:
    """Makes resources of the entries of one plan. `whole` is the place of everything in it: a plan has no lines of its own."""

    def __init__(self, whole: Location, configuration: Configuration) -> None:
        self._whole = whole
        self._configuration = configuration
        self._late: dict[str, Callable[[], Values]] = {}
        self._documents = Documents(self._late)

    def changed(self, entry: ResourceChange) -> Resource:
        """A resource of `resource_changes`. Its values are decoded when they are looked at."""
        change = entry.change
        place = self._configuration.block(entry.address)
        values: Values
        if change.after == NULL:
            values = LazyValues(partial(decoded, change.before))
        elif entry.mode == "data" and entry.type == DOCUMENT:
            self._late[entry.address] = self._after(place, entry)
            values = LazyValues(partial(self._document, entry.address))
        else:
            values = LazyValues(self._after(place, entry))
        return self._made(entry, place, values)

    def unchanged(self, entry: StateResource) -> Resource:
        """A resource of a state inside the plan."""
        values = LazyValues(partial(decoded, entry.values))
        return self._made(entry, self._configuration.block(entry.address), values)

    def _made(self, entry: ResourceChange | StateResource, place: _Place, values: Values) -> Resource:
        return Resource(
            address=_address(entry),
            type=intern(entry.type),
            provider=intern(short_provider(entry.provider_name, entry.type)),
            values=values,
            location=self._whole,
            inside=self._whole.file,
            mode=MODES[entry.mode],
            provider_key=self._provider_key(place, entry.provider_name),
            change=_change(entry) if isinstance(entry, ResourceChange) else None,
            refers_to=LazyReferences(partial(self._refers_to, place, entry.address)) if place is not None else (),
            sensitive=LazyPaths(partial(_sensitive, entry, place), _marks(entry, place)),
        )

    def _after(self, place: _Place, entry: ResourceChange) -> Callable[[], Values]:
        """What makes the values of an entry, once they are asked for."""
        change = entry.change
        if place is None:
            return partial(planned, change.after, change.after_unknown, NULL, lambda _: UNKNOWN)
        resolve = partial(self._unknown, place[1], last_key(entry.address)[1])
        return partial(planned, change.after, change.after_unknown, place[0].expressions, resolve)

    def _unknown(self, scope: Scope, key: str, expression: Mapping[str, Json]) -> Unknown | None:
        """What stands for an expression whose value is not known yet, None where all that it refers to is known.

        Then it is null (`var.retention` with no value), and what the plan does not know is the provider's to compute.
        """
        written = expression.get("references")
        followed = self._configuration.follow(most_specific(written if isinstance(written, list) else []), scope, key)
        if followed.lost:
            partly = f"known only after apply, and part of it is {followed.lost[0]}"
            return Unknown(partly if followed.references else followed.lost[0], followed.references)
        if written and not followed.references:
            return None
        return Unknown("known only after apply", followed.references, document=self._documents.of(followed.references))

    def _document(self, address: str) -> Values:
        text = as_json(self._documents.at(address))
        return {**self._late[address](), "json": text, "minified_json": text}

    def _refers_to(self, place: tuple[BlockJson, Scope], address: str) -> tuple[Reference, ...]:
        block, scope = place
        found = self._configuration.follow(mentions(block), scope, last_key(address)[1]).references
        return tuple(sorted(reference for reference in found if reference.address != address))

    def _provider_key(self, place: _Place, name: str | None) -> str:
        """The provider configuration that acts; "" where the block is gone and more than one could be meant."""
        if place is not None and place[0].provider_config_key:
            return intern(place[0].provider_config_key)
        short = short_provider(name, "")
        keys = [key for key, block in self._configuration.providers.items() if block.name == short]
        return keys[0] if len(keys) == 1 else "" if keys else short


def _address(entry: ResourceChange | StateResource) -> str:
    """The address; a deposed object shares it with the one that took its place, and is called what Terraform prints."""
    deposed = isinstance(entry, ResourceChange) and entry.deposed
    return f"{entry.address} (deposed object {deposed})" if deposed else entry.address


def _sensitive(entry: ResourceChange | StateResource, place: _Place) -> frozenset[str]:
    if isinstance(entry, StateResource):
        return marked(entry.type, entry.sensitive_values, entry.values) | _from_variables(place)
    change = entry.change
    before = marked(entry.type, change.before_sensitive, change.before)
    return marked(entry.type, change.after_sensitive, change.after) | before | _from_variables(place)


def _marks(entry: ResourceChange | StateResource, place: _Place) -> tuple[Raw, ...] | bool:
    """What says that something is sensitive; True where a variable may."""
    if place is not None and place[1].module.sensitive:
        return True
    if isinstance(entry, StateResource):
        return (entry.sensitive_values,)
    return entry.change.after_sensitive, entry.change.before_sensitive


def _change(entry: ResourceChange) -> Change:
    change = entry.change
    paths = loose(change.replace_paths) if change.replace_paths != NULL else None
    return Change(
        actions=change.actions,
        before=LazyValues(partial(decoded, change.before)) if change.before != NULL else {},
        reason=entry.action_reason or "",
        replace_paths=tuple(_dotted(path) for path in paths) if isinstance(paths, list) else (),
        previous_address=entry.previous_address,
        importing=change.importing != NULL,
    )


def _dotted(path: Json) -> str:
    return ".".join(str(step) for step in path) if isinstance(path, list) else str(path)


def _from_variables(place: _Place) -> frozenset[str]:
    """The arguments that a sensitive variable goes into."""
    if place is None or not place[1].module.sensitive:
        return frozenset()
    secret = {f"var.{name}" for name in place[1].module.sensitive}
    if not any(_variable(each) in secret for each in mentions(place[0])):
        return frozenset()
    written = loose(place[0].expressions)
    return frozenset(
        name
        for name, expression in (written.items() if isinstance(written, dict) else ())
        if secret.intersection(map(_variable, references_of(expression)))
    )


def _variable(reference: str) -> str:
    return ".".join(name for name, _ in split(reference)[:2])
