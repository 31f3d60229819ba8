"""For programs: the contract that `schema.json` describes. Additive within a major version."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from policypack.check import Finding
from policypack.model import Location
from policypack.report import Context
from policypack.report.grades import identified
from policypack.report.lines import listed
from policypack.report.outline import resources
from policypack.run import Report, exit_code, fingerprint
from policypack.run.outcome import order


def render(report: Report, context: Context) -> str:
    """The report as JSON in ASCII. `findings` has the suppressed ones too, with the reason in `suppressed`."""
    findings: Sequence[Finding] = report.findings
    if report.suppressed:
        findings = sorted((*report.findings, *report.suppressed), key=order)
    read = [
        {"path": each.path, "kind": each.kind, "resources": resources(each.counts, each.resources)} for each in report.inputs
    ]
    gaps = (
        {"reason": gap.reason, "location": gap.location, "unreadable": gap.unreadable, "inputs": sorted(gap.inputs)}
        for gap in report.gaps
    )
    notes = ({"text": note.text, "location": note.location, "inputs": sorted(note.inputs)} for note in report.notes)
    identity = identified(report, context)
    contract = {
        "schema_version": '"1"',
        "tool": json.dumps({"name": "policypack", "version": context.version}),
        "inputs": listed(read, " "),
        "findings": listed((_finding(each, identity(each)) for each in findings), " "),
        "gaps": listed(gaps, " "),
        "crashed": listed(({"check": crash.check, "error": crash.error} for crash in report.crashed), " "),
        "notes": listed(notes, " "),
        "summary": json.dumps(report.summary),
        "exit_code": json.dumps(exit_code(report, context.fail_on, strict=context.strict)),
    }
    return "{\n" + ",\n".join(f' "{key}": {value}' for key, value in contract.items()) + "\n}\n"


def _finding(finding: Finding, identity: str) -> Mapping[str, object]:
    # Places and steps of a proof are written as they are: the names of their fields are the contract's.
    calls: Sequence[Location] = finding.resource.module_calls or ()
    return {
        "check": finding.check,
        "severity": finding.severity,
        "certain": finding.certain,
        "resource": finding.resource.address,
        "input": finding.resource.inside,
        "message": finding.message,
        "fix": finding.fix,
        "location": finding.location,
        "module_calls": calls,
        "because": finding.because,
        "fingerprint": fingerprint(finding),
        "id": identity,
        "suppressed": finding.suppressed,
    }
