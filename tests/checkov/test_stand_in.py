"""The adapter, tried everywhere: with a stand-in for the part of checkov that it touches."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

from policypack.check import checks_folder
from tests.checkov import stand_in
from tests.checkov.runs import CHECKS, COULD_NOT_JUDGE, ROOT, STORE, pack

MODULE = 'module "db" {\n  source  = "terraform-aws-modules/rds/aws"\n  version = "6.0.0"\n}\n'


def ask(
    folder: Path, checks: Path | None = None, *, check: list[str] | None = None, **environment: str
) -> tuple[int, dict[tuple[str, str], tuple[str, str, str]], str]:
    """Exit code, result, severity and details by check and address, and standard error, for a module of one store, with a
    provider and a module that is not downloaded."""
    (folder / "main.tf").write_text(STORE + MODULE + 'provider "aws" {}\n', "utf-8")
    addresses = {"resource": "aws_db_instance.main", "provider": "aws.default", "module": "db"}
    blocks = [
        {"block_type_": kind, "file_path_": str(folder / "main.tf"), "__address__": address, "scanned": "/main.tf"}
        for kind, address in addresses.items()
    ]
    asked = {"blocks": blocks, "config": {"check": check, "directory": [str(folder)]}}
    command = [sys.executable, stand_in.__file__, str(checks or checks_folder())]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    done = subprocess.run(
        command, input=json.dumps(asked), cwd=folder, env=variables, capture_output=True, text=True, check=False
    )
    records = json.loads(done.stdout) if done.stdout else []
    found = {(each[0], each[1]): (each[2], each[3], "\n".join(each[4])) for each in records if each[2] != "UNKNOWN"}
    return done.returncode, found, done.stderr


def test_every_check_answers_at_a_store(tmp_path: Path) -> None:
    """Each check fails or passes at the store with its severity, and at nothing else of the module; the gap is said."""
    code, found, said = ask(tmp_path)
    assert code == 0, said
    assert {check for check, _ in found} == set(CHECKS)
    assert {address for _, address in found} == {"aws_db_instance.main"}
    result, severity, details = found["deletion_protection_off", "aws_db_instance.main"]
    assert (result, severity) == ("FAILED", "CRITICAL")
    assert "main.tf:1" in details
    assert found["vault_unlocked", "aws_db_instance.main"][0] == "PASSED"
    assert "module.db" in said


def test_what_has_no_block_fails_unasked(tmp_path: Path) -> None:
    """A root of OpenTofu, which checkov does not open, fails at its own address, as `--check` and its own suppressions say."""
    (tmp_path / "tofu").mkdir()
    code = STORE.replace("main", "other") + "# allow: deletion_protection_off (gone in May)\n" + STORE.replace("main", "old")
    (tmp_path / "tofu" / "main.tofu").write_text(code, "utf-8")
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "main.tofu").write_text(STORE.replace("main", "download"), "utf-8")
    ended, found, said = ask(tmp_path, check=["deletion_protection_off"])
    assert ended == 0, said
    assert found["deletion_protection_off", "aws_db_instance.other"][:2] == ("FAILED", "CRITICAL")
    assert {address for _, address in found} == {"aws_db_instance.main", "aws_db_instance.other"}


def test_what_cannot_be_read_fails_where_it_is_asked(tmp_path: Path) -> None:
    """A broken file fails the check that is there for it, or those that `--check` asks for in its place."""
    (tmp_path / "broken.tf").write_text('resource "x" {', "utf-8")
    _, found, said = ask(tmp_path)
    assert "broken.tf" in found[COULD_NOT_JUDGE, "aws_db_instance.main"][2], said
    _, found, _ = ask(tmp_path, check=["vault_unlocked"])
    assert "broken.tf" in found["vault_unlocked", "aws_db_instance.main"][2]


def test_a_crash_fails(tmp_path: Path) -> None:
    """A check that raises fails and says so, without the words of the error."""
    broken = pack(tmp_path / "pack")
    path = broken / "backups" / "vault_unlocked.py"
    path.write_text(path.read_text("utf-8").replace("    for ", '    raise ValueError("hunter2")\n    for ', 1), "utf-8")
    code, found, said = ask(tmp_path, broken)
    assert code == 0, said
    result, _, details = found["vault_unlocked", "aws_db_instance.main"]
    assert result == "FAILED"
    assert "crashed" in details
    assert "hunter2" not in details + said


@pytest.mark.parametrize("broken", ["checks/backups/vault_unlocked.py", "policypack/checkov/places.py", "policypack/scan.py"])
def test_a_pack_that_cannot_be_loaded_ends_the_run(tmp_path: Path, broken: str) -> None:
    """Whichever part is broken: exit 2 and one line, never a run without the checks."""
    folder = pack(tmp_path / "pack")
    (tmp_path / "pack" / broken).write_text("raise RuntimeError\n", "utf-8")
    code, found, said = ask(tmp_path, folder)
    assert code == 2
    assert not found
    assert said.startswith("policypack: ")


def test_settings_are_refused_or_hold(tmp_path: Path) -> None:
    """A setting that is none ends the run, an empty one is none; the severity of a check is that of the settings."""
    assert ask(tmp_path, POLICYPACK_UNCERTAIN="no")[0] == 2
    assert ask(tmp_path, POLICYPACK_UNCERTAIN="")[0] == 0
    (tmp_path / "policypack.yaml").write_text("version: 1\nchecks: {severity: {vault_unlocked: low}}\n", "utf-8")
    assert ask(tmp_path)[1]["vault_unlocked", "aws_db_instance.main"][1] == "LOW"


def test_the_stand_in_is_like_checkov(checkov: str) -> None:
    """Every name of the stand-in is in checkov, and takes at least the parameters by which the adapter calls it."""
    called: dict[str, dict[str, list[str]]] = {
        name: {key: _parameters(value) for key, value in values.items()} for name, values in stand_in.MODULES.items()
    }
    program = (
        "import importlib, inspect, json, sys\n"
        "for name, values in json.load(sys.stdin).items():\n"
        "    for key, wanted in values.items():\n"
        "        value = getattr(importlib.import_module(name), key)\n"
        "        have = list(inspect.signature(value.__init__).parameters) if wanted else []\n"
        "        assert not wanted or len(have) >= 2, key\n"
        "        named = [each for each in wanted if each != 'supported']\n"
        "        assert set(named) <= set(have), (key, named, have)\n"
        "print('alike')\n"
    )
    python = Path(checkov).with_name("python")
    done = subprocess.run([python, "-c", program], input=json.dumps(called), capture_output=True, text=True, check=False)
    assert done.stdout.strip().endswith("alike"), done.stderr


def _parameters(value: Any) -> list[str]:
    made = getattr(value, "__init__", None) if isinstance(value, type) and not issubclass(value, Enum) else None
    return list(inspect.signature(made).parameters) if made else []
