"""What names mean: variables, local values, other resources, and what Terraform itself provides."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from policypack.model import Input, Reference, Unknown, Value
from policypack.read.module import read_module
from policypack.read.options import ReadOptions

Read = Callable[..., Input]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads a folder that is made of these files; `main` is main.tf, other names are paths."""

    def made(main: str = "", files: dict[str, str] | None = None, **options: object) -> Input:
        for name, text in {"main.tf": main, **(files or {})}.items():
            (tmp_path / name).write_text(text)
        return read_module(tmp_path, ReadOptions(base=tmp_path, **options))  # type: ignore[arg-type]

    return made


def out(read: Read, expression: str, rest: str = "", **options: object) -> Value:
    """The value of one expression, as a resource's argument has it."""
    found = read(f'resource "x_y" "z" {{\n  v = {expression}\n}}\n{rest}', **options)
    return next(each for each in found.resources if each.address == "x_y.z").values.get("v")


VARIABLES = [
    ("default", 'variable "a" {\n default = "d"\n}', {}, {}, "d"),
    ("no value", 'variable "a" {}', {}, {}, Unknown("variable a has no value", (Reference("var.a"),))),
    ("tfvars", 'variable "a" {}', {"terraform.tfvars": 'a = "t"'}, {}, "t"),
    ("tfvars.json", 'variable "a" {}', {"terraform.tfvars": 'a = "t"', "terraform.tfvars.json": '{"a": "j"}'}, {}, "j"),
    (
        "auto",
        'variable "a" {}',
        {"terraform.tfvars": 'a = "t"', "b.auto.tfvars": 'a = "b"', "a.auto.tfvars": 'a = "a"'},
        {},
        "b",
    ),
    ("other tfvars are not read", 'variable "a" {\n default = 1\n}', {"prod.tfvars": "a = 2"}, {}, 1),
    ("environment", 'variable "a" {}', {}, {"environment": {"TF_VAR_a": "e"}}, "e"),
    ("file over environment", 'variable "a" {}', {"terraform.tfvars": 'a = "t"'}, {"environment": {"TF_VAR_a": "e"}}, "t"),
    ("line over file", 'variable "a" {}', {"terraform.tfvars": 'a = "t"'}, {"variables": {"a": "l"}}, "l"),
    ("text is not evaluated", 'variable "a" {\n type = string\n}', {}, {"variables": {"a": "[1]"}}, "[1]"),
    ("a list is", 'variable "a" {\n type = list(number)\n}', {}, {"variables": {"a": '[1, "2"]'}}, [1, 2]),
    ("number", 'variable "a" {\n type = number\n}', {}, {"variables": {"a": "7"}}, 7),
    ("bool", 'variable "a" {\n type = bool\n}', {"terraform.tfvars": 'a = "true"'}, {}, True),
    ("string", 'variable "a" {\n type = string\n default = 12\n}', {}, {}, "12"),
    ("set", 'variable "a" {\n type = set(string)\n default = ["b", "a", "b"]\n}', {}, {}, ["a", "b"]),
    ("old type names", 'variable "a" {\n type = "list"\n default = ["b"]\n}', {}, {}, ["b"]),
    ("null", 'variable "a" {\n type = string\n default = null\n}', {}, {}, None),
    (
        "optional attributes",
        """variable "a" {
  type    = map(object({ n = optional(number, 3), s = string, o = optional(bool) }))
  default = { k = { s = 1, dropped = 2 } }
}""",
        {},
        {},
        {"k": {"n": 3, "s": "1"}},
    ),
    (
        "a misfit",
        'variable "a" {\n type = number\n default = "many"\n}',
        {},
        {},
        Unknown("the value of variable a does not fit its type: a number is required, and this is string"),
    ),
]


@pytest.mark.parametrize(
    ("text", "files", "options", "value"), [row[1:] for row in VARIABLES], ids=[row[0] for row in VARIABLES]
)
def test_where_variables_come_from(
    read: Read, text: str, files: dict[str, str], options: dict[str, object], value: Value
) -> None:
    """A variable has the value that Terraform would give it, converted to its type; without one it is Unknown."""
    assert out(read, "var.a", text, files=files, **options) == value


def test_variable_files_of_the_command_line_come_later_than_automatic_ones(read: Read, tmp_path: Path) -> None:
    """`--var-file` wins over what is found, and may lie outside of the scanned tree, since the user names it."""
    elsewhere = tmp_path.parent / f"{tmp_path.name}.tfvars"
    elsewhere.write_text('a = "f"')
    assert out(read, "var.a", 'variable "a" {}', files={"a.auto.tfvars": 'a = "x"'}, variable_files=(elsewhere,)) == "f"


EXPRESSIONS = [
    ("local.a", 'locals {\n a = "x${local.b}"\n b = 1\n}', "x1"),
    ("local.a", "locals {\n a = local.b\n b = local.a\n}", Unknown("local.a leads back to itself")),
    ("local.nothing", "", Unknown("local.nothing is not declared")),
    ("aws_x.y.name", 'resource "aws_x" "y" {\n name = "n"\n}', "n"),
    ("aws_x.y.rule[1].id", 'resource "aws_x" "y" {\n rule {\n id = 1\n }\n rule {\n id = 2\n }\n}', 2),
    ("aws_x.y[1].name", 'resource "aws_x" "y" {\n count = 2\n name = "n${count.index}"\n}', "n1"),
    ('aws_x.y["a"].name', 'resource "aws_x" "y" {\n for_each = { a = 1 }\n name = "n${each.key}${each.value}"\n}', "na1"),
    ("aws_x.y[*].name", 'resource "aws_x" "y" {\n count = 2\n name = "n${count.index}"\n}', ["n0", "n1"]),
    (
        "[for k, v in aws_x.y : v.name]",
        'resource "aws_x" "y" {\n for_each = toset(["b", "a"])\n name = each.value\n}',
        ["a", "b"],
    ),
    ("try(aws_x.y[0].name, 5)", 'resource "aws_x" "y" {\n count = 0\n name = "n"\n}', 5),
    ("data.aws_region.r.name", 'data "aws_region" "r" {}\nprovider "aws" {\n region = "eu-west-1"\n}', "eu-west-1"),
    ("data.aws_partition.p.partition", 'data "aws_partition" "p" {}\nprovider "aws" {\n region = "eu-west-1"\n}', "aws"),
    (
        "data.aws_caller_identity.me.account_id",
        'data "aws_caller_identity" "me" {}\nprovider "aws" {\n allowed_account_ids = ["111111111111"]\n}',
        "111111111111",
    ),
    (
        "data.aws_caller_identity.me.account_id",
        """data "aws_caller_identity" "me" {
  provider = aws.b
}
provider "aws" {
  alias = "b"
  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/r"
  }
}""",
        "222222222222",
    ),
    ("terraform.workspace", "", "default"),
    ("path.root", "", "."),
    ("path.module", "", "."),
    ('file("${path.module}/a.txt")', "", "content"),
]


@pytest.mark.parametrize(("expression", "rest", "value"), EXPRESSIONS)
def test_what_names_mean(read: Read, expression: str, rest: str, value: Value) -> None:
    """Names lead to what the configuration writes, wherever it writes it."""
    assert out(read, expression, rest, files={"a.txt": "content"}) == value


COMPUTED = [
    ("aws_x.y.arn", 'resource "aws_x" "y" {}', Reference("aws_x.y", "arn")),
    ("aws_x.y[0].arn", 'resource "aws_x" "y" {\n count = 1\n}', Reference("aws_x.y[0]", "arn")),
    ('aws_x.y["a.b"].arn', 'resource "aws_x" "y" {\n for_each = toset(["a.b"])\n}', Reference('aws_x.y["a.b"]', "arn")),
    ("aws_x.y.list[0].id", 'resource "aws_x" "y" {}', Reference("aws_x.y", "list.0.id")),
    ("data.aws_x.y.id", 'data "aws_x" "y" {}', Reference("data.aws_x.y", "id")),
    ("local.a", 'resource "aws_x" "y" {}\nlocals {\n a = aws_x.y.arn\n}', Reference("aws_x.y", "arn")),
    (
        "data.aws_caller_identity.me.account_id",
        'data "aws_caller_identity" "me" {}',
        Reference("data.aws_caller_identity.me", "account_id"),
    ),
    (
        "data.aws_partition.p.partition",
        'data "aws_partition" "p" {}\nprovider "aws" {\n region = "us-gov-west-1"\n}',
        Reference("data.aws_partition.p", "partition"),
    ),
    ("ephemeral.aws_x.y.id", "", Reference("ephemeral.aws_x.y", "id")),
]


@pytest.mark.parametrize(("expression", "rest", "reference"), COMPUTED)
def test_computed_attributes_are_references(read: Read, expression: str, rest: str, reference: Reference) -> None:
    """What the configuration does not write is the exact reference that would settle it."""
    value = out(read, expression, rest)
    assert isinstance(value, Unknown)
    assert value.references == (reference,)
    assert value.parts == (reference,)


def test_text_around_a_hole_is_kept(read: Read) -> None:
    """A template keeps what stands around the attribute that does not exist yet."""
    value = out(read, '"arn:${aws_x.y.id}/*"', 'resource "aws_x" "y" {}')
    assert isinstance(value, Unknown)
    assert value.parts == ("arn:", Reference("aws_x.y", "id"), "/*")
