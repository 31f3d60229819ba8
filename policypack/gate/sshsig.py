"""SSH signatures of files: the format of `ssh-keygen -Y sign` (PROTOCOL.sshsig of OpenSSH)."""

from __future__ import annotations

import base64
import binascii
import hashlib

from msgspec import Struct

from policypack.gate import sshkeys
from policypack.gate.sshkeys import Touch
from policypack.gate.sshwire import Reader, WireError, string

_MAGIC, _VERSION = b"SSHSIG", 1
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
_HASHES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}
_LARGEST = 64 * 1024
_WIDTH = 70


class SignatureRefused(ValueError):  # noqa: N818 - it is refused, nothing failed
    """A text that is no SSH signature. `truncated`: it begins as one."""

    def __init__(self, reason: str, *, truncated: bool = False) -> None:
        super().__init__(reason)
        self.truncated = truncated


class Signature(Struct, frozen=True):
    """A signature as it is read; nothing of it is checked yet. `key` is the public key in SSH's own encoding."""

    key: bytes
    namespace: str
    hashed: str
    body: bytes


def read_signature(text: bytes) -> Signature:
    """What an armoured signature says. Raises SignatureRefused where it is none, or where something is before or after it."""
    lines = text[: _LARGEST + 1].decode("latin-1").strip().splitlines()
    if len(text) > _LARGEST or not lines or lines[0].strip() != _BEGIN:
        raise SignatureRefused("it is no SSH signature")
    if lines[-1].strip() != _END:
        raise SignatureRefused("it ends before the signature does", truncated=True)
    try:
        return _read(Reader(base64.b64decode("".join(line.strip() for line in lines[1:-1]), validate=True)))
    except WireError as error:
        raise SignatureRefused(str(error), truncated="too early" in str(error)) from error
    except (binascii.Error, ValueError) as error:
        raise SignatureRefused("it is not base64") from error


def _read(blob: Reader) -> Signature:
    if blob.take(len(_MAGIC)) != _MAGIC or blob.number() != _VERSION:
        raise WireError("it is no SSH signature of version 1")
    key, namespace, _reserved, hashed, body = blob.string(), blob.text(), blob.string(), blob.text(), blob.string()
    blob.end()
    if hashed not in _HASHES:
        raise WireError(f"its hash {hashed[:40]} is not one of {', '.join(_HASHES)}")
    return Signature(key, namespace, hashed, body)


def verify(signature: Signature, message: bytes) -> Touch:
    """Holds a signature to the text that it should be over, in the namespace that it names itself.

    Raises sshkeys.KeyRefused where it is not. What is returned is what a hardware key vouches for.
    """
    return sshkeys.check(signature.key, signature.body, to_sign(message, signature.namespace, signature.hashed))


def to_sign(message: bytes, namespace: str, hashed: str = "sha512") -> bytes:
    """The bytes that the key itself signs: the text only as its hash, so that keys see little and namespaces stay apart."""
    parts = (namespace.encode(), b"", hashed.encode(), _HASHES[hashed](message).digest())
    return _MAGIC + b"".join(string(part) for part in parts)


def armoured(key: bytes, namespace: str, body: bytes, hashed: str = "sha512") -> bytes:
    """The file that `ssh-keygen -Y verify` reads."""
    parts = (key, namespace.encode(), b"", hashed.encode(), body)
    blob = _MAGIC + _VERSION.to_bytes(4, "big") + b"".join(string(part) for part in parts)
    text = base64.b64encode(blob).decode()
    rows = [text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH)]
    return "\n".join([_BEGIN, *rows, _END, ""]).encode()
