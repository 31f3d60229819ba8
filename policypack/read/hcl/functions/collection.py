"""Lists, sets, maps, and the conversions between types."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from policypack.model import Unknown, Value
from policypack.read.hcl.convert import (
    as_set,
    distinct,
    integer,
    kind_of,
    mapping,
    number,
    scalar,
    sequence,
    text,
    texts,
    truth,
    unified,
    unified_mapping,
)
from policypack.read.hcl.functions.function import Function, leafy, patient, whole
from policypack.read.hcl.functions.numeric import add
from policypack.read.hcl.partial import (
    MAX_ELEMENTS,
    Attributes,
    EvaluationError,
    SetValue,
    blend,
    follow,
    has_unknown,
    same,
    surely_text,
)


def _alltrue(values: Value) -> Value:
    return _quantified(sequence(values), settles=False)


def _anytrue(values: Value) -> Value:
    return _quantified(sequence(values), settles=True)


def _quantified(values: list[Value], *, settles: bool) -> Value:
    open_ones = [value for value in values if isinstance(value, Unknown)]
    if any(value is not None and truth(value) is settles for value in values if not isinstance(value, Unknown)):
        return settles
    if not settles and any(value is None for value in values):
        return False
    return blend(open_ones) if open_ones else not settles


def _chunklist(values: Value, size: Value) -> Value:
    elements, count = sequence(values), integer(size)
    if count < 0:
        raise EvaluationError("the size must not be negative")
    if count == 0:
        return [elements] if elements else []
    return [elements[at : at + count] for at in range(0, len(elements), count)]


def _coalesce(*values: Value) -> Value:
    """The first that is neither null nor empty. Unknown text counts as empty until it certainly is not."""
    for at, value in enumerate(values):
        if isinstance(value, Unknown):
            return value if surely_text(value) or len(values) == at + 1 else blend(values[at:])
        if value is not None and value != "":
            others = any(isinstance(other, str) for other in values)
            return text(value) if others and scalar(value) else value
    raise EvaluationError("every argument of coalesce is null or empty")


def _coalescelist(*lists: Value) -> Value:
    for at, value in enumerate(lists):
        if isinstance(value, Unknown):
            return blend(lists[at:])
        if value is not None and len(sequence(value)):
            return value
    raise EvaluationError("every argument of coalescelist is empty")


def _compact(values: Value) -> Value:
    elements = sequence(values)
    doubtful = [element for element in elements if isinstance(element, Unknown) and not surely_text(element)]
    if doubtful:
        return blend(elements)
    kept: list[Value] = [e if isinstance(e, Unknown) else text(e) for e in elements if e is not None and e != ""]
    return kept


def _concat(*lists: Value) -> Value:
    if not lists:
        raise EvaluationError("at least one list is required")
    if any(isinstance(elements, SetValue) for elements in lists):
        raise EvaluationError("concat takes lists, not sets")
    return list(itertools.chain.from_iterable(sequence(elements) for elements in lists))


def _contains(values: Value, wanted: Value) -> Value:
    if isinstance(values, Unknown) or isinstance(wanted, Unknown):
        return blend((values, wanted))
    if wanted is None:
        raise EvaluationError("contains needs a value that is not null")
    open_ones: list[Value] = []
    for element in sequence(values):
        equal = same(element, wanted)
        if isinstance(equal, Unknown):
            open_ones.append(equal)
        elif equal:
            return True
    return blend(open_ones) if open_ones else False


def _distinct(values: Value) -> Value:
    return distinct(unified(sequence(values)))


def _element(values: Value, index: Value) -> Value:
    elements, at = sequence(values), integer(index)
    if isinstance(values, SetValue):
        raise EvaluationError("elements of a set have no index")
    if not elements:
        raise EvaluationError("element of an empty list")
    if at < 0:
        raise EvaluationError("the index must not be negative")
    return elements[at % len(elements)]


def _flatten(values: Value) -> Value:
    flat: list[Value] = []
    stack: list[Value] = [sequence(values)]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(reversed(current))
        elif isinstance(current, Unknown) and not surely_text(current):
            return blend((values,))
        else:
            flat.append(current)
        if len(flat) + len(stack) > MAX_ELEMENTS:
            raise EvaluationError(f"the list has more than {MAX_ELEMENTS} elements")
    return flat


def _index(values: Value, wanted: Value) -> Value:
    for at, element in enumerate(sequence(values)):
        equal = same(element, wanted)
        if isinstance(equal, Unknown):
            return equal
        if equal:
            return at
    raise EvaluationError("the list has no such element")


def _keys(value: Value) -> Value:
    return cast("list[Value]", sorted(mapping(value)))


def _values(value: Value) -> Value:
    found = mapping(value)
    return [found[key] for key in sorted(found)]


def _length(value: Value) -> Value:
    if isinstance(value, Unknown):
        return blend((value,))
    if isinstance(value, SetValue) and len(value) > 1 and has_unknown(value):
        return blend((value,))
    if isinstance(value, (list, dict)):
        return len(value)
    if isinstance(value, str):
        from policypack.read.hcl.functions.strings import clusters  # mostly it is a list whose length is asked for

        return len(clusters(value))
    raise EvaluationError(f"length of {kind_of(value)}")


def _lookup(value: Value, key: Value, *default: Value) -> Value:
    if isinstance(value, Unknown) and not isinstance(key, Unknown):
        element = follow(value, (text(key),))
        return blend((element, *default)) if default else element
    if isinstance(value, Unknown) or isinstance(key, Unknown):
        return blend((value, key, *default))
    found, name = mapping(value), text(key)
    if name in found or (isinstance(found, Attributes) and not found.reference.attribute):
        return follow(found, (name,))
    if len(default) != 1:
        raise EvaluationError(f"no element {name!r}")
    others = [element for element in found.values() if not isinstance(element, Unknown)]
    alike = others and all(isinstance(element, str) for element in others)
    return text(default[0]) if alike and scalar(default[0]) else default[0]


def _matchkeys(values: Value, keys: Value, wanted: Value) -> Value:
    elements, names, search = sequence(values), sequence(keys), sequence(wanted)
    if len(elements) != len(names):
        raise EvaluationError("matchkeys needs two lists of one length")
    if has_unknown([names, search]):
        return blend((names, search))
    return [element for element, name in zip(elements, names, strict=True) if _contains(search, name) is True]


def _merge(*objects: Value) -> Value:
    merged: dict[str, Value] = {}
    for value in objects:
        merged.update(mapping(value) if value is not None else {})
    return dict(sorted(merged.items()))


def _one(values: Value) -> Value:
    if isinstance(values, SetValue) and len(values) > 1 and has_unknown(values):
        return blend((values,))
    elements = sequence(values)
    if len(elements) > 1:
        raise EvaluationError("one of a list of several")
    return elements[0] if elements else None


def _range(*limits: Value) -> Value:
    numbers = [number(limit) for limit in limits]
    if not 1 <= len(numbers) <= 3:
        raise EvaluationError("range takes one to three numbers")
    start, stop = (0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    step = numbers[2] if len(numbers) == 3 else (1 if start <= stop else -1)
    if step == 0 or (start != stop and (step > 0) is (start > stop)):
        raise EvaluationError("range never ends")
    made: list[Value] = []
    current = start
    while current < stop if step > 0 else current > stop:
        made.append(current)
        current = cast("float", add([current, step]))
        if len(made) > 1024:
            raise EvaluationError("range makes more than 1024 elements")
    return made


def _reverse(values: Value) -> Value:
    return list(reversed(sequence(values)))


def _sets(values: Sequence[Value]) -> list[SetValue]:
    """Lists as sets of one type of element."""
    lists = [sequence(value) for value in values]
    flat = iter(unified(itertools.chain.from_iterable(lists)))
    return [as_set([next(flat) for _ in each]) for each in lists]


def _setintersection(*values: Value) -> Value:
    kept, *others = _sets(values)
    return as_set([element for element in kept if all(_holds(other, element) for other in others)])


def _setsubtract(minuend: Value, subtrahend: Value) -> Value:
    kept, taken = _sets((minuend, subtrahend))
    return as_set([element for element in kept if not _holds(taken, element)])


def _holds(values: SetValue, wanted: Value) -> bool:
    return any(same(element, wanted) is True for element in values)


def _setunion(*values: Value) -> Value:
    return as_set(itertools.chain.from_iterable(_sets(values)))


def _setproduct(*sets: Value) -> Value:
    if len(sets) < 2:
        raise EvaluationError("setproduct takes at least two lists")
    factors = [sequence(one) for one in sets]
    size = 1
    for factor in factors:
        size *= len(factor)
    if size * len(factors) > MAX_ELEMENTS:
        raise EvaluationError(f"the list has more than {MAX_ELEMENTS} elements")
    made: list[Value] = [list(row) for row in itertools.product(*factors)]
    return SetValue(made) if all(isinstance(factor, SetValue) for factor in factors) else made


def _slice(values: Value, start: Value, end: Value) -> Value:
    elements, first, last = sequence(values), integer(start), integer(end)
    if isinstance(values, SetValue):
        raise EvaluationError("elements of a set have no index")
    if not 0 <= first <= last <= len(elements):
        raise EvaluationError("slice is out of range")
    return elements[first:last]


def _sort(values: Value) -> Value:
    return cast("list[Value]", sorted(texts(values)))


def _sum(values: Value) -> Value:
    if not sequence(values):
        raise EvaluationError("sum of nothing")
    return add(sequence(values))


def _transpose(value: Value) -> Value:
    made: dict[str, list[Value]] = {}
    for key, elements in sorted(mapping(value).items()):
        for element in texts(elements):
            made.setdefault(element, []).append(key)
    return {key: list(made[key]) for key in sorted(made)}


def _zipmap(keys: Value, values: Value) -> Value:
    names, elements = sequence(keys), sequence(values)
    if has_unknown(names):
        return blend((names, elements))
    if len(names) != len(elements):
        raise EvaluationError("zipmap needs two lists of one length")
    return dict(sorted(zip(texts(names), elements, strict=True)))


def _tolist(value: Value) -> Value:
    return None if value is None else unified(sequence(value))


def _toset(value: Value) -> Value:
    return None if value is None else as_set(sequence(value))


def _tomap(value: Value) -> Value:
    return None if value is None else unified_mapping(mapping(value))


def _scalar(convert: Callable[[Value], Value]) -> Function:
    def applied(value: Value) -> Value:
        return None if value is None else convert(value)

    return whole(applied)


def _tostring(value: Value) -> Value:
    return value if value is None or isinstance(value, Unknown) else text(value)


def _same(value: Value) -> Value:
    return value


def _issensitive(value: Value) -> Value:
    return blend((value,), "which values are sensitive is not followed through expressions")


FUNCTIONS: Mapping[str, Function] = {
    "alltrue": leafy(_alltrue),
    "anytrue": leafy(_anytrue),
    "chunklist": leafy(_chunklist),
    "coalesce": patient(_coalesce),
    "coalescelist": patient(_coalescelist),
    "compact": leafy(_compact),
    "concat": leafy(_concat),
    "contains": patient(_contains),
    "distinct": leafy(_distinct),
    "element": leafy(_element),
    "ephemeralasnull": patient(_same),
    "flatten": leafy(_flatten),
    "index": leafy(_index),
    "issensitive": patient(_issensitive),
    "keys": leafy(_keys),
    "length": patient(_length),
    "lookup": patient(_lookup),
    "matchkeys": leafy(_matchkeys),
    "merge": leafy(_merge),
    "nonsensitive": patient(_same),
    "one": leafy(_one),
    "range": whole(_range),
    "reverse": leafy(_reverse),
    "sensitive": patient(_same),
    "setintersection": whole(_setintersection),
    "setproduct": leafy(_setproduct),
    "setsubtract": whole(_setsubtract),
    "setunion": leafy(_setunion),
    "slice": leafy(_slice),
    "sort": whole(_sort),
    "sum": whole(_sum),
    "tobool": _scalar(truth),
    "tolist": leafy(_tolist),
    "tomap": leafy(_tomap),
    "tonumber": _scalar(number),
    "toset": leafy(_toset),
    "tostring": patient(_tostring),
    "transpose": whole(_transpose),
    "values": leafy(_values),
    "zipmap": leafy(_zipmap),
}
