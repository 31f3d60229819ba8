"""Evaluates expressions: what Terraform would compute, and where that cannot be told, an Unknown that says why.

Nothing here raises for what is scanned. Errors that Terraform would report are EvaluationErrors inside, so that `try` and
`can` see them; at the edge, and at every element of a list or an object, they become an Unknown with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, Union, cast

from msgspec import Struct

from policypack.model import Unknown, Value, replace
from policypack.read.hcl import operators, terms
from policypack.read.hcl.budget import CHARACTERS_PER_STEP, BudgetError, spend, step_budget
from policypack.read.hcl.convert import kind_of, number, text, truth, unified
from policypack.read.hcl.documents import join_pieces
from policypack.read.hcl.functions import call
from policypack.read.hcl.grammar import template_term, term_of
from policypack.read.hcl.names import mentioned
from policypack.read.hcl.partial import (
    MAX_ELEMENTS,
    EvaluationError,
    SetValue,
    blend,
    follow,
    has_unknown,
    same,
)
from policypack.read.hcl.scope import Scope
from policypack.read.hcl.template_scope import TemplateScope
from policypack.read.hcl.terms import Template, TemplateFor, TemplateIf, Term

if TYPE_CHECKING:
    from tree_sitter import Node

MAX_SIZE = 1_000_000
"""The most elements that one value may unfold to, shared parts counted each time."""

Expression: TypeAlias = "Union[Node, Term]"


class _Frame(Struct, frozen=True):
    """Where a term stands. `strict`: inside `try` or `can`, where an error in an element is an error of the whole."""

    scope: Scope
    strict: bool = False
    element: Value = None

    def bind(self, names: Mapping[str, Value]) -> _Frame:
        return replace(self, scope=self.scope.bind(names))


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of an expression node (or of what `parse_template` gave). Never raises: see the module's page."""
    try:
        with step_budget():
            value = _value(_term(expression), _Frame(scope))
            _weigh(value, {})
            return value
    except (EvaluationError, BudgetError) as error:
        return Unknown(str(error))
    except RecursionError:
        return Unknown("evaluating is nested too deeply")


def evaluate_json(value: object, scope: Scope) -> Value:
    """The value of an expression of the JSON syntax: strings, and the names of an object, are templates."""
    try:
        return _evaluate_json(value, scope)
    except RecursionError:
        return Unknown("the value is nested too deeply")


def _evaluate_json(value: object, scope: Scope) -> Value:
    if isinstance(value, str):
        return evaluate(parse_template(value), scope)
    if isinstance(value, list):
        return [_evaluate_json(element, scope) for element in value]
    if isinstance(value, dict):
        items = [(_evaluate_json(key, scope), _evaluate_json(element, scope)) for key, element in value.items()]
        holes = [key for key, _ in items if not isinstance(key, str)]
        if holes:
            return blend(holes, "a key of the object is not known")
        return dict(sorted((str(key), element) for key, element in items))
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if value is None or isinstance(value, (bool, int, float)) else Unknown("not a JSON value")


def parse_template(source: str) -> Term:
    """A bare template, to hand to `evaluate` and `traversals`. Never raises."""
    return template_term(source)


def traversals(expression: Expression) -> list[tuple[str, tuple[str | int, ...]]]:
    """Root and plain steps of every name that the expression mentions, each once; not those that it binds itself."""
    return mentioned(_term(expression))


def _term(expression: Expression) -> Term:
    return cast("Term", expression) if isinstance(expression, _TERMS) else term_of(cast("Node", expression))


def _weigh(value: Value, known: dict[int, int]) -> int:
    """How many elements a value unfolds to. Raises EvaluationError where it is more than anybody should walk through."""
    if not isinstance(value, (dict, list)):
        return 1
    if id(value) not in known:
        known[id(value)] = 1 + sum(_weigh(element, known) for element in (value.values() if isinstance(value, dict) else value))
    if known[id(value)] > MAX_SIZE:
        raise EvaluationError(f"the value has more than {MAX_SIZE} elements")
    return known[id(value)]


def _value(term: Term, frame: _Frame) -> Value:
    spend(1)
    return _EVALUATORS[type(term)](term, frame)


def _element(term: Term, frame: _Frame) -> Value:
    """An element of something: an error in it does not cost its neighbours."""
    if frame.strict:
        return _value(term, frame)
    try:
        return _value(term, frame)
    except EvaluationError as error:
        return Unknown(str(error))


def _literal(term: terms.Literal, _frame: _Frame) -> Value:
    return term.value


def _broken(term: terms.Broken, _frame: _Frame) -> Value:
    return Unknown(term.reason)


def _traversal(term: terms.Traversal, frame: _Frame) -> Value:
    bound = frame.scope.bound()
    if term.root in bound:
        return follow(bound[term.root], term.steps)
    return frame.scope.resolve(term.root, term.steps)


def _steps(term: terms.Steps, frame: _Frame) -> Value:
    return follow(_value(term.source, frame), term.steps)


def _stands_at(_term: terms.Element, frame: _Frame) -> Value:
    return frame.element


def _index(term: terms.Index, frame: _Frame) -> Value:
    source, key = _value(term.source, frame), _value(term.key, frame)
    if isinstance(key, Unknown):
        return blend((key, source))
    if isinstance(source, list):
        key = number(key)
    elif not isinstance(key, (str, int)):
        key = text(key)
    if isinstance(key, float) or (isinstance(key, int) and (isinstance(key, bool) or key < 0)):
        raise EvaluationError(f"{key} is not an index")
    return follow(source, (key,))


def _splat(term: terms.Splat, frame: _Frame) -> Value:
    source = _value(term.source, frame)
    if isinstance(source, Unknown):
        each = _value(term.each, replace(frame, element=source))
        return blend((each,))
    if source is None:
        return []
    elements = source if isinstance(source, list) else [source]
    return [_element(term.each, replace(frame, element=element)) for element in elements]


def _list(term: terms.ListTerm, frame: _Frame) -> Value:
    return [_element(element, frame) for element in term.elements]


def _object(term: terms.ObjectTerm, frame: _Frame) -> Value:
    made: dict[str, Value] = {}
    holes: list[Value] = []
    for key_term, value_term in term.items:
        key, value = _value(key_term, frame), _element(value_term, frame)
        if isinstance(key, Unknown):
            holes.extend((key, value))
        else:
            made[text(key)] = value
    if not holes:
        return dict(sorted(made.items()))
    return replace(blend([*holes, made]), document=_with_templates(made, holes))


def _with_templates(made: dict[str, Value], holes: list[Value]) -> Value:
    """An object some of whose keys are templates with holes, as they are written (`"name-${var.a}"`); None where one is not even that."""
    shown = dict(made)
    for key, value in zip(holes[::2], holes[1::2], strict=True):
        if not isinstance(key, Unknown) or not key.parts:
            return None
        only = str(key.references[0]) if len(key.references) == 1 else ""  # a variable leaves a hole without a name
        shown["".join(part if isinstance(part, str) else "${" + (str(part) or only) + "}" for part in key.parts)] = value
    return shown


def _for(term: terms.For, frame: _Frame) -> Value:
    source = _value(term.source, frame)
    if isinstance(source, Unknown):
        return blend((source,))
    results: list[Value] = []
    keyed: dict[str, Value] = {}
    for inner in _bindings(term.names, source, frame):
        wanted = _value(term.condition, inner) if term.condition else True
        if isinstance(wanted, Unknown):
            return blend((wanted, source))
        if not truth(wanted):
            continue
        if term.result_key is None:
            results.append(_element(term.value, inner))
            continue
        key = _value(term.result_key, inner)
        if isinstance(key, Unknown):
            return blend((key, source))
        _put(keyed, text(key), _element(term.value, inner), groups=term.groups)
    return results if term.result_key is None else dict(sorted(keyed.items()))


def _put(keyed: dict[str, Value], key: str, value: Value, *, groups: bool) -> None:
    if not groups and key in keyed:
        raise EvaluationError(f"two elements have the key {key!r}")
    if not groups:
        keyed[key] = value
        return
    group = keyed.setdefault(key, [])
    assert isinstance(group, list)
    group.append(value)


def _bindings(names: tuple[str, ...], source: Value, frame: _Frame) -> Iterator[_Frame]:
    """One frame for each element, with the names of a `for` bound in it."""
    for key, value in _pairs(source):
        yield frame.bind({names[0]: key, names[1]: value} if len(names) > 1 else {names[0]: value})


def _pairs(source: Value) -> list[tuple[Value, Value]]:
    if isinstance(source, dict):
        return [(key, source[key]) for key in sorted(source)]
    if isinstance(source, SetValue):
        return [(element, element) for element in source]
    if isinstance(source, list):
        if len(source) > MAX_ELEMENTS:
            raise EvaluationError(f"the list has more than {MAX_ELEMENTS} elements")
        return list(enumerate(source))
    raise EvaluationError(f"for needs a list or a map, and this is {kind_of(source)}")


def _conditional(term: terms.Conditional, frame: _Frame) -> Value:
    condition = _value(term.condition, frame)
    if isinstance(condition, Unknown):
        yes, no = _element(term.yes, frame), _element(term.no, frame)
        return yes if same(yes, no) is True else blend((condition, yes, no))
    chosen, other = (term.yes, term.no) if truth(condition) else (term.no, term.yes)
    value = _value(chosen, frame)
    if value is None or value == [] or isinstance(value, (str, Unknown)):
        return value
    return _as_other(value, other, frame)


def _as_other(value: Value, other: Term, frame: _Frame) -> Value:
    """Both branches have one type: a number becomes text where the branch that is not taken is text."""
    try:
        return unified((value, _value(other, frame)))[0]
    except EvaluationError:
        # What is refused in the other branch is no matter to this one, nor is a structure that we cannot bring together.
        return value


def _unary(term: terms.Unary, frame: _Frame) -> Value:
    return operators.unary(term.operator, _value(term.operand, frame))


def _binary(term: terms.Binary, frame: _Frame) -> Value:
    left = _value(term.left, frame)
    if term.operator in ("&&", "||") and not isinstance(left, Unknown) and truth(left) is (term.operator == "||"):
        return truth(left)
    right = _value(term.right, frame)
    result = operators.binary(term.operator, left, right)
    if term.operator in ("==", "!=") and isinstance(left, (list, dict)) and result is (term.operator == "=="):
        if {type(term.left), type(term.right)} <= {terms.ListTerm, terms.ObjectTerm} or isinstance(left, SetValue):
            return result
        return blend((left, right), "a list never equals a tuple, nor a map an object, and types are not followed that far")
    return result


def _template(term: Template, frame: _Frame) -> Value:
    if len(term.pieces) == 1 and not isinstance(term.pieces[0], (str, TemplateIf, TemplateFor)):
        return _value(term.pieces[0], frame)
    joined = join_pieces(list(_pieces(term, frame)))
    if isinstance(joined, str):
        spend(len(joined) // CHARACTERS_PER_STEP)
    return joined


def _pieces(template: Template, frame: _Frame) -> Iterator[str | Unknown]:
    for piece in template.pieces:
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, TemplateIf):
            yield from _if_pieces(piece, frame)
        elif isinstance(piece, TemplateFor):
            source = _value(piece.source, frame)
            if isinstance(source, Unknown):
                yield blend((source,))
                continue
            for inner in _bindings(piece.names, source, frame):
                yield from _pieces(piece.body, inner)
        else:
            value = _value(piece, frame)
            yield value if isinstance(value, Unknown) else text(value)


def _if_pieces(piece: TemplateIf, frame: _Frame) -> Iterator[str | Unknown]:
    condition = _value(piece.condition, frame)
    if isinstance(condition, Unknown):
        yield blend((condition, *_pieces(piece.yes, frame), *_pieces(piece.no, frame)))
    else:
        yield from _pieces(piece.yes if truth(condition) else piece.no, frame)


def _call(term: terms.Call, frame: _Frame) -> Value:
    name = term.name.removeprefix("core::")
    if name == "try":
        return _try(term, frame)
    if name == "can":
        return _can(term, frame)
    arguments = [_value(argument, frame) for argument in term.arguments]
    if term.spreads:
        last = arguments.pop() if arguments else None
        if isinstance(last, Unknown):
            return blend((*arguments, last))
        if not isinstance(last, list):
            raise EvaluationError(f"... needs a list, and this is {kind_of(last)}")
        arguments.extend(last)
    return call(name, arguments, _Files(frame.scope))


def _try(term: terms.Call, frame: _Frame) -> Value:
    reasons: list[str] = []
    for argument in term.arguments:
        try:
            return _value(argument, replace(frame, strict=True))
        except EvaluationError as error:  # noqa: PERF203 failing is what `try` is for
            reasons.append(str(error))
    raise EvaluationError(f"no argument of try can be evaluated: {'; '.join(reasons)[:200]}")


def _can(term: terms.Call, frame: _Frame) -> Value:
    if len(term.arguments) != 1:
        raise EvaluationError("can takes one argument")
    try:
        value = _value(term.arguments[0], replace(frame, strict=True))
    except EvaluationError:
        return False
    return blend((value,)) if has_unknown(value) else True


class _Files(Struct, frozen=True):
    """What functions may ask of the world: files of the scanned tree, and templates with nothing but their variables."""

    scope: Scope

    def read(self, path: str) -> bytes | None:
        return self.scope.read_file(path)

    def render(self, source: str, variables: Mapping[str, Value]) -> Value:
        return _value(parse_template(source), _Frame(TemplateScope(self.scope, variables), strict=True))


_EVALUATORS: dict[type, Callable[[Any, _Frame], Value]] = {
    terms.Literal: _literal,
    terms.Broken: _broken,
    terms.Traversal: _traversal,
    terms.Steps: _steps,
    terms.Element: _stands_at,
    terms.Index: _index,
    terms.Splat: _splat,
    terms.ListTerm: _list,
    terms.ObjectTerm: _object,
    terms.For: _for,
    terms.Conditional: _conditional,
    terms.Unary: _unary,
    terms.Binary: _binary,
    Template: _template,
    terms.Call: _call,
}
_TERMS = tuple(_EVALUATORS)
