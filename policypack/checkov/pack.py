"""Offers the checks to checkov."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from checkov.terraform.checks.resource.registry import resource_registry

from policypack.check import checks_folder, load_checks
from policypack.checkov.notice import say_limits
from policypack.checkov.question import COULD_NOT_JUDGE, QUESTIONS, loaded_by, offer
from policypack.checkov.told import told, uncertain_fails
from policypack.checkov.unasked import watch
from policypack.settings import load_settings


class PackError(Exception):
    """The checks cannot be offered as they are: why, in one line."""


def register(runner: Any = None) -> None:  # noqa: ANN401 - the runner of checkov's that loads external checks
    """Registers every check, with the severities of the settings of this folder. Raises whatever keeps it from doing so:
    checkov itself would only log it, run without these checks, and pass."""
    uncertain_fails()
    if loaded_by(runner) and told().several_folders:
        raise PackError(
            "checkov asks about the first of several -d only where it runs one framework: run it once for each folder, or name"
            " another framework beside (--framework terraform kubernetes)"
        )
    checks = load_checks(checks_folder())
    severities = load_settings(None, Path.cwd()).severity
    for name in (COULD_NOT_JUDGE, *checks):
        other = resource_registry.get_check_by_id(name)
        if other is not None and not isinstance(other, QUESTIONS["resource"]):
            raise PackError(f"another external check is called {name}, and checkov would drop one of them without a word")
    offer(COULD_NOT_JUDGE, "Something could not be read or judged", "critical")
    for check in checks.values():
        offer(check.name, " ".join(check.title.split()), str(severities.get(check.name, check.severity.value)))
    watch(runner)
    if getattr(runner, "check_type", None) == "terraform_plan" and getattr(runner, "definitions", None):
        say_limits()
