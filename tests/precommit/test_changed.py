"""Which root modules a changed file belongs to."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from policypack.changed import Changes, changes
from policypack.scan import ScanError
from tests.precommit.places import CALL, QUIET, git, needs_git, repository, surroundings, write
from tests.test_cli import call

pytestmark = needs_git
ROOT = Path(__file__).resolve().parents[2]

ESTATE = {
    "live/prod/main.tf": CALL % "../../modules/db",
    "live/prod/prod.auto.tfvars": "",
    "live/dev/main.tofu": CALL % "../../modules/db",
    "live/dev/policies/agent.json": "{}",
    "live/blog/main.tf.json": '{"module": {"n": {"source": "../../modules/net"}}}',
    "modules/db/main.tf": CALL % "../net",
    "modules/db/files/user.tftpl": "",
    "modules/net/main.tf": QUIET,
    "modules/unused/main.tf": QUIET,
    "vars/prod.tfvars": "",
    "policypack.yaml": "version: 1\n",
    "docs/readme.md": "",
}
ALL = ["live/blog", "live/dev", "live/prod", "modules/unused"]


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Three roots, two shared modules, one that nobody uses."""
    return repository(tmp_path, ESTATE)


def named(found: Changes) -> list[str]:
    """The modules, as paths."""
    return [each.as_posix() for each in found.modules]


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        (["live/prod/main.tf"], ["live/prod"]),
        (["modules/db/main.tf"], ["live/dev", "live/prod"]),
        (["modules/net/main.tf"], ["live/blog", "live/dev", "live/prod"]),
        (["modules/db/files/user.tftpl"], ["live/dev", "live/prod"]),
        (["live/prod/prod.auto.tfvars"], ["live/prod"]),
        (["live/dev/policies/agent.json"], ["live/dev"]),
        (["live/dev/.terraform.lock.hcl"], ["live/dev"]),
        (["modules/unused/main.tf"], ["modules/unused"]),
        (["live/blog/main.tf.json", "modules/unused/main.tf"], ["live/blog", "modules/unused"]),
        (["live/prod"], ["live/prod"]),
        (["policypack.yaml"], ALL),
        (["vars/prod.tfvars"], ALL),
        (["docs/readme.md"], ALL),
        (["live/prod/.terraform/modules/db/main.tf"], []),
        ([], []),
    ],
)
def test_a_file_belongs_to_the_roots_that_use_it(estate: Path, files: Sequence[str], modules: Sequence[str]) -> None:
    """Code is judged where it is called from, other files with the module around them, downloads never, and what belongs to
    no module with everything."""
    assert named(changes(files, estate)) == list(modules)


def test_what_is_called_may_be_gone(estate: Path) -> None:
    """Whoever still calls a module that was deleted is judged."""
    git(estate, "rm", "-rq", "modules/net")
    assert named(changes([], estate)) == ["live/blog", "live/dev", "live/prod"]


def test_a_root_that_is_deleted_concerns_the_others(estate: Path) -> None:
    """What a deleted root held may have been the backup of another, and it is said why all are judged."""
    git(estate, "rm", "-rq", "live/prod")
    found = changes([], estate)
    assert named(found) == ["live/blog", "live/dev", "modules/unused"]
    assert "live/prod/main.tf" in found.said[0]
    assert "all are judged" in found.said[0]


def test_a_moved_file_concerns_the_module_that_it_left(estate: Path) -> None:
    """A rename is named by its new place only; the module at the old one lost something too."""
    git(estate, "mv", "modules/net/main.tf", "live/prod/net.tf")
    assert named(changes(["live/prod/net.tf"], estate)) == ["live/blog", "live/dev", "live/prod"]


def test_a_deletion_that_is_not_staged_is_no_part_of_the_commit(estate: Path) -> None:
    """Git's index decides, not the folder."""
    (estate / "modules/net/main.tf").unlink()
    assert changes([], estate) == Changes()


def test_a_range_of_commits_has_deletions_too(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two commits, as pre-commit names them in a pipeline, what the range deletes counts."""
    since = git(estate, "rev-parse", "HEAD")
    git(estate, "rm", "-q", "modules/unused/main.tf", "live/dev/main.tofu")
    git(estate, "commit", "-qm", "gone")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", since)
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    assert named(changes([], estate)) == ["live/blog", "live/prod"]


def test_a_range_is_no_option(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pre-commit passes as a commit never becomes an option of git."""
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "--output=x")
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "HEAD")
    with pytest.raises(ScanError, match="no commit"):
        changes([], estate)
    assert not (estate / "x...HEAD").exists()


def test_the_deletion_of_everything_stops_nobody(tmp_path: Path) -> None:
    """Where no code is left there is nothing to judge, and it is said that only a plan sees what goes."""
    repository(tmp_path, {"live/main.tf": QUIET})
    git(tmp_path, "rm", "-q", "live/main.tf")
    found = changes([], tmp_path)
    assert found.modules == ()
    assert "only a plan" in found.said[0]
    said = call("scan", "--changed", cwd=tmp_path).stderr
    assert "only a plan" in said
    assert "no change concerns Terraform" not in said


def test_without_any_module_there_is_no_verdict(tmp_path: Path) -> None:
    """Variables of no module at all are an error, never a pass."""
    repository(tmp_path, {"prod.tfvars": ""})
    with pytest.raises(ScanError, match=r"prod\.tfvars: there is no module"):
        changes(["prod.tfvars"], tmp_path)


def test_untracked_code_calls_nothing(estate: Path) -> None:
    """Somebody's experiment beside the commit neither is judged nor hides a root."""
    write(estate, {"mine/main.tf": CALL % "../live/prod"})
    assert named(changes(["modules/db/main.tf"], estate)) == ["live/dev", "live/prod"]


def test_a_link_to_shared_code_makes_it_part_of_a_root(estate: Path) -> None:
    """A file that roots link to concerns each of them, and so does a link that changes."""
    write(estate, {"common/backup.tf": QUIET})
    (estate / "live/prod/backup.tf").symlink_to("../../common/backup.tf")
    git(estate, "add", "-A")
    assert named(changes(["common/backup.tf"], estate)) == ["common", "live/prod"]
    assert named(changes(["live/prod/backup.tf"], estate)) == ["live/prod"]


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    """Code elsewhere on the machine is not opened to see what it calls."""
    write(tmp_path, {"elsewhere/x.tf": CALL % "../live"})
    inside = repository(tmp_path / "repository", {"live/main.tf": QUIET})
    (inside / "live/x.tf").symlink_to(tmp_path / "elsewhere/x.tf")
    (inside / "folder").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    git(inside, "add", "-A")
    assert named(changes(["live/x.tf"], inside)) == ["live"]
    with pytest.raises(ScanError, match=r"x\.tf lies outside"):
        changes(["folder/x.tf"], inside)


def test_variables_that_nobody_loads_are_named(estate: Path) -> None:
    """Terraform reads prod.tfvars only by -var-file; that such a change was not judged is said."""
    assert [each for each in changes(["vars/prod.tfvars"], estate).said if "--var-file" in each]
    assert not changes(["live/prod/prod.auto.tfvars"], estate).said


def test_names_cannot_write_to_a_terminal(estate: Path) -> None:
    """A file's name is text of whoever made it."""
    hostile = "vars/\x1b[2Jx.tfvars"
    assert all("\x1b" not in each for each in changes([hostile], estate).said)


def test_a_folder_below_the_top_sees_the_whole_repository(estate: Path) -> None:
    """Called in a folder, roots elsewhere that use the file are found all the same."""
    assert named(changes(["main.tf"], estate / "modules/db")) == ["../../live/dev", "../../live/prod"]


def test_without_git_the_folder_is_what_there_is(tmp_path: Path) -> None:
    """Away from any repository the mapping works on all files around, and nothing is known to be deleted."""
    write(tmp_path, {"a/main.tf": CALL % "../m", "m/main.tf": QUIET, "a/.terraform/x/main.tf": CALL % "../../../m"})
    assert named(changes(["m/main.tf"], tmp_path)) == ["a"]
    assert changes([], tmp_path) == Changes()


def test_a_commit_that_is_none_of_terraforms_costs_little(estate: Path) -> None:
    """The hook runs at every commit: where nothing concerns Terraform, neither parser nor catalog nor checks are loaded; and a scan
    that is asked for by hand loads nothing that asks git."""
    code = (
        "import sys; from policypack.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nfinally:\n    sys.stderr.write(' '.join(sorted(sys.modules)))"
    )
    loaded = []
    for arguments in (["--changed"], ["live/dev"]):
        command = [sys.executable, "-c", code, "scan", *arguments]
        environment = surroundings(PYTHONPATH=str(ROOT))
        done = subprocess.run(command, cwd=estate, env=environment, capture_output=True, text=True, check=True)
        loaded.append(set(done.stderr.split()))
    assert not {"tree_sitter", "policypack.build", "policypack.init"} & loaded[0]
    assert {"tree_sitter", "policypack.build"} <= loaded[1]
    assert not {"policypack.read.git", "policypack.changed", "policypack.tracked", "policypack.init"} & loaded[1]
