"""What checkov is answered: one scan of our own for every root module and plan, put where checkov will ask."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct, field

from policypack.check import CheckError
from policypack.checkov.notice import say, say_gaps
from policypack.checkov.places import Place, Places
from policypack.checkov.scanned import Scanned, said, told_gap
from policypack.checkov.told import Told
from policypack.read.options import ReadError
from policypack.run import Report
from policypack.scan import ScanError
from policypack.settings import SettingsError


class Answers(Struct):
    """By check and place: why it failed, and where it neither fails nor passes. `lost` is what could not be judged at all,
    `passed` has the checks that can pass at a place."""

    failed: dict[tuple[str, Place], list[str]] = field(default_factory=dict)
    open: set[tuple[str, Place]] = field(default_factory=set)
    lost: dict[Place, list[str]] = field(default_factory=dict)
    passed: dict[Place, frozenset[str]] = field(default_factory=dict)

    def fail(self, check: str, place: Place, text: str) -> None:
        """One more reason for a check to fail there."""
        self.failed.setdefault((check, place), []).append(text)

    def lose(self, place: Place | None, text: str) -> None:
        """Something could not be judged. It is said beside the report too, in case that nobody asks at the place."""
        say(f"could not judge: {text}")
        if place:
            self.lost.setdefault(place, []).append(f"could not judge: {text}")


def answers_of(places: Places, told: Told, *, uncertain: bool) -> Answers:
    """Judges every root module and plan, each alone. Without `uncertain`, findings that are not certain fail nothing."""
    answers, base = Answers(), base_of(places)
    for path in (*places.roots, *places.plans):
        scanned = Scanned(path, base, places, told)
        if scanned.first() is None:
            continue  # nobody asks about it: see unasked.py
        try:
            report = scanned.report()
        except Exception as error:  # noqa: BLE001 - whatever it is, an input that is not judged must not pass
            answers.lose(scanned.first(), f"{scanned.shown}: {described(error)}")
            continue
        _pass(answers, scanned, report)
        _fail(answers, scanned, report, uncertain=uncertain)
        _miss(answers, scanned, report)
    if len(places.roots) > 1:
        say(f"{len(places.roots)} root modules were judged one by one; `policypack scan` judges them together, as one estate")
    return answers


def described(error: Exception) -> str:
    """What went wrong. The message of an unforeseen error may quote a scanned value, and is left out."""
    known = isinstance(error, (CheckError, LookupError, ReadError, ScanError, SettingsError))
    return f"{type(error).__name__}: {error}" if known else type(error).__name__


def base_of(places: Places, *more: Path) -> Path:
    """The folder that files are shown relative to: where checkov runs, else what holds all that it looks at."""
    here = Path.cwd().resolve()
    folders = {Path(each.file).parent for each in places.known} | {*places.roots, *more}
    return here if all(each.is_relative_to(here) for each in folders) else Path(os.path.commonpath(folders))


def _pass(answers: Answers, scanned: Scanned, report: Report) -> None:
    """Stores and vaults are what checks are about: only there is silence an answer."""
    asked = frozenset(report.checks)
    subjects = [each.resource for each in report.stores] + [each.resource for each in report.infrastructure.vaults]
    for resource in subjects:
        if place := scanned.place(resource):
            answers.passed[place] = asked | answers.passed.get(place, frozenset())
    for finding in report.suppressed:
        if place := scanned.place(finding.resource):
            answers.open.add((finding.check, place))


def _fail(answers: Answers, scanned: Scanned, report: Report, *, uncertain: bool) -> None:
    first = scanned.first()
    elsewhere = doubted = 0
    for finding in report.findings:
        place = scanned.place(finding.resource) or first
        text = said(finding, report.checks[finding.check].severity)
        if not scanned.concerns(finding):
            elsewhere += 1
        elif place is None:
            say(f"{scanned.shown}: {finding.check}: {text} (checkov has no block to tell this at)")
        elif finding.certain or uncertain:
            answers.fail(finding.check, place, text)
        else:
            doubted += 1
            answers.open.add((finding.check, place))
    if elsewhere:
        say(f"{scanned.shown}: {elsewhere} findings are in files that checkov was not given")
    if doubted:
        say(f"{scanned.shown}: {doubted} uncertain findings fail nothing, as POLICYPACK_UNCERTAIN says")


def _miss(answers: Answers, scanned: Scanned, report: Report) -> None:
    first = scanned.first()
    for crash in report.crashed:
        say(f"{scanned.shown}: {crash.check} crashed: {crash.error}")
        if first:
            answers.fail(crash.check, first, f"the check crashed: {crash.error}")
    for gap in report.gaps:
        if gap.unreadable:
            answers.lose(first, told_gap(gap))
    say_gaps(scanned.shown, [told_gap(gap) for gap in report.gaps if not gap.unreadable])
