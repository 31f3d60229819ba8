"""A policypack check as checkov knows checks: one question for each kind of block that checkov asks about."""

from __future__ import annotations

import logging
import os
import threading
import traceback
from collections.abc import Mapping
from typing import Any

from checkov.common.bridgecrew.severities import Severities
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.data.base_check import BaseDataCheck
from checkov.terraform.checks.module.base_module_check import BaseModuleCheck
from checkov.terraform.checks.provider.base_check import BaseProviderCheck
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

from policypack.checkov.answers import Answers, answers_of, described
from policypack.checkov.places import Places, places_of
from policypack.checkov.told import told, uncertain_fails

COULD_NOT_JUDGE = "policypack_could_not_judge"

# Every check of checkov's adds a filter to the logger of its module. Of hundreds in one module each line would pass them all.
_LOGGER = logging.getLogger("policypack.asked")
_LOGGER.setLevel(logging.WARNING)
_JUDGED: dict[int, tuple[Any, Places, Answers, bool]] = {}
# Where checkov cannot fork (macOS, Windows), its frameworks are threads that share the questions and the registry's graph.
_JUDGING = threading.Lock()
_HERE = threading.local()


_RUNNERS: dict[int, Any] = {}
_NO_ADDRESS = "could not judge: checkov gives blocks of this framework no address; `policypack scan` reads the file"


def loaded_by(runner: Any) -> bool:  # noqa: ANN401 - checkov's
    """Remembers whose graph it is that questions in this thread are about. Whether the runner had loaded them before."""
    again = runner is not None and any(each is runner for each in _RUNNERS.values())
    if runner is not None:
        _RUNNERS[threading.get_ident()] = runner
    return again


def offer(name: str, title: str, severity: str) -> None:
    """Registers a check with checkov, by its own name, for every kind of block."""
    for kind in QUESTIONS.values():
        question = kind(title, name, [CheckCategories.BACKUP_AND_RECOVERY], ["module" if kind is QUESTIONS["module"] else "*"])
        question.severity = Severities[severity.upper()]
        question.logger = _LOGGER


def _asking(kind: str, parent: type[Any]) -> type[Any]:
    """The class of the questions that are asked at one kind of block."""

    def scan(self: Any, conf: Mapping[str, Any], entity_type: str = "") -> CheckResult:  # noqa: ANN401
        if conf.get("count") == [0]:
            return CheckResult.UNKNOWN
        try:
            result, reasons = _verdict(self, kind, conf, entity_type)
        except Exception as error:  # noqa: BLE001 - checkov would drop a check that raises, and exit 0
            if os.environ.get("POLICYPACK_TRACEBACK"):
                traceback.print_exc()
            result, reasons = CheckResult.FAILED, [f"could not judge: {described(error)}"]
        self.details.extend(reasons)
        return result

    own = {name: _own(name) for name in ("details", "entity_path")}
    return type(f"{kind.title()}Question", (parent,), {"scan_entity_conf": scan, f"scan_{kind}_conf": scan, **own})


def _own(name: str) -> property:
    """An attribute of a question that each thread has to itself."""

    def get(question: Any) -> Any:  # noqa: ANN401 - checkov's
        return vars(_HERE).setdefault(f"{name} {id(question)}", [])

    def put(question: Any, value: Any) -> None:  # noqa: ANN401 - checkov's
        vars(_HERE)[f"{name} {id(question)}"] = value

    return property(get, put)


QUESTIONS = {
    "resource": _asking("resource", BaseResourceCheck),
    "data": _asking("data", BaseDataCheck),
    "module": _asking("module", BaseModuleCheck),
    "provider": _asking("provider", BaseProviderCheck),
}


def _verdict(question: Any, kind: str, conf: Mapping[str, Any], entity_type: str) -> tuple[Any, list[str]]:  # noqa: ANN401
    """FAILED with the reasons, PASSED where something was judged, UNKNOWN (which checkov drops) elsewhere."""
    if "__address__" not in conf:  # the framework terraform_json
        if told().code_too:
            return CheckResult.UNKNOWN, []  # that framework tells what is in the file: see unasked.py
        mine = question.id == COULD_NOT_JUDGE or told().leaves_out(COULD_NOT_JUDGE, "CRITICAL")
        return (CheckResult.FAILED, [_NO_ADDRESS]) if mine else (CheckResult.UNKNOWN, [])
    shown = question.entity_path.partition(f":{entity_type}:")[0]
    places, answers, stands_in = _judged(question)
    place = places.at(kind, shown, str(conf["__address__"]))
    reasons = list(answers.failed.get((question.id, place), ()))
    if question.id == COULD_NOT_JUDGE or stands_in:
        reasons += answers.lost.get(place, ())
    if reasons:
        return CheckResult.FAILED, reasons
    can_pass = question.id in answers.passed.get(place, ()) and (question.id, place) not in answers.open
    return (CheckResult.PASSED if can_pass else CheckResult.UNKNOWN), []


def _judged(question: Any) -> tuple[Places, Answers, bool]:  # noqa: ANN401 - a check of checkov's
    """One scan a graph. Where `--check` leaves out the check that says what could not be judged, every check says it."""
    graph = question.graph if len(_RUNNERS) < 2 else _RUNNERS[threading.get_ident()].graph_manager.db_connector.graph
    if graph is None:
        raise LookupError("checkov gives no graph to find the file in")
    with _JUDGING:
        if id(graph) not in _JUDGED:
            places, command = places_of(graph), told()
            answers = answers_of(places, command, uncertain=uncertain_fails())
            stands_in = command.leaves_out(COULD_NOT_JUDGE, "CRITICAL")
            _JUDGED[id(graph)] = (graph, places, answers, stands_in)  # keeps the graph, so that its id stays its own
    _, places, answers, stands_in = _JUDGED[id(graph)]
    return places, answers, stands_in
