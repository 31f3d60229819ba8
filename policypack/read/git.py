"""Asks git about a repository, without anything that the repository could have executed.

The checkout belongs to whoever wrote the change. Its configuration and hooks are not followed, nothing is fetched, and what git
answers is bounded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from pathlib import Path
from typing import IO

from policypack.read.options import ReadError

_SECONDS = 60
_LARGEST = 256 * 2**20
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP")
_INDEX = ("GIT_INDEX_FILE",)  # `git commit FILE` commits from an index of its own
# Whatever a configuration could start where objects are read: watchers, hooks, pagers, fetches of what a partial clone lacks.
_OFF = ("core.fsmonitor=false", "core.hooksPath=/dev/null", "core.pager=cat", "diff.external=", "protocol.allow=never")
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "LC_ALL": "C",
}


def root_of(folder: Path) -> Path | None:
    """The repository around a folder, None where there is none."""
    folder = folder.resolve()
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def answer(
    root: Path, *words: str, most: int = _LARGEST, strict: bool = False, staged: bool = False, given: bytes = b""
) -> bytes:
    """What git prints, b"" where it refuses (`strict`: that is a ReadError too). `given` is what it reads from its standard input.

    `staged`: the index is the one of the commit that is being made, which a hook is told of. Raises ReadError where git is missing,
    does not end, or says more than `most` bytes.
    """
    program = shutil.which("git")
    if program is None or not Path(program).is_absolute():
        raise ReadError("git is not installed", "the repository is read with it; run this where git is")
    off = [word for each in _OFF for word in ("-c", each)]
    command = [program, f"--git-dir={root / '.git'}", "--no-pager", *off, *words]
    kept = {name: os.environ[name] for name in (*_KEPT, *(_INDEX if staged else ())) if name in os.environ}
    with (
        _reader(given) as reader,
        subprocess.Popen(  # noqa: S603 - no shell, and every word is checked
            command,
            cwd=root,
            env={**kept, **_ENVIRONMENT},
            stdin=reader,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        late = threading.Timer(_SECONDS, process.kill)
        late.start()
        try:
            said = process.stdout.read(most + 1) if process.stdout else b""
            if len(said) > most:
                process.kill()
                raise ReadError("git says more than can be read", "is the file in that commit the right one?")
            code = process.wait()
        finally:
            late.cancel()
    if code < 0 or (strict and code):
        raise ReadError("git did not answer", "is this a whole checkout?")
    return said if code == 0 else b""


def _reader(given: bytes) -> IO[bytes]:
    """A file that holds it: a pipe would stand still once both ends are full."""
    if not given:
        return Path(os.devnull).open("rb")
    import tempfile

    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asked for it closes it
    file.write(given)
    file.seek(0)
    return file
