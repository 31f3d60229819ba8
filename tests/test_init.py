"""`policypack init`: what it shows, when it writes, and what it never touches."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from policypack import __version__
from policypack.init import carry_out, propose
from policypack.init.workflow import ACTION, CHECKOUT
from policypack.scan import ScanError, silent
from tests.precommit.places import BAD, CALL, QUIET, git, needs_git, repository, write
from tests.test_cli import call

pytestmark = needs_git
ROOT = Path(__file__).resolve().parent.parent
NEW = [".github/workflows/policypack.yml", ".pre-commit-config.yaml", "policypack.yaml"]
LIVE = {"live/main.tf": BAD}


def contents(folder: Path) -> Mapping[str, str]:
    """Every file below the folder with its text, git's own left out."""
    files = [each for each in folder.rglob("*") if each.is_file() and ".git/" not in f"{each.relative_to(folder).as_posix()}"]
    return {each.relative_to(folder).as_posix(): each.read_text("utf-8") for each in files}


def test_without_consent_nothing_is_written(tmp_path: Path) -> None:
    """Without a terminal and without --yes the diffs are printed, the exit code is 0, and no file appears."""
    before = contents(repository(tmp_path, LIVE))
    done = call("init", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(f"+++ b/{name}" in done.stdout for name in NEW)
    assert "nothing was written" in done.stdout
    assert contents(tmp_path) == before


def test_yes_writes_what_was_shown(tmp_path: Path) -> None:
    """--yes writes the three files, line for line as in the diff, and names them."""
    before = contents(repository(tmp_path, LIVE))
    done = call("init", "--yes", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    after = contents(tmp_path)
    assert sorted(set(after) - set(before)) == NEW
    for name in NEW:
        assert f"wrote {name}\n" in done.stdout
        assert all(f"+{line}\n" in done.stdout for line in after[name].splitlines())
    assert {name: after[name] for name in before} == before


def test_a_second_run_has_nothing_to_add(tmp_path: Path) -> None:
    """What was written is seen, and left as it is."""
    repository(tmp_path, LIVE)
    call("init", "--yes", cwd=tmp_path)
    before = contents(tmp_path)
    done = call("init", "--yes", cwd=tmp_path)
    assert "nothing to write" in done.stdout
    assert contents(tmp_path) == before


def test_an_empty_repository_gets_nothing(tmp_path: Path) -> None:
    """Where there is no Terraform there is nothing to propose: exit 2, as a scan says it."""
    repository(tmp_path, {"README.md": ""})
    done = call("init", "--yes", cwd=tmp_path)
    assert done.returncode == 2
    assert "no root module" in done.stderr
    assert list(contents(tmp_path)) == ["README.md"]


def test_a_folder_that_is_no_repository_gets_settings_only(tmp_path: Path) -> None:
    """Without git there is neither a hook nor a workflow to add, and that is said."""
    write(tmp_path, LIVE)
    done = call("init", "--yes", cwd=tmp_path)
    assert sorted(contents(tmp_path)) == ["live/main.tf", "policypack.yaml"]
    assert "no git repository" in done.stdout


def test_it_works_on_the_whole_repository(tmp_path: Path) -> None:
    """Called in a folder below, the files go to the top, where the settings are looked for."""
    repository(tmp_path, {**LIVE, "modules/db/main.tf": QUIET, "b/main.tf": CALL % "../modules/db"})
    done = call("init", "--yes", cwd=tmp_path / "live")
    assert set(NEW) <= set(contents(tmp_path))
    assert "inputs        b, live\n" in done.stdout


def test_settings_that_exist_are_only_told_of(tmp_path: Path) -> None:
    """An existing policypack.yaml keeps every byte; what it lacks is printed."""
    role = 'resource "aws_iam_role" "cursor" {\n  name = "cursor"\n  assume_role_policy = "{}"\n}\n'
    repository(tmp_path, {"live/main.tf": role, "policypack.yaml": "version: 1  # ours\n"})
    done = call("init", "--yes", cwd=tmp_path)
    assert (tmp_path / "policypack.yaml").read_text("utf-8") == "version: 1  # ours\n"
    assert "policypack.yaml exists and is left as it is" in done.stdout
    assert '- "aws_iam_role.cursor" # live/main.tf:1: its name says "cursor"' in done.stdout


def test_settings_that_are_broken_stop_it(tmp_path: Path) -> None:
    """Nothing is built on settings that cannot be read."""
    repository(tmp_path, {**LIVE, "policypack.yaml": "version: 2\n"})
    assert call("init", "--yes", cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("files", "workflow", "said"),
    [
        ({".github/workflows/tf.yml": "on: push\nrun: terraform plan\n"}, True, "GitHub Actions (.github/workflows/tf.yml:2)"),
        ({".gitlab-ci.yml": "plan:\n  script: tofu plan\n"}, False, ".gitlab-ci.yml is GitLab CI's"),
        ({"atlantis.yaml": "version: 3\n# terraform\n"}, False, "Atlantis (atlantis.yaml:2)"),
        ({".gitlab-ci.yml": "x: terraform\n", ".github/CODEOWNERS": "* @x\n"}, True, "GitLab CI (.gitlab-ci.yml:1)"),
        ({".github/workflows/a.yml": "\nuses: x/policypack@y\n"}, False, ".github/workflows/a.yml:2 names policypack already"),
        ({".github/workflows/a.yml": "# policypack?\nx: 1\n"}, True, "pipelines     none"),
    ],
)
def test_pipelines_are_seen(tmp_path: Path, files: Mapping[str, str], workflow: bool, said: str) -> None:
    """A workflow is proposed where GitHub is used, or nothing else, and nowhere twice; other pipelines are named and left alone."""
    repository(tmp_path, {**LIVE, **files})
    done = call("init", "--yes", cwd=tmp_path)
    assert said in done.stdout
    assert (tmp_path / ".github/workflows/policypack.yml").exists() is workflow
    assert {name: text for name, text in contents(tmp_path).items() if name in files} == files


def test_the_workflow_is_what_this_repository_would_write(tmp_path: Path) -> None:
    """It starts from no permission, pins what it can as our own workflows do, and names this version's tag and README's repository."""
    repository(tmp_path, LIVE)
    call("init", "--yes", cwd=tmp_path)
    flow = yaml.safe_load((tmp_path / ".github/workflows/policypack.yml").read_text("utf-8"))
    assert flow["permissions"] == {}
    assert flow["jobs"]["policypack"]["permissions"] == {"contents": "read"}
    checkout, ours = (each["uses"] for each in flow["jobs"]["policypack"]["steps"])
    assert ours == f"{ACTION}@v{__version__}"
    assert re.fullmatch(r"actions/checkout@[0-9a-f]{40}", checkout)
    assert CHECKOUT in (ROOT / ".github/workflows/ci.yml").read_text("utf-8")
    assert ACTION in (ROOT / "README.md").read_text("utf-8")
    known = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    assert set(flow["jobs"]["policypack"]["steps"][1]["with"]) <= set(known)


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_folder_is_an_error(tmp_path: Path) -> None:
    """What cannot be written is said, with exit 2."""
    repository(tmp_path, LIVE)
    tmp_path.chmod(0o555)
    try:
        done = call("init", "--yes", cwd=tmp_path)
    finally:
        tmp_path.chmod(0o755)
    assert done.returncode == 2
    assert "policypack.yaml was not written: permission denied" in done.stderr


def test_a_failed_write_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system refuses is said in one line, and the exit code is 2."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    repository(tmp_path, LIVE)
    monkeypatch.setattr("policypack.init.files._create", refuse)
    done = call("init", "--yes", cwd=tmp_path)
    assert done.returncode == 2
    assert "policypack.yaml was not written: permission denied" in done.stderr


@pytest.mark.parametrize("name", NEW)
def test_a_link_is_never_written_through(tmp_path: Path, name: str) -> None:
    """A link in the place of a file, even one that leads nowhere, keeps what it leads to as it is."""
    folder = repository(tmp_path / "repository", LIVE)
    target = tmp_path / "elsewhere"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).symlink_to(target)
    call("init", "--yes", cwd=folder)
    assert not target.exists()
    assert (folder / name).is_symlink()


def test_a_linked_folder_is_never_written_through(tmp_path: Path) -> None:
    """A .github that leads out of the repository gets no workflow."""
    folder = repository(tmp_path / "repository", LIVE)
    (tmp_path / "elsewhere").mkdir()
    (folder / ".github").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    done = call("init", "--yes", cwd=folder)
    assert "is a link, through which nothing is written" in done.stdout
    assert not list((tmp_path / "elsewhere").iterdir())


def test_what_changed_since_it_was_shown_is_left_alone(tmp_path: Path) -> None:
    """Between the diff and the consent somebody may write: neither a new file nor a changed one is replaced."""
    hooks = "repos:\n- repo: local\n  hooks: []\n"
    repository(tmp_path, {**LIVE, ".pre-commit-config.yaml": hooks})
    proposal = propose(tmp_path, silent)
    (tmp_path / "policypack.yaml").write_text("version: 1\n")
    with pytest.raises(ScanError, match=r"policypack\.yaml was not written: is there already"):
        carry_out(proposal)
    (tmp_path / "policypack.yaml").unlink()
    (tmp_path / ".pre-commit-config.yaml").write_text(hooks + "# more\n")
    with pytest.raises(ScanError, match="it changed after it was shown"):
        carry_out(proposal)
    assert (tmp_path / ".pre-commit-config.yaml").read_text() == hooks + "# more\n"


def test_hostile_names_do_nothing(tmp_path: Path) -> None:
    """File and folder names that move a cursor or end a line are one harmless line of the output."""
    repository(tmp_path, {"a\x1b[2J\n- evil: 1/main.tf": BAD, ".github/workflows/\x1b]0;x\x07.yml": "terraform"})
    done = call("init", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", done.stdout + done.stderr)
    assert "\n- evil" not in done.stdout


def test_the_program_says_yes_for_nobody(tmp_path: Path) -> None:
    """A `y` on standard input that is no terminal is no consent."""
    repository(tmp_path, LIVE)
    call("init", cwd=tmp_path, stdin="y\n")
    assert git(tmp_path, "status", "--porcelain") == ""
