"""Finds in the text of a shell script what applies Terraform. Nothing is run; a script that another file holds is not seen."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from policypack.model import Unknown

MAX_SCRIPT = 200_000
"""The longest script that is looked at."""
_LONGEST_FOLDER = 1_000
_CONTINUED = re.compile(r"\\\r?\n[ \t]*")
_SPLIT = re.compile(r"\|\||&&|[;\n|&]")
_WORD = re.compile(r"(?:\"[^\"\n]*\"|'[^'\n]*'|\$\{\{[^}\n]*\}\}|[^\s\"'])+")
_TOOLS = frozenset({"terraform", "tofu", "opentofu", "terragrunt", "gitlab-terraform", "gitlab-tofu"})
_APPLIES = frozenset({"apply", "destroy"})
_BEFORE = frozenset({"run", "run-all", "stack", "--", "exec"})
_PRINTS = frozenset({"echo", "printf", "cat", "grep", "#", ":"})
_HOLE = re.compile(r"\$\{|\$\(|`|\$[A-Za-z_]|\{\}")
_GROUPS = frozenset({"{", "!", "if", "then", "elif", "else", "while", "until", "do", "time"})
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
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
    subshells: list[str | Unknown] = []  # where it was when each began
    pushed: list[str | Unknown] = []
    line = 0
    for part, end in _parts(text):
        opened, closed, words = _ungrouped(part.replace("\0", ""))
        subshells += [here] * opened
        start = line
        line += part.count("\0") + end.count("\n")
        if words and words[0] in {"cd", "pushd", "popd"}:
            if words[0] == "pushd":
                pushed.append(here)
            here = inside(here, words[1]) if len(words) > 1 else pushed.pop() if words[0] == "popd" and pushed else here
        elif found := _applied(words):
            tool, verb, options = found
            wanted = next((each for each in options if each is not None), "")
            yield Applies(f"{tool} {verb}", inside(here, wanted), agreed or _agrees(words), start)
        for _ in range(min(closed, len(subshells))):
            here = subshells.pop()


def _parts(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    for mark in _SPLIT.finditer(text):
        yield text[at : mark.start()], mark[0]
        at = mark.end()
    yield text[at:], ""


def _ungrouped(part: str) -> tuple[int, int, list[str]]:
    """The words of a command without what groups it, and how many subshells begin before it and end behind it."""
    bare = _QUOTED.sub("", part)
    words = [each.replace('"', "").replace("'", "") for each in _WORD.findall(part)]
    begun = first = 0
    while first < len(words) and (words[first] in _GROUPS or words[first].startswith("(")):
        word = words[first].lstrip("(")
        begun += len(words[first]) - len(word)
        words[first] = word
        first += not word or word in _GROUPS
    del words[:first]
    inner, ended = bare.count("(") - begun, bare.count(")")  # what `$(` begins may end in the same command
    if ended > inner and words:
        words[-1:] = [words[-1].rstrip(")")] if words[-1].rstrip(")") else []
    return begun + max(inner - ended, 0), max(ended - inner, 0), words


def _applied(words: list[str]) -> tuple[str, str, list[str | None]] | None:
    """The tool, its verb and the folders that its options name, where the words are a command that applies."""
    place = next((at for at, word in enumerate(words) if posixpath.basename(word) in _TOOLS), None)
    if place is None or any(word in _PRINTS or word.startswith("#") for word in words[:place]):
        return None
    folders: list[str | None] = ["{}"] if "-execdir" in words[:place] else []  # wherever find finds something
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
    if _HOLE.search(step) or step.startswith(("/", "~", "-")) or len(folder) > _LONGEST_FOLDER:
        return Unknown("the folder is only known when the pipeline runs")
    path = posixpath.normpath(posixpath.join(folder, step))
    return "" if path == "." else path
