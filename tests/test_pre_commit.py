"""The hooks that other repositories name, and the action that their workflows use."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def passed_to(hook: dict[str, Any], path: str) -> bool:
    """Whether pre-commit hands the file to the hook."""
    return bool(re.search(hook["files"], path)) and not re.search(hook.get("exclude", "^$"), path)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_is_complete(hook: dict[str, Any]) -> None:
    """A hook has what pre-commit requires, needs no shell, and runs once for all files."""
    assert {"id", "name", "entry", "language", "files"} <= hook.keys()
    assert shlex.split(hook["entry"])[:2] == ["policypack", "scan"]
    assert hook["language"] == "python"
    assert hook["require_serial"] is True


@pytest.mark.parametrize(
    ("path", "hooks"),
    [
        ("main.tf", {"policypack"}),
        ("live/prod/main.tofu", {"policypack"}),
        ("live/prod/main.tf.json", {"policypack"}),
        ("live/prod.tfvars", {"policypack"}),
        ("live/terraform.tfvars.json", {"policypack"}),
        ("live/templates/user.tftpl", {"policypack"}),
        ("live/.terraform.lock.hcl", {"policypack"}),
        ("policypack.yaml", {"policypack"}),
        ("live/not-policypack.yaml", set()),
        (".terraform/modules/x/main.tf", set()),
        ("live/.terraform/modules/x/main.tf", set()),
        ("plan.json", {"policypack-plan"}),
        ("live/tfplan.json", {"policypack-plan"}),
        ("live/prod-plan.json", {"policypack-plan"}),
        ("live/prod.tfplan.json", {"policypack-plan"}),
        ("live/.terragrunt-cache/x/main.tf", set()),
        ("live/floorplan.json", set()),
        ("README.md", set()),
    ],
)
def test_a_file_reaches_the_hook_that_can_read_it(path: str, hooks: set[str]) -> None:
    """Code goes to one hook, plans to the other, downloaded modules to none."""
    assert {hook["id"] for hook in HOOKS if passed_to(hook, path)} == hooks


def test_no_input_of_the_action_is_part_of_a_script() -> None:
    """Inputs reach the shell as variables: text in a script would be run."""
    for step in ACTION["runs"]["steps"]:
        assert "${{" not in step.get("run", "")


def test_workflows_pin_and_ask_for_little() -> None:
    """Each workflow starts from no permission, and names foreign actions by commit."""
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        workflow: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
        assert workflow["permissions"] == {}, path.name
        for job in workflow["jobs"].values():
            for step in job.get("steps", ()):
                uses = step.get("uses", "./")
                assert uses.startswith("./") or re.search(r"@[0-9a-f]{40}$", uses), f"{path.name}: {uses}"
                assert "${{" not in step.get("run", ""), f"{path.name}: {step.get('name')}"
