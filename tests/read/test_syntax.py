"""Both syntaxes become the same typed form, and a broken part costs only itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policypack.model import Location
from policypack.read.files import find_tree
from policypack.read.hcl.json_syntax import parse_json
from policypack.read.hcl.source import load_source
from policypack.read.hcl.syntax import MAX_NESTING, Body, Broken, Code, Json, parse_expression, parse_hcl


def hcl(text: str) -> Body:
    """The body of a file in the native syntax."""
    return parse_hcl(text.encode(), "main.tf").body


def test_blocks_keep_labels_lines_and_order() -> None:
    """A block knows its labels, its lines, and its nested blocks in order."""
    body = hcl('resource "aws_x" "y" {\n  a = 1\n  rule {\n    b = 2\n  }\n  rule {}\n}\nlocals {}\n')
    block, local = body.blocks
    assert (block.type, block.labels, block.location) == ("resource", ("aws_x", "y"), Location("main.tf", 1, 7))
    assert [(each.type, each.location.line) for each in block.body.blocks] == [("rule", 3), ("rule", 6)]
    assert block.body.attributes["a"].location == Location("main.tf", 2, 2)
    assert local.type == "locals"


def test_unquoted_labels_are_labels() -> None:
    """Labels need no quotes, as HCL allows."""
    assert hcl("resource aws_x y {}").blocks[0].labels == ("aws_x", "y")


def test_a_byte_order_mark_is_no_error() -> None:
    """Files that Windows editors wrote are read."""
    parsed = parse_hcl(b"\xef\xbb\xbfa = 1\n", "main.tf")
    assert "a" in parsed.body.attributes
    assert not parsed.gaps


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('resource "x" "y" {\n  a =\n  b = 2\n}\n', 2),
        ('resource "x" "y" {\n  a = [1,\n', 1),
        ("<<<<<<< HEAD\na = 1\n=======\n", 1),
        ('a = "${', 1),
        ("}\n", 1),
    ],
)
def test_a_broken_file_is_one_gap_with_a_line(text: str, line: int) -> None:
    """Something that is not HCL is one gap that says where, and that the input was not read completely."""
    (gap,) = parse_hcl(text.encode(), "main.tf").gaps
    assert gap.unreadable
    assert gap.location is not None
    assert gap.location.line == line
    assert gap.reason.startswith(f"main.tf:{line}: syntax error")


def test_the_rest_of_a_broken_file_is_still_there() -> None:
    """A broken block does not hide its neighbours."""
    body = hcl('resource "a" "before" {}\nresource "b" "broken" {\n  x = = 1\n}\nresource "c" "after" {\n  y = 1\n}\n')
    assert {block.labels for block in body.blocks} >= {("a", "before"), ("c", "after")}


def test_a_missing_value_does_not_take_the_next_line_for_it() -> None:
    """`a =` above `b = true` does not make `a` true, and does not lose `b`: both are in doubt."""
    attributes = hcl('resource "x" "y" {\n  deletion_protection =\n  storage_encrypted = true\n}\n').blocks[0].body.attributes
    assert isinstance(attributes["deletion_protection"].expression, Broken)
    assert isinstance(attributes["storage_encrypted"].expression, Broken)


def test_blocks_nested_without_end_are_bounded() -> None:
    """Nesting beyond any sense neither crashes nor hangs."""
    depth, body = 0, hcl("a {" * 5_000 + "}" * 5_000)
    while body.blocks:
        depth, body = depth + 1, body.blocks[0].body
    assert depth == MAX_NESTING + 1


COMMENTS = """\
# allow: above (stands above)
# and goes on
resource "a" "one" {
  # allow: inside (stands inside)
  x = 1 # allow: behind (behind an argument)
  tags = {
    # allow: deep (in an expression)
  }
}
resource "a" "two" {} // allow: same (on the header's line)

# allow: nothing (a blank line below)

/* allow: block
   allow: second line */
resource "a" "three" { # allow: header (on the header's line)
}
"""


def test_comments_cover_the_block_that_they_stand_above_or_in() -> None:
    """Each comment that allows something knows its block, and one that stands alone has none."""
    parsed = parse_hcl(COMMENTS.encode(), "main.tf")
    covers = {comment.text.split()[1]: comment.covers and comment.covers.line for comment in parsed.comments}
    assert covers == {
        "above": 3,
        "inside": 3,
        "behind": 3,
        "deep": 3,
        "same": 10,
        "nothing": None,
        "block": 16,
        "second": 16,
        "header": 16,
    }
    assert [comment.location.line for comment in parsed.comments] == [1, 4, 5, 7, 10, 12, 14, 15, 16]
    assert parsed.comments[0].text == "allow: above (stands above)"


JSON_FILE = """\
{
  "//": "made by a program",
  "resource": {
    "aws_s3_bucket": {
      "b": {
        "//": "allow: backup_missing (cache)",
        "bucket": "${var.name}",
        "tags": {"env": "prod"},
        "versioning": {"enabled": true},
        "rule": [{"id": "one"}, {"id": "two"}],
        "lifecycle": {"prevent_destroy": true},
        "dynamic": {"grant": {"for_each": ["a"], "content": {"type": "x"}}}
      }
    },
    "aws_x": [{"y": {"a": 1}}]
  },
  "variable": {"name": {"default": "${literal}"}},
  "terraform": [{"backend": {"s3": {"bucket": "state"}}, "required_providers": {"aws": {"source": "hashicorp/aws"}}}]
}
"""


def test_json_gives_the_same_form() -> None:
    """The JSON syntax gives blocks with labels, lines and nested blocks; maps of the user's keys stay arguments."""
    parsed = parse_json(JSON_FILE.encode(), "main.tf.json")
    blocks = {(block.type, *block.labels): block for block in parsed.body.blocks}
    assert set(blocks) == {
        ("resource", "aws_s3_bucket", "b"),
        ("resource", "aws_x", "y"),
        ("variable", "name"),
        ("terraform",),
    }
    bucket = blocks["resource", "aws_s3_bucket", "b"]
    assert bucket.location == Location("main.tf.json", 5, 13)
    assert set(bucket.body.attributes) == {"bucket", "tags"}
    assert bucket.body.attributes["bucket"].location.line == 7
    assert [block.type for block in bucket.body.blocks] == ["versioning", "rule", "rule", "lifecycle", "dynamic"]
    assert bucket.body.blocks[-1].labels == ("grant",)
    assert [block.type for block in bucket.body.blocks[-1].body.blocks] == ["content"]
    assert blocks["variable", "name"].body.attributes["default"].expression == Json("${literal}", literal=True)
    assert [(block.type, *block.labels) for block in blocks["terraform",].body.blocks] == [
        ("backend", "s3"),
        ("required_providers",),
    ]
    (comment,) = parsed.comments
    assert (comment.text, comment.covers) == ("allow: backup_missing (cache)", bucket.location)


def test_a_key_that_is_written_twice_holds_both() -> None:
    """JSON lets a key stand twice, and Terraform reads both blocks."""
    parsed = parse_json(b'{"resource": {"a": {"x": {}}}, "resource": {"a": {"y": {}}}}', "main.tf.json")
    assert {block.labels for block in parsed.body.blocks} == {("a", "x"), ("a", "y")}


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '"x"', "{'a': 1}", '{"a": NaN}', '{"a": 1e999}', '{"a": ' * 100_000, "\ud800"]
)
def test_json_that_cannot_be_read_is_a_gap_or_empty(text: str) -> None:
    """Broken JSON is one gap that says where; nothing raises."""
    parsed = parse_json(text.encode("utf-8", "surrogatepass"), "main.tf.json")
    assert not parsed.body.blocks
    assert all(gap.unreadable and "main.tf.json" in gap.reason for gap in parsed.gaps)
    assert parsed.gaps or json.loads(text) == [1]


def test_expressions_from_the_command_line() -> None:
    """One expression is code; anything else is broken, never half of it."""
    assert isinstance(parse_expression('["a", "b"]'), Code)
    assert isinstance(parse_expression("[1"), Broken)
    assert isinstance(parse_expression("1\ny = 2"), Broken)


def folder(path: Path, **files: str) -> Path:
    """A folder with these files; `__` in a name stands for a dot."""
    for name, text in files.items():
        (path / name.replace("__", ".")).write_text(text)
    return path


def test_tofu_files_take_the_place_of_their_twins(tmp_path: Path) -> None:
    """`x.tofu` replaces `x.tf`, and `x.tofu.json` replaces `x.tf.json`; others are left alone."""
    folder(
        tmp_path,
        x__tf="locals {\n  a = 1\n}",
        x__tofu="locals {\n  b = 1\n}",
        y__tf="locals {\n  c = 1\n}",
        z__tf__json='{"locals": {"d": 1}}',
        z__tofu__json='{"locals": {"e": 1}}',
        __hidden__tf="locals {\n  f = 1\n}",
    )
    source = load_source(tmp_path, find_tree(tmp_path, tmp_path))
    assert set(source.locals) == {"b", "c", "e"}


def test_override_files_merge_as_terraform_does(tmp_path: Path) -> None:
    """Arguments are replaced one by one, nested blocks as a group, lifecycle argument by argument, a backend as a whole."""
    folder(
        tmp_path,
        main__tf="""
terraform {
  backend "s3" {
    bucket = "state"
  }
}
resource "aws_x" "y" {
  kept = 1
  lost = 1
  rule {
    a = 1
  }
  rule {
    a = 2
  }
  other {}
  lifecycle {
    prevent_destroy       = true
    create_before_destroy = true
  }
}
locals {
  one = 1
  two = 1
}
""",
        override__tf='terraform {\n  backend "local" {}\n}\nlocals {\n  two = 2\n}\n',
        z_override__tf='resource "aws_x" "y" {\n  lost = 2\n  rule {\n    a = 3\n  }\n'
        "  lifecycle {\n    prevent_destroy = false\n  }\n}\n",
    )
    source = load_source(tmp_path, find_tree(tmp_path, tmp_path))
    block = source.resources["aws_x", "y"]
    text = {
        name: each.expression.node.text for name, each in block.body.attributes.items() if isinstance(each.expression, Code)
    }
    assert text == {"kept": b"1", "lost": b"2"}
    assert sorted(each.type for each in block.body.blocks) == ["lifecycle", "other", "rule"]
    (lifecycle,) = block.body.named("lifecycle")
    values = {n: a.expression.node.text for n, a in lifecycle.body.attributes.items() if isinstance(a.expression, Code)}
    assert values == {"prevent_destroy": b"false", "create_before_destroy": b"true"}
    assert [each.labels for each in source.settings[0].body.blocks] == [("local",)]
    assert source.locals["two"].location.file.endswith("override.tf")
    assert not source.gaps


def test_an_override_of_nothing_is_kept_and_said(tmp_path: Path) -> None:
    """What overrides nothing is not dropped: it is judged, and Terraform's refusal is foretold."""
    folder(tmp_path, main__tf="", override__tf='resource "aws_x" "y" {}')
    source = load_source(tmp_path, find_tree(tmp_path, tmp_path))
    assert ("aws_x", "y") in source.resources
    assert "overrides nothing" in source.gaps[0].reason


def test_what_is_declared_twice_is_said(tmp_path: Path) -> None:
    """Two declarations of one name are a gap; the first one counts."""
    folder(tmp_path, a__tf='resource "aws_x" "y" {\n  a = 1\n}', b__tf='resource "aws_x" "y" {\n  b = 1\n}')
    source = load_source(tmp_path, find_tree(tmp_path, tmp_path))
    assert "a" in source.resources["aws_x", "y"].body.attributes
    assert "declared twice" in source.gaps[0].reason
