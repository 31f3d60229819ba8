"""The base of a comparison is the commit that was meant, whole, or there is none and everything is reported."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from policypack.compare.tree import base_tree
from policypack.read.options import ReadError
from tests.action.stage import SAFE
from tests.gate.repositories import commit, git
from tests.test_cli import call

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository whose change has another commit than main and origin/main."""
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "main.tf").write_text(SAFE)
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    git(folder, "update-ref", "refs/remotes/origin/main", "main")
    git(folder, "checkout", "-q", "-b", "change")
    (folder / "main.tf").write_text(SAFE.replace("deletion_protection     = true", "deletion_protection     = false"))
    git(folder, "commit", "-qam", "off")
    return folder


def named(tree: Path, ref: str) -> str:
    """The commit that is compared with."""
    with base_tree(tree, ref) as base:
        return base.commit


@pytest.mark.parametrize("ref", ["main", "origin/main", "heads/main", "main~0", "HEAD~1", "refs/heads/main", "@{-1}"])
def test_a_name_of_one_commit_is_that_commit(ref: str, tree: Path) -> None:
    """Every way that git has to name the base."""
    assert named(tree, ref) == git(tree, "rev-parse", "main").strip()


@pytest.mark.parametrize("ref", ["main", "origin/main", "main~0", "main^{commit}"])
def test_a_tag_that_is_named_like_the_base_is_not_the_base(ref: str, tree: Path) -> None:
    """Git takes a tag before a branch, so whoever may push a tag could have a change compared with itself."""
    git(tree, "tag", ref.partition("~")[0].partition("^")[0], "change")
    with pytest.raises(ReadError, match="is the name of refs/tags/"):
        named(tree, ref)
    done = call("scan", "--base", ref, "--only-new", cwd=tree)
    assert (done.returncode, "nothing was compared with" in done.stdout) == (1, True)


def test_a_tag_that_is_named_like_the_beginning_of_a_commit_is_not_the_base(tree: Path) -> None:
    """Git takes a name before the beginning of an id."""
    short = git(tree, "rev-parse", "main").strip()[:10]
    assert named(tree, short).startswith(short)
    git(tree, "tag", short, "change")
    with pytest.raises(ReadError, match="is the name of refs/tags/"):
        named(tree, short)


def test_a_base_that_cannot_be_written_down_is_none(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A base without one of its files has findings that nobody ever had, which would excuse those of the change."""

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(ReadError, match=r"main\.tf of the base cannot be written down"):
        named(tree, "main")


def tables(*names: str) -> str:
    """Tables of production, and an agent that may delete each of them."""
    agent = SAFE[SAFE.index('resource "aws_iam_role" ') :].replace('"rds:DescribeDBInstances"', '"dynamodb:DeleteTable"')
    made = (
        f'resource "aws_dynamodb_table" "{each}" {{\n  name = "{each}"\n  tags = {{ env = "production" }}\n}}\n'
        for each in names
    )
    return "".join(made) + agent


def test_what_is_only_counted_is_not_excused_by_what_was_counted_before(tree: Path) -> None:
    """`a, b, c and 2 more` are others where one of them went and another came: who gained a power is reported again."""
    git(tree, "checkout", "-q", "main")
    (tree / "main.tf").write_text(tables("a", "b", "c", "d", "e"))
    git(tree, "commit", "-qam", "five")
    git(tree, "checkout", "-q", "-B", "change")
    asked = ("scan", "--base", "main", "--only-new", "--only", "agent_can_destroy_data", "--format", "json")
    (tree / "main.tf").write_text(tables("a", "b", "c", "d", "f"))
    (found,) = json.loads(call(*asked, cwd=tree).stdout)["findings"]
    assert (found["suppressed"], " more" in found["message"]) == (None, True)
    (tree / "main.tf").write_text("# nothing else\n" + tables("a", "b", "c", "d", "e"))
    (found,) = json.loads(call(*asked, cwd=tree).stdout)["findings"]
    assert found["suppressed"] == "in the base"
