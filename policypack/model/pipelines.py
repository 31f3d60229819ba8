"""What a repository says about who applies: the jobs of its pipelines that do, and who owns which of its files."""

from __future__ import annotations

import re

from msgspec import Struct

from policypack.model.resources import Gap, Location
from policypack.model.values import Truth, Unknown


class ApplyJob(Struct, frozen=True):
    """One job of a pipeline that applies Terraform (or destroys with it).

    `command` is what it runs, `directory` where, relative to the repository ("" is its root). `environments` are those that it
    and the jobs before it deploy to: each may make somebody decide first. `events` are what starts the pipeline, `branches` those
    whose pushes do ("" patterns: all). `approves` says whether the command applies without asking. `roles` are the names of the
    cloud identities that it takes on.
    """

    name: str
    pipeline: str
    platform: str
    command: str
    location: Location
    directory: str | Unknown = ""
    environments: tuple[str | Unknown, ...] = ()
    events: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    approves: Truth = False
    roles: tuple[str | Unknown, ...] = ()
    manual: bool = False


class OwnerRule(Struct, frozen=True):
    """One line of a CODEOWNERS file: whom a change of the files must be shown to. No owners: nobody."""

    pattern: str
    owners: tuple[str, ...]
    location: Location

    def covers(self, path: str) -> bool:
        """Whether the line speaks of a file, named from the repository's root."""
        return re.fullmatch(_regex(self.pattern), path) is not None


class Repository(Struct, frozen=True):
    """The repository that an input lies in, as far as it says who applies.

    `module` is where the input lies in it, "" for its root. `owners_file` is the path of its CODEOWNERS, "" where it has none.
    `files` are the gate's own: the pipelines that apply, CODEOWNERS, the settings of this tool.
    """

    module: str = ""
    jobs: tuple[ApplyJob, ...] = ()
    owners_file: str = ""
    owners: tuple[OwnerRule, ...] = ()
    files: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def owned_by(self, path: str) -> OwnerRule | None:
        """The line that decides about a file: the last one that speaks of it."""
        return next((rule for rule in reversed(self.owners) if rule.covers(path)), None)


def _regex(pattern: str) -> str:
    """A CODEOWNERS pattern (those of gitignore, without `!` and `[]`) as a regular expression over paths from the root."""
    anchored = "/" in pattern.rstrip("/")
    text = "".join(_piece(each) for each in re.findall(r"\*\*/|/\*\*|\*\*|\*|\?|[^*?/]+|/", pattern.strip("/")))
    start = "" if anchored else "(?:.*/)?"
    if pattern.endswith("/"):
        return f"{start}{text}/.*"
    # A name without wildcards at its end is a file or a folder; docs/* is about files of the folder itself.
    last = pattern.rpartition("/")[2]
    return f"{start}{text}" if last == "*" and anchored else f"{start}{text}(?:/.*)?"


def _piece(text: str) -> str:
    pieces = {"**/": "(?:[^/]+/)*", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return pieces.get(text) or re.escape(text)
