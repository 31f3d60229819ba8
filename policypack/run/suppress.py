"""Suppressions: `# allow: vault_unlocked until 2027-03-01 (restored nightly by the DR team)` above or in a block.

A comment counts only where it starts with `allow:` and names a check, or something that is nearly one: people also write
`# allow: traffic from the office`, and that is no business of ours.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from policypack.check import Check, Finding
from policypack.model import Comment, Gap, Input, Location, replace
from policypack.run.outcome import Note

_FORM = r"(?s)^(?P<names>[^()]*?)(?:\s+until\b\s*(?P<until>[^()\s]*))?\s*(?P<reason>\(.*)?$"
_LIKE_A_NAME = r"[a-z0-9]+(_[a-z0-9]+)+"
_EXAMPLE = "write `# allow: NAME (reason)`"


class Suppression(Struct, frozen=True):
    """One name in one comment: which check is to be quiet about which block, and why. `inputs` are the paths of those that have it."""

    check: str
    reason: str
    location: Location
    covers: Location | None
    inputs: tuple[str, ...] = ()

    def allows(self, finding: Finding) -> bool:
        """Whether the finding stands in the block that the comment is about, or in a module that this block calls.

        The call is the only place where a downloaded module's findings can be answered.
        """
        places = (finding.location, *(finding.resource.module_calls or ()))
        return finding.check == self.check and any(_covers(self.covers, place) for place in places)


def _covers(block: Location | None, place: Location) -> bool:
    if block is None or place.file != block.file:
        return False
    return block.line <= place.line and place.end_line <= block.end_line


def find_suppressions(
    inputs: Iterable[Input], checks: Mapping[str, Check], today: date
) -> tuple[list[Suppression], list[Gap], list[Note]]:
    """The suppressions in force, those that cannot be read, and those that have expired."""
    found: dict[Suppression, None] = {}
    broken: list[Gap] = []
    ended: list[Note] = []
    for comment, paths in _comments(inputs).items():
        for text in _texts(comment.text):
            read = _read(text, checks, today)
            if isinstance(read, _Mistake):
                broken.append(Gap(f"suppression {read.problem}", comment.location, unreadable=True, inputs=paths))
            elif isinstance(read, _Expired):
                names = ", ".join(read.names)
                said = f"the suppression of {names} ended on {read.until} and is ignored"
                ended.append(Note(said, comment.location, inputs=paths))
            elif read is not None:
                about = (read.reason, comment.location, comment.covers, paths)
                found.update((Suppression(name, *about), None) for name in read.names)
    return list(found), broken, ended


def _comments(inputs: Iterable[Input]) -> Mapping[Comment, tuple[str, ...]]:
    """Each comment, with the inputs that have it: a module's are those of all that call it."""
    found: dict[Comment, dict[str, None]] = {}
    for each in inputs:
        for comment in each.comments:
            found.setdefault(comment, {})[each.path] = None
    return {comment: tuple(paths) for comment, paths in found.items()}


def suppress(
    findings: Iterable[Finding], suppressions: Iterable[Suppression], asked: Mapping[str, Check]
) -> tuple[list[Finding], list[Finding], list[Note]]:
    """The findings that stay, those that are allowed (with the reason), and a note for each suppression without use."""
    kept: list[Finding] = []
    allowed: list[Finding] = []
    every = list(suppressions)
    used: set[Suppression] = set()
    for finding in findings:
        matching = [each for each in every if each.allows(finding)]
        used.update(matching)
        if matching:
            allowed.append(replace(finding, suppressed=matching[0].reason))
        else:
            kept.append(finding)
    unused = [
        Note(f"the suppression of {each.check} has no use here", each.location, inputs=each.inputs)
        for each in every
        if each not in used and each.check in asked
    ]
    return kept, allowed, unused


class _Allowed(Struct, frozen=True):
    names: tuple[str, ...]
    reason: str


class _Expired(Struct, frozen=True):
    names: tuple[str, ...]
    until: date


class _Mistake(Struct, frozen=True):
    problem: str


def _texts(comment: str) -> Iterable[str]:
    """What stands behind `allow:` on the comment's lines, without the comment's own signs."""
    for line in comment.splitlines():
        text = line.strip().removesuffix("*/").lstrip("#/* \t").rstrip()
        if text.startswith("allow:"):
            yield text.removeprefix("allow:").strip()


def _read(text: str, checks: Mapping[str, Check], today: date) -> _Allowed | _Expired | _Mistake | None:
    form = re.match(_FORM, text)
    names = tuple(name.strip() for name in (form["names"] if form else text).split(","))
    if not any(_meant(name, checks) for name in names):
        return None
    if form is None:
        return _Mistake(f"cannot be understood; {_EXAMPLE}")
    for name in names:
        if name not in checks:
            near = difflib.get_close_matches(name, checks, 1)
            return _Mistake(f"names no check{f'; did you mean {near[0]}?' if near else ': `policypack checks` lists them'}")
    reason = form["reason"] or ""
    if not reason.endswith(")") or not reason[1:-1].strip():
        return _Mistake(f"of {', '.join(names)} has no reason; {_EXAMPLE}")
    if form["until"] is None:
        return _Allowed(names, reason[1:-1].strip())
    until = _date(form["until"])
    if until is None:
        return _Mistake(f"of {', '.join(names)} has a date that is not one; write it as 2027-03-01")
    return _Expired(names, until) if until < today else _Allowed(names, reason[1:-1].strip())


def _meant(name: str, checks: Mapping[str, Check]) -> bool:
    if name in checks or re.fullmatch(_LIKE_A_NAME, name):
        return True
    first = name.split(maxsplit=1)[:1]
    return bool(first) and (first[0] in checks or bool(difflib.get_close_matches(first[0], checks, 1, cutoff=0.8)))


def _date(text: str) -> date | None:
    # fromisoformat of later Pythons also takes 20270301 and week dates: one form everywhere.
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) else None
    except ValueError:
        return None
