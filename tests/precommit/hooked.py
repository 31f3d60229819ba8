"""The real pre-commit, with the hooks of this checkout in a repository of their own, as a user would name it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from policypack import __version__
from tests.precommit.places import git, repository, surroundings

ROOT = Path(__file__).resolve().parents[2]
_BESIDE = Path(sys.executable).with_name("pre-commit")
PRE_COMMIT = os.environ.get("POLICYPACK_PRE_COMMIT") or (str(_BESIDE) if _BESIDE.exists() else shutil.which("pre-commit"))
TAG = f"v{__version__}"
_SHIPPED = (
    "policypack",
    "checks",
    "pyproject.toml",
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "NOTICE",
    ".pre-commit-hooks.yaml",
)
_NO_INDEX = ("No matching distribution", "Could not find a version", "connection", "Connection", "Temporary failure")
_PATIENCE = 900


class Hooks:
    """Where the hooks come from, and where pre-commit keeps what it installed."""

    def __init__(self, folder: Path) -> None:
        self.source, self.home = folder / "policypack", folder / "home"

    def make(self) -> None:
        """The hooks' repository, tagged as a release is, and installed once."""
        self.source.mkdir()
        for each in _SHIPPED:
            if (ROOT / each).is_dir():
                shutil.copytree(ROOT / each, self.source / each, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / each, self.source / each)
        repository(self.source, {})
        git(self.source, "tag", TAG)
        first = self.configured(repository(self.source.parent / "first", {}))
        done = self.call(first, "install-hooks")
        said = done.stdout + done.stderr
        if done.returncode != 0 and any(sign in said for sign in _NO_INDEX):
            pytest.skip("the package index cannot be reached, and pre-commit installs from there")
        assert done.returncode == 0, said

    def configured(self, folder: Path, more: str = "") -> Path:
        """The repository, with both hooks in its configuration at a pinned revision; `more` belongs to the first."""
        text = f"repos:\n- repo: {self.source}\n  rev: {TAG}\n  hooks:\n  - id: policypack\n{more}  - id: policypack-plan\n"
        (folder / ".pre-commit-config.yaml").write_text(text, "utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-qm", "hooks")
        return folder

    def call(self, folder: Path, *words: str, program: str = "") -> subprocess.CompletedProcess[str]:
        """A run of pre-commit in a repository, or of git with pre-commit at hand."""
        environment = surroundings(PRE_COMMIT_HOME=str(self.home), NO_COLOR="1")
        environment["PATH"] = f"{Path(PRE_COMMIT or '').parent}{os.pathsep}{environment.get('PATH', '')}"
        command = [program or PRE_COMMIT or "pre-commit", *words]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False)


def hooks_once(folder: Path) -> Hooks:
    """The hooks, made by whichever of the processes that run tests comes first; the others wait for it."""
    hooks, ready = Hooks(folder), folder / "ready"
    try:
        folder.mkdir()
    except FileExistsError:
        for _ in range(_PATIENCE):
            if ready.exists():
                break
            time.sleep(1)
        said = ready.read_text("utf-8") if ready.exists() else "nobody came to an end of installing the hooks"
        return pytest.skip(said) if said else hooks
    said = "the hooks could not be installed"
    try:
        hooks.make()
        said = ""
    except pytest.skip.Exception as skipped:
        said = str(skipped)
        raise
    finally:
        ready.write_text(said, "utf-8")
    return hooks
