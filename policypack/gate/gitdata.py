"""A git repository read as data: its objects and the names of its commits."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from policypack.read.git import answer
from policypack.read.options import ReadError

_NAME = re.compile(r"(?!.*(?:\.\.|//|@\{))[A-Za-z0-9_][A-Za-z0-9._/+@-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Entry(Struct, frozen=True):
    """A file of a commit: what kind, which content, and where. `size` is -1 where nobody asked for it."""

    mode: str
    blob: str
    path: str
    size: int = -1

    @property
    def ordinary(self) -> bool:
        """Whether it is a file: no link and no other repository."""
        return self.mode in {"100644", "100755"}


def commit_of(root: Path, ref: str) -> str:
    """The commit that a name is for. Raises ReadError where it is for none, or for several."""
    if ref == "HEAD":
        raise ReadError("--policy-ref HEAD is the change itself", "name the branch that it is to be merged into: origin/main")
    if _COMMIT.fullmatch(ref):
        if answer(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}").decode().strip() == ref:
            return ref
        raise ReadError(f"--policy-ref {ref[:12]}: the repository has no such commit", "fetch it first")
    if not _NAME.fullmatch(ref):
        raise ReadError("--policy-ref is a branch, a tag or a whole commit id", "for example origin/main")
    possible = [ref] if ref.startswith("refs/") else [f"refs/{each}{ref}" for each in ("", "tags/", "heads/", "remotes/")]
    there = set(answer(root, "for-each-ref", "--format=%(refname)", *possible).decode("utf-8", "replace").splitlines())
    found = [each for each in possible if each in there]
    if len(found) > 1:  # whoever may push a tag could otherwise name it like the branch
        raise ReadError(f"--policy-ref {ref}: is the name of {' and of '.join(found)}", f"name one in full: {found[-1]}")
    commit = answer(root, "rev-parse", "--verify", "--quiet", f"{found[0]}^{{commit}}").decode().strip() if found else ""
    if not _COMMIT.fullmatch(commit):
        raise ReadError(f"--policy-ref {ref}: there is no such commit here", _fetch(ref))
    return commit


def _fetch(ref: str) -> str:
    remote, _, branch = ref.partition("/")
    if not branch or remote == "refs":
        return "fetch it first (in GitHub Actions: fetch-depth: 0)"
    return f"git fetch --no-tags {remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}"


def head_of(root: Path) -> str:
    """The commit that is checked out. Raises ReadError where there is none."""
    commit = answer(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").decode().strip()
    if not _COMMIT.fullmatch(commit):
        raise ReadError("the repository around this folder has no commit that is checked out", "is it a whole checkout?")
    return commit


def file_at(root: Path, commit: str, path: str, most: int) -> bytes | None:
    """The content of a file in a commit, None where none is there. Raises ReadError where it is a link, or larger than `most`."""
    found = next((each for each in _entries(answer(root, "ls-tree", "-z", "--full-tree", commit, "--", path))), None)
    if found is None or found.path != path:
        return None
    if not found.ordinary:
        raise ReadError(f"{path} is no file in {commit[:12]}", "links are not followed there")
    content = answer(root, "cat-file", "blob", found.blob, most=most)
    if _size(root, found.blob) != len(content):
        raise ReadError(f"{path} cannot be read from {commit[:12]}", "is it a whole clone?")
    return content


def _size(root: Path, blob: str) -> int:
    said = answer(root, "cat-file", "-s", blob).decode().strip()
    return int(said) if said.isdigit() else -1


def files_at(root: Path, commit: str, *, sizes: bool = False) -> Iterator[Entry]:
    """All files of a commit. Raises ReadError where they cannot be listed."""
    listed = answer(root, "ls-tree", "-r", "-z", *(("-l",) if sizes else ()), "--full-tree", commit, strict=True)
    return _entries(listed)


def _entries(listed: bytes) -> Iterator[Entry]:
    for each in filter(None, listed.split(b"\0")):
        told, _, path = each.partition(b"\t")
        mode, _, blob, *size = told.decode("ascii", "replace").split()
        yield Entry(mode, blob, os.fsdecode(path), int(size[0]) if size and size[0].isdigit() else -1)
