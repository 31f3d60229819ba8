"""What the text of a file says that it calls and reads."""

from __future__ import annotations

import time

import pytest

from policypack.calls import ANYWHERE, calls_in, read_by


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ('module "a" {\n  source = "../db"\n}', ["../db"]),
        ('module "a" { source = "./db" }', ["./db"]),
        ('module "a" {\r\n  source = "../db"\r\n}\r\n', ["../db"]),
        ('module "a" {\n  source = "."\n}', ["."]),
        ('module "a" {\n  source = "${path.module}/../db"\n}', ["./../db"]),
        ('{"module": {"a":\n {"source":\n  "../db"}}}', ["../db"]),
        ('a = "arn:aws:s3:::*/*"\nmodule "a" {\n  source = "../db"\n}\nb = "arn:aws:s3:::*/*"', ["../db"]),
        ('a = "${join("/*", x)}"\nmodule "a" {\n  source = "../db"\n}\nb = "*/"', ["../db"]),
        ('# module "a" {\n#  source = "../db"\n# }', []),
        ('/* module "a" {\n  source = "../db"\n} */', []),
        ('/* module "a" {\n  source = "../db"\n}', []),
        ('a = ["x/*"] /* module "a" {\n  source = "../db"\n} */', []),
        ('module "a" {\n  source = "${local.base}/db"\n}', [ANYWHERE]),
        ('module "a" {\n  source = var.db\n}', [ANYWHERE]),
        ('module "a" {\n  source = "registry/db/aws"\n}', []),
        ('module "a" {\n  source = "../db"\n}\nresource "aws_s3_object" "o" {\n  source = each.value\n}', ["../db"]),
    ],
)
def test_the_calls_of_a_file(text: str, called: list[str]) -> None:
    """Module calls are found in both syntaxes, not in comments, and not hidden by what only looks like one."""
    assert list(calls_in(text.encode())) == called


@pytest.mark.parametrize("text", ["/* " * 500_000, "\n" * 1_500_000, '"' * 1_500_000, "source = a\n" * 100_000])
def test_no_text_takes_long(text: str) -> None:
    """Whoever wrote a file cannot make a hook stand still."""
    began = time.process_time()
    list(calls_in((text + '\n"../a"').encode()))
    read_by((text + 'x.json"').encode(), {b"x.json"})
    assert time.process_time() - began < 5


def test_the_names_that_a_file_reads() -> None:
    """A name counts as a whole, and where a pattern or a template may stand for it."""
    names = {b"agent.json", b"other-agent.json", b"grants.yaml", b"prod-limits.tpl"}
    text = b'file("policies/agent.json") fileset("x", "**/*.yaml") templatefile("${var.env}-limits.tpl", {})'
    assert read_by(text, names) == {b"agent.json", b"grants.yaml", b"prod-limits.tpl"}
    assert read_by(b"agent.json", names) == set()
