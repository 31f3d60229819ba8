"""`policypack diff`: what a change brings, in powers and not only in lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from policypack.check import checks_folder, load_checks
from policypack.compare.against import Asked, against, itself, of_two
from policypack.compare.difference import Difference
from policypack.model import replace
from policypack.report.diff import render
from policypack.report.escape import visible
from policypack.request import Reading, Telling, context_of, inputs_of, options_of, today
from policypack.run import FailOn, Report
from policypack.scan import ScanError, judge, nearest
from policypack.settings import load_settings
from policypack.terminal import Progress, write

FORMATS = ("text", "markdown", "json")


class Wanted(Struct, frozen=True):
    """What to compare, and how to tell it."""

    reading: Reading
    base: str | None = None
    format: str = "text"
    config: Path | None = None


def diff(wanted: Wanted) -> int:
    """Prints what changes, and returns the exit code: 0, or 2 where a side could not be judged whole. Raises ScanError, ReadError or
    SettingsError where nothing can be compared."""
    if wanted.format not in FORMATS:
        raise ScanError(
            f"no format is called {wanted.format!r}", nearest(wanted.format, FORMATS) or f"one of {', '.join(FORMATS)}"
        )
    given, cwd, lost = wanted.reading.paths, Path.cwd(), list[str]()
    with Progress() as tell:
        if wanted.base is not None:
            head, asked = _judged(wanted, given, tell)
            difference = against(head, wanted.base, asked, tell)
        elif len(given) == 2:
            base, (head, asked) = _judged(wanted, given[:1], tell)[0], _judged(wanted, given[1:], tell)
            difference = _of_two(base, head, asked)
            lost += _lost(base)
        else:
            head, asked = _judged(wanted, given, tell)
            difference = _of_itself(head, asked, tell)
    lost += _lost(head)
    if lost and not difference.notes:
        difference = replace(difference, notes=("an input could not be judged whole, so what it changes is not told",))
    context = context_of(Telling(), FailOn.NEVER, [cwd, *(path.resolve().parent for path in asked.paths if path)])
    write(render(difference, context, wanted.format))
    for reason in dict.fromkeys(lost):
        sys.stderr.write(f"policypack: {visible(reason)}\n")
    return 2 if lost or difference.notes else 0


def _lost(report: Report) -> list[str]:
    """What of a side could not be judged, so that the comparison is not whole."""
    return [*(gap.reason for gap in report.gaps if gap.unreadable), *(f"{each.check}: {each.error}" for each in report.crashed)]


def _judged(wanted: Wanted, given: Sequence[str], tell: Callable[[str], None]) -> tuple[Report, Asked]:
    cwd = Path.cwd()
    checks, settings = load_checks(checks_folder()), load_settings(wanted.config, cwd)
    paths, options = inputs_of(given, cwd), options_of(wanted.reading, cwd)
    report = judge(paths, options, checks, settings, today=today(), tell=tell)
    return report, Asked(given, paths, options, checks, settings, today(), wanted.config)


def _of_two(base: Report, head: Report, asked: Asked) -> Difference:
    """Two versions of one thing, each in a place of its own."""
    if len(base.inputs) != len(head.inputs):
        raise ScanError("BASE and HEAD hold different numbers of root modules", "name one module, plan or state each")
    return of_two(base, head, asked.settings)


def _of_itself(head: Report, asked: Asked, tell: Callable[[str], None]) -> Difference:
    if any(each.kind != "plan" for each in head.inputs):
        raise ScanError("only a plan has a base of its own", "name two inputs, BASE and HEAD, or a commit: --base origin/main")
    return itself(head, asked, tell)
