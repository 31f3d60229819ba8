"""What checkov was told on its command line, as far as it changes our answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from checkov.common.bridgecrew.integration_features.integration_feature_registry import integration_feature_registry
from checkov.common.bridgecrew.severities import Severities
from checkov.runner_filter import RunnerFilter
from msgspec import Struct

from policypack.checkov.places import whole
from policypack.discover import find_inputs, holds_code

UNCERTAIN = "POLICYPACK_UNCERTAIN"


class Told(Struct, frozen=True):
    """`files`: only these were given, not folders. `source`: the root module of the plans. `chosen`: the names of `--check`
    and whether every external check runs beside them. `code_too`: the framework `terraform` runs, on whole folders."""

    files: frozenset[str] = frozenset()
    variable_files: tuple[Path, ...] = ()
    source: Path | None = None
    chosen: tuple[str, ...] = ()
    all_external: bool = False
    several_folders: bool = False
    code_too: bool = False

    def leaves_out(self, check: str, severity: str) -> bool:
        """Whether `--check` names other checks only. That somebody skips it by its name is another matter."""
        wanted = RunnerFilter(checks=list(self.chosen), all_external=self.all_external)
        return not wanted.should_run_check(check_id=check, severity=Severities[severity])


def told() -> Told:
    """The command line of this run; nothing where checkov is used as a library."""
    config = integration_feature_registry.config
    if config is None:
        return Told()
    folders = getattr(config, "directory", None) or []
    files = [] if folders else getattr(config, "file", None) or []
    sources = [Path(each) for each in getattr(config, "repo_root_for_plan_enrichment", None) or []]
    return Told(
        files=frozenset(map(whole, files)),
        variable_files=tuple(Path(each) for each in getattr(config, "var_file", None) or []),
        source=_root_module(sources[0]) if sources else None,
        chosen=tuple(name for each in getattr(config, "check", None) or [] for name in str(each).split(",")),
        all_external=bool(getattr(config, "run_all_external_checks", False)),
        several_folders=len(folders) > 1,
        code_too=bool(folders) and _runs(config, "terraform"),
    )


def _runs(config: Any, framework: str) -> bool:  # noqa: ANN401 - checkov's
    wanted = getattr(config, "framework", None) or ["all"]
    return not {"all", framework}.isdisjoint(wanted) and framework not in (getattr(config, "skip_framework", None) or [])


def uncertain_fails() -> bool:
    """Whether an uncertain finding fails: the default. Raises ValueError where the setting is neither."""
    said = os.environ.get(UNCERTAIN) or "fail"  # pipelines set what they do not mean to the empty text
    if said not in {"fail", "ignore"}:
        raise ValueError(f"{UNCERTAIN} is {said!r}: it can be fail (the default) or ignore")
    return said == "fail"


def _root_module(folder: Path) -> Path | None:
    """The folder of the repository that the plan is of: the one named, or the only root module below it."""
    if not folder.is_dir():
        return None
    if holds_code(folder):
        return folder
    below = [path for path in find_inputs(folder) if path.is_dir()]
    return below[0] if len(below) == 1 else None
