"""Markdown for a job summary or a comment: one table a store. Nothing scanned can be Markdown, HTML, a link or a mention."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policypack.check import Finding
from policypack.model import Evidence, Location
from policypack.report import Context
from policypack.report.escape import code, markdown
from policypack.report.outline import Block, blocks, count, gap_groups, production, size, steps, verdict
from policypack.run import Report

_LARGEST = 1_000_000  # GitHub shows nothing at all of a summary above 1 MiB
_MOST_GROUPS = 30
_MOST_STEPS = 12


def render(report: Report, context: Context) -> str:
    """The report as GitHub-flavoured Markdown, under 1 MiB: what is cut is counted."""
    head = [f"## policypack: {verdict(report)}", "", _judged(report, context), ""]
    tail = [*_unjudged(report), *_notes(report)]
    room = _LARGEST - _size([*head, *tail])
    body: list[str] = []
    left = blocks(report)
    while left:
        lines = list(_block(left[0]))
        room -= _size(lines)
        if room < 0:
            missing = sum(len(block.findings) * (1 + len(block.others)) for block in left)
            body += [f"**{count(missing, 'more finding')} would not fit here: see the JSON report.**", ""]
            break
        body += lines
        left = left[1:]
    return "\n".join([*head, *body, *tail]).rstrip("\n") + "\n"


def _size(lines: Iterable[str]) -> int:
    return sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)


def _judged(report: Report, context: Context) -> str:
    parts = [f"policypack {context.version}", size(report), count(len(report.checks), "check"), markdown(production(report))]
    return " · ".join(part for part in parts if part)


def _block(block: Block) -> Iterator[str]:
    others = f" and {count(len(block.others), 'more instance')}" if block.others else ""
    subject = f" · {markdown(block.subject)}" if block.subject else ""
    yield f"### {code(block.resource.address)}{others}{subject} · {_place(block.resource.location)}"
    yield ""
    if block.resource.module_calls:
        yield f"Called from {', '.join(_place(call) for call in block.resource.module_calls)}."
        yield ""
    yield "| severity | check | found | because | fix |"
    yield "| --- | --- | --- | --- | --- |"
    for finding in block.findings:
        yield _row(finding)
    yield ""


def _row(finding: Finding) -> str:
    grade = finding.severity.value if finding.certain else f"{finding.severity.value}, uncertain"
    proof = steps(finding)
    shown = [_step(step, finding) for step in proof[:_MOST_STEPS]]
    shown += [f"and {len(proof) - _MOST_STEPS} more"] if len(proof) > _MOST_STEPS else []
    fix = "<br>".join(markdown(line) for line in finding.fix.splitlines())
    cells = (grade, f"`{finding.check}`", markdown(finding.message), "<br>".join(shown), fix)
    return f"| {' | '.join(cells)} |"


def _step(step: Evidence, finding: Finding) -> str:
    about = f"{code(step.resource)}: " if step.resource and step.resource != finding.resource.address else ""
    place = f" ({_place(step.location)})" if step.location else ""
    return f"{about}{markdown(step.text)}{place}"


def _place(location: Location) -> str:
    return code(f"{location.file}:{location.line}")


def _unjudged(report: Report) -> Iterator[str]:
    groups = gap_groups(report.gaps)
    if not (groups or report.crashed):
        return
    yield "### Not judged"
    yield ""
    for crash in report.crashed:
        yield f"- **check crashed**: `{crash.check}`: {markdown(crash.error)}"
    for group in groups[:_MOST_GROUPS]:
        more = f" and {len(group.places) - 1} more" if len(group.places) > 1 else ""
        place = f" ({_place(group.places[0])}{more})" if group.places else ""
        yield f"- {'**could not judge**: ' if group.unreadable else ''}{markdown(group.reason)}{place}"
    if len(groups) > _MOST_GROUPS:
        yield f"- {count(len(groups) - _MOST_GROUPS, 'more reason')}: see the JSON report"
    yield ""


def _notes(report: Report) -> Iterator[str]:
    if not report.notes:
        return
    yield "### Notes"
    yield ""
    for note in report.notes[:_MOST_GROUPS]:
        yield f"- {markdown(note.text)}{f' ({_place(note.location)})' if note.location else ''}"
    if len(report.notes) > _MOST_GROUPS:
        yield f"- {count(len(report.notes) - _MOST_GROUPS, 'more note')}: see the JSON report"
    yield ""
