"""The Reviewdog Diagnostic Format: comments and annotations on whatever platform reviewdog speaks to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import lru_cache

from policypack.check import Finding
from policypack.model import Location
from policypack.report import Context
from policypack.report.escape import code, markdown, visible
from policypack.report.grades import fails, grade, path, proof, reasons, somewhere
from policypack.report.lines import listed
from policypack.report.naming import instances
from policypack.report.outline import Block, blocks, count
from policypack.run import Report
from policypack.run.outcome import order

_shown = lru_cache(4096)(markdown)  # thousands of findings say the same few things
_LONGEST = 60_000  # a comment on GitHub has at most 65,536 characters


def render(report: Report, context: Context) -> str:
    """Errors for what fails the run, warnings for the rest, information for what is uncertain. Messages are Markdown, which
    is how reviewdog posts them. Suppressed findings are not in it: there would be a comment on each."""
    diagnostics = [*_findings(report, context), *_unjudged(report, context)]
    return f'{{"source":{{"name":"policypack"}},"diagnostics":{listed(diagnostics)}}}\n'


def _findings(report: Report, context: Context) -> Iterator[object]:
    found = ((finding, block) for block in blocks(report) for finding in block.findings)
    for finding, block in sorted(found, key=lambda each: order(each[0])):
        severity = "ERROR" if fails(finding, context) else "WARNING" if finding.certain else "INFO"
        link = {"url": f"{context.documentation}#{finding.check}"} if context.documentation else {}
        about = {"code": {"value": finding.check, **link}, **_place(finding.location, context)}
        yield {"message": _message(finding, block, context), "severity": severity, **about}


def _message(finding: Finding, block: Block, context: Context) -> str:
    more = instances(block.resource, block.others)
    others = f" {_shown(more)}" if more else ""
    parts = [f"**{grade(finding)}** {code(block.name)}{others}: {_shown(finding.message)}"]
    fix = [f"Fix: {_shown(finding.fix)}"] if finding.fix else []
    room = _LONGEST - sum(map(len, (*parts, *fix)))
    steps = [f"- {each}" for each in proof(finding, context, _shown)]
    kept = 0
    for step in steps:
        room -= len(step) + 1
        kept += room > 0
    left = [f"- {count(len(steps) - kept, 'more step')}: see the JSON report"] if kept < len(steps) else []
    return "\n\n".join([*parts, *(["\n".join([*steps[:kept], *left])] if steps else []), *fix])


def _unjudged(report: Report, context: Context) -> Iterator[object]:
    for crash in report.crashed:
        said = f"**check crashed**, and what it would have found is not known: {markdown(crash.error)}"
        yield {"message": said, "severity": "ERROR", "code": {"value": crash.check}, **_place(somewhere(report), context)}
    for group in reasons(report.gaps):
        more = f" (and {count(len(group.places) - 1, 'more place')})" if len(group.places) > 1 else ""
        said = f"**{'could not judge' if group.unreadable else 'gap'}** {markdown(group.reason)}{more}"
        severity = "ERROR" if group.unreadable else "INFO"
        where = _place(group.places[0] if group.places else somewhere(report), context)
        yield {"message": said, "severity": severity, "code": {"value": "gap"}, **where}


def _place(location: Location, context: Context) -> dict[str, object]:
    # Lines without columns are whole lines. reviewdog takes paths from the folder that it is called in.
    first = max(1, location.line)
    file = posixpath.relpath(path(location, context), visible(context.working_folder) or ".")
    span = {"start": {"line": first}, "end": {"line": max(first, location.end_line)}}
    return {"location": {"path": file, "range": span}}
