"""What only a terminal session needs: progress on long work, and a quiet end when the reader leaves."""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from policypack.report.escape import visible
from policypack.scan import ScanError


class Progress:
    """Says on stderr what is being done, once it has taken a second, and only where a person is looking."""

    def __init__(self) -> None:
        self._stage = "starting"
        self._shown = False
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True) if sys.stderr.isatty() else None

    def __call__(self, stage: str) -> None:
        """What is being done from now on."""
        self._stage = stage

    def __enter__(self) -> Callable[[str], None]:
        if self._thread:
            self._thread.start()
        return self.__call__

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        if self._thread:
            self._thread.join()
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def _watch(self) -> None:
        while not self._done.wait(1.0):
            self._shown = True
            sys.stderr.write(f"\r\x1b[K{visible(self._stage)[:100]} …")
            sys.stderr.flush()


def width() -> int:
    """How wide a line may be: the terminal's width, or 100 where nobody looks at one."""
    return shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100


def write(text: str, *, commands: bool = False) -> None:
    """Text on standard output, as UTF-8 whatever the machine's own encoding is. A reader that left is no error.

    A line that begins with `::` is a command to a runner of GitHub: it stays one only where the text has such `commands`.
    """
    if not commands and "::" in text:
        text = re.sub(r"(?m)^([^\S\n]*):(?=:)", r"\1\\u{3a}", text)
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "replace"))
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def attended() -> bool:
    """Whether somebody is at a terminal who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def agreed(question: str) -> bool:
    """Whether somebody at a terminal says yes. Raises ScanError where nobody is there to ask."""
    if not attended():
        raise ScanError("nobody is there to be asked", "run it in a terminal, or sign without being asked with --yes")
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
