"""Running checkov, and reading what it says."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from policypack.check import checks_folder, load_checks

ROOT = Path(__file__).resolve().parents[2]
CHECKS = load_checks(checks_folder())
COULD_NOT_JUDGE = "policypack_could_not_judge"
STORE = 'resource "aws_db_instance" "main" {\n  identifier = "main"\n}\n'


@dataclass(frozen=True)
class Done:
    """Exit code and the two outputs of one run."""

    code: int
    out: str
    said: str

    @cached_property
    def reports(self) -> list[dict[str, Any]]:
        """One report a framework and folder, from JSON, which may follow each other."""
        decoder, at, found = json.JSONDecoder(), 0, []
        while at < len(self.out.rstrip()):
            value, at = decoder.raw_decode(self.out, at)
            found += value if isinstance(value, list) else [value]
            at += len(self.out[at:]) - len(self.out[at:].lstrip())
        return found

    def records(self, kind: str = "failed") -> list[dict[str, Any]]:
        """The records of all reports: "failed", "passed" or "skipped"."""
        return [each for report in self.reports for each in report.get("results", {}).get(f"{kind}_checks", [])]

    def told(self, kind: str = "failed") -> set[tuple[str, str]]:
        """Check and address of our records."""
        ours = {*CHECKS, COULD_NOT_JUDGE}
        return {(each["check_id"], each["resource"]) for each in self.records(kind) if each["check_id"] in ours}

    def details(self, check: str) -> str:
        """All that a check says."""
        return "\n".join(line for each in self.records() if each["check_id"] == check for line in each["details"])


def run(
    checkov: str, *arguments: str, cwd: Path, checks: Path | None = None, environment: Mapping[str, str] | None = None
) -> Done:
    """A run with our checks and JSON, offline."""
    given = () if any(each.startswith("--external-checks-git") for each in arguments) else ("--external-checks-dir",)
    command = [checkov, *arguments, *(given and (*given, str(checks or checks_folder()))), "--skip-download"]
    if not any(each in arguments for each in ("-o", "--output")):
        command += ["-o", "json"]
    variables = {**os.environ, "LOG_LEVEL": "ERROR", "PYTHONPATH": "", **(environment or {})}
    done = subprocess.run(command, cwd=cwd, env=variables, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


def pack(folder: Path) -> Path:
    """A copy of the package and its checks, to be broken. The folder of the checks is given back."""
    for name in ("policypack", "checks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "checks"
