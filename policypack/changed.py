"""The root modules that changed files belong to: `policypack scan --changed`, which is what a hook calls."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from policypack.callers import repository_at, users_behind, users_of, users_reading
from policypack.discover import CODE
from policypack.read.git import root_of
from policypack.scan import ScanError
from policypack.tracked import Touched, downloaded, touched_below
from policypack.visible import visible

_VARIABLES = (".tfvars", ".tfvars.json")
_LOADED = re.compile(r"(?:terraform|.*\.auto)\.tfvars(?:\.json)?")
_SHOWN = 5


class Changes(Struct, frozen=True):
    """The root modules to judge, and what there is to say of them. Without modules nothing that changed concerns any."""

    modules: tuple[Path, ...] = ()
    said: tuple[str, ...] = ()


def changes(given: Sequence[str], base: Path) -> Changes:
    """The root modules that use any of the files, or anything that the commit touches and pre-commit does not name.

    A file that no module can be found for may matter to each, so that all are judged. Raises ScanError where there is none, and
    where a file lies outside of the repository, and ReadError where git does not answer.
    """
    top = root_of(base) or base.resolve()
    named, touched = {_real(base, each) for each in given}, touched_below(top)
    files = [each for each in sorted(named.union(touched.gone)) if not downloaded(_below(each, top))]
    if not files and touched == Touched():
        return Changes()
    code, data = [str(each) for each in named if each.name.endswith(CODE)], {each.name for each in touched.data}
    repository = repository_at(str(top), code, {os.fsencode(each) for each in data})
    if not repository.roots:
        return _nothing(files, touched, top)
    users = {file: users_of(file, repository) for file in files}
    lost = [file for file, found in users.items() if not found] + list(touched.rules)
    more = [
        *(users_behind(each, repository) for each in touched.pointers),
        *(users_reading(each, repository) for each in touched.data),
    ]
    modules = sorted(set(repository.roots if lost else ()).union(*users.values(), *more))
    said = [f"{_shown(lost, top)}: part of no module, so all are judged"] if lost else []
    unread = [each for each in files if each.name.endswith(_VARIABLES) and not _is_loaded(each, modules)]
    said += [f"{_shown(unread, top)}: not read, as Terraform does not without -var-file; add --var-file"] if unread else []
    return Changes(tuple(Path(os.path.relpath(each, base)) for each in modules), tuple(said))


def _nothing(files: Sequence[Path], touched: Touched, top: Path) -> Changes:
    """A repository without any module: what belonged to one is an error, unless it goes with the last of them."""
    if not set(files) <= set(touched.gone):
        raise ScanError(f"{_shown(files, top)}: there is no module in this repository", "name a folder: policypack scan PATH")
    return Changes(said=("all code was deleted; only a plan tells what goes with it",) if files else ())


def _is_loaded(file: Path, modules: Sequence[str]) -> bool:
    return str(file.parent) in modules and bool(_LOADED.fullmatch(file.name))


def _real(base: Path, written: str) -> Path:
    """Where a file is, with the links of its folder followed and not its own: a link that changed is what changed."""
    path = base / written
    return Path(os.path.realpath(path.parent)) / path.name if path.name not in {"", ".."} else Path(os.path.realpath(path))


def _below(file: Path, top: Path) -> Sequence[str]:
    if not file.is_relative_to(top):
        raise ScanError(f"{visible(file.name)} lies outside of this repository", "call it in the repository of the file")
    return file.relative_to(top).parts


def _shown(files: Sequence[Path], top: Path) -> str:
    names = [each.relative_to(top).as_posix() for each in files[:_SHOWN]]
    return visible(", ".join(names)) + (f" and {len(files) - _SHOWN} more" if len(files) > _SHOWN else "")
