"""A folder becomes the resources that Terraform would make of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from policypack.model import Input, Lifecycle, Location, Reference, Resource, Unknown
from policypack.read.module import read_module
from policypack.read.options import ReadError, ReadOptions

Read = Callable[..., Input]


def write(folder: Path, files: dict[str, str]) -> None:
    """Files by their path in the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a folder that is made of these files; `main` is main.tf, other names are paths."""

    def made(main: str = "", files: dict[str, str] | None = None, **options: object) -> Input:
        write(tmp_path, {"main.tf": main, **(files or {})})
        return read_module(tmp_path, ReadOptions(base=tmp_path, **options))  # type: ignore[arg-type]

    return made


def named(found: Input, address: str) -> Resource:
    """The resource at an address."""
    (resource,) = [each for each in found.resources if each.address == address]
    return resource


REPEATED = [
    ("count = 2", ["a_b.c[0]", "a_b.c[1]"]),
    ("count = 0", []),
    ('count = "1"', ["a_b.c[0]"]),
    ("count = var.n == 1 ? 1 : 0", ['a_b.c["?"]']),
    ('for_each = toset(["x", "y", "x"])', ['a_b.c["x"]', 'a_b.c["y"]']),
    ('for_each = { "a.b" = 1, "q\\"" = 2, "$${" = 3 }', ['a_b.c["$${"]', 'a_b.c["a.b"]', 'a_b.c["q\\""]']),
    ("for_each = var.n", ['a_b.c["?"]']),
    ("for_each = toset([var.n])", ['a_b.c["?"]']),
    ("for_each = 5", ['a_b.c["?"]']),
    ("for_each = {}", []),
    ("lifecycle {\n enabled = false\n }", []),
]


@pytest.mark.parametrize(("repetition", "addresses"), REPEATED)
def test_repetition(read: Read, repetition: str, addresses: list[str]) -> None:
    """Both count and for_each give the instances that Terraform names; an unknown number gives one, and a gap."""
    found = read(f'variable "n" {{}}\nresource "a_b" "c" {{\n {repetition}\n}}')
    assert [resource.address for resource in found.resources] == addresses
    assert found.counts == {"a_b": len(addresses)}
    assert ['judged as one instance, named "?"' in gap.reason for gap in found.gaps] == [True] * ('["?"]' in str(addresses))


def test_a_count_beyond_sense_is_cut_and_said(read: Read) -> None:
    """A million instances do not exhaust the machine, and the count says how many there would be."""
    found = read('resource "a_b" "c" {\n count = 1000000\n}')
    assert len(found.resources) == 10_000
    assert found.counts == {"a_b": 1_000_000}
    assert "1,000,000 instances, of which 10,000 were judged" in found.gaps[0].reason


def test_dynamic_blocks(read: Read) -> None:
    """Dynamic blocks become blocks, with their iterator; one that cannot be unrolled is Unknown, not absent."""
    found = read("""
variable "n" {}
resource "a_b" "c" {
  rule {
    id = "first"
  }
  dynamic "rule" {
    for_each = { x = 1, y = 2 }
    content {
      id = "${rule.key}${rule.value}"
      dynamic "inner" {
        for_each = ["p", "q"]
        iterator = it
        content {
          v = "${it.key}${it.value}${rule.key}"
        }
      }
    }
  }
  dynamic "other" {
    for_each = var.n
    content {}
  }
  dynamic "none" {
    for_each = []
    content {}
  }
  dynamic "set" {
    for_each = toset(["b", "a"])
    content {
      k = set.key
    }
  }
}
""")
    values = named(found, "a_b.c").values
    assert values["rule"] == [
        {"id": "first"},
        {"id": "x1", "inner": [{"v": "0px"}, {"v": "1qx"}]},
        {"id": "y2", "inner": [{"v": "0py"}, {"v": "1qy"}]},
    ]
    assert values["other"] == [Unknown("variable n has no value", (Reference("var.n"),))]
    assert "none" not in values
    assert values["set"] == [{"k": "a"}, {"k": "b"}]


def test_the_normal_form(read: Read) -> None:
    """Nulls are absent at every depth, a nested block is a list, Terraform's own words are not values."""
    found = read("""
resource "a_b" "c" {
  provider   = a
  depends_on = [a_b.d]
  none       = null
  tags       = { x = null, y = 1 }
  rule {
    lifecycle {
      delete_after = 1
    }
    none = null
  }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [tags["x"], deletion_protection]
  }
  timeouts {
    create = "1h"
  }
  provisioner "local-exec" {
    command = "rm"
  }
}
resource "a_b" "d" {
  lifecycle {
    ignore_changes  = all
    prevent_destroy = var.safe
  }
}
variable "safe" {}
""")
    resource = named(found, "a_b.c")
    assert resource.values == {"tags": {"y": 1}, "rule": [{"lifecycle": [{"delete_after": 1}]}]}
    assert resource.lifecycle == Lifecycle(True, ('tags["x"]', "deletion_protection"))
    assert resource.refers_to == (Reference("a_b.d"),)
    other = named(found, "a_b.d").lifecycle
    assert other is not None
    assert other.ignore_changes == "all"
    assert other.prevent_destroy == Unknown("variable safe has no value", (Reference("var.safe"),))


def test_lines(read: Read) -> None:
    """A resource knows the lines of its block, of its arguments and of its nested blocks."""
    resource = named(
        read('\nresource "a_b" "c" {\n  x = [\n    1\n  ]\n  rule {}\n  dynamic "d" {\n    for_each = []\n  }\n}\n'), "a_b.c"
    )
    assert resource.location == Location("main.tf", 2, 10)
    assert resource.lines == {"x": (3, 5), "rule": (6, 6), "d": (7, 9)}
    assert resource.at("x.0") == Location("main.tf", 3, 5)


def test_json_syntax_gives_the_same_resources(read: Read, tmp_path: Path) -> None:
    """The same configuration in either syntax gives the same resources."""
    native = read("""
locals {
  n = "b"
}
resource "aws_s3_bucket" "b" {
  count  = 1
  bucket = "x-${local.n}"
  tags   = { e = "p" }
  versioning {
    enabled = true
  }
  lifecycle {
    prevent_destroy = true
    ignore_changes  = [tags]
  }
}
resource "aws_x" "y" {
  provider   = aws.other
  depends_on = [aws_s3_bucket.b]
  arn        = aws_s3_bucket.b[0].arn
}
""")
    (tmp_path / "main.tf").unlink()
    document = {
        "locals": {"n": "b"},
        "resource": {
            "aws_s3_bucket": {
                "b": {
                    "count": 1,
                    "bucket": "x-${local.n}",
                    "tags": {"e": "p"},
                    "versioning": {"enabled": True},
                    "lifecycle": {"prevent_destroy": True, "ignore_changes": ["tags"]},
                }
            },
            "aws_x": {"y": {"provider": "aws.other", "depends_on": ["aws_s3_bucket.b"], "arn": "${aws_s3_bucket.b[0].arn}"}},
        },
    }
    write(tmp_path, {"main.tf.json": json.dumps(document)})
    other = read_module(tmp_path, ReadOptions(base=tmp_path))
    for one, two in zip(native.resources, other.resources, strict=True):
        assert (one.address, one.values, one.lifecycle, one.provider_key) == (
            two.address,
            two.values,
            two.lifecycle,
            two.provider_key,
        )
    assert named(native, "aws_x.y").refers_to == (Reference("aws_s3_bucket.b[0]"), Reference("aws_s3_bucket.b[0]", "arn"))
    assert named(other, "aws_x.y").refers_to == named(native, "aws_x.y").refers_to


def test_unwanted_types_are_counted_and_still_lead_somewhere(read: Read) -> None:
    """A type that no catalog knows is only counted, and yet evaluated where something refers to it."""
    found = read(
        'resource "a_b" "c" {\n count = 3\n name = "n"\n}\nresource "x_y" "z" {\n v = a_b.c[0].name\n}',
        wanted=lambda kind: kind == "x_y",
    )
    assert [resource.address for resource in found.resources] == ["x_y.z"]
    assert found.counts == {"a_b": 3, "x_y": 1}
    assert named(found, "x_y.z").values == {"v": "n"}


@pytest.mark.parametrize("files", [{}, {"README.md": "x"}])
def test_a_folder_without_terraform_is_an_error(tmp_path: Path, files: dict[str, str]) -> None:
    """Nothing to read is said as such, with what to do."""
    write(tmp_path, files)
    with pytest.raises(ReadError, match="no Terraform in") as caught:
        read_module(tmp_path, ReadOptions(base=tmp_path))
    assert caught.value.hint


def test_no_folder_is_an_error(tmp_path: Path) -> None:
    """A path that leads nowhere is said as such."""
    with pytest.raises(ReadError, match="nowhere is not a folder"):
        read_module(tmp_path / "nowhere", ReadOptions(base=tmp_path))
