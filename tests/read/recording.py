"""Asks Terraform itself what expressions are worth, and keeps its answers. Run as a program, it renews the recorded table."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).parent / "expressions"
TABLE = FOLDER / "recorded.json"
REFUSED = "refused"
"""What the table says of an expression that Terraform refuses."""


def terraform() -> str | None:
    """The Terraform program, None where it is not installed."""
    return shutil.which("terraform")


def ask(expressions: Sequence[str]) -> list[str]:
    """The value of each expression as JSON text, or `REFUSED`. They see the locals and the files of the folder."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
        (folder / "locals.tf").write_text(f"locals {{\n{(FOLDER / 'locals.hcl').read_text()}}}\n")
        for number, expression in enumerate(expressions):
            output = f'output "e{number}" {{\n  value = try(jsonencode({expression}), "{REFUSED}")\n}}\n'
            (folder / f"e{number}.tf").write_text(output)
        while refused := _refused_before_evaluation(folder):
            for file in refused:
                (folder / file).unlink()
        shown = json.loads(_run(folder, "apply", "-auto-approve", "-input=false") and _run(folder, "output", "-json"))
    return [shown.get(f"e{number}", {"value": REFUSED})["value"] or "null" for number in range(len(expressions))]


def _refused_before_evaluation(folder: Path) -> set[str]:
    """The files whose expression no `try` can save: it does not parse, or its types alone are wrong."""
    diagnostics = json.loads(_run(folder, "validate", "-json", check=False))["diagnostics"]
    return {each["range"]["filename"] for each in diagnostics if each["severity"] == "error"}


def _run(folder: Path, *arguments: str, check: bool = True) -> str:
    program = terraform()
    assert program is not None
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    done = subprocess.run([program, *arguments], cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout


def recorded() -> list[tuple[str, str]]:
    """The table: expression and answer."""
    return [(expression, answer) for expression, answer in json.loads(TABLE.read_text())]


if __name__ == "__main__":
    known = [expression for expression, _ in recorded()] if TABLE.exists() else []
    wanted = list(dict.fromkeys([*known, *json.loads(sys.stdin.read() or "[]")]))
    rows = [[expression, answer] for expression, answer in zip(wanted, ask(wanted), strict=True)]
    TABLE.write_text("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n")
