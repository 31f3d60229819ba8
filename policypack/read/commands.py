"""Finds in the text of a shell script what applies Terraform. Nothing is run; a script that another file holds is not seen."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from policypack.model import Unknown

MAX_SCRIPT = 200_000
"""The longest script that is looked at."""
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")
_SPLIT = re.compile(r"\|\||&&|[;\n|&]")
_WORD = re.compile(r"(?:\"[^\"\n]*\"|'[^'\n]*'|\$\{\{[^}\n]*\}\}|[^\s\"'])+")
_TOOLS = frozenset({"terraform", "tofu", "opentofu", "terragrunt", "gitlab-terraform", "gitlab-tofu"})
_APPLIES = frozenset({"apply", "destroy"})
_BEFORE = frozenset({"run", "run-all", "stack", "--", "exec"})
_PRINTS = frozenset({"echo", "printf", "cat", "grep", "#", ":"})
_HOLE = re.compile(r"\$\{|\$\(|`|\$[A-Za-z_]")
_AGREES = re.compile(r"--?auto-approve(?:=(?P<value>\S+))?")


class Applies(Struct, frozen=True):
    """One command that applies: the words to show, where it runs (relative to where the script starts), and whether it asks."""

    command: str
    directory: str | Unknown
    agrees: bool
    line: int


def applies(script: str, agreed: bool = False) -> Iterator[Applies]:
    """The commands of a script that apply or destroy, in order. `agreed`: the environment already says -auto-approve."""
    text = _CONTINUED.sub(lambda found: " " + "\0" * found[0].count("\n"), script[:MAX_SCRIPT])
    here: str | Unknown = ""
    line = 0
    for part, end in _parts(text):
        words = [each.replace('"', "").replace("'", "") for each in _WORD.findall(part.replace("\0", ""))]
        start = line
        line += part.count("\0") + end.count("\n")
        if len(words) > 1 and words[0] in {"cd", "pushd"}:
            here = inside(here, words[1])
        elif found := _applied(words):
            tool, verb, options = found
            wanted = next((each for each in options if each is not None), "")
            yield Applies(f"{tool} {verb}", inside(here, wanted), agreed or _agrees(words), start)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    for mark in _SPLIT.finditer(text):
        yield text[at : mark.start()], mark[0]
        at = mark.end()
    yield text[at:], ""


def _applied(words: list[str]) -> tuple[str, str, list[str | None]] | None:
    """The tool, its verb and the folders that its options name, where the words are a command that applies."""
    place = next((at for at, word in enumerate(words) if posixpath.basename(word) in _TOOLS), None)
    if place is None or any(word in _PRINTS or word.startswith("#") for word in words[:place]):
        return None
    folders: list[str | None] = []
    verb = ""
    rest = iter(words[place + 1 :])
    for word in rest:
        name, has_value, value = word.partition("=")
        if name in {"-chdir", "--chdir", "--working-dir", "--terragrunt-working-dir"}:
            folders.append(value if has_value else next(rest, None))
        elif not word.startswith("-") and word not in _BEFORE:
            verb = word
            break
    if verb not in _APPLIES:
        return None
    asked_only = any(word in {"-help", "--help", "-h"} for word in words)
    return None if asked_only else (posixpath.basename(words[place]), verb, folders)


def _agrees(words: list[str]) -> bool:
    marks = [found for word in words if (found := _AGREES.fullmatch(word))]
    quiet = "--terragrunt-non-interactive" in words or "--non-interactive" in words
    return quiet or any((mark["value"] or "true").lower() not in {"false", "0"} for mark in marks)


def inside(folder: str | Unknown, step: str | Unknown) -> str | Unknown:
    """The folder that is reached from one by a relative path; Unknown where a variable or an expression is in it."""
    if isinstance(folder, Unknown) or isinstance(step, Unknown):
        return folder if isinstance(folder, Unknown) else step
    if _HOLE.search(step) or step.startswith(("/", "~", "-")):
        return Unknown("the folder is only known when the pipeline runs")
    path = posixpath.normpath(posixpath.join(folder, step))
    return "" if path == "." else path
