"""What the gate costs, counted in calls of functions: seconds depend on the machine."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from policypack.gate.judge import Asked, judge
from policypack.read.options import ReadOptions
from policypack.scan import judge as scan
from policypack.settings import Settings
from scripts.synthetic import write_plan
from tests.expectations import checks
from tests.gate.planned import DATABASE, change, written


def calls(work: Callable[[], object]) -> int:
    """How many function calls some work takes."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined] # the stubs leave it out


def gated(path: Path) -> Callable[[], object]:
    """The gate's judgement of a plan."""
    return lambda: judge(Asked(path), ReadOptions(base=path.parent), Settings())


@pytest.mark.parametrize("stands", [False, True], ids=["all is new", "some is changed and deleted"])
def test_the_gate_costs_no_more_than_a_scan(tmp_path: Path, stands: bool) -> None:
    """What a scan asks of a plan, the gate asks less of, and what it asks beyond is cheaper than that."""
    path = tmp_path / "plan.json"
    write_plan(path, 3000, stands=stands)
    gated(path)()  # what is loaded once is loaded
    whole = calls(
        lambda: scan([path], ReadOptions(base=tmp_path), dict(checks()), Settings(), today=date(2026, 1, 1)),
    )
    assert calls(gated(path)) < whole


def test_twice_the_deletions_cost_twice_as_much(tmp_path: Path) -> None:
    """Each deletion is looked at by itself: its ways back are not looked for in all that the plan does."""
    costs = []
    for count in (1, 200, 400, 800):  # the first loads what is loaded once
        deleted = (
            change(f"aws_db_instance.d{each}", ["delete"], {**DATABASE, "identifier": f"d{each}"}) for each in range(count)
        )
        costs.append(calls(gated(written(tmp_path, *deleted))))
    assert costs[3] - costs[2] < 2.3 * (costs[2] - costs[1])
