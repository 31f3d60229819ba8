"""What git tracks and deletes of the Terraform code in a repository, as paths."""
# ruff: noqa: PTH118 - there may be tens of thousands of files, and a Path costs five times what text does

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from policypack.discover import CODE
from policypack.read.git import answer
from policypack.scan import ScanError
from policypack.settings import FILE_NAME

BESIDES = (".tfvars", ".tfvars.json", ".tftpl", ".terraform.lock.hcl", FILE_NAME)
"""How the names of other files end that a verdict depends on."""
_DOWNLOADED = {".terraform", ".terragrunt-cache", ".git"}
_DELETED = ("--no-ext-diff", "--no-textconv", "--no-renames", "--ignore-submodules", "--name-only", "--diff-filter=D", "-z")


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


def deleted_below(top: Path) -> Iterator[Path]:
    """What a verdict depends on and the commit that is being made deletes, or else the commits that pre-commit names. Nothing
    without git. Raises ReadError where git does not answer."""
    if not (top / ".git").exists():
        return
    since, until = os.environ.get("PRE_COMMIT_FROM_REF", ""), os.environ.get("PRE_COMMIT_TO_REF", "")
    if since.startswith("-"):
        raise ScanError("PRE_COMMIT_FROM_REF is no commit", "it is pre-commit that sets it")
    compared = f"{since}...{until}" if since and until else "--cached"
    said = answer(top, "diff", *_DELETED, compared, "--", strict=True, staged=True)
    yield from (top / each for each in _names(said, (*CODE, *BESIDES)))


def _names(said: bytes, ends: Iterable[str]) -> Iterator[str]:
    wanted = tuple(each.encode() for each in ends)
    return (os.fsdecode(each) for each in said.split(b"\0") if each.endswith(wanted))
