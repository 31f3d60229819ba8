"""`policypack gate`: what was asked for, and the answer with its exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from policypack.gate.approval import presented
from policypack.gate.beside import Beside, beside
from policypack.gate.brought import Tracked, from_branch, owns, tracked
from policypack.gate.chain import expect
from policypack.gate.decide import Decision, decide
from policypack.gate.judge import Asked, Judged, judge
from policypack.gate.ledger import Ledger, append, ledger_file, opened, spent, verified
from policypack.gate.record import record, rules_json
from policypack.gate.summary import as_json, text
from policypack.gate.terms import Bound, terms_of
from policypack.gate.told import decision_json, decision_text
from policypack.gate.trusted import Trusted, trusted
from policypack.gate.verify import Objection, Refusal, Terms
from policypack.model import replace
from policypack.read.options import ReadOptions
from policypack.scan import ScanError, nearest, silent
from policypack.settings import Settings
from policypack.visible import visible

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
    policy_ref: str | None = None
    ledger: Path | None = None
    expect_head: str | None = None


class Answer(Struct, frozen=True):
    """What to print, and how to end."""

    text: str
    exit_code: int


def gate(request: GateRequest, tell: Callable[[str], None] = silent) -> Answer:
    """Whether the plan may be applied. Raises ScanError, ReadError and SettingsError where nothing can be judged at all."""
    if request.format not in FORMATS:
        raise ScanError(
            f"no format is called {request.format!r}", nearest(request.format, FORMATS) or f"one of {', '.join(FORMATS)}"
        )
    base = Path.cwd()
    source = trusted(request.config, base, request.policy_ref, request.plan)
    with beside() as aside:
        judged = judged_plan(request, tell, source.settings, aside.begin if _told(request) else None)
        if source.untrusted:
            judged = replace(judged, unjudged=(*judged.unjudged, source.untrusted))
        terms = _terms(judged, request, source, tell, aside)
    tree = tracked(base) if request.approvals or request.ledger else None
    with _ledger(request, tree) as ledger:
        decision = _decision(judged, request, source, terms, _objections(tree, ledger))
        code = NOT_JUDGED if judged.unjudged else PASSES if decision.passes else REFUSED
        decided = decision, terms.digest if terms else None
        kept = append(ledger, record(judged, decided, source, request.requesters, code)) if ledger else None
    if request.format == "json":
        more = {"policy": rules_json(source), "ledger": kept, **decision_json(*decided)}
        return Answer(as_json(judged, code, more), code)
    told = [text(judged, request.width), decision_text(decision, request.width)]
    return Answer("\n".join(filter(None, told)), code)


def _terms(judged: Judged, request: GateRequest, source: Trusted, tell: Callable[[str], None], aside: Beside) -> Terms | None:
    """What approvals are held to, None where none are asked for or the plan has no file that they could be for."""
    if request.plan == "-" and request.approvals:
        raise ScanError("approvals are for a plan's file", "write what terraform show -json prints to one, and name it")
    if judged.unjudged or not judged.needs or request.plan == "-":
        return None
    tell("holding approvals to the plan")
    bound = Bound(aside.hashed(judged.text), judged.file_sha256) if _told(request) else None
    return terms_of(judged.needs, bound, source.authority, request.requesters)


def _told(request: GateRequest) -> bool:
    """Whether anybody needs the digest of the plan."""
    return bool(request.approvals or request.ledger or request.format == "json")


def _decision(
    judged: Judged, request: GateRequest, source: Trusted, terms: Terms | None, objections: Sequence[Objection]
) -> Decision:
    """Whether what needs approval has it, by rules that are not the change's own."""
    differs: tuple[Refusal, ...] = (source.differs,) if source.differs is not None else ()
    if judged.unjudged or not judged.needs:
        return Decision(missing=differs)
    if terms is None:
        return Decision(missing=(*differs, Refusal("none", "it needs an approval, and those are for a plan's file")))
    handed_in = presented(request.approvals)
    decision = decide(handed_in, replace(terms, objections=tuple(objections)))
    if request.approvals and not handed_in:
        where = ", ".join(each.name or str(each) for each in request.approvals)
        decision = replace(decision, refused=(Refusal("nothing_handed_in", f"{where}: there is no *.approval.json in it"),))
    if terms.settings.ledger and request.ledger is None:
        said = "approvals count here only where each is spent (gate.ledger): name it with --ledger"
        differs = (*differs, Refusal("no_ledger", said))
    return replace(decision, missing=(*differs, *decision.missing))


def _objections(tree: Tracked | None, ledger: Ledger | None) -> list[Objection]:
    """What speaks against an approval that is right in itself: where it comes from, and that it was used."""
    found: list[Objection] = [from_branch(tree)]
    if ledger is not None:
        found.append(lambda _, accepted: spent(ledger, accepted))
    return found


@contextmanager
def _ledger(request: GateRequest, tree: Tracked | None) -> Iterator[Ledger | None]:
    """The ledger, from before approvals are looked at until the decision is kept."""
    if request.ledger is None:
        if request.expect_head is not None:
            raise ScanError("--expect-head is about a ledger", "name it with --ledger or --verify-ledger")
        yield None
        return
    if tree is not None and owns(tree, ledger_file(request.ledger)):
        raise ScanError(
            f"{request.ledger.name}: is part of the tree under change", "keep the ledger where no change reaches it"
        )
    with opened(request.ledger) as ledger:
        if request.expect_head is not None:
            expect(ledger.chain, request.expect_head)
        yield ledger


def verify_ledger(path: Path, head: str | None = None) -> Answer:
    """Whether the chain of a ledger is whole, and has the line of an earlier head. Exit 0, or ReadError with what is wrong."""
    chain = verified(path)
    if head is not None:
        expect(chain, head)
    lines = "1 line" if chain.length == 1 else f"{chain.length} lines"
    used = "1 approval" if len(chain.spent) == 1 else f"{len(chain.spent)} approvals"
    torn = f"; {len(chain.torn)} half written at its end, which the next run notes" if chain.torn else ""
    return Answer(f"{visible(path.name)}: {lines}, {used} spent, whole{torn}\nhead {chain.head or 'none'}\n", 0)


def judged_plan(
    request: GateRequest, tell: Callable[[str], None], settings: Settings, keep: Callable[[bytes], None] | None = None
) -> Judged:
    """What of the plan needs approval, by these settings. `keep` is handed its text as soon as that is read."""
    base = Path.cwd()
    options = ReadOptions(base=base, workspace=request.workspace, source=request.source, plan_file=request.plan_file, keep=keep)
    plan = None if request.plan == "-" else Path(request.plan)
    return judge(Asked(plan, request.state), options, settings, tell)
