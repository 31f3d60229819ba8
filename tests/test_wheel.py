"""The wheel is what users get: it is built, installed into an empty environment, and used there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from policypack import __version__

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


def test_the_wheel_scans(wheel: Path, tmp_path: Path) -> None:
    """In an empty environment, away from the checkout: the version, the folder of the checks, a scan, a page, a schema."""
    home = tmp_path / "environment"
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    program = str(python.with_name("policypack"))
    installed = subprocess.run(
        [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", str(wheel)],
        capture_output=True,
        text=True,
        check=False,
    )
    if installed.returncode != 0 and any(sign in installed.stderr for sign in _NO_INDEX):
        pytest.skip("the package index cannot be reached")
    assert installed.returncode == 0, installed.stderr

    module = tmp_path / "module"
    module.mkdir()
    (module / "main.tf").write_text(EXAMPLE, "utf-8")
    assert call([program, "--version"], module).stdout == f"policypack {__version__}\n"
    where = Path(call([program, "where"], module).stdout.strip())
    assert where.is_relative_to(home.resolve())
    assert (where / "__init__.py").is_file()
    assert (where / "policypack_checkov.py").is_file()
    done = call([program, "scan", ".", "--format", "json"], module)
    assert done.returncode == 1, done.stderr
    report = json.loads(done.stdout)
    assert ("deletion_protection_off", "aws_db_instance.main") in {
        (each["check"], each["resource"]) for each in report["findings"]
    }
    assert not [gap for gap in report["gaps"] if gap["location"] is None]
    assert "Why: " in call([program, "explain", "deletion_protection_off"], module).stdout
    assert "$schema" in json.loads(call([program, "schema", "report"], module).stdout)
