"""What needs approval, in a few lines for a person and as JSON for programs: what is lost, whether it can be had back, from which
copy and by when, and what forced it."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from policypack.gate.judge import Judged
from policypack.gate.need import PLAN, Need
from policypack.model import Evidence, Gap, Location
from policypack.visible import visible

_MOST = 30
_MOST_REASONS = 4
_SAID_ALREADY = ("left to restore", "the inputs show nothing", "the plan: ")
_INDENT = " " * 2
_LEFT = 11


def text(judged: Judged, width: int = 100) -> str:
    """The summary for a person; "" where nothing needs approval, all could be judged and nothing was left out."""
    lines: list[str] = []
    for reason in judged.unjudged:
        lines += _wrapped(f"could not judge: {reason}", width, "", "  ")
    if judged.needs:
        lines += ["", *_headline(judged, width)] if lines else _headline(judged, width)
        grouped = [(address, list(each)) for address, each in groupby(judged.needs, key=lambda need: need.address)]
        for address, each in grouped[:_MOST]:
            lines += ["", *_block(address, each, width)]
        if len(grouped) > _MOST:
            lines += ["", f"and {len(grouped) - _MOST} more: --format json has all"]
    for note in judged.notes:
        lines += [*([""] if lines else []), *_wrapped(f"not compared: {note}", width, "", "  ")]
    return "\n".join(lines) + "\n" if lines else ""


def _headline(judged: Judged, width: int) -> list[str]:
    count = len({each.address for each in judged.needs})
    kinds = Counter(each.kind for each in judged.needs)
    what = ", ".join(f"{number} {kind}" for kind, number in sorted(kinds.items(), key=lambda item: (-item[1], item[0])))
    things = "1 thing needs" if count == 1 else f"{count} things need"
    return _wrapped(f"{judged.plan.path}: {things} approval ({what})", width, "", "  ")


def _block(address: str, needs: Sequence[Need], width: int) -> list[str]:
    actions = next((each.actions for each in needs if each.actions), ())
    where = next((each.environment for each in needs if each.environment), "")
    place = next((_place(each.location) for each in needs if each.location is not None and address != PLAN), "")
    told = ["" if actions == ("no-op",) else " and ".join(actions), where, place]
    lines = [visible("   ".join([address, *(each for each in told if each)]))]
    for need in needs:
        lines += _wrapped(f"{need.text}{'' if need.certain else ' This is not certain.'}", width, _INDENT, _INDENT)
    for label, said in _told(needs):
        lines += _wrapped(said, width, f"{_INDENT}{label:<{_LEFT}}", " " * (len(_INDENT) + _LEFT))
    return lines


def _told(needs: Sequence[Need]) -> Iterator[tuple[str, str]]:
    """What is lost, what is left, and why, each once."""
    lost = [each for each in needs if each.lost]
    for said in dict.fromkeys(each.lost for each in lost):
        yield "lost", said
    ways = list(dict.fromkeys(way for each in lost for way in each.restore))
    for way in ways:
        yield "restore", f"{way.text}{_at(way)}"
    if lost and not ways:
        yield "restore", "from nothing that the plan shows"
    shown = {each.text for each in ways} | {each.lost for each in lost}
    reasons = dict.fromkeys(f"{step.text}{_at(step)}" for each in needs for step in each.because if step.text not in shown)
    reasons = dict.fromkeys(each for each in reasons if not each.startswith(_SAID_ALREADY))
    for number, reason in enumerate(reasons):
        if number == _MOST_REASONS:
            yield "", f"and {len(reasons) - number} more reason{'s' if len(reasons) - number > 1 else ''}"
            break
        yield "because", reason


def _at(step: Evidence) -> str:
    return f" ({_place(step.location)})" if step.location is not None and step.location.line > 1 else ""


def _place(location: Location | None) -> str:
    """Lines of a plan's JSON tell nobody anything: only those of source are shown."""
    return f"{location.file}:{location.line}" if location is not None and location.line > 1 else ""


def _wrapped(text: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        visible(text),
        max(width, 40),
        initial_indent=first,
        subsequent_indent=rest,
        break_on_hyphens=False,
        break_long_words=False,
    )


def as_json(judged: Judged, exit_code: int, more: Mapping[str, Any] | None = None) -> str:
    """All of it as one JSON object, with what else there is to say."""
    return (
        json.dumps(
            {
                "schema_version": "1",
                "plan": judged.plan.path,
                "needs": [_need(each) for each in judged.needs],
                "unjudged": list(judged.unjudged),
                "gaps": [
                    {"reason": gap.reason, "location": _location(gap.location)} for gap in (*judged.gaps, *_notes(judged))
                ],
                **(more or {}),
                "exit_code": exit_code,
            },
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def _notes(judged: Judged) -> Iterator[Gap]:
    yield from (Gap(f"not compared: {each}", Location(judged.plan.path)) for each in judged.notes)


def _need(need: Need) -> dict[str, Any]:
    return {
        "kind": need.kind,
        "address": need.address,
        "actions": list(need.actions),
        "text": need.text,
        "certain": need.certain,
        "environment": need.environment,
        "lost": need.lost,
        "restore": [_step(each) for each in need.restore],
        "because": [_step(each) for each in need.because],
        "location": _location(need.location),
    }


def _step(step: Evidence) -> dict[str, Any]:
    return {"text": step.text, "resource": step.resource, "location": _location(step.location)}


def _location(location: Location | None) -> dict[str, Any] | None:
    return {"file": location.file, "line": location.line, "end_line": location.end_line} if location is not None else None
