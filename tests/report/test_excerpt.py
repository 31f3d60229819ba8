"""Source lines in reports never show a literal: any of them may be a secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policypack.model import Location
from policypack.report.excerpt import excerpts, redacted, redacted_lines

LINES = [
    ('resource "aws_db_instance" "main" {', 'resource "aws_db_instance" "main" {'),
    ("  deletion_protection = false", "deletion_protection = false"),
    ("  backup_retention_period = 7", "backup_retention_period = 7"),
    ('  password = "hunter2"', 'password = "…"'),
    ("  password = var.password", "password = var.password"),
    ("  password = 12345678", "password = …"),
    ('  token = "a${var.b["hunter2"]}c" # hunter2', 'token = "…"'),
    ("  user = var.user // hunter2", "user = var.user"),
    ("  user = /* hunter2 */ var.user", "user =  var.user"),
    (r'  a = "quo\"hunter2\"te"', 'a = "…"'),
    ('  a = "$${hunter2" ', 'a = "…"'),
    ('  a = "hunter2', 'a = "…'),
    ('variable "token" { default = "hunter2" }', 'variable "token" { default = "…" }'),
    ('  volume = { name = "hunter2", size = 3 }', 'volume = { name = "…", size = 3 }'),
    ("  user_data = <<-EOT", "user_data = <<-EOT"),
    ('  "password": "hunter2",', '"…": "…",'),
    ("# hunter2", None),
    ("", None),
]


@pytest.mark.parametrize(("line", "shown"), LINES)
def test_a_line(line: str, shown: str | None) -> None:
    """Names, references and flags are shown; literals and comments are not."""
    assert redacted(line) == shown


@pytest.mark.parametrize(("line", "shown"), [(line, shown) for line, shown in LINES if shown])
def test_redacting_twice_changes_nothing(line: str, shown: str) -> None:
    """A line that was redacted where the file was read is the same after it was redacted again."""
    del line
    assert redacted(shown) == shown


def test_what_spans_lines_is_not_shown() -> None:
    """Inside a heredoc, a comment or a string over several lines, nothing is shown; behind it, lines are again."""
    text = 'a = <<EOT\npassword=hunter2\n  EOT\nb = 1\n/* hunter2\nc = "x */\nd = "${\nhunter2\n}"\ne = 2'
    assert redacted_lines(text) == ["a = <<EOT", None, None, "b = 1", None, None, 'd = "…', None, None, "e = 2"]


literals = st.text(st.sampled_from(list('abc $%{}\\/#*<-=.,[]()"')), max_size=12)


@given(literals, literals)
@example('"${', '}"')
@settings(max_examples=100, deadline=None)
def test_no_literal_survives(before: str, after: str) -> None:
    """Whatever stands around it in a string, its text is not shown."""

    def written(text: str) -> str:
        return text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")

    line = f'name = "{written(before)}hunter2{written(after)}"'
    assert redacted_lines(f"{line}\nnext = 1") == ['name = "…"', "next = 1"]


def test_excerpts_stay_in_their_folders(tmp_path: Path) -> None:
    """A line comes from the first folder that has the file; never from outside, through a link, or from a plan."""
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (inside / "main.tf").write_text("a = 1\nb = true\n")
    (inside / "plan.json").write_text("c = 1\n")
    (outside / "other.tf").write_text("d = 1\n")
    (inside / "link.tf").symlink_to(outside / "other.tf")
    excerpt = excerpts([tmp_path / "nothing", inside])
    assert excerpt(Location("main.tf", 2, 2)) == "b = true"
    assert excerpt(Location("main.tf", 9, 9)) is None
    for file in ("plan.json", "link.tf", "../outside/other.tf", "missing.tf", str(outside / "other.tf"), "\0.tf"):
        assert excerpt(Location(file, 1, 1)) is None
    assert excerpts([inside, outside])(Location("other.tf", 1, 1)) == "d = 1"
