"""docs/formats.md is what somebody copies from at night: its commands run, its snippets parse, and it knows every format."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from policypack.report import FORMATS
from tests.expectations import ROOT
from tests.report.strict import taken
from tests.test_cli import call

PAGE = (ROOT / "docs" / "formats.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
COMMANDS = sorted(
    set(re.findall(r"policypack (scan[^\n'|>]*)", "\n".join(line for line in PAGE.splitlines() if "--output" in line)))
)
ALLOWED = 'resource "aws_db_instance" "main" {\n  identifier = "main"\n}\n'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with the folder that the page scans, and something that is allowed in it."""
    folder = tmp_path / "infrastructure" / "prod"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (folder / "main.tf").write_text(f"# allow: deletion_protection_off (tried)\n{ALLOWED}", "utf-8")
    return tmp_path


def test_the_page_knows_every_format() -> None:
    """Each format is in both tables, and none that does not exist."""
    for head in ("| format | for |", "| format | certain finding |"):
        rows = PAGE.partition(head)[2].partition("\n\n")[0]
        assert sorted(re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE)) == sorted(FORMATS)


@pytest.mark.parametrize("command", [each for each in COMMANDS if "<" not in each and "FORMAT" not in each])
def test_the_commands_of_the_page_run(command: str, repository: Path) -> None:
    """Every scan on the page runs, and writes files that their consumers take."""
    words = shlex.split(command.partition(" || ")[0])
    assert call(*words, cwd=repository).returncode == 1
    written = [word.split("=") for word in words if "=" in word]
    assert written
    for format_, name in written:
        assert taken(format_, (repository / name).read_text("utf-8"))


@pytest.mark.parametrize("text", [text for language, text in BLOCKS if language == "yaml"])
def test_the_snippets_are_yaml(text: str) -> None:
    """A snippet that is copied is YAML, with a step or a job that scans."""
    value: Any = yaml.safe_load(text)
    assert "policypack scan" in json.dumps(value)


def test_github_is_sent_no_suppressed_result(repository: Path) -> None:
    """What the page has uploaded lacks what is suppressed, and nothing else."""
    (name,) = re.findall(r"--output alerts=(\S+)", PAGE)
    assert f"sarif_file: {name}" in PAGE
    call("scan", "--output=sarif=all.sarif", f"--output=alerts={name}", cwd=repository)
    before, after = (json.loads((repository / each).read_text("utf-8")) for each in ("all.sarif", name))
    kept = [each for each in before["runs"][0]["results"] if "suppressions" not in each]
    assert after["runs"][0]["results"] == kept
    assert 0 < len(kept) < len(before["runs"][0]["results"])


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
@pytest.mark.parametrize("code", [0, 1, 2])
def test_github_is_sent_nothing_where_something_was_lost(tmp_path: Path, code: int) -> None:
    """The step of the page ends as the scan does, and hands over what the next step's condition asks for."""
    (text,) = [text for language, text in BLOCKS if language == "yaml" and "alerts=" in text]
    scan, upload = yaml.safe_load(text)["steps"]
    assert f"steps.{scan['id']}.outputs.code != '2'" in upload["if"]
    (tmp_path / "policypack").write_text(f"#!/bin/sh\nexit {code}\n", "utf-8")
    (tmp_path / "policypack").chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "GITHUB_OUTPUT": str(tmp_path / "out")}
    assert subprocess.run(["bash", "-ec", scan["run"]], env=environment, check=False).returncode == code
    assert (tmp_path / "out").read_text("utf-8") == f"code={code}\n"


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_reviewdog_is_called_whatever_the_verdict(repository: Path) -> None:
    """The script of the page gives reviewdog the file, and ends with the verdict of the scan."""
    programs = repository / "bin"
    programs.mkdir()
    for name, does in (("policypack", f'exec {sys.executable} -m policypack "$@"'), ("reviewdog", "cat > given")):
        (programs / name).write_text(f"#!/bin/sh\n{does}\n", "utf-8")
        (programs / name).chmod(0o755)
    (script,) = [text for language, text in BLOCKS if language == "bash"]
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-ec", script], cwd=repository, env=environment, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    assert taken("rdjson", (repository / "given").read_text("utf-8"))["diagnostics"]
