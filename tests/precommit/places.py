"""Repositories for tests of the hooks: files, and git without anybody's own configuration."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

BAD = """resource "aws_db_instance" "main" {
  identifier        = "main"
  engine            = "postgres"
  allocated_storage = 20
}
"""
QUIET = """resource "aws_sqs_queue" "orders" {
  name = "orders"
}
"""
CALL = 'module "db" {\n  source = "%s"\n}\n'
_WHO = {f"GIT_{who}_{what}": "somebody@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def surroundings(**more: str) -> dict[str, str]:
    """The environment without what a git or a pre-commit around the tests says, and without the machine's git configuration."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "PYTHONPATH"))}
    return {**clean, **_WHO, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **more}


def git(folder: Path, *words: str) -> str:
    """What git prints, run in a folder."""
    done = subprocess.run(["git", *words], cwd=folder, env=surroundings(), check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Files with their text, below the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    """A repository in which the files are committed, and nothing else."""
    folder.mkdir(exist_ok=True)
    write(folder, files)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "--allow-empty", "-m", "before")
    return folder
