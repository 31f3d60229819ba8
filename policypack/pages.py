"""What a check says about itself: its page, the list of all, the index in checks/README.md; and the published schemas."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from importlib.resources import files
from itertools import groupby

from policypack.check import Check
from policypack.scan import ScanError, nearest

CONCERNS = {
    "agents": "What an agent can do, and what it holds",
    "approvals": "Whether a person stands between a change and its effect",
    "backups": "Whether there is a way back",
    "changes": "What a plan is about to do",
    "protection": "Whether a store refuses to be destroyed",
    "state": "Whether Terraform's own memory survives",
}
_SCHEMAS = {
    "report": "report/schema.json",
    "gate": "gate/schema.json",
    "settings": "settings_schema.json",
    "who-can": "report/who_can_schema.json",
    "can": "report/can_schema.json",
    "diff": "report/diff_schema.json",
}


def page(check: Check) -> str:
    """The page of one check, for a terminal."""
    head = f"{check.name}   {check.severity.value}   {check.concern}/   since {check.since}"
    parts = [("Why", check.why), ("Fix", check.fix), ("Misses", check.misses), ("Maps to", ", ".join(check.maps))]
    body = [textwrap.fill(f"{name}: {text}", 100, subsequent_indent="  ") for name, text in parts if text]
    suppress = f"Accept it: # allow: {check.name} (why this is all right here)"
    return "\n\n".join([head, textwrap.fill(check.title, 100), *body, suppress]) + "\n"


def listing(checks: Iterable[Check]) -> str:
    """All checks, by concern, one line each."""
    lines = []
    for concern, group in _by_concern(checks):
        lines += ["", f"{concern}/   {CONCERNS.get(concern, '')}".rstrip()]
        lines += [f"  {check.severity.value:<9} {check.name:<32} {first_sentence(check)}" for check in group]
    return "\n".join(lines[1:]) + "\n"


def index(checks: Iterable[Check]) -> str:
    """checks/README.md: every page, with a table of contents."""
    checks = list(checks)
    out = [
        "# The checks",
        "",
        f"{len(checks)} questions, one file each. This page is made from their docstrings by `make docs`; edit those instead.",
    ]
    for concern, group in _by_concern(checks):
        out += [
            "",
            f"## {concern}",
            "",
            f"{CONCERNS.get(concern, concern)}.",
            "",
            "| check | severity | asks |",
            "| --- | --- | --- |",
        ]
        out += [f"| [{each.name}](#{each.name}) | {each.severity.value} | {_cell(first_sentence(each))} |" for each in group]
    for _, group in _by_concern(checks):
        for each in group:
            out += ["", *_section(each)]
    return "\n".join(out) + "\n"


def first_sentence(check: Check) -> str:
    """The title's first sentence, on one line."""
    return " ".join(check.title.split()).split(". ")[0].rstrip(".") + "."


def schema_text(name: str) -> str:
    """A published JSON schema. Raises ScanError on a name that is none."""
    if name not in _SCHEMAS:
        raise ScanError(f"no schema is called {name!r}", nearest(name, _SCHEMAS) or f"one of {', '.join(_SCHEMAS)}")
    return files("policypack").joinpath(_SCHEMAS[name]).read_text("utf-8")


def _by_concern(checks: Iterable[Check]) -> list[tuple[str, list[Check]]]:
    ordered = sorted(checks, key=lambda each: (each.concern, each.name))
    return [(concern, list(group)) for concern, group in groupby(ordered, key=lambda each: each.concern)]


def _section(check: Check) -> list[str]:
    example = f"terraform-examples/{check.concern}/{check.name}"
    lines = [f"### {check.name}", "", " ".join(check.title.split()), "", f"*{check.severity.value}, since {check.since}*", ""]
    lines += [f"**Why.** {check.why}", "", f"**Fix.** {check.fix}"]
    if check.misses:
        lines += ["", f"**Misses.** {check.misses}"]
    if check.maps:
        lines += ["", f"**Maps to.** {', '.join(check.maps)}"]
    return [*lines, "", f"Example: [`{example}`](../{example}/main.tf)"]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
