"""The pipelines of docs/gate.md, run as they stand there: Terraform and the platform are stood in for, git and the gate are not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from policypack.gate.ledger import verified
from tests.gate.approving import PROJECT
from tests.gate.binary import archive
from tests.gate.repositories import SETTINGS, commit, git, key_of
from tests.test_cli import call

PLAN = Path(__file__).parent / "scenarios" / "s20_second" / "plan.json"
FIXED = PROJECT / "terraform-examples" / "approvals" / "pipelines" / "fixed"
TERRAFORM = """#!/bin/bash
case "$1" in
  plan) cp "$STAGE/tfplan" tfplan ;;
  show) cat "$STAGE/plan.json" ;;
  apply) test -f "${@: -1}" && echo applied >> "$STAGE/applied" ;;
esac
"""

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="the pipelines are for bash"),
    pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed"),
]


def recipe(name: str) -> Any:
    """A pipeline of the documentation."""
    found = re.search(
        rf"<!-- recipe {name} -->\n```yaml\n(.*?)```\n", (PROJECT / "docs" / "gate.md").read_text("utf-8"), re.DOTALL
    )
    assert found is not None
    return yaml.safe_load(found[1])


class Stage:
    """A repository with rules, one for approvals, and programs that stand in for Terraform and pipx."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.swapped = False
        self.origin, self.approvals = folder / "origin.git", folder / "approvals.git"
        seed = folder / "seed"
        (seed / "people").mkdir(parents=True)
        (seed / "people" / "signers").write_text(f"alice {key_of('alice', folder)}\n")
        (seed / "policypack.yaml").write_text(SETTINGS)
        git(seed, "init", "-q", "-b", "main")
        commit(seed)
        git(folder, "clone", "-q", "--bare", str(seed), str(self.origin))
        (folder / "first").mkdir()
        git(folder / "first", "init", "-q", "-b", "main")
        (folder / "first" / "README").write_text("approvals, and the ledger of the gate\n")
        commit(folder / "first")
        git(folder, "clone", "-q", "--bare", str(folder / "first"), str(self.approvals))
        shutil.copy(PLAN, folder / "plan.json")
        archive(folder / "tfplan", PLAN, comment="the plan")
        self._program("terraform", TERRAFORM)
        self._program("pipx", "#!/bin/sh\n")
        self._program("policypack", f'#!/bin/sh\nexec "{sys.executable}" -m policypack "$@"\n')

    def _program(self, name: str, text: str) -> None:
        (self.folder / "bin").mkdir(exist_ok=True)
        (self.folder / "bin" / name).write_text(text)
        (self.folder / "bin" / name).chmod(0o755)

    def clone(self, repository: Path, where: Path) -> None:
        """A fresh checkout."""
        shutil.rmtree(where, ignore_errors=True)
        git(self.folder, "clone", "-q", str(repository), str(where))

    def shell(self, script: str, folder: Path, variables: Mapping[str, str]) -> int:
        """A step's script, as a runner runs it."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        base = {**os.environ, "PATH": path, "STAGE": str(self.folder), "PYTHONPATH": str(PROJECT), **variables}
        return subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=folder, env=base, check=False).returncode

    def approve(self) -> None:
        """A person approves on a machine of their own, and pushes what they signed."""
        desk, mine = self.folder / "desk", self.folder / "mine"
        self.clone(self.origin, desk)
        self.clone(self.approvals, mine)
        said = ("--requester", "carol", "--reason", "retired in October", "--key", "../alice", "--yes")
        where = ("--plan-file", "../tfplan", "--policy-ref", "origin/main", "--output", "../mine/one.approval.json")
        done = call("approve", "../plan.json", *said, *where, cwd=desk)
        assert done.returncode == 0, done.stderr
        commit(mine)
        git(mine, "push", "-q", "origin", "HEAD")

    @property
    def applied(self) -> int:
        """How often Terraform applied."""
        log = self.folder / "applied"
        return len(log.read_text().splitlines()) if log.exists() else 0

    def verdicts(self) -> int:
        """How many decisions the pushed ledger has."""
        self.clone(self.approvals, self.folder / "look")
        return verified(self.folder / "look" / "ledger.jsonl").length


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """What a pipeline runs in."""
    return Stage(tmp_path)


def github(stage: Stage) -> bool:
    """One run of the workflow: whether every job succeeded."""
    known = {"github.actor": "carol", "secrets.APPROVALS_KEY": ""}
    jobs = recipe("github")["jobs"]
    assert list(jobs) == ["plan", "gate", "apply"]
    assert (jobs["gate"]["needs"], jobs["apply"]["needs"]) == ("plan", "gate")
    for name, job in jobs.items():
        folder = stage.folder / f"job-{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "output").write_text("")
        if not all(_step(stage, each, folder, known) for each in job["steps"]):
            return False
        for line in (folder / "output").read_text().splitlines():
            key, _, value = line.partition("=")
            known[f"needs.{name}.outputs.{key}"] = value
    return True


def _step(stage: Stage, step: Mapping[str, Any], folder: Path, known: Mapping[str, str]) -> bool:
    given, kept = step.get("with", {}), stage.folder / "artifact"
    where = folder / given.get("path", ".")
    if stage.swapped and folder.name == "job-apply":
        archive(kept, PLAN, comment="what nobody saw")
    if "run" in step:
        variables = {key: _filled(value, known) for key, value in step.get("env", {}).items()}
        at = folder / step.get("working-directory", ".")
        return stage.shell(step["run"], at, {"GITHUB_OUTPUT": str(folder / "output"), **variables}) == 0
    action = step["uses"].partition("@")[0]
    if action == "actions/checkout":
        stage.clone(stage.approvals if "repository" in given else stage.origin, folder / "fresh")
        shutil.copytree(folder / "fresh", where, dirs_exist_ok=True)
    elif action == "actions/upload-artifact":
        shutil.copy(where, kept)
    elif action == "actions/download-artifact":
        where.mkdir(exist_ok=True)
        shutil.copy(kept, where / "tfplan")
    else:
        assert action == "aws-actions/configure-aws-credentials"
    return True


def _filled(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: known[found[1]], text)


def gitlab(stage: Stage) -> bool:
    """One run of the pipeline: whether every job succeeded."""
    pipeline, kept = recipe("gitlab"), stage.folder / "artifacts"
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir()
    assert pipeline["gate"]["when"] == "manual"
    assert pipeline["gate"]["allow_failure"] is False
    for name in pipeline["stages"]:
        folder = stage.folder / f"job-{name}" / "tree"
        shutil.rmtree(folder.parent, ignore_errors=True)
        folder.parent.mkdir()
        stage.clone(stage.origin, folder)
        if stage.swapped and name == "apply":
            archive(kept / "tfplan", PLAN, comment="what nobody saw")
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        variables = {"CI_DEFAULT_BRANCH": "main", "APPROVALS_URL": str(stage.approvals), "GITLAB_USER_LOGIN": "carol"}
        if stage.shell("\n".join(pipeline[name]["script"]), folder, variables):
            return False
        for each in pipeline[name].get("artifacts", {}).get("paths", ()):
            shutil.copy(folder / each, kept)
    return True


@pytest.mark.parametrize("run", [github, gitlab])
def test_a_pipeline_applies_what_was_approved_once(stage: Stage, run: Any) -> None:
    """Refused without an approval, applied with one, refused with the same again; each decision is in the pushed ledger."""
    assert not run(stage)
    assert (stage.applied, stage.verdicts()) == (0, 1)
    stage.approve()
    assert run(stage)
    assert (stage.applied, stage.verdicts()) == (1, 2)
    assert not run(stage)
    assert (stage.applied, stage.verdicts()) == (1, 3)


@pytest.mark.parametrize("run", [github, gitlab])
def test_a_pipeline_does_not_apply_another_plan(stage: Stage, run: Any) -> None:
    """An approval of one binary plan lets no other one through."""
    stage.approve()
    archive(stage.folder / "tfplan", PLAN, comment="another plan that shows the same")
    assert not run(stage)
    assert stage.applied == 0


@pytest.mark.parametrize("run", [github, gitlab])
def test_what_is_applied_is_what_passed(stage: Stage, run: Any) -> None:
    """A plan file that is put in place of the approved one after the gate is not applied."""
    stage.approve()
    stage.swapped = True
    assert not run(stage)
    assert (stage.applied, stage.verdicts()) == (0, 1)


def test_a_gate_that_cannot_push_its_ledger_does_not_pass(stage: Stage) -> None:
    """Where another gate was faster, or the ledger cannot be kept, nothing is applied."""
    stage.approve()
    hook = stage.approvals / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert not github(stage)
    assert not gitlab(stage)
    assert stage.applied == 0


def test_atlantis(stage: Stage) -> None:
    """The server's own workflow runs the gate before the apply, with what the server knows, and nothing of a repository's."""
    server = recipe("atlantis")
    repository = server["repos"][0]
    assert (repository["allowed_overrides"], repository["allow_custom_workflows"]) == ([], False)
    steps = server["workflows"][repository["workflow"]]["apply"]["steps"]
    assert steps[-1] == "apply"
    stage.clone(stage.origin, stage.folder / "clone")
    known = {"BASE_BRANCH_NAME": "main", "PULL_AUTHOR": "carol", "APPROVALS": str(stage.folder / "mine")}
    known |= {"SHOWFILE": str(stage.folder / "plan.json"), "PLANFILE": str(stage.folder / "tfplan")}
    codes = []
    for number in range(3):
        if number == 1:
            stage.approve()
        elif number == 0:
            (stage.folder / "mine").mkdir()
        ran = (stage.shell(each["run"], stage.folder / "clone", known) for each in steps[:-1])
        codes.append(next((code for code in ran if code), 0))
        if number == 0:
            shutil.rmtree(stage.folder / "mine")
    assert codes == [1, 0, 1]


def test_what_the_recipe_needs_of_the_platform_is_what_the_checks_ask(tmp_path: Path) -> None:
    """The checks in approvals/ find nothing in the workflow with its environment, and say so where it has none."""
    text = (PROJECT / "docs" / "gate.md").read_text("utf-8")
    workflow = text.partition("<!-- recipe github -->\n```yaml\n")[2].partition("```")[0]
    for name, written in (("good", workflow), ("bad", workflow.replace("    environment: production\n", ""))):
        shutil.copytree(FIXED, tmp_path / name)
        (tmp_path / name / ".git").mkdir()
        (tmp_path / name / ".github" / "workflows" / "apply.yml").write_text(written)
    good = call("scan", ".", "--fail-on", "never", cwd=tmp_path / "good").stdout
    bad = call("scan", ".", "--fail-on", "never", cwd=tmp_path / "bad").stdout
    names = [each.stem for each in (PROJECT / "checks" / "approvals").glob("[a-z]*.py")]
    assert [each for each in names if each in good] == []
    assert "apply_without_human" in bad
