"""Where two readings of one configuration contradict each other: two known values that differ."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.model import Input, Unknown, Value


def disagreements(one: Input, other: Input) -> list[str]:
    """Addresses that only one has, and paths at which both have a known value and not the same.

    Absent against a value is no contradiction (a plan shows a provider's defaults), nor is Unknown against a value.
    """
    left = {each.address: each for each in one.resources if each.mode == "managed"}
    right = {each.address: each for each in other.resources if each.mode == "managed" and not each.goes}
    found = [f"only in {one.kind}: {address}" for address in sorted(left.keys() - right.keys())]
    found += [f"only in {other.kind}: {address}" for address in sorted(right.keys() - left.keys())]
    for address in sorted(left.keys() & right.keys()):
        found += _differ(dict(left[address].values), dict(right[address].values), address)
    return found


def _differ(one: Value, other: Value, path: str) -> Iterator[str]:
    if one is None or other is None or isinstance(one, Unknown) or isinstance(other, Unknown):
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() & other.keys()):
            yield from _differ(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list):
        yield from _lists(one, other, path)
    elif isinstance(one, (dict, list)) or isinstance(other, (dict, list)) or not _same(one, other):
        yield f"{path}: {one!r} and {other!r}"


def _lists(one: list[Value], other: list[Value], path: str) -> Iterator[str]:
    """Lists must match in order, or as sets, which is how many blocks are kept."""
    if len(one) != len(other):
        yield f"{path}: {len(one)} and {len(other)} elements"
        return
    in_order = [
        message for index, (a, b) in enumerate(zip(one, other, strict=True)) for message in _differ(a, b, f"{path}[{index}]")
    ]
    if not in_order:
        return
    left = list(other)
    for each in one:
        match = next((candidate for candidate in left if not list(_differ(each, candidate, path))), None)
        if match is None:
            yield from in_order
            return
        left.remove(match)


def _same(one: Value, other: Value) -> bool:
    """Scalars are equal as Terraform converts them: a provider's schema may make text of a number or of a boolean."""
    return one == other or _text(one) == _text(other)


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
