"""A JSON document -> Input: a plan with what its source and its binary form add to it, or a state."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from policypack.model import Input, Location
from policypack.read.files import shown
from policypack.read.options import ReadError, ReadOptions
from policypack.read.plan import read_plan
from policypack.read.sniff import outline, read_text
from policypack.read.state import read_raw_state, read_state

STDIN = "-"


def read_document(path: Path | None, options: ReadOptions) -> Input:
    """The plan or the state in a file, or on standard input. Raises ReadError."""
    place = STDIN if path is None else shown(path, options.base, path)
    with _without_collection():
        data = read_text(path, place)
        kind, parts = outline(data, place)
        read = {"plan": read_plan, "state": read_state, "raw state": read_raw_state}[kind]
        try:
            found = read(parts, place, options)
        except msgspec.ValidationError as error:
            reason = f"{place} is a {kind}, but not of the form that Terraform writes: {error}"
            raise ReadError(reason, "was it edited, or made by another tool?", Location(place)) from None
        except RecursionError:
            reason = f"{place} is nested too deeply to be Terraform's"
            raise ReadError(reason, "was it edited, or made by another tool?", Location(place)) from None
    return found


@contextmanager
def _without_collection() -> Iterator[None]:
    """No cyclic garbage collection: a hundred thousand new objects that all stay would be walked again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
