"""What is worked out once for a picture: every question asks about every agent."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from policypack.model import Infrastructure

_T = TypeVar("_T")
_PICTURES = 2  # a plan is judged against what it changes


def once(work: Callable[[Infrastructure], _T]) -> Callable[[Infrastructure], _T]:
    """The function, which remembers what it found for the last pictures."""
    known: list[tuple[Infrastructure, _T]] = []

    @wraps(work)
    def asked(infrastructure: Infrastructure) -> _T:
        for picture, found in known:
            if picture is infrastructure:
                return found
        found = work(infrastructure)
        known.insert(0, (infrastructure, found))
        del known[_PICTURES:]
        return found

    return asked
