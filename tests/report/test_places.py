"""Where a file is in the repository, and where its lines end: asked by formats whose readers open the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Location
from policypack.report.places import in_repository, line_ends, repository, working_folder


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a root module and a shared one, and a file beside the repository."""
    root = tmp_path / "repository"
    for folder in (".git", "infra/prod", "modules/db"):
        (root / folder).mkdir(parents=True)
    (root / "infra/prod/main.tf").write_text("a = 1\r\nbä = 22\n}", "utf-8")
    (root / "modules/db/main.tf").write_text("}\n", "utf-8")
    (tmp_path / "plan.json").write_text("{}", "utf-8")
    return root


def test_the_root_is_where_git_is(tree: Path) -> None:
    """The nearest folder with a .git, which is a file in a worktree; without any, the folder itself."""
    assert repository(tree / "infra" / "prod") == tree
    assert working_folder(tree / "infra" / "prod") == "infra/prod"
    assert working_folder(tree) == ""
    (tree / "infra" / ".git").write_text("gitdir: elsewhere", "utf-8")
    assert repository(tree / "infra" / "prod") == tree / "infra"
    assert repository(tree.parent) == tree.parent


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("prod/main.tf", "infra/prod/main.tf"),
        ("prod", "infra/prod"),
        ("db/main.tf", "modules/db/main.tf"),
        ("linked/main.tf", "modules/db/main.tf"),
        ("gone/main.tf", "infra/gone/main.tf"),
        ("standard input", "infra/standard input"),
        ("plan.json", "infra/plan.json"),
        ("../../plan.json", "infra/../../plan.json"),
        ("a\0b", "infra/a\0b"),
        ("x" * 5_000, f"infra/{'x' * 5_000}"),
    ],
)
def test_a_file_has_one_path_in_the_repository(file: str, expected: str, tree: Path) -> None:
    """Found in the working folder or beside an input, through links too; what is elsewhere is never an absolute path."""
    (tree / "infra" / "linked").symlink_to(tree / "modules" / "db")
    (tree / "infra" / "away").symlink_to(tree.parent)
    folders = [tree / "infra", tree / "modules", tree.parent]
    assert in_repository(tree / "infra", folders)(file) == expected
    assert in_repository(tree / "infra", folders)("away/plan.json") == "infra/away/plan.json"


def test_a_line_ends_after_its_last_character(tree: Path) -> None:
    """Columns count characters from 1, line ends are none; of a place it is the last line that counts."""
    end = line_ends(tree / "infra", [tree / "infra"])
    places = [Location("prod/main.tf", *lines) for lines in ((1, 1), (2, 2), (1, 3), (3, 9), (0, 0))]
    assert [end(place) for place in places] == [6, 8, 2, 0, 0]
    assert end(Location("../modules/db/main.tf", 1, 1)) == 2


@pytest.mark.parametrize("file", ["gone.tf", "plan.json", "../plan.json", "a\0.tf", ""])
def test_an_end_that_is_not_known_is_none(file: str, tree: Path) -> None:
    """A file that is not there, lies outside or is no HCL has no line ends."""
    assert line_ends(tree, [tree])(Location(file, 1, 1)) == 0
