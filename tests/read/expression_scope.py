"""What the tests of expressions evaluate in: names, files of one folder, and resources that do not exist yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tree_sitter import Node

from policypack.model import Reference, Value
from policypack.read.hcl.expression import evaluate
from policypack.read.hcl.partial import EvaluationError, follow, pending
from policypack.read.hcl.scope import Scope
from policypack.read.hcl.templates import parser


@dataclass(frozen=True)
class Names:
    """`local.x` is what `locals` says, `aws_…` is known only after apply, and everything else is an error."""

    locals: Mapping[str, Value] = field(default_factory=dict)
    folder: Path | None = None
    names: Mapping[str, Value] = field(default_factory=dict)

    def resolve(self, root: str, steps: Sequence[str | int]) -> Value:
        """A local, or a reference."""
        if root == "local":
            return follow(dict(self.locals), steps)
        if root.startswith("aws_") and steps:
            return pending(Reference(f"{root}.{steps[0]}", ".".join(map(str, steps[1:]))))
        raise EvaluationError(f"nothing is called {root}")

    def bound(self) -> Mapping[str, Value]:
        """The names that were bound."""
        return self.names

    def bind(self, names: Mapping[str, Value]) -> Scope:
        """The same with more names."""
        return replace(self, names={**self.names, **names})

    def read_file(self, path: str) -> bytes | None:
        """A file of the folder."""
        file = self.folder / path if self.folder else None
        return file.read_bytes() if file and file.is_file() else None

    def module_folder(self) -> Path:
        """The folder that everything stands in."""
        return Path()


def parsed(source: str) -> Node | None:
    """The node of an expression, None where the text around it does not even look like one."""
    root = parser().parse(f"x = {source}\n".encode()).root_node
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "expression":
            return node
        stack.extend(reversed(node.children))
    return None


def value(source: str, scope: Scope | None = None) -> Value:
    """The value of an expression that is written in a test."""
    node = parsed(source)
    assert node is not None
    return evaluate(node, scope or Names())
