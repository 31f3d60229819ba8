"""YAML of pipelines as nodes with their lines. Safe: no tag makes an object, and only what is asked for is walked."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_DEPTH = 100
"""How many brackets may be open at once: reading deeper ones takes time that grows with the square."""
MAX_ITEMS = 2_000
"""The most entries of one mapping or list that are looked at."""


def parse(text: str) -> Node | None:
    """The document's root, None where the text holds none. Raises ValueError where it is not YAML, or is nested too deeply."""
    if _depth(text) > MAX_DEPTH:
        raise ValueError("it is nested too deeply")
    try:
        found: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"it is not valid YAML{f' (line {mark.line + 1})' if mark else ''}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return found


def _depth(text: str) -> int:
    deepest = depth = 0
    for mark in re.findall(r"[\[{}\]]", text):
        depth = depth + 1 if mark in "[{" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def items(node: Node | None) -> Iterator[tuple[str, Node]]:
    """The entries of a mapping, as far as their keys are texts; merged ones (`<<`) first. Nothing for anything else."""
    if not isinstance(node, MappingNode):
        return
    for key, value in node.value[:MAX_ITEMS]:
        if isinstance(key, ScalarNode) and key.value == "<<":
            merged = value.value[:MAX_ITEMS] if isinstance(value, SequenceNode) else [value]
            for each in merged:
                if isinstance(each, MappingNode):
                    yield from ((k.value, v) for k, v in each.value[:MAX_ITEMS] if isinstance(k, ScalarNode))
    for key, value in node.value[:MAX_ITEMS]:
        if isinstance(key, ScalarNode) and key.value != "<<":
            yield key.value, value


def get(node: Node | None, *path: str) -> Node | None:
    """What stands at the end of a path of keys, None where something on it is missing."""
    for name in path:
        node = dict(items(node)).get(name)
    return node


def elements(node: Node | None) -> list[Node]:
    """The elements of a list."""
    return node.value[:MAX_ITEMS] if isinstance(node, SequenceNode) else []


def text(node: Node | None) -> str | None:
    """A scalar as it is written, None for anything else and for nothing."""
    return node.value or None if isinstance(node, ScalarNode) else None


def texts(node: Node | None) -> list[str]:
    """A text, the texts of a list, or the keys of a mapping."""
    if isinstance(node, ScalarNode):
        return [node.value] if node.value else []
    if isinstance(node, MappingNode):
        return [key for key, _ in items(node)]
    return [each.value for each in elements(node) if isinstance(each, ScalarNode)]


def line_of(node: Node) -> int:
    """The line that it begins in, 1-based."""
    return int(node.start_mark.line) + 1
