"""Files that are proposed: shown as a diff, and written only as they were shown."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from policypack.scan import ScanError
from policypack.visible import visible


class Change(Struct, frozen=True):
    """A file as it is (None: it is not there) and as it would be. What is there stays: `after` has every line of `before`."""

    path: str
    before: str | None
    after: str


def diff(change: Change) -> str:
    """The change as a unified diff in which no text can do anything to a terminal."""
    before = (change.before or "").splitlines()
    names = ("/dev/null" if change.before is None else f"a/{change.path}", f"b/{change.path}")
    lines = difflib.unified_diff(before, change.after.splitlines(), *names, lineterm="")
    return "".join(f"{visible(line)}\n" for line in lines)


def write_all(top: Path, changes: Sequence[Change]) -> Iterator[str]:
    """Writes one after the other, and gives the paths. Raises ScanError at the first that cannot be written, or that is not any more
    as it was when it was shown; what was written before stays."""
    for change in changes:
        path = top / change.path
        try:
            _make_folder(top, change.path)
            if change.before is None:
                _create(path, change.after)
            else:
                _replace(path, change.before, change.after)
        except OSError as error:
            reason = "is there already" if isinstance(error, FileExistsError) else error.strerror or type(error).__name__
            raise ScanError(
                f"{change.path} was not written: {reason.lower()}", "nothing after it was written either"
            ) from error
        yield change.path


def exists(path: Path) -> bool:
    """Whether anything has that name: a link that leads nowhere too."""
    return os.path.lexists(path)


def behind_link(top: Path, path: str) -> bool:
    """Whether a folder on the way to the file is a link: nothing is written through one."""
    return any((top / each).is_symlink() for each in Path(path).parents)


def _make_folder(top: Path, path: str) -> None:
    if behind_link(top, path):
        raise OSError(0, "a folder on the way is a link")
    (top / path).parent.mkdir(parents=True, exist_ok=True)


def _create(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:  # never a file that appeared meanwhile, and through no link
        file.write(text)


def _replace(path: Path, before: str, after: str) -> None:
    """Puts a new file in the place of the old one in one step, so that nobody ever has half of it."""
    if path.is_symlink() or path.read_bytes().decode("utf-8", "replace") != before:
        raise OSError(0, "it changed after it was shown")
    beside = path.with_name(f"{path.name}.policypack")
    _create(beside, after)
    try:
        beside.chmod(path.stat().st_mode)
        beside.replace(path)
    except OSError:
        beside.unlink()
        raise
