"""The binary plan file beside a plan's JSON: its bytes, and whether both are one plan."""

from __future__ import annotations

import shlex
from pathlib import Path

from policypack.gate.same_plan import mismatch
from policypack.read.options import ReadError
from policypack.read.plan_binary import read_file_plan

_LARGEST = 2**30


def file_content(path: Path) -> bytes | None:
    """The bytes of a binary plan; None where they cannot be had, which whoever reads it says too."""
    try:
        if not path.is_file():  # a pipe would be waited for without end
            return None
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError:
        return None
    return content if len(content) <= _LARGEST else None


def not_of(path: Path, content: bytes | None, text: bytes) -> str:
    """Why what was read is no pair, "" where it is one: JSON of another plan, or a file that was exchanged while it was read."""
    if content is None:
        return f"{path.name} cannot be read, or is too large (check --plan-file)"
    try:
        wrong = mismatch(text, read_file_plan(content, path.name))
    except ReadError as error:
        return f"{error.reason} ({error.hint})"
    if wrong:
        return f"the JSON is not of {path.name}: {wrong} (make it anew with terraform show -json {shlex.quote(path.name)})"
    return "" if file_content(path) == content else f"{path.name} was exchanged while it was judged"
