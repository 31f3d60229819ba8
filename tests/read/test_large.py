"""A large file is looked at where it lies, and says the same as a copy of it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from policypack.read import sniff
from policypack.read.document import read_document
from policypack.read.options import ReadError, ReadOptions
from tests.read.test_bad_input import FILES

PLAN = Path(__file__).resolve().parents[2] / "terraform-examples" / "incidents" / "datatalks" / "destroy" / "plan.json"
TEXTS = [(name, content) for name, content, *_ in FILES] + [
    ("plan", PLAN.read_bytes()),
    ("UTF-8 with a mark", b"\xef\xbb\xbf" + PLAN.read_bytes()),
    ("UTF-16", PLAN.read_text("utf-8").encode("utf-16")),
    ("two bytes over a border", b'{"a": "' + b"x" * (2**20 - 8) + "é".encode() + b'"}'),
    ("half a letter at a border", b'{"a": "' + b"x" * (2**20 - 8) + b"\xc3" + b'"}'),
    ("half a letter at the end", b"7\xc3"),
]


def read(path: Path, *, copied: bool) -> bytes | str:
    """The text, or why it is refused."""
    try:
        return bytes(sniff.read_text(path, path.name, copied=copied))
    except ReadError as error:
        return error.reason


@pytest.mark.parametrize("content", [each for _, each in TEXTS], ids=[name for name, _ in TEXTS])
def test_a_view_says_what_a_copy_says(content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text, refusal and reason are the same, whatever the file holds."""
    monkeypatch.setattr(sniff, "_LARGE", 0)
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    assert read(path, copied=False) == read(path, copied=True)


def test_a_large_plan_is_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its resources have the same values, which are decoded after the file was closed."""
    path = tmp_path / "plan.json"
    path.write_bytes(PLAN.read_bytes())
    options = ReadOptions(base=tmp_path)
    copied = read_document(path, options)
    monkeypatch.setattr(sniff, "_LARGE", 0)
    viewed = read_document(path, options)
    path.unlink()
    assert [dict(each.values) for each in viewed.resources] == [dict(each.values) for each in copied.resources]
    assert viewed.resources


def test_whoever_keeps_the_text_has_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an approval is bound to does not change with the file: where the text is kept, it is not a view."""
    monkeypatch.setattr(sniff, "_LARGE", 0)
    path = tmp_path / "plan.json"
    path.write_bytes(PLAN.read_bytes())
    kept: list[bytes] = []
    found = read_document(path, ReadOptions(base=tmp_path, keep=kept.append))
    with path.open("r+b") as file:
        file.write(b" " * 4096)
    assert kept == [PLAN.read_bytes()]
    assert [each.address for each in found.resources if dict(each.values)]
    assert msgspec.json.decode(kept[0])
