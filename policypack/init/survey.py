"""What a repository holds already: root modules and plans, pipelines, and whether policypack is used in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from policypack.discover import find_inputs
from policypack.model import Gap
from policypack.read.files import Tree, list_folder, read_bytes
from policypack.scan import ScanError

WORKFLOWS = ".github/workflows"
_PLACES = {
    ".gitlab-ci.yml": "GitLab CI",
    "atlantis.yaml": "Atlantis",
    "Jenkinsfile": "Jenkins",
    ".circleci/config.yml": "CircleCI",
    "azure-pipelines.yml": "Azure Pipelines",
    "bitbucket-pipelines.yml": "Bitbucket Pipelines",
    "buildspec.yml": "CodeBuild",
    "cloudbuild.yaml": "Cloud Build",
    ".buildkite/pipeline.yml": "Buildkite",
    ".spacelift/config.yml": "Spacelift",
    "digger.yml": "Digger",
}
_TERRAFORM = re.compile(rb"terraform|terragrunt|tofu", re.IGNORECASE)
_OURS = re.compile(rb"^[^#\n]*\bpolicypack\b", re.MULTILINE)
_LARGEST = 2**20
_MOST = 300


class Pipeline(Struct, frozen=True):
    """A pipeline's file. `terraform` and `policypack` are the lines that first name them, 0 where none does."""

    system: str
    path: str
    terraform: int = 0
    policypack: int = 0


class Survey(Struct, frozen=True):
    """`inputs` are what would be scanned; `on_github`: something here is for GitHub alone."""

    inputs: tuple[Path, ...]
    pipelines: tuple[Pipeline, ...] = ()
    on_github: bool = False
    in_git: bool = True


def survey(top: Path) -> Survey:
    """What the folder holds. Raises ScanError where there is no Terraform in it."""
    inputs = find_inputs(top)
    if not inputs:
        raise ScanError("no root module and no plan in this repository", "run it where the Terraform code is")
    tree = Tree(top.resolve(), top, top)
    return Survey(tuple(inputs), tuple(_pipelines(top, tree)), (top / ".github").is_dir(), (top / ".git").exists())


def _pipelines(top: Path, tree: Tree) -> Iterator[Pipeline]:
    names = list_folder(top / WORKFLOWS, tree) if (top / WORKFLOWS).is_dir() else []
    workflows = [] if isinstance(names, Gap) else [each for each in names if each.endswith((".yml", ".yaml"))]
    wanted = {f"{WORKFLOWS}/{name}": "GitHub Actions" for name in workflows[:_MOST]} | _PLACES
    for path, system in wanted.items():
        data = read_bytes(top / path, tree, _LARGEST) if (top / path).is_file() else None
        if isinstance(data, bytes):
            yield Pipeline(system, path, _line(data, _TERRAFORM), _line(data, _OURS))


def _line(data: bytes, wanted: re.Pattern[bytes]) -> int:
    found = wanted.search(data)
    return data.count(b"\n", 0, found.end()) + 1 if found else 0
