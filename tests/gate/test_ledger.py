"""The ledger: an approval is spent once, also by two runs at the same time and over a kill, and no line can be changed unseen."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from policypack.gate import ledger as ledgers
from policypack.gate.chain import read_chain
from policypack.gate.command import verify_ledger
from policypack.gate.decide import decide
from policypack.gate.ledger import append, opened, spent, verified
from policypack.gate.verify import Accepted, verify
from policypack.pages import schema_text
from policypack.read.options import ReadError
from tests.gate.approving import PROJECT, Change, signed, terms
from tests.gate.repositories import PLAN, SETTINGS, Place, commit, git
from tests.test_cli import call

NONCE = Change().nonce


def passed(*nonces: str, **more: Any) -> dict[str, Any]:
    """A decision that used these."""
    return {"verdict": "passed", "spent": list(nonces), **more}


def filled(path: Path, count: int = 3) -> Path:
    """A ledger of some decisions, each of which spent one approval."""
    for number in range(count):
        with opened(path) as ledger:
            append(ledger, passed(f"{number:032x}"))
    return path


def accepted() -> Accepted:
    """An approval that is right."""
    found = verify(signed(), terms())
    assert isinstance(found, Accepted)
    return found


def test_a_chain_that_is_whole(tmp_path: Path) -> None:
    """What is added is there, in order, and each line can be checked with a second implementation."""
    path = filled(tmp_path / "ledger")
    chain = verified(path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert chain.length == len(lines) == 3
    assert chain.head == lines[-1]["hash"]
    assert set(chain.spent) == {f"{number:032x}" for number in range(3)}
    previous = ""
    for line in lines:
        assert line["previous"] == previous
        previous = line.pop("hash")
        assert previous == hashed(line)


def hashed(line: dict[str, Any]) -> str:
    """The hash of a line, as docs/gate-digest.md says."""
    import hashlib

    canonical = json.dumps(line, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return "sha256:" + hashlib.sha256(b"policypack ledger 1\n" + canonical).hexdigest()


def test_a_folder_is_a_place_for_one(tmp_path: Path) -> None:
    """Given a folder, the ledger is a file in it."""
    filled(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["ledger.jsonl"]
    assert verified(tmp_path).length == 3


@given(data=st.data())
@limits(max_examples=100, deadline=None)
def test_no_byte_can_be_changed(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever byte of a line is changed, taken out or added: the chain is broken, or the line counts as half and still spends."""
    content = filled(tmp_path_factory.mktemp("ledger") / "ledger").read_bytes()
    at = data.draw(st.integers(0, len(content) - 2))
    other = data.draw(st.binary(min_size=0, max_size=2).filter(lambda each: each != content[at : at + 1]))
    changed = content[:at] + other + content[at + 1 :]
    try:
        chain = read_chain(changed)
    except ReadError:
        return
    assert chain.torn
    assert chain.length == 2, "only the last line can look as if it was written half"


@pytest.mark.parametrize("change", ["taken out", "twice", "swapped", "joined", "inserted", "number", "first taken out"])
def test_lines_stay_where_they_are(tmp_path: Path, change: str) -> None:
    """A line that is taken out, repeated, moved or made up breaks the chain, at the line where it shows."""
    one, two, three = filled(tmp_path / "ledger").read_bytes().splitlines(keepends=True)
    made_up = dict(json.loads(two)) | {"spent": []}
    del made_up["hash"]
    forged = json.dumps({**made_up, "hash": hashed(made_up)}, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    lines = {
        "taken out": (one, three),
        "twice": (one, two, two, three),
        "swapped": (one, three, two),
        "joined": (one, two[:-1], three),
        "inserted": (one, b'{"spent":[]}\n', two, three),
        "number": (one, forged, three),
        "first taken out": (two, three),
    }[change]
    with pytest.raises(ReadError, match=r"broken at line [123]"):
        read_chain(b"".join(lines))


@pytest.mark.parametrize(
    "line", [b"[]", b"1", b"null", b"{}", b'{"form":"policypack-ledger/1"}', b"[" * 50_000, b'{"a":1,"a":2}', b"\xff"]
)
def test_what_is_no_line_never_passes_for_one(line: bytes) -> None:
    """A line of anything else is an error or half a line, never a traceback and never a decision."""
    try:
        chain = read_chain(line + b"\n")
    except ReadError:
        return
    assert (chain.length, chain.torn) == (0, [line])


@pytest.mark.parametrize("kept", [1, 30, 150, -2, -1])
def test_half_a_line_loses_nothing(tmp_path: Path, kept: int) -> None:
    """After a kill in the middle of a line, everything before is there; the next run notes the half and goes on from there."""
    path = filled(tmp_path / "ledger")
    whole = path.read_bytes()
    last = whole.rindex(b"\n", 0, len(whole) - 1) + 1
    path.write_bytes(whole[:last] + whole[last:][:kept])
    assert len(verified(path).torn) == (kept != -1)
    filled(path, 1)
    chain = verified(path)
    assert path.read_bytes().startswith(whole[:last] + whole[last:][:kept])
    assert chain.length == (4 if kept == -1 else 3)
    assert not chain.torn
    noted = json.loads(path.read_bytes().splitlines()[-1])
    assert len(noted.get("torn", ())) == (kept != -1)


def test_half_a_line_may_have_spent(tmp_path: Path) -> None:
    """What was being spent when a run was killed counts as spent, in this run and in all later ones."""
    path = tmp_path / "ledger"
    with opened(path) as ledger:
        append(ledger, passed(NONCE))
    path.write_bytes(path.read_bytes()[:-3])
    for _ in range(2):
        with opened(path) as ledger:
            refusal = spent(ledger, accepted())
            assert refusal is not None
            assert refusal.code == "spent"
            append(ledger, passed())


def test_what_is_half_in_the_middle_is_no_accident(tmp_path: Path) -> None:
    """A half line that the next one does not speak of was put there by somebody."""
    one, two, three = filled(tmp_path / "ledger").read_bytes().splitlines(keepends=True)
    with pytest.raises(ReadError, match="broken at line 3: before it stands something"):
        read_chain(one + two[:-9] + b"\n" + two + three)


def test_an_approval_is_spent_once(tmp_path: Path) -> None:
    """An approval that was used is refused, with the line where it was used; one with another nonce is not."""
    path = tmp_path / "ledger"
    with opened(path) as ledger:
        assert spent(ledger, accepted()) is None
        append(ledger, passed(NONCE))
    with opened(path) as ledger:
        held = replace(terms(), objections=(lambda _, each: spent(ledger, each),))
        decision = decide([signed()], held)
        assert [each.code for each in decision.refused] == ["spent"]
        assert "line 1 of the ledger" in decision.refused[0].text
        assert not decision.passes
        assert decide([signed(change=Change(nonce="1e" * 16))], held).passes


def test_a_second_run_waits(tmp_path: Path) -> None:
    """While one run has the ledger, another waits, and sees what the first one wrote."""
    path = tmp_path / "ledger"
    seen: list[int] = []

    def second() -> None:
        with opened(path) as ledger:
            seen.append(ledger.chain.length)

    with opened(path) as ledger:
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.2)
        assert not seen
        append(ledger, passed(NONCE))
    thread.join(10)
    assert seen == [1]


def test_a_lock_is_not_waited_for_without_end(tmp_path: Path) -> None:
    """A run that hangs with the ledger lets nobody pass: the others end with an error."""
    with opened(tmp_path / "ledger"), pytest.raises(ReadError, match="for too long"), opened(tmp_path / "ledger", wait=0.2):
        pass


def test_a_ledger_that_was_put_away_is_not_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who moves the file away while a run waits for it gets no second pass from an empty one."""
    path = filled(tmp_path / "ledger")

    def lock(_file: int, _until: float) -> None:
        path.rename(tmp_path / "old")
        path.write_text("")

    monkeypatch.setattr(ledgers, "lock", lock)
    with pytest.raises(ReadError, match="put in place"), opened(path):
        pass


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes or links in folders there")
@pytest.mark.parametrize("kind", ["pipe", "link", "nowhere"])
def test_what_is_no_file_is_no_ledger(tmp_path: Path, kind: str) -> None:
    """Pipes are not waited for, links are not followed, folders are not made."""
    path = tmp_path / "ledger"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(tmp_path / "other")
    else:
        path = tmp_path / "no" / "ledger"
    with pytest.raises(ReadError), opened(path):
        pass


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A checkout of an agent's branch."""
    return Place(tmp_path)


def test_each_decision_is_a_line(place: Place) -> None:
    """Refused, passed, used again: who, what, when, by which rules, digest and why are kept, whatever came of it."""
    ledger = ("--ledger", "../out/ledger", "--requester", "carol")
    place.gate(*ledger, code=1)
    place.approve()
    first = place.gate("--approval", "../out", *ledger, code=0)
    again = place.gate("--approval", "../out", *ledger, code=1)
    place.plan.write_text("{")
    place.gate(*ledger, code=2)
    lines = [json.loads(line) for line in (place.out / "ledger").read_text().splitlines()]
    assert [each["verdict"] for each in lines] == ["refused", "passed", "refused", "not_judged"]
    assert first["ledger"] == lines[1]["hash"]
    Draft202012Validator({**json.loads(schema_text("gate")), "additionalProperties": False}).validate(first)
    assert [each["code"] for each in again["refused"]] == ["spent"]
    told = lines[1]
    assert told["policy"] == {"ref": "origin/main", "commit": place.agreed}
    assert told["approvals"][0]["by"] == ["alice"]
    assert told["approvals"][0]["reason"] == "retired in October"
    assert told["spent"] == [told["approvals"][0]["nonce"]]
    assert told["digest"] == first["digest"]
    assert told["requesters"] == ["carol"]
    assert told["needs"]
    assert told["at"].endswith("Z")
    assert [each["code"] for each in lines[0]["missing"]] == ["none"]
    assert lines[3]["unjudged"]


def test_the_ledger_is_verified_from_the_command_line(place: Place) -> None:
    """`--verify-ledger` says how many lines, how many spent, and the head; a changed line is an error with its number."""
    place.approve()
    place.gate("--approval", "../out", "--ledger", "../out/ledger", code=0)
    done = call("gate", "--verify-ledger", "../out/ledger", cwd=place.tree)
    assert done.returncode == 0
    assert done.stdout.startswith("ledger: 1 line, 1 approval spent, whole\nhead sha256:")
    path = place.out / "ledger"
    path.write_text(path.read_text().replace("alice", "mallory"))
    done = call("gate", "--verify-ledger", "../out/ledger", cwd=place.tree)
    assert done.returncode == 2
    assert "broken at line 1" in done.stderr
    assert place.call("--ledger", "../out/ledger").returncode == 2


def test_a_ledger_can_be_demanded(place: Place) -> None:
    """Where the agreed rules ask for a ledger, an approval counts only with one; what needs none passes without."""
    (place.tree / "policypack.yaml").write_text(SETTINGS.replace("{signers", "{ledger: true, signers"))
    git(place.tree, "update-ref", "refs/remotes/origin/main", commit(place.tree))
    place.approve()
    refused = place.gate("--approval", "../out", code=1)
    assert [each["code"] for each in refused["missing"]] == ["no_ledger"]
    place.gate("--approval", "../out", "--ledger", "../out/ledger", code=0)
    shutil.copy(PLAN.with_name("s04_moved_import.json"), place.plan)
    place.gate(code=0)


def test_a_ledger_that_was_cut_off_is_noticed(tmp_path: Path) -> None:
    """A head that was kept elsewhere is in the chain for ever: a ledger that grew has it, one that was cut or begun anew has not."""
    path = filled(tmp_path / "ledger", 2)
    head, whole = verified(path).head, path.read_bytes()
    filled(path, 4)
    assert verify_ledger(path, head).exit_code == verify_ledger(path, "none").exit_code == 0
    path.write_bytes(whole.splitlines(keepends=True)[0])
    assert verify_ledger(path).exit_code == 0
    for content in (path.read_bytes(), b""):
        path.write_bytes(content)
        with pytest.raises(ReadError, match="does not go back to"):
            verify_ledger(path, head)
    with pytest.raises(ReadError, match="no head of a ledger"):
        verify_ledger(path, "sha256:12")


def test_a_run_on_a_ledger_that_was_cut_off_cannot_judge(place: Place) -> None:
    """An approval that may have been used in the lines that are missing passes nothing."""
    run, ledger = ("gate", "../out/plan.json", "--policy-ref", "origin/main"), ("--ledger", "../out/ledger")
    assert call(*run, *ledger, "--expect-head", "none", cwd=place.tree).returncode == 1
    head = json.loads(call(*run, *ledger, "--format", "json", cwd=place.tree).stdout)["ledger"]
    assert call(*run, *ledger, "--expect-head", head, cwd=place.tree).returncode == 1
    (place.out / "ledger").write_bytes(b"")
    done = call(*run, *ledger, "--expect-head", head, cwd=place.tree)
    assert (done.returncode, (place.out / "ledger").read_bytes()) == (2, b"")
    assert "does not go back to" in done.stderr
    assert call(*run, "--expect-head", head, cwd=place.tree).returncode == 2


@pytest.mark.parametrize("arguments", [(), ("plan.json", "--verify-ledger", "x"), ("--verify-ledger", "nowhere")])
def test_a_wrong_call_is_no_pass(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """No plan, both a plan and a ledger to check, and a ledger that is not there end with 2."""
    assert call("gate", *arguments, cwd=tmp_path).returncode == 2


def run(place: Place) -> subprocess.Popen[bytes]:
    """The gate in a process of its own."""
    words = ["gate", "../out/plan.json", "--policy-ref", "origin/main", "--approval", "../out", "--ledger", "../out/ledger"]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        [sys.executable, "-m", "policypack", *words], cwd=place.tree, env=environment, stdout=quiet, stderr=quiet
    )


def test_of_two_runs_at_once_one_passes(place: Place) -> None:
    """Runs that present one approval at the same time: exactly one of them passes, and all are in the ledger."""
    place.approve()
    codes = sorted(each.wait(120) for each in [run(place) for _ in range(3)])
    assert codes == [0, 1, 1]
    chain = verified(place.out / "ledger")
    assert (chain.length, len(chain.spent)) == (3, 1)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such kill on Windows")
def test_a_kill_spends_at_most_once(tmp_path: Path) -> None:
    """However a writer is killed, the ledger stays whole, keeps what it told of, and can be written on."""
    script = (
        "import sys; from pathlib import Path; from policypack.gate.ledger import append, opened\n"
        "number = 0\n"
        "while True:\n"
        "    with opened(Path(sys.argv[1])) as ledger:\n"
        "        append(ledger, {'spent': [f'{ledger.chain.length:032x}'], 'filler': 'x' * 200_000})\n"
        "    number += 1; print(number, flush=True)\n"
    )
    path, told = tmp_path / "ledger", 0
    for delay in (0.05, 0.11, 0.17):
        command = [sys.executable, "-c", script, str(path)]
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            told += 1 + len(process.stdout.read().splitlines())
        chain = verified(path)
        assert chain.length >= told
        assert len(chain.spent) == chain.length
        told = chain.length
    filled(path, 1)
    assert not verified(path).torn


def test_nothing_is_spent_by_a_refusal(place: Place) -> None:
    """What did not pass used nothing: the same approval passes once what was missing is there."""
    place.approve()
    ledger = ("--approval", "../out", "--ledger", "../out/ledger")
    place.gate(*ledger, "--requester", "dave", code=1)
    settings = place.tree / "policypack.yaml"
    agreed = settings.read_text()
    settings.write_text(agreed + "\n# mine\n")
    refused = place.gate(*ledger, code=1)
    assert refused["approvals"]
    settings.write_text(agreed)
    place.gate(*ledger, code=0)
