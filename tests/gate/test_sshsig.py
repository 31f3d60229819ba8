"""SSH signatures: ours are OpenSSH's, and OpenSSH's are ours; hardware keys are made here, where there is no hardware."""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.gate.signing import sign
from policypack.gate.sshkeys import SK_ECDSA, SK_ED25519, KeyRefused, Touch, check, fingerprint, kind_of
from policypack.gate.sshsig import SignatureRefused, armoured, read_signature, to_sign, verify
from policypack.gate.sshwire import Reader, WireError, mpint, string
from policypack.read.options import ReadError

SPACE = "policypack-approval"
TEXT = b"what a person reads and signs\n"
OPENSSH = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PRIVATE: dict[str, Callable[[], Private]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "nistp256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "nistp384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "nistp521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
}
KEYGEN = {"ed25519": (), "ecdsa": ("-b", "384"), "rsa": ("-b", "2048")}


def private_file(kind: str, folder: Path) -> Path:
    """A private key as OpenSSH keeps it, made without OpenSSH, and the public one beside it."""
    private = PRIVATE[kind]()
    path = folder / f"id_{kind}"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    path.chmod(0o600)
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    path.with_name(f"{path.name}.pub").write_bytes(public + b"\n")
    return path


def keygen(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """What ssh-keygen says."""
    return subprocess.run(["ssh-keygen", *arguments], input=stdin, capture_output=True, check=False)


def generated(folder: Path, kind: str, *more: str, passphrase: str = "") -> Path:
    """A private key that ssh-keygen made."""
    path = folder / "id"
    done = keygen("-q", "-t", kind, *more, "-N", passphrase, "-C", "", "-f", str(path))
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.parametrize("kind", PRIVATE)
def test_what_is_signed_is_verified(kind: str, tmp_path: Path) -> None:
    """A signature with a private key in a file is that key's over that text, and over no other."""
    signature = read_signature(sign(TEXT, private_file(kind, tmp_path), SPACE))
    assert signature.namespace == SPACE
    assert verify(signature, TEXT) == Touch()
    with pytest.raises(KeyRefused, match="not this key's over this text"):
        verify(signature, TEXT + b" ")


@OPENSSH
@pytest.mark.parametrize("kind", PRIVATE)
def test_openssh_accepts_ours(kind: str, tmp_path: Path) -> None:
    """`ssh-keygen -Y verify` accepts what is signed here, and refuses it for another text or another use."""
    key = private_file(kind, tmp_path)
    signers, signature = tmp_path / "signers", tmp_path / "text.sig"
    signers.write_text(f"alice {key.with_name(key.name + '.pub').read_text()}")
    signature.write_bytes(sign(TEXT, key, SPACE))
    call = ("-Y", "verify", "-f", str(signers), "-I", "alice", "-s", str(signature))
    assert keygen(*call, "-n", SPACE, stdin=TEXT).returncode == 0
    assert keygen(*call, "-n", SPACE, stdin=TEXT + b" ").returncode != 0
    assert keygen(*call, "-n", "git", stdin=TEXT).returncode != 0


@OPENSSH
@pytest.mark.parametrize("hashed", ["sha256", "sha512"])
@pytest.mark.parametrize("kind", KEYGEN)
def test_openssh_is_accepted(kind: str, hashed: str, tmp_path: Path) -> None:
    """What `ssh-keygen -Y sign` signs is verified here, with either hash, and its key has the fingerprint that OpenSSH prints."""
    key = generated(tmp_path, kind, *KEYGEN[kind])
    done = keygen("-Y", "sign", "-q", "-f", str(key), "-n", SPACE, "-O", f"hashalg={hashed}", stdin=TEXT)
    signature = read_signature(done.stdout)
    assert verify(signature, TEXT) == Touch()
    assert signature.hashed == hashed
    assert fingerprint(signature.key).encode() in keygen("-l", "-f", str(key)).stdout
    with pytest.raises(KeyRefused):
        verify(signature, TEXT[:-1])


@OPENSSH
def test_the_armour_is_the_same(tmp_path: Path) -> None:
    """For a key that signs the same way each time, the file is the one that ssh-keygen writes, byte for byte."""
    key = generated(tmp_path, "ed25519")
    assert sign(TEXT, key, SPACE) == keygen("-Y", "sign", "-q", "-f", str(key), "-n", SPACE, stdin=TEXT).stdout


@OPENSSH
def test_an_agent_signs_for_a_public_key(tmp_path: Path) -> None:
    """Where only the public key is a file, the agent that holds the private one signs."""
    key = generated(tmp_path, "ed25519")
    script = 'ssh-add -q "$1" && rm "$1" && "$2" -c "$3" "$1.pub" "$4"'
    code = (
        "import sys; from pathlib import Path; from policypack.gate.signing import sign;"
        f"Path(sys.argv[2]).write_bytes(sign({TEXT!r}, Path(sys.argv[1]), {SPACE!r}))"
    )
    out = tmp_path / "out.sig"
    command = ["ssh-agent", "sh", "-c", script, "sh", str(key), sys.executable, code, str(out)]
    done = subprocess.run(command, capture_output=True, check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == 0, done.stderr
    assert verify(read_signature(out.read_bytes()), TEXT) == Touch()


@OPENSSH
def test_no_program_gives_the_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """An encrypted key signs for whoever types its passphrase on a terminal, not for a program that the environment names."""
    key = generated(tmp_path, "ed25519", passphrase="right horse")
    answer = tmp_path / "answer"
    answer.write_text("#!/bin/sh\ntouch \"$0.called\"\necho 'right horse'\n")
    answer.chmod(0o700)
    for name, value in {"SSH_ASKPASS": str(answer), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(ReadError, match="did not sign"):
        sign(TEXT, key, SPACE)
    assert not answer.with_name("answer.called").exists()
    capfd.readouterr()


def test_without_openssh_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that needs ssh-keygen, where there is none, ends with what to do."""
    key = private_file("ed25519", tmp_path)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ReadError, match="ssh-keygen is not installed"):
        sign(TEXT, key.with_name(f"{key.name}.pub"), SPACE)
    with pytest.raises(ReadError, match="cannot be read"):
        sign(TEXT, tmp_path / "nowhere", SPACE)


def hardware(kind: str, flags: int, message: bytes = TEXT, space: str = SPACE) -> bytes:
    """A signature as a hardware key makes it (PROTOCOL.u2f): over its application, what it saw, a counter, and the text."""
    application, seen = b"ssh:", bytes([flags]) + (7).to_bytes(4, "big")
    inner = to_sign(message, space)
    whole = hashlib.sha256(application).digest() + seen + hashlib.sha256(inner).digest()
    if kind == SK_ED25519:
        private = ed25519.Ed25519PrivateKey.generate()
        parts, body = [private.public_key().public_bytes_raw()], private.sign(whole)
    else:
        curve = ec.generate_private_key(ec.SECP256R1())
        point = curve.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        r, s = decode_dss_signature(curve.sign(whole, ec.ECDSA(hashes.SHA256())))
        parts, body = [b"nistp256", point], mpint(r) + mpint(s)
    blob = b"".join(string(part) for part in (kind.encode(), *parts, application))
    return armoured(blob, space, string(kind.encode()) + string(body) + seen)


@pytest.mark.parametrize("kind", [SK_ED25519, SK_ECDSA])
@pytest.mark.parametrize(("flags", "touch"), [(0, Touch()), (1, Touch(True)), (4, Touch(False, True)), (5, Touch(True, True))])
def test_hardware_says_who_was_there(kind: str, flags: int, touch: Touch) -> None:
    """Presence and verification are read from what the hardware signed, so that nobody can add them afterwards."""
    signature = read_signature(hardware(kind, flags))
    assert verify(signature, TEXT) == touch
    forged = signature.body[:-5] + bytes([flags ^ 1]) + signature.body[-4:]
    with pytest.raises(KeyRefused):
        check(signature.key, forged, to_sign(TEXT, SPACE))


@OPENSSH
@pytest.mark.parametrize("kind", [SK_ED25519, SK_ECDSA])
def test_openssh_accepts_the_hardware_of_these_tests(kind: str, tmp_path: Path) -> None:
    """The vectors that stand for hardware are right by OpenSSH's own judgement, which does not ask who touched the key."""
    for flags in (0, 1, 5):
        text = hardware(kind, flags)
        key = read_signature(text).key
        signers, signature = tmp_path / "signers", tmp_path / "sig"
        signers.write_text(f"alice {kind_of(key)} {base64.b64encode(key).decode()}\n")
        signature.write_bytes(text)
        call = ("-Y", "verify", "-f", str(signers), "-I", "alice", "-n", SPACE, "-s", str(signature))
        assert keygen(*call, stdin=TEXT).returncode == 0
        assert keygen(*call, stdin=TEXT + b" ").returncode != 0


def test_weak_and_foreign_keys_are_refused() -> None:
    """Short RSA keys, SHA-1, DSA, certificates, an algorithm of another key and what browsers sign are refused by name."""
    short = rsa.generate_private_key(65537, 1024).public_key().public_numbers()
    blob = string(b"ssh-rsa") + mpint(short.e) + mpint(short.n)
    for body, said in ((b"rsa-sha2-512", "2048 to 16384 bits; this one has 1024"), (b"ssh-rsa", "ssh-rsa are not accepted")):
        with pytest.raises(KeyRefused, match=said):
            check(blob, string(body) + string(b"\1" * 128), TEXT)
    for kind in (b"ssh-dss", b"ssh-ed25519-cert-v01@openssh.com"):
        with pytest.raises(KeyRefused, match="are not accepted"):
            kind_of(string(kind) + string(b"x"))
    with pytest.raises(KeyRefused, match="not accepted for a ssh-ed25519 key"):
        check(string(b"ssh-ed25519") + string(b"\1" * 32), string(b"rsa-sha2-512") + string(b"\1" * 64), TEXT)


@pytest.mark.parametrize("cut", range(0, 300, 7))
def test_a_truncated_signature_is_refused(cut: int, tmp_path: Path) -> None:
    """A signature that ends too early is refused wherever it ends."""
    whole = sign(TEXT, private_file("ed25519", tmp_path), SPACE)
    with pytest.raises(SignatureRefused):
        read_signature(whole[: min(cut, len(whole) - 2)])


def test_nothing_may_follow(tmp_path: Path) -> None:
    """Nothing hides behind a signature, before it, or behind the parts of it."""
    whole = sign(TEXT, private_file("ed25519", tmp_path), SPACE)
    inner = base64.b64decode(b"".join(whole.splitlines()[1:-1]))
    longer = b"-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(inner + b"\0") + b"\n-----END SSH SIGNATURE-----\n"
    for text in (whole + b"x", b"x" + whole, whole + whole, longer, b"", b"\n" * 10, whole * 500):
        with pytest.raises(SignatureRefused):
            read_signature(text)


@given(st.integers(0, 2**300))
def test_numbers_have_one_form(number: int) -> None:
    """A number is read as it was written, and with a byte too many not at all."""
    assert Reader(mpint(number)).big() == number
    with pytest.raises(WireError):
        Reader(string(b"\0" + mpint(number)[4:])).big()


@settings(max_examples=100)
@given(st.data())
def test_no_damage_passes(data: st.DataObject) -> None:
    """A signature with any bytes changed is refused in a word, or is still the same signature."""
    whole = hardware(SK_ED25519, 5)
    inner = bytearray(base64.b64decode(b"".join(whole.splitlines()[1:-1])))
    before = bytes(inner)
    for _ in range(data.draw(st.integers(1, 3))):
        inner[data.draw(st.integers(0, len(inner) - 1))] = data.draw(st.integers(0, 255))
    text = b"-----BEGIN SSH SIGNATURE-----\n" + base64.b64encode(bytes(inner)) + b"\n-----END SSH SIGNATURE-----\n"
    if bytes(inner) != before:
        with pytest.raises((SignatureRefused, KeyRefused)):
            verify(read_signature(text), TEXT)
