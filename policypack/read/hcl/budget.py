"""How much work one scan may cause. Scanned text is hostile: three lines of HCL can ask for a billion elements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct

STEPS = 2_000_000
CHARACTERS_PER_STEP = 32


class BudgetError(Exception):
    """The steps are used up. Not an EvaluationError: `try` must not take it for a reason to use its default."""


class Budget(Struct):
    """The steps that are left."""

    steps: int


_current: ContextVar[Budget | None] = ContextVar("budget", default=None)


@contextmanager
def step_budget(steps: int = STEPS) -> Iterator[Budget]:
    """All evaluation inside shares these steps. An enclosing budget goes on counting instead."""
    running = _current.get()
    if running is not None:
        yield running
        return
    budget = Budget(steps)
    token = _current.set(budget)
    try:
        yield budget
    finally:
        _current.reset(token)


def spend(steps: int) -> None:
    """Takes steps off the running budget, if there is one. Raises BudgetError where none are left."""
    budget = _current.get()
    if budget is None:
        return
    budget.steps -= steps
    if budget.steps < 0:
        raise BudgetError("evaluating takes more steps than a scan allows")
