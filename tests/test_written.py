"""What a scan writes goes where it was told to, and not where a repository has it led."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.action.stage import SAFE
from tests.test_cli import call


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository beside a file that is none of its business."""
    folder = tmp_path / "tree"
    (folder / ".git").mkdir(parents=True)
    (folder / "infra").mkdir()
    (folder / "infra" / "main.tf").write_text(SAFE)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.sarif").write_text("kept")
    return folder


@pytest.mark.parametrize("option", ["--output=sarif=", "--write-baseline="])
def test_nothing_is_written_through_a_link_of_the_repository(option: str, tree: Path, tmp_path: Path) -> None:
    """A link at the place of the report, or of a folder on the way, is refused: a change could overwrite any file of the runner."""
    (tree / "x.sarif").symlink_to("../outside/x.sarif")
    (tree / "made").symlink_to("../outside")
    (tree / "infra" / "y.sarif").symlink_to("main.tf")
    places = ["x.sarif", "made/x.sarif", str(tree / "x.sarif"), "./made/../x.sarif", "infra/y.sarif"]
    (tmp_path / "way").symlink_to(tree)
    for place in (*places, str(tmp_path / "way" / "x.sarif")):
        done = call("scan", "infra", f"{option}{place}", cwd=tree)
        assert (done.returncode, "is a link" in done.stderr) == (2, True)
    done = call("scan", ".", f"{option}../x.sarif", cwd=tree / "infra")
    assert done.returncode == 2
    assert (tmp_path / "outside" / "x.sarif").read_text() == "kept"
    assert (tree / "infra" / "main.tf").read_text() == SAFE


def test_links_of_the_machine_are_followed(tree: Path, tmp_path: Path) -> None:
    """What lies outside of the repository is whoever's it is: /dev/stdout is a link on many a machine."""
    (tmp_path / "link.sarif").symlink_to("outside/x.sarif")
    (tmp_path / "way").symlink_to(tree)
    assert call("scan", ".", "--fail-on=never", "--output=sarif=../link.sarif", cwd=tree).returncode == 0
    assert json.loads((tmp_path / "outside" / "x.sarif").read_text())["version"] == "2.1.0"
    assert call("scan", ".", "--fail-on=never", f"--output=sarif={tmp_path / 'way' / 'new.sarif'}", cwd=tree).returncode == 0
    assert (tree / "new.sarif").exists()
