"""The hooks through the real pre-commit, in repositories as users have them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from policypack.init.hook import REPOSITORY
from tests.precommit.hooked import PRE_COMMIT, ROOT, Hooks, hooks_once
from tests.precommit.places import BAD, CALL, QUIET, git, needs_git, repository, write
from tests.test_cli import call

pytestmark = [needs_git, pytest.mark.skipif(PRE_COMMIT is None, reason="pre-commit is not installed: it is in the group dev")]
PAGE = (ROOT / "docs" / "pre-commit.md").read_text("utf-8")
PLAN = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "planned_values": {"root_module": {}},
    "resource_changes": [
        {
            "address": "aws_db_instance.main",
            "mode": "managed",
            "type": "aws_db_instance",
            "name": "main",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["delete"], "before": {"identifier": "x"}, "after": None, "after_unknown": {}},
        }
    ],
    "configuration": {"root_module": {}},
}


@pytest.fixture(scope="session")
def hooks(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Hooks:
    """The hooks, installed once for all processes that run tests."""
    shared = tmp_path_factory.getbasetemp()
    return hooks_once((shared.parent if worker else shared) / "hooks")


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """Which of several processes this is, "" where there is one."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", ""))


def committed(hooks: Hooks, folder: Path, files: Mapping[str, str], more: str = "") -> Path:
    """A repository with these files and the hooks."""
    return hooks.configured(repository(folder, files), more)


def reported(said: str) -> dict[str, Any]:
    """The report in JSON that pre-commit prints among its own lines."""
    return dict(json.loads(said[said.index("\n{") : said.rindex("}") + 1]))


def staged(folder: Path, files: Mapping[str, str]) -> None:
    """Writes the files and stages them, ignored or not."""
    write(folder, files)
    git(folder, "add", "-f", *files)


def test_an_untagged_checkout_can_be_tried(hooks: Hooks, tmp_path: Path) -> None:
    """`pre-commit try-repo` installs the hook from a folder and judges everything."""
    folder = repository(tmp_path, {"main.tf": BAD})
    done = hooks.call(folder, "try-repo", str(hooks.source), "policypack", "--all-files")
    assert done.returncode == 1, done.stderr
    assert "- exit code: 1" in done.stdout
    assert "deletion_protection_off" in done.stdout


def test_a_commit_is_stopped_by_what_is_staged_alone(hooks: Hooks, tmp_path: Path) -> None:
    """In a real `git commit`, what is not staged is not judged, and what is staged and bad does not get in."""
    folder = committed(hooks, tmp_path, {"live/main.tf": QUIET})
    assert hooks.call(folder, "install").returncode == 0
    write(folder, {"live/main.tf": BAD, "live/notes.md": ""})
    git(folder, "add", "live/notes.md")
    assert hooks.call(folder, "commit", "-m", "notes", program="git").returncode == 0
    assert (folder / "live/main.tf").read_text("utf-8") == BAD
    refused = hooks.call(folder, "commit", "-m", "code", "live/main.tf", program="git")
    assert refused.returncode == 1
    assert "deletion_protection_off" in refused.stdout + refused.stderr
    assert git(folder, "log", "-1", "--format=%s") == "notes"


@pytest.mark.parametrize(
    ("before", "change", "inputs"),
    [
        ({}, {"main.tf": BAD}, ["."]),
        ({}, {"live/main.tofu": BAD}, ["live"]),
        ({}, {"live/main.tf.json": json.dumps({"resource": {"aws_db_instance": {"main": {"engine": "x"}}}})}, ["live"]),
        ({"a root/main.tf": BAD}, {"a root/it's.tf": QUIET}, ["a root"]),
        ({"live/main.tf": BAD}, {"live/prod.auto.tfvars": 'x = "y"\n'}, ["live"]),
        ({"live/main.tf": BAD}, {"live/terraform.tfvars.json": "{}"}, ["live"]),
        (
            {"a/main.tf": CALL % "../db", "b/main.tf": CALL % "../db", "c/main.tf": QUIET, "db/main.tf": QUIET},
            {"db/main.tf": BAD},
            ["a", "b"],
        ),
        ({"a/main.tf": QUIET}, {"modules/db/main.tf": BAD}, ["modules/db"]),
        ({"a/main.tf": BAD}, {"policypack.yaml": "version: 1\n"}, ["a"]),
    ],
    ids=["tf", "tofu", "json", "spaces", "tfvars", "tfvars.json", "shared", "orphan", "settings"],
)
def test_a_change_is_judged_where_it_is_used(
    hooks: Hooks, tmp_path: Path, before: Mapping[str, str], change: Mapping[str, str], inputs: list[str]
) -> None:
    """Every form of code and of variables reaches the root modules that use it, and those alone."""
    folder = committed(hooks, tmp_path, before, "    args: [--format, json]\n")
    staged(folder, change)
    done = hooks.call(folder, "run")
    assert done.returncode == 1, done.stdout + done.stderr
    report = reported(done.stdout)
    assert [each["path"] for each in report["inputs"]] == inputs
    assert {each["check"] for each in report["findings"]} >= {"deletion_protection_off"}


def test_a_policy_that_code_reads_is_judged(hooks: Hooks, tmp_path: Path) -> None:
    """A policy in JSON stops a commit without any option, though pre-commit names only files of Terraform's."""
    reads = BAD + 'locals {\n  p = file("${path.module}/../policies/agent.json")\n}\n'
    folder = committed(hooks, tmp_path, {"a/main.tf": reads, "b/main.tf": BAD}, "    args: [--format, json]\n")
    staged(folder, {"policies/agent.json": "{}"})
    assert [each["path"] for each in reported(hooks.call(folder, "run").stdout)["inputs"]] == ["a"]


def test_only_what_is_about_to_be_committed_is_judged(hooks: Hooks, tmp_path: Path) -> None:
    """Whoever installs hooks of every type is not stopped when a branch is checked out or a message is written."""
    folder = committed(hooks, tmp_path, {"a/main.tf": BAD})
    for stage in ("commit-msg", "post-commit", "post-rewrite"):
        done = hooks.call(folder, "run", "--all-files", "--hook-stage", stage, "--commit-msg-filename", "a/main.tf")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "deletion_protection_off" not in done.stdout
    for stage in ("pre-commit", "pre-push", "pre-merge-commit", "manual"):
        assert "deletion_protection_off" in hooks.call(folder, "run", "policypack", "--all-files", "--hook-stage", stage).stdout


def test_a_deletion_alone_is_judged(hooks: Hooks, tmp_path: Path) -> None:
    """A commit that only deletes a file, for which pre-commit has no name to pass, is not skipped."""
    folder = committed(hooks, tmp_path, {"live/main.tf": BAD, "live/more.tf": QUIET})
    git(folder, "rm", "-q", "live/more.tf")
    done = hooks.call(folder, "run")
    assert done.returncode == 1, done.stdout
    assert "deletion_protection_off" in done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [({"live/fine.tf": QUIET}, "Passed"), ({"README.md": ""}, "Passed"), ({"live/.terraform/m/main.tf": BAD}, "Passed")],
    ids=["quiet", "another file", "downloaded"],
)
def test_a_change_without_harm_passes(hooks: Hooks, tmp_path: Path, change: Mapping[str, str], said: str) -> None:
    """A quiet change, one that is none of Terraform's, and a download do not stop a commit, whatever other roots hold."""
    folder = committed(hooks, tmp_path, {"live/main.tf": QUIET, "bad/main.tf": BAD})
    staged(folder, change)
    done = hooks.call(folder, "run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert said in done.stdout


def test_all_files_are_all_roots(hooks: Hooks, tmp_path: Path) -> None:
    """`--all-files` judges each root once, without the code that was downloaded."""
    files = {"a/main.tf": BAD, "a/x.tf": QUIET, "b/main.tf": CALL % "../db", "db/main.tf": BAD, "a/.terraform/m/main.tf": BAD}
    folder = committed(hooks, tmp_path, files, "    args: [--format, json]\n")
    done = hooks.call(folder, "run", "--all-files")
    report = reported(done.stdout)
    assert [each["path"] for each in report["inputs"]] == ["a", "b"]


def test_a_file_of_no_module_is_never_passed(hooks: Hooks, tmp_path: Path) -> None:
    """Where nothing can be judged the commit stops, with exit code 2 and the reason."""
    folder = committed(hooks, tmp_path, {})
    staged(folder, {"vars/prod.tfvars": ""})
    done = hooks.call(folder, "run")
    assert done.returncode == 1
    assert "- exit code: 2" in done.stdout
    assert "vars/prod.tfvars: there is no module in this repository" in done.stdout


def test_a_broken_file_is_never_passed(hooks: Hooks, tmp_path: Path) -> None:
    """Code that cannot be read stops the commit with exit code 2."""
    folder = committed(hooks, tmp_path, {})
    staged(folder, {"main.tf": 'resource "aws_db_instance" "main" {\n'})
    done = hooks.call(folder, "run")
    assert "- exit code: 2" in done.stdout


def test_a_baseline_of_everything_serves_a_part(hooks: Hooks, tmp_path: Path) -> None:
    """With a baseline in `args` what is there already passes, and nothing is said of the roots that were not judged."""
    baseline = "    args: [--baseline, baseline.json]\n    verbose: true\n"
    folder = committed(hooks, tmp_path, {"a/main.tf": BAD, "b/main.tf": BAD.replace('"main"', '"other"')}, baseline)
    program = next(hooks.home.glob("*/py_env-*/bin/policypack"))
    assert hooks.call(folder, "scan", "--write-baseline", "baseline.json", program=str(program)).returncode == 0
    staged(folder, {"a/fine.tf": QUIET, "baseline.json": (folder / "baseline.json").read_text("utf-8")})
    done = hooks.call(folder, "run")
    assert done.returncode == 0, done.stdout
    assert "not found any more" not in done.stdout
    staged(folder, {"a/new.tf": BAD.replace('"main"', '"new"')})
    assert "aws_db_instance.new" in hooks.call(folder, "run").stdout


def test_plans_are_judged_when_they_are_asked_for(hooks: Hooks, tmp_path: Path) -> None:
    """The hook for plans runs at the manual stage, for a plan that is not even tracked."""
    folder = committed(hooks, tmp_path, {"live/main.tf": QUIET, ".gitignore": "*.json\n"})
    write(folder, {"live/tfplan.json": json.dumps(PLAN)})
    done = hooks.call(folder, "run", "policypack-plan", "--hook-stage", "manual", "--files", "live/tfplan.json")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "store_deleted" in done.stdout


def test_all_roots_can_be_one_estate(hooks: Hooks, tmp_path: Path) -> None:
    """The configuration that docs/pre-commit.md has for it judges every root, whichever of them changed."""
    more = "    entry: policypack scan\n    pass_filenames: false\n    always_run: false\n    args: [--format, json]\n"
    assert all(f"        {line.strip()}\n" in PAGE for line in more.splitlines()[:3])
    folder = committed(hooks, tmp_path, {"a/main.tf": BAD, "b/main.tf": BAD}, more)
    staged(folder, {"a/more.tf": QUIET})
    assert [each["path"] for each in reported(hooks.call(folder, "run").stdout)["inputs"]] == ["a", "b"]
    git(folder, "commit", "-qnm", "more")
    staged(folder, {"README.md": ""})
    assert "Skipped" in hooks.call(folder, "run").stdout


def test_other_files_can_be_watched(hooks: Hooks, tmp_path: Path) -> None:
    """With the `files` of docs/pre-commit.md a list of grants reaches the root that reads it."""
    widened = r"files: \.(tf|tfvars|csv)$"
    assert f"`{widened}`" in PAGE
    folder = committed(hooks, tmp_path, {"a/main.tf": BAD, "b/main.tf": BAD}, f"    {widened}\n    args: [--format, json]\n")
    staged(folder, {"a/policies/agents.csv": ""})
    assert [each["path"] for each in reported(hooks.call(folder, "run").stdout)["inputs"]] == ["a"]


def test_what_init_writes_is_what_pre_commit_runs(hooks: Hooks, tmp_path: Path) -> None:
    """The entry that `policypack init` adds works as it is, at the tag of this version."""
    folder = repository(
        tmp_path, {"main.tf": BAD, ".pre-commit-config.yaml": "repos:\n- repo: meta\n  hooks:\n  - id: identity\n"}
    )
    assert call("init", "--yes", cwd=folder).returncode == 0
    path = folder / ".pre-commit-config.yaml"
    path.write_text(path.read_text("utf-8").replace(REPOSITORY, str(hooks.source)), "utf-8")
    git(folder, "add", "-A")
    done = hooks.call(folder, "run", "policypack")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "deletion_protection_off" in done.stdout
