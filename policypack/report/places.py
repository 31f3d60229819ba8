"""Where the files of a report lie: what a platform that holds the repository must be told."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from policypack.model import Location
from policypack.report.excerpt import source_text


def repository(folder: Path) -> Path:
    """The root of the repository around a folder; the folder itself where there is none."""
    whole = folder.resolve()
    return next((each for each in (whole, *whole.parents) if (each / ".git").exists()), whole)


def working_folder(folder: Path) -> str:
    """The path of a folder from the root of its repository, "" for the root itself."""
    path = folder.resolve().relative_to(repository(folder)).as_posix()
    return "" if path == "." else path


def in_repository(base: Path, folders: Iterable[Path]) -> Callable[[str], str]:
    """A function from the file that a report names to its path from the root of the repository around `base`.

    The file is looked for in the folders, as excerpts are. What lies outside of the repository, or nowhere, is taken to be
    in `base`.
    """
    root, here = repository(base), working_folder(base)
    places = [folder.resolve() for folder in folders]
    known: dict[str, str] = {}

    def path(file: str) -> str:
        if file not in known:
            known[file] = next((found for place in places if (found := _found(root, place, file))), posixpath.join(here, file))
        return known[file]

    return path


def _found(root: Path, place: Path, file: str) -> str:
    try:
        whole = (place / file).resolve()
        return whole.relative_to(root).as_posix() if whole.exists() else ""
    except (OSError, ValueError, RuntimeError):  # elsewhere, a name that no file can have, a loop of links
        return ""


def line_ends(base: Path, folders: Sequence[Path]) -> Callable[[Location], int]:
    """A function that gives the column after the last character of a place's last line; 0 where that is not known."""
    root, path = repository(base), in_repository(base, folders)
    places = [folder.resolve() for folder in folders]
    known: dict[str, list[int]] = {}

    def end(location: Location) -> int:
        if location.file not in known:
            text = source_text([root], path(location.file)) or source_text(places, location.file)
            lines = [line.rstrip("\r") for line in text.split("\n")]
            known[location.file] = [len(line) + 1 if line else 0 for line in lines]
        ends, last = known[location.file], max(location.line, location.end_line)
        return ends[last - 1] if 0 < last <= len(ends) else 0

    return end
