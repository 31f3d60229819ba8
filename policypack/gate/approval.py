"""The approval: what a person signs. A file of JSON, and beside it (`.sig`) an SSH signature of exactly its bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from policypack.gate.canonical import strictly
from policypack.gate.digest import Digest, Needed
from policypack.read.options import ReadError

NAMESPACE = "policypack-approval"
"""What `ssh-keygen -Y sign -n` and `verify -n` are given: a signature for anything else approves nothing."""
FORM = "policypack-approval/1"
SUFFIX = ".sig"
_LARGEST = 8 * 2**20
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


class ApprovalRefused(ValueError):  # noqa: N818 - it is refused, nothing failed
    """A text that is no approval, and why."""


class Changed(Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """One thing that is approved: as the need that it answers."""

    address: str
    kind: str
    actions: tuple[str, ...]


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person says yes to. `requester` is who asked for it, as the approver was told; `nonce` tells two of the same
    apart, so that each can be spent once."""

    form: str
    digest: Digest
    changes: tuple[Changed, ...]
    reason: str
    requester: str
    issued: datetime
    expires: datetime
    nonce: str


class Presented(Struct, frozen=True):
    """An approval as it was handed in: nothing of it is checked yet. `name` is what the user is shown, `path` where it
    was read, None where it was not."""

    name: str
    statement: bytes
    signature: bytes | None
    path: Path | None = None


def changed(needs: Iterable[Needed]) -> tuple[Changed, ...]:
    """What is to be approved, in the order that approvals have it."""
    return tuple(sorted({Changed(each.address, each.kind, each.actions) for each in needs}))


def written(approval: Approval) -> bytes:
    """The file that is signed: JSON with a key a line, so that a person can read what the signature is for."""
    plain = msgspec.to_builtins(approval, builtin_types=(datetime,))
    plain |= {name: plain[name].astimezone(timezone.utc).strftime(_MOMENT) for name in ("issued", "expires")}
    return (json.dumps(plain, indent=2, ensure_ascii=True) + "\n").encode()


def read_approval(statement: bytes) -> Approval:
    """What the bytes say. Raises ApprovalRefused where they are no approval of this form, whole and with nothing twice."""
    if len(statement) > _LARGEST:
        raise ApprovalRefused("it is too large")
    try:
        approval = msgspec.convert(_plain(strictly(statement)), Approval)
    except ApprovalRefused:
        raise
    except (ValueError, TypeError, LookupError, RecursionError, msgspec.MsgspecError) as error:
        raise ApprovalRefused("it is not an approval as `policypack approve` writes it") from error
    _check(approval)
    return approval


def _plain(read: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    if not isinstance(read, dict) or read.get("form") != FORM:
        raise ApprovalRefused(f"it is not of the form {FORM}")
    return read | {name: _moment(read[name]) for name in ("issued", "expires")}


def _moment(text: Any) -> datetime:  # noqa: ANN401 - any JSON
    if not isinstance(text, str) or not text.isascii():
        raise ApprovalRefused("a time in it is no text")
    return datetime.strptime(text, _MOMENT).replace(tzinfo=timezone.utc)


def _check(approval: Approval) -> None:
    digests = (approval.digest.changes, approval.digest.plan, approval.digest.file)
    if not all(_DIGEST.fullmatch(each) for each in digests if each is not None):
        raise ApprovalRefused("a digest in it is not sha256: and 64 digits")
    if not re.fullmatch(r"[0-9a-f]{32,128}", approval.nonce):
        raise ApprovalRefused("its nonce is not 32 to 128 hexadecimal digits")
    if not approval.reason.strip() or not approval.requester.strip():
        raise ApprovalRefused("it names no reason, or nobody who asked for it")
    if not approval.changes or list(approval.changes) != sorted(set(approval.changes)):
        raise ApprovalRefused("its changes are none, twice or out of order")


def presented(paths: Sequence[Path]) -> tuple[Presented, ...]:
    """The approvals in these files, and in the folders among them (`*.approval.json`), each with its signature if it has one.

    Raises ReadError where one that is named is not there.
    """
    files: dict[Path, None] = {}
    for path in paths:
        found = sorted(path.glob("*.approval.json")) if path.is_dir() else [path]
        files.update(dict.fromkeys(found))
    return tuple(Presented(path.name, _read(path), _signature(path), path) for path in files)


def _signature(path: Path) -> bytes | None:
    beside = path.with_name(path.name + SUFFIX)
    return _read(beside) if beside.exists() else None


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():  # a pipe would be waited for without end
            raise ReadError(f"{path.name}: is no file", "name what `policypack approve` wrote")
        with path.open("rb") as file:
            return file.read(_LARGEST + 1)
    except OSError as error:
        raise ReadError(
            f"{path.name}: cannot be read ({error.strerror or type(error).__name__})", "check --approval"
        ) from error
