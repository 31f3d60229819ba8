"""SARIF 2.1.0 for code scanning: every finding, with its proof as a path and a fingerprint that survives moved lines."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from policypack.check import Finding
from policypack.model import Location
from policypack.report import Context
from policypack.report.escape import visible
from policypack.report.grades import identified, path, reasons
from policypack.report.lines import line, listed
from policypack.report.naming import naming
from policypack.report.outline import count
from policypack.report.sarif_rules import LEVELS, rule
from policypack.run import Report, exit_code
from policypack.run.baseline import REASON as BASELINE
from policypack.run.outcome import IN_BASE

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST_RESULTS = 25_000  # GitHub refuses a run with more
_MOST_PACKED = 9_000_000  # and a file of more than 10 MB, compressed
_MOST_PLACES = 100  # GitHub keeps no more
_MOST_NOTES = 1_000


def render(report: Report, context: Context) -> str:
    """One SARIF run. Suppressed findings come last and say so; what could not be judged is a notification."""
    return log(report, context, (*report.findings, *report.suppressed))


def log(report: Report, context: Context, findings: Sequence[Finding], *, suppressions: bool = True) -> str:
    """The run with these findings of the report as its results. `suppressions`: those that do not count say so."""
    indexes = {name: number for number, name in enumerate(report.checks)}
    identity, name = identified(report, context), naming(report)
    results = _fitting(
        line(_result(each, _Known(name(each.resource), identity(each), indexes.get(each.check), suppressions), context))
        for each in findings
    )
    about = {"informationUri": context.documentation} if context.documentation else {}
    driver = line({"name": "policypack", "semanticVersion": context.version, **about})[:-1]
    rules = listed(rule(check, context) for check in report.checks.values())
    run = (
        f'"tool":{{"driver":{driver},"rules":{rules}}}}}',
        '"automationDetails":{"id":"policypack/"}',
        '"columnKind":"unicodeCodePoints"',
        f'"invocations":[{line(_invocation(report, context, len(findings) - len(results)))}]',
        '"results":[\n' + ",\n".join(results) + "\n]",
    )
    return f'{{"$schema":"{_SCHEMA}","version":"2.1.0","runs":[{{\n' + ",\n".join(run) + "\n}]}\n"


def _fitting(results: Iterable[str]) -> list[str]:
    """The first of the results, as many as GitHub takes."""
    packer, size = zlib.compressobj(1), 0
    shown: list[str] = []
    for each in results:
        size += len(packer.compress(each.encode()))
        if size > _MOST_PACKED or len(shown) == _MOST_RESULTS:
            break
        shown.append(each)
    return shown


class _Known(Struct, frozen=True):
    """What is known of a finding from the rest of the report: what its resource is called, its own name, its rule's place."""

    name: str
    identity: str
    rule: int | None
    suppressions: bool


def _result(finding: Finding, known: _Known, context: Context) -> dict[str, Any]:
    steps = list(_steps(finding, context))
    level = LEVELS[finding.severity]
    logical = [{"fullyQualifiedName": visible(known.name), "kind": "resource"}]
    about = {"resource": visible(finding.resource.address), "input": visible(context.in_repository(finding.resource.inside))}
    result: dict[str, Any] = {
        "ruleId": finding.check,
        **({} if known.rule is None else {"ruleIndex": known.rule}),
        "level": level if finding.certain or level == "note" else "warning",
        "message": {"text": _message(finding, known.name)},
        "locations": [{**_place(finding.location, context), "logicalLocations": logical}],
        "partialFingerprints": {"primaryLocationLineHash": known.identity},
        "properties": {"certain": finding.certain, **about, "severity": finding.severity.value},
    }
    related = [*steps, *_calls(finding, context)][:_MOST_PLACES]
    if related:
        result["relatedLocations"] = [{"id": number, **each} for number, each in enumerate(related, start=1)]
    if len(steps) > 1:
        flow = [{"location": step} for step in steps]
        result["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    if finding.suppressed is not None and known.suppressions:
        kind = "external" if finding.suppressed in {BASELINE, IN_BASE} else "inSource"
        result["suppressions"] = [{"kind": kind, "status": "accepted", "justification": visible(finding.suppressed)}]
    return result


def _steps(finding: Finding, context: Context) -> Iterator[dict[str, Any]]:
    for step in [each for each in finding.because if each.location][:_MOST_PLACES]:
        yield {**_place(step.location, context), "message": {"text": _text(step.text)}}


def _calls(finding: Finding, context: Context) -> Iterator[dict[str, Any]]:
    for call in finding.resource.module_calls or ():
        yield {**_place(call, context), "message": {"text": "the module is called here"}}


def _message(finding: Finding, name: str) -> str:
    """What was found of what, the proof with links to its places (the ids of relatedLocations), and the fix."""
    said = [f"{'' if finding.certain else 'Uncertain: '}{_text(name)}: {_text(finding.message)}"]
    number = 0
    for step in finding.because[:_MOST_PLACES]:
        number += bool(step.location)
        about = f"{_text(step.resource)}: " if step.resource and step.resource != finding.resource.address else ""
        said.append(f"- {about}[{_text(step.text)}]({number})" if step.location else f"- {about}{_text(step.text)}")
    left = len(finding.because) - _MOST_PLACES
    said += [f"- and {count(left, 'more step')}: see the JSON report"] if left > 0 else []
    said += [f"Fix: {_text(finding.fix)}"] if finding.fix else []
    return "\n".join(said)


def _text(text: str) -> str:
    # In a SARIF message `[text](1)` is a link: scanned text must not make one.
    return visible(text).replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _place(location: Location | None, context: Context) -> dict[str, Any]:
    if location is None:
        return {}
    first = max(1, location.line)
    end = context.line_end(location)
    region = {"startLine": first, "startColumn": 1, "endLine": max(first, location.end_line)}
    uri = _uri(path(location, context))
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {**region, **({"endColumn": end} if end else {})}}}


@lru_cache(4096)
def _uri(file: str) -> str:
    return quote(file, safe="/")


def _invocation(report: Report, context: Context, left: int) -> dict[str, Any]:
    code = exit_code(report, context.fail_on, strict=context.strict)
    notices = [
        {
            **_notice("error", f"check {crash.check} crashed: {crash.error}", [], context),
            "associatedRule": {"id": crash.check},
        }
        for crash in report.crashed
    ]
    notices += [
        _notice("error" if group.unreadable else "note", group.reason, group.places, context) for group in reasons(report.gaps)
    ]
    notices += [
        _notice("note", note.text, [note.location] if note.location else [], context) for note in report.notes[:_MOST_NOTES]
    ]
    if left:
        said = f"{count(left, 'result')} more than code scanning takes were left out: see the JSON report"
        notices.append(_notice("warning", said, [], context))
    return {"executionSuccessful": code != 2, "exitCode": code, "toolExecutionNotifications": notices}


def _notice(level: str, text: str, places: Sequence[Location], context: Context) -> dict[str, Any]:
    shown = [_place(each, context) for each in places[:_MOST_PLACES]]
    return {"level": level, "message": {"text": _text(text)}, **({"locations": shown} if shown else {})}
