"""Values that are known in part: how holes travel, join and are stepped through.

An expression over something that does not exist yet is not lost: text keeps what stands around its holes, documents keep
their structure, and a step into an unknown resource is still a reference to one attribute.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from policypack.model import Reference, Unknown, Value
from policypack.read.hcl.budget import spend

MAX_TEXT = 1_000_000
MAX_ELEMENTS = 100_000

HOLE = Reference("")
"""In `Unknown.parts`: text of which nothing is known, not even which attribute it is."""


class EvaluationError(Exception):
    """An expression that Terraform would refuse: `try` and `can` see it, everybody else gets an Unknown with the reason."""


class SetValue(list[Value]):
    """A set: sorted, without doubles, without indexes. To everybody else it is a list."""


class Attributes(dict[str, Value]):
    """What a resource (or a block of one) writes. A name that is missing may be computed, so it is a Reference, not an error."""

    def __init__(self, values: dict[str, Value], reference: Reference) -> None:
        super().__init__(values)
        self.reference = reference


def pending(reference: Reference, reason: str = "known only after apply") -> Unknown:
    """The unknown that is exactly this attribute."""
    return Unknown(reason, (reference,), (reference,))


def unknowns(value: Value) -> Iterator[Unknown]:
    """Every Unknown in a value, at any depth, in order."""
    stack: list[Value] = [value]
    while stack:
        current = stack.pop()
        if isinstance(current, Unknown):
            yield current
        elif isinstance(current, dict):
            spend(len(current))
            stack.extend(reversed(current.values()))
        elif isinstance(current, list):
            spend(len(current))
            stack.extend(reversed(current))


def has_unknown(value: Value) -> bool:
    """Whether anything in the value is unknown."""
    return next(unknowns(value), None) is not None


def blend(values: Iterable[Value], reason: str = "") -> Unknown:
    """One Unknown for a result that depends on all these values: the first reason, every reference once."""
    references: dict[Reference, None] = {}
    for value in values:
        for unknown in unknowns(value):
            reason = reason or unknown.reason
            references.update(dict.fromkeys(unknown.references))
    return Unknown(reason or "not resolved", tuple(references))


def follow(value: Value, steps: Sequence[str | int]) -> Value:
    """The value behind attribute and index steps. Raises EvaluationError where a known value has no such step."""
    for step in steps:
        value = _step(value, step)
    return value


def _step(value: Value, step: str | int) -> Value:
    if isinstance(value, Unknown):
        return _step_unknown(value, step)
    if value is None:
        raise EvaluationError(f"{step!r} of a null value")
    if isinstance(value, dict):
        return _step_mapping(value, str(step))
    if isinstance(value, SetValue):
        raise EvaluationError("elements of a set have no index")
    if isinstance(value, list):
        return _step_list(value, step)
    raise EvaluationError(f"{step!r} of a value that is neither a list nor a mapping")


def _step_unknown(value: Unknown, step: str | int) -> Unknown:
    if len(value.parts) == 1 and isinstance(value.parts[0], Reference) and value.parts[0] != HOLE:
        return pending(extend(value.parts[0], step), value.reason)
    return Unknown(value.reason, value.references)


def _step_mapping(value: dict[str, Value], key: str) -> Value:
    if isinstance(value, Attributes):
        reference = extend(value.reference, key)
        found = value.get(key)
        return pending(reference) if found is None else _within(found, reference)
    if key not in value:
        raise EvaluationError(f"no element {key!r}")
    return value[key]


def _step_list(value: list[Value], step: str | int) -> Value:
    text = str(step)
    if not text.isdecimal():
        raise EvaluationError(f"{step!r} is not an index of a list")
    index = int(text) if len(text) < 10 else MAX_ELEMENTS
    if index >= len(value):
        raise EvaluationError(f"index {text} is beyond the end of the list ({len(value)} elements)")
    return value[index]


def _within(value: Value, reference: Reference) -> Value:
    """Blocks of a resource hold computed attributes as well, so they are Attributes too."""
    if isinstance(value, dict):
        return Attributes(value, reference)
    if isinstance(value, list) and any(isinstance(element, dict) for element in value):
        return [_within(element, extend(reference, index)) for index, element in enumerate(value)]
    return value


def extend(reference: Reference, step: str | int) -> Reference:
    """The same reference, one step deeper."""
    return Reference(reference.address, f"{reference.attribute}.{step}" if reference.attribute else str(step))


def join_text(pieces: Iterable[str | Unknown]) -> str | Unknown:
    """Text from its pieces. With a hole it is an Unknown that keeps the text around it. Raises where it grows too long."""
    parts: list[str | Reference] = []
    holes: list[Value] = []
    size = 0
    for piece in pieces:
        if isinstance(piece, Unknown):
            holes.append(piece)
            parts.extend(piece.parts or (HOLE,))
        else:
            size += len(piece)
            parts.append(piece)
        if size > MAX_TEXT:
            raise EvaluationError(f"the text is longer than {MAX_TEXT} characters")
    if not holes:
        return "".join(part for part in parts if isinstance(part, str))
    if len(holes) == 1 and size == 0:
        return next(unknowns(holes[0]))
    blended = blend(holes)
    return Unknown(blended.reason, blended.references, tuple(_melded(parts)))


def _melded(parts: Iterable[str | Reference]) -> Iterator[str | Reference]:
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
        text = ""
        yield part
    if text:
        yield text


def surely_text(value: Unknown) -> bool:
    """Whether an unknown text is certainly neither null nor empty: it has literal text, or is one computed attribute."""
    return any(part not in ("", HOLE) for part in value.parts)


def same(left: Value, right: Value) -> bool | Unknown:
    """Whether two values are equal, as `==` means it: types count, and one certain difference settles it."""
    spend(1)
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return blend((left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        return all_of(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right) or isinstance(left, SetValue) is not isinstance(right, SetValue):
            return False
        return all_of(same(one, other) for one, other in zip(left, right, strict=True))
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return left == right


def all_of(truths: Iterable[bool | Unknown]) -> bool | Unknown:
    """Conjunction with a third value: one false settles it."""
    open_ones: list[Value] = []
    for truth in truths:
        if isinstance(truth, Unknown):
            open_ones.append(truth)
        elif not truth:
            return False
    return blend(open_ones) if open_ones else True
