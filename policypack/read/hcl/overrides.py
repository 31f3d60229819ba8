"""Override files (`override.tf`, `*_override.tf`), merged into the rest as Terraform documents it."""

from __future__ import annotations

from collections.abc import Iterable

from policypack.model import Gap, replace
from policypack.read.hcl.syntax import Block, Body

_MERGED_INSIDE = frozenset({"lifecycle", "required_providers"})
"""Nested blocks that are merged argument by argument. All others are replaced as a group of one type."""
_FREE = frozenset({"terraform", "locals"})
"""Blocks without names: there is nothing that they must override."""


def merge_overrides(blocks: Iterable[Block], overriding: Iterable[Block]) -> tuple[list[Block], list[Gap]]:
    """The blocks as they stand once the overriding ones are merged in, in order. An override without anything to
    override is kept as it is, and is a gap, since Terraform refuses it."""
    result = list(blocks)
    gaps: list[Gap] = []
    places = {_identity(block): index for index, block in reversed(list(enumerate(result)))}
    for block in overriding:
        if block.type == "locals":
            result = _override_locals(result, block)
        elif _identity(block) in places:
            index = places[_identity(block)]
            result[index] = replace(result[index], body=_merged(result[index].body, block.body, block.type))
        else:
            places[_identity(block)] = len(result)
            result.append(block)
            if block.type not in _FREE:
                name = " ".join((block.type, *block.labels))
                gaps.append(Gap(f"{name} overrides nothing; Terraform refuses that", block.location))
    return result, gaps


def _identity(block: Block) -> tuple[str, ...]:
    if block.type != "provider":
        return (block.type, *block.labels)
    alias = block.body.attributes.get("alias")
    return (block.type, *block.labels, repr(_plain(alias.expression)) if alias else "")


def _plain(expression: object) -> object:
    node = getattr(expression, "node", None)
    return getattr(expression, "value", None) if node is None else node.text.strip(b'"').decode("utf-8", "replace")


def _merged(base: Body, over: Body, kind: str) -> Body:
    replaced = {block.labels[0] if block.type == "dynamic" and block.labels else block.type for block in over.blocks}
    if kind == "terraform" and replaced & {"backend", "cloud"}:
        replaced |= {"backend", "cloud"}
    blocks: list[Block] = []
    waiting = list(over.blocks)
    for block in base.blocks:
        name = block.labels[0] if block.type == "dynamic" and block.labels else block.type
        if name not in replaced:
            blocks.append(block)
        elif name in _MERGED_INSIDE:
            same = next((each for each in waiting if each.type == name), None)
            if same is not None:
                waiting.remove(same)
                block = replace(block, body=_merged(block.body, same.body, name))  # noqa: PLW2901 - merged, then stored
            blocks.append(block)
    return Body({**base.attributes, **over.attributes}, (*blocks, *waiting))


def _override_locals(blocks: list[Block], over: Block) -> list[Block]:
    """Each local value is its own: one of the same name is dropped wherever it stands."""
    names = over.body.attributes
    result = [
        replace(block, body=Body({name: each for name, each in block.body.attributes.items() if name not in names}))
        if block.type == "locals"
        else block
        for block in blocks
    ]
    return [*result, over]
