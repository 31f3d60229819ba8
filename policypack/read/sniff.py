"""What a file is: Terraform's JSON of one kind or another, or something else that a user may have handed over by mistake."""

from __future__ import annotations

import codecs
import os
import re
import stat
import sys
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias

import msgspec

from policypack.model import Location
from policypack.read.options import ReadError
from policypack.read.plan_json import NULL, Outline

MAX_JSON = 2**30
"""The largest plan or state that is read. A plan of 100,000 resources has a third of it."""
_LARGE = 2**24
_PIECE = 2**20
Text: TypeAlias = "bytes | memoryview"
"""The text of a file: a copy, or a view of it."""
Kind: TypeAlias = Literal["plan", "state", "raw state"]
EDITED = "was it edited, or made by another tool?"
_OF_PLANS = ("resource_changes", "configuration", "prior_state")
_MAKE_JSON = "terraform show -json {file} > plan.json"
_KINDS = "give it a plan (terraform show -json), a state, or a folder of Terraform"


def read_text(path: Path | None, name: str, *, copied: bool = True) -> Text:
    """The content of a file, or of standard input, as UTF-8. Raises ReadError where it is no text, or too much of it.

    Without `copied` a large file is not copied into memory but looked at where it lies, which saves a large plan a tenth of its
    time. Whoever changes it meanwhile changes what is read, and whoever cuts it off ends the program by a signal, which is no
    pass: what is to hold for one content takes a copy.
    """
    try:
        if path is None:
            data = _all_of(sys.stdin.buffer)
        else:
            status = path.stat()
            if stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode) or stat.S_ISSOCK(status.st_mode):
                raise _refused(name, "is a device, not a file", _KINDS)
            if status.st_size > MAX_JSON:
                raise _too_large(name)
            with path.open("rb") as file:
                if not copied and status.st_size >= _LARGE and (seen := _where_it_lies(file, status)) is not None:
                    return _as_utf8(seen, name)
                data = file.read(status.st_size + 1) if stat.S_ISREG(status.st_mode) else b""
                data = data if 0 < len(data) <= status.st_size else data + _all_of(file)
    except FileNotFoundError:
        raise _refused(name, "does not exist", "check the path") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "the system refuses it"
        raise _refused(name, f"cannot be read: {why.lower()}", "check its permissions") from None
    except MemoryError:
        raise _too_large(name) from None
    if len(data) > MAX_JSON:
        raise _too_large(name)
    return _as_utf8(data, name)


def _where_it_lies(file: BinaryIO, status: os.stat_result) -> memoryview | None:
    """The content of a file as a view of it, None where the system has none to give."""
    import mmap  # few inputs are large

    try:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) if stat.S_ISREG(status.st_mode) else None
    except (OSError, ValueError):
        return None


def _all_of(stream: BinaryIO) -> bytes:
    """What a stream holds, up to one byte too much. Its size is not known before, as with a pipe."""
    pieces: list[bytes] = []
    size = 0
    while size <= MAX_JSON and (piece := stream.read(min(1 << 20, MAX_JSON + 1 - size))):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def outline(data: Text, name: str) -> tuple[Kind, Outline]:
    """What kind of Terraform JSON the text is, and its parts. Raises ReadError where it is none that can be read."""
    try:
        found = msgspec.json.decode(data, type=Outline)
    except msgspec.ValidationError as error:
        raise _misshapen(name, str(error)) from None
    except msgspec.DecodeError as error:
        raise _malformed(bytes(data), name, error) from None
    except (UnicodeDecodeError, ValueError):
        raise _refused(name, "is not valid JSON: it holds text that is not UTF-8", _KINDS) from None
    except RecursionError:
        raise _refused(name, "is nested too deeply to be Terraform's", _KINDS) from None
    kind = _kind(found)
    if kind is None:
        raise _refused(name, "is JSON, but neither a Terraform plan nor a state", _KINDS)
    _check_version(kind, found, name)
    return kind, found


def _kind(found: Outline) -> Kind | None:
    if found.format_version is not None:
        parts = (found.resource_changes, found.configuration)
        planned = found.planned_values != NULL or found.resource_drift != NULL or any(part is not None for part in parts)
        return "plan" if planned else "state"
    if found.version is not None and (found.lineage is not None or found.resources != NULL) and found.serial is not None:
        return "raw state"
    return None


def _check_version(kind: Kind, found: Outline, name: str) -> None:
    if kind == "raw state":
        if found.version != 4:
            hint = "let a current Terraform write it anew, or use terraform show -json"
            raise _refused(name, "is a state of another format version than 4", hint)
        return
    major, _, minor = (found.format_version or "").partition(".")
    if major not in {"0", "1"} or not minor.isdigit():
        newer = major.isdigit() and int(major[:6]) > 1
        hint = "update policypack" if newer else _KINDS
        raise _refused(name, "has a format version that is not understood (0.x and 1.x are)", hint)


def _as_utf8(data: Text, name: str) -> Text:
    head = bytes(data[:4096])
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # what `>` writes in Windows PowerShell
        try:
            return bytes(data).decode("utf-16").encode()
        except UnicodeError:
            raise _refused(name, "is not valid UTF-16 text", _KINDS) from None
    if head.startswith(codecs.BOM_UTF8):
        data, head = data[len(codecs.BOM_UTF8) :], head[len(codecs.BOM_UTF8) :]
    if head.startswith(b"PK\x03\x04"):
        raise _refused(name, "is a binary plan file (or another zip)", _MAKE_JSON.format(file=Path(name).name))
    if not head or (head.isspace() and bytes(data).isspace()):
        raise _refused(name, "is empty", "did the command that wrote it fail?")
    if b"\0" in head:
        raise _refused(name, "is binary", _KINDS)
    if not _is_utf8(data):
        raise _refused(name, "is not UTF-8 text", "save it as UTF-8")
    return data


def _is_utf8(data: Text) -> bool:
    """Whether it all is, looked at in pieces, so that a large file is not held twice."""
    check: codecs.IncrementalDecoder | None = None
    try:
        for start in range(0, len(data), _PIECE):
            piece = bytes(data[start : start + _PIECE])
            if check is None and piece.isascii():
                continue
            check = check or codecs.getincrementaldecoder("utf-8")()
            check.decode(piece, final=start + _PIECE >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _misshapen(name: str, error: str) -> ReadError:
    what, _, path = error.partition(" - at `$.")
    if not path.startswith(_OF_PLANS):
        return _refused(name, f"is JSON, but not of Terraform's form: {error}", _KINDS)
    entry = re.match(r"resource_changes\[(\d+)\]", path)
    said = f"{what}, in entry {entry.group(1)} of resource_changes" if entry else error
    return _refused(name, f"is a plan, but not of the form that Terraform writes: {said}", EDITED)


def _malformed(data: bytes, name: str, error: Exception) -> ReadError:
    text = str(error)
    _, _, tail = text.rpartition("(byte ")
    if tail.rstrip(")").isdigit():
        offset = int(tail.rstrip(")"))
        line = data.count(b"\n", 0, offset) + 1
        column = offset - data.rfind(b"\n", 0, offset)
        what = text.rpartition(" (byte ")[0].removeprefix("JSON is malformed: ")
        first = data[:1024].lstrip()[:1] not in {b"{", b"["}
        said = "is not JSON" if first else f"is not valid JSON at line {line}, column {column}: {what}"
        return ReadError(f"{name} {said}", _KINDS, Location(name, line, line))
    return _refused(name, "ends in the middle of its JSON", "did the command that wrote it fail, or the disk fill up?")


def _too_large(name: str) -> ReadError:
    return _refused(name, f"is larger than {MAX_JSON:,} bytes", "split the configuration, or plan its parts")


def _refused(name: str, what: str, hint: str) -> ReadError:
    return ReadError(f"{name} {what}", hint, Location(name))
