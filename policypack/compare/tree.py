"""The files of the base: those of the commit that a change began at, laid out in a folder of their own.

They are taken from git's objects as they are: no filter, hook or attribute of the checkout has a say.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from policypack.gate.gitdata import Entry, files_at, head_of
from policypack.read.git import answer, root_of
from policypack.read.options import ReadError

_LARGEST, _TOGETHER = 16 * 2**20, 64 * 2**20  # a file that code reads, and what is asked of git at once
_SHOWN = 12
_LINK = "120000"
_PLACES = (
    "{}",
    "refs/{}",
    "refs/tags/{}",
    "refs/heads/{}",
    "refs/remotes/{}",
    "refs/remotes/{}/HEAD",
)  # where git looks for a name
_WHOLE_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-fA-F]{4,64}")
_WANTED = frozenset({"100644", "100755", _LINK})


class Tree(Struct, frozen=True):
    """The base: its folder, the repository that it is of, its commit, and which files the head's commit has."""

    folder: Path
    root: Path
    commit: str
    tracked: frozenset[str]

    @property
    def short(self) -> str:
        """The commit, as it is shown."""
        return self.commit[:_SHOWN]

    def at(self, path: Path) -> Path | None:
        """Where the base has what the checkout has at a path; None for what lies outside of the repository."""
        whole = path.resolve()
        return self.folder / whole.relative_to(self.root) if whole.is_relative_to(self.root) else None

    def tracks(self, path: Path) -> bool:
        """Whether a file of the checkout is part of its commit: what is made by a build is not."""
        whole = path.resolve()
        return whole.is_relative_to(self.root) and whole.relative_to(self.root).as_posix() in self.tracked


@contextmanager
def base_tree(start: Path, ref: str) -> Iterator[Tree]:
    """The tree of the commit that `ref` and the checkout around `start` have in common, for as long as it is looked at.

    Raises ReadError, with what to do, where it cannot be had whole.
    """
    root = root_of(start)
    if root is None:
        raise ReadError("there is no git repository around this folder", "compare two folders instead")
    head = head_of(root)
    commit = _common(root, ref, head)
    entries = list(files_at(root, commit, sizes=True))
    tracked = frozenset(each.path for each in files_at(root, head))
    with TemporaryDirectory(prefix="policypack-") as made:
        folder = Path(made).resolve()
        (folder / ".git").mkdir()  # what is looked for upwards, settings or modules, ends here
        _lay_out(root, entries, folder)
        yield Tree(folder, root, commit, tracked)


def _common(root: Path, ref: str, head: str) -> str:
    _refuse_two(root, ref)
    commit = (
        "" if ref.startswith("-") else answer(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").decode().strip()
    )
    common = answer(root, "merge-base", commit, head).decode().split() if commit else []
    if common:
        return common[0]
    what = f"{ref} and the checkout have no commit in common here" if commit else f"there is no commit {ref} here"
    shallow = answer(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
    hint = "the clone is shallow: fetch more of it (in GitHub Actions: fetch-depth: 0)" if shallow else "fetch it first"
    raise ReadError(what, hint)


def _refuse_two(root: Path, ref: str) -> None:
    """Whoever may push a tag could name it like the branch, or the beginning of the commit, that is compared with: git takes the tag,
    and a change that is compared with itself brings nothing new."""
    name = re.split(r"[~^:]|@\{", ref, maxsplit=1)[0]
    if not name or _WHOLE_ID.fullmatch(name):
        return
    possible = [each.format(name) for each in _PLACES]
    there = set(answer(root, "for-each-ref", "--format=%(refname)", *possible).decode("utf-8", "replace").splitlines())
    found = [each for each in possible if each in there]
    if found and _ID.fullmatch(name):
        found += answer(root, "rev-parse", f"--disambiguate={name}").decode().split()[:1]
    if len(found) > 1:
        raise ReadError(f"{ref} is the name of {' and of '.join(found)}", f"name one in full: {found[-1]}")


def _lay_out(root: Path, entries: Sequence[Entry], folder: Path) -> None:
    wanted = [each for each in entries if each.mode in _WANTED and 0 <= each.size <= _LARGEST and _is_inside(each.path)]
    # What is behind a link is written before the link is: nothing is ever written through one.
    for some in _batches(sorted(wanted, key=lambda each: each.mode == _LINK)):
        said = answer(root, "cat-file", "--batch", strict=True, given="".join(f"{each.blob}\n" for each in some).encode())
        place = 0
        for each in some:
            start = said.find(b"\n", place) + 1
            content = said[start : start + each.size]
            if said[place:start].split()[1:2] != [b"blob"] or len(content) != each.size:
                raise ReadError("git does not have all files of the base", "is it a whole clone?")
            place = start + each.size + 1
            path = folder / each.path
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(path, each, content)
            except (OSError, ValueError) as error:
                # Without a file that protects, the base would have findings that it never had.
                raise ReadError(f"{each.path} of the base cannot be written down here", "is the disk full?") from error


def _write(path: Path, entry: Entry, content: bytes) -> None:
    if entry.mode != _LINK:
        path.write_bytes(content)
    elif _stays_inside(entry.path, os.fsdecode(content)):
        try:
            path.symlink_to(os.fsdecode(content))
        except (OSError, NotImplementedError):  # where links need rights that nobody has, git writes their text, as here
            path.write_bytes(content)


def _is_inside(path: str) -> bool:
    parts = path.split("/")
    return not posixpath.isabs(path) and ".." not in parts and parts[0].lower() != ".git"


def _stays_inside(path: str, target: str) -> bool:
    """Whether a link leads to something of the tree, as far as its text says: who reads it asks where it really leads."""
    return not posixpath.isabs(target) and not posixpath.normpath(posixpath.join(posixpath.dirname(path), target)).startswith(
        ".."
    )


def _batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    room = _TOGETHER
    for each in entries:
        if batch and each.size > room:
            yield batch
            batch, room = [], _TOGETHER
        batch.append(each)
        room -= each.size
    if batch:
        yield batch
