"""JUnit's XML: each check is a class of tests, each answer a case. Red in a test report is what fails the run, and only that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from policypack.check import Finding
from policypack.report import Context
from policypack.report.escape import visible, xml
from policypack.report.grades import fails, grade, path, proof, reasons
from policypack.report.lines import fitting
from policypack.report.naming import naming
from policypack.report.outline import count
from policypack.run import FailOn, Report

_LARGEST = 25_000_000  # GitLab takes files of less than 30 MB
_LONGEST_NAME = 200


class _Case(Struct, frozen=True):
    """A test. `outcome` is the element that says it did not pass, "" where it passed; `kind` says why it is that."""

    suite: str
    check: str
    name: str
    file: str = ""
    outcome: str = ""
    kind: str = ""
    lines: Sequence[str] = ()


def render(report: Report, context: Context) -> str:
    """One suite a concern. A finding that fails the run is a failure, a crash or a lost input an error; what is suppressed,
    uncertain or below `--fail-on` is skipped, as gaps are; a check that found nothing has one case that passes."""
    cases = [*_unjudged(report, context), *_quiet(report), *_findings(report, context)]
    shown, left = fitting(_written(cases), len(cases), _LARGEST)
    if left:
        said = f"{count(left, 'more answer')} would not fit here: see the JSON report"
        limit = _Case("inputs", "left_out", "left out", outcome="skipped", kind="limit", lines=(said,))
        cases = [*cases[: len(shown)], limit]
        shown += _written([limit])
    suites: dict[str, list[tuple[_Case, str]]] = {}
    for case, text in zip(cases, shown, strict=False):
        suites.setdefault(case.suite, []).append((case, text))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="policypack" {_counts(cases)}>']
    for name, inside in sorted(suites.items()):
        skipped = sum(case.outcome == "skipped" for case, _ in inside)
        counts = f'{_counts([case for case, _ in inside])} skipped="{skipped}" time="0"'
        lines += [f' <testsuite name="{xml(name)}" {counts}>', *(text for _, text in inside), " </testsuite>"]
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _counts(cases: Sequence[_Case]) -> str:
    counted = Counter(case.outcome for case in cases)
    return f'tests="{len(cases)}" failures="{counted["failure"]}" errors="{counted["error"]}"'


def _unjudged(report: Report, context: Context) -> Iterator[_Case]:
    for crash in report.crashed:
        suite = report.checks[crash.check].concern if crash.check in report.checks else ""
        lines = ("The check crashed, and what it would have found is not known.", visible(crash.error))
        yield _Case(suite or "checks", crash.check, "crashed", outcome="error", kind="crashed", lines=lines)
    missed = "failure" if context.strict and context.fail_on is not FailOn.NEVER else "skipped"
    for group in reasons(report.gaps):
        places = [f"{path(each, context)}:{each.line}" for each in group.places[:10]]
        more = [f"and {count(len(group.places) - 10, 'more place')}"] if len(group.places) > 10 else []
        kind, outcome = ("unreadable", "error") if group.unreadable else ("gap", missed)
        name = visible(group.reason, _LONGEST_NAME)
        yield _Case("inputs", kind, name, outcome=outcome, kind=kind, lines=(visible(group.reason), *places, *more))


def _quiet(report: Report) -> Iterator[_Case]:
    """Consumers count what passed: a check that ran to its end and found nothing."""
    spoken = {each.check for each in (*report.findings, *report.suppressed)} | {each.check for each in report.crashed}
    for name, check in report.checks.items():
        if name not in spoken:
            yield _Case(check.concern or "checks", name, "nothing found")


def _findings(report: Report, context: Context) -> Iterator[_Case]:
    findings = (*report.findings, *report.suppressed)
    called = naming(report)
    alike = Counter((each.check, called(each.resource)) for each in findings)
    for finding in findings:
        suite = report.checks[finding.check].concern if finding.check in report.checks else ""
        name = visible(called(finding.resource), _LONGEST_NAME)
        if finding.cause and alike[finding.check, called(finding.resource)] > 1:
            name += f" ({visible(finding.cause, _LONGEST_NAME)})"
        kind, outcome = _outcome(finding, context)
        file = path(finding.location, context)
        yield _Case(
            suite or "checks",
            finding.check,
            name,
            file,
            outcome,
            kind,
            tuple(_lines(finding, called(finding.resource), kind, context)),
        )


def _outcome(finding: Finding, context: Context) -> tuple[str, str]:
    if finding.suppressed is not None:
        return "suppressed", "skipped"
    if fails(finding, context):
        return finding.severity.value, "failure"
    return ("uncertain" if not finding.certain else f"below --fail-on {context.fail_on.value}"), "skipped"


def _lines(finding: Finding, name: str, kind: str, context: Context) -> Iterator[str]:
    why = f", {kind}" if kind.startswith("below") else ""
    if finding.suppressed is not None:
        yield f"suppressed: {visible(finding.suppressed)}"
    yield f"{grade(finding)}{why}: {visible(finding.message)}"
    yield f"{visible(name)} ({path(finding.location, context)}:{finding.location.line})"
    yield from (f"- {step}" for step in proof(finding, context))
    if finding.fix:
        yield f"Fix: {visible(finding.fix)}"


def _written(cases: Iterable[_Case]) -> Iterator[str]:
    """Each case, with a name that no other case of its class has: GitLab keeps one of a name."""
    taken: set[tuple[str, str]] = set()
    numbers: Counter[tuple[str, str]] = Counter()
    for case in cases:
        name = case.name
        while (case.check, name) in taken:
            numbers[case.check, case.name] += 1
            name = f"{case.name} #{numbers[case.check, case.name] + 1}"
        taken.add((case.check, name))
        file = f' file="{xml(case.file)}"' if case.file else ""
        head = f'  <testcase classname="policypack.{xml(case.suite)}.{xml(case.check)}" name="{xml(name)}"{file} time="0"'
        if not case.outcome:
            yield f"{head}/>"
            continue
        # GitLab shows the element's text, others its message. A type is never scanned text: Rails gives it a meaning.
        said = f'<{case.outcome} type="{xml(case.kind)}" message="{xml(case.lines[0])}">'
        yield f"{head}>\n   {said}{chr(10).join(map(xml, case.lines))}</{case.outcome}>\n  </testcase>"
