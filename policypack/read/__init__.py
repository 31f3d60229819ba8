"""Files -> Inputs: modules, plans and states, each with what the others know of it."""

from __future__ import annotations

from pathlib import Path

from policypack.model import Input
from policypack.read.options import ReadError, ReadOptions

__all__ = ["SOURCE", "ReadError", "ReadOptions", "read_input"]

SOURCE = (".tf", ".tofu", ".tf.json", ".tofu.json")
"""How the names of Terraform's source files end."""


def read_input(path: Path | None, options: ReadOptions) -> Input:
    """What lies at the path: a module folder, a plan or a state; None reads standard input. A source file is its folder.

    Raises ReadError, with one line that says what is wrong with it and what to do, where nothing can be read.
    """
    folder = None if path is None else _folder_of(path)
    if folder is not None:
        from policypack.read.module import read_module

        return read_module(folder, options)
    from policypack.read.document import read_document

    return read_document(path, options)


def _folder_of(path: Path) -> Path | None:
    """The module folder that the path stands for; None where it is a document, or cannot be looked at."""
    try:
        if path.is_dir():
            return path
        return path.parent if path.name.endswith(SOURCE) and path.is_file() else None
    except OSError:  # reading it will say why
        return None
