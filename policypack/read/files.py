"""The scanned tree: which files may be read, how much of them, and what they are called when they are shown."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from msgspec import Struct, field

from policypack.model import Gap, Location

MAX_SOURCE = 10 * 2**20
"""The largest Terraform file that is parsed. Hand-written ones are a thousand times smaller."""
MAX_FILES = 10_000
"""The most files of one folder that are parsed."""


class Tree(Struct, frozen=True):
    """What may be read. `root` is a real path (links resolved): nothing outside of it is opened.

    Shown paths are relative to `base` where they lie in it, and else to the folder that the given input stands in.
    """

    root: Path
    base: Path
    given: Path
    _inside: dict[Path, bool] = field(default_factory=dict)

    def shown(self, path: Path) -> str:
        """The path as the user is shown it: never absolute, with forward slashes."""
        return shown(path, self.base, self.given)

    def holds(self, path: Path) -> bool:
        """Whether the path, with all links followed, lies in the tree."""
        try:
            folder = path.parent
            if folder not in self._inside:
                self._inside[folder] = _leads_into(self.root, folder)
            # What lies in a folder of the tree and is no link lies in the tree: most files cost one question.
            plain = self._inside[folder] and path.name not in {"", ".."} and not _is_link(path)
            return plain or _leads_into(self.root, path)
        except (OSError, ValueError):
            return False


def _is_link(path: Path) -> bool:
    try:
        return stat.S_ISLNK(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _leads_into(root: Path, path: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(root)


def shown(path: Path, base: Path, given: Path) -> str:
    """A path relative to `base` where it lies inside, and else to the folder that `given` stands in."""
    absolute, start = _absolute(path), _absolute(base)
    if not absolute.is_relative_to(start):
        start = _absolute(given).parent
    try:
        return Path(os.path.relpath(absolute, start)).as_posix()
    except ValueError:  # another drive of a Windows machine
        return absolute.name


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would show where links point instead of what was given


def find_tree(folder: Path, base: Path) -> Tree:
    """The tree that a module folder belongs to.

    It is the repository that holds the folder; without one, the current folder where that holds it (unless it is a whole
    machine or somebody's home); without that, the folder alone.
    """
    real = Path(os.path.realpath(folder))
    for candidate in (real, *real.parents):
        if os.path.lexists(candidate / ".git"):
            return Tree(candidate, base, folder)
    around = Path(os.path.realpath(base))
    whole = {Path(around.anchor), Path(os.path.realpath(Path("~").expanduser()))}
    root = around if real.is_relative_to(around) and around not in whole else real
    return Tree(root, base, folder)


def read_bytes(path: Path, tree: Tree, limit: int = MAX_SOURCE) -> bytes | Gap:
    """The content of a regular file of the tree, or the gap that says why it was not read."""
    place = Location(tree.shown(path))
    if not tree.holds(path):
        return Gap(f"{place.file} is a link that leaves the scanned tree, and is not followed", place, unreadable=True)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return Gap(f"{place.file} is not a regular file", place, unreadable=True)
        if status.st_size > limit:
            reason = f"{place.file} has {status.st_size:,} bytes, more than the limit of {limit:,}; split or exclude it"
            return Gap(reason, place, unreadable=True)
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "the system refuses it"
        return Gap(f"{place.file} cannot be read: {why.lower()}", place, unreadable=True)
    if len(data) > limit:
        return Gap(f"{place.file} grew beyond the limit of {limit:,} bytes while it was read", place, unreadable=True)
    return data


def not_text(data: bytes) -> str | None:
    """Why the bytes are no text that Terraform reads, None where they are."""
    if b"\0" in data:
        return "it is binary, not Terraform; remove it or rename it"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"it is not UTF-8 (byte {error.start}); save it as UTF-8"
    return None


def list_folder(folder: Path, tree: Tree) -> list[str] | Gap:
    """The names in a folder, sorted, or the gap that says why they cannot be had."""
    try:
        return sorted(path.name for path in folder.iterdir())
    except (OSError, ValueError) as error:
        name = tree.shown(folder)
        why = error.strerror if isinstance(error, OSError) and error.strerror else "the system refuses it"
        return Gap(f"{name} cannot be listed: {why.lower()}", Location(name), unreadable=True)
