"""Which values of a plan or a state no output may show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Raw

from policypack.read.plan_json import Json, loose
from policypack.read.plan_values import MAX_DEPTH
from policypack.read.secrets import is_secret

_NAMED = re.compile(rb"(?i)pass|secret|token|key|pat\"|cred|connection_string")
_NONE: frozenset[str] = frozenset()


def marked(marks: Raw, values: Raw) -> frozenset[str]:
    """The dotted paths that Terraform marks as sensitive, and the arguments that are secrets by their name.

    Both trees are left alone where their text cannot hold any.
    """
    found: set[str] = set()
    if b"true" in bytes(marks):
        tree = loose(marks)
        if tree is True:
            everything = loose(values)
            return frozenset(everything) if isinstance(everything, dict) else _NONE
        found.update(_marked(tree, "", 0))
    if _NAMED.search(bytes(values)):
        found.update(_named(loose(values), "", 0))
    return frozenset(found) if found else _NONE


def _marked(tree: Json, path: str, depth: int) -> Iterator[str]:
    if tree is True or depth > MAX_DEPTH:
        yield path
    else:
        for name, each in _children(tree):
            yield from _marked(each, f"{path}.{name}" if path else name, depth + 1)


def _named(tree: Json, path: str, depth: int) -> Iterator[str]:
    for name, each in _children(tree) if depth < MAX_DEPTH else ():
        inner = f"{path}.{name}" if path else name
        if isinstance(each, str) and is_secret(name):
            yield inner
        elif isinstance(each, (dict, list)):
            yield from _named(each, inner, depth + 1)


def _children(tree: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(tree, dict):
        yield from tree.items()
    elif isinstance(tree, list):
        for index, each in enumerate(tree):
            yield str(index), each
