"""checkov logs what goes wrong in an external check, runs without it, and passes. With these checks it does not."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.checkov.runs import CHECKS, COULD_NOT_JUDGE, ROOT, STORE, pack, run

CODE = ("-d", ".", "--framework", "terraform")
TWO = (*CODE, "kubernetes")  # more than one framework: each runs in a process of its own


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A root module with one store."""
    folder = tmp_path / "module"
    folder.mkdir()
    (folder / "main.tf").write_text(STORE, "utf-8")
    return folder


@pytest.mark.parametrize("arguments", [CODE, TWO], ids=["alone", "beside others"])
def test_a_pack_that_cannot_be_loaded_stops_checkov(
    checkov: str, module: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    """A check that is no Python ends the run with 2 and says which, in one process and in several."""
    broken = pack(tmp_path)
    (broken / "backups" / "vault_unlocked.py").write_text("raise RuntimeError", "utf-8")
    done = run(checkov, *arguments, cwd=module, checks=broken)
    assert done.code == 2
    assert "policypack: CheckError: backups/vault_unlocked.py" in done.said
    assert not done.reports


def test_two_checks_of_one_name_are_refused(checkov: str, module: Path, tmp_path: Path) -> None:
    """Two of ours, or one of ours and somebody else's: checkov would drop the second without a word."""
    twice = pack(tmp_path)
    (twice / "state" / "vault_unlocked.py").write_text((twice / "backups" / "vault_unlocked.py").read_text("utf-8"), "utf-8")
    done = run(checkov, *CODE, cwd=module, checks=twice)
    assert done.code == 2
    assert "a check of this name exists" in done.said


def test_a_name_that_somebody_else_has_is_refused(checkov: str, module: Path, probe: Path, tmp_path: Path) -> None:
    """An external check of another pack under one of our names ends the run."""
    others = tmp_path / "others"
    others.mkdir()
    (others / "__init__.py").touch()
    theirs = (probe / "test_asked.py").read_text("utf-8").replace("test_asked", "vault_unlocked")
    (others / "theirs.py").write_text(theirs, "utf-8")
    first = ("--external-checks-dir", str(others))
    done = run(checkov, *CODE, *first, cwd=module)
    assert done.code == 2
    assert "another external check is called vault_unlocked" in done.said


def test_without_policypack_it_says_how_to_install_it(checkov: str, module: Path, tmp_path: Path) -> None:
    """The adapter alone, where its package cannot be imported, ends with 2 and the command to type."""
    broken = pack(tmp_path)
    (tmp_path / "policypack" / "check.py").write_text("import no_such_module\n", "utf-8")
    done = run(checkov, *CODE, cwd=module, checks=broken)
    assert done.code == 2
    assert "pip install 'policypack[checkov]'" in done.said


def test_a_check_that_crashes_fails(checkov: str, module: Path, tmp_path: Path) -> None:
    """Its own check fails, says that it crashed, and quotes nothing of what was scanned."""
    broken = pack(tmp_path)
    path = broken / "backups" / "vault_unlocked.py"
    text = path.read_text("utf-8")
    path.write_text(text.replace("    for ", '    raise ValueError("hunter2")\n    for ', 1), "utf-8")
    done = run(checkov, *CODE, "--check", "vault_unlocked", cwd=module, checks=broken)
    assert done.code == 1, done.said
    assert "crashed" in done.details("vault_unlocked")
    assert "hunter2" not in done.out + done.said


def test_an_error_of_the_adapter_fails(checkov: str, module: Path, tmp_path: Path) -> None:
    """What nobody foresaw fails every check that is asked, and quotes nothing."""
    broken = pack(tmp_path)
    path = tmp_path / "policypack" / "checkov" / "places.py"
    path.write_text(
        path.read_text("utf-8").replace("        key = (kind", '        raise ValueError("hunter2")\n        key = (kind', 1),
        "utf-8",
    )
    done = run(checkov, *CODE, "--check", "vault_unlocked", cwd=module, checks=broken)
    assert done.code == 1, done.said
    assert done.details("vault_unlocked") == "could not judge: ValueError"
    assert "hunter2" not in done.out


@pytest.mark.parametrize("asked", [(), ("--check", "vault_unlocked")], ids=["all checks", "another check"])
def test_a_file_that_cannot_be_read_fails(checkov: str, module: Path, asked: tuple[str, ...]) -> None:
    """It fails a check of its own; where `--check` leaves that out, it fails those that were asked for."""
    (module / "broken.tf").write_text('resource "aws_db_instance" "x" {\n  a = [\n', "utf-8")
    done = run(checkov, *CODE, *asked, cwd=module)
    assert done.code == 1, done.said
    assert "broken.tf" in done.details(asked[-1] if asked else COULD_NOT_JUDGE)
    assert "could not judge: " in done.said


def test_settings_that_cannot_be_read_stop_checkov(checkov: str, module: Path) -> None:
    """A mistake in policypack.yaml is no reason to judge without it."""
    (module / "policypack.yaml").write_text("version: 1\nno_such_key: 1\n", "utf-8")
    done = run(checkov, *CODE, cwd=module)
    assert done.code == 2
    assert "policypack: SettingsError: " in done.said


def test_settings_of_another_folder_that_cannot_be_read_fail(checkov: str, module: Path, tmp_path: Path) -> None:
    """The same where the mistake lies beside the code, and checkov runs elsewhere."""
    (module / "policypack.yaml").write_text("version: 1\nno_such_key: 1\n", "utf-8")
    done = run(checkov, "-d", "module", "--framework", "terraform", cwd=tmp_path)
    assert done.code == 1
    assert {check for check, _ in done.told()} == {COULD_NOT_JUDGE}
    assert "no_such_key" in done.details(COULD_NOT_JUDGE)


def test_a_setting_that_is_none_stops_checkov(checkov: str, module: Path) -> None:
    """POLICYPACK_UNCERTAIN takes two words, and a third one is refused rather than taken for one of them."""
    done = run(checkov, *CODE, cwd=module, environment={"POLICYPACK_UNCERTAIN": "no"})
    assert done.code == 2
    assert "POLICYPACK_UNCERTAIN is 'no'" in done.said


def test_what_was_not_judged_is_said(checkov: str, module: Path) -> None:
    """A module that was not downloaded is no finding, and is not passed over: it is said beside the report."""
    (module / "more.tf").write_text(
        'module "db" {\n  source  = "terraform-aws-modules/rds/aws"\n  version = "6.0.0"\n}\n', "utf-8"
    )
    done = run(checkov, *CODE, "--check", "vault_unlocked", cwd=module)
    assert "module.db" in done.said


def test_a_plan_that_only_deletes_fails(checkov: str, tmp_path: Path) -> None:
    """No resource of such a plan is shown to a check; its provider block carries the finding."""
    change = {"actions": ["delete"], "before": {"identifier": "main"}, "after": None, "after_unknown": {}}
    store = {"mode": "managed", "type": "aws_db_instance", "name": "main", "address": "aws_db_instance.main"}
    store["provider_name"] = "registry.terraform.io/hashicorp/aws"
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {}},
        "resource_changes": [{**store, "change": change}],
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "full_name": store["provider_name"], "expressions": {}}},
            "root_module": {},
        },
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan, indent=1), "utf-8")
    arguments = ("-f", "plan.json", "--framework", "terraform_plan")
    done = run(checkov, *arguments, cwd=tmp_path)
    assert done.code == 1, done.said
    assert ("store_deleted", "aws.default") in done.told()
    assert "aws_db_instance.main" in done.details("store_deleted")


def test_a_root_without_resources_is_judged(checkov: str, tmp_path: Path) -> None:
    """What a root module gets from a module that checkov does not open is told at its call."""
    (tmp_path / "main.tf").write_text('module "shop" {\n  source = "./.hidden/shop"\n}\n', "utf-8")
    hidden = tmp_path / ".hidden" / "shop"
    hidden.mkdir(parents=True)
    (hidden / "main.tf").write_text(STORE, "utf-8")
    done = run(checkov, *CODE, "--check", "deletion_protection_off", cwd=tmp_path)
    assert done.code == 1
    assert "module.shop.aws_db_instance.main" in done.details("deletion_protection_off")


def git(*arguments: str, cwd: Path) -> str:
    """What git prints."""
    name = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *name, *arguments], cwd=cwd, capture_output=True, text=True, check=True).stdout.strip()


def test_from_git(checkov: str, module: Path, tmp_path: Path) -> None:
    """--external-checks-git takes the branch that holds the checks alone, with the policypack that is installed. Of the whole
    repository, in which checkov would execute every file, it takes nothing: the run ends with 2 and says what to write."""
    repository = tmp_path / "repository"
    repository.mkdir()
    pack(repository)
    git("init", "--quiet", cwd=repository)
    git("add", ".", cwd=repository)
    git("commit", "--quiet", "-m", "all", cwd=repository)
    git("branch", "checkov", git("commit-tree", "HEAD:checks", "-m", "The checks alone", cwd=repository), cwd=repository)
    installed = {"PYTHONPATH": str(ROOT)}
    url = f"file://{repository}"
    arguments = (*CODE, "--check", "deletion_protection_off", "--external-checks-git")
    done = run(checkov, *arguments, f"{url}?ref=heads/checkov", cwd=module, environment=installed)
    assert done.told() == {("deletion_protection_off", "aws_db_instance.main")}, done.said
    done = run(checkov, *arguments, url, cwd=module, environment=installed)
    assert done.code == 2
    assert "policypack: RuntimeError: --external-checks-git makes checkov execute every file" in done.said
    assert "?ref=heads/checkov" in done.said
    assert len(CHECKS) > 50
