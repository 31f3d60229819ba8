"""What the tree under change brings along: an approval that lies in it was handed in by nobody."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from policypack.gate.approval import Presented
from policypack.gate.gitdata import Entry, files_at, head_of
from policypack.gate.verify import Accepted, Refusal
from policypack.read.git import root_of


class Tracked(Struct, frozen=True):
    """What the checked-out commit has, by path and by content."""

    root: Path
    paths: frozenset[str]
    blobs: frozenset[str]


def tracked(base: Path) -> Tracked | None:
    """The files of the commit that is checked out around a folder, None where there is no repository."""
    root = root_of(base)
    if root is None:
        return None
    files: list[Entry] = list(files_at(root, head_of(root)))
    return Tracked(root, frozenset(each.path for each in files), frozenset(each.blob for each in files))


def owns(tree: Tracked, path: Path) -> bool:
    """Whether a path leads into the commit: it is a file of it, or behind a link or another repository that it has."""
    ways = {Path(os.path.normpath(Path.cwd() / path)), path.resolve()}
    inside = [each.relative_to(tree.root) for each in ways if each.is_relative_to(tree.root)]
    return any(part.as_posix() in tree.paths for each in inside for part in (each, *each.parents))


def from_branch(tree: Tracked | None) -> Callable[[Presented, Accepted], Refusal | None]:
    """The objection to an approval that the tree under change brings along, wherever it was copied to."""

    def objection(presented: Presented, _accepted: Accepted) -> Refusal | None:
        if tree is None:
            return None
        brought = presented.path is not None and owns(tree, presented.path)
        if not brought and not _blobs(presented) & tree.blobs:
            return None
        said = "the branch brings it along: an approval is handed in from outside of the tree under change"
        return Refusal("from_branch", f"{presented.name}: {said}", presented.name)

    return objection


def _blobs(presented: Presented) -> set[str]:
    """What git calls the approval and its signature, in repositories of either kind."""
    found = set()
    for content in (presented.statement, presented.signature or presented.statement):
        named = b"blob %d\0" % len(content) + content
        found |= {hashlib.sha1(named, usedforsecurity=False).hexdigest(), hashlib.sha256(named).hexdigest()}
    return found
