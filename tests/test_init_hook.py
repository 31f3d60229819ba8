"""The hook's entry in a configuration of pre-commit that exists: added as text, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from policypack import __version__
from policypack.init.files import Change, diff
from policypack.init.hook import REPOSITORY, hook

ENTRY = {"repo": REPOSITORY, "rev": f"v{__version__}", "hooks": [{"id": "policypack"}]}
OTHER = "- repo: https://example.com/x # why\n  rev: 'v1'\n  hooks:\n  - {id: x, args: [\"a\"]}\n"


def proposed(folder: Path, text: str) -> Change | str:
    """What is proposed where the configuration has this text."""
    (folder / ".pre-commit-config.yaml").write_bytes(text.encode())
    return hook(folder)


@pytest.mark.parametrize(
    "text",
    [
        f"repos:\n{OTHER}",
        f"# ours\n\nrepos:\n{OTHER}\n\n# the end\n",
        f"repos:\n{OTHER}".rstrip("\n"),
        "repos:\n" + "".join(f"    {line}\n" for line in OTHER.splitlines()),
        f"repos:\n{OTHER}\nci:\n  autofix_prs: false\ndefault_stages: [pre-commit]\n",
        f"fail_fast: true\nrepos:\n{OTHER}{OTHER}# last words\nexclude: ^x\n",
        f"repos:\r\n{OTHER}".replace("\r\n", "\n").replace("\n", "\r\n"),
        f"---\nrepos:\n{OTHER}...\n",
        f"repos:\n{OTHER}  # about args\n",
        f"repos:\n- repo: local\n  hooks:\n  - id: x\n    description: |\n      text\n\n      # no comment\n{OTHER}",
        f"repos:\n{OTHER}- repo: local\n  hooks:\n  - id: y\n    entry: >\n      true\n\n\nci: {{}}\n",
    ],
)
def test_an_entry_is_added_and_nothing_else(tmp_path: Path, text: str) -> None:
    """Every line that was there is there, in order; the file says what it said, and the hook at the end of the list."""
    change = proposed(tmp_path, text)
    assert isinstance(change, Change), change
    old, new = yaml.safe_load(text), yaml.safe_load(change.after)
    assert new == {**old, "repos": [*old["repos"], ENTRY]}
    left = iter(change.after.splitlines())
    assert all(line in left for line in text.splitlines())
    assert ("\r\n" in change.after) == ("\r\n" in text)
    assert not [line for line in diff(change).splitlines()[2:] if line.startswith("-")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "by hand"),
        ("repos: []\n", "by hand"),
        ("repos: [{repo: local, hooks: []}]\n", "by hand"),
        ("{repos: [{repo: local, hooks: []}]}\n", "by hand"),
        ("repos:\n", "by hand"),
        ("- repo: x\n", "by hand"),
        ("repos:\n- &a {repo: local, hooks: []}\n- *a\n", "by hand"),
        ("repos:\n- repo: [\n", "it is not valid YAML"),
        ("repos:\n" + "[" * 200, "nested too deeply"),
        ("repos:\n- repo: local\n  hooks:\n  - id: policypack\n", ".pre-commit-config.yaml:4 has the hook already"),
        ("a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(30)) + f"repos:\n{OTHER}", "by hand"),
    ],
)
def test_what_is_not_understood_is_left_alone(tmp_path: Path, text: str, said: str) -> None:
    """A configuration in another form, or with the hook, is not changed; what to add is printed where it is missing."""
    told = proposed(tmp_path, text)
    assert isinstance(told, str)
    assert said in told
    assert ("id: policypack" in told) is ("already" not in told)


def test_what_is_no_text_is_left_alone(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, and a file of megabytes, are not changed."""
    path = tmp_path / ".pre-commit-config.yaml"
    for data in (b"repos:\n- \xff\n", b"#" * 2**20):
        path.write_bytes(data)
        assert isinstance(hook(tmp_path), str)
        assert path.read_bytes() == data


def test_a_new_configuration_is_whole(tmp_path: Path) -> None:
    """Without a configuration, a whole one is proposed."""
    change = hook(tmp_path)
    assert isinstance(change, Change)
    assert change.before is None
    assert yaml.safe_load(change.after) == {"repos": [ENTRY]}


@limits(deadline=None, max_examples=50)  # the first one loads YAML and the schema's library
@given(
    st.lists(
        st.sampled_from([OTHER, "\n", "# note\n", "   \n", "ci: {}\n", "repos:\n", "\t\n", "- x\n", "  - y\n"]), max_size=8
    )
)
def test_no_text_is_ever_changed_otherwise(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    """Whatever stands there: either nothing is proposed, or the same and the hook."""
    text = "".join(parts)
    change = proposed(tmp_path_factory.mktemp("x"), text)
    if isinstance(change, Change):
        old = yaml.safe_load(text)
        assert yaml.safe_load(change.after) == {**old, "repos": [*old["repos"], ENTRY]}
