"""Plan JSON -> Input: every object that the plan knows, what it does to it, and what it will be.

`resource_changes` is the truth (`planned_values` does not have what is deleted). What it leaves out is taken from the state
inside the plan: data sources that were read, and whatever a `-target` passed by. A refresh-only plan changes nothing, and has
its objects in `planned_values`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from policypack.model import UNKNOWN, Change, Gap, Input, Location, Reference, Resource, Unknown, Value, Values
from policypack.read.addresses import last_key, most_specific
from policypack.read.documents import TYPE as DOCUMENT
from policypack.read.documents import as_json
from policypack.read.lazy import LazyValues
from policypack.read.options import ReadOptions
from policypack.read.plan_configuration import Configuration, Scope
from policypack.read.plan_documents import Documents
from policypack.read.plan_json import (
    NULL,
    BlockJson,
    ChangeJson,
    ConfigurationJson,
    Json,
    Outline,
    PriorState,
    ResourceChange,
    StateResource,
    StateValues,
    VariableValue,
    decode,
    decode_some,
    loose,
)
from policypack.read.plan_providers import pinned_versions, read_providers
from policypack.read.plan_values import decoded, is_attribute, planned
from policypack.read.sensitive import marked
from policypack.read.state import objects

_ACTIONS = {"no-op", "create", "read", "update", "delete", "forget"}
_NO_BACKEND = Unknown("a plan does not hold the backend")
_MODES: Mapping[str, Literal["managed", "data"]] = {"managed": "managed", "data": "data"}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What reading one entry needs to know of the rest. `whole` is the place of everything in it: a plan has no lines."""

    whole: Location
    configuration: Configuration
    documents: Documents


def read_plan(outline: Outline, place: str, options: ReadOptions) -> Input:
    """The plan as an Input without its source. Raises what msgspec raises where the JSON is not of Terraform's form."""
    changes = decode_some(outline.resource_changes, list[ResourceChange])
    listed = [entry for entry in changes or () if entry.mode in _MODES]
    others = _unlisted(outline, {entry.address for entry in listed}, refreshes=changes is None)
    entries: list[ResourceChange | StateResource] = [*listed, *others]
    configuration = Configuration(decode_some(outline.configuration, ConfigurationJson), _indexed(entries))
    deferred = {entry.address: entry for entry in listed if entry.type == DOCUMENT and entry.mode == "data"}
    plan = _Plan(Location(place), configuration, Documents({}))
    plan = _Plan(plan.whole, configuration, Documents({key: partial(_after, plan, each) for key, each in deferred.items()}))
    resources = [_changed(plan, each) for each in listed if each.mode == "data" or options.wanted(each.type)]
    resources += [_unchanged(plan, each) for each in others if each.mode == "data" or options.wanted(each.type)]
    variables = decode_some(outline.variables, dict[str, VariableValue]) or {}
    return Input(
        path=place,
        kind="plan",
        resources=tuple(sorted(resources, key=lambda resource: resource.address)),
        counts=_count(each.type for each in entries if each.mode == "managed"),
        destroyed=_count(each.type for each in listed if each.mode == "managed" and _destroys(each)),
        providers=read_providers(configuration, variables, place),
        backend=_NO_BACKEND,
        has_source=False,
        terraform_version=outline.terraform_version or "",
        provider_versions=pinned_versions(configuration),
        complete=outline.complete,
        errored=outline.errored,
        gaps=tuple(_gaps(outline, listed, plan.whole)),
    )


def _unlisted(outline: Outline, listed: set[str], refreshes: bool) -> list[StateResource]:
    """What the plan knows and does not list as a change."""
    prior = decode_some(outline.prior_state, PriorState)
    found = {each.address: each for each in objects(prior.values if prior else None)}
    if refreshes:
        found = {address: each for address, each in found.items() if each.mode != "managed"}
        found |= {each.address: each for each in objects(decode_some(outline.planned_values, StateValues))}
    return [each for address, each in found.items() if address not in listed and each.mode in _MODES]


def _indexed(entries: Iterable[ResourceChange | StateResource]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        if entry.address.endswith("]"):
            found.setdefault(last_key(entry.address)[0], []).append(entry.address)
    return found


def _changed(plan: _Plan, entry: ResourceChange) -> Resource:
    change = decode(entry.change, ChangeJson)
    address = f"{entry.address} (deposed object {entry.deposed})" if entry.deposed else entry.address
    if change.after == NULL:
        values: Values = LazyValues(partial(decoded, change.before))
    elif entry.mode == "data" and entry.type == DOCUMENT and change.after_unknown != NULL:
        values = LazyValues(partial(_document, plan, entry))
    else:
        values = LazyValues(partial(_after, plan, entry))
    place = plan.configuration.block(entry.address)
    sensitive = marked(change.after_sensitive, change.after) | marked(change.before_sensitive, change.before)
    return Resource(
        address=address,
        type=entry.type,
        provider=_provider(entry.provider_name, entry.type),
        values=values,
        location=plan.whole,
        inside=plan.whole.file,
        mode=_MODES[entry.mode],
        provider_key=_provider_key(plan, place, entry.provider_name),
        change=_change(entry, change),
        refers_to=_refers_to(plan, place, entry.address),
        sensitive=sensitive | _from_variables(place),
    )


def _unchanged(plan: _Plan, entry: StateResource) -> Resource:
    place = plan.configuration.block(entry.address)
    return Resource(
        address=entry.address,
        type=entry.type,
        provider=_provider(entry.provider_name, entry.type),
        values=LazyValues(partial(decoded, entry.values)),
        location=plan.whole,
        inside=plan.whole.file,
        mode=_MODES[entry.mode],
        provider_key=_provider_key(plan, place, entry.provider_name),
        refers_to=_refers_to(plan, place, entry.address),
        sensitive=marked(entry.sensitive_values, entry.values) | _from_variables(place),
    )


def _change(entry: ResourceChange, change: ChangeJson) -> Change:
    paths = loose(change.replace_paths)
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


def _after(plan: _Plan, entry: ResourceChange) -> Values:
    change = decode(entry.change, ChangeJson)
    place = plan.configuration.block(entry.address)
    if place is None:
        return planned(change.after, change.after_unknown, NULL, lambda _: UNKNOWN)
    block, scope = place
    key = last_key(entry.address)[1]
    return planned(change.after, change.after_unknown, block.expressions, partial(_unknown, plan, scope, key))


def _unknown(plan: _Plan, scope: Scope, key: str, expression: Mapping[str, Json]) -> Unknown:
    """What stands for an expression whose value is not known yet."""
    written = expression.get("references")
    followed = plan.configuration.follow(most_specific(written if isinstance(written, list) else []), scope, key)
    reason = "known only after apply" if followed.references or not followed.lost else followed.lost[0]
    return Unknown(reason, followed.references, document=plan.documents.of(followed.references) if not followed.lost else None)


def _document(plan: _Plan, entry: ResourceChange) -> Values:
    document: Value = as_json(plan.documents.at(entry.address))
    return {**_after(plan, entry), "json": document}


def _refers_to(plan: _Plan, place: tuple[BlockJson, Scope] | None, address: str) -> tuple[Reference, ...]:
    if place is None:
        return ()
    mentioned = plan.configuration.mentions(place[0])
    return plan.configuration.follow(mentioned, place[1], last_key(address)[1]).references if mentioned else ()


def _from_variables(place: tuple[BlockJson, Scope] | None) -> frozenset[str]:
    """The arguments that a sensitive variable goes into."""
    if place is None or not place[1].module.sensitive:
        return frozenset()
    block, scope = place
    written = loose(block.expressions)
    secret = {f"var.{name}" for name in scope.module.sensitive}
    return frozenset(
        name
        for name, expression in (written.items() if isinstance(written, dict) else ())
        if is_attribute(expression) and secret.intersection(_words(expression.get("references")))
    )


def _words(references: Json) -> list[str]:
    return [each for each in references if isinstance(each, str)] if isinstance(references, list) else []


def _provider(name: str | None, kind: str) -> str:
    return name.rpartition("/")[2] if name else kind.partition("_")[0]


def _provider_key(plan: _Plan, place: tuple[BlockJson, Scope] | None, name: str | None) -> str:
    """The provider configuration that acts; "" where the block is gone and more than one could be meant."""
    if place is not None and place[0].provider_config_key:
        return place[0].provider_config_key
    short = _provider(name, "")
    keys = [key for key, block in plan.configuration.providers.items() if block.name == short]
    return keys[0] if len(keys) == 1 else "" if keys else short


def _destroys(entry: ResourceChange) -> bool:
    return b'"delete"' in bytes(entry.change) and "delete" in decode(entry.change, ChangeJson).actions


def _count(types: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(types).items()))


def _gaps(outline: Outline, listed: Iterable[ResourceChange], whole: Location) -> Iterable[Gap]:
    if loose(outline.deferred_changes):
        yield Gap("the plan defers changes to a later one, and what those do is not in it", whole)
    odd = {action for entry in listed for action in decode(entry.change, ChangeJson).actions if action not in _ACTIONS}
    for action in sorted(odd):
        yield Gap(f"the plan does something that is not understood: {action[:40]!r}", whole)
