"""Expressions as they are evaluated: a small tree made once from the syntax tree, without positions and tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, Union

from policypack.model import Value


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written as it is."""

    value: Value


@dataclass(frozen=True, slots=True)
class Traversal:
    """A name and the steps behind it that are plain to see: `aws_s3_bucket.b[0].arn`."""

    root: str
    steps: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """Plain steps into a value that is not a name: `f(x)[0].name`."""

    source: Term
    steps: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """A step whose key is computed: `local.names[each.key]`."""

    source: Term
    key: Term


@dataclass(frozen=True, slots=True)
class Splat:
    """`source[*].a.b`, or the older `source.*.a.b`. What follows an older one's index applies to the whole result."""

    source: Term
    each: Term


@dataclass(frozen=True, slots=True)
class Element:
    """The element that a Splat stands at, inside its `each`."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function call. `spreads`: the last argument is a list of arguments (`...`)."""

    name: str
    arguments: tuple[Term, ...]
    spreads: bool = False


@dataclass(frozen=True, slots=True)
class ListTerm:
    """`[a, b]`."""

    elements: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class ObjectTerm:
    """`{ key = value }`."""

    items: tuple[tuple[Term, Term], ...]


@dataclass(frozen=True, slots=True)
class For:
    """`[for key, name in source : value if condition]`; with `result_key` it makes an object, `groups` with `...`."""

    names: tuple[str, ...]
    source: Term
    value: Term
    condition: Term | None = None
    result_key: Term | None = None
    groups: bool = False


@dataclass(frozen=True, slots=True)
class Conditional:
    """`condition ? yes : no`."""

    condition: Term
    yes: Term
    no: Term


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x` and `!x`."""

    operator: str
    operand: Term


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`."""

    operator: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class TemplateIf:
    """`%{ if condition }yes%{ else }no%{ endif }`."""

    condition: Term
    yes: Template
    no: Template


@dataclass(frozen=True, slots=True)
class TemplateFor:
    """`%{ for key, name in source }body%{ endfor }`."""

    names: tuple[str, ...]
    source: Term
    body: Template


@dataclass(frozen=True, slots=True)
class Template:
    """Text with holes. One hole alone is that value, whatever its type."""

    pieces: tuple[str | Term | TemplateIf | TemplateFor, ...]


@dataclass(frozen=True, slots=True)
class Broken:
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
