"""Scanned text as one line that does nothing to a terminal."""

from __future__ import annotations

LONGEST = 2000


def visible(text: str, longest: int = LONGEST) -> str:
    r"""One line without anything that moves a cursor, hides or reorders text: such characters become `\u{1b}`.

    What is longer than anybody reads is cut, and says so.
    """
    if len(text) > longest:
        text = f"{text[:longest]}… ({len(text) - longest} characters more)"
    if "##[" in text:  # a command to a runner of GitHub, wherever it stands in a line of a log
        text = text.replace("##[", "##\\u{5b}")
    if text.isprintable():
        return text
    # Not printable to Python: controls, formats (bidirectional ones too), surrogates, separators, unassigned.
    return "".join(each if each.isprintable() else " " if each in "\n\t" else f"\\u{{{ord(each):x}}}" for each in text)
