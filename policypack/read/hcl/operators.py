"""Operators, with a third value: what is certain in spite of an unknown operand is told."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation

from policypack.model import Unknown, Value
from policypack.read.hcl.convert import number, number_from, truth
from policypack.read.hcl.partial import EvaluationError, blend, same

_EXACT = Context(prec=150, Emax=100_000, Emin=-100_000)


def unary(operator: str, operand: Value) -> Value:
    """`-x`, `!x`."""
    if isinstance(operand, Unknown):
        return blend((operand,))
    return -number(operand) if operator == "-" else not truth(operand)


def binary(operator: str, left: Value, right: Value) -> Value:
    """`left operator right`. Raises EvaluationError where an operand has no such operation."""
    if operator in ("&&", "||"):
        return _logic(left, right, settles=operator == "||")
    if operator in ("==", "!="):
        equal = same(left, right)
        return equal if isinstance(equal, Unknown) else equal == (operator == "==")
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return blend((left, right))
    one, other = number(left), number(right)
    compare = _COMPARISONS.get(operator)
    return compare(one, other) if compare else calculate(operator, one, other)


def _logic(left: Value, right: Value, *, settles: bool) -> Value:
    for operand in (left, right):
        if not isinstance(operand, Unknown) and truth(operand) is settles:
            return settles
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return blend((left, right))
    return not settles


def calculate(operator: str, left: float, right: float) -> int | float:
    """Arithmetic in decimal, as Terraform's wide numbers look to their users: 0.1 + 0.2 is 0.3."""
    if right == 0 and operator in ("/", "%"):
        if operator == "%":
            return left
        raise EvaluationError("division by zero")
    if isinstance(left, int) and isinstance(right, int) and operator in ("+", "-", "*"):
        return _bounded({"+": left.__add__, "-": left.__sub__, "*": left.__mul__}[operator](right))
    one, other = Decimal(repr(left)), Decimal(repr(right))
    try:
        exact = _DECIMAL[operator](one, other)
        rounded = float(left) * float(right) if operator == "*" else 0.5
    except (InvalidOperation, OverflowError):
        raise EvaluationError("the number is too large") from None
    # A third, times three, is one: what division could not keep in a float must come back.
    return int(rounded) if rounded.is_integer() and abs(exact) < 2**53 else number_from(exact)


def _bounded(value: int) -> int:
    if value.bit_length() > 1300:
        raise EvaluationError("the number is too large")
    return value


_DECIMAL: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
    "/": _EXACT.divide,
    "%": _EXACT.remainder,
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
}
