"""Public keys of OpenSSH: which kinds may sign, what one is called, and whether a signature is its own."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from msgspec import Struct

from policypack.gate.sshwire import Reader, WireError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurve
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

_CURVES = ("nistp256", "nistp384", "nistp521")
SK_ED25519 = "sk-ssh-ed25519@openssh.com"
SK_ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com"
KINDS = ("ssh-ed25519", *(f"ecdsa-sha2-{curve}" for curve in _CURVES), "ssh-rsa", SK_ED25519, SK_ECDSA)
"""The kinds of key that may sign. DSA is broken, and certificates name whoever their authority likes."""
_RSA = {"rsa-sha2-256": "SHA256", "rsa-sha2-512": "SHA512"}  # `ssh-rsa` as an algorithm is SHA-1, which PROTOCOL.sshsig forbids
_LEAST_BITS, _MOST_BITS = 2048, 16384
_PRESENT, _VERIFIED = 1, 4


class KeyRefused(ValueError):  # noqa: N818 - it is refused, nothing failed
    """A key or a signature that is not accepted, and why."""


class Touch(Struct, frozen=True):
    """What a hardware key vouches for: that somebody touched it, and proved to it by PIN or finger who they are."""

    present: bool = False
    verified: bool = False


def kind_of(blob: bytes) -> str:
    """The kind of a public key. Raises KeyRefused where it is none of `KINDS`."""
    try:
        kind = Reader(blob).text()
    except WireError as error:
        raise KeyRefused(f"the key cannot be read: {error}") from error
    if kind not in KINDS:
        raise KeyRefused(f"keys of the kind {kind[:60]} are not accepted")
    return kind


def fingerprint(blob: bytes) -> str:
    """`SHA256:...`, as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes of a public key's base64. Raises KeyRefused where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyRefused("the key is not base64") from error


def check(blob: bytes, signature: bytes, message: bytes) -> Touch:
    """What the key's own hardware vouches for, where the signature is the key's over the message.

    Raises KeyRefused where it is not, or where either cannot be read.
    """
    kind = kind_of(blob)
    try:
        key, signed = Reader(blob), Reader(signature)
        key.text()
        return _check(kind, key, signed, message)
    except WireError as error:
        raise KeyRefused(f"the key or the signature cannot be read: {error}") from error


def _check(kind: str, key: Reader, signed: Reader, message: bytes) -> Touch:
    algorithm = signed.text()
    body = signed.string()
    if kind == "ssh-rsa":
        signed.end()
        return _rsa(key, algorithm, body, message)
    if algorithm != kind:
        raise KeyRefused(f"signatures of the kind {algorithm[:60]} are not accepted for a {kind} key")
    if kind == "ssh-ed25519":
        signed.end()
        return _ed25519(key.string(), key, body, message)
    if kind == SK_ED25519:
        public, application = key.string(), key.string()
        touch, message = _told(application, signed, message)
        _ed25519(public, key, body, message)
        return touch
    curve, point = key.text(), key.string()
    touch = Touch()
    if kind == SK_ECDSA:
        touch, message = _told(key.string(), signed, message)
    signed.end()
    key.end()
    if not kind.removesuffix("@openssh.com").endswith(curve) or curve not in _CURVES:
        raise KeyRefused("the key is of another curve than it says")
    _ecdsa(curve, point, body, message)
    return touch


def _told(application: bytes, signed: Reader, message: bytes) -> tuple[Touch, bytes]:
    """What the hardware says about the person, and what it therefore signed (PROTOCOL.u2f)."""
    flags, counter = signed.take(1), signed.take(4)
    signed.end()
    whole = hashlib.sha256(application).digest() + flags + counter + hashlib.sha256(message).digest()
    return Touch(bool(flags[0] & _PRESENT), bool(flags[0] & _VERIFIED)), whole


def _ed25519(public: bytes, key: Reader, body: bytes, message: bytes) -> Touch:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key.end()
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(body, message)
    except (InvalidSignature, ValueError) as error:
        raise KeyRefused(_NOT_ITS_OWN) from error
    return Touch()


def _ecdsa(name: str, point: bytes, body: bytes, message: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    pairs: dict[str, tuple[EllipticCurve, HashAlgorithm]] = {
        "nistp256": (ec.SECP256R1(), hashes.SHA256()),
        "nistp384": (ec.SECP384R1(), hashes.SHA384()),
        "nistp521": (ec.SECP521R1(), hashes.SHA512()),
    }
    curve, hashed = pairs[name]
    numbers = Reader(body)
    r, s = numbers.big(), numbers.big()
    numbers.end()
    try:
        public = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
        public.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashed))
    except (InvalidSignature, ValueError) as error:
        raise KeyRefused(_NOT_ITS_OWN) from error


def _rsa(key: Reader, algorithm: str, body: bytes, message: bytes) -> Touch:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    exponent, modulus = key.big(), key.big()
    key.end()
    if algorithm not in _RSA:
        raise KeyRefused(f"RSA signatures of the kind {algorithm[:60]} are not accepted; rsa-sha2-256 and rsa-sha2-512 are")
    if not _LEAST_BITS <= modulus.bit_length() <= _MOST_BITS or exponent.bit_length() > 32:
        raise KeyRefused(f"an RSA key must have {_LEAST_BITS} to {_MOST_BITS} bits; this one has {modulus.bit_length()}")
    try:
        public = RSAPublicNumbers(exponent, modulus).public_key()
        hashed: HashAlgorithm = hashes.SHA256() if _RSA[algorithm] == "SHA256" else hashes.SHA512()
        public.verify(body, message, padding.PKCS1v15(), hashed)
    except (InvalidSignature, ValueError) as error:
        raise KeyRefused(_NOT_ITS_OWN) from error
    return Touch()


_NOT_ITS_OWN = "the signature is not this key's over this text"
