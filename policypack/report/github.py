"""GitHub workflow commands: annotations on the lines of a pull request.

GitHub drops everything after ten of a level in a step without a word, so the tenth says how many there are.
"""

from __future__ import annotations

from msgspec import Struct

from policypack.check import Finding
from policypack.model import Location
from policypack.report import Context
from policypack.report.escape import command_data, command_property, visible
from policypack.report.grades import fails, grade
from policypack.report.naming import instances
from policypack.report.outline import Block, blocks, count, verdict
from policypack.run import Report
from policypack.run.outcome import order

_LEVELS = ("error", "warning", "notice")
_MOST = 10


class _Annotation(Struct, frozen=True):
    title: str
    message: str
    location: Location | None = None


def render(report: Report, context: Context) -> str:
    """Errors for what fails the run, warnings for the rest, notices for what is uncertain; then one line in plain text."""
    levels: dict[str, list[_Annotation]] = {level: [] for level in _LEVELS}
    levels["error"] += [_Annotation("check crashed", f"{each.check}: {each.error}") for each in report.crashed]
    levels["warning"] += [_Annotation("policypack", each.text, each.location) for each in report.notes if each.loud]
    for gap in report.gaps:
        level = "error" if gap.unreadable else "notice"
        if gap.unreadable or context.strict:
            levels[level].append(_Annotation("could not judge" if gap.unreadable else "gap", gap.reason, gap.location))
    found = [(finding, block) for block in blocks(report) for finding in block.findings]
    for finding, block in sorted(found, key=lambda each: order(each[0])):
        levels[_level(finding, context)].append(_annotation(finding, block, context))
    lines = [line for level in _LEVELS for line in _commands(level, levels[level], context)]
    return "\n".join([*lines, f"policypack {context.version}: {verdict(report)}  {_gaps(report)}".rstrip()]) + "\n"


def _level(finding: Finding, context: Context) -> str:
    if not (finding.certain or context.strict):
        return "notice"
    return "error" if fails(finding, context) else "warning"


def _annotation(finding: Finding, block: Block, context: Context) -> _Annotation:
    others = instances(block.resource, block.others)
    lines = [f"{visible(f'{block.name}{others}')}: {visible(finding.message)}"]
    for step in finding.because:
        place = f" ({context.in_repository(step.location.file)}:{step.location.line})" if step.location else ""
        about = f"{step.resource}: " if step.resource and step.resource != finding.resource.address else ""
        lines.append(visible(f"- {about}{step.text}{place}"))
    lines += [f"Fix: {visible(finding.fix)}"] if finding.fix else []
    return _Annotation(f"{finding.check} ({grade(finding)})", "\n".join(lines), finding.location)


def _commands(level: str, annotations: list[_Annotation], context: Context) -> list[str]:
    shown = annotations if len(annotations) <= _MOST else annotations[: _MOST - 1]
    lines = [_command(level, each, context) for each in shown]
    left = annotations[len(shown) :]
    if left:
        more = _Annotation("policypack", f"{len(left)} more in the job summary", left[0].location)
        lines.append(_command(level, more, context))
    return lines


def _command(level: str, annotation: _Annotation, context: Context) -> str:
    properties = []
    if annotation.location is not None:
        line = max(1, annotation.location.line)
        properties = [
            f"file={command_property(context.in_repository(annotation.location.file).removeprefix('./'))}",
            f"line={line}",
            f"endLine={max(line, annotation.location.end_line)}",
        ]
    properties.append(f"title={command_property(annotation.title)}")
    return f"::{level} {','.join(properties)}::{command_data(annotation.message)}"


def _gaps(report: Report) -> str:
    return f"{count(len(report.gaps), 'gap')}." if report.gaps else ""
