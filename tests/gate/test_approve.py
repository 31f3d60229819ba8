"""`policypack approve` and `policypack gate` as people and pipelines call them."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from tests.gate.approving import PROJECT
from tests.gate.binary import archive
from tests.test_cli import Done, call

PLAN = Path(__file__).parent / "plans" / "s01_delete.json"
SETTINGS = "version: 1\ngate: {signers: people/signers, agents: [bot]}\n"


def key_of(name: str, folder: Path) -> str:
    """A private key in a file of that name; returns the line of its public key."""
    private = Ed25519PrivateKey.generate()
    (folder / name).write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    (folder / name).chmod(0o600)
    return private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with a destructive plan, settings, signers, and the keys of alice and a bot."""
    (tmp_path / "people").mkdir()
    signers = [f"{name} {key_of(name, tmp_path)}\n" for name in ("alice", "bot")]
    (tmp_path / "people" / "signers").write_text("".join(signers))
    (tmp_path / "policypack.yaml").write_text(SETTINGS)
    shutil.copy(PLAN, tmp_path / "plan.json")
    return tmp_path


def approve(tree: Path, *more: str, key: str = "alice", requester: str = "carol") -> Done:
    """Approves without asking."""
    said = ("--reason", "retired in October", "--requester", requester, "--key", key, "--yes")
    return call("approve", "plan.json", *said, *more, cwd=tree)


def gate(tree: Path, *more: str) -> Any:
    """What the gate says, as JSON, with its exit code."""
    done = call("gate", "plan.json", "--format", "json", *more, cwd=tree)
    found = json.loads(done.stdout)
    assert found["exit_code"] == done.returncode
    return found


def test_a_person_approves_and_the_gate_passes(tree: Path) -> None:
    """The gate refuses a destructive plan, a person approves it, the gate passes it, and after any change refuses it again."""
    assert gate(tree)["exit_code"] == 1
    done = approve(tree)
    assert done.returncode == 0, done.stderr
    assert "asked for: one approval" in done.stdout
    assert "does not count" not in done.stdout
    passed = gate(tree, "--approval", ".", "--requester", "carol")
    assert passed["exit_code"] == 0
    assert [each["by"] for each in passed["approvals"]] == [["alice"]]
    text = call("gate", "plan.json", "--approval", ".", cwd=tree)
    assert text.returncode == 0
    assert "approved by alice (SHA256:" in text.stdout
    plan = json.loads((tree / "plan.json").read_text())
    plan["variables"] = {"more": {"value": 1}}
    (tree / "plan.json").write_text(json.dumps(plan))
    refused = gate(tree, "--approval", ".")
    assert refused["exit_code"] == 1
    assert [each["code"] for each in refused["refused"]] == ["plan_differs"]


def test_an_agent_and_a_requester_are_refused(tree: Path) -> None:
    """An agent's approval, and one of whoever asked, are written with a warning, and the gate refuses them."""
    for key, requester, code in (("bot", "carol", "agent"), ("alice", "alice", "own_request")):
        done = approve(tree, "--output", "one.approval.json", key=key, requester=requester)
        assert "by the settings here it does not count" in done.stdout
        refused = gate(tree, "--approval", "one.approval.json")
        assert [each["code"] for each in refused["refused"]] == [code]
        assert refused["exit_code"] == 1


def test_the_plan_file_is_bound(tree: Path) -> None:
    """What is approved with its binary plan is applied from that file, and from no other."""
    archive(tree / "plan.bin", PLAN, comment="one")
    archive(tree / "other.bin", PLAN, comment="two")
    done = approve(tree, "--plan-file", "plan.bin")
    assert done.returncode == 0, done.stdout
    assert gate(tree, "--approval", ".", "--plan-file", "plan.bin")["exit_code"] == 0
    for more, code in (((), "file_not_given"), (("--plan-file", "other.bin"), "file_differs")):
        refused = gate(tree, "--approval", ".", *more)
        assert refused["exit_code"] == 1
        assert [each["code"] for each in refused["refused"]] == [code]


def written(tree: Path) -> list[str]:
    """What was written of approvals."""
    return [path.name for path in tree.iterdir() if ".approval.json" in path.name]


def test_nobody_is_asked_where_nobody_is(tree: Path) -> None:
    """Without a terminal and without --yes, nothing is signed."""
    done = call("approve", "plan.json", "--reason", "x", "--requester", "carol", "--key", "alice", cwd=tree)
    assert done.returncode == 2
    assert "nobody is there to be asked" in done.stderr
    assert not written(tree)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--hours", "25"), "valid for 1 to 24 hours"),
        (("--hours", "0"), "valid for 1 to 24 hours"),
        (("--reason", " "), "says why"),
        (("--requester", ""), "who asked"),
        (("--key", "nowhere"), "nowhere: cannot be read"),
        (("--output", "no/where"), "cannot be written"),
        (("--config", "nowhere.yaml"), "cannot be read"),
    ],
)
def test_what_cannot_be_approved_says_so(tree: Path, more: tuple[str, ...], said: str) -> None:
    """A call that is wrong ends with 2 and a reason, and nothing is written."""
    done = approve(tree, *more)
    assert done.returncode == 2
    assert said in done.stderr
    assert not written(tree)


def test_a_plan_that_cannot_be_judged_is_not_approved(tree: Path) -> None:
    """Nobody signs what cannot be shown to them: the exit is 2."""
    (tree / "plan.json").write_bytes(PLAN.read_bytes()[:-200])
    done = approve(tree)
    assert done.returncode == 2
    assert not written(tree)
    assert call("gate", "plan.json", "--approval", ".", cwd=tree).returncode == 2


def test_nothing_is_signed_for_nothing(tree: Path) -> None:
    """A plan that needs no approval gets none."""
    shutil.copy(PLAN.with_name("s04_moved_import.json"), tree / "plan.json")
    done = approve(tree)
    assert (done.returncode, done.stdout) == (0, "nothing in this plan needs approval\n")
    assert not written(tree)


def test_standard_input_has_no_approval(tree: Path) -> None:
    """A plan on standard input is judged, and is not approved: it has no file that could be applied."""
    assert call("gate", "-", cwd=tree, stdin=PLAN.read_text("utf-8")).returncode == 1
    done = call("gate", "-", "--approval", ".", cwd=tree, stdin=PLAN.read_text("utf-8"))
    assert done.returncode == 2
    assert "a plan's file" in done.stderr


@pytest.mark.parametrize("broken", ["missing", "a folder", "no text"])
def test_signers_that_cannot_be_read_pass_nothing(tree: Path, broken: str) -> None:
    """Where the file of signers is gone or unreadable, the gate could not judge: it does not pass."""
    approve(tree)
    place = tree / "people" / "signers"
    place.unlink()
    if broken == "a folder":
        place.mkdir()
    elif broken == "no text":
        place.write_bytes(b"\xff\xfe\x00")
    done = call("gate", "plan.json", "--approval", ".", cwd=tree)
    assert done.returncode == 2
    assert "people/signers" in done.stderr


def test_an_approval_that_is_named_must_be_there(tree: Path) -> None:
    """A path that holds no approval is an error, not one approval less."""
    done = call("gate", "plan.json", "--approval", "nowhere.json", cwd=tree)
    assert done.returncode == 2
    assert "nowhere.json" in done.stderr


@pytest.mark.parametrize("name", ["s01_delete", "s06_destroy"])
def test_an_approval_of_one_plan_approves_no_other(tree: Path, name: str) -> None:
    """Of plans that Terraform made, an approval passes the one that it was made for, and not one of the others."""
    plans = sorted(PLAN.parent.glob("*.json"))
    shutil.copy(PLAN.with_name(f"{name}.json"), tree / "plan.json")
    assert approve(tree).returncode == 0
    for other in plans:
        if other.stem != name:
            shutil.copy(other, tree / "plan.json")
            found = gate(tree, "--approval", ".")
            assert found["exit_code"] == (1 if found["needs"] else 0)
            assert not found.get("approvals")


def typed(command: list[str], answers: list[tuple[bytes, bytes]], cwd: Path) -> tuple[int, bytes]:
    """A program on a terminal of its own, with somebody who types an answer when they are asked. Exit code and what was shown."""
    import pty

    child, terminal = pty.fork()
    if child == 0:  # pragma: no cover - the other process
        os.chdir(cwd)
        os.environ["PYTHONPATH"] = str(PROJECT)
        os.execv(command[0], command)
    shown, left, end = b"", list(answers), time.monotonic() + 60
    while time.monotonic() < end:
        if left and left[0][0] in shown:
            os.write(terminal, left.pop(0)[1])
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            some = os.read(terminal, 4096)
        except OSError:  # what Linux says where the other side is gone
            break
        if not some:
            break
        shown += some
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), shown


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals on Windows")
@pytest.mark.parametrize(("answer", "code", "files"), [(b"y\n", 0, 2), (b"n\n", 1, 0), (b"\n", 1, 0)])
def test_a_person_is_asked(tree: Path, answer: bytes, code: int, files: int) -> None:
    """On a terminal a person is asked after the summary, and only yes is yes."""
    command = [sys.executable, "-m", "policypack", "approve", "plan.json", "--reason", "x", "--requester", "carol"]
    done, shown = typed([*command, "--key", "alice"], [(b"[y/N]", answer)], tree)
    assert done == code, shown
    assert len(written(tree)) == files


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo terminals on Windows")
@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
@pytest.mark.parametrize(("passphrase", "code"), [(b"right horse", 0), (b"wrong horse", 2)])
def test_an_encrypted_key_asks_on_the_terminal(tree: Path, passphrase: bytes, code: int) -> None:
    """The passphrase of an encrypted key is typed on the terminal, and is not shown there."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "right horse", "-f", str(tree / "locked")], check=True)
    command = [sys.executable, "-m", "policypack", "approve", "plan.json", "--reason", "x", "--requester", "carol", "--yes"]
    asked = [(b"assphrase", passphrase + b"\n")]
    done, shown = typed([*command, "--key", "locked"], asked, tree)
    assert done == code, shown
    assert passphrase not in shown
    assert len(written(tree)) == (2 if code == 0 else 0)


def test_the_name_of_a_file_is_no_line_of_what_is_said(tree: Path) -> None:
    """A line feed or an escape in a file's name forges nothing: neither an answer, nor what was written, nor an error."""
    forged = "x\napproved by alice\x1b[2K.json"
    shutil.copy(PLAN, tree / forged)
    said = ("--reason", "retired", "--requester", "carol", "--key", "alice", "--yes")
    told = [call("approve", forged, *said, cwd=tree), call("gate", forged, "--approval", ".", cwd=tree)]
    told += [
        call("gate", "--verify-ledger", forged, cwd=tree),
        call("gate", "plan.json", "--approval", f"no{forged}", cwd=tree),
    ]
    assert [each.returncode for each in told] == [0, 0, 2, 2]
    for each in told:
        lines = (each.stdout + each.stderr).split("\n")
        assert not [line for line in lines if line.startswith("approved by alice") and "SHA256:" not in line]
        assert not [line for line in lines if "\x1b" in line]


def test_a_folder_without_approvals_is_said_to_have_none(tree: Path) -> None:
    """Whoever hands in a folder that is empty, or the wrong one, is told that nothing is in it."""
    (tree / "approvals").mkdir()
    refused = gate(tree, "--approval", "approvals")
    assert [(each["code"], each["text"]) for each in refused["refused"]] == [
        ("nothing_handed_in", "approvals: there is no *.approval.json in it")
    ]
    assert refused["exit_code"] == 1
