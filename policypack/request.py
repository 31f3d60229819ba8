"""One `policypack scan`: what was asked for, and doing it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from datetime import date, datetime, timezone
from pathlib import Path

from msgspec import Struct

from policypack import __version__
from policypack.check import checks_folder, load_checks
from policypack.discover import CODE, find_inputs, holds_code
from policypack.model import replace
from policypack.read.options import ReadOptions
from policypack.report import FORMATS, Context, renderer
from policypack.report.escape import visible
from policypack.report.excerpt import excerpts
from policypack.report.places import in_repository, line_ends, working_folder
from policypack.run import FailOn, Report, exit_code, freeze
from policypack.scan import ScanError, judge, nearest, shown_path
from policypack.settings import load_settings
from policypack.terminal import Progress, write

FAIL_ON = tuple(each.value for each in FailOn)


class Reading(Struct, frozen=True):
    """What to read and with which variables, as written on the command line. `changed`: the paths are of files that changed, and
    what is read is the root modules that use them."""

    paths: Sequence[str] = ()
    variable_files: Sequence[Path] = ()
    variables: Sequence[str] = ()
    workspace: str | None = None
    environment: bool = False
    source: Path | None = None
    plan_file: Path | None = None
    changed: bool = False


class Telling(Struct, frozen=True):
    """How to report, as written on the command line."""

    format: str = "text"
    outputs: Sequence[str] = ()
    fail_on: str = "high"
    strict: bool = False
    baseline: Path | None = None
    write_baseline: Path | None = None
    base: str | None = None
    only_new: bool = False


class Request(Struct, frozen=True):
    """One scan."""

    reading: Reading
    telling: Telling
    config: Path | None = None
    only: Sequence[str] = ()
    skip: Sequence[str] = ()


def fulfil(request: Request) -> int:
    """Scans, prints, writes, and returns the exit code. Raises ScanError, SettingsError, BaselineError or CheckError where
    nothing can be judged at all."""
    base, telling, changed = Path.cwd(), request.telling, request.reading.changed
    outputs = _outputs(telling)
    baseline = _text(telling.baseline, "the baseline") if telling.baseline else None
    settings = load_settings(request.config, base)
    settings = replace(settings, only=tuple(request.only), skip=(*settings.skip, *request.skip))
    paths = _changed(request, base) if changed else inputs_of(request.reading.paths, base)
    if changed and not paths and not outputs and telling.format == "text":
        return 0  # with a file to write, or for a program to read, there is an empty report
    checks = load_checks(checks_folder())
    options = options_of(request.reading, base)
    with Progress() as progress:
        report = judge(paths, options, checks, settings, today=today(), baseline=baseline, partial=changed, tell=progress)
        difference = None
        if telling.base is not None:
            from policypack.compare.against import Asked, compared

            asked = Asked(
                request.reading.paths, paths, options, checks, settings, today(), request.config, request.only, request.skip
            )
            report, difference = compared(report, telling.base, asked, progress, only_new=telling.only_new)
    fail_on = FailOn.NEVER if telling.write_baseline else FailOn(telling.fail_on)
    if telling.write_baseline:
        _save(telling.write_baseline, freeze(report))
    context = context_of(telling, fail_on, [base, *(path.resolve().parent for path in paths if path)])
    context = replace(context, difference=difference)
    for form, path in outputs:
        _save(path, renderer(form)(report, context))
    write(renderer(telling.format)(report, context), commands=telling.format == "github")
    if "github" in {telling.format, *(form for form, _ in outputs)}:
        _hand_over(report, context)
    return exit_code(report, fail_on, strict=telling.strict)


def _outputs(telling: Telling) -> list[tuple[str, Path]]:
    outputs = []
    for written in telling.outputs:
        form, equals, path = written.partition("=")
        if not equals or not path:
            raise ScanError(f"--output {written}: not FORMAT=FILE", "for example --output sarif=policypack.sarif")
        outputs.append((form, Path(path)))
    for form in (telling.format, *(form for form, _ in outputs)):
        _one_of(form, FORMATS, "format")
    _one_of(telling.fail_on, FAIL_ON, "severity")
    if telling.only_new and telling.base is None:
        raise ScanError("--only-new needs something to be new against", "name it: --base origin/main")
    if telling.write_baseline and telling.base is not None:
        raise ScanError("--write-baseline freezes all that is there", "leave --base out")
    return outputs


def _one_of(name: str, known: Sequence[str], what: str) -> None:
    if name not in known:
        raise ScanError(f"no {what} is called {name!r}", nearest(name, known) or f"one of {', '.join(known)}")


def inputs_of(given: Sequence[str], base: Path) -> list[Path | None]:
    """What to read. A folder without code of its own stands for the root modules and plans below it."""
    if given.count("-") > 1:
        raise ScanError("standard input can be read only once", "name - once")
    paths: dict[Path | None, Path | None] = {}  # by what they really are, so that nothing is read twice
    for written in given or ["."]:
        path = None if written == "-" else _module_of(Path(written))
        if path is None or not path.is_dir() or (given and holds_code(path)):
            paths.setdefault(path and path.resolve(), path)
            continue
        found = find_inputs(path)
        if not found:
            raise ScanError(
                f"{shown_path(path, base)}: no root module and no plan in this folder or below",
                "name a module folder, a plan or state JSON (terraform show -json), or - for standard input",
            )
        _say_found(found, base)
        for each in found:
            paths.setdefault(each.resolve(), each)
    return list(paths.values())


def _changed(request: Request, base: Path) -> Sequence[Path]:
    """The root modules that use the changed files; what there is to say of it goes to stderr."""
    from policypack.changed import changes  # asks git

    if request.telling.write_baseline:
        raise ScanError("--write-baseline with --changed would forget all that did not change", "leave --changed out")
    found = changes(request.reading.paths, base)
    for each in found.said:
        sys.stderr.write(f"{each}\n")
    if not found.modules and not found.said:
        sys.stderr.write("nothing to judge: no change concerns Terraform\n")
    return found.modules


def _module_of(path: Path) -> Path:
    """The folder of a file of code or variables, which is how pre-commit names a module; anything else as it is."""
    return path.parent if path.name.endswith((*CODE, ".tfvars", ".tfvars.json")) and path.is_file() else path


def _say_found(found: Sequence[Path], base: Path) -> None:
    names = [shown_path(path, base) for path in found]
    more = f" and {len(names) - 10} more" if len(names) > 10 else ""
    what = "1 input" if len(names) == 1 else f"{len(names)} inputs"
    sys.stderr.write(f"found {what}: {visible(', '.join(names[:10]))}{more}\n")


def options_of(reading: Reading, base: Path) -> ReadOptions:
    """How to read it: the variables in their order, and what belongs to a plan. Raises ScanError on a --var that is none."""
    variables = {}
    for written in reading.variables:
        name, equals, value = written.partition("=")
        if not equals or not name.strip():
            raise ScanError(f"--var {name}: not NAME=VALUE", "for example --var region=eu-central-1")
        variables[name.strip()] = value
    environment = {}
    if reading.environment:
        environment = {name: value for name, value in os.environ.items() if name.startswith("TF_VAR_")}
    return ReadOptions(
        base=base,
        variables=variables,
        variable_files=tuple(reading.variable_files),
        environment=environment,
        workspace=reading.workspace,
        source=reading.source,
        plan_file=reading.plan_file,
    )


def context_of(telling: Telling, fail_on: FailOn, folders: Sequence[Path]) -> Context:
    """How to report, to whoever looks: a terminal or a file."""
    terminal = sys.stdout.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    return Context(
        __version__,
        width,
        colour,
        excerpts(folders),
        line_ends(folders[0], folders),
        in_repository(folders[0], folders),
        working_folder(folders[0]),
        fail_on=fail_on,
        strict=telling.strict,
    )


def _hand_over(report: Report, context: Context) -> None:
    """What a step of a workflow hands over: the job summary (annotations are cut at ten, this is not), and its outputs."""
    summary = renderer("markdown")(report, context)
    numbers = {"findings": len(report.findings), "critical": report.summary["critical"], "high": report.summary["high"]}
    if context.difference is not None:
        numbers["powers-gained"] = len(context.difference.given)
    outputs = "".join(f"{name}={number}\n" for name, number in numbers.items())
    for variable, text in (("GITHUB_STEP_SUMMARY", summary), ("GITHUB_OUTPUT", outputs)):
        if path := os.environ.get(variable):
            try:
                with Path(path).open("a", encoding="utf-8", errors="replace", newline="\n") as file:
                    file.write(text)
            except OSError as error:  # the findings were printed, and count as they are
                sys.stderr.write(f"{variable} cannot be written: {error.strerror or type(error).__name__}\n")


def _text(path: Path, what: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ScanError(f"{what} cannot be read: {path.name}: {reason}", "write one with --write-baseline FILE") from error


def _save(path: Path, text: str) -> None:
    link = _link_on_the_way(path)
    if link is not None:
        raise ScanError(
            f"{path.name} was not written: {link.name} is a link", "nothing is written through a link of the repository"
        )
    try:
        path.write_bytes(text.encode("utf-8", "replace"))
    except OSError as error:
        raise ScanError(f"{path.name} cannot be written: {error.strerror or type(error).__name__}") from error


def _link_on_the_way(path: Path) -> Path | None:
    """A link of the repository that leads to the file. Whoever wrote the change could make it lead to anything that may be
    written here; what lies outside of the repository is whoever's it is."""
    here = Path.cwd()
    top = next((each for each in (here, *here.parents) if (each / ".git").exists()), here)
    place = Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow what is looked for
    way = (place, *place.parents)  # which may begin with links of the machine, so that it is asked what is really the top
    tops = [number for number, each in enumerate(way) if os.path.realpath(each) == os.path.realpath(top)]
    return next((each for each in way[: tops[-1]] if each.is_symlink()), None) if tops else None


def today() -> date:
    """The day that suppressions are measured by."""
    return datetime.now(tz=timezone.utc).date()
