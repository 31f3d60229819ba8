"""Hashes."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable, Mapping

from policypack.model import Value
from policypack.read.hcl.convert import text
from policypack.read.hcl.functions.function import Function, whole
from policypack.read.hcl.partial import EvaluationError

_NAMESPACES = {"dns": uuid.NAMESPACE_DNS, "url": uuid.NAMESPACE_URL, "oid": uuid.NAMESPACE_OID, "x500": uuid.NAMESPACE_X500}


def hexadecimal(name: str, content: bytes) -> str:
    """The digest in hexadecimal digits."""
    return hashlib.new(name, content, usedforsecurity=False).hexdigest()


def in_base64(name: str, content: bytes) -> str:
    """The digest in base64."""
    return base64.b64encode(hashlib.new(name, content, usedforsecurity=False).digest()).decode()


def _digest(name: str, show: Callable[[str, bytes], str] = hexadecimal) -> Function:
    def applied(value: Value) -> Value:
        return show(name, text(value).encode())

    return whole(applied)


def _uuidv5(namespace: Value, name: Value) -> Value:
    space = text(namespace)
    try:
        return str(uuid.uuid5(_NAMESPACES.get(space) or uuid.UUID(space), text(name)))
    except ValueError:
        raise EvaluationError(f"{space[:40]!r} is not a namespace of UUIDs") from None


FUNCTIONS: Mapping[str, Function] = {
    "base64sha256": _digest("sha256", in_base64),
    "base64sha512": _digest("sha512", in_base64),
    "md5": _digest("md5"),
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "sha512": _digest("sha512"),
    "uuidv5": whole(_uuidv5),
}
