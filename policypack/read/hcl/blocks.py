"""From a block's body to values in the normal form: what is written and is not null, nested blocks as lists, dynamic
blocks unrolled."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from policypack.model import Unknown, Value
from policypack.read.hcl.evaluating import value_of, written
from policypack.read.hcl.instances import MAX_INSTANCES
from policypack.read.hcl.partial import SetValue, blend
from policypack.read.hcl.scope import Scope
from policypack.read.hcl.syntax import Attribute, Block, Body, Expression

META_ARGUMENTS = frozenset({"count", "for_each", "provider", "depends_on"})
META_BLOCKS = frozenset({"lifecycle", "provisioner", "connection", "timeouts"})
"""Blocks of Terraform itself, and `timeouts`, which protect and lose nothing. Only directly in a resource: a rule of a
backup plan has a `lifecycle` of its own."""


class Marks(Struct, frozen=True):
    """Collects the dotted paths whose values no output may show. `taints` says whether an expression leads to such a value."""

    taints: Callable[[Expression], bool]
    paths: set[str]

    def note(self, attribute: Attribute, path: str) -> None:
        """Marks the path where its expression is tainted."""
        if self.taints(attribute.expression):
            self.paths.add(path)


def without_nulls(value: Value) -> Value:
    """The value without null elements of mappings, at every depth. Sets become plain lists."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    return value


def body_values(body: Body, scope: Scope, marks: Marks, path: str) -> dict[str, Value]:
    """The values of a block that is not a resource's; `path` is where it stands, with a dot at its end."""
    values: dict[str, Value] = {}
    for name, attribute in body.attributes.items():
        value = without_nulls(value_of(attribute.expression, scope))
        if value is not None:
            values[name] = value
            marks.note(attribute, f"{path}{name}")
    for name in dict.fromkeys(block_name(block) for block in body.blocks):
        found = block_values(body, name, scope, marks, path)
        if found:
            values[name] = found
    return values


def block_name(block: Block) -> str:
    """The type of a nested block; of a dynamic one, the type that it makes."""
    return block.labels[0] if block.type == "dynamic" and block.labels else block.type


def written_names(body: Body) -> Iterator[str]:
    """The names of what is written in a block, and of what is written in its own blocks (`backup.days`), without a look at values."""
    yield from body.attributes
    for block in body.blocks:
        name = block_name(block)
        yield name
        for inner in block.body.named("content") if block.type == "dynamic" else (block,):
            yield from (f"{name}.{each}" for each in inner.body.attributes)


def block_values(body: Body, name: str, scope: Scope, marks: Marks, path: str) -> list[Value]:
    """All nested blocks of one type, in order; Unknown where a dynamic block cannot be unrolled."""
    result: list[Value] = []
    for block in body.blocks:
        if block_name(block) != name:
            continue
        if block.type != "dynamic" or not block.labels:
            result.append(body_values(block.body, scope, marks, f"{path}{name}.{len(result)}."))
            continue
        for inner in _unrolled(block, scope):
            if isinstance(inner, Unknown):
                result.append(inner)
            else:
                for content in block.body.named("content"):
                    result.append(body_values(content.body, inner, marks, f"{path}{name}.{len(result)}."))
    return result


def _unrolled(block: Block, scope: Scope) -> Iterator[Scope | Unknown]:
    """The scope of each block that a dynamic one makes, with its iterator bound."""
    attributes = block.body.attributes
    if "for_each" not in attributes:
        yield Unknown("a dynamic block without for_each")
        return
    over = value_of(attributes["for_each"].expression, scope)
    name = written(attributes["iterator"].expression) if "iterator" in attributes else block.labels[0]
    pairs: list[tuple[Value, Value]]
    if isinstance(over, Unknown):
        yield Unknown(over.reason, over.references)
        return
    if isinstance(over, dict):
        pairs = [(key, over[key]) for key in sorted(over)]
    elif isinstance(over, list):
        pairs = [(each if isinstance(over, SetValue) else index, each) for index, each in enumerate(over)]
    elif over is None:
        pairs = []
    else:
        yield Unknown("a dynamic block over something that has no elements")
        return
    for key, value in pairs[:MAX_INSTANCES]:
        yield scope.bind({name: {"key": key, "value": value}})
    if len(pairs) > MAX_INSTANCES:
        yield blend((), f"more than {MAX_INSTANCES:,} dynamic blocks")
