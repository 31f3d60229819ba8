"""Runs policypack and checkov over the same dangers, before and after the repair, and prints a Markdown table.

    python -m scripts.compare [--write]

A scanner that has something to say of everything says nothing of the danger. What counts here is the difference: the checks that
fail where the danger is and not where it is repaired. checkov is used where it is on PATH, beside this Python, or named by
POLICYPACK_CHECKOV. `--write` puts the table into docs/comparison.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "terraform-examples"
PAGE = ROOT / "docs" / "comparison.md"
BEGIN, END = "<!-- compare -->", "<!-- end of compare -->"
SHOWN = 12


class Case(Struct, frozen=True):
    """A danger, and the same infrastructure without it; "" where only the danger can be shown."""

    title: str
    danger: str
    repaired: str = ""


class Verdict(Struct, frozen=True):
    """What a scanner says: the checks that fail, by resource, and how it ends."""

    failed: frozenset[tuple[str, str]]
    code: int


CASES = (
    Case(
        "an agent's role may delete a database and its backups, each named by its ARN",
        "comparison/named_arns/fails",
        "comparison/named_arns/fixed",
    ),
    Case(
        "the same, as a plan that lies beside its code",
        "comparison/named_arns/fails/plan.json",
        "comparison/named_arns/fixed/plan.json",
    ),
    Case("PocketOS: the only backups lie on the volume", "incidents/pocketos", "incidents/pocketos/fixed"),
    Case("DataTalks: the code", "incidents/datatalks", "incidents/datatalks/fixed"),
    Case("DataTalks: the plan that deletes it all", "incidents/datatalks/destroy/plan.json"),
    Case("Code Spaces: backups in the account of what they back up", "incidents/code-spaces", "incidents/code-spaces/fixed"),
    Case("Google Cloud: SQL instances", "providers/google/sql/fails", "providers/google/sql/fixed"),
    Case("MongoDB Atlas: a cluster", "providers/mongodbatlas/cluster/fails", "providers/mongodbatlas/cluster/fixed"),
)


def policypack(path: Path) -> Verdict:
    """What policypack finds, with a question mark what it is not certain of."""
    done = _run([sys.executable, "-m", "policypack", "scan", str(path), "--format", "json"])
    report = json.loads(done.stdout)
    found = (
        (each["check"] + ("" if each["certain"] else "?"), each["resource"])
        for each in report["findings"]
        if not each["suppressed"]
    )
    return Verdict(frozenset(found), done.returncode)


def checkov(program: str, path: Path) -> Verdict:
    """What fails in checkov, with all of its own checks for Terraform."""
    kind = ["--framework", "terraform_plan", "-f"] if path.is_file() else ["--framework", "terraform", "-d"]
    done = _run([program, *kind, str(path), "--output", "json", "--quiet", "--skip-download"])
    told = json.loads(done.stdout or "{}")
    parts = told if isinstance(told, list) else [told]
    failed = [each for part in parts for each in part.get("results", {}).get("failed_checks", ())]
    return Verdict(frozenset((each["check_id"], each["resource"]) for each in failed), done.returncode)


def table(program: str | None) -> str:
    """One row a case. Each is judged in a folder of its own: checkov enters folders below, where the repaired twin lies."""
    version = _run([program, "--version"]).stdout.strip() if program else ""
    rows = [f"| danger | policypack | checkov {version} |", "| --- | --- | --- |"]
    for case in CASES:
        mine, theirs = told(case, None), told(case, program) if program else "not there"
        rows.append(f"| {case.title} | {mine} | {theirs} |")
    return "\n".join(rows)


def told(case: Case, program: str | None) -> str:
    """What checkov, or policypack where no program is named, says of the danger and of its repair."""
    scanner = policypack if program is None else partial(checkov, program)
    return _told([_judged(scanner, each) for each in (case.danger, case.repaired) if each])


def _judged(scanner: Callable[[Path], Verdict], case: str) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        return scanner(_apart(EXAMPLES / case, Path(folder)))


def _told(verdicts: list[Verdict]) -> str:
    danger, repaired = verdicts[0], verdicts[-1]
    count = f"{len(danger.failed)} failed, exit {danger.code}"
    if len(verdicts) == 1:
        names = sorted({check for check, _ in danger.failed})
        return f"{count}{': ' + _listed(names) if names else ''}"
    gone = sorted({check for check, _ in danger.failed} - {check for check, _ in repaired.failed})
    return f"{count}; repaired: {len(repaired.failed)}, exit {repaired.code}<br>tells them apart: {_listed(gone) or 'nothing'}"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(f"`{each}`" for each in names[:SHOWN]) + more


def _apart(path: Path, folder: Path) -> Path:
    """A copy of a case without the folders below it. A plan stays beside its code."""
    if path.is_file():
        return path
    for each in path.iterdir():
        if each.is_file() and each.name.endswith((".tf", ".hcl")):
            shutil.copy(each, folder)
    return folder


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _checkov() -> str | None:
    named = os.environ.get("POLICYPACK_CHECKOV", "").split(os.pathsep)[0]
    beside = Path(sys.executable).with_name("checkov")
    return named or shutil.which("checkov") or (str(beside) if beside.exists() else None)


def main() -> None:
    """Prints the table, or writes it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the table into docs/comparison.md")
    made = table(_checkov())
    if not parser.parse_args().write:
        print(made)
        return
    head, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    PAGE.write_text(f"{head}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
