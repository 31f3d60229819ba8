"""The binary plan file: a zip that holds the configuration of every module as it was planned, and the state.

Its plan is in a form that is Terraform's own, so `terraform show -json` is what is read of that. The configuration is the
text that the JSON loses.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from msgspec import Struct

from policypack.model import Gap, Input, Location, replace
from policypack.read.files import shown
from policypack.read.options import ReadError, ReadOptions

MAX_FILES = 10_000
MAX_FILE = 10 * 2**20
MAX_TOTAL = 256 * 2**20
_CONFIGURATION = "tfconfig/"
_MANIFEST = "tfconfig/modules.json"
_LOCK = ".terraform.lock.hcl"
ARCHIVE_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    RuntimeError,  # what is encrypted, packed in a way that Python does not know, or nested without end
    ValueError,
    EOFError,
    LookupError,
    struct.error,
)
"""What reading a broken or a hostile archive raises, and what is in it."""


class PlanFile(Struct, frozen=True):
    """What a binary plan file adds: its configuration as an Input, and which state it was planned against."""

    source: Input | None = None
    lineage: str | None = None
    serial: int | None = None
    gap: Gap | None = None


def read_plan_file(path: Path, options: ReadOptions) -> PlanFile:
    """The configuration and the state's identity in a binary plan file. What is wrong with the file is its gap.

    Files are called what they are called in the archive: `main.tf`, `mods/tenant/main.tf`.
    """
    name = shown(path, options.base, path)
    try:
        with zipfile.ZipFile(path) as archive:
            lineage, serial = _state(archive)
            with _unpacked(archive) as (base, root):
                from policypack.read.module import read_module

                source = read_module(root, replace(options, base=base, source=None, plan_file=None, variable_files=()))
        return PlanFile(source, lineage, serial)
    except ReadError as error:
        return PlanFile(gap=_gap(name, f"holds no configuration that can be read: {error.reason}"))
    except ARCHIVE_ERRORS as error:
        unopened = isinstance(error, OSError)
        return PlanFile(gap=_gap(name, "cannot be opened" if unopened else "is no plan file that can be read"))


def _gap(name: str, what: str) -> Gap:
    return Gap(f"{name} {what}; give the file that `terraform plan -out` wrote", Location(name), unreadable=True)


@contextmanager
def _unpacked(archive: zipfile.ZipFile) -> Iterator[tuple[Path, Path]]:
    """The root module in a temporary folder, laid out as it was planned, after the folder that shown paths start at: itself,
    unless a module in the folder above would then have files of the same names."""
    modules = _modules(archive)
    depth = max((_climbs(folder) for folder in modules.values()), default=0)
    with tempfile.TemporaryDirectory(prefix="plan-") as temporary:
        top = Path(temporary).resolve()
        (top / ".git").mkdir()  # the reader takes a repository for the tree that it may read
        root = top.joinpath(*["root"] * (depth + 1))
        root.mkdir(parents=True)
        for target, data in _files(archive, modules):
            place = Path(root, target)
            if not _inside(place, top):
                raise zipfile.BadZipFile("a file of the archive leaves it")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        above = any(os.path.normpath(folder) == os.pardir for folder in modules.values())
        yield (top if above else root), root


def _inside(place: Path, top: Path) -> bool:
    return place.resolve().is_relative_to(top) and ".git" not in place.resolve().relative_to(top).parts


def _files(archive: zipfile.ZipFile, modules: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Where each file of the configuration goes, relative to the root module, with its content."""
    left = MAX_TOTAL
    for info in archive.infolist()[:MAX_FILES]:
        place = PurePosixPath(info.filename)
        target = None
        if info.filename in {_LOCK, _MANIFEST}:
            target = _LOCK if info.filename == _LOCK else ".terraform/modules/modules.json"
        elif len(place.parts) == 3 and place.parts[0] == "tfconfig" and place.parts[1].startswith("m-"):
            folder = modules.get(place.parts[1][2:])
            target = None if folder is None else f"{folder}/{place.name}"
        if target is not None:
            data = content_of(archive, info, min(MAX_FILE, left))
            left -= len(data)
            yield target, _manifest(data) if info.filename == _MANIFEST else data


def content_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int) -> bytes:
    """A file of an archive. Raises BadZipFile where it is larger than the limit."""
    with archive.open(info) as file:
        data = file.read(limit + 1)  # the size in the directory may lie
    if len(data) > limit:
        raise zipfile.BadZipFile("the archive holds too much")
    return data


def _modules(archive: zipfile.ZipFile) -> dict[str, str]:
    """Module path (`store`, `store.inner`) -> its folder, relative to the root module."""
    listed = json.loads(content_of(archive, archive.getinfo(_MANIFEST), MAX_FILE)) if _MANIFEST in archive.namelist() else []
    found = {"": "."}
    for each in listed if isinstance(listed, list) else ():
        key, folder = (each.get("Key"), each.get("Dir")) if isinstance(each, dict) else (None, None)
        if isinstance(key, str) and isinstance(folder, str) and not PurePosixPath(folder).is_absolute():
            found[key] = folder.replace("\\", "/")
    return found


def _manifest(data: bytes) -> bytes:
    """The archive's list of modules in the form that `.terraform/modules/modules.json` has."""
    return json.dumps({"Modules": json.loads(data)}).encode()


def _climbs(folder: str) -> int:
    depth = lowest = 0
    for part in PurePosixPath(folder).parts:
        depth += -1 if part == ".." else 0 if part == "." else 1
        lowest = min(lowest, depth)
    return min(-lowest, 64)


def _state(archive: zipfile.ZipFile) -> tuple[str | None, int | None]:
    """The lineage and the serial of the state that was planned against; None where there was none yet."""
    if "tfstate" not in archive.namelist():
        return None, None
    try:
        state = json.loads(content_of(archive, archive.getinfo("tfstate"), MAX_TOTAL))
    except (ValueError, RecursionError):
        return None, None
    lineage, serial = (state.get("lineage"), state.get("serial")) if isinstance(state, dict) else (None, None)
    known = isinstance(lineage, str) and lineage != ""
    return (lineage if known else None), (serial if known and isinstance(serial, int) else None)
