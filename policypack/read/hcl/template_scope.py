"""The scope inside of a template file: the variables it is given, and no module around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from policypack.model import Value
from policypack.read.hcl.partial import EvaluationError
from policypack.read.hcl.scope import Scope


class TemplateScope(Struct, frozen=True):
    """Sees `names` only; files are those of the scope around it."""

    around: Scope
    names: Mapping[str, Value]

    def resolve(self, root: str, _steps: Sequence[str | int]) -> Value:
        """Always an error: a template has no module to refer to."""
        raise EvaluationError(f"the template uses {root!r}, which it is not given")

    def bound(self) -> Mapping[str, Value]:
        """The variables of the template, and what its directives bound."""
        return self.names

    def bind(self, names: Mapping[str, Value]) -> Scope:
        """The same template with more names."""
        return TemplateScope(self.around, {**self.names, **names})

    def read_file(self, path: str) -> bytes | None:
        """A file of the scanned tree."""
        return self.around.read_file(path)

    def module_folder(self) -> Path:
        """The folder of the module that reads the template."""
        return self.around.module_folder()
