"""How often a block stands: `count` and `for_each`, and the names of the instances as Terraform prints them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias, Union

from msgspec import Struct, field

from policypack.model import Unknown, Value
from policypack.read.hcl.convert import integer
from policypack.read.hcl.evaluating import value_of
from policypack.read.hcl.partial import EvaluationError, has_unknown, unknowns
from policypack.read.hcl.scope import Scope
from policypack.read.hcl.syntax import Block

Key: TypeAlias = Union[None, int, str]

MAX_INSTANCES = 10_000
"""The most instances of one block. A larger count is taken for a mistake, and is a gap."""


class Keys(Struct, frozen=True):
    """The instances of a block. `unknown`: how many there are cannot be told, and "?" stands for all of them.

    `each` has the values of `for_each`. `cut` is how many there would be where that is beyond the limit.
    """

    kind: Literal["one", "count", "for_each"]
    keys: tuple[Key, ...]
    each: Mapping[str, Value] = field(default_factory=dict)
    unknown: Unknown | None = None
    cut: int = 0

    def find(self, step: str | int) -> Key:
        """The key that an index step means. Raises EvaluationError where there is no such instance."""
        if self.unknown is not None:
            return "?"
        if self.kind == "count":
            step = int(step) if str(step).isdecimal() and len(str(step)) < 10 else -1
            if 0 <= step < len(self.keys):
                return step
        elif str(step) in self.each:
            return str(step)
        raise EvaluationError(f"there is no instance {step!r}")

    def names(self, key: Key) -> dict[str, Value]:
        """What `each` and `count` are inside the instance."""
        if self.kind == "count":
            return {"count": {"index": self.unknown if self.unknown is not None else key}}
        if self.kind == "for_each":
            if self.unknown is not None:
                return {"each": {"key": self.unknown, "value": self.unknown}}
            return {"each": {"key": key, "value": self.each[str(key)]}}
        return {}


ONE = Keys("one", (None,))


def instances_of(block: Block, scope: Scope) -> Keys:
    """The instances that the block asks for."""
    attributes = block.body.attributes
    for lifecycle in block.body.named("lifecycle"):  # OpenTofu
        enabled = lifecycle.body.attributes.get("enabled")
        if enabled is not None and value_of(enabled.expression, scope) is False:
            return Keys("count", ())
    if "count" in attributes:
        return _counted(value_of(attributes["count"].expression, scope))
    if "for_each" in attributes:
        return _for_each(value_of(attributes["for_each"].expression, scope))
    return ONE


def _unknown(kind: Literal["count", "for_each"], unknown: Unknown) -> Keys:
    return Keys(kind, ("?",), unknown=Unknown(unknown.reason, unknown.references))


def _counted(value: Value) -> Keys:
    if isinstance(value, Unknown):
        return _unknown("count", value)
    try:
        number = integer(value)
    except EvaluationError as error:
        return _unknown("count", Unknown(str(error)))
    return Keys("count", tuple(range(min(number, MAX_INSTANCES))), cut=number if number > MAX_INSTANCES else 0)


def _for_each(value: Value) -> Keys:
    if isinstance(value, list):
        if has_unknown(value):
            return _unknown("for_each", next(unknowns(value)))
        if not all(isinstance(each, str) for each in value):
            return _unknown("for_each", Unknown("for_each is neither a map nor a set of strings"))
        value = {str(each): each for each in value}
    if isinstance(value, Unknown):
        return _unknown("for_each", value)
    if not isinstance(value, dict):
        return _unknown("for_each", Unknown("for_each is neither a map nor a set of strings"))
    keys = sorted(value)[:MAX_INSTANCES]
    return Keys("for_each", tuple(keys), value, cut=len(value) if len(value) > MAX_INSTANCES else 0)


_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def suffix(key: Key) -> str:
    """The instance key in an address: nothing, `[0]`, or `["a"]` with Terraform's escapes."""
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    text = "".join(_ESCAPES.get(character, character) for character in key)
    return '["' + re.sub(r"([$%])(?=\{)", r"\1\1", text) + '"]'
