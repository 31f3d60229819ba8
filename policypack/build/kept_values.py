"""What a resource keeps: names and values, in whatever of its arguments they stand."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.build.estate import Estate
from policypack.build.json_text import decoded
from policypack.catalog.entry import KeepsFact
from policypack.model import Resource, Value

_DEEPEST = 12


def written(keeper: Resource, fact: KeepsFact, estate: Estate) -> Iterator[tuple[str, Value, str]]:
    """Name, value and argument of everything that is kept."""
    if fact.entries:
        for found in _walk(keeper.get(fact.entries.partition(".")[0]), fact.entries.split(".")[1:], _DEEPEST):
            yield from ((name, value, fact.entries) for name, value in _entries(found, fact))
        return
    name = keeper.get(fact.name) if fact.name else _name_of(keeper, fact, estate)
    for argument in fact.value:
        value = keeper.get(argument)
        if value is not None:
            yield (name if isinstance(name, str) else "", value, argument)


def _name_of(keeper: Resource, fact: KeepsFact, estate: Estate) -> Value:
    named = keeper.get(fact.named_by)
    holder = estate.index.find(named, keeper, lambda kind: kind in estate.entries and kind != keeper.type).only
    entry = estate.entries.get(holder.type) if holder is not None else None
    name = holder.get(entry.name) if holder is not None and entry is not None and entry.name else named
    return name if isinstance(name, str) or holder is None else holder.address.rpartition(".")[2]


def _walk(value: Value, path: list[str], left: int) -> Iterator[Value]:
    """What a path leads to, through everything on the way that repeats and through JSON."""
    value = decoded(value)
    if isinstance(value, list) and path and left > 0:
        for each in value:
            yield from _walk(each, path, left - 1)
    elif path and isinstance(value, dict):
        yield from _walk(value.get(path[0]), path[1:], left)
    elif not path and value is not None:
        yield value


def _entries(found: Value, fact: KeepsFact) -> Iterator[tuple[str, Value]]:
    if isinstance(found, dict) and fact.entry_name in found:
        found = [found]
    if isinstance(found, dict):
        yield from ((name, value) for name, value in found.items() if isinstance(name, str))
    for each in found if isinstance(found, list) else ():
        name = each.get(fact.entry_name) if isinstance(each, dict) else None
        if isinstance(each, dict) and isinstance(name, str):
            yield name, each.get(fact.entry_value)
