"""The part of checkov that the adapter touches, so that the adapter is tried where checkov is not installed.

`test_stand_in.py` holds its names and parameters to the real ones where they are. Run as a program, it loads the folder of
checks that is its first argument as checkov does, asks about each block of the JSON on standard input, and prints the records.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from enum import Enum
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any


class CheckResult(str, Enum):
    """What a check answers."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class CheckCategories(Enum):
    """Of the many, the one that is used."""

    BACKUP_AND_RECOVERY = 1
    GENERAL_SECURITY = 2


SEVERITIES = {name: SimpleNamespace(name=name, level=level) for level, name in enumerate(("LOW", "MEDIUM", "HIGH", "CRITICAL"))}


class BaseCheckRegistry:
    """Holds checks by name, drops a second one silently, and loads files without letting an error out."""

    def __init__(self, report_type: str) -> None:
        self.report_type = report_type
        self.checks: list[Any] = []

    def register(self, check: Any) -> None:
        """Adds a check unless its name is taken."""
        if not any(each.id == check.id for each in self.checks):
            self.checks.append(check)

    def get_check_by_id(self, check_id: str) -> Any:
        """The check of that name, if any."""
        return next((each for each in self.checks if each.id == check_id), None)

    def load_external_checks(self, directory: str) -> None:
        """Executes the files of the folder itself, as modules of their bare names."""
        for path in sorted(Path(directory).glob("[!_]*.py")):
            spec = importlib.util.spec_from_file_location(path.stem, path)
            assert spec
            assert spec.loader
            module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
            try:
                spec.loader.exec_module(module)
            except Exception as error:  # noqa: BLE001 - as checkov does
                sys.stderr.write(f"Cannot load external check {path.stem}: {error}\n")


REGISTRIES = {kind: BaseCheckRegistry("terraform") for kind in ("resource", "data", "provider", "module")}


def parent(kind: str) -> type[Any]:
    """The class that checks of one kind of block inherit from."""

    def __init__(self: Any, name: str, id: str, categories: Any, supported: Any) -> None:  # noqa: A002, N807 - checkov's words
        self.name, self.id, self.categories, self.supported = name, id, categories, supported
        self.severity, self.graph, self.details = None, None, []
        REGISTRIES[kind].register(self)

    def run(self: Any, scanned_file: str, conf: Any, name: str, entity_type: str) -> Any:
        self.details = []
        self.entity_path = f"{scanned_file}:{entity_type}:{name}"
        return self.scan_entity_conf(conf, entity_type)

    return type(f"Base{kind.title()}Check", (), {"__init__": __init__, "run": run})


class RunnerFilter:
    """What `--check` asks for."""

    def __init__(self, checks: list[str] | None = None, all_external: bool = False) -> None:
        self.names = [each for each in checks or [] if each not in SEVERITIES]
        self.levels = [SEVERITIES[each].level for each in checks or [] if each in SEVERITIES]
        self.all_external = all_external
        self.excluded_paths: list[str] = []

    def should_run_check(self, check: Any = None, check_id: str | None = None, severity: Any = None, **_where: Any) -> bool:
        """Whether a check of that name and severity is asked."""
        name, severity = (check.id, check.severity) if check else (check_id, severity)
        named = any(fnmatch(str(name), each) for each in self.names)
        severe = bool(severity and self.levels and severity.level >= min(self.levels))
        return named or severe or self.all_external or not (self.names or self.levels)


class Record:
    """One line of a report."""

    def __init__(  # noqa: PLR0913 - checkov's
        self,
        *,
        check_id: str,
        check_name: str,
        check_result: Any,
        code_block: Any,
        file_path: str,
        file_line_range: Any,
        resource: str,
        evaluations: Any,
        check_class: str,
        file_abs_path: str,
        severity: Any = None,
        details: Any = None,
    ) -> None:
        shown = (check_name, code_block, file_line_range, evaluations, check_class)
        assert None not in shown[:3]
        assert file_abs_path.endswith(file_path)
        self.line = [check_id, resource, check_result["result"].value, severity.name, details]


def filter_ignored_paths(root_dir: str, names: list[str], excluded_paths: Any) -> None:  # noqa: ARG001 - checkov's
    """Leaves out what is hidden, in place."""
    names[:] = [each for each in names if not each.startswith(".")]


CONFIG = SimpleNamespace(config=None)
MODULES: dict[str, dict[str, Any]] = {
    "checkov.common.models.enums": {"CheckResult": CheckResult, "CheckCategories": CheckCategories},
    "checkov.common.bridgecrew.severities": {"Severities": SEVERITIES},
    "checkov.common.bridgecrew.integration_features.integration_feature_registry": {"integration_feature_registry": CONFIG},
    "checkov.common.checks.base_check_registry": {"BaseCheckRegistry": BaseCheckRegistry},
    "checkov.common.output.record": {"Record": Record},
    "checkov.common.runners.base_runner": {"filter_ignored_paths": filter_ignored_paths},
    "checkov.runner_filter": {"RunnerFilter": RunnerFilter},
    "checkov.terraform.checks.resource.registry": {"resource_registry": REGISTRIES["resource"]},
    "checkov.terraform.checks.resource.base_resource_check": {"BaseResourceCheck": parent("resource")},
    "checkov.terraform.checks.data.base_check": {"BaseDataCheck": parent("data")},
    "checkov.terraform.checks.provider.base_check": {"BaseProviderCheck": parent("provider")},
    "checkov.terraform.checks.module.base_module_check": {"BaseModuleCheck": parent("module")},
}


class Graph:
    """Blocks in the form of rustworkx: pairs of a number and the attributes."""

    def __init__(self, blocks: list[dict[str, Any]]) -> None:
        self._nodes = list(enumerate(blocks))

    def nodes(self) -> list[tuple[int, dict[str, Any]]]:
        """All of them."""
        return self._nodes


class Runner:
    """Loads the external checks, and asks them about each block."""

    check_type = "terraform"

    def __init__(self, blocks: list[dict[str, Any]]) -> None:
        self.blocks, self.lines = blocks, list[Any]()
        self.graph_manager = SimpleNamespace(db_connector=SimpleNamespace(graph=Graph(blocks)))

    def run(self, checks: str, config: Any) -> None:
        """One run over the folder of the configuration."""
        REGISTRIES["resource"].load_external_checks(checks)
        self.check_tf_definition(self, config.directory[0], RunnerFilter(config.check))

    def check_tf_definition(self, report: Any, root_folder: str, runner_filter: RunnerFilter) -> None:  # noqa: ARG002 - checkov's
        """Every check at every block of its kind."""
        for block in self.blocks:
            for check in REGISTRIES.get(block["block_type_"], BaseCheckRegistry("")).checks:
                check.graph = self.graph_manager.db_connector.graph
                kind, name = block["block_type_"], block["__address__"]
                result = check.run(block["scanned"], {"__address__": name}, name, kind)
                report.lines.append([check.id, name, result.value, check.severity.name, check.details])

    def add_record(self, record: Record) -> None:
        """What was not asked for."""
        self.lines.append(record.line)


def main() -> None:
    """Loads, asks and prints."""
    for name, values in MODULES.items():
        for end in range(1, name.count(".") + 2):
            part = ".".join(name.split(".")[:end])
            sys.modules.setdefault(part, ModuleType(part))
        vars(sys.modules[name]).update(values)
    asked = json.load(sys.stdin)
    CONFIG.config = SimpleNamespace(**asked["config"])
    runner = Runner(asked["blocks"])
    runner.run(sys.argv[1], CONFIG.config)
    json.dump(runner.lines, sys.stdout)


if __name__ == "__main__":
    main()
