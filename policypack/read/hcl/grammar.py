"""From the syntax tree to terms. Whatever does not parse becomes a Broken term, never a guess."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from policypack.read.hcl.convert import number_from
from policypack.read.hcl.partial import EvaluationError
from policypack.read.hcl.templates import heredoc_template, quoted_template, wrapped_template
from policypack.read.hcl.terms import (
    Binary,
    Broken,
    Call,
    Conditional,
    Element,
    For,
    Index,
    ListTerm,
    Literal,
    ObjectTerm,
    Splat,
    Steps,
    Term,
    Traversal,
    Unary,
)

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_NESTING = 200
"""Expressions nested deeper than this are not read: nobody writes them, and they would exhaust the stack."""


def text_of(node: Node) -> str:
    """The source of a node."""
    return (node.text or b"").decode("utf-8", "replace")


@functools.lru_cache(maxsize=4096)
def term_of(node: Node) -> Term:
    """The term of an expression node. Never raises."""
    try:
        return Broken("the expression does not parse") if node.has_error else expression_term(node, 0)
    except RecursionError:
        return Broken("the expression is nested too deeply")


@functools.lru_cache(maxsize=1024)
def template_term(text: str) -> Term:
    """The term of a bare template: a file for `templatefile`, or a string of the JSON syntax. Never raises."""
    if "${" not in text and "%{" not in text:
        return Literal(text)
    try:
        node = wrapped_template(text)
        return heredoc_template(node, expression_term, bare=True) if node else Broken("the template does not parse")
    except RecursionError:
        return Broken("the template is nested too deeply")


def expression_term(node: Node, depth: int) -> Term:
    """The term of any node that is an expression or a part of one."""
    if depth > MAX_NESTING:
        return Broken("the expression is nested too deeply")
    make = _MAKERS.get(node.type)
    if make is not None:
        return make(node, depth + 1)
    return _sequence([child for child in node.children if child.type != "comment"], depth + 1)


def _sequence(nodes: Sequence[Node], depth: int) -> Term:
    """A term and what is written behind it: attributes, indexes, splats."""
    if not nodes:
        return Broken("the expression is empty")
    if nodes[0].type == "(":
        term, rest = expression_term(nodes[1], depth), nodes[3:]
    else:
        term, rest = expression_term(nodes[0], depth), nodes[1:]
    return _behind(term, rest, depth)


def _behind(term: Term, nodes: Sequence[Node], depth: int) -> Term:
    for node in nodes:
        if node.type == "get_attr":
            term = _stepped(term, text_of(node.children[-1]))
        elif node.type == "index":
            term = _indexed(term, node.children[0], depth)
        elif node.type == "splat":
            term = _splat(term, node.children[0], depth)
        else:
            return Broken(f"{text_of(node)[:40]!r} was not expected here")
    return term


def _stepped(term: Term, step: str | int) -> Term:
    if isinstance(term, Traversal):
        return Traversal(term.root, (*term.steps, step))
    if isinstance(term, Steps):
        return Steps(term.source, (*term.steps, step))
    return Steps(term, (step,))


def _indexed(term: Term, node: Node, depth: int) -> Term:
    if node.type == "legacy_index":
        digits = text_of(node).strip().lstrip(".").strip()
        return _stepped(term, int(digits)) if digits.isdecimal() and len(digits) < 10 else Broken("the index does not parse")
    key = expression_term(next(child for child in node.children if child.is_named), depth)
    if isinstance(key, Literal) and (isinstance(key.value, str) or _is_index(key.value)):
        assert isinstance(key.value, (str, int))
        return _stepped(term, key.value)
    return Index(term, key)


def _is_index(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _splat(term: Term, node: Node, depth: int) -> Term:
    rest = [child for child in node.children[1:] if child.type != "comment"]
    if node.type == "full_splat":
        return Splat(term, _behind(Element(), rest, depth))
    cut = next(
        (at for at, child in enumerate(rest) if child.type == "index" and child.children[0].type == "new_index"), len(rest)
    )
    return _behind(Splat(term, _behind(Element(), rest[:cut], depth)), rest[cut:], depth)


def _literal(node: Node, depth: int) -> Term:
    child = node.children[0]
    if child.type == "string_lit":
        return quoted_template(child, expression_term, depth)
    text = text_of(child)
    if child.type == "numeric_lit":
        try:
            return Literal(number_from(Decimal(text)))
        except (ArithmeticError, EvaluationError):
            return Broken("the number is too large")
    return Literal({"true": True, "false": False}.get(text))


def _template(node: Node, depth: int) -> Term:
    child = node.children[0]
    if child.type == "heredoc_template":
        return heredoc_template(child, expression_term, depth)
    return quoted_template(child, expression_term, depth)


def _collection(node: Node, depth: int) -> Term:
    child = node.children[0]
    if child.type == "tuple":
        return ListTerm(tuple(expression_term(element, depth) for element in child.children if element.type == "expression"))
    return ObjectTerm(tuple(_item(element, depth) for element in child.children if element.type == "object_elem"))


def _item(node: Node, depth: int) -> tuple[Term, Term]:
    key, value = (child for child in node.children if child.type == "expression")
    return _key(expression_term(key, depth), key), expression_term(value, depth)


def _key(term: Term, node: Node) -> Term:
    """A bare word is a key, not a variable. In parentheses it is a variable."""
    if isinstance(term, Traversal) and not text_of(node).lstrip().startswith("("):
        return Literal(term.root) if not term.steps else Broken("a key with dots needs quotes or parentheses")
    if isinstance(term, Literal) and not isinstance(term.value, str) and not text_of(node).lstrip().startswith("("):
        return Literal(text_of(node)) if term.value is None or isinstance(term.value, bool) else term
    return term


def _for(node: Node, depth: int) -> Term:
    child = node.children[0]
    intro = next(part for part in child.children if part.type == "for_intro")
    names = tuple(text_of(part) for part in intro.children if part.type == "identifier")
    source = expression_term(next(part for part in intro.children if part.type == "expression"), depth)
    results = [expression_term(part, depth) for part in child.children if part.type == "expression"]
    condition = next((part for part in child.children if part.type == "for_cond"), None)
    test = expression_term(next(part for part in condition.children if part.type == "expression"), depth) if condition else None
    if child.type == "for_tuple_expr":
        return For(names, source, results[0], test)
    groups = any(part.type == "ellipsis" for part in child.children)
    return For(names, source, results[1], test, result_key=results[0], groups=groups)


def _conditional(node: Node, depth: int) -> Term:
    condition, yes, no = (expression_term(child, depth) for child in node.children if child.type == "expression")
    return Conditional(condition, yes, no)


def _operation(node: Node, depth: int) -> Term:
    child = node.children[0]
    parts = [part for part in child.children if part.type != "comment"]
    if child.type == "unary_operation":
        return Unary(parts[0].type, _sequence(parts[1:], depth))
    at = next(at for at, part in enumerate(parts) if part.type in _OPERATORS)
    return Binary(parts[at].type, _sequence(parts[:at], depth), _sequence(parts[at + 1 :], depth))


def _call(node: Node, depth: int) -> Term:
    arguments = next((child for child in node.children if child.type == "function_arguments"), None)
    parts = arguments.children if arguments else []
    terms = tuple(expression_term(part, depth) for part in parts if part.type == "expression")
    name = "".join(text_of(node.children[0]).split())
    return Call(name, terms, spreads=any(part.type == "ellipsis" for part in parts))


def _variable(node: Node, _depth: int) -> Term:
    return Traversal(text_of(node))


_OPERATORS = frozenset(("==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "&&", "||"))
_MAKERS: dict[str, Callable[[Node, int], Term]] = {
    "literal_value": _literal,
    "template_expr": _template,
    "collection_value": _collection,
    "for_expr": _for,
    "conditional": _conditional,
    "operation": _operation,
    "function_call": _call,
    "variable_expr": _variable,
}
