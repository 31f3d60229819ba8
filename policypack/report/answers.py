"""What `who-can` and `can` print: sentences for a person, the contracts of `who_can_schema.json` and `can_schema.json` for programs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from policypack.model import Evidence, Gap, Identity, Location, Outcome, Power
from policypack.report.escape import visible
from policypack.report.sentence import phrase, place, sentence

_SAID = {Outcome.YES: "yes", Outcome.MAYBE: "maybe", Outcome.NO: "no"}
_MOST_GAPS = 10


class Answer(Struct, frozen=True):
    """One decision, in the words of a report: the steps that made it, what is missing, and which layers do not allow."""

    outcome: Outcome
    because: Sequence[Evidence] = ()
    missing: Sequence[str] = ()
    lacking: Sequence[str] = ()


class Asked(Struct, frozen=True):
    """The question of `who-can`, and what bears on every answer. `input` is the path of the input that the resource is of, None where
    it is of no single one."""

    verb: str
    resource: str
    input: str | None
    identities: Mapping[str, Identity]
    gaps: Sequence[Gap] = ()
    width: int = 100


def who_can_text(powers: Sequence[Power], asked: Asked) -> str:
    """Who can, the surest first, each with its proof as a sentence."""
    able = [each for each in powers if each.outcome is not Outcome.NO]
    lines = _wrapped(f"{_counted(able)} can {_does(asked)}.", "", asked.width)
    for power in powers:
        identity = asked.identities.get(power.identity)
        who = f"{identity.kind.value}: {identity.reason}" if identity else ""
        lines += ["", f"{_SAID[power.outcome]:<7}{visible(power.identity)}   {visible(who)}".rstrip()]
        if power.path:
            lines += _wrapped(f"{sentence(power.path)}.", " " * 7, asked.width)
        if power.missing:
            lines += _wrapped(f"not certain: {power.missing}", " " * 7, asked.width)
    if asked.gaps:
        lines += ["", "What the inputs do not show may add to this:"]
        for gap in asked.gaps[:_MOST_GAPS]:
            lines += _wrapped(f"{gap.reason}{place(Evidence('', '', gap.location))}", "  ", asked.width)
        more = len(asked.gaps) - _MOST_GAPS
        lines += [f"  and {more} more: --format json"] if more > 0 else []
    return "\n".join(lines) + "\n"


def _does(asked: Asked) -> str:
    if asked.verb == "destroy-all":
        return f"destroy {asked.resource} and every copy of it"
    return f"{phrase(asked.verb)} {asked.resource}"


def _counted(able: Sequence[Power]) -> str:
    if not able:
        return "No identity among the inputs"
    sure = sum(each.outcome is Outcome.YES for each in able)
    number = "1 identity" if len(able) == 1 else f"{len(able)} identities"
    if sure == len(able):
        return number
    return f"{number}, {'none of them' if not sure else f'{sure} of them'} for certain,"


def who_can_json(powers: Iterable[Power], asked: Asked) -> str:
    """The same for programs."""
    told = [
        {
            "identity": each.identity,
            "input": asked.identities[each.identity].resource.inside if each.identity in asked.identities else None,
            "kind": asked.identities[each.identity].kind.value if each.identity in asked.identities else "unknown",
            "outcome": each.outcome.value,
            "path": [_step(step) for step in each.path],
            "actions": list(each.actions),
            "missing": each.missing,
        }
        for each in powers
    ]
    gaps = [{"reason": gap.reason, "location": _location(gap.location), "inputs": sorted(gap.inputs)} for gap in asked.gaps]
    question = {"resource": asked.resource, "input": asked.input, "verb": asked.verb}
    contract = {"schema_version": "1", **question, "powers": told, "gaps": gaps}
    return json.dumps(contract, indent=2) + "\n"


def can_text(answer: Answer, question: str, width: int = 100) -> str:
    """The decision in a line, and what made it."""
    lines = _wrapped(f"{_SAID[answer.outcome]}: {question}", "", width)
    for step in answer.because:
        lines += _wrapped(f"{step.text}{place(step)}", "  ", width)
    for each in answer.lacking:
        lines += _wrapped(each, "  ", width)
    if not (answer.because or answer.lacking):
        lines.append("  nothing allows it")
    for each in answer.missing:
        lines += _wrapped(f"not known: {each}", "  ", width)
    return "\n".join(lines) + "\n"


def can_json(answer: Answer) -> str:
    """The same for programs."""
    contract = {
        "schema_version": "1",
        "outcome": answer.outcome.value,
        "because": [_step(step) for step in answer.because],
        "missing": list(answer.missing),
        "lacking": list(answer.lacking),
    }
    return json.dumps(contract, indent=2) + "\n"


def _step(step: Evidence) -> dict[str, Any]:
    return {"text": step.text, "resource": step.resource, "location": _location(step.location)}


def _location(location: Location | None) -> dict[str, Any] | None:
    return {"file": location.file, "line": location.line, "end_line": location.end_line} if location else None


def _wrapped(text: str, indent: str, width: int) -> list[str]:
    made = textwrap.wrap(
        visible(text, 20_000),
        max(width, 40),
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return made or [indent.rstrip()]
