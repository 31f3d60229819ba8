"""What a function of the tables is."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec import Struct

from policypack.model import Value
from policypack.read.hcl.partial import EvaluationError


class Holes(enum.Enum):
    """Where a function bears unknown arguments: nowhere, inside lists and objects, or anywhere."""

    REFUSED = "refused"
    INSIDE = "inside"
    ALLOWED = "allowed"


class Files(Protocol):
    """What file functions may ask."""

    def read(self, path: str) -> bytes | None:
        """The content of a file of the scanned tree, None where there is none or it may not be read."""

    def render(self, source: str, variables: Mapping[str, Value]) -> Value:
        """The text of a template that sees nothing but these variables."""


class Function(Struct, frozen=True):
    """One function. Its Python parameters are its Terraform parameters, behind Files where it reads files."""

    call: Callable[..., Value]
    holes: Holes = Holes.REFUSED
    reads_files: bool = False

    @property
    def least(self) -> int:
        """The fewest arguments it takes."""
        return self.call.__code__.co_argcount - len(self.call.__defaults__ or ()) - self.reads_files

    def check_count(self, name: str, given: int) -> None:
        """Raises EvaluationError where it takes fewer or more arguments."""
        code = self.call.__code__
        least, most = self.least, code.co_argcount - self.reads_files
        if given < least or (given > most and not code.co_flags & 4):
            raise EvaluationError(f"{name} takes {least if least == most else f'{least} to {most}'} arguments, not {given}")


def whole(call: Callable[..., Value]) -> Function:
    """A function that needs to know its arguments to the last leaf."""
    return Function(call)


def leafy(call: Callable[..., Value]) -> Function:
    """A function for which an unknown element is an element like any other."""
    return Function(call, Holes.INSIDE)


def patient(call: Callable[..., Value]) -> Function:
    """A function that makes the best of unknown arguments by itself."""
    return Function(call, Holes.ALLOWED)


def reading(call: Callable[..., Value]) -> Function:
    """A function whose first Python parameter is Files. The variables of a template may have holes."""
    return Function(call, Holes.INSIDE, reads_files=True)
