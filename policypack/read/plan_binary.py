"""What a binary plan file says that it does: the changes in its member `tfplan`, a protocol buffer (planfile.proto of Terraform; that
of OpenTofu has the same numbers). Of its fields only those are read that `terraform show -json` shows too.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator

from msgspec import Struct

from policypack.read.options import ReadError
from policypack.read.planfile import MAX_TOTAL, content_of

_VERSION = 3
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
_ERRORS = (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, ValueError, EOFError, LookupError)
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
    """What a plan file does. `complete` is None where an older Terraform wrote it, which did not say."""

    changes: tuple[FileChange, ...]
    timestamp: str = ""
    errored: bool = False
    complete: bool | None = None


def read_file_plan(content: bytes, name: str) -> FilePlan:
    """What the bytes of a plan file say that it does. Raises ReadError where they cannot be understood."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _plan(content_of(archive, archive.getinfo("tfplan"), MAX_TOTAL))
    except _ERRORS as error:
        hint = "give the file that `terraform plan -out` wrote"
        raise ReadError(f"{name} does not say what it does in a way that is understood", hint) from error


def _plan(data: bytes) -> FilePlan:
    changes: list[FileChange] = []
    plan: dict[int, int | bytes] = {1: 0, 20: 0, 21: b"", 25: 0, 26: 0}
    for number, value in _fields(data):
        if number == 3:
            changes.append(_change(_bytes(value)))
        elif number in plan:
            plan[number] = value
    if plan[1] != _VERSION:
        raise ValueError("another version of the format")
    told = plan[25] or plan[26] or plan[20]  # what is false is left out: a file that is neither is one that does not say
    return FilePlan(tuple(changes), _bytes(plan[21]).decode(), bool(plan[20]), bool(plan[26]) if told else None)


def _change(data: bytes) -> FileChange:
    one = dict(_fields(data))
    change: dict[int, int | bytes] = {}
    values = []
    for number, value in _fields(_bytes(one[9])):
        if number == 2:
            values.append(_bytes(dict(_fields(_bytes(value)))[1]))
        change[number] = value
    actions = _ACTIONS[int(change.get(1, 0))]
    address = _bytes(one[13]).decode()
    return FileChange(
        address,
        _bytes(one.get(14, b"")).decode() or address,
        _bytes(one.get(7, b"")).decode(),
        _bytes(one.get(8, b"")).decode(),
        actions,
        *_sides(actions, values),
    )


def _sides(actions: tuple[str, ...], values: list[bytes]) -> tuple[bytes, bytes]:
    """Before and after, of which what is null by its nature is not written."""
    if len(values) == 2:
        return values[0], values[1]
    (only,) = values
    if actions == ("no-op",):
        return only, only
    return (NULL, only) if actions == ("create",) else (only, NULL)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and value of each field of a message: a number, or the bytes of whatever it is."""
    place = 0
    while place < len(data):
        key, place = _number(data, place)
        kind = key & 7
        if kind == 0:
            value, place = _number(data, place)
            yield key >> 3, value
            continue
        size, place = _number(data, place) if kind == 2 else ({1: 8, 5: 4}[kind], place)
        if place + size > len(data):
            raise ValueError("a field goes on behind the end")
        yield key >> 3, data[place : place + size]
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


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a number where a text belongs")  # noqa: TRY004 - what the file says is wrong, not a type of ours
    return value
