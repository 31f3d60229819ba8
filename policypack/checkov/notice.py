"""What the adapter says beside checkov's report: on standard error, so that JSON and SARIF on standard output stay whole."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from policypack.visible import visible

_MOST = 5


def say(text: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"policypack: {visible(text)}\n")
    sys.stderr.flush()


def say_gaps(shown: str, gaps: Sequence[str]) -> None:
    """What could not be judged in one input: the first few, and how many more."""
    if not gaps:
        return
    say(f"{shown}: {len(gaps)} thing{'s' if len(gaps) > 1 else ''} could not be judged for certain:")
    for gap in gaps[:_MOST]:
        say(f"  {gap}")
    if len(gaps) > _MOST:
        say(f"  and {len(gaps) - _MOST} more, which `policypack scan` lists")


def say_limits() -> None:
    """What checkov does not see in plans: said once, when it has plans to judge."""
    say(
        "checkov leaves out what a plan only deletes: a finding about it is told at the first block of the same plan. Plans"
        " are judged one by one, not as one estate. `policypack scan PLAN...` shows each where it belongs"
    )
