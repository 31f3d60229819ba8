"""Markdown for a job summary: one table a store. Nothing scanned can be Markdown, HTML, a link or a mention."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policypack.check import Finding
from policypack.model import Evidence, Location
from policypack.report import Context
from policypack.report.escape import code, markdown
from policypack.report.grades import grade
from policypack.report.naming import instances
from policypack.report.outline import Block, blocks, count, gap_groups, production, size, steps, verdict
from policypack.run import Report

_LARGEST = 1_000_000  # GitHub shows nothing at all of a summary above 1 MiB
_MOST_GROUPS = 30
_MOST_STEPS = 12


def render(report: Report, context: Context) -> str:
    """The report as GitHub-flavoured Markdown, under 1 MiB: what is cut is counted."""
    return page(report, context, _LARGEST, "the JSON report")


def page(report: Report, context: Context, largest: int, elsewhere: str, *, folded: bool = False) -> str:
    """The report in at most so many bytes; what does not fit is counted, and said to be `elsewhere`. `folded`: the findings are
    there for whoever opens them."""
    head = [f"## policypack: {markdown(verdict(report))}", "", judged(report, context), ""]
    if context.difference is not None:
        from policypack.report.changes import changes

        head += changes(context.difference, context, (largest - lengths(head)) // 3)
    tail = [*_unjudged(report, context, elsewhere), *_notes(report, context, elsewhere)]
    body = list(_findings(report, context, largest - lengths([*head, *tail]) - 200, elsewhere))
    if folded and body:
        body = [
            "<details>",
            f"<summary>{count(len(report.findings), 'finding')}, with the proof</summary>",
            "",
            *body,
            "</details>",
            "",
        ]
    return "\n".join([*head, *body, *tail]).rstrip("\n") + "\n"


def lengths(lines: Iterable[str]) -> int:
    """How many bytes lines take together."""
    return sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)


def _findings(report: Report, context: Context, room: int, elsewhere: str) -> Iterator[str]:
    left = sorted(blocks(report), key=lambda block: -max(each.severity.rank for each in block.findings))
    while left:
        lines = list(_block(left[0], context))
        room -= lengths(lines)
        if room < 0:
            missing = sum(len(block.findings) * (1 + len(block.others)) for block in left)
            yield f"**{count(missing, 'more finding')} would not fit here: see {elsewhere}.**"
            yield ""
            return
        yield from lines
        left = left[1:]


def judged(report: Report, context: Context) -> str:
    """What was judged, in a line."""
    parts = [f"policypack {context.version}", size(report), count(len(report.checks), "check"), markdown(production(report))]
    return " · ".join(part for part in parts if part)


def _block(block: Block, context: Context) -> Iterator[str]:
    more = instances(block.resource, block.others)
    others = f" {markdown(more)}" if more else ""
    subject = f" · {markdown(block.subject)}" if block.subject else ""
    yield f"### {code(block.name)}{others}{subject} · {_place(block.resource.location, context)}"
    yield ""
    if block.resource.module_calls:
        yield f"Called from {', '.join(_place(call, context) for call in block.resource.module_calls)}."
        yield ""
    yield "| severity | found | fix |"
    yield "| --- | --- | --- |"
    for finding in block.findings:
        yield _row(finding, context)
    yield ""


def _row(finding: Finding, context: Context) -> str:
    proof = steps(finding)
    shown = [_step(step, finding, context) for step in proof[:_MOST_STEPS]]
    shown += [f"• and {len(proof) - _MOST_STEPS} more"] if len(proof) > _MOST_STEPS else []
    fix = "<br>".join(markdown(line) for line in finding.fix.splitlines())
    found = "<br>".join([f"`{finding.check}`: **{markdown(finding.message)}**", *shown])
    cells = (grade(finding), found, fix)
    return f"| {' | '.join(cells)} |"


def _step(step: Evidence, finding: Finding, context: Context) -> str:
    about = f"{code(step.resource)}: " if step.resource and step.resource != finding.resource.address else ""
    place = f" ({_place(step.location, context)})" if step.location else ""
    return f"• {about}{markdown(step.text)}{place}"


def _place(location: Location, context: Context) -> str:
    return code(f"{context.in_repository(location.file)}:{location.line}")


def _unjudged(report: Report, context: Context, elsewhere: str) -> Iterator[str]:
    groups = gap_groups(report.gaps)
    if not (groups or report.crashed):
        return
    yield "### Not judged"
    yield ""
    for crash in report.crashed:
        yield f"- **check crashed**: `{crash.check}`: {markdown(crash.error)}"
    for group in groups[:_MOST_GROUPS]:
        more = f" and {len(group.places) - 1} more" if len(group.places) > 1 else ""
        place = f" ({_place(group.places[0], context)}{more})" if group.places else ""
        yield f"- {'**could not judge**: ' if group.unreadable else ''}{markdown(group.reason)}{place}"
    if len(groups) > _MOST_GROUPS:
        yield f"- {count(len(groups) - _MOST_GROUPS, 'more reason')}: see {elsewhere}"
    yield ""


def _notes(report: Report, context: Context, elsewhere: str) -> Iterator[str]:
    if not report.notes:
        return
    yield "### Notes"
    yield ""
    for note in report.notes[:_MOST_GROUPS]:
        yield f"- {markdown(note.text)}{f' ({_place(note.location, context)})' if note.location else ''}"
    if len(report.notes) > _MOST_GROUPS:
        yield f"- {count(len(report.notes) - _MOST_GROUPS, 'more note')}: see {elsewhere}"
    yield ""
