"""What git tracks of the Terraform code in a repository, and what a commit touches that matters to it, as paths."""
# ruff: noqa: PTH118 - there may be tens of thousands of files, and a Path costs five times what text does

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from policypack.calls import DATA, contents
from policypack.discover import CODE
from policypack.read.git import answer
from policypack.scan import ScanError
from policypack.settings import FILE_NAME

BESIDES = (".tfvars", ".tfvars.json", ".tftpl", ".terraform.lock.hcl", FILE_NAME)
"""How the names of other files end that a verdict depends on."""
_DOWNLOADED = {".terraform", ".terragrunt-cache", ".git"}
_TOUCHED = ("--raw", "-z", "--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules=dirty")
_POINTERS = {":120000", "120000", ":160000", "160000"}  # links and submodules


class Touched(Struct, frozen=True):
    """What a commit touches and pre-commit does not name. `gone`: what a verdict depends on, and is deleted. `pointers`: links and
    submodules, which lead elsewhere now. `rules`: who applies. `data`: what code may read."""

    gone: tuple[Path, ...] = ()
    pointers: tuple[Path, ...] = ()
    rules: tuple[Path, ...] = ()
    data: tuple[Path, ...] = ()


def downloaded(parts: Iterable[str]) -> bool:
    """Whether a path leads into what Terraform or Terragrunt keeps for itself."""
    return not _DOWNLOADED.isdisjoint(parts)


def code_below(top: Path) -> Iterator[str]:
    """The files of code that are tracked: what else lies around is no part of a commit. Without git, all that there are.

    Links are files here. Raises ReadError where git does not answer.
    """
    if (top / ".git").exists():
        for each in _names(answer(top, "ls-files", "-z", "--cached", strict=True, staged=True), CODE):
            if not downloaded(each.split("/")):
                yield os.path.join(top, each)
        return
    for directory, folders, files in os.walk(top, followlinks=False):
        folders[:] = [each for each in folders if not downloaded([each]) and each != "node_modules"]
        yield from (os.path.join(directory, each) for each in files if each.endswith(CODE))


def touched_below(top: Path) -> Touched:
    """What the commit that is being made touches without pre-commit naming it, or else the commits that pre-commit names. Nothing
    without git. Raises ReadError where git does not answer."""
    if not (top / ".git").exists():
        return Touched()
    since, until = os.environ.get("PRE_COMMIT_FROM_REF", ""), os.environ.get("PRE_COMMIT_TO_REF", "")
    if since.startswith("-"):
        raise ScanError("PRE_COMMIT_FROM_REF is no commit", "it is pre-commit that sets it")
    compared = f"{since}...{until}" if since and until else "--cached"
    said = answer(top, "diff", *_TOUCHED, compared, "--", strict=True, staged=True).split(b"\0")
    found: dict[str, list[Path]] = {}
    for what, name in zip(said[::2], said[1::2], strict=False):
        path = os.fsdecode(name)
        if not downloaded(path.split("/")) and (kind := _kind(top, what.decode("ascii", "replace").split(), path)):
            found.setdefault(kind, []).append(top / path)
    return Touched(**{kind: tuple(paths) for kind, paths in found.items()})


def _kind(top: Path, what: Sequence[str], path: str) -> str:
    """Which field of Touched a file belongs to, "" for none. `what`: its modes, its contents, and what happens to it."""
    gone = what[-1] == "D"
    if gone and path.endswith((*CODE, *BESIDES)):
        return "gone"
    if not _POINTERS.isdisjoint(what[:2]):
        return "" if path.endswith(CODE) else "pointers"
    if path.startswith((".git", "CODEOWNERS", "docs/CODEOWNERS", ".policypack/")) and _rules(top, path, gone=gone):
        return "rules"
    return "data" if path.endswith(DATA) else ""


def _rules(top: Path, path: str, *, gone: bool) -> bool:
    from policypack.read.repository import OWNERS, PIPELINE, RULES, TELLING, WORKFLOWS  # few commits touch any

    if path == PIPELINE or (path.startswith(f"{WORKFLOWS}/") and path.endswith((".yml", ".yaml"))):
        return gone or TELLING.search(contents(str(top / path))) is not None
    return path in {*OWNERS, *RULES} and ((top / WORKFLOWS).is_dir() or (top / PIPELINE).is_file())


def _names(said: bytes, ends: Iterable[str]) -> Iterator[str]:
    wanted = tuple(each.encode() for each in ends)
    return (os.fsdecode(each) for each in said.split(b"\0") if each.endswith(wanted))
