"""`policypack gate`: what was asked for, and the answer with its exit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct

from policypack.gate.approval import presented
from policypack.gate.decide import Decision, decide
from policypack.gate.digest import Digest
from policypack.gate.judge import Asked, Judged, judge
from policypack.gate.summary import as_json, text
from policypack.gate.terms import Bound, local_authority, terms_of
from policypack.gate.told import decision_json, decision_text
from policypack.gate.verify import Refusal
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
    approvals: Sequence[Path] = ()
    requesters: Sequence[str] = ()


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
    if judged.unjudged or not judged.needs:
        code = NOT_JUDGED if judged.unjudged else PASSES
        nothing = decision_json(Decision(), None)
        return Answer(as_json(judged, code, nothing) if request.format == "json" else text(judged, request.width), code)
    tell("holding approvals to the plan")
    decision, digest = _decided(judged, request)
    code = PASSES if decision.passes else REFUSED
    if request.format == "json":
        return Answer(as_json(judged, code, decision_json(decision, digest)), code)
    return Answer(f"{text(judged, request.width)}\n{decision_text(decision, request.width)}", code)


def _decided(judged: Judged, request: GateRequest) -> tuple[Decision, Digest | None]:
    """Whether what needs approval has it, and the digest that it is about."""
    if request.plan == "-":
        if request.approvals:
            raise ScanError("approvals are for a plan's file", "write what terraform show -json prints to one, and name it")
        return Decision(missing=(Refusal("none", "it needs an approval, and those are for a plan's file"),)), None
    base = Path.cwd()
    authority = local_authority(load_settings(request.config, base).gate, request.config, base)
    terms = terms_of(judged.needs, Bound(Path(request.plan), request.plan_file), authority, request.requesters)
    return decide(presented(request.approvals), terms), terms.digest


def judged_plan(request: GateRequest, tell: Callable[[str], None] = silent) -> Judged:
    """What of the plan needs approval."""
    base = Path.cwd()
    settings = load_settings(request.config, base)
    options = ReadOptions(base=base, workspace=request.workspace, source=request.source, plan_file=request.plan_file)
    plan = None if request.plan == "-" else Path(request.plan)
    return judge(Asked(plan, request.state), options, settings, tell)
