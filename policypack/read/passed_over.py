"""The names of arguments of resources that nobody wants decoded: enough to see that one looks as if it held data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Raw

from policypack.read.plan_json import Json, loose


def argument_names(first: Mapping[str, Raw]) -> Mapping[str, tuple[str, ...]]:
    """Type -> the names of its arguments and of those in its blocks (`backup`, `backup.days`), of one object of each type."""
    return {kind: tuple(sorted(set(_names(loose(values))))) for kind, values in sorted(first.items())}


def first_of_each(objects: Iterable[tuple[str, Raw]]) -> dict[str, Raw]:
    """The first object of each type."""
    found: dict[str, Raw] = {}
    for kind, values in objects:
        found.setdefault(kind, values)
    return found


def _names(values: Json) -> Iterator[str]:
    for name, value in values.items() if isinstance(values, dict) else ():
        yield str(name)
        blocks = value if isinstance(value, list) else []
        for block in blocks[:1]:
            yield from (f"{name}.{inner}" for inner in block) if isinstance(block, dict) else ()
