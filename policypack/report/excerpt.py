"""Source lines that may be shown: never the text of a literal, a comment or a heredoc, since any of them may be a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from policypack.model import Location

_LARGEST = 1_000_000
_HEADER = r'^\s*[A-Za-z_][\w-]*(?:[ \t]+(?:[A-Za-z_][\w-]*|"[^"\\$%]*"))*[ \t]*\{'
_SENSITIVE = r"(?i)pass|secret|token|key|cred|pin\b|salt|private|auth"
_HEREDOC = r"<<(-?)([A-Za-z_][\w-]*)[ \t]*$"
_NUMBER = r"(?<![\w.])-?\d[\w.]*"
_HIDDEN = '"…"'


def excerpts(roots: Iterable[Path]) -> Callable[[Location], str | None]:
    """A function that gives the line at a place, redacted, from the first of the folders that has the file.

    None for a file that is not there, lies outside (links included), is too large, or is JSON that Terraform wrote.
    """
    folders = [root.resolve() for root in roots]
    read: dict[str, list[str | None]] = {}

    def excerpt(location: Location) -> str | None:
        if location.file not in read:
            read[location.file] = redacted_lines(source_text(folders, location.file))
        lines = read[location.file]
        return lines[location.line - 1] if 0 < location.line <= len(lines) else None

    return excerpt


def redacted(line: str) -> str | None:
    """The line with every literal hidden, but for a block's own labels. None where nothing of it may be shown."""
    return redacted_lines(line)[0] if line else None


def redacted_lines(text: str) -> list[str | None]:
    """Every line as it may be shown. None: inside a heredoc, a comment or a string, or nothing is left."""
    shown: list[str | None] = []
    ends: str | None = None  # what ends the heredoc that the line stands in
    state = _State()
    for line in text.split("\n"):
        if ends is not None:
            shown.append(None)
            ends = None if line.strip() == ends else ends
            continue
        inside = state.inside
        bare = _bare(line, state)
        shown.append(None if inside else _finished(line, bare))
        heredoc = None if state.inside else re.search(_HEREDOC, bare)
        ends = heredoc[2] if heredoc else None
    return shown


class _State:
    """What the next line begins in: nesting of strings and their `${` parts, or a comment."""

    __slots__ = ("comment", "nesting")

    def __init__(self) -> None:
        self.comment = False
        self.nesting: list[str] = []

    @property
    def inside(self) -> bool:
        return self.comment or bool(self.nesting)


_PIECE = r'\\.|\$\$\{|%%\{|[$%]\{|["{}#]|//|/\*|\*/'


def _bare(line: str, state: _State) -> str:
    """The line without comments, with `"…"` for each outermost string."""
    kept: list[str] = []
    start = 0
    for token in re.finditer(_PIECE, line):
        sign = token[0]
        if state.comment:
            if sign == "*/":
                state.comment, start = False, token.end()
        elif not state.nesting:
            if sign in {"#", "//"}:
                kept.append(line[start : token.start()])
                return "".join(kept).rstrip()
            if sign in {"/*", '"'}:
                kept.append(line[start : token.start()])
                start = len(line)
                state.comment = sign == "/*"
                state.nesting = ['"'] if sign == '"' else []
        elif _closes(sign, state.nesting) and not state.nesting:
            kept.append(_HIDDEN)
            start = token.end()
    if state.nesting:
        kept.append('"…')
    elif not state.comment:
        kept.append(line[start:])
    return "".join(kept).rstrip()


def _closes(sign: str, nesting: list[str]) -> bool:
    """Follows strings and templates into each other; True where one ends."""
    within_string = nesting[-1] == '"'
    if sign == ('"' if within_string else "}"):
        nesting.pop()
        return True
    if sign == '"':
        nesting.append('"')
    elif sign in ({"${", "%{"} if within_string else {"{", "${", "%{"}):
        nesting.append("{")
    return False


def _finished(line: str, bare: str) -> str | None:
    header = re.match(_HEADER, line)
    if header:
        # The labels of a block are names. What follows them on the line is not.
        _, brace, rest = bare.partition("{")
        bare = header[0].rstrip("{") + brace + rest
    name, sign, value = bare.partition("=")
    if sign and re.search(_SENSITIVE, name):
        bare = f"{name}={re.sub(_NUMBER, '…', value)}"
    return bare.strip() or None


def source_text(folders: Iterable[Path], file: str) -> str:
    """The text of a file of HCL, "" where it may not be read or is not in any of the folders."""
    if not file.endswith((".tf", ".tofu")):
        return ""
    return next((text for folder in folders if (text := _text_in(folder, file)) is not None), "")


def _text_in(folder: Path, file: str) -> str | None:
    try:
        path = (folder / file).resolve()
        if path.is_relative_to(folder) and path.is_file() and path.stat().st_size <= _LARGEST:
            return path.read_text("utf-8", "replace")
    except (OSError, ValueError, RuntimeError):  # not there, a name that no file can have, a loop of links
        pass
    return None
