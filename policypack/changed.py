"""The root modules that changed files belong to: `policypack scan --changed`, which is what a hook calls."""
# ruff: noqa: PTH113, PTH114, PTH118, PTH120 - there may be tens of thousands of files, and a Path costs five times what text does

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from policypack.discover import CODE, calls_in, reached, roots
from policypack.read.git import root_of
from policypack.scan import ScanError
from policypack.settings import FILE_NAME
from policypack.tracked import code_below, deleted_below, downloaded
from policypack.visible import visible

_VARIABLES = (".tfvars", ".tfvars.json")
_LOADED = re.compile(r"(?:terraform|.*\.auto)\.tfvars(?:\.json)?")
_SHOWN = 5


class Changes(Struct, frozen=True):
    """The root modules to judge, and what there is to say of them. Without modules nothing that changed concerns any."""

    modules: tuple[Path, ...] = ()
    said: tuple[str, ...] = ()


class Repository(Struct, frozen=True):
    """`roots` are the modules that nobody calls. `users`: a module's folder -> the roots that it is a part of. `links`: a file ->
    its other names. All of them real paths below `top`, as text: there may be tens of thousands of files."""

    top: str
    roots: Sequence[str]
    users: Mapping[str, Sequence[str]]
    links: Mapping[str, Sequence[str]]


def changes(given: Sequence[str], base: Path) -> Changes:
    """The root modules that use any of the files, or any that git is about to delete.

    A file that no module can be found for may matter to each, so that all are judged. Raises ScanError where there is none, and
    where a file lies outside of the repository, and ReadError where git does not answer.
    """
    top = root_of(base) or base.resolve()
    named, gone = {_real(base, each) for each in given}, set(deleted_below(top))
    files = [each for each in sorted(named | gone) if not downloaded(_below(each, top))]
    if not files:
        return Changes()
    repository = _repository(str(top), [str(each) for each in named if each.name.endswith(CODE)])
    if not repository.roots and gone.issuperset(files):
        return Changes(said=("all code was deleted; only a plan tells what goes with it",))
    if not repository.roots:
        raise ScanError(f"{_shown(files, top)}: there is no module in this repository", "name a folder: policypack scan PATH")
    users = {file: _users(file, repository) for file in files}
    lost = [file for file, found in users.items() if not found]
    modules = sorted(set(repository.roots if lost else ()).union(*users.values()))
    said = [f"{_shown(lost, top)}: part of no module, so all are judged"] if lost else []
    unread = [each for each in files if each.name.endswith(_VARIABLES) and not _is_loaded(each, modules)]
    said += [f"{_shown(unread, top)}: not read, as Terraform does not without -var-file; add --var-file"] if unread else []
    return Changes(tuple(Path(os.path.relpath(each, base)) for each in modules), tuple(said))


def _repository(top: str, named: Iterable[str]) -> Repository:
    calls: dict[str, set[str]] = {}
    links: dict[str, list[str]] = {}
    inside = os.path.join(top, "")
    for file in dict.fromkeys((*code_below(Path(top)), *named)):
        real = os.path.realpath(file) if os.path.islink(file) else file
        if not os.path.isfile(real) or not real.startswith(inside):
            continue
        if real != file:
            links.setdefault(real, []).append(file)
        folder = os.path.dirname(file)
        targets = calls.setdefault(folder, set())
        targets.update(os.path.realpath(os.path.join(folder, source)) for source in calls_in(real))
    found = sorted(roots(calls))
    users: dict[str, list[str]] = {}
    for root in found:
        for module in reached([root], calls):
            users.setdefault(module, []).append(root)
    return Repository(top, found, users, links)


def _users(file: Path, repository: Repository) -> set[str]:
    """The roots that use the module which a file is a part of: code is of its folder, all else of the nearest module around it."""
    if file == Path(repository.top, FILE_NAME):
        return set()
    found: set[str] = set()
    for name in (file, *map(Path, repository.links.get(str(file), ()))):
        around = [name.parent] if name.name.endswith(CODE) else [name, *name.parents]
        module = next((str(each) for each in around if str(each) in repository.users), None)
        found.update(repository.users[module] if module else ())
    return found


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
