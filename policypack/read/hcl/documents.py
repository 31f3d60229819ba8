"""JSON texts with holes: the structure of a policy is known even where an ARN in it does not exist yet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from policypack.model import Unknown, Value, replace
from policypack.read.hcl.convert import number_from, number_text
from policypack.read.hcl.partial import EvaluationError, blend, join_text
from policypack.read.repeated import once

_MARK = "\ue000(\\d+)\ue001"
_STRING_ENDS = r'(?s)[^"\\]*(?:\\.[^"\\]*)*("|$)'
_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def join_pieces(pieces: Sequence[str | Unknown]) -> str | Unknown:
    """Text from its pieces; with holes, and with its `document` where the text around them is JSON."""
    joined = join_text(pieces)
    return _with_document(joined, pieces) if isinstance(joined, Unknown) and joined.document is None else joined


def _with_document(joined: Unknown, pieces: Sequence[str | Unknown]) -> Unknown:
    first = next((piece for piece in pieces if not isinstance(piece, str) or piece.strip()), "")
    if not isinstance(first, str) or first.lstrip()[:1] not in ("{", "["):
        return joined
    holes = [piece for piece in pieces if isinstance(piece, Unknown)]
    import json  # many estates hold no JSON text

    try:
        decoded = json.loads(_marked(pieces), object_pairs_hook=once)
        return replace(joined, document=_filled(decoded, holes))
    except (ValueError, RecursionError, EvaluationError):
        return joined


def _marked(pieces: Sequence[str | Unknown]) -> str:
    """The text with a numbered mark for each hole, in quotes where the hole stands outside of a string."""
    inside = False
    count = 0
    text: list[str] = []
    for piece in pieces:
        if isinstance(piece, Unknown):
            mark = f"\ue000{count}\ue001"
            text.append(mark if inside else f'"{mark}"')
            count += 1
            continue
        if "\ue000" in piece:
            raise EvaluationError("the text holds a character that marks holes")
        text.append(piece)
        inside = _inside_string(piece, inside=inside)
    return "".join(text)


def _inside_string(text: str, *, inside: bool) -> bool:
    at = 0
    while at < len(text):
        if inside:
            match = re.compile(_STRING_ENDS).match(text, at)
            at, inside = (match.end(), match.group(1) != '"') if match else (len(text), True)
        else:
            quote = text.find('"', at)
            at, inside = (quote + 1, True) if quote >= 0 else (len(text), False)
    return inside


def _filled(value: Value, holes: Sequence[Unknown]) -> Value:
    if isinstance(value, dict):
        if any("\ue000" in key for key in value):
            raise EvaluationError("a key of the document is not known")
        return {key: _filled(element, holes) for key, element in value.items()}
    if isinstance(value, list):
        return [_filled(element, holes) for element in value]
    if not isinstance(value, str) or "\ue000" not in value:
        return value
    pieces = list(_pieces(value, holes))
    if len(pieces) == 1 and isinstance(pieces[0], Unknown) and pieces[0].document is not None:
        return pieces[0].document
    return join_text(pieces)


def _pieces(text: str, holes: Sequence[Unknown]) -> Iterator[str | Unknown]:
    for at, part in enumerate(re.split(_MARK, text)):
        if at % 2:
            yield holes[int(part)]
        elif part:
            yield part


def encode(value: Value) -> str:
    """`jsonencode` of a known value: the text, byte for byte as Terraform writes it."""
    pieces: list[str] = []
    _write(value, pieces)
    return "".join(pieces)


def encode_partial(value: Value) -> Unknown:
    """`jsonencode` of a value with holes."""
    blended = blend((value,))
    return Unknown(blended.reason, blended.references, document=value)


def _write(value: Value, pieces: list[str]) -> None:
    import json  # as above

    if isinstance(value, dict):
        pieces.append("{")
        for at, key in enumerate(sorted(value)):
            pieces.extend(("," if at else "", _string(key), ":"))
            _write(value[key], pieces)
        pieces.append("}")
    elif isinstance(value, list):
        pieces.append("[")
        for at, element in enumerate(value):
            pieces.append("," if at else "")
            _write(element, pieces)
        pieces.append("]")
    elif isinstance(value, str):
        pieces.append(_string(value))
    elif value is None or isinstance(value, bool):
        pieces.append(json.dumps(value))
    else:
        assert not isinstance(value, Unknown)
        pieces.append(number_text(value))


def _string(text: str) -> str:
    import json  # as above

    return json.dumps(text, ensure_ascii=False).translate(_HTML)


def decode(text: str) -> Value:
    """`jsondecode`. Raises EvaluationError where the text is not JSON."""
    import json  # as above

    try:
        decoded: Value = json.loads(text, parse_constant=_refuse, parse_float=_fraction, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"not valid JSON: {str(error)[:80]}") from None
    return _normal(decoded)


def _refuse(name: str) -> Value:
    raise ValueError(f"{name} is not JSON")


def _fraction(digits: str) -> int | float:
    return number_from(Decimal(digits))


def _whole(digits: str) -> int:
    if len(digits) > 400:
        raise ValueError("a number is too large")
    return int(digits)


def _normal(value: Value) -> Value:
    if isinstance(value, dict):
        return {key: _normal(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_normal(element) for element in value]
    return value
