"""State JSON -> Input, in both forms: what `terraform show -json` prints, and the raw state file of version 4."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial

import msgspec
from msgspec import Raw, Struct

from policypack.model import Input, Location, Reference, Resource, Unknown
from policypack.read.lazy import LazyValues
from policypack.read.options import ReadOptions
from policypack.read.passed_over import argument_names, first_of_each
from policypack.read.plan_json import (
    NULL,
    Json,
    Outline,
    StateModule,
    StateResource,
    StateValues,
    decode_some,
    loose,
)
from policypack.read.plan_values import decoded
from policypack.read.sensitive import marked

MAX_MODULES_DEEP = 64
_NO_BACKEND = Unknown("a state does not hold the backend")


class RawInstance(Struct):
    """One object of a raw state."""

    attributes: Raw = NULL
    index_key: int | str | float | None = None
    sensitive_attributes: Raw = NULL
    dependencies: list[str] | None = None
    deposed: str | None = None


class RawResource(Struct):
    """A resource block of a raw state, with its instances."""

    type: str
    name: str
    mode: str = "managed"
    module: str | None = None
    provider: str | None = None
    instances: list[RawInstance] | None = None


def objects(values: StateValues | None) -> Iterator[StateResource]:
    """Every object of a state, whatever module it is in. Deposed objects are left out: they are no longer what the address
    names. Raises RecursionError where modules are nested without end."""
    if values is not None and values.root_module is not None:
        yield from _objects(values.root_module, 0)


def _objects(module: StateModule, depth: int) -> Iterator[StateResource]:
    if depth > MAX_MODULES_DEEP:
        raise RecursionError("modules are nested too deeply")
    yield from (each for each in module.resources or () if not each.deposed_key)
    for child in module.child_modules or ():
        yield from _objects(child, depth + 1)


def read_state(outline: Outline, place: str, options: ReadOptions) -> Input:
    """A state as `terraform show -json` prints it. Which provider configuration an object belongs to is not in it."""
    found = list(objects(decode_some(outline.values, StateValues)))
    wanted = {kind for kind in {each.type for each in found} if options.wanted(kind)}
    resources = [
        _resource(each, place) for each in found if each.mode == "data" or (each.mode == "managed" and each.type in wanted)
    ]
    passed = first_of_each((each.type, each.values) for each in found if each.mode == "managed" and each.type not in wanted)
    return _input(outline, place, resources, (each.type for each in found if each.mode == "managed"), passed)


def _resource(entry: StateResource, place: str) -> Resource:
    return Resource(
        address=entry.address,
        type=entry.type,
        provider=short_provider(entry.provider_name, entry.type),
        values=LazyValues(partial(decoded, entry.values)),
        location=Location(place),
        inside=place,
        mode="data" if entry.mode == "data" else "managed",
        refers_to=tuple(Reference(address) for address in entry.depends_on or ()),
        sensitive=marked(entry.type, entry.sensitive_values, entry.values),
    )


def short_provider(name: str | None, kind: str) -> str:
    """`registry.terraform.io/hashicorp/aws` -> `aws`; what the type begins with where there is no name."""
    return name.rpartition("/")[2] if name else kind.partition("_")[0]


def read_raw_state(outline: Outline, place: str, options: ReadOptions) -> Input:
    """A raw state file of version 4."""
    blocks = decode_some(outline.resources, list[RawResource]) or []
    resources = [
        _raw(block, instance, place)
        for block in blocks
        for instance in block.instances or ()
        if not instance.deposed and (block.mode == "data" or (block.mode == "managed" and options.wanted(block.type)))
    ]
    types = (block.type for block in blocks if block.mode == "managed" for _ in block.instances or ())
    passed = first_of_each(
        (block.type, instance.attributes)
        for block in blocks
        if block.mode == "managed" and not options.wanted(block.type)
        for instance in block.instances or ()
    )
    return _input(outline, place, resources, types, passed)


def _raw(block: RawResource, instance: RawInstance, place: str) -> Resource:
    words = [block.module, "data" if block.mode == "data" else None, block.type, block.name]
    provider, key = _provider(block.provider or "", block.type)
    return Resource(
        address=".".join(word for word in words if word) + _key(instance.index_key),
        type=block.type,
        provider=provider,
        values=LazyValues(partial(decoded, instance.attributes)),
        location=Location(place),
        inside=place,
        mode="data" if block.mode == "data" else "managed",
        provider_key=key,
        refers_to=tuple(Reference(address) for address in instance.dependencies or ()),
        sensitive=marked(block.type, NULL, instance.attributes) | _paths(loose(instance.sensitive_attributes)),
    )


def _key(index: float | str | None) -> str:
    """The instance key as Terraform prints it."""
    if index is None:
        return ""
    return f"[{msgspec.json.encode(index).decode() if isinstance(index, str) else int(index)}]"


def _provider(text: str, kind: str) -> tuple[str, str]:
    """`module.m.provider["registry.terraform.io/hashicorp/aws"].prod` -> ("aws", "module.m:aws.prod")."""
    before, found, after = text.partition('provider["')
    source, closed, alias = after.partition('"]')
    if not (found and closed):
        return kind.partition("_")[0], ""
    name = source.rpartition("/")[2]
    module = before.removesuffix(".")
    return name, f"{module}:{name}{alias}" if module else f"{name}{alias}"


def _paths(listed: Json) -> frozenset[str]:
    """`[[{"type": "get_attr", "value": "password"}], …]` as dotted paths."""
    found = set()
    for path in listed if isinstance(listed, list) else ():
        steps = [_step(each) for each in path] if isinstance(path, list) else []
        if steps:
            found.add(".".join(steps))
    return frozenset(found)


def _step(step: Json) -> str:
    value = step.get("value") if isinstance(step, dict) else ""
    if isinstance(value, dict):
        value = value.get("value")
    return str(value)


def _input(
    outline: Outline, place: str, resources: Iterable[Resource], types: Iterable[str], passed: Mapping[str, Raw]
) -> Input:
    return Input(
        path=place,
        kind="state",
        resources=tuple(sorted(resources, key=lambda resource: resource.address)),
        counts=dict(sorted(Counter(types).items())),
        passed_over=argument_names(passed),
        backend=_NO_BACKEND,
        has_source=False,
        terraform_version=outline.terraform_version or "",
        lineage=outline.lineage,
        serial=outline.serial,
    )
