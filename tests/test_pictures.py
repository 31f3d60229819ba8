"""The pictures of the documentation show what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import screenshots

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("name", screenshots.PICTURES)
def test_a_picture_shows_what_the_program_says(name: str) -> None:
    """`make docs` would change no word of it, and it loads nothing from anywhere."""
    drawn = (ROOT / "docs" / "pictures" / f"{name}.svg").read_text("utf-8")
    assert screenshots.words(drawn) == screenshots.words(screenshots.picture(name))
    assert screenshots.words(drawn) != ""
    assert not re.search(r"url\(\"?http|<image|<script|href=", drawn)


def test_every_picture_is_shown() -> None:
    """The README shows each of them, and none that is not there."""
    shown = re.findall(r"\]\(docs/pictures/(\w+)\.svg\)", (ROOT / "README.md").read_text("utf-8"))
    assert sorted(shown) == sorted(screenshots.PICTURES)
