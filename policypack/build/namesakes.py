"""Inputs that have addresses in common, with addresses that tell them apart: see `policypack.model.namesakes`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from policypack.model import Change, Input, Reference, Resource, Unknown, Value, Values, replace
from policypack.model.namesakes import marked
from policypack.read.lazy import LazyReferences

# What names no resource: a variable of a module, an instance's own key.
_NAMELESS = re.compile(r"(module\.[^.\[]+(\[[^\]]*\])?\.)*(var|local|each|count|path|terraform|self|provider)\b")


def told_apart(inputs: Sequence[Input]) -> tuple[Input, ...]:
    """The inputs, those with other addresses that share one with another input. An input's number is its place among them."""
    owned = [{each.address for each in source.resources if each.mode == "managed"} for source in inputs]
    count = Counter(address for addresses in owned for address in addresses)
    return tuple(
        _apart(source, number) if any(count[each] > 1 for each in addresses) else source
        for number, (source, addresses) in enumerate(zip(inputs, owned, strict=True))
    )


def _apart(source: Input, number: int) -> Input:
    moved = {marked(to, number): marked(former, number) for to, former in source.moved.items()}
    return replace(source, resources=tuple(_renamed(each, number) for each in source.resources), moved=moved)


def _renamed(resource: Resource, number: int) -> Resource:
    """Provider blocks, backends and plans keep their names: they are asked for by their input."""
    named = resource.mode in {"managed", "data"}
    return replace(
        resource,
        address=marked(resource.address, number) if named else resource.address,
        values=_Marked(resource.values, number),
        change=_changed(resource.change, number) if resource.change else None,
        refers_to=LazyReferences(partial(_references, resource.refers_to, number)),
    )


def _changed(change: Change, number: int) -> Change:
    former = None if change.previous_address is None else marked(change.previous_address, number)
    return replace(change, before=_Marked(change.before, number) if change.before else {}, previous_address=former)


def _references(references: Sequence[Reference], number: int) -> tuple[Reference, ...]:
    return tuple(_reference(each, number) for each in references)


def _reference(reference: Reference, number: int) -> Reference:
    nameless = not reference.address or _NAMELESS.match(reference.address)
    return reference if nameless else Reference(marked(reference.address, number), reference.attribute)


def _value(value: Value, number: int) -> Value:
    if isinstance(value, Unknown):
        parts = tuple(each if isinstance(each, str) else _reference(each, number) for each in value.parts)
        return Unknown(value.reason, _references(value.references, number), parts, _value(value.document, number))
    if isinstance(value, list):
        return [_value(each, number) for each in value]
    if isinstance(value, dict):
        return {key: _value(each, number) for key, each in value.items()}
    return value


class _Marked(Mapping[str, Value]):
    """Values whose references are renamed as they are asked for: those of a plan are not decoded before."""

    __slots__ = ("_known", "_number", "_values")

    def __init__(self, values: Values, number: int) -> None:
        self._values, self._number = values, number
        self._known: dict[str, Value] = {}

    def __getitem__(self, key: str) -> Value:
        if key not in self._known:
            self._known[key] = _value(self._values[key], self._number)
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values
