"""The rules come from a commit that people agreed to: nothing that a branch, or a repository, says decides about itself."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policypack.gate.brought import owns, tracked
from policypack.gate.gitdata import commit_of, file_at
from policypack.read.options import ReadError
from tests.gate.repositories import PLAN, SETTINGS, Place, commit, git
from tests.test_cli import call

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A checkout of an agent's branch."""
    return Place(tmp_path)


def test_the_rules_of_a_commit_pass_what_they_allow(place: Place) -> None:
    """With the rules of origin/main, an approval by somebody whom they name passes, and the answer says which commit it was."""
    place.gate(code=1)
    assert place.approve().returncode == 0
    found = place.gate("--approval", "../out", code=0)
    assert found["policy"] == {"ref": "origin/main", "commit": place.agreed}


def test_the_tree_decides_nothing_about_itself(place: Place) -> None:
    """Without --policy-ref the settings of the tree under change do not count, and the command to use instead is shown."""
    place.approve()
    done = call("gate", "../out/plan.json", "--approval", "../out", cwd=place.tree)
    assert done.returncode == 2
    assert "--policy-ref origin/main" in " ".join(done.stdout.split())


def test_a_plan_of_nothing_does_not_pass_by_the_trees_own_rules(place: Place) -> None:
    """A branch that declares production a sandbox is not passed in silence for it."""
    (place.tree / "policypack.yaml").write_text("version: 1\ndefault_environment: sandbox\n")
    assert call("gate", "../out/plan.json", cwd=place.tree).returncode == 2
    found = place.gate(code=1)
    assert found["needs"], "origin/main says nothing about a sandbox"
    assert "settings_differ" in [each["code"] for each in found["missing"]]


def more_signers(place: Place) -> None:
    """The branch adds its own key to the signers."""
    signers = place.tree / "people" / "signers"
    signers.write_text(signers.read_text().replace("bot ", "dave "))


def other_settings(place: Place) -> None:
    """The branch no longer calls the bot an agent."""
    (place.tree / "policypack.yaml").write_text(SETTINGS.replace(", agents: [bot]", ""))


def no_settings(place: Place) -> None:
    """The branch takes the settings away."""
    (place.tree / "policypack.yaml").unlink()


def settings_by_link(place: Place) -> None:
    """The branch puts a link in place of the settings."""
    (place.tree / "policypack.yaml").rename(place.tree / "real.yaml")
    (place.tree / "policypack.yaml").symlink_to("real.yaml")


BRANCHES = (more_signers, other_settings, no_settings, settings_by_link)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
@pytest.mark.parametrize("change", BRANCHES)
@pytest.mark.parametrize("committed", [True, False])
def test_other_rules_in_the_tree_are_refused(place: Place, change: Callable[[Place], None], committed: bool) -> None:
    """Where the tree has other rules than the commit, even a right approval does not pass; the command that is shown ends it."""
    place.approve()
    change(place)
    if committed:
        commit(place.tree)
    found = place.gate("--approval", "../out", code=1)
    assert [each["code"] for each in found["missing"]] == ["settings_differ"]
    command = found["missing"][0]["text"].rpartition(": ")[2]
    assert command.startswith("git checkout origin/main -- ")
    for each in command.split(" && "):
        git(place.tree, *each.split()[1:])
    place.gate("--approval", "../out", code=0)


def test_nothing_to_approve_does_not_pass_with_other_rules(place: Place) -> None:
    """A branch that only changes the rules is refused too: they are merged alone, by people."""
    shutil.copy(PLAN.with_name("s04_moved_import.json"), place.plan)
    place.gate(code=0)
    other_settings(place)
    assert [each["code"] for each in place.gate(code=1)["missing"]] == ["settings_differ"]


def test_who_approves_is_told_that_the_rules_differ(place: Place) -> None:
    """A person who is shown the plan is told that the gate will refuse it, and why."""
    other_settings(place)
    done = place.approve("--policy-ref", "origin/main")
    assert done.returncode == 0
    assert "the gate will refuse: policypack.yaml in the tree is not as in origin/main" in done.stdout


def test_settings_nearer_by_are_other_rules(place: Place) -> None:
    """A branch that puts settings of its own into the folder that the gate runs in has other rules."""
    (place.tree / "prod").mkdir()
    shutil.copy(place.tree / "policypack.yaml", place.tree / "prod" / "policypack.yaml")
    done = call("gate", "../../out/plan.json", "--policy-ref", "origin/main", "--format", "json", cwd=place.tree / "prod")
    missing = json.loads(done.stdout)["missing"]
    assert done.returncode == 1
    assert "git rm -f -- prod/policypack.yaml" in missing[0]["text"]


def test_ends_of_lines_are_no_difference(place: Place) -> None:
    """A checkout with the line ends of Windows has the same rules."""
    settings = place.tree / "policypack.yaml"
    settings.write_bytes(settings.read_bytes().replace(b"\n", b"\r\n"))
    place.approve()
    place.gate("--approval", "../out", code=0)


def test_a_tag_named_like_the_branch_is_not_taken(place: Place) -> None:
    """Whoever may push a tag cannot put it before the branch that the rules are taken from."""
    other_settings(place)
    git(place.tree, "tag", "origin/main", commit(place.tree))
    done = place.call()
    assert done.returncode == 2
    assert "refs/remotes/origin/main" in done.stderr
    full = ("gate", "../out/plan.json", "--policy-ref", "refs/remotes/origin/main")
    assert call(*full, cwd=place.tree).returncode == 1


@pytest.mark.parametrize(
    "ref",
    ["HEAD", "origin/main~1", "-x", "--help", "origin/main:policypack.yaml", "nowhere", "@{u}", "", "0" * 40, "a..b", "a b"],
)
def test_a_name_that_is_no_commit_judges_nothing(place: Place, ref: str) -> None:
    """What names no branch, tag or commit, or the change itself, ends with 2 and never as a choice of git's."""
    done = call("gate", "../out/plan.json", f"--policy-ref={ref}", cwd=place.tree)
    assert done.returncode == 2
    assert "--policy-ref" in done.stderr


def test_a_missing_branch_says_how_to_fetch_it(place: Place) -> None:
    """A shallow checkout is told the command that makes the gate work."""
    git(place.tree, "update-ref", "-d", "refs/remotes/origin/main")
    assert "git fetch --no-tags origin +refs/heads/main:refs/remotes/origin/main" in " ".join(place.call().stderr.split())


def test_a_whole_id_and_a_tag_name_a_commit(place: Place) -> None:
    """Commits are named in full, by annotated tags, and by full names."""
    git(place.tree, "tag", "-a", "agreed", "-m", "x", place.agreed)
    for ref in (place.agreed, "agreed", "refs/tags/agreed", "main", "heads/main", "tags/agreed"):
        assert commit_of(place.tree, ref) == place.agreed


@pytest.mark.skipif(sys.platform == "win32", reason="the traps are shell scripts")
def test_nothing_of_the_repository_is_run(place: Place) -> None:
    """Hooks, watchers, pagers, filters, aliases and helpers of the checkout's configuration are not run by reading it."""
    trap = place.out / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{place.out / 'sprung'}'\n")
    trap.chmod(0o755)
    (place.tree / ".gitattributes").write_text("* filter=trap diff=trap\n")
    commit(place.tree)
    hooks = place.tree / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(trap, hooks / name)
    for key in ("core.fsmonitor", "core.pager", "pager.ls-tree", "diff.external", "filter.trap.smudge", "filter.trap.clean"):
        git(place.tree, "config", key, str(trap))
    for key in ("diff.trap.textconv", "core.sshCommand", "credential.helper", "alias.rev-parse", "gpg.program"):
        git(place.tree, "config", key, f"!{trap}" if key.startswith("alias") else str(trap))
    place.approve()
    place.gate("--approval", "../out", code=0)
    assert not (place.out / "sprung").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="the trap is a shell script")
def test_what_is_not_there_is_not_fetched(place: Place) -> None:
    """A partial clone without the settings does not start the program that its configuration names to fetch them with."""
    trap = place.out / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{place.out / 'sprung'}'\n")
    trap.chmod(0o755)
    blob = git(place.tree, "rev-parse", f"{place.agreed}:policypack.yaml")
    (place.tree / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for key, value in (
        ("extensions.partialClone", "away"),
        ("core.repositoryFormatVersion", "1"),
        ("remote.away.url", str(place.out)),
        ("remote.away.promisor", "true"),
        ("remote.away.uploadpack", str(trap)),
        ("protocol.file.allow", "always"),
    ):
        git(place.tree, "config", key, value)
    assert place.call().returncode == 2
    assert not (place.out / "sprung").exists()


def test_replaced_objects_are_not_followed(place: Place) -> None:
    """A replacement that a repository has for the agreed commit changes nothing of what it says."""
    other_settings(place)
    git(place.tree, "replace", place.agreed, commit(place.tree))
    git(place.tree, "checkout", "-q", place.agreed, "--", ".")
    assert file_at(place.tree, place.agreed, "policypack.yaml", 1000) == SETTINGS.encode()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_in_the_commit_are_not_followed(place: Place) -> None:
    """Settings that are a link in the commit are no settings."""
    (place.tree / "policypack.yaml").unlink()
    (place.tree / "policypack.yaml").symlink_to("/etc/hostname")
    git(place.tree, "update-ref", "refs/remotes/origin/main", commit(place.tree))
    done = place.call()
    assert done.returncode == 2
    assert "is no file" in done.stderr


@pytest.mark.parametrize("signers", ["../signers", "/etc/passwd", "nowhere"])
def test_signers_are_in_the_commit(place: Place, signers: str) -> None:
    """A file of signers that the commit does not have names nobody, wherever it points."""
    (place.tree / "policypack.yaml").write_text(f"version: 1\ngate: {{signers: {signers}}}\n")
    git(place.tree, "update-ref", "refs/remotes/origin/main", commit(place.tree))
    done = place.call()
    assert done.returncode == 2
    assert "gate.signers" in done.stderr


def test_settings_outside_of_the_repository(place: Place) -> None:
    """Settings from elsewhere are the pipeline's choice: they count, and are not looked for in a commit."""
    (place.out / "rules.yaml").write_text(SETTINGS.replace("people/signers", "signers"))
    shutil.move(place.tree / "people" / "signers", place.out / "signers")
    config = ("--config", "../out/rules.yaml")
    place.approve(*config)
    assert call("gate", "../out/plan.json", "--approval", "../out", *config, cwd=place.tree).returncode == 0
    assert place.call(*config).returncode == 2


def stays(place: Place, _found: Path) -> Path:
    """The approval is named where the branch has it."""
    return place.tree / "approvals"


def copied(place: Place, _found: Path) -> Path:
    """A step copies it out of the tree."""
    return Path(shutil.copytree(place.tree / "approvals", place.out / "copied"))


def renamed(place: Place, found: Path) -> Path:
    """A step copies it out of the tree, under another name."""
    where = Path(shutil.copy(place.tree / "approvals" / found.name, place.out / "x.approval.json"))
    shutil.copy(place.tree / "approvals" / f"{found.name}.sig", f"{where}.sig")
    return where


@pytest.mark.parametrize("way", [stays, copied, renamed])
def test_an_approval_of_the_branch_is_refused(place: Place, way: Callable[[Place, Path], Path]) -> None:
    """A signed approval that the branch brings along counts neither where it lies nor where a step copied it to."""
    place.approve()
    found = next(place.out.glob("*.approval.json"))
    (place.tree / "approvals").mkdir()
    for each in (found, found.with_name(found.name + ".sig")):
        shutil.move(each, place.tree / "approvals" / each.name)
    place.gate("--approval", "approvals", code=0)  # not committed: a pipeline's own file that happens to lie there
    commit(place.tree)
    refused = place.gate("--approval", str(way(place, found)), code=1)
    assert [each["code"] for each in refused["refused"]] == ["from_branch"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_link_of_the_branch_is_the_branch(place: Place) -> None:
    """What lies behind a link that the branch has is chosen by the branch."""
    (place.tree / "link").symlink_to("../out")
    commit(place.tree)
    tree = tracked(place.tree)
    assert tree is not None
    assert owns(tree, place.tree / "link" / "x.approval.json")
    assert not owns(tree, place.tree / "other" / "x.approval.json")
    place.approve()
    assert [each["code"] for each in place.gate("--approval", "link", code=1)["refused"]] == ["from_branch"]


def test_a_ledger_of_the_branch_is_none(place: Place) -> None:
    """A branch cannot bring a ledger along in which nothing is spent."""
    (place.tree / "ledger.jsonl").write_text("")
    commit(place.tree)
    done = place.call("--ledger", "ledger.jsonl")
    assert done.returncode == 2
    assert "part of the tree under change" in done.stderr


def test_a_repository_that_is_none(tmp_path: Path) -> None:
    """Where git cannot read the repository, nothing is taken for untracked."""
    (tmp_path / ".git").mkdir()
    with pytest.raises(ReadError):
        tracked(tmp_path)
