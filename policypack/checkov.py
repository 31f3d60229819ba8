"""The same checks inside checkov: one BaseResourceCheck a question, answered from our own reading of what checkov scans.

Of checkov's graph only paths and addresses are used. Answers are never lost: a finding about something that checkov does
not ask about (a provider block, a module as a whole) is given at the first resource of the same input. checkov drops
pure deletions from plans, so the checks in changes/ are not offered here: `policypack scan` runs them.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from checkov.common.bridgecrew.severities import Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from policypack.check import Finding, checks_folder, load_checks
from policypack.discover import CODE, uncalled
from policypack.model import Location, strip_keys
from policypack.read.options import ReadError, ReadOptions
from policypack.report.escape import visible
from policypack.run import Report
from policypack.scan import ScanError, judge
from policypack.settings import SettingsError, load_settings

COULD_NOT_JUDGE = "policypack_could_not_judge"
UNSEEN = {"changes"}


@dataclass(frozen=True, slots=True, order=True)
class Asked:
    """One resource that checkov asks about: the absolute path of its file (or of its plan), and its address."""

    file: str
    address: str


@dataclass(slots=True)
class Answers:
    """What was found, by check and by the resource at which checkov is told; `judged` are those that can pass."""

    failed: dict[tuple[str, Asked], list[str]] = field(default_factory=dict)
    judged: set[Asked] = field(default_factory=set)

    def fail(self, check: str, asked: Asked, text: str) -> None:
        """One more reason for a check to fail there."""
        self.failed.setdefault((check, asked), []).append(text)


class Question(BaseResourceCheck):
    """A policypack check, as checkov knows checks. Its own name is its id."""

    def __init__(self, name: str, title: str, severity: str) -> None:
        categories = [CheckCategories.BACKUP_AND_RECOVERY]
        super().__init__(name=title, id=name, categories=categories, supported_resources=["*"])
        self.severity = Severities[severity.upper()]

    def scan_resource_conf(self, conf: Mapping[str, Any]) -> CheckResult:
        """FAILED with the reasons, PASSED where something was judged, UNKNOWN (which checkov drops) elsewhere."""
        try:
            file = self.entity_path.partition(f":{self.entity_type}:")[0]
            answers, asked = _answers(self.graph, file, str(conf["__address__"]))
        except Exception as error:  # noqa: BLE001 - checkov would drop a check that raises, and exit 0
            if os.environ.get("POLICYPACK_TRACEBACK"):
                traceback.print_exc()
            self.details.append(f"could not judge: {_described(error)}")
            return CheckResult.FAILED
        reasons = answers.failed.get((self.id, asked))
        if reasons:
            self.details.extend(reasons)
            return CheckResult.FAILED
        return CheckResult.PASSED if asked in answers.judged and self.id != COULD_NOT_JUDGE else CheckResult.UNKNOWN


def register() -> None:
    """Offers every check to checkov. A pack that cannot be loaded ends the run: checkov itself would only log it, and
    pass."""
    try:
        checks = load_checks(checks_folder())
        Question(COULD_NOT_JUDGE, "Something could not be read or judged", "critical")
        for check in checks.values():
            if check.concern not in UNSEEN:
                Question(check.name, " ".join(check.title.split()), check.severity.value)
    except Exception as error:  # noqa: BLE001 - whatever it is, a run without these checks must not pass
        sys.stderr.write(f"policypack: {type(error).__name__}: {error}\n")
        sys.stderr.flush()
        sys.exit(2)


_ANSWERS: dict[int, tuple[object, frozenset[Asked], Answers]] = {}


def _answers(graph: Any, file: str, address: str) -> tuple[Answers, Asked]:  # noqa: ANN401 - networkx or rustworkx
    if graph is None:
        raise LookupError("checkov gives no graph to find the file in")
    if id(graph) not in _ANSWERS:
        asked = frozenset(_resources(graph))
        _ANSWERS[id(graph)] = (graph, asked, _judge(asked))  # the graph is kept, so that its id stays its own
    _, known, answers = _ANSWERS[id(graph)]
    # checkov names files from its root folder: of the paths that end so, the shortest is the one meant.
    meant = [each for each in known if each.address == address and each.file.endswith(file)]
    if not meant:
        raise LookupError(f"checkov's graph does not hold {address}")
    return answers, min(meant, key=lambda each: (len(each.file), each))


def _resources(graph: Any) -> Iterator[Asked]:  # noqa: ANN401 - networkx or rustworkx
    # A networkx graph has its attributes beside each node, a rustworkx graph has pairs as its nodes.
    nodes = graph.nodes(data=True) if type(graph).__module__.startswith("networkx") else graph.nodes()
    for _, attributes in nodes:
        if attributes.get("block_type_") == "resource" and attributes.get("__address__"):
            yield Asked(str(Path(attributes["file_path_"]).resolve()), str(attributes["__address__"]))


def _judge(asked: frozenset[Asked]) -> Answers:
    """Every plan and every root module that checkov read, each judged alone."""
    answers = Answers()
    modules = {Path(each.file).parent for each in asked if each.file.endswith(CODE)}
    plans = {Path(each.file) for each in asked if not each.file.endswith(CODE)}
    if modules:
        base = Path(os.path.commonpath(modules))
        for root in sorted(uncalled(modules)):
            _answer(answers, _report(root, base), asked, lambda location: str((base / location.file).resolve()))
    for plan in sorted(plans):
        _answer(answers, _report(plan, plan.parent), asked, partial(_always, str(plan)))
    return answers


def _report(path: Path, base: Path) -> Report:
    settings = load_settings(None, path if path.is_dir() else path.parent)
    return judge([path], ReadOptions(base), load_checks(checks_folder()), settings, today=datetime.now(tz=timezone.utc).date())


def _answer(answers: Answers, report: Report, asked: frozenset[Asked], file: Callable[[Location], str]) -> None:
    """Puts what a report says where checkov will ask."""
    resources = [each for each in report.infrastructure.resources if each.mode == "managed"]
    at = {each.address: _meant(Asked(file(each.location), each.address), asked) for each in resources}
    there = sorted(each for each in at.values() if each is not None)
    if not there:
        return
    subjects = {each.address for each in report.stores} | {each.resource.address for each in report.infrastructure.vaults}
    answers.judged.update(each for address in subjects if (each := at.get(address)))
    for finding in report.findings:
        answers.fail(finding.check, at.get(finding.resource.address) or there[0], _said(finding))
    for crash in report.crashed:
        answers.fail(crash.check, there[0], f"the check crashed: {crash.error}")
    for gap in report.gaps:
        if gap.unreadable:
            where = f" ({gap.location.file}:{gap.location.line})" if gap.location else ""
            answers.fail(COULD_NOT_JUDGE, there[0], f"{gap.reason}{where}")


def _always(file: str, _location: Location) -> str:
    return file


def _meant(ours: Asked, asked: frozenset[Asked]) -> Asked | None:
    """The resource that checkov knows for one of ours: the same, or the same block where only the key differs."""
    if ours in asked:
        return ours
    block = strip_keys(ours.address)
    return min((each for each in asked if each.file == ours.file and strip_keys(each.address) == block), default=None)


def _described(error: Exception) -> str:
    # The message of an unforeseen error may quote a scanned value.
    known = isinstance(error, (LookupError, ReadError, ScanError, SettingsError))
    return str(error) if known else type(error).__name__


def _said(finding: Finding) -> str:
    about = f"{finding.resource.address}: {finding.message}"
    because = "; ".join(
        f"{each.text} ({each.location.file}:{each.location.line})" if each.location else each.text for each in finding.because
    )
    parts = [about if finding.certain else f"uncertain: {about}", because and f"Because: {because}"]
    parts.append(finding.fix and f"Fix: {finding.fix}")
    return visible(". ".join(part.rstrip(".") for part in parts if part) + ".")
