"""A JSON document -> Input: a plan with what its source and its binary form add to it, or a state."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from policypack.model import Input, Location, replace
from policypack.read import SOURCE
from policypack.read.files import shown
from policypack.read.options import ReadError, ReadOptions
from policypack.read.plan import read_plan
from policypack.read.plan_json import Outline
from policypack.read.plan_source import defines, join_source, no_source, source_options
from policypack.read.sniff import EDITED, outline, read_text
from policypack.read.state import read_raw_state, read_state

STDIN = "-"


def read_document(path: Path | None, options: ReadOptions) -> Input:
    """The plan or the state in a file, or on standard input. Raises ReadError."""
    place = STDIN if path is None else shown(path, options.base, path)
    with _without_collection():
        data = read_text(path, place, copied=options.keep is not None)
        if options.keep is not None:
            options.keep(bytes(data))  # a copy already
        kind, parts = outline(data, place)
        read = {"plan": read_plan, "state": read_state, "raw state": read_raw_state}[kind]
        try:
            found = read(parts, place, options)
            return _with_more(found, parts, path, options) if kind == "plan" else found
        except msgspec.MsgspecError as error:
            reason = f"{place} is a {kind}, but not of the form that Terraform writes: {error}"
            raise ReadError(reason, EDITED, Location(place)) from None
        except RecursionError:
            raise ReadError(f"{place} is nested too deeply to be Terraform's", EDITED, Location(place)) from None


def _with_more(plan: Input, parts: Outline, path: Path | None, options: ReadOptions) -> Input:
    """The plan with its binary form and its source: what was named, else the folder that it lies in if that defines it."""
    if options.plan_file is not None:
        plan = _with_plan_file(plan, parts, options.plan_file, options)
    if options.source is not None:
        return _with_source(plan, parts, options.source, options)
    if options.seek and path is not None and not plan.has_source and _has_terraform(path.parent):
        from policypack.read.module import read_module

        try:
            source = read_module(path.parent, source_options(parts, options))
        except ReadError:
            return plan  # nobody asked for this folder: that it cannot be read takes nothing from the plan
        return join_source(plan, source) if defines(source, plan) else plan
    return plan


def _with_source(plan: Input, parts: Outline, folder: Path, options: ReadOptions) -> Input:
    from policypack.read.module import read_module

    source = read_module(folder, source_options(parts, options))
    return join_source(plan, source) if defines(source, plan) else no_source(plan, shown(folder, options.base, folder))


def _with_plan_file(plan: Input, parts: Outline, path: Path, options: ReadOptions) -> Input:
    from policypack.read.planfile import read_plan_file

    found = read_plan_file(path, source_options(parts, options))
    if found.source is None:
        return replace(plan, gaps=(*plan.gaps, *([found.gap] if found.gap else [])))
    plan = replace(plan, lineage=found.lineage, serial=found.serial)
    return join_source(plan, found.source) if defines(found.source, plan) else no_source(plan, shown(path, options.base, path))


def _has_terraform(folder: Path) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(entry.name.endswith(SOURCE) for entry in entries)
    except OSError:
        return False


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
