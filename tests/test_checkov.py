"""The same checks inside checkov, run as its users run it.

checkov is an extra of some weight: these tests run where POLICYPACK_CHECKOV names it, or it stands beside this Python or on
PATH, and skip elsewhere. Its environment needs what policypack depends on; the bridge brings policypack itself.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from policypack.check import checks_folder, load_checks
from policypack.discover import uncalled
from policypack.read.options import ReadOptions
from policypack.scan import judge
from policypack.settings import load_settings

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "terraform-examples"
CHECKS = load_checks(checks_folder())
_BESIDE = Path(sys.executable).with_name("checkov")
CHECKOV = os.environ.get("POLICYPACK_CHECKOV") or (str(_BESIDE) if _BESIDE.exists() else shutil.which("checkov"))

pytestmark = pytest.mark.skipif(CHECKOV is None, reason="checkov is not installed: pip install 'policypack[checkov]'")

MAIN = """module "shop" {
  source = "./shop"
}

resource "aws_db_instance" "main" {
  identifier = "main"
}

resource "aws_sqs_queue" "orders" {
  name = "orders"
}

# allow: deletion_protection_off (a test that is thrown away)
resource "aws_db_instance" "thrown_away" {
  identifier = "thrown-away"
}
"""
SHOP = """variable "protected" {}

resource "aws_dynamodb_table" "carts" {
  for_each                    = toset(["a.b", "c"])
  name                        = each.key
  deletion_protection_enabled = var.protected
}
"""
ASKED = "deletion_protection_off"


def run(*arguments: str, checks: Path, cwd: Path) -> tuple[int, dict[str, Any], str]:
    """Exit code, report and stderr of a run of checkov with our checks."""
    environment = {**os.environ, "LOG_LEVEL": "ERROR", "PYTHONPATH": ""}
    command = [str(CHECKOV), *arguments, "--external-checks-dir", str(checks), "--skip-download", "-o", "json"]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {}, done.stderr


def checkov(*arguments: str, checks: Path, cwd: Path) -> tuple[int, list[dict[str, Any]], str]:
    """Exit code, failed checks and stderr."""
    code, report, said = run(*arguments, checks=checks, cwd=cwd)
    return code, report.get("results", {}).get("failed_checks", []), said


def told(records: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Check and resource of each record."""
    return {(each["check_id"], each["resource"]) for each in records}


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A root module with a child, a protected and an unprotected store, and a suppression."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "main.tf").write_text(MAIN, "utf-8")
    (tmp_path / "shop" / "main.tf").write_text(SHOP, "utf-8")
    return tmp_path


def test_code_is_judged_as_policypack_judges_it(module: Path) -> None:
    """In code, resources of called modules included: certain and uncertain findings fail at their addresses, with their
    severity, and our suppressions hold."""
    code, records, said = checkov(
        "-d", str(module), "--framework", "terraform", "-c", ASKED, checks=checks_folder(), cwd=module
    )
    assert code == 1, said
    assert told(records) == {
        (ASKED, "aws_db_instance.main"),
        (ASKED, 'module.shop.aws_dynamodb_table.carts["a.b"]'),
        (ASKED, 'module.shop.aws_dynamodb_table.carts["c"]'),
    }
    by_address = {each["resource"]: each for each in records}
    assert by_address["aws_db_instance.main"]["severity"] == "CRITICAL"
    assert "deletion_protection" in " ".join(by_address["aws_db_instance.main"]["details"])
    assert by_address['module.shop.aws_dynamodb_table.carts["c"]']["details"][0].startswith("uncertain: ")


def test_a_plan_is_judged_as_policypack_judges_it(tmp_path: Path) -> None:
    """In a plan the same, by the plan's own addresses."""
    plan = ROOT / "terraform-examples" / "backups" / "backup_missing" / "plan.json"
    (tmp_path / "plan.json").write_bytes(plan.read_bytes())
    arguments = ("-f", "plan.json", "--framework", "terraform_plan", "-c", "backup_missing")
    code, records, said = checkov(*arguments, checks=checks_folder(), cwd=tmp_path)
    assert code == 1, said
    assert told(records) == {
        ("backup_missing", "aws_dynamodb_table.carts"),
        ("backup_missing", "aws_dynamodb_table.customers"),
    }


def test_what_checkov_does_not_ask_about_is_still_said(tmp_path: Path) -> None:
    """A finding about the state or a provider block is told at the first resource, never lost."""
    (tmp_path / "main.tf").write_text(
        'provider "aws" {\n  region = "eu-central-1"\n}\n' + MAIN[MAIN.index("resource") :], "utf-8"
    )
    arguments = ("-d", str(tmp_path), "--framework", "terraform", "-c", "state_local")
    code, records, said = checkov(*arguments, checks=checks_folder(), cwd=tmp_path)
    assert code == 1, said
    assert told(records) == {("state_local", "aws_db_instance.main")}


def test_a_pack_that_cannot_be_loaded_stops_checkov(module: Path, tmp_path: Path) -> None:
    """Checkov alone would log the failure, run without our checks, and pass. The bridge ends the run with 2."""
    broken = tmp_path / "pack" / "checks"
    shutil.copytree(ROOT / "policypack", broken.parent / "policypack", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "checks", broken, ignore=shutil.ignore_patterns("__pycache__"))
    (broken / "backups" / "vault_unlocked.py").write_text("raise RuntimeError", "utf-8")
    code, _, said = checkov("-d", str(module), "--framework", "terraform", checks=broken, cwd=module)
    assert code == 2
    assert "policypack: CheckError: backups/vault_unlocked.py" in said


def test_a_check_that_crashes_fails(module: Path, tmp_path: Path) -> None:
    """Checkov alone would drop a check that raises, and pass. Here it fails, and says that it crashed."""
    pack = tmp_path / "pack" / "checks"
    shutil.copytree(ROOT / "policypack", pack.parent / "policypack", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "checks", pack, ignore=shutil.ignore_patterns("__pycache__"))
    source = (pack / "backups" / "vault_unlocked.py").read_text("utf-8")
    broken = source.replace("    for ", '    raise ValueError("hunter2")\n    for ', 1)
    (pack / "backups" / "vault_unlocked.py").write_text(broken, "utf-8")
    arguments = ("-d", str(module), "--framework", "terraform", "-c", "vault_unlocked")
    code, records, said = checkov(*arguments, checks=pack, cwd=module)
    assert code == 1, said
    assert "crashed" in records[0]["details"][0]
    assert "hunter2" not in str(records)


def test_an_unreadable_file_fails(module: Path) -> None:
    """What policypack cannot read is a failed check of its own, not silence."""
    (module / "broken.tf").write_text('resource "aws_db_instance" "x" {\n  a = [\n', "utf-8")
    arguments = ("-d", str(module), "--framework", "terraform", "-c", "policypack_could_not_judge")
    code, records, said = checkov(*arguments, checks=checks_folder(), cwd=module)
    assert code == 1, said
    assert "broken.tf" in records[0]["details"][0]


def judged(path: Path) -> set[tuple[str, str]]:
    """What policypack itself finds in one input: check and address, "" for what is no resource that checkov knows."""
    settings = load_settings(None, path if path.is_dir() else path.parent)
    report = judge([path], ReadOptions(EXAMPLES), CHECKS, settings, today=date(2026, 1, 1))
    managed = {each.address for each in report.infrastructure.resources if each.mode == "managed"}
    unkeyed = {each for each in managed if "?" not in each}  # checkov has no key where the number is not known
    found = {(each.check, each.resource.address if each.resource.address in unkeyed else "") for each in report.findings}
    return {(check, address) for check, address in found if CHECKS[check].concern != "changes"} if managed else set()


def compare(expected: dict[Path, set[tuple[str, str]]], records: list[dict[str, Any]], *, by_folder: bool) -> None:
    """Holds checkov's answers to ours, input by input; what is no resource has to be told somewhere in the input."""
    said: dict[Path, set[tuple[str, str]]] = {path: set() for path in expected}
    for each in records:
        if each["check_id"] in CHECKS:
            path = Path(each["file_abs_path"])
            said[path.parent if by_folder else path].add((each["check_id"], each["resource"]))
    for path, wanted in expected.items():
        exact = {each for each in wanted if each[1]}
        extra = {check for check, _ in said[path] - exact}
        assert exact <= said[path], path
        assert extra <= {check for check, address in wanted if not address}, path
        assert {check for check, _ in wanted} == {check for check, _ in said[path]}, path


def test_every_example_is_judged_alike_as_code() -> None:
    """One run of checkov over all examples finds in their code what policypack finds."""
    folders = uncalled(sorted({path.parent for path in EXAMPLES.rglob("*.tf")}))
    expected = {folder: judged(folder) for folder in folders}
    arguments = ("-d", str(EXAMPLES), "--framework", "terraform", "-c", ",".join(CHECKS))
    _, records, _ = checkov(*arguments, checks=checks_folder(), cwd=ROOT)
    compare(expected, records, by_folder=True)


def test_every_example_is_judged_alike_as_a_plan() -> None:
    """The same of their plans."""
    plans = sorted(EXAMPLES.rglob("plan.json"))
    files = [part for plan in plans for part in ("-f", str(plan))]
    expected = {plan: judged(plan) for plan in plans}
    _, records, _ = checkov(*files, "--framework", "terraform_plan", "-c", ",".join(CHECKS), checks=checks_folder(), cwd=ROOT)
    compare(expected, records, by_folder=False)


def test_every_check_is_offered_under_its_own_name(tmp_path: Path) -> None:
    """A store is asked about by every check but those of changes/, which checkov cannot see."""
    (tmp_path / "main.tf").write_text('resource "aws_db_instance" "main" {}\n', "utf-8")
    _, report, _ = run("-d", str(tmp_path), "--framework", "terraform", checks=checks_folder(), cwd=tmp_path)
    asked = {each["check_id"] for records in report["results"].values() for each in records}
    for check in CHECKS.values():
        assert (check.name in asked) == (check.concern != "changes"), check.name
