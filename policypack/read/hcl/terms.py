"""Expressions as they are evaluated: a small tree made once from the syntax tree, without positions and tokens."""

from __future__ import annotations

from typing import TypeAlias, Union

from msgspec import Struct

from policypack.model import Value


class Literal(Struct, frozen=True):
    """A value that is written as it is."""

    value: Value


class Traversal(Struct, frozen=True):
    """A name and the steps behind it that are plain to see: `aws_s3_bucket.b[0].arn`."""

    root: str
    steps: tuple[str | int, ...] = ()


class Steps(Struct, frozen=True):
    """Plain steps into a value that is not a name: `f(x)[0].name`."""

    source: Term
    steps: tuple[str | int, ...]


class Index(Struct, frozen=True):
    """A step whose key is computed: `local.names[each.key]`."""

    source: Term
    key: Term


class Splat(Struct, frozen=True):
    """`source[*].a.b`, or the older `source.*.a.b`. What follows an older one's index applies to the whole result."""

    source: Term
    each: Term


class Element(Struct, frozen=True):
    """The element that a Splat stands at, inside its `each`."""


class Call(Struct, frozen=True):
    """A function call. `spreads`: the last argument is a list of arguments (`...`)."""

    name: str
    arguments: tuple[Term, ...]
    spreads: bool = False


class ListTerm(Struct, frozen=True):
    """`[a, b]`."""

    elements: tuple[Term, ...]


class ObjectTerm(Struct, frozen=True):
    """`{ key = value }`."""

    items: tuple[tuple[Term, Term], ...]


class For(Struct, frozen=True):
    """`[for key, name in source : value if condition]`; with `result_key` it makes an object, `groups` with `...`."""

    names: tuple[str, ...]
    source: Term
    value: Term
    condition: Term | None = None
    result_key: Term | None = None
    groups: bool = False


class Conditional(Struct, frozen=True):
    """`condition ? yes : no`."""

    condition: Term
    yes: Term
    no: Term


class Unary(Struct, frozen=True):
    """`-x` and `!x`."""

    operator: str
    operand: Term


class Binary(Struct, frozen=True):
    """`left operator right`."""

    operator: str
    left: Term
    right: Term


class TemplateIf(Struct, frozen=True):
    """`%{ if condition }yes%{ else }no%{ endif }`."""

    condition: Term
    yes: Template
    no: Template


class TemplateFor(Struct, frozen=True):
    """`%{ for key, name in source }body%{ endfor }`."""

    names: tuple[str, ...]
    source: Term
    body: Template


class Template(Struct, frozen=True):
    """Text with holes. One hole alone is that value, whatever its type."""

    pieces: tuple[str | Term | TemplateIf | TemplateFor, ...]


class Broken(Struct, frozen=True):
    """What could not be understood, and why."""

    reason: str


Term: TypeAlias = Union[
    Literal,
    Traversal,
    Steps,
    Index,
    Splat,
    Element,
    Call,
    ListTerm,
    ObjectTerm,
    For,
    Conditional,
    Unary,
    Binary,
    Template,
    Broken,
]
