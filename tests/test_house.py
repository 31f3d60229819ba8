"""The rules of the house, counted: sizes, names, words, layers of the checks, and documents that must be fresh."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from policypack.check import Check, load_checks
from policypack.pages import first_sentence
from scripts import docs

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = sorted((ROOT / "policypack").rglob("*.py"))
CHECKS = sorted((ROOT / "checks").glob("*/*.py"))
SOURCES = [*PACKAGE, *CHECKS, *sorted((ROOT / "scripts").glob("*.py")), *sorted((ROOT / "tests").rglob("*.py"))]
CLI = ast.parse((ROOT / "policypack" / "cli.py").read_text("utf-8"))
COMMANDS = [node for node in CLI.body if isinstance(node, ast.FunctionDef)]
PURE = {"__future__", "collections", "fnmatch", "functools", "itertools", "math", "posixpath", "re", "typing"}
ALLOWED = ("policypack.check", "policypack.model", "policypack.authority")
FORBIDDEN = re.compile(r"(Manager|Base|Helper|Utils?)$|^(manager|base|helpers?|utils?)$")
# Folders that only the machines of those who wrote this have, put together so that this file does not hold them itself.
MACHINE = re.compile("|".join(("/" + "work/", "/" + "tmp/", "/" + "root/", "/" + "home/", "/" + "opt/", r"\.\./" + "shared")))


def relative(path: Path) -> str:
    """The name of a parametrised case."""
    return path.relative_to(ROOT).as_posix()


def lines(path: Path) -> int:
    """How long a file is."""
    return len(path.read_text("utf-8").splitlines())


@cache
def checks() -> tuple[Check, ...]:
    """All checks."""
    return tuple(load_checks(ROOT / "checks").values())


def tracked() -> Iterator[Path]:
    """Every file under version control, or every file where there is none."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = done.stdout.splitlines() if done.returncode == 0 else [relative(path) for path in SOURCES]
    return (ROOT / name for name in names if (ROOT / name).is_file())


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_file_is_long(path: Path) -> None:
    """A file has under 400 lines."""
    assert lines(path) < 400


@pytest.mark.parametrize("path", CHECKS, ids=relative)
def test_a_check_is_short(path: Path) -> None:
    """A check has under 60 lines, docstring included."""
    assert lines(path) < 60


def test_most_files_are_short() -> None:
    """Half of the package's files have under 130 lines."""
    assert statistics.median(lines(path) for path in PACKAGE) < 130


@pytest.mark.parametrize("path", [*PACKAGE, *CHECKS], ids=relative)
def test_nothing_that_is_loaded_at_every_start_makes_dataclasses(path: Path) -> None:
    """A dataclass costs a start twenty times what a msgspec struct does."""
    assert "dataclasses" not in path.read_text("utf-8")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_is_short(command: ast.FunctionDef) -> None:
    """A command of the command line has under 30 lines: it parses, calls, prints and exits."""
    assert (command.end_lineno or 0) - command.lineno < 30


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_name_says_nothing(path: Path) -> None:
    """No class or module is called Manager, Base, Helper or Utils."""
    classes = [node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ClassDef)]
    assert not [name for name in (path.stem, *classes) if FORBIDDEN.search(name)]


@pytest.mark.parametrize("path", CHECKS, ids=relative)
def test_a_check_asks_the_picture_only(path: Path) -> None:
    """A check imports the vocabulary, the model and authority, and beside them only the standard library's pure parts."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            pure = name.split(".")[0] in PURE
            assert pure or name.startswith(ALLOWED), name


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_a_check_says_where_it_comes_from(check: Check) -> None:
    """Every check maps to a published control, says since when it asks, and has a title that fits a line."""
    assert check.maps
    assert re.fullmatch(r"\d+\.\d+\.\d+", check.since)
    assert len(first_sentence(check)) <= 120


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_a_check_can_be_a_module_beside_any_other(check: Check) -> None:
    """A name of two words or more is no module's name, reads well after "allow", and is an id that checkov accepts."""
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)+", check.name)


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_a_check_has_an_example(check: Check) -> None:
    """The folder of the same name in terraform-examples marks what the check finds."""
    example = ROOT / "terraform-examples" / check.concern / check.name / "main.tf"
    assert example.is_file()


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.name)
def test_the_changelog_names_every_check(check: Check) -> None:
    """A new check can turn a green build red, so the changelog says its name."""
    assert f"`{check.name}`" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize(("path", "text"), list(docs.wanted()), ids=lambda value: value.name if isinstance(value, Path) else "")
def test_what_is_generated_is_fresh(path: Path, text: str) -> None:
    """checks/README.md and the --help block of README.md are what `make docs` would write."""
    assert path.read_text("utf-8") == text


def test_the_readme_shows_the_help() -> None:
    """README.md has the block that `make docs` fills."""
    assert docs.help_text() in (ROOT / "README.md").read_text("utf-8")


def test_no_file_knows_the_machine_that_it_was_written_on() -> None:
    """No file under version control names a folder of somebody's machine."""
    found = []
    for path in tracked():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{relative(path)}: {match[0]}" for match in MACHINE.finditer(text)]
    assert not found
