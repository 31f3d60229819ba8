"""SARIF 2.1.0 for code scanning: every finding, complete, with the check's page, its proof and a stable fingerprint."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from policypack.check import Check, Finding, Severity
from policypack.model import Evidence, Location
from policypack.report import Context
from policypack.report.escape import visible
from policypack.run import Report, exit_code, fingerprint
from policypack.run.baseline import REASON as BASELINE
from policypack.run.outcome import order

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# What GitHub makes "critical", "high", "medium" and "low" of.
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "2.0"}
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_MOST_RESULTS = 25_000  # GitHub refuses a run with more
_MOST_TAGS = 10  # GitHub keeps no more
_MOST_PLACES = 100  # GitHub keeps no more


def render(report: Report, context: Context) -> str:
    """One SARIF run. Suppressed findings are there and say so; what could not be judged is a notification."""
    indexes = {name: number for number, name in enumerate(report.checks)}
    findings = sorted((*report.findings, *report.suppressed), key=order)
    run = {
        "tool": {
            "driver": {
                "name": "policypack",
                "semanticVersion": context.version,
                "rules": [_rule(check, context) for check in report.checks.values()],
            }
        },
        "automationDetails": {"id": "policypack/"},
        "invocations": [_invocation(report, context, len(findings))],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indexes) for finding in findings[:_MOST_RESULTS]],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(check: Check, context: Context) -> dict[str, Any]:
    title = " ".join(check.title.split())
    page = [f"**{title}**", f"**Why.** {check.why}", f"**Fix.** {check.fix}"]
    page += [f"**Misses.** {check.misses}"] if check.misses else []
    page += [f"**Maps to.** {', '.join(check.maps)}"] if check.maps else []
    page.append(f"Accept it next to the code: `# allow: {check.name} (reason)`")
    address = f"{context.documentation}#{check.name}" if context.documentation else ""
    page += [f"[The page of this check]({address})"] if address else []
    return {
        "id": check.name,
        "name": check.name,
        "shortDescription": {"text": title[:1024]},
        "fullDescription": {"text": f"{title} {check.why}"[:1024]},
        "help": {"text": f"{check.why}\n\nFix: {check.fix}", "markdown": "\n\n".join(page)},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {
            "precision": "high",
            "problem.severity": {"error": "error", "warning": "warning", "note": "recommendation"}[_LEVELS[check.severity]],
            "security-severity": _SCORES[check.severity],
            "tags": [tag for tag in dict.fromkeys(("security", check.concern, *check.maps)) if tag][:_MOST_TAGS],
        },
    }


def _result(finding: Finding, indexes: dict[str, int]) -> dict[str, Any]:
    steps = [step for step in finding.because if step.location][:_MOST_PLACES]
    level = _LEVELS[finding.severity]
    result = {
        "ruleId": finding.check,
        "ruleIndex": indexes[finding.check],
        "level": level if finding.certain or level == "note" else "warning",
        "message": {"text": _message(finding)},
        "locations": [
            {
                **_place(finding.location),
                "logicalLocations": [{"fullyQualifiedName": visible(finding.resource.address), "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint(finding)}:1"},
        "properties": {"certain": finding.certain, "resource": visible(finding.resource.address)},
    }
    related = [_step(step) for step in steps]
    related += [
        {**_place(call), "message": {"text": "the module is called here"}} for call in finding.resource.module_calls or ()
    ]
    if related:
        result["relatedLocations"] = [{"id": number, **each} for number, each in enumerate(related[:_MOST_PLACES], start=1)]
    if len(steps) > 1:
        flow = [{"location": _step(step)} for step in steps]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    if finding.suppressed is not None:
        kind = "external" if finding.suppressed == BASELINE else "inSource"
        result["suppressions"] = [{"kind": kind, "status": "accepted", "justification": visible(finding.suppressed)}]
    return result


def _message(finding: Finding) -> str:
    """What was found, the proof with links to its places (the ids of relatedLocations), and the fix."""
    said = [f"{'' if finding.certain else 'Uncertain: '}{_text(finding.message)}"]
    number = 0
    for step in finding.because:
        number += bool(step.location)
        about = f"{_text(step.resource)}: " if step.resource and step.resource != finding.resource.address else ""
        linked = step.location and number <= _MOST_PLACES
        said.append(f"- {about}[{_text(step.text)}]({number})" if linked else f"- {about}{_text(step.text)}")
    said += [f"Fix: {_text(finding.fix)}"] if finding.fix else []
    return "\n".join(said)


def _text(text: str) -> str:
    # In a SARIF message `[text](1)` is a link: scanned text must not make one.
    return visible(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _step(step: Evidence) -> dict[str, Any]:
    return {**_place(step.location), "message": {"text": _text(step.text)}}


def _place(location: Location | None) -> dict[str, Any]:
    if location is None:
        return {}
    line = max(1, location.line)
    region = {"startLine": line, "startColumn": 1, "endLine": max(line, location.end_line)}
    uri = quote(visible(location.file).removeprefix("./"), safe="/")
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _invocation(report: Report, context: Context, results: int) -> dict[str, Any]:
    code = exit_code(report, context.fail_on, strict=context.strict)
    notices = [_notice("error", f"check {crash.check} crashed: {crash.error}") for crash in report.crashed]
    notices += [_notice("error" if gap.unreadable else "note", gap.reason, gap.location) for gap in report.gaps]
    notices += [_notice("note", note.text, note.location) for note in report.notes]
    if results > _MOST_RESULTS:
        notices.append(_notice("warning", f"{results - _MOST_RESULTS} results more than code scanning takes were left out"))
    return {"executionSuccessful": code != 2, "exitCode": code, "toolExecutionNotifications": notices}


def _notice(level: str, text: str, location: Location | None = None) -> dict[str, Any]:
    places: Sequence[Location] = [location] if location else []
    return {"level": level, "message": {"text": _text(text)}, **_places(places)}


def _places(places: Iterable[Location]) -> dict[str, Any]:
    found = [_place(each) for each in places]
    return {"locations": found} if found else {}
