"""Type constraints of variables: what `type = map(object({ a = optional(string, "x") }))` does to a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias, Union

from msgspec import Struct

from policypack.model import Unknown, Value
from policypack.read.hcl.convert import as_set, number, text, truth
from policypack.read.hcl.partial import EvaluationError
from policypack.read.hcl.syntax import Code, Expression, Json, code, parse_expression

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_DEPTH = 32
"""The most types inside types that are converted; deeper ones are left as they are."""


class Simple(Struct, frozen=True):
    """string, number, bool, any."""

    name: str


class Collection(Struct, frozen=True):
    """list(x), set(x), map(x)."""

    name: str
    element: Constraint


class TupleOf(Struct, frozen=True):
    """tuple([x, y])."""

    elements: tuple[Constraint, ...]


class ObjectOf(Struct, frozen=True):
    """object({...}). `optional` has the default expressions of optional attributes, None where there is none."""

    attributes: Mapping[str, Constraint]
    optional: Mapping[str, Expression | None]


Constraint: TypeAlias = Union[Simple, Collection, TupleOf, ObjectOf]
ANY = Simple("any")


class MisfitError(Exception):
    """A value that Terraform would refuse for its type."""


def constraint(expression: Expression | None) -> Constraint:
    """The type that the expression writes. One that is not understood is `any`: it converts nothing."""
    if isinstance(expression, Json) and isinstance(expression.value, str):
        expression = parse_expression(expression.value)
    if not isinstance(expression, Code):
        return ANY
    return _type(expression.text.strip('"'), expression, 0)


def _text(node: object) -> str:
    return (getattr(node, "text", None) or b"").decode("utf-8", "replace").strip()


def _type(text: str, expression: Code, depth: int) -> Constraint:
    if text in {"string", "number", "bool"}:
        return Simple(text)
    if text in {"list", "map", "set"}:
        return Collection(text, ANY)
    node = expression.node
    while node.type in {"expression", "collection_value"} and node.named_child_count == 1 and node.named_children:
        node = node.named_children[0]
    if node.type != "function_call" or depth > MAX_DEPTH:
        return ANY
    name = _text(node.named_children[0])
    arguments = _arguments(node)
    inner = arguments[0] if arguments else None
    if name in {"list", "set", "map"} and inner is not None:
        return Collection(name, _type(inner.text, inner, depth + 1))
    if name == "tuple" and inner is not None:
        return TupleOf(tuple(_type(each.text, each, depth + 1) for each in _elements(inner)))
    if name == "object" and inner is not None:
        return _object(inner, depth)
    return ANY


def _arguments(call: Node) -> list[Code]:
    parts = (part for part in call.named_children if part.type == "function_arguments")
    return [code(each) for part in parts for each in part.named_children if each.type == "expression"]


def _elements(expression: Code) -> list[Code]:
    node = expression.node
    while node.type in {"expression", "collection_value"} and node.named_children:
        node = node.named_children[0]
    return [code(each) for each in node.named_children if each.type in {"expression", "object_elem"}]


def _object(expression: Code, depth: int) -> Constraint:
    attributes: dict[str, Constraint] = {}
    optional: dict[str, Expression | None] = {}
    for element in _elements(expression):
        parts = [part for part in element.node.named_children if part.type == "expression"]
        if len(parts) != 2:
            return ANY
        name, inner = _text(parts[0]).strip('"'), code(parts[1])
        call = inner.node
        while call.type == "expression" and call.named_children:
            call = call.named_children[0]
        if call.type == "function_call" and _text(call.named_children[0]) == "optional":
            arguments = _arguments(call)
            if not arguments:
                return ANY
            optional[name] = arguments[1] if len(arguments) > 1 else None
            inner = arguments[0]
        attributes[name] = _type(inner.text, inner, depth + 1)
    return ObjectOf(attributes, optional)


def convert(value: Value, wanted: Constraint, evaluate: Callable[[Expression], Value]) -> Value:
    """The value as a variable of that type holds it. `evaluate` gives the defaults of optional attributes.
    Raises MisfitError where it does not fit. What is unknown stays unknown."""
    if value is None or isinstance(value, Unknown) or wanted == ANY:
        return value
    if isinstance(wanted, Simple):
        return _simple(value, wanted.name)
    if isinstance(wanted, ObjectOf):
        return _to_object(value, wanted, evaluate)
    if isinstance(wanted, Collection) and wanted.name == "map":
        if not isinstance(value, dict):
            raise MisfitError("a map is wanted")
        return {key: convert(each, wanted.element, evaluate) for key, each in value.items()}
    if not isinstance(value, list):
        raise MisfitError("a list is wanted")
    if isinstance(wanted, TupleOf):
        if len(value) != len(wanted.elements):
            raise MisfitError(f"{len(wanted.elements)} elements are wanted")
        return [convert(each, inner, evaluate) for each, inner in zip(value, wanted.elements, strict=True)]
    converted = [convert(each, wanted.element, evaluate) for each in value]
    try:
        return as_set(converted) if wanted.name == "set" else converted
    except EvaluationError as error:
        raise MisfitError(str(error)) from error


def _to_object(value: Value, wanted: ObjectOf, evaluate: Callable[[Expression], Value]) -> Value:
    if not isinstance(value, dict):
        raise MisfitError("an object is wanted")
    result: dict[str, Value] = {}
    for name, inner in wanted.attributes.items():
        if name not in value and name not in wanted.optional:
            raise MisfitError(f"the attribute {name!r} is missing")
        given = value.get(name)
        default = wanted.optional.get(name)
        result[name] = convert(evaluate(default) if given is None and default is not None else given, inner, evaluate)
    return result


def _simple(value: Value, name: str) -> Value:
    try:
        if name == "string":
            return text(value)
        return number(value) if name == "number" else truth(value)
    except EvaluationError as error:
        raise MisfitError(str(error)) from error
