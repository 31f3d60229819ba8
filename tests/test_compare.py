"""The comparison with other scanners says what this one really finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.compare import BEGIN, CASES, END, PAGE, Case, told

ROOT = Path(__file__).resolve().parent.parent


def rows() -> dict[str, list[str]]:
    """The cells of the page's table, by the danger in the first of them."""
    table = PAGE.read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.strip().splitlines()[2:]]
    return {row[0]: row for row in cells}


def test_each_case_has_its_row() -> None:
    """Nothing is measured that is not shown, and nothing shown that is not measured."""
    assert list(rows()) == [case.title for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_the_page_says_what_policypack_finds(case: Case) -> None:
    """The column about policypack is what it finds today in the danger and in its repair."""
    assert rows()[case.title][1] == told(case, None)


def test_the_readme_agrees_with_the_page() -> None:
    """The short form has the numbers of the long one."""
    readme, page = (ROOT / "README.md").read_text("utf-8"), rows()
    first, deletes = page[CASES[0].title], page["DataTalks: the plan that deletes it all"]
    version = PAGE.read_text("utf-8").partition("| danger | policypack | checkov ")[2].partition(" ")[0]
    mine, theirs = ([part.partition(" ")[0].rstrip(",") for part in first[column].split("repaired: ")] for column in (1, 2))
    assert mine[1] == "0"
    assert f"| | checkov {version} | policypack |" in readme
    assert f"| the danger | {theirs[0]} checks fail | {mine[0]} findings |" in readme
    assert f"| repaired | {theirs[1]} checks fail | none |" in readme
    assert deletes[1].partition(": ")[0].endswith("exit 1")
    assert "`store_deleted`" in deletes[1]
    assert deletes[2] == "0 failed, exit 0"
