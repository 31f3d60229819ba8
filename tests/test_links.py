"""Every link of the documents leads somewhere: to a file that is there, and to a heading that it has."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent
_LEFT_OUT = {"tests", ".venv", "build", "dist", "node_modules"}
_LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)
_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)


def _documents() -> Iterator[Path]:
    for path in sorted(ROOT.rglob("*.md")):
        if not _LEFT_OUT.intersection(path.relative_to(ROOT).parts):
            yield path


def _anchors(path: Path) -> set[str]:
    """What the headings of a page are called, as GitHub makes them; a second one of the same name has a number."""
    found: Counter[str] = Counter()
    names = set()
    text = _CODE.sub("", path.read_text("utf-8"))
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", text, re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        names.add(f"{name}-{found[name]}" if found[name] else name)
        found[name] += 1
    return names | set(re.findall(r"<a (?:id|name)=\"([^\"]+)\"", text))


def broken(path: Path) -> list[str]:
    """The links of a page that lead nowhere, as written. Those into the web are not followed."""
    text = _SPAN.sub("", _CODE.sub("", path.read_text("utf-8")))
    found = []
    for link in _LINK.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (path.parent / name).resolve() if name else path
        whole = target.exists() and target.is_relative_to(ROOT.resolve() if path.is_relative_to(ROOT) else path.parent)
        if not whole or (anchor and (target.suffix != ".md" or anchor not in _anchors(target))):
            found.append(link)
    return found


@pytest.mark.parametrize("path", list(_documents()), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path: Path) -> None:
    """Files and headings that a page names are there, written as the file system has them."""
    assert broken(path) == []


def test_what_is_committed_has_what_is_linked() -> None:
    """A link to a file that is only on this machine is broken for everybody else."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    known = set(listed.stdout.splitlines())
    known |= {parent.as_posix() for each in known for parent in Path(each).parents}
    for path in _documents():
        text = _SPAN.sub("", _CODE.sub("", path.read_text("utf-8")))
        for link in _LINK.findall(text):
            name = unquote(link).partition("#")[0]
            if name and not re.match(r"[a-z]+:", link):
                target = (path.parent / name).resolve().relative_to(ROOT.resolve()).as_posix()
                assert target in known, f"{path.name}: {link}"


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    """The test can fail: a file that is missing, a heading that is missing, and neither in code."""
    page = tmp_path / "page.md"
    page.write_text("# One `two`!\n[a](page.md#one-two) [b](gone.md) [c](#gone) `[d](no.md)`\n```\n[e](no.md)\n```\n", "utf-8")
    assert broken(page) == ["gone.md", "#gone"]
