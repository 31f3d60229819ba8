"""Asks the checks. A check that breaks is a value in the report, never the end of the run and never silence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import PurePath
from typing import TypeVar

from policypack.check import Check, Finding, Severity
from policypack.model import Gap, Infrastructure, UnknownTruthError, replace
from policypack.model.namesakes import marks
from policypack.run import baseline as baselines
from policypack.run.concealed import concealing, findings_concealed, gaps_concealed
from policypack.run.outcome import Crash, Note, Report, order
from policypack.run.suppress import find_suppressions, suppress
from policypack.run.telling import findings_told, gaps_told
from policypack.settings import Settings, SettingsError

_Said = TypeVar("_Said", Gap, Note)


def run(  # noqa: PLR0913 - the picture, what is asked of it, and what was known before
    infrastructure: Infrastructure,
    checks: Mapping[str, Check],
    settings: Settings,
    *,
    today: date,
    baseline: str | None = None,
    partial: bool = False,
) -> Report:
    """The verdict of the checks on the picture.

    `checks` are all that exist, so that names in settings and suppressions can be understood; the settings' `only` and
    `skip` choose from them. `today` decides which suppressions have expired. `baseline` is the text that `freeze` wrote,
    maybe of more than this picture (`partial`). Raises
    SettingsError on the name of a check that does not exist, BaselineError on a baseline that cannot be read.
    """
    check_names((*settings.skip, *settings.severity, *settings.only), checks)
    asked = {
        name: replace(each, severity=Severity(settings.severity.get(name, each.severity.value)))
        for name, each in sorted(checks.items())
        if (not settings.only or name in settings.only) and name not in settings.skip
    }
    findings, crashed = _ask(infrastructure, asked)
    gaps: Iterable[Gap] = infrastructure.gaps
    if paths := marks(infrastructure.inputs):
        findings, gaps = findings_told(findings, paths), gaps_told(gaps, paths)
    gaps = [*gaps, *(replace(gap, inputs=(each.path,)) for each in infrastructure.inputs for gap in each.gaps)]
    if (conceal := concealing(infrastructure)) is not None:
        findings, gaps = findings_concealed(findings, conceal), gaps_concealed(gaps, conceal)
    suppressions, broken, ended = find_suppressions(infrastructure.inputs, checks, today)
    kept, suppressed, unused = suppress(findings, suppressions, asked)
    report = Report(
        infrastructure,
        asked,
        tuple(sorted(kept, key=order)),
        tuple(sorted(suppressed, key=order)),
        _gaps((*gaps, *broken)),
        tuple(crashed),
        _sorted_notes((*ended, *unused)),
    )
    return report if baseline is None else baselines.apply(report, baseline, partial=partial)


def check_names(names: Iterable[str], checks: Mapping[str, Check]) -> None:
    """Raises SettingsError on the first name that is no check, with the nearest one that is."""
    for name in names:
        if name not in checks:
            near = difflib.get_close_matches(name, checks, 1)
            hint = f"did you mean {near[0]}?" if near else "`policypack checks` lists them"
            raise SettingsError(f"no check is called {name}", hint)


def _ask(infrastructure: Infrastructure, checks: Mapping[str, Check]) -> tuple[list[Finding], list[Crash]]:
    found: dict[tuple[str, ...], Finding] = {}
    crashed: list[Crash] = []
    pictures = [each for each in (infrastructure.before, infrastructure) if each is not None]
    stores = {(store.resource.inside, store.address): store for picture in pictures for store in picture.stores}
    for name, each in checks.items():
        try:
            for finding in each.find(infrastructure):
                store = stores.get((finding.resource.inside, finding.resource.address))
                because = (*finding.because, store.as_environment) if store else tuple(finding.because)
                severity = finding.at_most if finding.at_most.rank < each.severity.rank else each.severity
                complete = replace(finding, check=name, severity=severity, because=because)
                # A check may come to one answer by two ways: it is reported once, and certain where one of them is.
                key = (name, finding.resource.address, finding.resource.inside, finding.cause, finding.message)
                if key not in found or (complete.certain and not found[key].certain):
                    found[key] = complete
        except Exception as error:  # noqa: BLE001, PERF203 - whatever a check does wrong, the others' answers must be had
            crashed.append(Crash(name, _described(error)))
    return list(found.values()), crashed


def _described(error: Exception) -> str:
    # A message may quote a scanned value ("invalid literal: 'hunter2'"), so only our own error's message is shown.
    trace, frame = error.__traceback__, ""
    while trace is not None:
        path = PurePath(trace.tb_frame.f_code.co_filename)
        if trace.tb_next is None or path.parent.parent.name in {"checks", "_checks"}:
            frame = f"{path.name}:{trace.tb_lineno}"
        trace = trace.tb_next
    reason = f" ({error})" if isinstance(error, UnknownTruthError) else ""
    return f"{type(error).__name__} in {frame}{reason}"


def _gaps(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    def place(gap: Gap) -> tuple[object, ...]:
        where = gap.location
        return (not gap.unreadable, (where.file, where.line, where.end_line) if where else ("", 0, 0), gap.reason)

    return tuple(sorted(_each_once(gaps), key=place))


def _sorted_notes(notes: Iterable[Note]) -> tuple[Note, ...]:
    def place(note: Note) -> tuple[object, ...]:
        where = note.location
        return ((where.file, where.line, where.end_line) if where else ("", 0, 0), note.text)

    return tuple(sorted(_each_once(notes), key=place))


def _each_once(said: Iterable[_Said]) -> Iterator[_Said]:
    """What several inputs give rise to, such as those that call one module, is one thing of all of them."""
    alike: dict[_Said, set[str]] = {}
    for each in said:
        alike.setdefault(replace(each, inputs=()), set()).update(each.inputs)
    return (replace(each, inputs=tuple(sorted(inputs))) for each, inputs in alike.items())
