"""The seam to the expression evaluator: one door for both syntaxes, through which no exception comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct, field

from policypack.model import Unknown, Value
from policypack.read.hcl.scope import Scope
from policypack.read.hcl.syntax import Broken, Code, Expression, Json


def plain(text: str) -> Value:
    """The value of a plain literal."""
    if text[0] == '"':
        return text[1:-1]
    return text == "true" if text[0] in "tf" else int(text)


def value_of(expression: Expression, scope: Scope) -> Value:
    """The value of the expression. What cannot be evaluated is an Unknown that says why."""
    if isinstance(expression, Code) and expression.plain:
        return plain(expression.text)
    from policypack.read.hcl.expression import evaluate, evaluate_json  # it needs tree-sitter; plans do not

    if isinstance(expression, Broken):
        return Unknown(expression.reason)
    try:
        if isinstance(expression, Code):
            return evaluate(expression.node, scope)
        return expression.value if expression.literal else evaluate_json(expression.value, scope)
    except RecursionError:
        return Unknown("the expression leads through too many others")


def traversals_of(expression: Expression) -> list[tuple[str, tuple[str | int, ...]]]:
    """The names that the expression mentions, each with the steps that are plain to see."""
    if isinstance(expression, Code) and expression.plain:
        return []
    from policypack.read.hcl.expression import parse_template, traversals  # as above

    if isinstance(expression, Code):
        return traversals(expression.node)
    found: list[tuple[str, tuple[str | int, ...]]] = []
    waiting: list[object] = [expression.value] if isinstance(expression, Json) and not expression.literal else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and ("${" in value or "%{" in value):
            found += traversals(parse_template(value))
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
    return found


def written(expression: Expression) -> str:
    """The expression as it is written; of the JSON syntax only plain text."""
    if isinstance(expression, Code):
        return expression.text
    return expression.value if isinstance(expression, Json) and isinstance(expression.value, str) else ""


def names_in(expression: Expression) -> list[str]:
    """The elements of a list of names (`depends_on`, `ignore_changes`) as they are written, or the one name alone."""
    if isinstance(expression, Json):
        many = expression.value if isinstance(expression.value, list) else [expression.value]
        return [each for each in many if isinstance(each, str)]
    if not isinstance(expression, Code):
        return []
    node = expression.node
    while node.type in {"expression", "collection_value"} and node.named_child_count == 1:
        node = node.named_children[0]
    elements = (
        [each for each in node.named_children if each.type == "expression"] if node.type == "tuple" else [expression.node]
    )
    texts = ((each.text or b"").decode("utf-8", "replace") for each in elements)
    return ["".join(text.split()).strip('"') for text in texts]


class Nothing(Struct, frozen=True):
    """A scope in which nothing is declared: for defaults, variable files and the command line."""

    why: str = "nothing can be referred to here"
    names: Mapping[str, Value] = field(default_factory=dict)

    def resolve(self, root: str, steps: Sequence[str | int]) -> Value:  # noqa: ARG002 - the protocol's
        """Always unknown."""
        return Unknown(f"{root}: {self.why}")

    def bound(self) -> Mapping[str, Value]:
        """What for expressions bound."""
        return self.names

    def bind(self, names: Mapping[str, Value]) -> Nothing:
        """The same, with more names."""
        return Nothing(self.why, {**self.names, **names})

    def read_file(self, path: str) -> bytes | None:  # noqa: ARG002 - the protocol's
        """No files."""
        return None

    def module_folder(self) -> Path:
        """No folder."""
        return Path()
