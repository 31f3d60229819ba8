"""Report -> text: one format a file, each with `render(report, context) -> str`. Same report, same bytes.

Whatever comes from the scanned files is hostile here: each format escapes it at its own edge (`escape.py`).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from policypack.model import Location
from policypack.run import FailOn, Report

if TYPE_CHECKING:  # most scans compare nothing
    from policypack.compare.difference import Difference

FORMATS = ("text", "json", "sarif", "alerts", "github", "gitlab", "junit", "rdjson", "markdown", "comment")


def no_excerpt(_location: Location) -> str | None:
    """For whoever has no source lines at hand."""
    return None


def no_end(_location: Location) -> int:
    """For whoever has no source lines at hand."""
    return 0


class Context(Struct, frozen=True):
    """What a format needs to know besides the report.

    `excerpt` gives the source line at a place, None where there is none (see `excerpt.excerpts`; what it gives is redacted
    again here). `line_end` gives the column after a place's last character, 0 where that is not known. `in_repository` gives the
    path that a platform knows a file by, and `working_folder` is the path of the folder that the report is about (see
    `places`); both are from the root of the repository. `documentation` is the address of the checks' pages, to which `#name`
    is added; "" where there is none.
    `fail_on` and `strict` decide the exit code that some formats carry. `difference` is what the change brings that the report is
    about, None where nobody compared anything.
    """

    version: str
    width: int = 100
    colour: bool = False
    excerpt: Callable[[Location], str | None] = no_excerpt
    line_end: Callable[[Location], int] = no_end
    in_repository: Callable[[str], str] = str
    working_folder: str = ""
    documentation: str = ""
    fail_on: FailOn = FailOn.HIGH
    strict: bool = False
    difference: Difference | None = None


Render: TypeAlias = Callable[[Report, Context], str]


def renderer(name: str) -> Render:
    """The `render` of a format, imported when it is wanted. Raises KeyError on a name that is not in FORMATS."""
    if name not in FORMATS:
        raise KeyError(name)
    render: Render = importlib.import_module(f"policypack.report.{name}").render
    return render
