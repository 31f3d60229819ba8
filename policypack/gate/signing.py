"""Signing as a person: by a private key in a file, or by ssh-keygen where a key is encrypted, in an agent or in hardware."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from policypack.gate.sshsig import armoured, to_sign
from policypack.gate.sshwire import mpint, string
from policypack.read.options import ReadError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.ssh import SSHPrivateKeyTypes

_LARGEST = 64 * 1024


def sign(message: bytes, key: Path, namespace: str) -> bytes:
    """An SSH signature of the text. `key` is a private key, or the public one of a key that an agent or hardware holds.

    Raises ReadError where there is no such key, or where whoever holds it does not sign.
    """
    try:
        data = key.read_bytes() if key.stat().st_size <= _LARGEST else b""
    except OSError as error:
        raise ReadError(f"{key.name}: cannot be read ({error.strerror or type(error).__name__})", "check --key") from error
    private = _opened(data)
    return _by_program(message, key, namespace) if private is None else _by_key(message, private, namespace)


def _opened(data: bytes) -> SSHPrivateKeyTypes | None:
    """The private key in a file, None where this takes more than the file: its passphrase, an agent or a touch."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    try:
        return load_ssh_private_key(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _by_key(message: bytes, private: SSHPrivateKeyTypes, namespace: str) -> bytes:
    import base64

    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    text = to_sign(message, namespace)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        kind, body = b"ssh-ed25519", private.sign(text)
    elif isinstance(private, rsa.RSAPrivateKey):
        kind, body = b"rsa-sha2-512", private.sign(text, padding.PKCS1v15(), hashes.SHA512())
    elif isinstance(private, ec.EllipticCurvePrivateKey):
        hashed = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}[private.curve.key_size]
        r, s = utils.decode_dss_signature(private.sign(text, ec.ECDSA(hashed)))
        kind, body = f"ecdsa-sha2-nistp{private.curve.key_size}".encode(), mpint(r) + mpint(s)
    else:
        raise ReadError("keys of this kind do not sign approvals", "use ed25519, ECDSA, RSA or a hardware key (sk)")
    line = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return armoured(base64.b64decode(line.split()[1]), namespace, string(kind) + string(body))


def _by_program(message: bytes, key: Path, namespace: str) -> bytes:
    """By ssh-keygen, which asks for passphrases and PINs on the terminal. No program of the environment may answer instead."""
    program = shutil.which("ssh-keygen")
    if program is None:
        hint = "it signs with encrypted keys, agents and hardware; install OpenSSH, or name a private key that is not encrypted"
        raise ReadError("ssh-keygen is not installed", hint)
    asking = {name: value for name, value in os.environ.items() if name not in {"SSH_ASKPASS", "DISPLAY", "WAYLAND_DISPLAY"}}
    with tempfile.TemporaryDirectory(prefix="approval-") as folder:
        text = Path(folder, "approval")
        text.write_bytes(message)
        command = [program, "-q", "-Y", "sign", "-f", str(key), "-n", namespace, str(text)]
        done = subprocess.run(command, env={**asking, "SSH_ASKPASS_REQUIRE": "never"}, check=False)  # noqa: S603 - fixed words
        signed = Path(folder, "approval.sig")
        if done.returncode != 0 or not signed.is_file():
            raise ReadError(f"{key.name}: ssh-keygen did not sign with it", "see what it said above")
        return signed.read_bytes()
