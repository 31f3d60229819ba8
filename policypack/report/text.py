"""For a person at a terminal: what can be lost, why, where, what to do; the last line is read in five seconds."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from policypack.check import Finding
from policypack.model import Evidence, Location
from policypack.report import Context
from policypack.report.escape import visible
from policypack.report.excerpt import redacted
from policypack.report.naming import instances
from policypack.report.outline import Block, blocks, count, gap_groups, production, size, steps, verdict
from policypack.run import Report

_INK = {"critical": "1;31", "high": "31", "medium": "33", "low": "36", "dim": "2", "bold": "1"}
_INDENT = 13
_MOST_GAPS = 10
_MOST_STEPS = 12
_LONGEST_PLACE = 30
_LARGEST = 1_000_000  # GitLab keeps 4 MB of a job's log, and nobody reads one


def render(report: Report, context: Context) -> str:
    """The report for a terminal of `context.width` columns, in colour where the context says so."""
    tail = [*_unjudged(report, context), *_notes(report, context)]
    if not (report.findings or report.crashed or any(gap.unreadable for gap in report.gaps)):
        lines = [_quiet(report, context), *_notes(report, context)]
    else:
        lines = [*_header(report, context), ""]
        lines += _blocks(report, context)
        lines += [*tail, ""] if tail else []
        lines.append(_last(report, context))
    return "\n".join(lines) + "\n"


def _blocks(report: Report, context: Context) -> list[str]:
    """The findings, most severe first, as far as they fit: the last line of the report must not be lost."""
    lines: list[str] = []
    room, left = _LARGEST, blocks(report)
    for number, block in enumerate(left):
        shown = [*_block(block, context), ""]
        room -= sum(map(len, shown))
        if room < 0:
            missing = sum(len(each.findings) * (1 + len(each.others)) for each in left[number:])
            return [*lines, f"{count(missing, 'more finding')}: --format json", ""]
        lines += shown
    return lines


def _ink(text: str, ink: str, context: Context) -> str:
    return f"\x1b[{_INK[ink]}m{text}\x1b[0m" if context.colour and text else text


def _header(report: Report, context: Context) -> list[str]:
    parts = [f"policypack {context.version}", size(report), visible(production(report))]
    line = "   ".join(part for part in parts if part)
    if len(line) <= context.width or not parts[2]:
        return [line]
    return ["   ".join(parts[:2]), *_wrapped(parts[2], "  ", "    ", context)]


def _quiet(report: Report, context: Context) -> str:
    judged = f"policypack {context.version}: nothing found. {size(report)}, {count(len(report.checks), 'check')}"
    suppressed = f", {len(report.suppressed)} suppressed" if report.suppressed else ""
    return f"{judged}{suppressed}. {_gap_line(report)}".rstrip()


def _gap_line(report: Report) -> str:
    groups = gap_groups(report.gaps)
    if not groups:
        return ""
    said = [f"{visible(each.reason, 200)}{visible(_places(each.places))}" for each in groups[:2]]
    more = f"; {len(groups) - 2} more reasons: --format json" if len(groups) > 2 else ""
    return f"{count(len(report.gaps), 'gap')}: {'; '.join(said)}{more}."


def _block(block: Block, context: Context) -> Iterator[str]:
    address, place = visible(block.name), visible(_place(block.resource.location))
    others = visible(f" {more}" if (more := instances(block.resource, block.others)) else "")
    left = f"{others}   {visible(block.subject)}".rstrip()
    gap = max(3, context.width - len(address) - len(left) - len(place))
    yield f"{_ink(address, 'bold', context)}{left}{' ' * gap}{_ink(place, 'dim', context)}"
    if block.resource.module_calls:
        calls = ", ".join(visible(_place(call)) for call in block.resource.module_calls)
        yield _ink(f"  called from {calls}", "dim", context)
    column = max(len(finding.check) for finding in block.findings)
    for finding in block.findings:
        yield from _finding(finding, column, context)


def _finding(finding: Finding, column: int, context: Context) -> Iterator[str]:
    grade = f"{finding.severity.value}{'' if finding.certain else '?'}"
    start = _INDENT + column + 3
    narrow = context.width - start < 36
    first, *rest = _wrapped(finding.message, "", "", context, _INDENT if narrow else start)
    head = f"  {_ink(grade, finding.severity.value, context)}{' ' * (_INDENT - 2 - len(grade))}"
    yield f"{head}{finding.check}" if narrow else f"{head}{finding.check:<{column}}   {first}"
    for line in [first, *rest] if narrow else rest:
        yield f"{' ' * (_INDENT if narrow else start)}{line}"
    yield from _because(finding, context)
    for number, line in enumerate(finding.fix.splitlines()):
        yield from _wrapped(line, f"{' ' * _INDENT}{'     ' if number else 'fix: '}", f"{' ' * _INDENT}     ", context)


def _because(finding: Finding, context: Context) -> Iterator[str]:
    shown = steps(finding)
    places = [_at(step, finding) for step in shown]
    column = max(map(len, places), default=0) if all(places) else 0
    for step, place in list(zip(shown, places, strict=True))[:_MOST_STEPS]:
        about = step.resource and step.resource != finding.resource.address and step.resource not in step.text
        text = f"{step.resource}: {step.text}" if about else step.text
        start = " " * _INDENT
        if len(place) > _LONGEST_PLACE:
            yield f"{start}{_ink(place, 'dim', context)}"
            start += "  "
        elif place:
            start += f"{place:<{column}}  "
        first, *rest = _wrapped(text, start, " " * len(start), context)
        yield f"{_ink(first[: len(start)], 'dim', context)}{first[len(start) :]}" if start.strip() else first
        yield from rest
        line = _source(step, finding, context)
        if line:
            yield f"{' ' * len(start)}{_ink(f'| {line}', 'dim', context)}"
    if len(shown) > _MOST_STEPS:
        yield f"{' ' * _INDENT}and {count(len(shown) - _MOST_STEPS, 'more step')}: --format json"


def _source(step: Evidence, finding: Finding, context: Context) -> str:
    """The source line of a step, "" where it says no more than what is on the screen already."""
    if step.location is None or step.location == finding.location:
        return ""
    line = visible(redacted(context.excerpt(step.location) or "") or "", max(20, context.width - 40))
    known = line.startswith(("resource ", "data ", "module ")) or " ".join(line.split()) in " ".join(step.text.split())
    return "" if known else line


def _at(step: Evidence, finding: Finding) -> str:
    """The place of a step as far as the block's first line does not say it: "", the file's name, or the whole path."""
    if step.location is None or step.location == finding.location:
        return ""
    place = _place(step.location)
    return visible(place.rpartition("/")[2] if step.location.file == finding.location.file else place)


def _place(location: Location) -> str:
    return f"{location.file}:{location.line}"


def _places(places: tuple[Location, ...]) -> str:
    if not places:
        return ""
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    return f" ({_place(places[0])}{more})"


def _unjudged(report: Report, context: Context) -> Iterator[str]:
    for crash in report.crashed:
        yield from _listed("check crashed: ", f"{crash.check}: {crash.error}", context, "high")
    groups = gap_groups(report.gaps)
    for group in groups[:_MOST_GAPS]:
        said = f"{group.reason}{_places(group.places)}"
        yield from _listed(*("could not judge: ", said, context, "high") if group.unreadable else ("gap: ", said, context))
    if len(groups) > _MOST_GAPS:
        yield f"{count(len(groups) - _MOST_GAPS, 'more reason')} for gaps: --format json"


def _notes(report: Report, context: Context) -> Iterator[str]:
    for note in report.notes:
        yield from _listed("note: ", str(note), context)


def _listed(kind: str, text: str, context: Context, ink: str = "") -> Iterator[str]:
    first, *rest = _wrapped(text, kind, "  ", context)
    yield f"{_ink(kind, ink, context)}{first[len(kind) :]}" if ink else first
    yield from rest


def _last(report: Report, context: Context) -> str:
    parts = [verdict(report)]
    if report.crashed:
        parts.append(f"{count(len(report.crashed), 'check')} crashed.")
    if report.gaps:
        parts.append(f"{count(len(report.gaps), 'gap')}.")
    return _ink("  ".join(parts), "bold", context)


def _wrapped(text: str, first: str, rest: str, context: Context, used: int = 0) -> list[str]:
    """The text in lines of the terminal's width; addresses and paths are never broken."""
    width = max(context.width - used, len(rest) + 24)
    return textwrap.wrap(
        visible(text),
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]
