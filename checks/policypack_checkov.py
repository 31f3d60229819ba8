"""What `checkov --external-checks-dir "$(policypack where)"` executes: it offers every check to checkov.

checkov logs what goes wrong here, runs without these checks, and passes. So this file ends the run itself.
"""

import sys
from pathlib import Path

_INSTALL = "install policypack where checkov is installed: pip install 'policypack[checkov]'"


def _offer() -> None:
    try:
        _refuse_the_repository()
        registry, runner = _loading()
        if not _for_terraform(registry):
            return
        _find()
        from policypack.checkov.pack import register

        register(runner)
    except Exception as error:  # noqa: BLE001 - checkov would log it, run without these checks, and pass
        missing = isinstance(error, ImportError)
        _stop(f"{type(error).__name__}: {error}" + (f"\n  {_INSTALL}" if missing else ""))


def _refuse_the_repository() -> None:
    """Of a whole repository checkov executes every file, each as a module of its bare name: ours then stand in the place of
    Python's `types` and `json`. Hence nothing is imported above that checkov has not imported before."""
    from checkov.common.bridgecrew.integration_features.integration_feature_registry import integration_feature_registry

    beside = Path(__file__).resolve().parents[1] / "policypack" / "__init__.py"
    if getattr(integration_feature_registry.config, "external_checks_git", None) and beside.exists():
        raise RuntimeError(
            "--external-checks-git makes checkov execute every file of a repository, and this is the whole of policypack."
            f" Name the branch that holds the checks alone (?ref=heads/checkov), and {_INSTALL}"
        )


def _loading() -> tuple[object, object]:
    """The registry that executes this file, and the runner that asked it to."""
    from checkov.common.checks.base_check_registry import BaseCheckRegistry

    registry, frame = None, sys._getframe().f_back  # noqa: SLF001 - no argument says for whom a check is loaded
    while frame is not None:
        owner = frame.f_locals.get("self")
        if isinstance(owner, BaseCheckRegistry):
            registry = registry or owner
        elif registry is not None and hasattr(owner, "check_type"):
            return registry, owner
        frame = frame.f_back
    return registry, None


def _for_terraform(registry: object) -> bool:
    """Whether it loads checks for Terraform: checkov loads them for every other framework too. Unknown is yes."""
    from checkov.terraform.checks.resource.registry import resource_registry

    return registry is None or registry is resource_registry


def _find() -> None:
    """The package that these checks came with: two folders up where it was installed, one in a checkout. checkov may live
    in an environment of its own. A folder that came alone, by --external-checks-git, takes the one that is installed."""
    import importlib.util
    from importlib.machinery import PathFinder

    here = Path(__file__).resolve()
    home = str(here.parents[2] if here.parent.name == "_checks" else here.parents[1])
    spec = PathFinder.find_spec("policypack", [home])
    if spec is None or spec.loader is None or spec.origin is None:
        return
    if getattr(sys.modules.get("policypack"), "__file__", None) != spec.origin:
        package = sys.modules["policypack"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(package)
        sys.path.append(home)  # its dependencies lie beside it, unless checkov's environment has them


def _stop(reason: str) -> None:
    sys.stderr.write(f"policypack: {reason}\n")
    sys.stderr.flush()
    import multiprocessing

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

    def fail(*_: object) -> object:
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
