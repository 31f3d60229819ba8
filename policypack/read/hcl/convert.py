"""Conversions between types as Terraform does them by itself: numbers to text, text to numbers, lists to sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from policypack.model import Unknown, Value
from policypack.read.hcl.partial import EvaluationError, SetValue, has_unknown, same

MAX_DIGITS = 400
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,5})?")


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
    if isinstance(value, str) and len(value) <= MAX_DIGITS and _NUMBER.fullmatch(value):
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
    kinds = {kind_of(element) for element in elements} - {"null", "unknown"}
    if len(kinds) > 1:
        if kinds - {"string", "number", "bool"}:
            raise EvaluationError("all elements must have the same type")
        return [text(element) if scalar(element) else element for element in elements]
    return elements


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
    if all(isinstance(element, str) for element in elements):
        return SetValue(sorted(elements, key=str))
    return SetValue(elements)


def number_or_truth(value: Value) -> float:
    """The sort key of numbers and bools."""
    assert isinstance(value, (int, float))
    return value
