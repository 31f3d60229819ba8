"""The program, `policypack` or `python -m policypack`: what is true of the process as a whole, around the command line."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> None:
    """Runs the command line without looking for cycles, and ends without tidying up.

    What is loaded and read lives to the end of the process, so that a cyclic collector finds nothing, again and again, and
    taking everything apart before the system takes it back anyway costs a large scan seconds.
    """
    gc.disable()
    from policypack.cli import main as run

    try:
        run()
    except SystemExit as ended:
        if isinstance(ended.code, int):
            _end(ended.code)
        raise


def _end(code: int) -> NoReturn:
    with suppress(OSError, ValueError):  # a reader that left: the interpreter's own end says so
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
