"""policypack.yaml as it would be written: what is recognised today, so that it stays so, and comments on what only people know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from policypack.build.environments import recognised
from policypack.init.files import Change, exists
from policypack.init.recognise import Recognised, Sighting
from policypack.settings import FILE_NAME
from policypack.visible import visible

_MOST = 20  # of what is only suggested
_MOST_ROOTS = 3  # of those that show one thing
_MOST_WRITTEN = 500  # no list that people keep is longer, and settings have a largest size
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def settings_file(top: Path, found: Recognised) -> Change | str:
    """The new file, or what the one that exists might have besides: that one is never changed."""
    sections = "".join(f"{line}\n" for each in (_agents, _environments, _domains) for line in each(found))
    if not exists(top / FILE_NAME):
        head = (
            "# Made by `policypack init`. What it found is written down so that it stays known; nothing here hides a finding.\n"
        )
        return Change(FILE_NAME, None, f"{head}# `policypack schema settings` has every field.\nversion: 1\n{sections}")
    lines = "".join(f"    {line}\n" for line in sections.splitlines() if line and not line.startswith("#"))
    if not lines:
        return f"{FILE_NAME} exists, and nothing was recognised that it lacks"
    return f"{FILE_NAME} exists and is left as it is; it might have:\n{lines.rstrip()}"


def _agents(found: Recognised) -> Iterator[str]:
    yield ""
    yield "# What an AI agent can act as. Whatever else looks like one is reported from now on."
    listed = found.agents if len(found.agents) <= _MOST_WRITTEN else ()
    if listed:
        yield "agents:"
        yield from (f"  - {_quoted(each.name)} # {_said(each)}" for each in listed)
    else:
        yield f'# {len(found.agents) or "None"} recognised, none written down. For example: agents: ["aws_iam_role.cursor*"]'
    head = "These act by themselves. An agent that can act as one of them belongs in `agents`:"
    yield from _suggested(head, found.automation, "- ")


def _environments(found: Recognised) -> Iterator[str]:
    yield ""
    yield "# What counts as production, and what does not. What nothing is known of counts as production."
    if found.tags:
        yield "environments:"
    for name in sorted(found.tags, key=lambda each: (each != "production", each)):
        keys: dict[str, dict[str, Sighting]] = {}
        for (key, value), sighting in list(found.tags[name].items())[:_MOST_WRITTEN]:
            keys.setdefault(key, {})[value] = sighting
        yield f"  {_key(name)}:"
        yield "    tags:"
        for key, values in sorted(keys.items()):
            yield f"      {_key(key)}:"
            yield from (f"        - {_quoted(value)} # {_said(each)}" for value, each in sorted(values.items()))
    yield from _suggested("Recognised without a setting, by names and folders:", found.signs, "")


def _domains(found: Recognised) -> Iterator[str]:
    yield ""
    yield "# Accounts, projects, subscriptions: what lies in one can be lost together. `holds: copies` marks one that keeps backups."
    yield "domains:" if found.domains else '# None recognised. For example: domains: {"111111111111": {holds: copies}}'
    for each in found.domains[:_MOST_WRITTEN]:
        yield f"  {_quoted(each.name)}: {_domain(each)} # {_place(each)}"
        if each.name in found.keeping:
            yield f"  # if it keeps backups: {_domain(each, ('holds: copies',))} # {_place(found.keeping[each.name])} is a vault"


def _domain(domain: Sighting, more: tuple[str, ...] = ()) -> str:
    """A name only where it decides nothing: one that says `dev` would make non-production of what nothing else is known of."""
    named = domain.reason and set(domain.reason) <= _PLAIN and recognised(domain.reason) in {"", "production"}
    return "{" + ", ".join([*([f"name: {_quoted(domain.reason)}"] if named else []), *more]) + "}"


def _suggested(head: str, found: tuple[Sighting, ...], mark: str) -> Iterator[str]:
    if found:
        yield f"# {head}"
    for each in found[:_MOST]:
        yield f"#   {mark}{_quoted(each.name)} # {_said(each)}"
    if len(found) > _MOST:
        yield f"#   and {len(found) - _MOST} more"


def _said(sighting: Sighting) -> str:
    return f"{_place(sighting)}: {visible(sighting.reason)}" if sighting.reason else _place(sighting)


def _place(sighting: Sighting) -> str:
    """`modules/db/main.tf:3`, and the roots that show it where there are several."""
    roots = ["the top folder" if each == "." else each for each in sighting.roots]
    more = f" and {len(roots) - _MOST_ROOTS} more" if len(roots) > _MOST_ROOTS else ""
    return visible(f"{sighting.place}, in {', '.join(roots[:_MOST_ROOTS])}{more}" if roots else sighting.place)


def _key(text: str) -> str:
    """The text as a key, without quotes where it is a word that YAML takes for nothing else."""
    return text if text and set(text) <= _PLAIN and text[0].isalpha() and yaml.safe_load(text) == text else _quoted(text)


def _quoted(text: str) -> str:
    """The text as one YAML scalar in quotes, whatever is in it."""
    return yaml.safe_dump(text, default_style='"', width=float("inf")).strip()
