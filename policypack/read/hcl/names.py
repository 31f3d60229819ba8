"""Which names an expression mentions, without evaluating it: the loader's dependencies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, Union

from policypack.read.hcl.terms import (
    Binary,
    Call,
    Conditional,
    For,
    Index,
    ListTerm,
    ObjectTerm,
    Splat,
    Steps,
    Template,
    TemplateFor,
    TemplateIf,
    Term,
    Traversal,
    Unary,
)

Inside: TypeAlias = tuple[Union[Term, TemplateIf, TemplateFor], frozenset[str]]


def mentioned(term: Term) -> list[tuple[str, tuple[str | int, ...]]]:
    """Root and plain steps of every traversal, in order, each once. Names that a `for` binds inside are left out."""
    found: dict[tuple[str, tuple[str | int, ...]], None] = {}
    stack: list[Inside] = [(term, frozenset())]
    while stack:
        current, bound = stack.pop()
        if isinstance(current, Traversal):
            if current.root not in bound:
                found[current.root, current.steps] = None
        else:
            stack.extend(reversed([*_parts(current, bound)]))
    return list(found)


def _parts(term: Term | TemplateIf | TemplateFor, bound: frozenset[str]) -> Iterator[Inside]:
    if isinstance(term, For):
        inner = bound | set(term.names)
        yield term.source, bound
        yield from ((part, inner) for part in (term.result_key, term.value, term.condition) if part is not None)
    elif isinstance(term, TemplateFor):
        yield term.source, bound
        yield term.body, bound | set(term.names)
    else:
        yield from ((part, bound) for part in _same_names(term))


def _same_names(term: Term | TemplateIf | TemplateFor) -> Iterator[Term | TemplateIf | TemplateFor]:
    """The parts of a term that see the same names as the term itself."""
    parts = _PARTS.get(type(term))
    return iter(parts(term) if parts else ())


_PARTS: Mapping[type, Callable[[Any], Iterable[Term | TemplateIf | TemplateFor]]] = {
    Template: lambda term: (piece for piece in term.pieces if not isinstance(piece, str)),
    Conditional: lambda term: (term.condition, term.yes, term.no),
    TemplateIf: lambda term: (term.condition, term.yes, term.no),
    Binary: lambda term: (term.left, term.right),
    Unary: lambda term: (term.operand,),
    Index: lambda term: (term.source, term.key),
    Splat: lambda term: (term.source, term.each),
    Steps: lambda term: (term.source,),
    Call: lambda term: term.arguments,
    ListTerm: lambda term: term.elements,
    ObjectTerm: lambda term: (part for item in term.items for part in item),
}
