"""What `checkov --external-checks-dir "$(policypack where)"` executes: it offers every check to checkov.

checkov logs what goes wrong here, runs without these checks, and passes. So this file ends the run itself.
"""

import importlib.util
import multiprocessing
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from checkov.common.checks.base_check_registry import BaseCheckRegistry
from checkov.terraform.checks.resource.registry import resource_registry

_INSTALL = "install policypack where checkov is installed: pip install 'policypack[checkov]'"


def _offer() -> None:
    registry, runner = _loading()
    if registry is not resource_registry:
        return  # another framework than Terraform's: nothing here is for it
    try:
        _find()
        from policypack.checkov.pack import register

        register(runner)
    except Exception as error:  # noqa: BLE001 - checkov would log it, run without these checks, and pass
        missing = isinstance(error, ImportError)
        _stop(f"{type(error).__name__}: {error}" + (f"\n  {_INSTALL}" if missing else ""))


def _loading() -> tuple[Any, Any]:
    """The registry that executes this file, and the runner that asked it to."""
    registry = None
    frame: FrameType | None = sys._getframe()  # noqa: SLF001 - no argument says for whom a check is loaded
    while frame := frame and frame.f_back:
        owner = frame.f_locals.get("self")
        if isinstance(owner, BaseCheckRegistry):
            registry = registry or owner
        elif registry is not None and hasattr(owner, "check_type"):
            return registry, owner
    return registry or resource_registry, None


def _find() -> None:
    """The package that these checks came with: two folders up where it was installed, one in a checkout. checkov may live
    in an environment of its own. A folder that came alone, by --external-checks-git, takes the one that is installed."""
    here = Path(__file__).resolve()
    home = here.parents[2] if here.parent.name == "_checks" else here.parents[1]
    spec = PathFinder.find_spec("policypack", [str(home)])
    if spec is None or spec.loader is None or spec.origin is None:
        return
    if (home / ".git").exists() and home.name == "result" and home.parent.name.endswith("_checks"):
        raise RuntimeError(
            "--external-checks-git makes checkov execute every file of a repository, and this is all of policypack."
            f" Name the branch that has the checks alone, ?ref=heads/checkov, and {_INSTALL}"
        )
    if getattr(sys.modules.get("policypack"), "__file__", None) != spec.origin:
        package = sys.modules["policypack"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(package)
        sys.path.append(str(home))  # its dependencies lie beside it, unless checkov's environment has them


def _stop(reason: str) -> None:
    sys.stderr.write(f"policypack: {reason}\n")
    sys.stderr.flush()
    if multiprocessing.parent_process() is None:
        sys.exit(2)
    _fail_later(f"policypack: {reason}")


def _fail_later(reason: str) -> None:
    """In a process of its own an exit would be lost: checkov takes it for a framework without findings. An error where it
    asks which checks to run reaches the process that decides, which then exits with 2."""
    from checkov.common.models.enums import CheckCategories
    from checkov.terraform.checks.data.base_check import BaseDataCheck
    from checkov.terraform.checks.module.base_module_check import BaseModuleCheck
    from checkov.terraform.checks.provider.base_check import BaseProviderCheck
    from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

    def fail(*_: Any) -> NoReturn:  # noqa: ANN401 - whatever it is asked
        raise RuntimeError(reason)

    kinds = {"resource": BaseResourceCheck, "data": BaseDataCheck, "provider": BaseProviderCheck, "module": BaseModuleCheck}
    for kind, parent in kinds.items():
        severity = property(fail, lambda _self, _value: None)
        broken = type("Broken", (parent,), {"severity": severity, f"scan_{kind}_conf": fail})
        broken(
            "policypack",
            "policypack_cannot_be_loaded",
            [CheckCategories.GENERAL_SECURITY],
            ["module" if kind == "module" else "*"],
        )


_offer()
