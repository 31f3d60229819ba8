"""The approval's file and the signers' file: what they may say, and that nothing else gets through."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from policypack.gate.approval import NAMESPACE, ApprovalRefused, Presented, presented, read_approval, written
from policypack.gate.decide import decide
from policypack.gate.signers import read_signers
from policypack.read.options import ReadError
from tests.gate.approving import ALICE, BOB, approval, signed, terms

STATEMENT = written(approval())


def test_an_approval_is_read_as_it_was_written() -> None:
    """What is signed is text that a person can read, and it says the same when it is read again."""
    assert read_approval(STATEMENT) == approval()
    assert b'"reason": "the table was replaced in October"' in STATEMENT
    assert STATEMENT.isascii()


WRONG = {
    "no JSON": b"yes",
    "no object": b"[]",
    "another form": STATEMENT.replace(b"approval/1", b"approval/2"),
    "a key twice": STATEMENT.replace(b'"requester"', b'"requester": "dave", "requester"'),
    "a key more": STATEMENT.replace(b'"requester"', b'"also": 1, "requester"'),
    "a digest more": STATEMENT.replace(b'"plan"', b'"also": 1, "plan"'),
    "a key less": STATEMENT.replace(b'"nonce": "' + b"0f" * 16 + b'"', b'"x": ""'),
    "a short digest": STATEMENT.replace(b"sha256:abab", b"sha256:ab"),
    "another hash": STATEMENT.replace(b"sha256:abab", b"sha512:abab"),
    "no nonce": STATEMENT.replace(b"0f" * 16, b""),
    "no reason": STATEMENT.replace(b"the table was replaced in October", b"  "),
    "no requester": STATEMENT.replace(b"carol", b""),
    "a time without a zone": STATEMENT.replace(b"10:00:00Z", b"10:00:00"),
    "a time of its own": STATEMENT.replace(b'"2026-11-25T10:00:00Z"', b"1764064800"),
    "nothing approved": written(replace(approval(), changes=())),
    "a thing twice": written(replace(approval(), changes=approval().changes * 2)),
    "actions in a row": STATEMENT.replace(b'"delete"', b"7"),
    "deep": b"[" * 100_000,
    "large": STATEMENT + b" " * 2**23,
    "empty": b"",
    "half": STATEMENT[: len(STATEMENT) // 2],
    "half a pair": STATEMENT.replace(b"carol", b"\\ud800"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_anything_else_is_no_approval(wrong: str) -> None:
    """A signed text that is no approval of exactly this form is none, and does not crash what reads it."""
    assert WRONG[wrong] != STATEMENT
    if wrong == "half a pair":  # such a name is nobody's, and it cannot be hidden behind another
        assert read_approval(WRONG[wrong]).requester != "carol"
        return
    with pytest.raises(ApprovalRefused):
        read_approval(WRONG[wrong])
    assert not decide([Presented("x", WRONG[wrong], ALICE.sign(WRONG[wrong]))], terms()).passes


@settings(max_examples=100)
@given(st.data())
def test_fuzzed_approvals_never_pass(data: st.DataObject) -> None:
    """Whatever bytes are changed in an approval or its signature: no traceback, and no pass."""
    right = signed()
    parts = [bytearray(right.statement), bytearray(right.signature or b"")]
    for _ in range(data.draw(st.integers(1, 4))):
        part = parts[data.draw(st.integers(0, 1))]
        at = data.draw(st.integers(0, len(part) - 1))
        what = data.draw(st.sampled_from(["set", "drop", "insert"]))
        part[at : at + (what != "insert")] = b"" if what == "drop" else bytes([data.draw(st.integers(0, 255))])
    wrong = Presented("x", bytes(parts[0]), bytes(parts[1]))
    decision = decide([wrong], terms())
    if (wrong.statement, _inner(wrong.signature)) == (right.statement, _inner(right.signature)):
        return  # only the white space of the armour differs
    assert not decision.passes
    assert decision.refused


def _inner(signature: bytes | None) -> bytes:
    return b"".join((signature or b"").split())


@settings(max_examples=100)
@given(st.binary(max_size=400), st.binary(max_size=400), st.booleans())
def test_noise_never_passes(statement: bytes, signature: bytes, framed: bool) -> None:
    """Noise for an approval, and a right signature over noise, are refused."""
    text = b"-----BEGIN SSH SIGNATURE-----\n" + signature + b"\n-----END SSH SIGNATURE-----" if framed else signature
    assert not decide([Presented("x", statement, text), Presented("y", statement, ALICE.sign(statement))], terms()).passes


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100)
@given(st.sampled_from(sorted(json.loads(STATEMENT))), JSON)
def test_signed_values_of_any_kind_are_judged(name: str, value: object) -> None:
    """An approval that is rightly signed and has any value in any place passes only if it says the same."""
    plain = json.loads(STATEMENT) | {name: value}
    statement = json.dumps(plain).encode()
    decision = decide([Presented("x", statement, ALICE.sign(statement))], terms())
    assert decision.passes is (name in {"reason", "nonce"} and not decision.refused)


def test_files_and_folders_are_handed_in(tmp_path: Path) -> None:
    """An approval is a file with its signature beside it; a folder stands for all in it; what is named must be there."""
    for person in (BOB, ALICE):
        one = signed(person)
        (tmp_path / one.name).write_bytes(one.statement)
        (tmp_path / f"{one.name}.sig").write_bytes(one.signature or b"")
    (tmp_path / "alice.approval.json.sig").unlink()
    (tmp_path / "other.json").write_text("{}")
    found = presented([tmp_path, tmp_path / "bob.approval.json"])
    assert [(each.name, each.signature is None) for each in found] == [
        ("alice.approval.json", True),
        ("bob.approval.json", False),
    ]
    for path in (tmp_path / "none.approval.json", Path("/dev/null")):
        with pytest.raises(ReadError, match="is no file"):
            presented([path])


def test_lines_of_the_signers_file() -> None:
    """Names, options, quotes, comments and white space are read as OpenSSH reads them."""
    text = f"""
# people
alice,alice@example.com {ALICE.public} laptop
"bob smith,bob"  namespaces="git,policypack-*",valid-after="20260101Z",valid-before="202701011200Z" {BOB.public}
\tcarol\t{ALICE.public}
"""
    found = read_signers(text, "signers")
    assert [each.names for each in found.entries] == [("alice", "alice@example.com"), ("bob smith", "bob"), ("carol",)]
    assert not found.passed_over
    bob = found.entries[1]
    assert (bob.valid_after, bob.valid_before) == (_utc(2026, 1, 1), _utc(2027, 1, 1, 12))
    assert bob.serves(NAMESPACE)
    assert not bob.serves("file")
    assert found.person(ALICE.key) == ("alice", "alice@example.com", "carol")


def _utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=timezone.utc)  # type: ignore[arg-type, misc] # the first three are there


def test_denied_namespaces() -> None:
    """A namespace that is denied by name is denied, whatever else allows it."""
    signer = read_signers(f'alice namespaces="*,!policypack-approval" {ALICE.public}', "s").entries[0]
    assert signer.serves("git")
    assert not signer.serves(NAMESPACE)


def test_a_date_without_a_zone_holds_everywhere() -> None:
    """A local time is that of a place that nobody names: a key counts only where it is valid in all of them."""
    signer = read_signers(f'alice valid-after="20260101",valid-before="20260110" {ALICE.public}', "s").entries[0]
    assert (signer.valid_after, signer.valid_before) == (_utc(2026, 1, 1, 12), _utc(2026, 1, 9, 10))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"*@example.com {ALICE.public}", "a pattern names nobody"),
        (f"alice,!bob {ALICE.public}", "a pattern names nobody"),
        (f"alice cert-authority {ALICE.public}", "certificate authorities are not followed"),
        (f"alice no-touch-required {ALICE.public}", "option no-touch-required is not understood"),
        (f'alice valid-after="soon" {ALICE.public}', "a date in it is not"),
        (f'alice valid-before="99991231" {ALICE.public}', ""),
        (f'alice valid-after="999912311300" {ALICE.public}', "beyond the calendar"),
        (f'alice namespaces="git {ALICE.public}', "options cannot be read"),
        (f'alice namespaces="a",namespaces="b" {ALICE.public}', "not understood"),
        (f'"alice {ALICE.public}', "a quote is not closed"),
        ("alice", "no key stands here"),
        ("alice ssh-ed25519", "no key stands here"),
        ("alice ssh-ed25519 !!!!", "not base64"),
        (f"alice ssh-rsa {ALICE.public.split()[1]}", "another kind than the line says"),
        ("alice ssh-ed25519 AAAA", "cannot be read"),
    ],
)
def test_a_line_that_cannot_be_used_is_said(line: str, said: str) -> None:
    """A line that names nobody, or that is not understood, makes nobody a signer, and is not passed over in silence."""
    found = read_signers(f"bob {BOB.public}\n{line}\n", "signers")
    assert len(found.entries) == (1 if said else 2)
    assert not said or (found.passed_over[0].startswith("signers:2: ") and said in found.passed_over[0])


@settings(max_examples=100)
@given(st.text(max_size=200))
def test_any_text_is_a_signers_file(text: str) -> None:
    """Noise names nobody, and does not crash."""
    assert not read_signers(text, "signers").entries


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_openssh_verifies_an_approval(tmp_path: Path) -> None:
    """Whoever does not trust this program verifies an approval with `ssh-keygen -Y verify`."""
    one = signed()
    (tmp_path / "signers").write_text(f'alice namespaces="{NAMESPACE}" {ALICE.public}\n')
    (tmp_path / "sig").write_bytes(one.signature or b"")
    command = ["ssh-keygen", "-Y", "verify", "-f", str(tmp_path / "signers"), "-I", "alice", "-n", NAMESPACE]
    done = subprocess.run([*command, "-s", str(tmp_path / "sig")], input=one.statement, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
