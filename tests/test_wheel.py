"""The wheel is what users get: it is built, installed into an empty environment, and used there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.main import get_command

from policypack import __version__
from policypack.check import load_checks
from policypack.cli import FORMATS, app

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = """resource "aws_db_instance" "main" {
  identifier = "main"
}
"""
_NO_INDEX = ("No matching distribution", "Could not find a version", "connection", "Connection", "Temporary failure")


def pip(*arguments: str) -> None:
    """Pip of this environment. Skips where the package index cannot be reached, and only there."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0 and any(sign in done.stderr for sign in _NO_INDEX):
        pytest.skip("the package index cannot be reached")
    assert done.returncode == 0, done.stderr


def call(command: Sequence[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """A program, away from the checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_carries_what_a_scan_needs_and_no_more(wheel: Path) -> None:
    """Checks, schemas and the compiled catalog are inside; the catalog's sources, tests and examples are not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "checks").rglob("*.py"):
        assert f"policypack/_checks/{path.relative_to(ROOT / 'checks').as_posix()}" in names
    for path in (*(ROOT / "policypack").rglob("*.py"), *(ROOT / "policypack").rglob("*.json")):
        assert path.relative_to(ROOT).as_posix() in names
    assert not [name for name in names if name.startswith(("tests/", "terraform-examples/")) or "__pycache__" in name]
    assert not [name for name in names if name.endswith((".yaml", ".tf"))]


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in an empty environment that has the wheel and what it depends on."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    installed = subprocess.run(
        [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    if installed.returncode != 0 and any(sign in installed.stderr for sign in _NO_INDEX):
        pytest.skip("the package index cannot be reached")
    assert installed.returncode == 0, installed.stderr
    return python.with_name("policypack")


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A folder away from the checkout, with a root module, and a plan in which an agent gains power."""
    folder = tmp_path / "module"
    folder.mkdir()
    (folder / "main.tf").write_text(EXAMPLE, "utf-8")
    shutil.copy(ROOT / "terraform-examples" / "changes" / "agent_gains_power" / "plan.json", tmp_path / "plan.json")
    return folder


def test_the_wheel_scans(program: Path, module: Path) -> None:
    """In an empty environment, away from the checkout: the version, the folder of the checks, a scan that nothing is missing for."""
    assert call([str(program), "--version"], module).stdout == f"policypack {__version__}\n"
    where = Path(call([str(program), "where"], module).stdout.strip())
    assert where.is_relative_to(program.parents[1].resolve())
    assert (where / "__init__.py").is_file()
    assert (where / "policypack_checkov.py").is_file()
    done = call([str(program), "scan", ".", "--format", "json"], module)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert ("deletion_protection_off", "aws_db_instance.main") in {
        (each["check"], each["resource"]) for each in report["findings"]
    }
    assert not [gap for gap in report["gaps"] if gap["location"] is None]
    listed = call([str(program), "checks"], module).stdout
    assert all(name in listed for name in load_checks(ROOT / "checks"))


COMMANDS: list[tuple[str, int, str]] = [
    *((f"scan . --format {name}", 1, "deletion_protection_off") for name in FORMATS if name not in {"markdown", "comment"}),
    ("scan . --format markdown", 1, "aws_db_instance.main"),
    ("scan . --format comment", 1, "aws_db_instance.main"),
    ("scan ../plan.json --fail-on never", 0, "agent_gains_power"),
    ("diff ../plan.json", 0, "agent"),
    ("diff ../plan.json --format markdown", 0, "agent"),
    ("diff ../plan.json --format json", 0, '"powers"'),
    ("gate ../plan.json", 1, "approv"),
    ("gate ../plan.json --format json", 1, '"digest"'),
    ("approve --help", 0, "--requester"),
    ("who-can destroy aws_db_instance.orders ../plan.json", 0, "aws_iam_role.report_agent"),
    ("who-can destroy aws_db_instance.orders ../plan.json --format json", 0, '"powers"'),
    ("can aws_iam_role.report_agent rds:DeleteDBInstance * ../plan.json", 0, "rds:DeleteDBInstance"),
    ("can aws_iam_role.report_agent rds:DeleteDBInstance * ../plan.json --format json", 0, '"outcome"'),
    ("init", 0, "policypack.yaml"),
    ("explain vault_unlocked", 0, "Why: "),
    *((f"schema {name}", 0, '"$schema"') for name in ("report", "who-can", "can", "diff", "gate", "settings")),
    ("new check backups/vault_green", 2, "no checkout"),
    ("where", 0, "_checks"),
    ("checks", 0, "vault_unlocked"),
]


@pytest.mark.parametrize(("command", "exit_code", "said"), COMMANDS)
def test_every_command_works_from_the_wheel(program: Path, module: Path, command: str, exit_code: int, said: str) -> None:
    """No command and no format needs a file that only the checkout has."""
    done = call([str(program), *command.split()], module)
    assert done.returncode == exit_code, done.stdout + done.stderr
    assert said in done.stdout + done.stderr


def test_no_command_is_left_out() -> None:
    """The commands that are called from the wheel are all that there are."""
    assert {command.split()[0] for command, _, _ in COMMANDS} == set(get_command(app).commands)  # type: ignore[attr-defined]  # a group, to typer
