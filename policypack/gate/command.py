"""`policypack gate`: what was asked for, and the answer with its exit code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from policypack.gate.judge import Asked, Judged, judge
from policypack.gate.summary import as_json, text
from policypack.read.options import ReadOptions
from policypack.scan import ScanError, nearest, silent
from policypack.settings import load_settings

FORMATS = ("text", "json")
PASSES, REFUSED, NOT_JUDGED = 0, 1, 2


class GateRequest(Struct, frozen=True):
    """One `policypack gate`, as written on the command line. A plan of "-" is standard input."""

    plan: str
    format: str = "text"
    config: Path | None = None
    state: Path | None = None
    source: Path | None = None
    plan_file: Path | None = None
    workspace: str | None = None
    width: int = 100


class Answer(Struct, frozen=True):
    """What to print, and how to end."""

    text: str
    exit_code: int


def gate(request: GateRequest, tell: Callable[[str], None] = silent) -> Answer:
    """Whether the plan may be applied. Raises ScanError and SettingsError where nothing can be judged at all."""
    if request.format not in FORMATS:
        raise ScanError(
            f"no format is called {request.format!r}", nearest(request.format, FORMATS) or f"one of {', '.join(FORMATS)}"
        )
    judged = judged_plan(request, tell)
    code = NOT_JUDGED if judged.unjudged else REFUSED if judged.needs else PASSES
    return Answer(as_json(judged, code) if request.format == "json" else text(judged, request.width), code)


def judged_plan(request: GateRequest, tell: Callable[[str], None] = silent) -> Judged:
    """What of the plan needs approval."""
    base = Path.cwd()
    settings = load_settings(request.config, base)
    options = ReadOptions(base=base, workspace=request.workspace, source=request.source, plan_file=request.plan_file)
    plan = None if request.plan == "-" else Path(request.plan)
    return judge(Asked(plan, request.state), options, settings, tell)
