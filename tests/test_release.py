"""What is released: a tag that a maintainer signed, and no other. The steps of release.yml are run as they stand there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from policypack import __version__
from tests.release_desk import AGREE, NEEDS, ROOT, SIGNED, TAG, Desk, made

pytestmark = NEEDS


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """What the first two steps look at."""
    return made(tmp_path, [".github/allowed_signers", "CHANGELOG.md", "policypack/__init__.py"])


def test_a_tag_that_a_maintainer_signed_passes(desk: Desk) -> None:
    """An annotated tag on the default branch, signed with a key of the file there, is released with the changelog's section."""
    key = desk.key("ann")
    desk.allow(key)
    desk.sign(key)
    desk.push()
    for name in (SIGNED, AGREE):
        done = desk.step(name)
        assert done.returncode == 0, done.stdout + done.stderr
    notes = (desk.root / "temp" / "notes.md").read_text("utf-8")
    assert "policypack scan" in notes
    assert not re.search("^## ", notes, re.MULTILINE)


def _no_key(desk: Desk) -> None:
    desk.sign(desk.key("ann"))
    desk.push()


def _light(desk: Desk) -> None:
    desk.allow(desk.key("ann"))
    desk.git("tag", TAG)
    desk.push()


def _unsigned(desk: Desk) -> None:
    desk.allow(desk.key("ann"))
    desk.git("tag", "-a", TAG, "-m", "-----BEGIN SSH SIGNATURE----- is what stands there where one has signed")
    desk.push()


def _pretended(desk: Desk) -> None:
    desk.allow(desk.key("ann"))
    desk.git("tag", "-a", TAG, "-m", "x\n-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----")
    desk.push()


def _stranger(desk: Desk) -> None:
    desk.allow(desk.key("ann"))
    desk.sign(desk.key("mallory"))
    desk.push()


def _own_signers(desk: Desk) -> None:
    desk.allow(desk.key("ann"))
    desk.git("push", "-q", "origin", "main")
    mallory = desk.key("mallory")
    desk.allow(mallory)
    desk.sign(mallory)
    desk.push(f"refs/tags/{TAG}")


def _elsewhere(desk: Desk) -> None:
    key = desk.key("ann")
    desk.allow(key)
    desk.git("push", "-q", "origin", "main")
    desk.git("commit", "-q", "--allow-empty", "-m", "not reviewed")
    desk.sign(key)
    desk.push(f"refs/tags/{TAG}")


def _renamed(desk: Desk) -> None:
    key = desk.key("ann")
    desk.allow(key)
    desk.sign(key, "v0.0.1")
    desk.git("update-ref", f"refs/tags/{TAG}", "refs/tags/v0.0.1")
    desk.push()


def _moved(desk: Desk) -> None:
    key = desk.key("ann")
    desk.allow(key)
    desk.sign(key)
    desk.push()
    desk.git("commit", "-q", "--allow-empty", "-m", "later")
    desk.git("tag", "-d", TAG)
    desk.sign(key)
    desk.git("push", "-qf", "origin", "main", f"refs/tags/{TAG}")


@pytest.mark.parametrize(
    ("story", "said"),
    [
        (_no_key, "names no maintainer's key"),
        (_light, "is a lightweight tag"),
        (_unsigned, "is not signed with an SSH key"),
        (_pretended, "is signed by no key"),
        (_stranger, "is signed by no key"),
        (_own_signers, "is no commit of main"),
        (_elsewhere, "is no commit of main"),
        (_renamed, "holds the signed tag of another name"),
        (_moved, "is not the commit that was checked out"),
    ],
)
def test_any_other_tag_is_refused(desk: Desk, story: Callable[[Desk], None], said: str) -> None:
    """Nothing is released of a tag that no maintainer signed, of a signed one under another name, or of what was not merged."""
    story(desk)
    done = desk.step(SIGNED)
    assert done.returncode == 1
    assert said in done.stdout


def test_the_file_of_signers_names_nobody_by_itself() -> None:
    """Every line of .github/allowed_signers is explanation until a maintainer adds a key, or is a key that only signs for git."""
    for line in (ROOT / ".github" / "allowed_signers").read_text("utf-8").splitlines():
        assert line.startswith("#") or re.match(r'\S+ namespaces="git"\S* (sk-)?ssh-ed25519', line)


@pytest.mark.parametrize(
    ("file", "before", "after", "said"),
    [
        ("policypack/__init__.py", __version__, "9.9.9", f"the tag is {TAG}, the version is 9.9.9"),
        ("CHANGELOG.md", f"## {__version__} (2026-11-25)", f"## {__version__} (unreleased)", "CHANGELOG.md has no section"),
        ("CHANGELOG.md", f"## {__version__} (2026-11-25)", f"## {__version__.replace('.', 'x')} (2026-11-25)", "no section"),
    ],
)
def test_a_version_that_is_not_the_tag_is_refused(desk: Desk, file: str, before: str, after: str, said: str) -> None:
    """The tag, the version and a dated heading of the changelog are one."""
    path = desk.root / "mine" / file
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")
    desk.git("commit", "-qam", "something else")
    desk.git("tag", TAG)
    desk.push()
    done = desk.step(AGREE)
    assert done.returncode == 1
    assert said in done.stdout
