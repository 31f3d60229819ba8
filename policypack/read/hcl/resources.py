"""From evaluated blocks to Resources, as the rest of the program knows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from policypack.model import Lifecycle, Reference, Resource, Truth, Unknown, Value
from policypack.read.hcl.blocks import META_ARGUMENTS, META_BLOCKS, Marks, block_name, body_values
from policypack.read.hcl.convert import truth
from policypack.read.hcl.evaluating import names_in, value_of
from policypack.read.hcl.partial import EvaluationError, unknowns
from policypack.read.hcl.providers import written_key
from policypack.read.hcl.scope import Scope
from policypack.read.hcl.scoping import Instance, Module, ModuleScope
from policypack.read.hcl.secrets import secret_paths
from policypack.read.hcl.syntax import Block, Expression
from policypack.read.hcl.trace import body_expressions, trace_of


def resource_of(instance: Instance, inside: str) -> Resource:
    """The instance with everything that is written about it."""
    module, block = instance.module, instance.block
    kind = block.labels[0]
    values = instance.values()
    key = module.provider_key(block)
    provider = _local_name(block)
    return Resource(
        address=instance.address,
        type=kind,
        provider=module.short_names.get(provider, provider),
        values=values,
        location=block.location,
        inside=inside,
        mode="data" if instance.data else "managed",
        provider_key=key,
        lifecycle=None if instance.data else lifecycle_of(block, instance.scope),
        refers_to=_references(instance, values),
        module_calls=module.call_locations,
        lines=lines_of(block),
        sensitive=frozenset(instance.secret_paths) | frozenset(secret_paths(kind, values)),
    )


def _local_name(block: Block) -> str:
    provider = block.body.attributes.get("provider")
    return (written_key(provider.expression) if provider is not None else block.labels[0].partition("_")[0]).partition(".")[0]


def _references(instance: Instance, values: Mapping[str, Value]) -> tuple[Reference, ...]:
    traced = (trace_of(instance.module, each, instance.key) for each in body_expressions(instance.block.body))
    found = dict.fromkeys(reference for each in traced for reference in each.references)
    found.update(dict.fromkeys(reference for each in unknowns(dict(values)) for reference in each.references))
    return tuple(sorted(reference for reference in found if reference.address and reference.address != instance.address))


def lines_of(block: Block) -> dict[str, tuple[int, int]]:
    """The lines of each argument, and of the first block of each type. What an override file writes has none here."""
    lines: dict[str, tuple[int, int]] = {}
    places = [(name, attribute.location) for name, attribute in block.body.attributes.items()]
    places += [(block_name(each), each.location) for each in block.body.blocks]
    for name, place in places:
        if place.file == block.location.file:
            lines.setdefault(name, (place.line, place.end_line))
    return lines


def lifecycle_of(block: Block, scope: Scope) -> Lifecycle:
    """The lifecycle block; without one, Terraform's defaults."""
    for lifecycle in block.body.named("lifecycle"):
        attributes = lifecycle.body.attributes
        ignored = attributes.get("ignore_changes")
        names = tuple(names_in(ignored.expression)) if ignored is not None else ()
        ignores: tuple[str, ...] | Literal["all"] = "all" if names in {("all",), ("*",)} else names
        found = {name: _truth(attributes[name].expression, scope) for name in _TRUTHS if name in attributes}
        return Lifecycle(ignore_changes=ignores, **found)
    return Lifecycle()


_TRUTHS = ("prevent_destroy", "create_before_destroy")


def _truth(expression: Expression, scope: Scope) -> Truth:
    value = value_of(expression, scope)
    if isinstance(value, Unknown):
        return value
    try:
        return value is not None and truth(value)
    except EvaluationError as error:
        return Unknown(str(error))


def settings_resource(block: Block, module: Module, mode: Literal["provider", "backend"], key: str, inside: str) -> Resource:
    """A provider block, or a backend or cloud block, as a Resource."""
    name = block.labels[0] if block.labels else block.type
    secrets: set[str] = set()
    marks = Marks(lambda expression: trace_of(module, expression).secret, secrets)
    values = body_values(block.body, ModuleScope(module), marks, "")
    for meta in (*META_BLOCKS, *META_ARGUMENTS, "alias", "version"):
        values.pop(meta, None)
    path, _, local = key.rpartition(":")
    return Resource(
        address=f"{path}.{mode}.{local}" if path else f"{mode}.{local}",
        type=module.short_names.get(name, name) if mode == "provider" else name,
        provider=module.short_names.get(name, name) if mode == "provider" else "",
        values=values,
        location=block.location,
        inside=inside,
        mode=mode,
        provider_key=key if mode == "provider" else "",
        module_calls=module.call_locations,
        lines=lines_of(block),
        sensitive=frozenset(secrets) | frozenset(secret_paths(name, values)),
    )
