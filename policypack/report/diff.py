"""What `policypack diff` prints: sentences for a person, Markdown, the contract of `diff_schema.json` for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable
from typing import Any

from policypack.check import Finding
from policypack.compare.difference import Difference
from policypack.compare.powers import PowerChange
from policypack.compare.stores import StoreChange
from policypack.model import Location, replace
from policypack.report import Context
from policypack.report.changes import changes
from policypack.report.escape import visible
from policypack.report.sections import headline, sections
from policypack.run import fingerprint

_LARGEST = 1_000_000
_MOST_LINES = 40


def render(difference: Difference, context: Context, form: str) -> str:
    """The change in a format: text, markdown or json."""
    if form == "json":
        return _json(difference)
    if form == "markdown":
        return "\n".join(changes(difference, context, _LARGEST)).rstrip("\n") + "\n"
    return _text(difference, replace(context, in_repository=str))  # on a terminal a path is one from here on


def _text(difference: Difference, context: Context) -> str:
    lines = _wrapped(f"{headline(difference)}  Compared with {difference.named}.", "", context.width)
    for note in difference.notes:
        lines += _wrapped(f"note: {note}", "", context.width)
    for section in sections(difference, context):
        lines += ["", section.title]
        for told in section.lines[:_MOST_LINES]:
            lines += _wrapped("".join(told.parts), "  ", context.width)
            lines += _wrapped(f"because {told.proof}", "      ", context.width) if told.proof else []
        more = len(section.lines) - _MOST_LINES
        lines += [f"  and {more} more: --format json"] if more > 0 else []
    return "\n".join(lines) + "\n"


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    return textwrap.wrap(
        visible(text, 20_000),
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=indent + "  " if indent else "",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _json(difference: Difference) -> str:
    contract = {
        "schema_version": "1",
        "compared_with": difference.named,
        "powers": {"gained": _powers(difference.gained), "lost": _powers(difference.lost)},
        "cannot_be_told": [{"identity": each.identity, "reason": each.reason} for each in difference.untold],
        "guards": {"removed": _stores(difference.guards_removed), "added": _stores(difference.guards_added)},
        "stores": {"gone": _stores(difference.gone), "without_backup": _stores(difference.uncopied)},
        "findings": {"new": _findings(difference.new), "fixed": _findings(difference.fixed)},
        "notes": list(difference.notes),
    }
    return json.dumps(contract, indent=2) + "\n"


def _powers(powers: Iterable[PowerChange]) -> list[dict[str, Any]]:
    return [
        {
            "identity": each.identity,
            "kind": each.kind,
            "verb": each.verb.value,
            "target": each.target,
            "outcome": each.outcome.value,
            "other_side": each.other.value,
            "production": each.production,
            "new_target": each.fresh,
            "path": [
                {"text": step.text, "resource": step.resource, "location": _location(step.location)} for step in each.path
            ],
            "missing": each.missing,
        }
        for each in powers
    ]


def _stores(stores: Iterable[StoreChange]) -> list[dict[str, Any]]:
    return [
        {
            "resource": each.address,
            "text": each.text,
            "certain": each.certain,
            "production": each.production,
            "location": _location(each.location),
        }
        for each in stores
    ]


def _findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "check": each.check,
            "severity": each.severity.value,
            "certain": each.certain,
            "resource": each.resource.address,
            "input": each.resource.inside,
            "message": each.message,
            "location": _location(each.location),
            "fingerprint": fingerprint(each),
        }
        for each in findings
    ]


def _location(location: Location | None) -> dict[str, Any] | None:
    return {"file": location.file, "line": location.line, "end_line": location.end_line} if location else None
