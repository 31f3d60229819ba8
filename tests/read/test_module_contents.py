"""What a module says besides its resources: secrets, documents, backends, workspaces, versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policypack.model import Input, Unknown, Value
from policypack.read.module import read_module
from policypack.read.options import ReadOptions
from policypack.read.versions import pinned


def read(folder: Path, main: str = "", **options: object) -> Input:
    """Reads a folder whose main.tf has this text, beside whatever is there already."""
    (folder / "main.tf").write_text(main)
    return read_module(folder, ReadOptions(base=folder, **options))  # type: ignore[arg-type]


SECRETS = """
variable "hidden" {
  default   = "s3cr3t"
  sensitive = true
}
variable "plain" {
  default = "plain"
}
locals {
  through = "x${var.hidden}"
}
resource "a_b" "c" {
  direct   = var.hidden
  via      = local.through
  plain    = var.plain
  password = "literal"
  password_length = 20
  secret_arn = "arn"
  marked   = sensitive("s3cr3t")
  map      = { API_TOKEN = "t", other = "o" }
  rule {
    fine = "f"
    v    = local.through
  }
  dynamic "rule" {
    for_each = ["x"]
    content {
      client_secret = "y"
    }
  }
}
resource "random_password" "p" {}
resource "a_b" "d" {
  ref   = random_password.p.result
  other = a_b.c.direct
  mod   = module.m.out
  inner = module.m.plain
}
module "m" {
  source = "./m"
  given  = local.through
}
"""


def test_secrets_are_marked_wherever_they_come_from(tmp_path: Path) -> None:
    """A path is sensitive by its name, by a sensitive variable or output behind it, and by a secret attribute it refers to."""
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text(
        'variable "given" {}\nresource "a_b" "inside" {\n x = var.given\n}\n'
        'output "out" {\n value = "o"\n sensitive = true\n}\noutput "plain" {\n value = "p"\n}\n'
    )
    found = {each.address: set(each.sensitive) for each in read(tmp_path, SECRETS).resources}
    assert found["a_b.c"] == {"direct", "via", "password", "marked", "map.API_TOKEN", "rule.0.v", "rule.1.client_secret"}
    assert found["a_b.d"] == {"ref", "other", "mod"}
    assert found["module.m.a_b.inside"] == {"x"}


def test_no_reason_repeats_a_secret(tmp_path: Path) -> None:
    """Gaps and reasons name what is missing, never a value."""
    text = (
        SECRETS
        + 'resource "a_b" "e" {\n for_each = var.hidden\n}\nresource "a_b" "f" {\n count = var.hidden\n x = var.hidden + 1\n}\n'
    )
    found = read(tmp_path, text)
    reasons = [gap.reason for gap in found.gaps]
    reasons += [value.reason for each in found.resources for value in each.values.values() if isinstance(value, Unknown)]
    assert len(reasons) >= 3
    assert not any("s3cr3t" in reason for reason in reasons)


DOCUMENT = """
resource "aws_s3_bucket" "b" {}
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "One"
    actions   = ["s3:GetObject"]
    resources = ["*"]
  }
  statement {
    sid     = "Two"
    effect  = "Deny"
    actions = ["s3:DeleteObject", "s3:PutObject"]
    not_resources = ["${aws_s3_bucket.b.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:PrincipalTag/x"
      values   = ["y"]
    }
  }
}
data "aws_iam_policy_document" "all" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "One", Effect = "Deny", Action = "*", Resource = "*" }] })]
}
data "aws_iam_policy_document" "known" {
  statement {
    actions   = ["s3:*"]
    resources = ["*"]
  }
}
resource "aws_p" "known" {
  policy = data.aws_iam_policy_document.known.json
}
resource "aws_p" "all" {
  policy = data.aws_iam_policy_document.all.json
}
"""


def test_policy_documents_are_assembled(tmp_path: Path) -> None:
    """The document that the provider would assemble is there: as text where it is known, with its holes where it is not."""
    found = {each.address: each.values.get("policy") for each in read(tmp_path, DOCUMENT).resources}
    known = found["aws_p.known"]
    assert isinstance(known, str)
    assert json.loads(known) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    }
    merged = found["aws_p.all"]
    assert isinstance(merged, Unknown)
    assert isinstance(merged.document, dict)
    statements: Value = merged.document["Statement"]
    assert isinstance(statements, list)
    one, two = statements
    assert one == {"Sid": "One", "Effect": "Deny", "Action": "*", "Resource": "*"}
    assert isinstance(two, dict)
    assert two["Principal"] == "*"
    assert two["Condition"] == {"StringEquals": {"aws:PrincipalTag/x": "y"}}
    assert isinstance(two["NotResource"], Unknown)
    assert two["NotResource"].parts[-1] == "/*"


BACKENDS = [
    (
        'terraform {\n backend "s3" {\n bucket = "b"\n access_key = "k"\n }\n}',
        ("backend.s3", "s3", {"bucket": "b", "access_key": "k"}),
    ),
    (
        'terraform {\n cloud {\n organization = "o"\n workspaces {\n name = "w"\n }\n }\n}',
        ("backend.cloud", "cloud", {"organization": "o", "workspaces": [{"name": "w"}]}),
    ),
    ("terraform {}", None),
]


@pytest.mark.parametrize(("text", "expected"), BACKENDS)
def test_backends(tmp_path: Path, text: str, expected: tuple[str, str, dict[str, Value]] | None) -> None:
    """A backend or cloud block is a resource of its own, and makes a root; without one there is none."""
    found = read(tmp_path, text)
    assert not isinstance(found.backend, Unknown)
    assert found.is_root is (expected is not None)
    if expected is None:
        assert found.backend is None
        return
    assert found.backend is not None
    assert (found.backend.address, found.backend.type, found.backend.values) == expected
    assert found.backend.mode == "backend"
    assert ("access_key" in found.backend.sensitive) is ("access_key" in expected[2])


def test_workspaces(tmp_path: Path) -> None:
    """The workspace is what the user says, else the default one, unless a cloud block decides it."""
    text = 'resource "a_b" "c" {\n v = terraform.workspace\n}\n'
    assert read(tmp_path, text).resources[0].values == {"v": "default"}
    assert read(tmp_path, text, workspace="prod").resources[0].values == {"v": "prod"}
    assert isinstance(read(tmp_path, text + "terraform {\n cloud {}\n}").resources[0].values["v"], Unknown)


@pytest.mark.parametrize(
    ("constraint", "version"),
    [
        ("5.100.0", "5.100.0"),
        ("= 5.100.0", "5.100.0"),
        ("~> 5.0", "5"),
        ("~> 5.31.0", "5.31"),
        (">= 5.0, < 6.0", "5"),
        (">= 5.0, < 6.0.0", "5"),
        (">= 5.0", None),
        ("~> 5", None),
        (">= 4.0, < 6.0", None),
        ("!= 5.0", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_pinned_versions(constraint: str, version: str | None) -> None:
    """A constraint counts where it leaves one major version at most."""
    assert pinned(constraint) == version


def test_blocks_without_resources_are_tolerated(tmp_path: Path) -> None:
    """Everything else that Terraform knows at the top level reads without complaint."""
    text = """
moved {
  from = a_b.x
  to   = a_b.c
}
import {
  to = a_b.c
  id = "i"
}
removed {
  from = a_b.gone
  lifecycle {
    destroy = false
  }
}
check "c" {
  data "a_d" "scoped" {}
  assert {
    condition     = true
    error_message = "no"
  }
}
ephemeral "a_e" "e" {}
resource "a_b" "c" {}
output "o" {
  value = a_b.c.id
}
"""
    found = read(tmp_path, text)
    assert [each.address for each in found.resources] == ["a_b.c"]
    assert not found.gaps
