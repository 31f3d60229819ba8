"""Three truth values as small integers: F < U < T, so that AND is `min`, OR is `max` and NOT is `2 - x`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

Verdict: TypeAlias = int
F: Final = 0
"""Excluded."""
U: Final = 1
"""Cannot be told: some completion of what is unknown holds, or may hold, and another does not."""
T: Final = 2
"""Proved."""


def every(verdicts: Iterable[Verdict]) -> Verdict:
    """AND: T where there is none."""
    worst = T
    for verdict in verdicts:
        if verdict < worst:
            worst = verdict
            if not worst:
                break
    return worst


def some(verdicts: Iterable[Verdict]) -> Verdict:
    """OR: F where there is none."""
    best = F
    for verdict in verdicts:
        if verdict > best:
            best = verdict
            if best == T:
                break
    return best


def negation(verdict: Verdict) -> Verdict:
    """NOT."""
    return T - verdict


def hull(verdicts: Iterable[Verdict]) -> Verdict:
    """What holds in each of several cases of which one is real: their common verdict, otherwise U."""
    seen = set(verdicts)
    return seen.pop() if len(seen) == 1 else U
