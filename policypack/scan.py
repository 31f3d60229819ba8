"""From paths to a report: what the command line and the checkov bridge have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from policypack.check import Check
from policypack.model import Gap, Input, Location, replace
from policypack.read.options import ReadError, ReadOptions
from policypack.run import Report
from policypack.settings import Settings


class ScanError(Exception):
    """A scan that cannot begin: one line of what is wrong, and a hint of what to do."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def silent(_stage: str) -> None:
    """Tells nobody how far the work is."""


def judge(  # noqa: PLR0913 - what to read, what to ask, and when
    paths: Sequence[Path | None],
    options: ReadOptions,
    checks: Mapping[str, Check],
    settings: Settings,
    *,
    today: date,
    baseline: str | None = None,
    partial: bool = False,
    tell: Callable[[str], None] = silent,
) -> Report:
    """What the checks find in the inputs, taken together as one estate. A path of None is standard input.

    An input that cannot be read is a gap of the report, and the others are judged all the same. `partial`: the baseline may be of
    more than these inputs.
    """
    from policypack.build import build
    from policypack.build.namesakes import told_apart
    from policypack.catalog import load_catalog
    from policypack.run import run

    catalog = load_catalog()
    inputs = read_all(paths, options, catalog.knows, tell)
    tell("building the picture")
    infrastructure = build(told_apart(inputs), catalog, settings)
    tell(f"running {len(checks)} checks")
    report = run(infrastructure, checks, settings, today=today, baseline=baseline, partial=partial)
    return replace(report, read=tuple(inputs))


def read_all(
    paths: Sequence[Path | None],
    options: ReadOptions,
    wanted: Callable[[str], bool],
    tell: Callable[[str], None] = silent,
) -> list[Input]:
    """Every input, in the order given; one that cannot be read is empty and says why."""
    from policypack.read import read_input

    options = replace(options, wanted=wanted)
    paths = list(dict.fromkeys(paths))
    bases = _bases(paths, options.base)
    inputs = []
    for number, path in enumerate(paths, 1):
        shown = shown_path(path, bases[path])
        tell(f"reading {shown} ({number} of {len(paths)})" if len(paths) > 1 else f"reading {shown}")
        try:
            inputs.append(read_input(path, replace(options, base=bases[path])))
        except ReadError as error:
            inputs.append(_unreadable(path, shown, error))
    return inputs


def _bases(paths: Sequence[Path | None], base: Path) -> dict[Path | None, Path]:
    """What each path is shown relative to: the base, or for paths outside it as few folders as tell them apart."""
    found = dict.fromkeys(paths, base)
    outside = [path for path in paths if path is not None and not path.resolve().is_relative_to(base.resolve())]
    for path in outside:
        found[path] = path.resolve().parent
    for _ in range(max((len(path.resolve().parts) for path in outside), default=0)):
        shown = Counter(shown_path(path, found[path]) for path in paths)
        same = [path for path in outside if shown[shown_path(path, found[path])] > 1]
        for path in same:
            found[path] = found[path].parent
        if not same:
            break
    return found


def _unreadable(path: Path | None, shown: str, error: ReadError) -> Input:
    said = f"{error.reason} ({error.hint})" if error.hint else error.reason
    gap = Gap(said, error.location or Location(shown), unreadable=True)
    kind: Literal["module", "plan"] = "module" if path is not None and path.is_dir() else "plan"
    return Input(shown, kind, is_root=False, has_source=False, gaps=(gap,))


def shown_path(path: Path | None, base: Path) -> str:
    """The path as users are shown it: relative, never a path of this machine."""
    if path is None:
        return "standard input"
    whole = path.resolve()
    try:
        return whole.relative_to(base.resolve()).as_posix()
    except ValueError:
        return whole.name


def check_named(checks: Mapping[str, Check], name: str) -> Check:
    """The check of that name. Raises ScanError that suggests the nearest one."""
    if name not in checks:
        raise ScanError(f"no check is called {name!r}", nearest(name, checks) or "`policypack checks` lists all")
    return checks[name]


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean "…"?` with the known name that is most like it, "" where none is."""
    import difflib

    close = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else ""
