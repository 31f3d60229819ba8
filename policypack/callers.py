"""Which root modules use which folders of a repository, by the calls that its code makes."""
# ruff: noqa: PTH110, PTH112, PTH113, PTH114, PTH118, PTH120 - there may be tens of thousands of files, and a Path costs five times what text does

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from policypack.calls import ANYWHERE, calls_in, contents, read_by
from policypack.discover import CODE, reached, roots
from policypack.settings import FILE_NAME
from policypack.tracked import code_below


class Repository(Struct, frozen=True):
    """`roots` are the modules that nobody calls. `users`: a module's folder -> the roots that it is a part of. `links`: a file ->
    its other names. `readers`: a file's name -> the folders whose code reads such a file. `anywhere`: the roots that may call any
    folder. All of them real paths below `top`, as text: there may be tens of thousands of files."""

    top: str
    roots: Sequence[str]
    users: Mapping[str, Sequence[str]]
    links: Mapping[str, Sequence[str]]
    readers: Mapping[bytes, Collection[str]]
    anywhere: Sequence[str]


def repository_at(top: str, named: Iterable[str], data: Collection[bytes]) -> Repository:
    """What its tracked code says, and the named files whether they are tracked or not. `data`: names of files to find the readers of.
    Raises ReadError where git does not answer."""
    calls: dict[str, set[str]] = {}
    links: dict[str, list[str]] = {}
    readers: dict[bytes, set[str]] = {}
    inside = os.path.join(top, "")
    for file in dict.fromkeys((*code_below(Path(top)), *named)):
        real = os.path.realpath(file) if os.path.islink(file) else file
        if not os.path.isfile(real) or not real.startswith(inside):
            continue
        if real != file:
            links.setdefault(real, []).append(file)
        folder, raw = os.path.dirname(file), contents(real)
        targets = calls.setdefault(folder, set())
        targets.update(each if each == ANYWHERE else os.path.realpath(os.path.join(folder, each)) for each in calls_in(raw))
        for name in read_by(raw, data) if data else ():
            readers.setdefault(name, set()).add(folder)
    found = sorted(roots(calls))
    users: dict[str, list[str]] = {}
    for root in found:
        for module in reached([root], calls):
            users.setdefault(module, []).append(root)
    return Repository(top, found, users, links, readers, users.pop(ANYWHERE, ()))


def users_of(file: Path, repository: Repository) -> set[str]:
    """The roots that use the module which a file is a part of: code is of its folder, all else of the nearest module around it."""
    if file == Path(repository.top, FILE_NAME):
        return set()
    found: set[str] = set()
    for name in (file, *map(Path, repository.links.get(str(file), ()))):
        around = [name.parent] if name.name.endswith(CODE) else [name, *name.parents]
        module = next((str(each) for each in around if str(each) in repository.users), None)
        found.update((*repository.users[module], *repository.anywhere) if module else ())
    return found


def users_behind(pointer: Path, repository: Repository) -> set[str]:
    """The roots that use what a link or a submodule leads to, or led to; and a folder that lies in a module is a part of that."""
    real = os.path.realpath(pointer)
    ways = tuple(os.path.join(each, "") for each in (str(pointer), real))
    found = {root for module, users in repository.users.items() if os.path.join(module, "").startswith(ways) for root in users}
    return found | (users_of(pointer, repository) if os.path.isdir(real) or not os.path.exists(real) else set())


def users_reading(data: Path, repository: Repository) -> set[str]:
    """The roots whose code reads a file of this name."""
    folders = repository.readers.get(os.fsencode(data.name), ())
    return {root for folder in folders for root in repository.users[folder]}
