"""The verbs of `format` and `formatlist`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal

from msgspec import Struct

from policypack.model import Unknown, Value
from policypack.read.hcl.convert import number, number_text, text, truth
from policypack.read.hcl.documents import encode
from policypack.read.hcl.partial import EvaluationError, SetValue, blend, has_unknown

MAX_WIDTH = 10_000
_WORDS = frozenset(("s", "q", "json"))
_NUMBERS = frozenset((*"dboxXfeEgG", "natural"))
_VERB = (
    r"(?s)%(?:\[(?P<first>\d{1,4})\])?(?P<flags>[-+# 0]*)(?P<width>\d{1,6})?(?P<precision>\.\d{0,6})?"
    r"(?:\[(?P<index>\d{1,4})\])?(?P<verb>.)?"
)


class _Verb(Struct, frozen=True):
    """One `%…x`."""

    verb: str
    flags: str
    width: int
    precision: int | None

    def padded(self, value: str, *, numeric: bool) -> str:
        """The text in its width."""
        if "-" in self.flags:
            return value.ljust(self.width)
        if "0" in self.flags and numeric:
            sign = value[:1] if value[:1] in ("-", "+", " ") else ""
            return sign + value[len(sign) :].rjust(self.width - len(sign), "0")
        return value.rjust(self.width, "0" if "0" in self.flags else " ")


def written(pattern: str, arguments: Sequence[Value]) -> list[str | Unknown]:
    """The pieces of formatted text. An unknown argument stays a hole, of which `%s` and `%v` keep what is known."""
    pieces: list[str | Unknown] = []
    at = used = highest = 0
    for match in re.finditer(_VERB, pattern):
        pieces.append(pattern[at : match.start()])
        at = match.end()
        if match["verb"] == "%":
            pieces.append("%")
            continue
        explicit = match["first"] or match["index"]
        used = int(explicit) - 1 if explicit else used
        precision = match["precision"]
        verb = _Verb(
            match["verb"] or "",
            match["flags"],
            min(int(match["width"] or "0"), MAX_WIDTH),
            None if precision is None else min(int(precision[1:] or "0"), MAX_WIDTH),
        )
        pieces.append(_piece(verb, _argument(arguments, used)))
        used += 1
        highest = len(arguments) if explicit else max(highest, used)
    if highest < len(arguments):
        raise EvaluationError(f"format has {len(arguments)} arguments and uses {highest}")
    return [*pieces, pattern[at:]]


def _argument(arguments: Sequence[Value], at: int) -> Value:
    if not 0 <= at < len(arguments):
        raise EvaluationError("format has more verbs than arguments")
    return arguments[at]


def _piece(verb: _Verb, value: Value) -> str | Unknown:
    if isinstance(value, Unknown) and verb.verb in ("s", "v") and not verb.width and verb.precision is None:
        return value
    if has_unknown(value):
        return blend((value,))
    kind = _natural(value, alternate="#" in verb.flags) if verb.verb == "v" else verb.verb
    if kind == "t":
        return "true" if truth(value) else "false"
    if kind in _WORDS:
        return verb.padded(_word(kind, value, verb.precision), numeric=False)
    if kind in _NUMBERS:
        found = number(value)
        shown = _shortest(found) if kind == "natural" else _signed(_figure(kind, found, verb.precision), verb)
        return verb.padded(shown, numeric=True)
    raise EvaluationError(f"format has no verb %{kind[:1]}")


def _word(kind: str, value: Value, precision: int | None) -> str:
    if kind == "json":
        return encode(value)
    shown = text(value)
    shown = shown if precision is None else shown[:precision]
    return json.dumps(shown, ensure_ascii=False) if kind == "q" else shown


def _natural(value: Value, *, alternate: bool) -> str:
    if alternate:
        return "json"
    if isinstance(value, str):
        return "s"
    if isinstance(value, bool):
        return "s"
    return "natural" if isinstance(value, (int, float)) else "json"


def _signed(shown: str, verb: _Verb) -> str:
    if shown.startswith("-"):
        return shown
    return "+" + shown if "+" in verb.flags else " " + shown if " " in verb.flags else shown


def _figure(kind: str, value: float, precision: int | None) -> str:
    if kind in "dboxX":
        if isinstance(value, float):
            raise EvaluationError(f"format needs a whole number for %{kind}")
        digits = format(abs(value), kind).rjust(precision or 0, "0")
        return f"-{digits}" if value < 0 else digits
    if kind in "gG" and precision is None:
        return _shortest(value).upper() if kind == "G" else _shortest(value)
    if kind == "f":
        return format(Decimal(repr(value)), f".{6 if precision is None else precision}f")
    return format(float(value), f".{6 if precision is None else precision}{kind}")


def _shortest(value: float) -> str:
    """As few digits as tell the number, with an exponent where it is large or small: `%v` and `%g`."""
    exact = Decimal(repr(value)).normalize(Context(prec=500))
    exponent = exact.adjusted() if value else 0
    if -4 <= exponent < 6:
        return number_text(value)
    digits = "".join(map(str, exact.as_tuple().digits))
    mantissa = digits[0] + (f".{digits[1:]}" if digits[1:] else "")
    return f"{'-' if value < 0 else ''}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02}"


def spread(arguments: Sequence[Value]) -> Iterator[tuple[Value, ...]]:
    """The argument rows of `formatlist`: lists go element by element, everything else repeats."""
    lengths = {len(argument) for argument in arguments if isinstance(argument, list)}
    if any(isinstance(argument, SetValue) and has_unknown(argument) for argument in arguments):
        raise EvaluationError("the order of a set with unknown elements is not known")
    if len(lengths) > 1:
        raise EvaluationError("the lists of formatlist differ in length")
    for row in range(lengths.pop() if lengths else 1):
        yield tuple(argument[row] if isinstance(argument, list) else argument for argument in arguments)
