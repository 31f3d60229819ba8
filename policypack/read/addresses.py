"""Addresses and references as Terraform prints them, taken apart: `module.m["a.b"].aws_s3_bucket.b[0].arn`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_PIECE = re.compile(r'[^.\[\]"]+|\[(?:"(?:[^"\\]|\\.)*"|[^\]"]*)\]|\.')


def split(address: str) -> list[tuple[str, str]]:
    """The names of an address, each with the keys that follow it as they were written: `[("b", "[0]"), ("arn", "")]`.

    Dots in quoted keys do not separate. What is not an address gives names that nothing is called.
    """
    if "[" not in address:
        return [(name, "") for name in address.split(".")]
    parts: list[tuple[str, str]] = []
    name, keys = "", ""
    for piece in _PIECE.findall(address):
        if piece == ".":
            parts.append((name, keys))
            name, keys = "", ""
        elif piece.startswith("["):
            keys += piece
        else:
            name += piece
    parts.append((name, keys))
    return parts


def dotted(parts: Sequence[tuple[str, str]]) -> str:
    """An attribute path with indices as names: `roots[0].id` is `roots.0.id`."""
    return ".".join(each for name, keys in parts for each in (name, *_keys(keys)))


def _keys(keys: str) -> Iterator[str]:
    for piece in _PIECE.findall(keys):
        yield piece[1:-1].strip('"')


def last_key(address: str) -> tuple[str, str]:
    """The address of the block in its module instance, and its own instance key: `("module.m[0].aws_x.y", "[1]")`."""
    if not address.endswith("]"):
        return address, ""
    parts = split(address)
    keys = parts[-1][1]
    return (address[: -len(keys)], keys) if keys and address.endswith(keys) else (address, "")


def module_of(address: str) -> str:
    """The module instance of a resource's address, "" for the root: `module.m["a"]`."""
    if not address.startswith("module."):
        return ""
    parts = split(address)
    count = 0
    while count + 1 < len(parts) and parts[count][0] == "module":
        count += 2
    return ".".join(name + keys for name, keys in parts[:count])


def most_specific(references: Sequence[object]) -> list[str]:
    """The references of an expression without their own prefixes: Terraform lists `b.arn` and then `b` for each `b.arn`."""
    kept: dict[str, None] = {}
    before = ""
    for reference in references:
        if not isinstance(reference, str):
            continue
        if not before.startswith((f"{reference}.", f"{reference}[")):
            kept[reference] = None
        before = reference
    return list(kept)
