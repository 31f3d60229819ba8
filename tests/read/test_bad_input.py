"""Input that is no input: each kind gets one line that says what, where and what to do."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from policypack.model import Location
from policypack.read import ReadError, ReadOptions, read_input
from tests.read.planning import PLANS, plan, recorded

RAW = {"version": 4, "lineage": "l", "serial": 1, "resources": []}
GOOD = json.dumps(recorded("planned")).encode()


def refusal(path: Path | None, folder: Path) -> ReadError:
    """How the reader refuses a path."""
    with pytest.raises(ReadError) as caught:
        read_input(path, ReadOptions(base=folder))
    return caught.value


def nested(depth: int) -> bytes:
    """A plan whose values are nested without end."""
    return b'{"format_version": "1.2", "planned_values": ' + b"[" * depth + b"]" * depth + b"}"


FILES: list[tuple[str, bytes, str, str]] = [
    ("empty", b"", "is empty", "did the command"),
    ("blank", b" \n\t\n", "is empty", "did the command"),
    ("binary", bytes(range(256)), "is binary", "terraform show -json"),
    ("a binary plan", b"PK\x03\x04rest", "is a binary plan file", "terraform show -json plan.json > plan.json"),
    ("text", b"Terraform will perform the following actions:\n", "is not JSON", "terraform show -json"),
    ("not UTF-8", b'{"format_version": "1.2\xff"}', "is not UTF-8", "save it"),
    ("bad UTF-16", b"\xff\xfe\x00\xd8", "is not valid UTF-16", "terraform show -json"),
    ("truncated", GOOD[:-100], "ends in the middle", "did the command"),
    ("broken", b'{\n  "format_version": "1.2",\n  oops\n}', "is not valid JSON at line 3, column 3", "terraform show -json"),
    ("two documents", b'{"format_version": "1.0"} {}', "is not valid JSON at line 1", "terraform show -json"),
    ("other JSON", b'{"name": "package"}', "neither a Terraform plan nor a state", "terraform show -json"),
    ("a list", b"[]", "not of Terraform's form", "terraform show -json"),
    ("a number", b"7", "not of Terraform's form", "terraform show -json"),
    ("JSON lines", b'{"@level":"info"}\n{"@level":"info"}\n', "is not valid JSON", "terraform show -json"),
    ("a newer plan", b'{"format_version": "2.0", "resource_changes": []}', "format version", "update policypack"),
    ("no version", b'{"format_version": "one", "resource_changes": []}', "format version", "terraform show -json"),
    ("a huge version", b'{"format_version": "%s.0"}' % (b"9" * 5000), "format version", "update policypack"),
    ("an older state", json.dumps({**RAW, "version": 3}).encode(), "another format version than 4", "terraform show -json"),
    ("wrong types", json.dumps(plan([{"address": 3}])).encode(), "not of the form", "was it edited"),
    ("no actions", json.dumps(plan([{"address": "a.b", "type": "a"}])).encode(), "not of the form", "was it edited"),
    ("deep", nested(100_000), "nested too deeply", ""),
]


@pytest.mark.parametrize(("content", "what", "hint"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, content: bytes, what: str, hint: str) -> None:
    """The reason names the file and what is wrong with it; the hint says what to do; the path of the machine is in neither."""
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    error = refusal(path, tmp_path)
    assert error.reason.startswith("plan.json ")
    assert what in error.reason
    assert hint in error.hint
    assert "\n" not in error.reason + error.hint
    assert str(tmp_path) not in error.reason + error.hint
    assert error.location is not None
    assert error.location.file == "plan.json"


def test_a_syntax_error_has_its_line(tmp_path: Path) -> None:
    """The place of a syntax error is the line that it is on."""
    path = tmp_path / "plan.json"
    path.write_text('{\n\n\n  "a": oops}\n', "utf-8")
    assert refusal(path, tmp_path).location == Location("plan.json", 4, 4)


def test_a_wrong_entry_is_counted(tmp_path: Path) -> None:
    """An entry that is not of Terraform's form is found by its number."""
    document = recorded("planned")
    document["resource_changes"][2]["change"]["actions"] = "create"
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document), "utf-8")
    assert "in entry 2 of resource_changes" in refusal(path, tmp_path).reason


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """A path that is not there is said."""
    assert refusal(tmp_path / "nowhere.json", tmp_path).reason == "nowhere.json does not exist"


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "loop"])
def test_a_path_that_the_system_refuses(tmp_path: Path, name: str) -> None:
    """A path that is too long, that cannot be, or that leads in a circle is refused in one line."""
    (tmp_path / "loop").symlink_to("loop")
    error = refusal(tmp_path / name, tmp_path)
    assert "cannot be read" in error.reason


def test_a_device_is_refused(tmp_path: Path) -> None:
    """An endless device is not read."""
    assert "is a device" in refusal(Path("/dev/zero"), tmp_path).reason


def test_a_large_file_is_refused_unread(tmp_path: Path) -> None:
    """A file beyond the limit is refused by its size, before any of it is read."""
    path = tmp_path / "plan.json"
    with path.open("wb") as file:
        file.truncate(2 * 2**30)
    assert "is larger than" in refusal(path, tmp_path).reason


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    """A file that the user may not read is said."""
    path = tmp_path / "plan.json"
    path.touch(mode=0)
    assert "cannot be read: permission denied" in refusal(path, tmp_path).reason


def test_a_folder_without_terraform_is_refused(tmp_path: Path) -> None:
    """A folder without Terraform is said."""
    assert "no Terraform" in refusal(tmp_path, tmp_path).reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-8"])
def test_text_of_other_shells_is_read(tmp_path: Path, encoding: str) -> None:
    """What `>` writes in Windows PowerShell, and a byte order mark, are no obstacle."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(recorded("planned")), encoding)
    assert len(read_input(path, ReadOptions(base=tmp_path)).resources) == 5


def test_older_formats_are_read(tmp_path: Path) -> None:
    """The formats of older Terraform versions have the same keys, and are read."""
    path = tmp_path / "plan.json"
    path.write_text(json.dumps({**recorded("planned"), "format_version": "0.2"}), "utf-8")
    assert len(read_input(path, ReadOptions(base=tmp_path)).resources) == 5


def test_standard_input_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a path, standard input is read, and is called `-`."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(GOOD)))
    source = read_input(None, ReadOptions(base=tmp_path))
    assert source.path == "-"
    assert source.resources[0].location == Location("-")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert refusal(None, tmp_path).reason == "- is empty"


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """A named pipe, as a shell makes one for `<(terraform show -json)`, is read to its end."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(GOOD,))
    writer.start()
    assert len(read_input(path, ReadOptions(base=tmp_path)).resources) == 5
    writer.join()


def test_a_terraform_file_stands_for_its_folder() -> None:
    """A .tf file that is given is its module."""
    assert read_input(PLANS / "planned" / "main.tf", ReadOptions(base=PLANS / "planned")).kind == "module"


ODD: list[Any] = [1e400, 10**400, "\ud800"]


@pytest.mark.parametrize("value", ODD, ids=["infinity", "a long number", "half a character"])
def test_values_that_cannot_be_decoded_are_unknown_or_refused(tmp_path: Path, value: Any) -> None:
    """A value that JSON allows and nobody can hold is refused in one line, or leaves its resource unknown; never a crash."""
    text = json.dumps(recorded("planned")).replace('"acme-data"', "1e999" if value == 1e400 else json.dumps(value))
    path = tmp_path / "plan.json"
    path.write_text(text, "utf-8")
    with contextlib.suppress(ReadError):
        source = read_input(path, ReadOptions(base=tmp_path))
        (bucket,) = [each for each in source.resources if each.type == "aws_s3_bucket"]
        assert bucket.get("bucket") is not None
