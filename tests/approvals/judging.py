"""Configurations and repositories from text, judged by the checks of approvals."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.check import Finding
from policypack.model import Infrastructure
from policypack.read import ReadOptions, read_input
from policypack.settings import Settings
from tests.expectations import checks

WORKFLOW = ".github/workflows/apply.yml"
PUSH = "on: {push: {branches: [main]}}\n"


def picture(folder: Path, hcl: str, files: Mapping[str, str] | None = None, settings: Settings | None = None) -> Infrastructure:
    """The picture of one module, with other files of its repository."""
    folder.joinpath(".git").mkdir(exist_ok=True)
    for name, text in {"main.tf": hcl, **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    catalog = load_catalog()
    return build([read_input(folder, ReadOptions(base=folder, wanted=catalog.knows))], catalog, settings or Settings())


def findings(seen: Infrastructure) -> list[Finding]:
    """What the checks of approvals find, in order of their names."""
    return [each for check in checks().values() if check.concern == "approvals" for each in check.find(seen)]


def said(seen: Infrastructure) -> set[str]:
    """The findings as `check address`, with a question mark where one is uncertain."""
    return {
        f"{check.name} {each.resource.address}{'' if each.certain else ' ?'}"
        for check in checks().values()
        if check.concern == "approvals"
        for each in check.find(seen)
    }


def reasons(seen: Infrastructure) -> str:
    """All gaps, as one text."""
    return "\n".join(gap.reason for gap in seen.gaps)
