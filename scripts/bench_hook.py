"""Measures what a commit feels of the hook: `git commit` with the real pre-commit, as it is installed from this checkout's HEAD."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TIMES = 9
MODULE = 'resource "aws_db_instance" "main" {\n  identifier = "main"\n  engine     = "postgres"\n}\n'
NOTHING = """- repo: local
  hooks: [{id: nothing, name: nothing, language: system, entry: git --version, pass_filenames: false, always_run: true}]
"""


def program() -> str | None:
    """The pre-commit beside this Python, or the one on PATH."""
    beside = Path(sys.executable).with_name("pre-commit")
    return str(beside) if beside.exists() else shutil.which("pre-commit")


def commits(folder: Path, hooks: str) -> float:
    """The median seconds of a commit that changes a line of a module, once the hooks are installed.

    Raises CalledProcessError where one does not pass.
    """
    pre_commit = program() or "pre-commit"
    path = f"{Path(pre_commit).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    names = {f"GIT_{who}_{what}": "bench" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment = {**kept, **names, "PATH": path, "PRE_COMMIT_HOME": str(folder.parent / "pre-commit")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody's hook compiles itself at every commit

    def run(*words: str) -> None:
        subprocess.run(words, cwd=folder, env=environment, capture_output=True, check=True)

    (folder / "prod").mkdir(parents=True)
    run("git", "init", "-q")
    (folder / ".pre-commit-config.yaml").write_text(f"repos:\n{hooks}", "utf-8")
    run(pre_commit, "install", "--install-hooks")
    taken = []
    for number in range(TIMES + 1):  # the first compiles
        (folder / "prod/main.tf").write_text(f"{MODULE}# {number}\n", "utf-8")
        run("git", "add", "-A")
        began = time.perf_counter()
        run("git", "commit", "-qm", "a line")
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:])


def hook(folder: Path) -> tuple[float, float] | None:
    """Seconds of a commit with the hook, and with one that does nothing; None where pre-commit or a repository to install from is
    missing."""
    if program() is None or not (ROOT / ".git").exists():
        return None
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    ours = f"- repo: {ROOT}\n  rev: {head}\n  hooks: [{{id: policypack, args: [--fail-on, never]}}]\n"
    return commits(folder / "ours", ours), commits(folder / "nothing", NOTHING)
