"""The normal form of a plan's values: what is written and is not null, unknown leaves as Unknown with their references.

Terraform writes a value in three trees: `after` has what is known, `after_unknown` marks with `true` what is not, and the
configuration's `expressions` say which of it was written and what it refers to. They are walked together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

import msgspec
from msgspec import Raw

from policypack.model import Unknown, Value, Values
from policypack.read.plan_json import Json

MAX_DEPTH = 100
TOO_DEEP = Unknown("nested too deeply to read")
Resolve: TypeAlias = Callable[[Mapping[str, Json]], Unknown | None]
"""From an expression of the configuration (`{"references": [...]}`) to the Unknown that stands in its place, None where
everything it refers to is known: then the unknown is not the expression's, which is null, but what the provider computes."""


class _Unlisted:
    """In place of an expression: the configuration does not list it, as with everything in a dynamic block."""


UNLISTED = _Unlisted()
_WHOLE = frozenset({str, bool, int})
"""The types of JSON's values that have no parts and one form."""
_Expression: TypeAlias = "dict[str, Json] | _Unlisted"
_UNLISTED_LEAF = Unknown("known only after apply, in a block that the plan's configuration does not list")


def plain(value: Json, depth: int = 0) -> Value:
    """The normal form of a value without unknown parts: no nulls in mappings, no empty lists or mappings (Terraform shows a
    block that is not there as one), whole numbers as int."""
    if depth > MAX_DEPTH:
        return TOO_DEEP
    if isinstance(value, dict):
        kept = ((key, plain(each, depth + 1)) for key, each in value.items() if each is not None)
        return {key: each for key, each in kept if each not in ([], {})}
    if isinstance(value, list):
        return [plain(each, depth + 1) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if value is None or isinstance(value, (str, bool, int, float)) else TOO_DEEP


def decoded(raw: Raw) -> Values:
    """The normal form of an object that is all known, as `before` and a state's values are."""
    value = msgspec.json.decode(raw)
    form = plain(value if isinstance(value, dict) else {})
    return form if isinstance(form, dict) else {}


def planned(after: Raw, unknown: Raw, expressions: Raw, resolve: Resolve) -> Values:
    """The normal form of what a plan makes of a resource. Raises what msgspec raises."""
    known, marks = _mapping(after), _mapping(unknown)
    if _needs_expressions(known, marks, bytes(expressions)):
        return _Walk(resolve).body(known, marks, _mapping(expressions), 0)
    made: Values = {name: value for name, value in known.items() if value is not None}
    unknown_too = [name for name, mark in marks.items() if mark is True and name in made]
    return {name: value for name, value in made.items() if name not in unknown_too} if unknown_too else made


def _mapping(raw: Raw) -> dict[str, Json]:
    value = msgspec.json.decode(raw)
    return value if isinstance(value, dict) else {}


def _needs_expressions(known: dict[str, Json], marks: dict[str, Json], expressions: bytes) -> bool:
    """Whether the walk could come to another end than leaving everything as it is. Most of a plan's expressions decide nothing,
    and decoding them would be most of the work: an unknown argument that is not so much as named there is not written."""
    for name, mark in marks.items():
        if mark and (mark is not True or _quoted(name) in expressions):
            return True
    if b"\\u" in expressions and True in marks.values():
        return True  # a name may be spelt with escapes
    for value in known.values():  # noqa: SIM110 - asked of every argument of a plan: a generator would cost more than the answer
        if value is not None and type(value) not in _WHOLE and not _is_normal(value, 0):
            return True
    return False


@lru_cache(maxsize=4096)
def _quoted(name: str) -> bytes:
    return f'"{name}"'.encode()


def _is_normal(value: Json, depth: int) -> bool:
    """Whether a value is its own normal form, whatever wrote it: nothing null, empty or fractional in it."""
    if type(value) in _WHOLE:
        return True
    if depth > MAX_DEPTH // 2 or not value or not isinstance(value, (dict, list)):
        return False
    for each in value.values() if isinstance(value, dict) else value:
        if type(each) not in _WHOLE and not _is_normal(each, depth + 1):
            return False
    return True


def is_attribute(expression: Json) -> bool:
    """Whether it is an attribute's expression, not a nested block."""
    return isinstance(expression, dict) and not (expression.keys() - {"constant_value", "references"})


class _Walk:
    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def body(self, known: dict[str, Json], marks: dict[str, Json], written: _Expression, depth: int) -> dict[str, Value]:
        """A resource or a nested block. What is unknown and not written is computed, and left out."""
        made: dict[str, Value] = {}
        expressions = written if isinstance(written, dict) else {}
        for name, value in known.items():
            mark = marks.get(name)
            if value is None or mark is True:
                continue
            if not mark and isinstance(value, (str, bool, int)):
                made[name] = value
                continue
            expression = expressions.get(name, UNLISTED)
            each = self._known(value, mark, expression, depth + 1)
            if each not in ([], {}) or is_attribute(expression):
                made[name] = each
        listed = isinstance(written, dict)
        for name in [name for name, mark in marks.items() if mark is True]:
            unknown = self._unknown(expressions.get(name, UNLISTED)) if not listed or name in expressions else None
            if unknown is not None:
                made[name] = unknown
        return made

    def _unknown(self, expression: Json) -> Unknown | None:
        if isinstance(expression, dict) and is_attribute(expression):
            return self._resolve(expression)
        return _UNLISTED_LEAF if isinstance(expression, _Unlisted) else Unknown()

    def _known(self, value: Json, mark: Json, expression: Json, depth: int) -> Value:
        if depth > MAX_DEPTH:
            return TOO_DEEP
        if is_attribute(expression) or isinstance(value, (str, bool, int, float)) or value is None:
            return self._inside(value, mark, expression, depth)
        if isinstance(value, list):
            marks = mark if isinstance(mark, list) else []
            blocks = expression if isinstance(expression, list) else []
            return [
                self._block(each, _at(marks, index), blocks, (index, len(value)), depth) for index, each in enumerate(value)
            ]
        if isinstance(value, dict):
            return self.body(value, mark if isinstance(mark, dict) else {}, _as_body(expression), depth)
        return TOO_DEEP

    def _block(self, value: Json, mark: Json, blocks: list[Json], place: tuple[int, int], depth: int) -> Value:
        if mark is True:
            return _UNLISTED_LEAF
        if not isinstance(value, dict):
            return self._inside(value, mark, UNLISTED, depth)
        expression = _block_of(value, blocks, *place) if mark else UNLISTED
        return self.body(value, mark if isinstance(mark, dict) else {}, expression, depth + 1)

    def _inside(self, value: Json, mark: Json, expression: Json, depth: int) -> Value:
        """A part of an attribute: all of it is one expression, so every unknown leaf has that expression's references."""
        if mark is True:
            return self._unknown(expression)
        if isinstance(value, str):
            return value
        if depth > MAX_DEPTH:
            return TOO_DEEP
        if isinstance(value, list):
            marks = mark if isinstance(mark, list) else []
            return [self._inside(each, _at(marks, index), expression, depth + 1) for index, each in enumerate(value)]
        if isinstance(value, dict):
            marked = mark if isinstance(mark, dict) else {}
            missing = [name for name, each in marked.items() if each is True and name not in value]
            names = [*value, *missing] if missing else value
            parts = {name: self._inside(value.get(name), marked.get(name), expression, depth + 1) for name in names}
            return {name: part for name, part in parts.items() if part is not None}
        return plain(value)


def _at(items: list[Json], index: int) -> Json:
    return items[index] if index < len(items) else None


def _as_body(expression: Json) -> _Expression:
    return expression if isinstance(expression, dict) else UNLISTED


def _block_of(value: dict[str, Json], blocks: list[Json], index: int, count: int) -> _Expression:
    """The written block that a value comes from, the one at `index` of `count`. A set has lost the source's order, and
    dynamic blocks are not listed, so the constants decide; without any, the position does where every block is listed."""
    complete = len(blocks) == count
    order = [index, *(each for each in range(len(blocks)) if each != index)] if index < len(blocks) else range(len(blocks))
    for each in order:
        agreement = _agreement(blocks[each], value)
        if agreement is not None and (agreement or complete):
            return _as_body(blocks[each])
    return UNLISTED


def _agreement(block: Json, value: dict[str, Json]) -> int | None:
    """How many of the block's constants the value has; None where one differs."""
    if not isinstance(block, dict):
        return None
    agreeing = 0
    for name, expression in block.items():
        if isinstance(expression, dict) and "constant_value" in expression and is_attribute(expression):
            constant, actual = expression["constant_value"], value.get(name)
            if isinstance(constant, (str, bool, int, float)) and isinstance(actual, (str, bool, int, float)):
                if str(constant).lower() != str(actual).lower():  # true and "true" are one to a provider
                    return None
                agreeing += 1
    return agreeing
