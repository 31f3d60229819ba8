"""docs/pull-requests.md: its workflows are valid, its tables complete, and what it shows is what happens."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.stage import ACTION, CHANGED, PROJECT, Stage
from tests.gate.repositories import commit, git
from tests.test_cli import call

PAGE = (PROJECT / "docs" / "pull-requests.md").read_text("utf-8")
RECIPES = ("github", "sarif", "plan")
CURL = """#!{python}
import json, os, sys, urllib.parse
words, store = sys.argv[1:], "{folder}/notes.json"
assert "PRIVATE-TOKEN: s3cret" in words
notes = json.load(open(store)) if os.path.exists(store) else []
method = words[words.index("-X") + 1] if "-X" in words else "GET"
url = words[-1]
if url.endswith("/user"):
    print(json.dumps({{"id": 9}}))
elif method == "GET":
    print(json.dumps(notes))
else:
    field, _, file = words[words.index("--data-urlencode") + 1].partition("@")
    body = open(file).read()
    if method == "POST":
        notes.append({{"id": 50 + len(notes), "body": body, "author": {{"id": 9}}}})
    else:
        (one,) = [each for each in notes if url.endswith(f"/notes/{{each['id']}}") and each["author"]["id"] == 9]
        one["body"] = body
    json.dump(notes, open(store, "w"))
"""
needs_git = pytest.mark.skipif(
    shutil.which("git") is None or sys.platform == "win32", reason="git is not installed, or the scripts are for bash"
)


def recipe(name: str) -> Any:
    """A pipeline of the documentation."""
    found = re.search(rf"<!-- recipe {name} -->\n```yaml\n(.*?)```\n", PAGE, re.DOTALL)
    assert found is not None
    return yaml.safe_load(found[1])


def ours(name: str) -> Mapping[str, Any]:
    """The inputs that a recipe gives to the action."""
    (job,) = recipe(name)["jobs"].values()
    (step,) = [each for each in job["steps"] if each.get("uses", "").startswith("OWNER/policypack@")]
    given: Mapping[str, Any] = step["with"]
    return given


def test_every_input_and_output_is_in_its_table() -> None:
    """The tables have what action.yml has, and nothing else."""
    inputs, outputs = PAGE.split("\n| output |")[0].split("\n| input |")[1], PAGE.split("\n| output |")[1].split("\n\n")[0]
    named = [
        re.findall(r"`([\w-]+)`", line.split("|")[1])
        for line in (*inputs.splitlines()[2:], "", *outputs.splitlines()[2:])
        if "|" in line
    ]
    assert [each for names in named for each in names] == [*ACTION["inputs"], *ACTION["outputs"]]
    for name, each in ACTION["inputs"].items():
        row = re.search(rf"^\| `{name}` \| `([^`]+)` \|", PAGE, re.MULTILINE)
        assert row is None or str(each["default"]) in {row[1], ""}


@pytest.mark.parametrize("name", RECIPES)
def test_a_workflow_is_valid_and_safe(name: str, tmp_path: Path) -> None:
    """Zizmor finds nothing in a workflow of the page once the commits are filled in, and the action knows its inputs."""
    assert set(ours(name)) <= set(ACTION["inputs"])
    program = Path(sys.executable).with_name("zizmor")
    if not program.exists():
        pytest.skip("zizmor has no build for this machine")
    text = re.search(rf"<!-- recipe {name} -->\n```yaml\n(.*?)```\n", PAGE, re.DOTALL)
    assert text is not None
    (tmp_path / "policypack.yml").write_text(re.sub(r"@COMMIT\b", f"@{'0123456789abcdef' * 2}01234567", text[1]))
    command = [str(program), "--offline", "--strict-collection", "--quiet", "--collect=all", str(tmp_path / "policypack.yml")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_git
@pytest.mark.parametrize("name", RECIPES[:2])
def test_a_workflow_does_what_the_page_says(name: str, tmp_path: Path) -> None:
    """The action, with the inputs of the page, says which power is gained, and fails."""
    stage = Stage(tmp_path)
    stage.merged()
    given = {key.replace("-", "_"): str(value).replace("infrastructure/", "infra/") for key, value in ours(name).items()}
    done = stage.run("pull_request", **given)
    assert done.code == 1
    assert "gives `aws_iam_role.agent` (agent) the power to destroy" in done.summary
    assert len(stage.comments) == ("comment" in given)


def test_the_output_on_the_page_is_the_program_s() -> None:
    """Whoever runs the command of the page in a clone sees what the page shows."""
    shown = re.search(r"<!-- diff -->\n```console\n\$ policypack (.*?)\n(.*?)```", PAGE, re.DOTALL)
    assert shown is not None
    assert call(*shlex.split(shown[1]), cwd=PROJECT).stdout == shown[2]


@needs_git
def test_the_commands_of_the_page_work(tmp_path: Path) -> None:
    """Each command that is shown ends well where its files are there."""
    stage = Stage(tmp_path)
    (stage.tree / "infra").rename(stage.tree / "infrastructure")
    commit(stage.tree)
    git(stage.tree, "update-ref", "refs/remotes/origin/main", stage.base)
    for folder, text in (("old", CHANGED), ("new", CHANGED.replace("= true", "= false"))):
        (stage.tree / folder).mkdir()
        (stage.tree / folder / "main.tf").write_text(text)
    shutil.copy(PROJECT / "terraform-examples" / "changes" / "agent_gains_power" / "plan.json", stage.tree / "tfplan.json")
    commands = [line.strip().partition("#")[0] for line in PAGE.splitlines() if line.startswith("    policypack ")]
    commands += [
        "policypack scan --write-baseline baseline.json",
        "policypack scan --base origin/main --only-new --fail-on never",
    ]
    assert len(commands) == 7
    for each in commands:
        done = call(*shlex.split(each)[1:], cwd=stage.tree)
        assert (done.returncode, bool(done.stdout)) == (0, True), (each, done.stderr)


@needs_git
def test_a_merge_request_has_one_note(tmp_path: Path) -> None:
    """GitLab: written once, changed after that, somebody else's left alone, nothing without a token, the job's verdict its own."""
    stage = Stage(tmp_path)
    (stage.bin / "python3").unlink()
    (stage.tree / "json.py").write_text("raise SystemExit('what the branch brings along was run')")
    theirs = {"id": 1, "body": "<!-- policypack -->\nall is well", "author": {"id": 4}}
    (tmp_path / "notes.json").write_text(json.dumps([theirs]))
    program = f"#!{sys.executable}\nfrom policypack.__main__ import main\nmain()\n"
    curl = CURL.format(python=sys.executable, folder=tmp_path)
    for name, text in (("curl", curl), ("pip", "#!/bin/sh\n"), ("policypack", program)):
        (stage.bin / name).write_text(text)
        (stage.bin / name).chmod(0o755)
    job = recipe("gitlab")["policypack"]
    known = {
        "PATH": f"{stage.bin}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(PROJECT),
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": stage.base,
        "CI_API_V4_URL": "https://gitlab.example.com/api/v4",
        "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "7",
    }

    def run(token: str) -> list[int]:
        codes = []
        for part in ("script", "after_script"):
            script = "\n".join(job[part]).replace("infrastructure/", "infra/")
            environment = {**os.environ, **known, "COMMENT_TOKEN": token}
            done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=stage.tree, env=environment, check=False)
            codes.append(done.returncode)
        return codes

    assert run("") == [1, 0]
    assert json.loads((tmp_path / "notes.json").read_text()) == [theirs]
    for _ in range(2):
        assert run("s3cret") == [1, 0]
        notes = json.loads((tmp_path / "notes.json").read_text())
        assert [each["id"] for each in notes] == [1, 51]
        assert notes[0] == theirs
        assert "the power to destroy" in notes[1]["body"]
    assert {each["check_name"] for each in json.loads((stage.tree / "gl-code-quality.json").read_text())} >= {
        "agent_can_destroy_data"
    }
