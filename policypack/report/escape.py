"""Scanned text made harmless: one function a destination."""

from __future__ import annotations

import re

from policypack.visible import visible

__all__ = ["code", "command_data", "command_property", "markdown", "visible", "xml"]


def command_data(text: str) -> str:
    """Text behind the `::` of a GitHub workflow command; its own line ends are kept, as the command writes them."""
    lines = (visible(line) for line in text.split("\n"))
    return "%0A".join(line.replace("%", "%25") for line in lines)


def command_property(text: str) -> str:
    """The value of a property of a GitHub workflow command."""
    return visible(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


_MARKS = r"(?i)[\\`*_\[\]<>|~$&#]|^[+=-]|(?<=^\d)[.)]|(?<=://)|(?<=\bwww)\."
_INSIDE_A_WORD = r"(?<=\w)\\_(?=\w)"  # no emphasis begins there, and names stay readable
_ZERO_WIDTH = "&#8203;"
_REFERENCE = r"(?i)@|\\#(?=\d)|\bGH-(?=\d)"


def markdown(text: str) -> str:
    """Text in which nothing is Markdown, HTML, a link or a mention, in a table cell too."""
    shown = visible(text).strip()
    escaped = re.sub(_MARKS, lambda mark: f"\\{mark[0]}" if mark[0] else _ZERO_WIDTH, shown)
    # Mentions, mail addresses and numbers of issues are looked for after the Markdown, so an escape would not do.
    return re.sub(_REFERENCE, rf"\g<0>{_ZERO_WIDTH}", re.sub(_INSIDE_A_WORD, "_", escaped))


def code(text: str) -> str:
    """Text as Markdown code, in a table cell too; as escaped text where it holds what no code span can."""
    shown = visible(text)
    if not shown.strip() or re.search(r"[`|\\]", shown):
        return markdown(text)
    return f"`{shown}`"


def xml(text: str) -> str:
    """Text of an XML element or an attribute, in ASCII; what XML cannot hold at all is not printable, and written out."""
    shown = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return shown.encode("ascii", "xmlcharrefreplace").decode("ascii")
