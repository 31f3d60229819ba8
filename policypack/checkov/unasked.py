"""What checkov asks about at no block at all: a root module that it does not open or cannot parse, a plan that only deletes.

Nobody would be told, and the run would pass. So these findings are put into checkov's report without having been asked for.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from checkov.terraform.checks.resource.registry import resource_registry

from policypack.checkov.answers import base_of, described
from policypack.checkov.notice import say, say_gaps
from policypack.checkov.places import Places, places_of
from policypack.checkov.question import COULD_NOT_JUDGE
from policypack.checkov.scanned import Scanned, said, told_gap
from policypack.checkov.told import Told, told, uncertain_fails
from policypack.discover import CODE, is_plan, uncalled
from policypack.model import Location

_FRAMEWORKS = ("terraform", "terraform_plan")
Reason = tuple[str, str, Location]  # check, resource, where


def watch(runner: Any) -> None:  # noqa: ANN401 - checkov's
    """Lets a runner tell, after all that it asks, what it had no block to ask about."""
    if getattr(runner, "check_type", None) not in _FRAMEWORKS or "check_tf_definition" in vars(runner):
        return
    ask = runner.check_tf_definition

    def ask_and_tell(report: Any, root_folder: Any, runner_filter: Any, *rest: Any, **more: Any) -> None:  # noqa: ANN401
        ask(report, root_folder, runner_filter, *rest, **more)
        for record in _records(runner, str(root_folder or os.curdir), runner_filter):
            report.add_record(record)

    runner.check_tf_definition = ask_and_tell


def _records(runner: Any, folder: str, runner_filter: Any) -> Iterator[Any]:  # noqa: ANN401 - checkov's
    from checkov.common.models.enums import CheckResult
    from checkov.common.output.record import Record

    graph = runner.graph_manager.db_connector.graph
    places, command = places_of(graph) if graph is not None else Places(), told()
    for path in _without_blocks(runner, places, command, folder, runner_filter):
        scanned = Scanned(path, base_of(places, path if path.is_dir() else path.parent), places, command)
        for (check, resource, location), details in _reasons(scanned).items():
            question = resource_registry.get_check_by_id(check)
            file = scanned.file(location)
            shown = f"/{os.path.relpath(file, folder)}"
            stands_in = check == COULD_NOT_JUDGE and command.leaves_out(COULD_NOT_JUDGE, "CRITICAL")
            if not (
                stands_in or runner_filter.should_run_check(question, report_type=runner.check_type, file_origin_paths=[shown])
            ):
                continue
            yield Record(
                check_id=check,
                check_name=question.name,
                check_result={"result": CheckResult.FAILED, "evaluated_keys": []},
                code_block=[],
                file_path=shown,
                file_line_range=[location.line, location.end_line],
                resource=resource,
                evaluations=None,
                check_class=__name__,
                file_abs_path=file,
                severity=question.severity,
                details=details,
            )


def _without_blocks(
    runner: Any,  # noqa: ANN401 - checkov's
    places: Places,
    command: Told,
    folder: str,
    runner_filter: Any,  # noqa: ANN401 - checkov's
) -> list[Path]:
    """The inputs of this run that checkov has no block of."""
    if runner.check_type == "terraform_plan":
        files = command.files or _files_below(folder, runner_filter.excluded_paths)
        found = {*places.plans, *(Path(each).resolve() for each in files if each.endswith(".json") and is_plan(Path(each)))}
    elif command.files:
        found = set(places.roots)
    else:
        files = _files_below(folder, runner_filter.excluded_paths)
        code = {Path(each).parent for each in files if each.endswith(CODE)}
        found = set(places.roots) | (set(uncalled(code)) - places.folders if code - places.folders else set())
    return [each for each in sorted(found) if Scanned(each, each, places, command).first() is None]


def _files_below(folder: str, excluded: Any) -> Iterator[str]:  # noqa: ANN401 - checkov's
    from checkov.common.runners.base_runner import filter_ignored_paths

    for directory, folders, files in os.walk(folder):
        filter_ignored_paths(directory, folders, excluded)
        filter_ignored_paths(directory, files, excluded)
        here = Path(directory).resolve()
        yield from (str(here / each) for each in files)


def _reasons(scanned: Scanned) -> dict[Reason, list[str]]:
    """What our own scan finds there, as a check fails once at a resource."""
    found: dict[Reason, list[str]] = {}
    here = Location(scanned.shown if scanned.path.is_file() else "")
    try:
        report = scanned.report()
    except Exception as error:  # noqa: BLE001 - whatever it is, an input that is not judged must not pass
        return {(COULD_NOT_JUDGE, scanned.shown, here): [f"could not judge: {described(error)}"]}
    doubted = 0
    for each in filter(scanned.concerns, report.findings):
        if not each.certain and not uncertain_fails():
            doubted += 1
            continue
        place = (each.check, each.resource.address, each.location if scanned.is_code else here)
        found.setdefault(place, []).append(said(each, report.checks[each.check].severity))
    for crash in report.crashed:
        found.setdefault((crash.check, scanned.shown, here), []).append(f"the check crashed: {crash.error}")
    for gap in report.gaps:
        if gap.unreadable:
            where = gap.location if gap.location and scanned.is_code else here
            found.setdefault((COULD_NOT_JUDGE, scanned.shown, where), []).append(f"could not judge: {told_gap(gap)}")
    if doubted:
        say(f"{scanned.shown}: {doubted} uncertain findings fail nothing, as POLICYPACK_UNCERTAIN says")
    say_gaps(scanned.shown, [told_gap(gap) for gap in report.gaps if not gap.unreadable])
    return found
