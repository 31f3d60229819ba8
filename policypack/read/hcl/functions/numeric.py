"""Numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from string import ascii_lowercase, ascii_uppercase
from string import digits as decimal_digits

from policypack.model import Value
from policypack.read.hcl.convert import integer, number, number_from
from policypack.read.hcl.functions.function import Function, whole
from policypack.read.hcl.operators import calculate
from policypack.read.hcl.partial import EvaluationError

_DIGITS = decimal_digits + ascii_lowercase + ascii_uppercase


def _abs(value: Value) -> Value:
    return abs(number(value))


def _ceil(value: Value) -> Value:
    return math.ceil(number(value))


def _floor(value: Value) -> Value:
    return math.floor(number(value))


def _log(value: Value, base: Value) -> Value:
    return number_from(Decimal(repr(math.log(number(value)) / math.log(number(base)))))


def _max(*values: Value) -> Value:
    return max(_some(values))


def _min(*values: Value) -> Value:
    return min(_some(values))


def _some(values: tuple[Value, ...]) -> list[int | float]:
    if not values:
        raise EvaluationError("at least one number is required")
    return [number(value) for value in values]


def _parseint(value: Value, base: Value) -> Value:
    radix = integer(base)
    if not isinstance(value, str) or not 2 <= radix <= 62:
        raise EvaluationError("parseint takes a string and a base between 2 and 62")
    sign, digits = (value[0], value[1:]) if value[:1] in ("-", "+") else ("", value)
    # Up to base 36 letters of either case are the same digits; above, capital letters come after the small ones.
    places = [_DIGITS.find(digit.lower() if radix <= 36 else digit) for digit in digits]
    if not places or len(places) > 400 or not all(0 <= place < radix for place in places):
        raise EvaluationError(f"{value[:40]!r} is not a number of base {radix}")
    total = 0
    for place in places:
        total = total * radix + place
    return -total if sign == "-" else total


def _pow(value: Value, power: Value) -> Value:
    base, exponent = number(value), number(power)
    if abs(exponent) > 10_000 or (base and abs(math.log(abs(base)) * exponent) > 700):
        raise EvaluationError("the number is too large")
    if isinstance(base, int) and isinstance(exponent, int) and exponent >= 0:
        return int(base**exponent)
    result = math.pow(base, exponent)
    return number_from(Decimal(repr(result)))


def _signum(value: Value) -> Value:
    found = integer(value)
    return (found > 0) - (found < 0)


def add(values: list[Value]) -> int | float:
    """The sum of numbers."""
    total: int | float = 0
    for value in values:
        total = calculate("+", total, number(value))
    return total


FUNCTIONS: Mapping[str, Function] = {
    "abs": whole(_abs),
    "ceil": whole(_ceil),
    "floor": whole(_floor),
    "log": whole(_log),
    "max": whole(_max),
    "min": whole(_min),
    "parseint": whole(_parseint),
    "pow": whole(_pow),
    "signum": whole(_signum),
}
