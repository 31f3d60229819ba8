"""GitLab's code quality report: what its merge requests show beside the changed lines."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from policypack.check import Finding, Severity
from policypack.model import Location
from policypack.report import Context
from policypack.report.escape import visible
from policypack.report.grades import identified, path, reasons, somewhere
from policypack.report.lines import fitting, line
from policypack.report.naming import naming
from policypack.report.outline import count
from policypack.run import Report

_LARGEST = 20_000_000  # far under what an artifact may have; GitLab parses all of it for each merge request
_GRADES = {Severity.CRITICAL: "blocker", Severity.HIGH: "critical", Severity.MEDIUM: "major", Severity.LOW: "minor"}
_UNCERTAIN = {Severity.CRITICAL: "critical", Severity.HIGH: "major", Severity.MEDIUM: "minor", Severity.LOW: "info"}


def render(report: Report, context: Context) -> str:
    """A JSON array. Suppressed findings are not in it: GitLab would show them as open ones."""
    rest = [line(each) for each in _unjudged(report, context)]
    room = _LARGEST - sum(map(len, rest))
    shown, left = fitting((line(each) for each in _findings(report, context)), len(report.findings), room)
    if left:
        said = f"{count(left, 'more finding')} would not fit here: see the JSON report"
        rest.append(line(_entry("left_out", said, "info", "left out", _place(somewhere(report), context))))
    entries = [*shown, *rest]
    return "[\n" + ",\n".join(entries) + "\n]\n" if entries else "[]\n"


def _findings(report: Report, context: Context) -> Iterator[object]:
    identity, name = identified(report, context), naming(report)
    for finding in report.findings:
        severity = (_GRADES if finding.certain else _UNCERTAIN)[finding.severity]
        said = _described(finding, name(finding.resource))
        yield _entry(finding.check, said, severity, identity(finding), _place(finding.location, context))


def _described(finding: Finding, name: str) -> str:
    fix = f" Fix: {visible(finding.fix)}" if finding.fix else ""
    sure = "" if finding.certain else "Uncertain: "
    return f"{sure}{visible(name)}: {visible(finding.message)}{fix}"


def _unjudged(report: Report, context: Context) -> Iterator[object]:
    """Gaps, one a reason. What makes the exit code 2 is more than an information."""
    for crash in report.crashed:
        said = f"The check crashed, and what it would have found is not known: {visible(crash.error)}"
        yield _entry(crash.check, said, "major", f"crashed {crash.check}", _place(somewhere(report), context))
    for group in reasons(report.gaps):
        more = f" (and {count(len(group.places) - 1, 'more place')})" if len(group.places) > 1 else ""
        said = f"{'Could not judge' if group.unreadable else 'Gap'}: {visible(group.reason)}{more}"
        where = _place(group.places[0] if group.places else somewhere(report), context)
        yield _entry("gap", said, "major" if group.unreadable else "info", f"{group.unreadable} {group.reason}", where)


def _entry(check: str, description: str, severity: str, identity: str, location: object) -> object:
    return {
        "description": description,
        "check_name": check,
        "fingerprint": sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        "severity": severity,
        "location": location,
    }


def _place(location: Location, context: Context) -> object:
    begin = max(1, location.line)
    return {"path": path(location, context), "lines": {"begin": begin, "end": max(begin, location.end_line)}}
