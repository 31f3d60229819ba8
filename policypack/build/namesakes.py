"""Inputs that have addresses in common, with addresses that tell them apart: see `policypack.model.namesakes`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial

from policypack.model import Change, Input, Reference, Resource, Unknown, Value, Values, replace
from policypack.model.namesakes import marked
from policypack.read.lazy import LazyReferences

# What names no resource: a variable of a module, an instance's own key.
_NAMELESS = re.compile(r"(module\.[^.\[]+(\[[^\]]*\])?\.)*(var|local|each|count|path|terraform|self|provider)\b")


def told_apart(inputs: Sequence[Input]) -> tuple[Input, ...]:
    """The inputs, those with other addresses that share one with another input. An input's mark is its place among them."""
    numbered = tuple(enumerate(inputs))
    return _apart(numbered, _sharing(numbered))


def both_told_apart(
    base: Sequence[Input], head: Sequence[Input], base_of: Mapping[str, str]
) -> tuple[tuple[Input, ...], tuple[Input, ...]]:
    """The inputs of two pictures of one estate. What shares an address with another input on either side is told apart on both, and
    an input has one mark on both; `base_of` has, by path of an input of the head, the path of the same input in the base."""
    places = {base_of.get(each.path, each.path): number for number, each in enumerate(head)}
    before = [(places.get(each.path, len(head) + number), each) for number, each in enumerate(base)]
    after = list(enumerate(head))
    sharing = _sharing((*before, *after))
    return _apart(before, sharing), _apart(after, sharing)


def _sharing(numbered: Iterable[tuple[int, Input]]) -> Collection[int]:
    """The numbers under which is an address that is under another number as well."""
    first: dict[str, int] = {}
    found = set()
    for number, source in numbered:
        for each in source.resources:
            if each.mode == "managed" and (other := first.setdefault(each.address, number)) != number:
                found |= {number, other}
    return found


def _apart(numbered: Iterable[tuple[int, Input]], sharing: Collection[int]) -> tuple[Input, ...]:
    return tuple(_marked(source, number) if number in sharing else source for number, source in numbered)


def _marked(source: Input, number: int) -> Input:
    moved = {marked(to, number): marked(former, number) for to, former in source.moved.items()}
    resources = tuple(_renamed(each, number) for each in source.resources)
    return replace(source, resources=resources, moved=moved, mark=number)


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
