"""What a commit touches and pre-commit does not name: links, submodules, pipelines, and the files that code reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from policypack.changed import Changes, changes
from tests.precommit.places import CALL, QUIET, git, needs_git, repository, write

pytestmark = needs_git

FILES = {
    "live/prod/main.tf": CALL % "./current" + 'locals {\n  p = file("${path.module}/policies/agent.json")\n}\n',
    "live/dev/main.tf": CALL % "../../vendor/pack/modules/db" + 'locals {\n  p = fileset("../policies", "*.yaml")\n}\n',
    "live/blog/main.tf": 'locals {\n  p = templatefile("../${var.team}-grants.json.tpl", {})\n}\n',
    "live/prod/policies/agent.json": "{}",
    "live/policies/x.yaml": "",
    "live/orders-grants.json.tpl": "",
    "modules/one/main.tf": QUIET,
    "modules/two/main.tf": QUIET,
    "package.json": "{}",
    ".github/workflows/apply.yml": "run: terraform apply\n",
    ".github/workflows/lint.yml": "run: npm test\n",
    ".github/CODEOWNERS": "* @o/a\n",
}
ALL = ["live/blog", "live/dev", "live/prod", "modules/two"]


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """A root that calls through a link, one that calls into a submodule, and one that reads by a template."""
    pack = repository(tmp_path / "pack", {"modules/db/main.tf": CALL % "../net", "modules/net/main.tf": QUIET})
    top = repository(tmp_path / "estate", {})
    write(top, FILES)
    (top / "live/prod/current").symlink_to("../../modules/one", target_is_directory=True)
    (top / "CLAUDE.md").symlink_to("AGENTS.md")
    git(top, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(pack), "vendor/pack")
    git(top, "add", "-A", "-f")
    git(top, "commit", "-qm", "before")
    return top


def judged(estate: Path) -> list[str]:
    """The modules that a commit of what is staged judges where pre-commit names no file."""
    return [each.as_posix() for each in changes([], estate).modules]


@pytest.mark.parametrize(
    ("file", "modules"),
    [
        ("live/prod/policies/agent.json", ["live/prod"]),
        ("live/policies/x.yaml", ["live/dev"]),
        ("live/orders-grants.json.tpl", ["live/blog"]),
        ("package.json", []),
        (".github/workflows/lint.yml", []),
        (".github/workflows/apply.yml", ALL),
        (".github/CODEOWNERS", ALL),
        (".policypack/allowed_signers", ALL),
    ],
)
def test_what_code_reads_and_who_applies_is_judged(estate: Path, file: str, modules: Sequence[str]) -> None:
    """A policy in JSON is judged where it is read, in whatever folder it lies; a pipeline that applies, everywhere."""
    write(estate, {file: (FILES.get(file) or "x") + "\n"})
    git(estate, "add", "-f", file)
    assert judged(estate) == list(modules)


def test_a_policy_that_is_deleted_is_judged(estate: Path) -> None:
    """Whoever reads what is gone loses what it said."""
    git(estate, "rm", "-q", "live/prod/policies/agent.json", ".github/workflows/lint.yml")
    assert judged(estate) == ALL  # nobody knows any more what the pipeline did


@pytest.mark.parametrize("target", ["../../modules/two", ""])
def test_a_link_that_leads_elsewhere_is_judged(estate: Path, target: str) -> None:
    """The link to a module's folder is named to no hook, and decides what a root is made of."""
    link = estate / "live/prod/current"
    link.unlink()
    if target:
        link.symlink_to(target, target_is_directory=True)
    git(estate, "add", "-A")
    assert judged(estate) == ["live/prod"]


def test_a_link_that_leads_to_no_code_is_nobodys(estate: Path) -> None:
    """Documents have links too."""
    (estate / "CLAUDE.md").unlink()
    (estate / "CLAUDE.md").symlink_to("README.md")
    git(estate, "add", "-A")
    assert changes([], estate) == Changes()


@pytest.mark.parametrize("ignored", ["", "all"])
def test_a_submodule_that_moves_is_judged(estate: Path, tmp_path: Path, ignored: str) -> None:
    """Another commit of a vendored repository is other code, also where its changes are not shown."""
    write(tmp_path / "pack", {"modules/net/main.tf": QUIET.replace("orders", "bills")})
    git(tmp_path / "pack", "commit", "-qam", "later")
    later = git(tmp_path / "pack", "rev-parse", "HEAD")
    if ignored:
        git(estate, "config", "-f", ".gitmodules", "submodule.vendor/pack.ignore", ignored)
        git(estate, "config", "submodule.vendor/pack.ignore", ignored)
    git(estate, "update-index", "--cacheinfo", f"160000,{later},vendor/pack")
    assert judged(estate) == ["live/dev"]


def test_a_range_of_commits_touches_them_too(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two commits, as pre-commit names them in a pipeline."""
    since = git(estate, "rev-parse", "HEAD")
    write(estate, {"live/prod/policies/agent.json": "[]"})
    git(estate, "commit", "-qam", "other")
    assert changes([], estate) == Changes()
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", since)
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    assert judged(estate) == ["live/prod"]


def test_a_repository_without_terraform_is_left_alone(tmp_path: Path) -> None:
    """Its pipelines, links and documents in JSON concern nobody."""
    top = repository(tmp_path, {"package.json": "{}"})
    write(top, {"package.json": "[]", ".github/workflows/apply.yml": "run: terraform apply"})
    (top / "link").symlink_to("package.json")
    git(top, "add", "-A")
    assert changes([], top) == Changes()


def test_what_is_downloaded_is_not_touched(estate: Path) -> None:
    """What Terraform keeps for itself concerns nobody, whatever its files are called."""
    write(estate, {"live/prod/.terraform/agent.json": ""})
    (estate / "live/prod/.terraform/modules").symlink_to("../../../modules")
    git(estate, "add", "-A", "-f")
    assert changes([], estate) == Changes()
