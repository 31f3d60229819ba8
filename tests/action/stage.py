"""A runner for the action: its steps are executed as GitHub executes them, with the variables that GitHub sets."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.gate.repositories import commit, git

PROJECT = Path(__file__).resolve().parent.parent.parent
ACTION: dict[str, Any] = yaml.safe_load((PROJECT / "action.yml").read_text("utf-8"))
SAFE = """resource "aws_db_instance" "main" {
  identifier              = "main"
  engine                  = "postgres"
  deletion_protection     = true
  backup_retention_period = 14
  tags                    = { env = "production" }
}

resource "aws_iam_role" "agent" {
  name = "agent"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ecs-tasks.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "agent" {
  name = "agent"
  role = aws_iam_role.agent.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["rds:DescribeDBInstances"], Resource = "*" }]
  })
}
"""
CHANGED = SAFE.replace('"rds:DescribeDBInstances"', '"rds:ModifyDBInstance", "rds:DeleteDBInstance"')
"""Gives the agent the power to destroy the database, and changes nothing else."""

# Keeps the comments of one pull request in a file, what code scanning is given in another, and every call in a third. What its --jq
# would leave is told by hand.
GH = """#!{python}
import base64, gzip, json, os, re, sys
words, store = sys.argv[1:], "{folder}/comments.json"
with open("{folder}/calls", "a") as log: log.write(json.dumps(words) + "\\n")
if os.path.exists("{folder}/broken"): sys.exit("HTTP 403: Resource not accessible by integration")
comments = json.load(open(store)) if os.path.exists(store) else []
method = words[words.index("--method") + 1] if "--method" in words else "GET"
if method == "GET":
    mark = re.search(r'startswith\\("(.*?)"\\)', words[words.index("--jq") + 1])[1]
    trusted = ("OWNER", "MEMBER", "COLLABORATOR")
    for each in comments:
        if each["body"].startswith(mark) and (each["user"]["type"] == "Bot" or each["author_association"] in trusted):
            print(each["id"])
elif any(word.endswith("/code-scanning/sarifs") for word in words):
    fields = dict(words[at + 1].split("=", 1) for at, word in enumerate(words) if word in ("-f", "-F"))
    fields["sarif"] = gzip.decompress(base64.b64decode(open(fields["sarif"][1:]).read(), validate=True)).decode()
    with open("{folder}/uploads", "a") as log: log.write(json.dumps(fields) + "\\n")
else:
    field = words[words.index("-F") + 1]
    assert field.startswith("body=@")
    body = open(field[6:]).read()
    if method == "POST":
        comments.append({{"id": 100 + len(comments), "body": body, "user": {{"type": "Bot"}}, "author_association": "NONE"}})
    else:
        (one,) = [each for each in comments if words[words.index("PATCH") + 1].endswith(f"/comments/{{each['id']}}")]
        one["body"] = body
    json.dump(comments, open(store, "w"))
"""
# Stands in for python3: `-m venv` and `-m pip install` leave what the real ones would.
PYTHON = """#!/bin/bash
echo "$@" >> "{folder}/installs"
if [ "$1 $2 $3" = "-I -m venv" ]; then
  mkdir -p "$4/bin"
  cp "$0" "$4/bin/python"
elif [ "$1 $2 $3" = "-I -m pip" ]; then
  printf '#!{python}\\nfrom policypack.__main__ import main\\nmain()\\n' > "$(dirname "$0")/policypack"
  chmod +x "$(dirname "$0")/policypack"
fi
"""


class Result:
    """What a run of the action came to."""

    def __init__(self) -> None:
        self.code = 0
        self.log = ""
        self.said: dict[str, str] = {}
        self.outputs: dict[str, str] = {}
        self.summary = ""

    def annotations(self, level: str = "error") -> list[str]:
        """The annotations of a level, in order."""
        return [line for line in self.log.splitlines() if line.startswith(f"::{level} ")]


class Stage:
    """A repository with a base and a change of it, and programs that stand in for what a runner has."""

    def __init__(self, folder: Path, before: str = SAFE, after: str = CHANGED) -> None:
        self.folder = folder
        self.tree, self.bin = folder / "tree", folder / "bin"
        self.commit, self.ref = "", ""
        (self.tree / "infra" / "prod").mkdir(parents=True)
        self.bin.mkdir()
        self.main = self.tree / "infra" / "prod" / "main.tf"
        self.main.write_text(before)
        git(self.tree, "init", "-q", "-b", "main")
        self.base = commit(self.tree, "base")
        git(self.tree, "checkout", "-q", "-b", "change")
        self.main.write_text(after)
        git(self.tree, "add", "-A")
        git(self.tree, "commit", "-q", "--allow-empty", "-m", "change")
        self.head = git(self.tree, "rev-parse", "HEAD")
        for name, text in (("gh", GH), ("python3", PYTHON)):
            (self.bin / name).write_text(text.format(python=sys.executable, folder=folder))
            (self.bin / name).chmod(0o755)

    @property
    def calls(self) -> list[list[str]]:
        """Every call of gh, in order."""
        log = self.folder / "calls"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def comments(self) -> list[dict[str, Any]]:
        """The comments at the pull request."""
        store = self.folder / "comments.json"
        found: list[dict[str, Any]] = json.loads(store.read_text()) if store.exists() else []
        return found

    @property
    def uploads(self) -> list[dict[str, str]]:
        """What code scanning was given, unpacked."""
        log = self.folder / "uploads"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def merged(self) -> None:
        """Checks out what GitHub checks out for a pull request: its merge into the base."""
        git(self.tree, "checkout", "-q", "--detach", self.base)
        git(self.tree, "merge", "-q", "--no-ff", "-m", "merge", self.head)

    def cloned(self, depth: int, what: str) -> None:
        """Puts a clone of that depth in place of the tree."""
        git(self.tree, "branch", "-f", "pull", what)
        shallow = self.folder / "shallow"
        git(self.folder, "clone", "-q", "--depth", str(depth), "--branch", "pull", f"file://{self.tree}", str(shallow))
        shutil.rmtree(self.tree)
        shallow.rename(self.tree)

    def event(self, name: str) -> dict[str, Any]:
        """The payload of an event, about these commits."""
        text = (Path(__file__).parent / "events" / f"{name}.json").read_text("utf-8")
        payload: dict[str, Any] = json.loads(text.replace('"HEAD"', f'"{self.head}"').replace('"BASE"', f'"{self.base}"'))
        return payload

    def run(self, event: str, **inputs: str) -> Result:
        """One run of the action in a fresh job."""
        temp = self.folder / "temp"
        temp.mkdir(exist_ok=True)
        self.ref = str(self.event(event).get("ref", ""))
        payload = self.folder / "event.json"
        payload.write_text(json.dumps(self.event(event)))
        given = {key.replace("_", "-"): value for key, value in inputs.items()}
        assert set(given) <= set(ACTION["inputs"])
        known: dict[str, Any] = {
            "github": {"event": self.event(event), "action_path": str(PROJECT), "token": "t0ken"},
            "runner": {"temp": str(temp)},
            "steps": {},
        }
        defaults = {name: str(each.get("default", "")) for name, each in ACTION["inputs"].items()}
        known["inputs"] = {name: filled(text, known) for name, text in {**defaults, **given}.items()}
        result = Result()
        for number, step in enumerate(ACTION["runs"]["steps"]):
            if "if" in step and not truth(step["if"], known):
                continue
            done = self._step(step, number, known, result)
            if done and not step.get("continue-on-error"):
                result.code = done
                break
        result.outputs = {name: filled(each["value"], known) for name, each in ACTION["outputs"].items()}
        return result

    def _step(self, step: Mapping[str, Any], number: int, known: dict[str, Any], result: Result) -> int:
        files = {name: self.folder / "temp" / f"{name}_{number}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for each in files.values():
            each.write_text("")
        script = self.folder / "temp" / "step.sh"
        script.write_text(step["run"])
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "TF_VAR_", "GIT_"))}
        environment = {
            **kept,
            "PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "acme/infrastructure",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_RUN_ID": "42",
            "GITHUB_SHA": self.commit or git(self.tree, "rev-parse", "HEAD"),
            "GITHUB_REF": self.ref or f"refs/pull/{_value('github.event.number', known)}/merge",
            "GITHUB_WORKSPACE": str(self.tree),
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            **{name: str(path) for name, path in files.items()},
            **{name: filled(str(value), known) for name, value in step.get("env", {}).items()},
        }
        where = self.tree / filled(step.get("working-directory", "."), known)
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        done = subprocess.run(command, cwd=where, env=environment, check=False, capture_output=True, text=True)
        result.log += done.stdout + done.stderr
        result.said[step["name"]] = done.stdout + done.stderr
        result.summary += files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        lines = files["GITHUB_OUTPUT"].read_text("utf-8").splitlines()
        known["steps"][step.get("id", step["name"])] = {"outputs": dict(line.partition("=")[::2] for line in lines)}
        return done.returncode


def filled(text: str, known: Mapping[str, Any]) -> str:
    """The text with its expressions worked out: only what names one value is one here."""
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: str(_value(found[1], known)), text)


def truth(condition: str, known: Mapping[str, Any]) -> bool:
    """Whether a condition of the form `a == 'b' && c` holds."""
    parts = condition.removeprefix("${{ ").removesuffix(" }}").split(" && ")
    found = []
    for part in parts:
        name, _, wanted = part.partition(" == ")
        value = _value(name, known)
        found.append(value == wanted.strip("'") if wanted else bool(value))
    return all(found)


def _value(name: str, known: Mapping[str, Any]) -> Any:
    value: Any = known
    for part in name.split("."):
        value = value.get(part, "") if isinstance(value, dict) else ""
    return value
