"""The digest of a large plan, made on another processor while the plan is judged: it needs nothing but the text."""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import msgspec

from policypack.gate.digest import Hashed, hashed

LARGE = 1 << 25
"""A text that is hashed in less time than anybody notices is hashed where it is needed."""


class Beside:
    """What is hashed in a child of this process, if anything is."""

    def __init__(self) -> None:
        self._child = 0
        self._pipe = -1

    def begin(self, text: bytes) -> None:
        """Begins with a text, where it is large and another processor is there for it."""
        if not self._child and len(text) >= LARGE and hasattr(os, "fork") and processors() > 1:
            with suppress(OSError):  # no process is to be had: then it is done here
                self._child, self._pipe = _forked(text)

    def hashed(self, text: bytes) -> Hashed:
        """The digest of the text that was begun with. Raises ReadError where it has none."""
        said = b""
        with suppress(OSError):
            while self._child and (piece := os.read(self._pipe, 1 << 16)):
                said += piece
        self.end()
        try:
            return msgspec.json.decode(said, type=Hashed)
        except msgspec.MsgspecError:  # nothing was begun, or what was is gone: an error is found here again, and said
            return hashed(text)

    def end(self) -> None:
        """Leaves off: nobody needs it any more."""
        if self._child:
            with suppress(OSError):
                os.kill(self._child, signal.SIGKILL)
            with suppress(OSError):
                os.waitpid(self._child, 0)
            os.close(self._pipe)
        self._child = 0


@contextmanager
def beside() -> Iterator[Beside]:
    """Whatever happens, no child is left."""
    made = Beside()
    try:
        yield made
    finally:
        made.end()


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _forked(text: bytes) -> tuple[int, int]:
    """A child that has the text already, and what it will write its answer to."""
    here, there = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads that are gone in a child: it needs none of them
        child = os.fork()
    if not child:
        try:
            os.write(there, msgspec.json.encode(hashed(text)))
        finally:
            os._exit(0)
    os.close(there)
    return child, here
