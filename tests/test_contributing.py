"""CONTRIBUTING.md is typed along: its files are written, its commands run, in a copy of the checkout, and print what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / ".github" / "CONTRIBUTING.md").read_text("utf-8")
CHECK = "Your first check in ten minutes"
TYPE = "A resource type, a provider"
_BLOCK = re.compile(r"(?:`(?P<path>[\w./-]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(os.name == "nt" or not shutil.which("make"), reason="the page speaks of make")


@dataclass(frozen=True)
class Step:
    """Something that the page has its reader do: write a file, or call a command that prints something."""

    path: str = ""
    text: str = ""
    command: str = ""


def steps(title: str) -> Iterator[Step]:
    """What one section has its reader do, in order."""
    section = re.split(r"^## ", PAGE, flags=re.MULTILINE)
    (text,) = (part for part in section if part.startswith(title + "\n"))
    for block in _BLOCK.finditer(text):
        if block["language"] != "console":
            assert block["path"], f"nobody is told where this goes:\n{block['text']}"
            yield Step(block["path"], block["text"])
            continue
        for called in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
            command, _, printed = called.partition("\n")
            yield Step(text=printed, command=command)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the checkout, whose .venv has the programs of this environment and is ready."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("checks", "policypack", "scripts", "terraform-examples", "tests", "docs", ".github"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    for name in ("README.md", "CHANGELOG.md", "Makefile", "pyproject.toml"):
        shutil.copy2(ROOT / name, tmp_path / name)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for module in ("policypack", "pytest", "ruff", "mypy", ""):
        program = programs / (module or "python")
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {"-m " + module if module else ""} "$@"\n', "utf-8")
        program.chmod(0o755)
    (tmp_path / ".venv" / ".ready").touch()
    return tmp_path


def call(checkout: Path, command: str) -> str:
    """What a command prints in the copy."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MAKE", "MFLAGS"))}
    environment = {**clean, "PYTHONPATH": str(checkout), "COLUMNS": "100", "NO_COLOR": "1"}
    done = subprocess.run(["sh", "-c", command], cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or " scan " in command, done.stdout + done.stderr
    return done.stdout


def same(printed: str, said: str) -> bool:
    """Whether this was printed, where "…" stands for anything: whole lines, or the rest of one."""
    pattern = "".join("(?:.*\n)*" if line == "…\n" else re.escape(line).replace("…", ".*") for line in said.splitlines(True))
    return re.fullmatch(pattern, printed) is not None


def write(checkout: Path, step: Step) -> None:
    """Writes a file, or an entry in the place of the one that the scaffold made at the end of a catalog."""
    path = checkout / step.path
    before = ""
    if path.suffix == ".yaml":
        before = path.read_text("utf-8")
        before = before[: before.index("\n" + step.text.splitlines()[0]) + 1]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(before + step.text, "utf-8")


@pytest.mark.parametrize("title", [CHECK, TYPE])
def test_what_the_page_says_happens(checkout: Path, title: str) -> None:
    """A newcomer who does what the page says sees what the page says: for a check, with ruff and mypy, and for a resource type."""
    for step in steps(title):
        if step.path:
            write(checkout, step)
            continue
        printed = call(checkout, step.command)
        assert same(printed, step.text), f"$ {step.command}\n{printed}"


def test_the_page_has_a_whole_check() -> None:
    """The section has the check's file and its example, the question marked as found and as uncertain, and each tool once."""
    done = list(steps(CHECK))
    check, example = (step for step in done if step.path)
    assert all(f"\n    {head}: " in check.text for head in ("Why", "Fix", "Misses"))
    assert all(word in check.text for word in ("is_unknown", "because=", "fix=", "cause="))
    name = Path(check.path).stem
    assert not (ROOT / check.path).exists(), "the check of the page is in the pack by now: the page needs another one"
    assert {f"# expect: {name}\n", f"# expect: {name} (uncertain)"} <= set(
        re.findall(rf"# expect: {name}(?:\n| \(uncertain\))", example.text)
    )
    commands = " ".join(step.command for step in done)
    assert all(
        tool in commands for tool in ("new check", " scan ", "tests/test_examples.py", "make docs", "ruff check", "mypy")
    )


@pytest.mark.parametrize(
    ("printed", "said", "fits"),
    [
        ("a\nb\nc\n", "a\n…\nc\n", True),
        ("a\nc\n", "a\n…\nc\n", True),
        ("a\nb\n", "a\n…\nc\n", False),
        ("1 passed in 3 s\n", "1 passed…\n", True),
        ("2 passed in 3 s\n", "1 passed…\n", False),
        ("a\n", "", False),
    ],
)
def test_what_is_left_out_is_all_that_may_differ(printed: str, said: str, fits: bool) -> None:
    """The comparison with the page lets only the ellipsis stand for something else."""
    assert same(printed, said) is fits
