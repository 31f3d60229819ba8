"""Files -> Inputs: modules, plans and states, each with what the others know of it."""

from __future__ import annotations

from pathlib import Path

from policypack.model import Input
from policypack.read.options import ReadError, ReadOptions

__all__ = ["ReadError", "ReadOptions", "read_input"]

_SOURCE = (".tf", ".tofu", ".tf.json", ".tofu.json")


def read_input(path: Path | None, options: ReadOptions) -> Input:
    """What lies at the path: a module folder, a plan or a state; None reads standard input.

    Raises ReadError, with one line that says what is wrong with it and what to do, where nothing can be read.
    """
    if path is not None and path.is_dir():
        from policypack.read.module import read_module

        return read_module(path, options)
    if path is not None and path.name.endswith(_SOURCE) and path.is_file():
        from policypack.read.module import read_module

        return read_module(path.parent, options)
    from policypack.read.document import read_document

    return read_document(path, options)
