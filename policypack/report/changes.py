"""What a change brings, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.compare.difference import Difference
from policypack.report import Context
from policypack.report.escape import code, markdown
from policypack.report.sections import Name, Section, Told, headline, sections

_MOST_LINES = 20
_LONGEST_PROOF = 600


def changes(difference: Difference, context: Context, room: int) -> list[str]:
    """The sections in at most so many bytes; what does not fit is counted."""
    lines = [f"### What this change brings: {headline(difference)}", "", f"Compared with {code(difference.named)}.", ""]
    lines += [f"> {markdown(note)}\n" for note in difference.notes]
    for section in sections(difference, context):
        lines += _section(section, room - sum(len(each.encode("utf-8", "replace")) + 1 for each in lines))
    return lines


def _section(section: Section, room: int) -> Iterator[str]:
    yield f"**{section.title}**"
    yield ""
    shown = 0
    for told in section.lines[:_MOST_LINES]:
        line = f"- {_said(told)}"
        room -= len(line.encode("utf-8", "replace")) + 1
        if room < 0:
            break
        yield line
        shown += 1
    if shown < len(section.lines):
        yield f"- and {len(section.lines) - shown} more: `policypack diff --format json` has all"
    yield ""


def _said(told: Told) -> str:
    said = "".join(code(part) if isinstance(part, Name) else _spaced(part) for part in told.parts)
    if not told.proof:
        return said
    proof = told.proof if len(told.proof) <= _LONGEST_PROOF else f"{told.proof[:_LONGEST_PROOF]}…"
    return f"{said}<br>how: {markdown(proof)}"


def _spaced(text: str) -> str:
    """Escaped, with one space at an end that has any, since it stands between names."""
    shown = markdown(text)
    if not shown:
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{shown}{' ' if text[-1].isspace() else ''}"
