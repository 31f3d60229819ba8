"""What `checkov --external-checks-dir "$(policypack where)"` executes: it offers every check to checkov."""

import importlib.util
import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import NoReturn


def _register() -> None:
    # The package that these checks came with: two folders up where it was installed, one in a checkout. checkov may live in
    # an environment of its own, and another policypack in that.
    here = Path(__file__).resolve()
    home = str(here.parents[2] if here.parent.name == "_checks" else here.parents[1])
    spec = PathFinder.find_spec("policypack", [home])
    if spec is None or spec.loader is None:
        _stop("there is no policypack beside these checks")
    try:
        package = sys.modules["policypack"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(package)
        sys.path.append(home)  # its dependencies lie beside it, unless checkov's environment has them
        from policypack.checkov import register
    except Exception as error:  # noqa: BLE001 - checkov would log it, run without these checks, and pass
        _stop(f"{type(error).__name__}: {error}")
    register()


def _stop(reason: str) -> NoReturn:
    sys.stderr.write(f"policypack: {reason}\n  install policypack beside checkov: pip install 'policypack[checkov]'\n")
    sys.stderr.flush()
    sys.exit(2)


_register()
