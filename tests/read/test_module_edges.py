"""Everything that can be wrong with a folder, and a second opinion."""

from __future__ import annotations

import os
import sys
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.model import Input, Unknown
from policypack.read.files import MAX_SOURCE, find_tree, shown
from policypack.read.hcl.evaluating import Nothing, value_of
from policypack.read.hcl.syntax import parse_hcl
from policypack.read.module import read_module
from policypack.read.options import ReadOptions


def read(folder: Path, main: str | bytes = "", **options: object) -> Input:
    """Reads a folder whose main.tf has this text, beside whatever is there already."""
    (folder / "main.tf").write_bytes(main.encode() if isinstance(main, str) else main)
    return read_module(folder, ReadOptions(base=folder, **options))  # type: ignore[arg-type]


GOOD = 'resource "a_b" "good" {\n  x = 1\n}\n'


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("bad.tf", b'resource "a_b" "bad" {\n', "bad.tf:1: syntax error"),
        ("bad.tf", b"\x00\x01\x02", "bad.tf cannot be read: it is binary"),
        ("bad.tf", b"\xff\xfe# utf-16?", "bad.tf cannot be read: it is not UTF-8"),
        ("bad.tf.json", b'{"resource": ', "bad.tf.json:1: not JSON"),
        ("bad.tf.json", b"[" * 200_000, "bad.tf.json:1: not JSON"),
        ("terraform.tfvars", b"a = [", "terraform.tfvars:1: syntax error"),
        ("terraform.tfvars.json", b"[1]", "terraform.tfvars.json is not a JSON object"),
    ],
)
def test_one_bad_file_is_one_gap_and_the_others_are_read(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    """A broken file is said once, counts as unreadable, and hides nothing of its neighbours."""
    (tmp_path / name).write_bytes(content)
    found = read(tmp_path, GOOD)
    (gap,) = found.gaps
    assert gap.reason.startswith(says)
    assert gap.unreadable
    assert "a_b.good" in [each.address for each in found.resources]
    assert str(tmp_path) not in gap.reason


def test_huge_files_are_not_loaded(tmp_path: Path) -> None:
    """A file of two gigabytes is one gap, said at once."""
    with (tmp_path / "huge.tf").open("wb") as file:
        file.truncate(2 * 2**30)
    before = time.monotonic()
    (gap,) = read(tmp_path, GOOD).gaps
    assert time.monotonic() - before < 5
    assert gap.unreadable
    assert f"more than the limit of {MAX_SOURCE:,}" in gap.reason


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_are_not_followed_out_of_the_tree(tmp_path: Path) -> None:
    """A link to somewhere else is a gap, one that leads to itself too, and `file()` does not follow either."""
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "secret.tf").write_text('resource "a_b" "outside" {}')
    (outside / "secret.txt").write_text("s3cr3t")
    (root / "link.tf").symlink_to(outside / "secret.tf")
    (root / "loop.tf").symlink_to(root / "loop.tf")
    (root / "link.txt").symlink_to(outside / "secret.txt")
    (root / "folder").symlink_to(root)
    reading = [
        f'file("{name}")'
        for name in ("link.txt", "../outside/secret.txt", (outside / "secret.txt").as_posix(), "folder/main.tf")
    ]
    found = read(root, f'resource "a_b" "c" {{\n v = [{", ".join(reading)}]\n}}\nmodule "m" {{\n source = "./folder"\n}}\n')
    reasons = sorted(gap.reason for gap in found.gaps)
    assert [reason.partition(" ")[0] for reason in reasons[:2]] == ["link.tf", "loop.tf"]
    values = found.resources[0].values["v"]
    assert isinstance(values, list)
    assert [isinstance(each, Unknown) for each in values] == [True, True, True, False]
    assert not any(each.address.endswith("outside") for each in found.resources)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_pipes_do_not_hang(tmp_path: Path) -> None:
    """A pipe with the name of a Terraform file is a gap, not a wait."""
    os.mkfifo(tmp_path / "pipe.tf")
    (gap,) = read(tmp_path, GOOD).gaps
    assert "pipe.tf is not a regular file" in gap.reason


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_files_without_permission_are_gaps(tmp_path: Path) -> None:
    """A file that may not be read is one gap."""
    (tmp_path / "closed.tf").write_text(GOOD)
    (tmp_path / "closed.tf").chmod(0)
    (gap,) = read(tmp_path, 'resource "a_b" "c" {}').gaps
    assert "closed.tf cannot be read: permission denied" in gap.reason


def test_only_bad_files_is_still_an_input(tmp_path: Path) -> None:
    """A folder whose only file is broken is read, as a gap."""
    found = read(tmp_path, "{{{{")
    assert found.resources == ()
    assert found.gaps[0].unreadable


CHAINS = {
    "locals": "locals {\n" + "".join(f"  a{n} = local.a{n + 1}\n" for n in range(2_000)) + "  a2000 = 1\n}\n",
    "outputs": 'resource "a_b" "c" {\n v = local.a\n}\nlocals {\n a = ' + "(" * 3_000 + "1" + ")" * 3_000 + "\n}\n",
    "resources": "".join(f'resource "a_b" "r{n}" {{\n v = a_b.r{n + 1}.v\n}}\n' for n in range(1_000)),
    "counts": "".join(f'resource "a_b" "r{n}" {{\n count = length(a_b.r{n + 1})\n}}\n' for n in range(1_000)),
    "circle": 'resource "a_b" "x" {\n count = length(a_b.y)\n}\nresource "a_b" "y" {\n count = length(a_b.x)\n}\n',
    "itself": 'resource "a_b" "x" {\n v = a_b.x.v\n w = a_b.x\n}\nprovider "a" {\n k = a_b.x.v\n}\n',
}


@pytest.mark.parametrize("text", CHAINS.values(), ids=CHAINS.keys())
def test_endless_chains_end(tmp_path: Path, text: str) -> None:
    """Thousands of names behind each other, and circles, end as Unknown; nothing overflows."""
    found = read(tmp_path, text + 'resource "z_z" "z" {\n v = try(local.a0, null)\n}\n')
    assert found.resources


def test_a_long_chain_of_reason_is_followed(tmp_path: Path) -> None:
    """A hundred names behind each other are no problem."""
    text = "locals {\n" + "".join(f'  a{n} = "${{local.a{n + 1}}}"\n' for n in range(100)) + '  a100 = "end"\n}\n'
    assert read(tmp_path, text + 'resource "a_b" "c" {\n v = local.a0\n}').resources[0].values == {"v": "end"}


def test_modules_that_multiply_are_bounded(tmp_path: Path) -> None:
    """Twenty modules that call the next one ten times each would be more than any machine holds: a gap says where it ends."""
    for level in range(20):
        calls = "".join(f'module "m{n}" {{\n source = "../l{level + 1}"\n}}\n' for n in range(10)) if level < 19 else ""
        (tmp_path / f"l{level}").mkdir()
        (tmp_path / f"l{level}" / "main.tf").write_text(calls + 'resource "a_b" "c" {}\n')
    found = read(tmp_path, 'module "m" {\n source = "./l0"\n}\n')
    assert len(found.resources) == 5_000
    assert any("more than 5,000 module instances" in gap.reason for gap in found.gaps)
    assert len(found.gaps) < 500


def test_a_variable_file_that_is_missing_is_a_gap(tmp_path: Path) -> None:
    """What the command line names and is not there is said, and the rest is read."""
    found = read(tmp_path, GOOD, variable_files=(tmp_path / "nowhere.tfvars",))
    assert found.gaps[0].reason == "nowhere.tfvars cannot be read: no such file or directory"
    assert found.gaps[0].unreadable
    assert len(found.resources) == 1


def test_same_input_same_answer_from_anywhere(tmp_path: Path) -> None:
    """What is shown does not depend on the machine's paths, and nothing in it is absolute."""
    results = []
    for name in ("here", "there/deep"):
        folder = tmp_path / name / "root"
        (folder / "m").mkdir(parents=True)
        (folder / "m" / "main.tf").write_text('resource "a_b" "c" {\n v = path.module\n}\n')
        found = read(folder, 'module "m" {\n source = "./m"\n}\nmodule "n" {\n source = "x/y/z"\n}\n{')
        assert str(tmp_path) not in repr(found)
        results.append(found)
    assert results[0] == results[1]


def test_shown_paths(tmp_path: Path) -> None:
    """Paths are relative to where the user stands, else to the folder that holds what was given."""
    base, given = tmp_path / "base", tmp_path / "elsewhere" / "root"
    assert shown(base / "a" / "main.tf", base, given) == "a/main.tf"
    assert shown(base, base, base) == "."
    assert shown(given / "main.tf", base, given) == "root/main.tf"
    assert shown(given.parent / "mods" / "x.tf", base, given) == "mods/x.tf"


def test_the_tree(tmp_path: Path) -> None:
    """The tree is the repository, else where the user stands if the folder lies there, else the folder."""
    folder = tmp_path / "repo" / "envs" / "prod"
    folder.mkdir(parents=True)
    assert find_tree(folder, tmp_path / "other").root == folder.resolve()
    assert find_tree(folder, tmp_path / "repo").root == (tmp_path / "repo").resolve()
    (tmp_path / "repo" / ".git").write_text("gitdir: elsewhere")
    assert find_tree(folder, tmp_path).root == (tmp_path / "repo").resolve()


MUTABLE = b"""
variable "hidden" {
  default   = "x"
  sensitive = true
}
locals {
  through = "x${var.hidden}"
  list    = [for k, v in { a = 1 } : "${k}-${v}" if v > 0]
}
resource "aws_s3_bucket" "b" {
  for_each = toset(["x", "y"])
  bucket   = <<-EOT
    %{if true}name-${each.key}%{endif}
  EOT
  dynamic "rule" {
    for_each = local.list
    content {
      id = rule.value
    }
  }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [tags]
  }
}
# allow: something (with a reason)
data "aws_iam_policy_document" "d" {
  statement {
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.b["x"].arn}/*"]
  }
}
module "m" {
  source = "./m"
  given  = data.aws_iam_policy_document.d.json
}
"""


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_mutated_files_never_raise(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever is cut, doubled or replaced in a file, there is an Input, with one gap at most for the file."""
    text = bytearray(MUTABLE)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 40)))
        text[start:end] = data.draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b"{", b"}", b'"', b"${", b"<<X\n", b"=", b"\n"]))
        )
    folder = tmp_path_factory.mktemp("fuzz")
    found = read(folder, bytes(text))
    assert all(gap.reason for gap in found.gaps)
    assert sum(gap.unreadable for gap in found.gaps) <= 1


def _normal(text: str) -> str:
    """The text as Terraform normalises it."""
    return unicodedata.normalize("NFC", text)


NAMES = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8).map(lambda name: f"k_{name}")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters='"\\$%{}'), max_size=12).map(_normal)
LITERALS = st.recursive(
    st.one_of(st.booleans(), st.integers(-(10**9), 10**9), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)


def as_hcl(value: object) -> str:
    """A literal in the native syntax."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(as_hcl, value)) + "]"
    if isinstance(value, dict):
        return "{\n" + "".join(f"{key} = {as_hcl(each)}\n" for key, each in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(NAMES, LITERALS, min_size=1, max_size=4))
def test_a_second_reader_agrees_on_literals(attributes: dict[str, object]) -> None:
    """python-hcl2 and this reader see the same literal values, and both see what was written."""
    import hcl2

    text = 'resource "a_b" "c" {\n' + "".join(f"  {name} = {as_hcl(value)}\n" for name, value in attributes.items()) + "}\n"
    (block,) = parse_hcl(text.encode(), "main.tf").body.blocks
    ours = {name: value_of(each.expression, Nothing()) for name, each in block.body.attributes.items()}
    assert ours == attributes
    (other,) = hcl2.loads(text)["resource"]
    theirs: Any = _unquoted(other)
    assert {name: value for name, value in theirs["a_b"]["c"].items() if not name.startswith("__")} == attributes


def _unquoted(value: Any) -> Any:
    """What python-hcl2 gives, without the quotes that its newer versions keep."""
    if isinstance(value, dict):
        return {_unquoted(key): _unquoted(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_unquoted(each) for each in value]
    if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
        return value[1:-1]
    return value
