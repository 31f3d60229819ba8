"""A change against the commit that it began at: both sides read, judged and laid beside each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from policypack.build import build
from policypack.build.estate import as_before
from policypack.build.namesakes import both_told_apart
from policypack.catalog import load_catalog
from policypack.check import Check
from policypack.compare.difference import Difference, compare
from policypack.compare.renamed import renamed
from policypack.compare.sides import Sides
from policypack.compare.tree import Tree, base_tree
from policypack.discover import CODE, find_inputs, holds_code
from policypack.model import Infrastructure, Input, replace
from policypack.read.options import ReadError, ReadOptions
from policypack.run import Note, Report, run
from policypack.run.outcome import IN_BASE
from policypack.scan import read_all
from policypack.settings import Settings, SettingsError, load_settings

_OF_MODULE = (*CODE, ".tfvars", ".tfvars.json")


class Asked(Struct, frozen=True):
    """How the head was read and judged, so that the base can be in the same way.

    `given` are the paths as written, `paths` what they stand for, one an input of the head.
    """

    given: Sequence[str]
    paths: Sequence[Path | None]
    options: ReadOptions
    checks: Mapping[str, Check]
    settings: Settings
    today: date
    config: Path | None = None
    only: Sequence[str] = ()
    skip: Sequence[str] = ()


def against(head: Report, ref: str, asked: Asked, tell: Callable[[str], None]) -> Difference:
    """What the head changes about the commit that it and `ref` have in common. Of a plan, what it changes about what stands.

    Raises ReadError or SettingsError where the base cannot be had.
    """
    if not any(each.kind == "module" for each in head.inputs):
        return compare(_sides(head, asked, None, tell))
    with base_tree(asked.options.base, ref) as tree:
        named = f"{ref if len(ref) < 40 else 'the base'}, at {tree.short}"
        return compare(replace(_sides(head, asked, tree, tell), named=named))


def itself(head: Report, asked: Asked, tell: Callable[[str], None]) -> Difference:
    """What plans change about what stands before them."""
    return compare(_sides(head, asked, None, tell))


def of_two(base: Report, head: Report, settings: Settings) -> Difference:
    """What one version of something changes about another, each in a place of its own: input by input, as they were given."""
    base_of = {new.path: old.path for old, new in zip(base.read, head.read, strict=True)}
    both = zip((base, head), both_told_apart(base.read, head.read, base_of), strict=True)
    before, after = (_picture(report, inputs, settings) for report, inputs in both)
    return compare(Sides(base, head, base_of, base.inputs[0].path, pictures=(before, after)))


def compared(
    report: Report, ref: str, asked: Asked, tell: Callable[[str], None], *, only_new: bool
) -> tuple[Report, Difference | None]:
    """The report with what there is to say of the comparison, and what the change brings. Where the base cannot be had, or
    not all of it, nothing is left out of the report for that."""
    try:
        difference = against(report, ref, asked, tell)
    except (ReadError, SettingsError) as error:
        then = "All findings are reported, old ones too" if only_new else "What this change brings is not told"
        said = f"nothing was compared with {ref}: {error.reason}. {then}{f' ({error.hint})' if error.hint else ''}"
        return replace(report, notes=(Note(said, loud=only_new), *report.notes)), None
    return (without_old(report, difference) if only_new else report), difference


def without_old(report: Report, difference: Difference) -> Report:
    """The report without the findings that the base has as well."""
    new = set(map(id, difference.new))
    known = [replace(each, suppressed=IN_BASE) for each in report.findings if id(each) not in new]
    count = f"{len(known)} finding{'' if len(known) == 1 else 's'}"
    said = f"{count} of before {'is' if len(known) == 1 else 'are'} not reported again: compared with {difference.named}"
    notes = (*(Note(text, loud=True) for text in difference.notes), *((Note(said),) if known else ()))
    return replace(
        report,
        findings=tuple(each for each in report.findings if id(each) in new),
        suppressed=(*report.suppressed, *known),
        notes=(*report.notes, *notes),
    )


def _sides(head: Report, asked: Asked, tree: Tree | None, tell: Callable[[str], None]) -> Sides:
    catalog = load_catalog()
    paths = _modules(head, asked, tree) if tree is not None else []
    options, settings = (asked.options, asked.settings) if tree is None else _read_as(asked, tree)
    tell("reading the base")
    modules = read_all(paths, options, catalog.knows)
    base_of = {}
    for path, source in zip(asked.paths, head.read, strict=False):
        place = tree.at(path) if tree is not None and path is not None else None
        if source.kind == "module" and place in paths:
            base_of[source.path] = modules[paths.index(place)].path
    base_of.update(renamed(modules, head.read, base_of))
    others = [as_before(each) for each in head.read if each.kind != "module"]
    stood, stands = both_told_apart([*modules, *others], head.read, base_of)
    # What is asked of a change is not asked of what stands before it, which would answer for the same change.
    changes = (name for name, check in asked.checks.items() if check.concern == "changes")
    base = run(
        build(stood, catalog, settings), asked.checks, replace(settings, skip=(*settings.skip, *changes)), today=asked.today
    )
    pictures = (base.infrastructure, _picture(head, stands, asked.settings))
    return Sides(base, head, base_of, "what stands", _notes(base), pictures)


def _picture(report: Report, inputs: Sequence[Input], settings: Settings) -> Infrastructure:
    """The picture of a report, made anew where its inputs are told apart in another way than it was judged in."""
    same = [each.mark for each in inputs] == [each.mark for each in report.inputs]
    return report.infrastructure if same else build(inputs, load_catalog(), settings)


def _modules(head: Report, asked: Asked, tree: Tree) -> list[Path]:
    """The modules of the base: those that the head was asked about, wherever it still has them."""
    planned = {
        path.resolve().parent for path, each in zip(asked.paths, head.inputs, strict=False) if path and each.kind == "plan"
    }
    found: dict[Path, None] = {}
    for written in asked.given or [str(asked.options.base)]:
        path = Path(written)  # of a file of code, the module that it is part of
        place = tree.at(path.parent if path.name.endswith(_OF_MODULE) else path) if written != "-" else None
        if place is None or not place.is_dir():
            continue
        whole = asked.given and holds_code(place)
        found.update(dict.fromkeys([place] if whole else (each for each in find_inputs(place) if each.is_dir())))
    judged_as_plans = {tree.at(folder) for folder in (*planned, *([asked.options.source] if asked.options.source else ()))}
    return [folder for folder in found if folder not in judged_as_plans]


def _read_as(asked: Asked, tree: Tree) -> tuple[ReadOptions, Settings]:
    """How to read and judge the base: by its own settings and variable files, or those that no commit has."""
    base = tree.at(asked.options.base) or tree.folder
    files = [tree.at(path) if tree.tracks(path) else path for path in asked.options.variable_files]
    options = replace(
        asked.options,
        base=base,
        variable_files=tuple(path for path in files if path is not None and path.is_file()),
        source=None,
    )
    config = asked.config
    if config is not None and tree.tracks(config):
        config = tree.at(config)
    if config is not None and not config.is_file():
        return options, replace(Settings(), only=tuple(asked.only), skip=tuple(asked.skip))
    settings = load_settings(config, base)
    return options, replace(settings, only=tuple(asked.only), skip=(*settings.skip, *asked.skip))


def _notes(base: Report) -> tuple[str, ...]:
    broken = sorted({each.reason for each in base.gaps if each.unreadable} | {each.error for each in base.crashed})
    if not broken:
        return ()
    return (f"the base could not be judged whole, so what is old may be called new: {broken[0]}",)
