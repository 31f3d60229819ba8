"""What a binary plan file says that it does: the changes in its member `tfplan`, a protocol buffer (planfile.proto of Terraform; that
of OpenTofu has the same numbers). Of its fields only those are read that `terraform show -json` shows too.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from policypack.read.options import ReadError
from policypack.read.planfile import ARCHIVE_ERRORS, MAX_TOTAL, content_of

_VERSION = 3
_CHANGES, _INVOKED, _DEFERRED = 3, 30, (27, 31)
_END = 22  # bytes of the end of an archive, where no comment is behind it
_ACTIONS = {
    0: ("no-op",),
    1: ("create",),
    2: ("read",),
    3: ("update",),
    5: ("delete",),
    6: ("delete", "create"),
    7: ("create", "delete"),
    8: ("forget",),
    9: ("create", "forget"),
}
NULL = b"\xc0"
"""MessagePack's null."""


class FileChange(Struct, frozen=True, gc=False):
    """What the file does to one object. `before` and `after` are MessagePack, as Terraform's provider protocol has values."""

    address: str
    previous: str
    deposed: str
    provider: str
    actions: tuple[str, ...]
    before: bytes
    after: bytes


class FilePlan(Struct, frozen=True):
    """What a plan file does. `complete` is None where an older Terraform wrote it, which did not say. `invoked` are the actions that
    it runs (Terraform 1.14); `defers`: it puts something off to a later plan."""

    changes: tuple[FileChange, ...]
    timestamp: str = ""
    errored: bool = False
    complete: bool | None = None
    invoked: tuple[str, ...] = ()
    defers: bool = False


def read_file_plan(content: bytes, name: str) -> FilePlan:
    """What the bytes of a plan file say that it does. Raises ReadError where they cannot be understood, or in more ways than one."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _one_reading(archive, content)
            return _plan(content_of(archive, archive.getinfo("tfplan"), MAX_TOTAL))
    except ARCHIVE_ERRORS as error:
        hint = "give the file that `terraform plan -out` wrote"
        raise ReadError(f"{name} does not say what it does in a way that is understood", hint) from error


def _one_reading(archive: zipfile.ZipFile, content: bytes) -> None:
    """Refuses an archive in which another reader could find another plan: Terraform takes the first of two of a name, Python the
    last, and they disagree about a directory that does not lie right before the end of the file."""
    files = archive.infolist()
    size, start = struct.unpack("<II", content[-_END:][12:20])
    whole = content[-_END:].startswith(b"PK\5\6") and start + size + _END == len(content)
    elsewhere = content[-_END - 20 :].startswith(b"PK\6\7")
    renamed = any(each.filename != each.orig_filename for each in files)
    if not whole or elsewhere or renamed or len({each.filename for each in files}) < len(files):
        raise zipfile.BadZipFile("it can be read in two ways")


def _plan(data: bytes) -> FilePlan:
    plan, many = _message(data, {1: 0, 20: 0, 21: 2, 25: 0, 26: 0}, _CHANGES, _INVOKED, *_DEFERRED)
    if plan.get(1) != _VERSION:
        raise ValueError("another version of the format")
    errored, applyable, complete = (bool(plan.get(each)) for each in (20, 25, 26))
    told = applyable or complete or errored  # what is false is left out: a file that is neither is one that does not say
    return FilePlan(
        tuple(map(_change, many[_CHANGES])),
        plan.get(21, b"").decode(),
        errored,
        complete if told else None,
        tuple(_message(each, {1: 2})[0][1].decode() for each in many[_INVOKED]),
        any(many[each] for each in _DEFERRED),
    )


def _change(data: bytes) -> FileChange:
    one, _ = _message(data, {7: 2, 8: 2, 9: 2, 13: 2, 14: 2})
    change, many = _message(one[9], {1: 0}, 2)
    actions = _ACTIONS[change.get(1, 0)]
    address = one[13].decode()
    return FileChange(
        address,
        one.get(14, b"").decode() or address,
        one.get(7, b"").decode(),
        one.get(8, b"").decode(),
        actions,
        *_sides(actions, [_message(each, {1: 2})[0][1] for each in many[2]]),
    )


def _sides(actions: tuple[str, ...], values: list[bytes]) -> tuple[bytes, bytes]:
    """Before and after, of which what is null by its nature is not written."""
    if len(values) == 2:
        return values[0], values[1]
    (only,) = values
    if actions == ("no-op",):
        return only, only
    return (NULL, only) if actions == ("create",) else (only, NULL)


def _message(data: bytes, once: Mapping[int, int], *many: int) -> tuple[dict[int, Any], dict[int, list[bytes]]]:
    """The fields of a message that it has at most once (number -> kind), and all messages of the numbers of which it has many.

    Whoever writes a field twice, or as another kind, is read differently by everybody: Terraform joins the one and skips the other.
    """
    found: dict[int, Any] = {}
    all_of: dict[int, list[bytes]] = {number: [] for number in many}
    for number, kind, value in _fields(data):
        if number not in once and number not in all_of:
            continue
        if kind != once.get(number, 2) or number in found:
            raise ValueError("a field in a way that Terraform does not write")
        if number in all_of and not isinstance(value, int):
            all_of[number].append(value)
        else:
            found[number] = value
    return found, all_of


def _fields(data: bytes) -> Iterator[tuple[int, int, int | bytes]]:
    """Number, kind and value of each field of a message: a number, or the bytes of whatever it is."""
    place = 0
    while place < len(data):
        key, place = _number(data, place)
        kind = key & 7
        if kind == 0:
            value, place = _number(data, place)
            yield key >> 3, kind, value
            continue
        size, place = _number(data, place) if kind == 2 else ({1: 8, 5: 4}[kind], place)
        if place + size > len(data):
            raise ValueError("a field goes on behind the end")
        yield key >> 3, kind, data[place : place + size]
        place += size


def _number(data: bytes, place: int) -> tuple[int, int]:
    found = shift = 0
    while shift < 70:
        byte = data[place]
        place += 1
        found |= (byte & 127) << shift
        if byte < 128:
            return found, place
        shift += 7
    raise ValueError("a number without an end")
