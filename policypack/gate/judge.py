"""From a plan to what of it needs approval. Nothing that the tree under change could say about the answer is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from msgspec import Struct

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.check import Check, checks_folder, load_checks
from policypack.gate.belongs import file_content, not_of
from policypack.gate.needs import Need, needs
from policypack.gate.unlisted import unlisted
from policypack.model import Gap, Infrastructure, Input, replace
from policypack.read.options import ReadOptions
from policypack.run import Report, run
from policypack.scan import read_all, silent
from policypack.settings import Settings

_ACTIONS = frozenset({"no-op", "create", "read", "update", "delete", "forget"})
_NO_LINEAGE = "lineage and serial of the state: a plan's JSON has neither (name the binary plan with --plan-file)"
_NEVER = date.max  # no suppression is looked at, so that no day decides about one


class Judged(Struct, frozen=True):
    """What of a plan needs approval. `unjudged` are the reasons for which it could not be told: then the needs are not all.

    `notes` are what was not compared, though it was asked for. `text` is the plan's JSON as it was judged: what is approved is that, and not what its file has by then. `file_sha256` is that
    of the binary plan, where one is given.
    """

    plan: Input
    needs: tuple[Need, ...] = ()
    unjudged: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    text: bytes = b""
    file_sha256: str | None = None


class Asked(Struct, frozen=True):
    """What to judge: a plan's JSON (None: standard input), and the state that it should have been made against."""

    plan: Path | None
    state: Path | None = None


def judge(asked: Asked, options: ReadOptions, settings: Settings, tell: Callable[[str], None] = silent) -> Judged:
    """Reads the plan and tells what of it needs approval. What cannot be read is among the reasons, never an exception.

    Only what is named is read: a folder around the plan says nothing. Of the settings, those about environments, agents and
    limits hold; which checks to ask and how severe they are does not.
    """
    catalog = load_catalog()
    options, read = replace(options, seek=False), catalog.knows
    file = file_content(options.plan_file) if options.plan_file is not None else None
    texts: list[bytes] = []

    def keep(text: bytes) -> None:
        texts.append(text)
        if options.keep is not None:
            options.keep(text)

    source = read_all([asked.plan], replace(options, keep=keep), read, tell)[0]
    source = replace(source, comments=(), workspace=source.workspace or options.workspace)
    state = None
    if asked.state is not None:
        state = read_all([asked.state], replace(options, source=None, plan_file=None, keep=None), read, tell)[0]
    wrong = tuple(_unusable(source, state))
    if not wrong:
        wrong = tuple(unlisted(source, b"".join(texts)))
    if not wrong and options.plan_file is not None:
        wrong = tuple(filter(None, [not_of(options.plan_file, file, b"".join(texts))]))
    if wrong:
        return Judged(source, unjudged=wrong, gaps=source.gaps)
    settings = replace(settings, skip=(), only=(), severity={})
    tell("building the picture")
    picture = build([source], catalog, settings)
    tell("asking what needs approval")
    report = run(picture, asked_checks(), settings, today=_NEVER)
    return Judged(
        source,
        needs(picture, report, state),
        tuple(_unjudged(picture, report)),
        report.gaps,
        (_NO_LINEAGE,) if state is not None and options.plan_file is None else (),
        b"".join(texts),
        None if file is None else hashlib.sha256(file).hexdigest(),
    )


def asked_checks() -> dict[str, Check]:
    """The questions that the gate asks: all about changes."""
    return {name: each for name, each in load_checks(checks_folder()).items() if each.concern == "changes"}


def _unusable(plan: Input, state: Input | None) -> Iterator[str]:
    for source in (plan, state) if state is not None else (plan,):
        yield from (gap.reason for gap in source.gaps if gap.unreadable)
    lost = any(gap.unreadable for gap in plan.gaps)
    if not lost and plan.kind != "plan":
        yield f"{plan.path} is a {plan.kind}, and no plan (terraform show -json PLANFILE)"
    if state is not None and state.kind != "state" and not any(gap.unreadable for gap in state.gaps):
        yield f"{state.path} is a {state.kind}, and no state (terraform state pull)"


def _unjudged(picture: Infrastructure, report: Report) -> Iterator[str]:
    yield from (f"the check {each.check} broke: {each.error}" for each in report.crashed)
    yield from (gap.reason for gap in report.gaps if gap.unreadable)
    for source in picture.inputs:
        acts = [each.actions for each in source.passed]
        acts += [each.change.actions for each in source.resources if each.change is not None]
        odd = sorted({action[:40] for actions in set(acts) for action in actions if action not in _ACTIONS})
        yield from (f"the plan does something that is not understood: {action!r}" for action in odd)
        if () in acts:
            yield "the plan does not say what it does to something"
