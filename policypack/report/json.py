"""For programs: the contract that `schema.json` describes. Additive within a major version."""

from __future__ import annotations

import json
from typing import Any

import msgspec.json

from policypack.check import Finding
from policypack.model import Location
from policypack.report import Context
from policypack.report.outline import resources
from policypack.run import Report, exit_code, fingerprint
from policypack.run.outcome import order


def render(report: Report, context: Context) -> str:
    """The report as JSON in ASCII. `findings` has the suppressed ones too, with the reason in `suppressed`."""
    findings = sorted((*report.findings, *report.suppressed), key=order)
    contract = {
        "schema_version": "1",
        "tool": {"name": "policypack", "version": context.version},
        "inputs": [
            {"path": each.path, "kind": each.kind, "resources": resources(each.counts, each.resources)}
            for each in report.inputs
        ],
        "findings": [_finding(each) for each in findings],
        "gaps": [
            {"reason": gap.reason, "location": _location(gap.location), "unreadable": gap.unreadable} for gap in report.gaps
        ],
        "crashed": [{"check": crash.check, "error": crash.error} for crash in report.crashed],
        "notes": [{"text": note.text, "location": _location(note.location)} for note in report.notes],
        "summary": report.summary,
        "exit_code": exit_code(report, context.fail_on, strict=context.strict),
    }
    return "{\n" + ",\n".join(f" {json.dumps(key)}: {_written(value)}" for key, value in contract.items()) + "\n}\n"


def _written(value: object) -> str:
    """One entry of a list on a line: a report of thousands of findings is written five times faster than indented, and a
    line of it can be searched for."""
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"  {_line(each)}" for each in value) + "\n ]"
    return json.dumps(value)


def _line(entry: object) -> str:
    try:
        return msgspec.json.encode(entry).decode("ascii")
    except UnicodeError:  # what is not in ASCII is escaped, which the fast encoder does not
        return json.dumps(entry, separators=(",", ":"))


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "severity": finding.severity.value,
        "certain": finding.certain,
        "resource": finding.resource.address,
        "message": finding.message,
        "fix": finding.fix,
        "location": _location(finding.location),
        "module_calls": [_location(call) for call in finding.resource.module_calls or ()],
        "because": [
            {"text": step.text, "resource": step.resource, "location": _location(step.location)} for step in finding.because
        ],
        "fingerprint": fingerprint(finding),
        "suppressed": finding.suppressed,
    }


def _location(location: Location | None) -> dict[str, Any] | None:
    return {"file": location.file, "line": location.line, "end_line": location.end_line} if location else None
