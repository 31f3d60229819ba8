"""What `checkov --external-checks-dir "$(policypack where)"` executes: it offers every check to checkov."""

import sys
from pathlib import Path


def _register() -> None:
    # checkov may live in an environment of its own. Then the package lies two folders up (where it was installed) or one
    # (in a checkout), and its dependencies beside it.
    here = Path(__file__).resolve()
    home = here.parents[2] if here.parent.name == "_checks" else here.parents[1]
    sys.path.append(str(home))
    try:
        from policypack.checkov import register
    except Exception as error:  # noqa: BLE001 - checkov would log it, run without these checks, and pass
        sys.stderr.write(f"policypack: {type(error).__name__}: {error}\n  install policypack beside checkov\n")
        sys.stderr.flush()
        sys.exit(2)
    register()


_register()
