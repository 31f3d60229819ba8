"""The entry in .pre-commit-config.yaml, added as text: comments, order and quotes of what is there stay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from policypack import __version__
from policypack.init.files import Change, exists
from policypack.init.workflow import ACTION
from policypack.model import Gap
from policypack.read.files import Tree, read_bytes
from policypack.read.yaml_nodes import get, items, parse

PATH = ".pre-commit-config.yaml"
REPOSITORY = f"https://github.com/{ACTION}"
_ENTRY = ("- repo: " + REPOSITORY, f"  rev: v{__version__}", "  hooks:", "    - id: policypack")
_LARGEST = 256 * 1024
_BY_HAND = "add this under `repos` by hand:\n" + "".join(f"    {line}\n" for line in _ENTRY).rstrip()


def hook(top: Path) -> Change | str:
    """The file with the hook, or why it is not touched."""
    path = top / PATH
    if not exists(path):
        return Change(PATH, None, "repos:\n" + "".join(f"  {line}\n" for line in _ENTRY))
    if path.is_symlink():
        return f"{PATH} is a link and is left as it is; {_BY_HAND}"
    data = read_bytes(path, Tree(top.resolve(), top, top), _LARGEST)
    if isinstance(data, Gap):
        return f"{data.reason}; {_BY_HAND}"
    try:
        text = data.decode("utf-8")
        node = parse(text)
    except ValueError as error:
        why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error
        return f"{PATH} is left as it is: {why}; {_BY_HAND}"
    line = next((each.start_mark.line + 1 for each in _ids(node) if each.value == "policypack"), 0)
    if line:
        return f"{PATH}:{line} has the hook already"
    after = _added(text, get(node, "repos"))
    if after is None or not _only_added(text, after):
        return f"{PATH} is written in a way that is not changed by this program; {_BY_HAND}"
    return Change(PATH, text, after)


def _ids(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    repos = get(node, "repos")
    for repo in repos.value if isinstance(repos, yaml.SequenceNode) else ():
        hooks = get(repo, "hooks")
        for each in hooks.value if isinstance(hooks, yaml.SequenceNode) else ():
            yield from (value for key, value in items(each) if key == "id" and isinstance(value, yaml.ScalarNode))


def _added(text: str, repos: yaml.Node | None) -> str | None:
    """The text with the entry after the last of the list, indented as the list is. None where it is no list of lines."""
    if not isinstance(repos, yaml.SequenceNode) or repos.flow_style or not repos.value:
        return None
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.split(newline)
    at = repos.end_mark.line + bool(repos.end_mark.column)  # in the middle of a line only where the text ends there
    while at > 0 and (not lines[at - 1].strip() or lines[at - 1].lstrip().startswith("#")):
        at -= 1
    indent = " " * repos.start_mark.column
    added = [f"{indent}{line}" for line in _ENTRY]
    rest = lines[at:] or [""]  # the last line ends too
    return newline.join([*lines[:at], *added, *rest])


def _only_added(before: str, after: str) -> bool:
    """Whether the new text says what the old one says and the hook, and nothing else. With aliases, that is not asked: what they
    stand for may be larger than any memory."""
    entry: Mapping[str, Any] = {"repo": REPOSITORY, "rev": f"v{__version__}", "hooks": [{"id": "policypack"}]}
    try:
        if any(isinstance(each, yaml.AliasEvent) for each in yaml.parse(before, Loader=yaml.SafeLoader)):
            return False
        old, new = yaml.safe_load(before), yaml.safe_load(after)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False
    return bool(new == {**old, "repos": [*old["repos"], entry]})
