"""Conversions between types as Terraform does them by itself: numbers to text, text to numbers, lists to sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from policypack.model import Unknown, Value
from policypack.read.hcl.budget import spend
from policypack.read.hcl.partial import Attributes, EvaluationError, SetValue, has_unknown, same

MAX_DIGITS = 400
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,5})?"


def kind_of(value: Value) -> str:
    """What a value is, in Terraform's words, for messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, dict):
        return "object"
    return "unknown" if isinstance(value, Unknown) else "list"


def _refuse(value: Value, wanted: str) -> EvaluationError:
    return EvaluationError(f"a {wanted} is required, and this is {kind_of(value)}")


def text(value: Value) -> str:
    """A known value as a string. Raises EvaluationError for null, lists and objects."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    raise _refuse(value, "string")


def number_text(value: float) -> str:
    """A number as Terraform writes it: no exponent, however small or large it is."""
    if isinstance(value, int):
        if abs(value) >= 10**MAX_DIGITS:
            raise EvaluationError("the number is too large")
        return str(value)
    return format(Decimal(repr(value)), "f")


def number_from(value: Decimal) -> int | float:
    """An int where it is integral, else a float. Raises EvaluationError where it is beyond any sensible size."""
    if not value.is_finite() or value.adjusted() > MAX_DIGITS:
        raise EvaluationError("the number is too large")
    if value.adjusted() >= 0 and value == value.to_integral_value():
        return int(value)
    return float(value) if value else 0


def number(value: Value) -> int | float:
    """A known value as a number. Raises EvaluationError where it is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and len(value) <= MAX_DIGITS and re.fullmatch(_NUMBER, value):
        return number_from(Decimal(value))
    raise _refuse(value, "number")


def integer(value: Value) -> int:
    """A known value as a whole number."""
    found = number(value)
    if isinstance(found, float):
        raise EvaluationError("a whole number is required")
    return found


def truth(value: Value) -> bool:
    """A known value as a bool. Raises EvaluationError where it is none."""
    if isinstance(value, bool):
        return value
    if value in ("true", "1"):
        return True
    if value in ("false", "0"):
        return False
    raise _refuse(value, "bool")


def sequence(value: Value) -> list[Value]:
    """A known value as a list. Raises EvaluationError where it is none."""
    if isinstance(value, list):
        return value
    raise _refuse(value, "list")


def mapping(value: Value) -> dict[str, Value]:
    """A known value as an object. Raises EvaluationError where it is none."""
    if isinstance(value, dict):
        return value
    raise _refuse(value, "map")


def texts(value: Value) -> list[str]:
    """A known list as strings."""
    return [text(element) for element in sequence(value)]


def scalar(value: Value) -> bool:
    """Whether the value is a string, a number or a bool."""
    return isinstance(value, (str, bool, int, float))


def unified(values: Iterable[Value]) -> list[Value]:
    """Elements of one type, as lists and maps have them: where one is a string, numbers and bools become strings."""
    elements = list(values)
    spend(len(elements))
    kinds = {kind_of(element) for element in elements} - {"null", "unknown"}
    if kinds <= {"string", "number", "bool"}:
        if "string" not in kinds and len(kinds) > 1:
            raise EvaluationError("numbers and bools have no type in common")
        return [text(element) if scalar(element) else element for element in elements] if "string" in kinds else elements
    if len(kinds) > 1:
        raise EvaluationError("all elements must have the same type")
    return _unified_objects(elements) if kinds == {"object"} else _unified_lists(elements)


def _unified_lists(elements: list[Value]) -> list[Value]:
    """Tuples of one length are unified place by place, all others as lists of one type of element."""
    lists = [element for element in elements if isinstance(element, list)]
    if len({len(each) for each in lists}) == 1:
        rows = iter(zip(*(unified(column) for column in zip(*lists, strict=True)), strict=True))
        fitted = iter([list(next(rows, ())) for _ in lists])
    else:
        flat = iter(unified(element for each in lists for element in each))
        fitted = iter([[next(flat) for _ in each] for each in lists])
    return [_like(element, next(fitted)) if isinstance(element, list) else element for element in elements]


def _like(original: list[Value], fitted: list[Value]) -> list[Value]:
    return SetValue(fitted) if isinstance(original, SetValue) else fitted


def _unified_objects(elements: list[Value]) -> list[Value]:
    """Objects of the same names are unified name by name, all others as maps of one type of element."""
    objects = [element for element in elements if isinstance(element, dict)]
    if any(isinstance(each, Attributes) for each in objects):
        return elements  # resources have their types from their provider, and references in place of what is not written
    made: list[dict[str, Value]] = [{} for _ in objects]
    if all(each.keys() == objects[0].keys() for each in objects):
        for key in objects[0]:
            for target, value in zip(made, unified(each[key] for each in objects), strict=True):
                target[key] = value
    else:
        flat = iter(unified(value for each in objects for value in each.values()))
        made = [{key: next(flat) for key in each} for each in objects]
    fitted = iter(made)
    return [next(fitted) if isinstance(element, dict) else element for element in elements]


def unified_mapping(value: Mapping[str, Value]) -> dict[str, Value]:
    """A map whose elements have one type."""
    return dict(zip(value, unified(value.values()), strict=True))


def distinct(values: Iterable[Value]) -> list[Value]:
    """Each value once, in order. Unknown elements are the same only where they are the same reference."""
    kept: list[Value] = []
    seen: set[tuple[str, str]] = set()
    for value in values:
        if scalar(value):
            key = (kind_of(value), text(value))
            if key in seen:
                continue
            seen.add(key)
        elif any(_identical(value, other) for other in kept):
            continue
        kept.append(value)
    return kept


def _identical(one: Value, other: Value) -> bool:
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return isinstance(one, Unknown) and isinstance(other, Unknown) and bool(one.parts) and one == other
    equal = same(one, other)
    return equal is True


def as_set(values: Iterable[Value]) -> SetValue:
    """A set: one type, no doubles, and sorted as Terraform sorts (text by code point, numbers by size)."""
    elements = distinct(unified(values))
    if has_unknown(elements):
        return SetValue(elements)
    if all(isinstance(element, (int, float)) for element in elements):
        return SetValue(sorted(elements, key=number_or_truth))
    if all(isinstance(element, str) or element is None for element in elements):
        return SetValue(sorted(elements, key=lambda element: (element is None, element or "")))
    return SetValue(sorted(elements, key=_shown))


def _shown(value: Value) -> str:
    import json  # many estates hold no JSON text

    return json.dumps(value, sort_keys=True)


def number_or_truth(value: Value) -> float:
    """The sort key of numbers and bools."""
    assert isinstance(value, (int, float))
    return value
