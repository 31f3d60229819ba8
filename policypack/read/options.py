"""How to read, and how reading fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct, field

from policypack.model import Location


def everything(_type: str) -> bool:
    """Decode the values of every type."""
    return True


class ReadOptions(Struct, frozen=True):
    """What the command line says about reading.

    `base` is the folder that shown paths are relative to. `wanted` says which resource types are worth decoding: others
    are counted only. `environment` holds `TF_VAR_*` variables where the user asked for them, and is empty otherwise.
    `source` maps a plan to its HCL, `plan_file` to its binary form. `seek`: the folder that a plan lies in is taken for its source
    where it is, though nobody named it. `keep` is handed the text of a plan or state as it was read, for whoever needs it again:
    a file may have another content by then.
    """

    base: Path
    wanted: Callable[[str], bool] = everything
    variables: Mapping[str, str] = field(default_factory=dict)
    variable_files: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    workspace: str | None = None
    source: Path | None = None
    plan_file: Path | None = None
    seek: bool = True
    keep: Callable[[bytes], None] | None = None


class ReadError(Exception):
    """An input that cannot be read at all: one line of what and where, and a hint of what to do."""

    def __init__(self, reason: str, hint: str = "", location: Location | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.location = location
