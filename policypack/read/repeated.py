"""JSON that names one key of an object twice: which of the two counts is not defined, and AWS refuses it."""

from __future__ import annotations

from typing import TypeVar

_V = TypeVar("_V")


class RepeatedKeyError(ValueError):
    """An object with two values for one key."""


def once(pairs: list[tuple[str, _V]]) -> dict[str, _V]:
    """An object of a JSON text, for `object_pairs_hook`; RepeatedKeyError where a key stands twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RepeatedKeyError
    return found
