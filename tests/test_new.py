"""What the scaffolds write runs and passes at once."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from policypack.new import new
from policypack.scan import ScanError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the scaffolds touch."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("checks", "policypack"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    return tmp_path


def scan(checkout: Path, example: str) -> list[tuple[str, str, bool]]:
    """What the copy finds in the example: check, address, certain."""
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-m", "policypack", "scan", example, "--format", "json", "--fail-on", "never"]
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    report: dict[str, Any] = json.loads(done.stdout)
    return [(each["check"], each["resource"], each["certain"]) for each in report["findings"]]


def test_a_new_check_finds_what_its_example_marks_and_nothing_else(checkout: Path) -> None:
    """`new check` gives a green start: the marked block is found, the other is quiet, for all checks."""
    made = new("check", "backups/vault_green", checkout)
    assert [path.relative_to(checkout).as_posix() for path in made] == [
        "checks/backups/vault_green.py",
        "terraform-examples/backups/vault_green/main.tf",
    ]
    found = scan(checkout, "terraform-examples/backups/vault_green")
    assert found == [("vault_green", "aws_sqs_queue.orders", True)]


def test_what_a_new_check_writes_is_in_the_house_style(checkout: Path) -> None:
    """The scaffold passes ruff as it stands."""
    check, _ = new("check", "backups/vault_green", checkout)
    shown = ROOT / "checks" / "backups" / check.name  # the rules for a file depend on where it lies
    for command in (["check", "-q"], ["format", "--diff", "-q"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(shown), "-"]
        done = subprocess.run(ruff, cwd=ROOT, input=check.read_text("utf-8"), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_a_new_resource_type_is_known_at_once(checkout: Path) -> None:
    """`new resource` adds the entry beside its relatives and refreshes the compiled catalog, so that a scan sees the type."""
    made = new("resource", "aws_db_banana", checkout)
    assert re.search(r"^  aws_db_.*^  aws_db_banana:$", made[0].read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert [path.name for path in made[1:]] == ["aws.json"]
    compiled = json.loads((checkout / "policypack" / "catalog" / "generated" / "aws.json").read_text("utf-8"))
    assert compiled["types"]["aws_db_banana"]["label"] == "db banana"


def test_a_new_provider_is_judged_at_once(checkout: Path) -> None:
    """`new provider` gives a catalog and an example, whose one store is found unprotectable."""
    new("provider", "moonbase", checkout)
    found = scan(checkout, "terraform-examples/protection/store_unprotectable/moonbase")
    assert found == [("store_unprotectable", "moonbase_database.main", True)]


_PLANET = """provider: planet
sources: [acme/planet]
domain: orbit
domain_arguments: [orbit_id]
token:
  label: ground token
  attribute: token
  environment: [PLANET_TOKEN]
  names: [PLANET_TOKEN]
  scoped: false
  expires: false
  destroys: deorbit
  fix: keep it on the ground
types:
  planet_archive:
    label: archive
    kind: database
    tier: 1
    store: true
    name: name
    guards:
      - {kind: deletion_protection, attribute: sealed, enforced: api, safe: true, default: false, effect: one call deletes it}
      - {kind: no_force, attribute: burn, safe: false, default: false, effect: what it holds burns with it}
    backups:
      - {attribute: echo_days, default: 0, note: echoes of it lie in it}
    weakened_by:
      - {attribute: sealed, effect: it can be deleted, to: false}
    delete_actions: [deorbit]
    weaken_actions: [unseal]
  planet_probe_key:
    label: key of a probe
    kind: credential
    tier: 2
    backupable: false
    credential: {label: key of a probe, scoped: true, expires: ends_at, fix: let it end}
  planet_locker:
    label: locker
    kind: configuration
    tier: 3
    backupable: false
    keeps:
      - {name: label, value: [content]}
"""
_MODULE = """
provider "planet" {
  token = var.token
}
variable "token" {}
terraform {
  cloud {}
}
resource "planet_archive" "open" {
  name      = "prod"
  echo_days = 7
  burn      = true
}
resource "planet_archive" "sealed" {
  name     = "prod"
  sealed   = true
  lifecycle { prevent_destroy = true }
}
resource "planet_archive" "unknown" {
  name   = "prod"
  sealed = var.token
  lifecycle { prevent_destroy = true }
}
resource "planet_probe_key" "k" {}
resource "planet_locker" "agent" {
  label   = "PLANET_TOKEN"
  content = var.token
}
resource "planet_vault_backup" "b" {
  retention = 5
}
"""


def test_what_is_said_of_a_new_provider_is_judged_by_every_check_that_is_there(checkout: Path) -> None:
    """Guards, force switches, backups that go with their store, keys, and tokens in what keeps them: a YAML file is enough, and no
    check was written for it."""
    new("provider", "planet", checkout)
    checkout.joinpath("policypack", "catalog", "planet.yaml").write_text(_PLANET, encoding="utf-8")
    compile_it = [sys.executable, "-m", "policypack.catalog.compile"]
    subprocess.run(compile_it, cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout)}, check=True)
    module = checkout / "estate"
    module.mkdir()
    module.joinpath("main.tf").write_text(_MODULE, encoding="utf-8")
    found = set(scan(checkout, "estate"))
    assert found >= {
        ("deletion_protection_off", "planet_archive.open", True),
        ("deletion_protection_off", "planet_archive.unknown", False),
        ("force_destroy_on", "planet_archive.open", True),
        ("backup_dies_with_store", "planet_archive.open", True),
        ("backup_missing", "planet_archive.sealed", True),
        ("prevent_destroy_missing", "planet_archive.open", True),
        ("credential_never_expires", "planet_probe_key.k", True),
        ("token_without_scopes", "provider.planet", True),
        ("token_without_scopes", "planet_locker.agent", True),
        ("agent_can_destroy_data", "planet_locker.agent", True),
    }
    assert not [each for each in found if each[1] == "planet_archive.sealed" and each[0].startswith(("deletion", "force"))]


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [
        ("chek", "a/b_c", "did you mean 'check'?"),
        ("check", "vault_green", "backups"),
        ("check", "nowhere/vault_green", "backups"),
        ("check", "backups/vault", "two or more words"),
        ("check", "backups/../../etc_passwd", "backups"),
        ("check", "backups/vault_unlocked", "see checks/backups/vault_unlocked.py"),
        ("resource", "aws_db_instance", "policypack/catalog/aws/"),
        ("resource", "nobody_thing", "policypack new provider nobody"),
        ("provider", "railway", "new resource"),
        ("provider", "../railway", "required_providers"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_what_to_do(checkout: Path, kind: str, name: str, said: str) -> None:
    """A wrong or taken name changes no file, and the hint names the way on."""
    before = sorted(checkout.rglob("*"))
    with pytest.raises(ScanError) as refused:
        new(kind, name, checkout)
    assert said in refused.value.hint
    assert sorted(checkout.rglob("*")) == before


def test_outside_a_checkout_nothing_is_written(tmp_path: Path) -> None:
    """In a user's own repository the scaffolds say where they belong."""
    with pytest.raises(ScanError, match="no checkout"):
        new("check", "backups/vault_green", tmp_path)
    assert not list(tmp_path.iterdir())
