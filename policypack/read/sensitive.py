"""Which values of a plan or a state no output may show."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from msgspec import Raw

from policypack.read.hcl.secrets import holds_secret, secret_paths
from policypack.read.plan_json import NULL, Json, loose
from policypack.read.plan_values import MAX_DEPTH

_HINTS = (b"pass", b"secret", b"token", b"key", b"cred", b"connection_string", b"kubeconfig", b"webhook", b'pat"')
_OWN = ("value", "data", "key", "variables", "result", "data_json", "plaintext_value", "sensitive_config_vars")
_NONE: frozenset[str] = frozenset()


def marked(kind: str, marks: Raw, values: Raw) -> frozenset[str]:
    """The dotted paths that Terraform marks as sensitive, and the arguments that are secrets by their name or type.

    Both trees are left alone where their text cannot hold any.
    """
    if values == NULL:
        return _NONE
    found: set[str] = set()
    if b"true" in bytes(marks):
        tree = loose(marks)
        if tree is True or tree is None:  # what cannot be decoded may mark anything
            everything = loose(values)
            return frozenset(everything) if isinstance(everything, dict) else _NONE
        found.update(_marked(tree, "", 0))
    text = bytes(values).lower()
    if _has_own(kind) or _hints_at_one(text):
        found.update(secret_paths(kind, loose(values)))
    return frozenset(found) if found else _NONE


def _hints_at_one(text: bytes) -> bool:
    for hint in _HINTS:  # noqa: SIM110 - asked of every object of a plan: a generator would cost more than the search
        if hint in text:
            return True
    return False


@cache
def _has_own(kind: str) -> bool:
    """Whether the type has secrets whose names do not say so."""
    return any(holds_secret(kind, name) for name in _OWN)


def _marked(tree: Json, path: str, depth: int) -> Iterator[str]:
    if tree is True or depth > MAX_DEPTH:
        yield path
    else:
        for name, each in _children(tree):
            yield from _marked(each, f"{path}.{name}" if path else name, depth + 1)


def _children(tree: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(tree, dict):
        yield from tree.items()
    elif isinstance(tree, list):
        for index, each in enumerate(tree):
            yield str(index), each
