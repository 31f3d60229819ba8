"""The root modules and plans under a folder, for `policypack scan` without a path."""

from __future__ import annotations

import codecs
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from policypack.calls import calls_in, contents

CODE = (".tf", ".tofu", ".tf.json", ".tofu.json")
Folder = TypeVar("Folder", Path, str)
_SKIPPED = {"node_modules", "__pycache__", "venv"}
_HEAD = 64 * 1024  # `terraform show -json` writes its version and its kind first


def find_inputs(folder: Path) -> list[Path]:
    """What can be scanned on its own: root modules, and plans (in place of the module that they lie in), sorted.

    A module that another one calls is judged as part of that one. Hidden folders, `node_modules` and symbolic links are
    not entered.
    """
    modules: list[Path] = []
    plans: list[Path] = []
    for directory, files in _folders(folder):
        if any(name.endswith(CODE) for name in files):
            modules.append(directory)
        plans.extend(directory / name for name in files if name.endswith(".json") and is_plan(directory / name))
    planned = {plan.parent for plan in plans}
    return sorted([*(module for module in uncalled(modules) if module not in planned), *plans])


def uncalled(modules: Collection[Path]) -> list[Path]:
    """The module folders that none of the others calls."""
    shown = {module.resolve(): module for module in modules}
    return sorted(shown[root] for root in roots({real: set(_calls(real)) for real in shown}))


def roots(calls: Mapping[Folder, Collection[Folder]]) -> list[Folder]:
    """The modules that no other one calls, where a module's folder leads to the folders that it calls. Of modules that only
    call each other, the first stands for all: what is in a circle must not vanish."""
    called = {target for module, targets in calls.items() for target in targets if target != module}
    found = [module for module in calls if module not in called]
    left = set(calls) - reached(found, calls)
    while left:
        first = min(left)
        found.append(first)
        left -= reached([first], calls)
    return found


def reached(start: Iterable[Folder], calls: Mapping[Folder, Collection[Folder]]) -> set[Folder]:
    """The modules that these are or call, directly or not."""
    found: set[Folder] = set()
    waiting = list(start)
    while waiting:
        module = waiting.pop()
        if module not in found:
            found.add(module)
            waiting.extend(calls.get(module, ()))
    return found


def holds_code(folder: Path) -> bool:
    """Whether Terraform or OpenTofu code lies directly in the folder."""
    return any(entry.name.endswith(CODE) and entry.is_file() for entry in os.scandir(folder))


def is_plan(path: Path) -> bool:
    """Whether the file begins as the JSON of a plan does."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return False
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # what `>` writes in PowerShell
        head = head.decode("utf-16", "ignore").encode()
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not start.startswith(b"{") or b'"format_version"' not in head:
        return False
    return any(mark in head for mark in (b'"planned_values"', b'"resource_changes"', b'"variables"', b'"resource_drift"'))


def _folders(top: Path) -> Iterator[tuple[Path, list[str]]]:
    for directory, folders, files in os.walk(top, followlinks=False):
        here = Path(directory)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name not in _SKIPPED and not (here / name).is_symlink()
        )
        kept = [name for name in sorted(files) if not name.startswith(".") and not (here / name).is_symlink()]
        if kept:
            yield here, kept


def _calls(module: Path) -> Iterator[Path]:
    for entry in sorted(module.iterdir()):
        if entry.name.endswith(CODE) and not entry.is_symlink() and entry.is_file():
            for source in calls_in(contents(str(entry))):
                yield (module / source).resolve()
