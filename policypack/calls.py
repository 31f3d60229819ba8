"""Which folders a file of code calls as modules, and which files it reads, told from its text: a parser would cost too much."""

from __future__ import annotations

import os
import re
from bisect import bisect
from collections.abc import Collection, Iterator, Sequence

ANYWHERE = "*"
"""What is called where a source is worked out from values: any folder, as far as the text tells."""
DATA = (".json", ".tpl", ".tmpl", ".yaml", ".yml")
"""How the names of files end that code reads by `file()` or `templatefile()`, besides those that are Terraform's own."""
_HERE = r"\$\{path\.(?:module|root)\}"
_CALL = re.compile(
    rf"""(?m)(?:^[ \t]*|[{{,]\s*)"?source"?\s*[=:]\s*(?:"(\.{{1,2}}|{_HERE})((?:/[^"$%]*)?)"|"\$\{{(?!path\.)|(?=[a-z(]))"""
)
_BLOCK = re.compile(r"(?m)^[a-z]\w*")
_LINES = re.compile(r"(?m)^[ \t]*(?:#|//).*$")
# Text in quotes is skipped, since an ARN may hold both ends of a comment. Nothing here takes more than linear time.
_COMMENTS = re.compile(r'(?ms)("(?:\\.|[^"\\\n])*")|(?:\A|(?<=[\s{(\[,=]))/\*.*?(?:\*/|\Z)|^[ \t]*(?:#|//)[^\n]*')
_LOCAL = re.compile(rb'"(?:\.{1,2}|\$\{path\.\w+\})["/]|source"?\s*[=:]\s*(?:"\$\{|[a-z(])')
_NAMED = re.compile(rb'(^|[/"*}])([^/"*}\s]*(?:' + b"|".join(re.escape(each.encode()) for each in DATA) + rb'))"')
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # nothing is waited for, as at a pipe
_CHUNK = 64 * 1024
_LARGEST = 4 * 1024 * 1024  # no hand writes a larger .tf file; its module calls are then not looked for


def contents(file: str) -> bytes:
    """What is in a file, nothing where it cannot be read or is too large: the reader says so where the module is scanned."""
    raw = b""
    try:
        opened = os.open(file, _OPEN)
        try:
            while (chunk := os.read(opened, _CHUNK)) and len(raw) <= _LARGEST:
                raw += chunk
        finally:
            os.close(opened)
    except OSError:
        return b""
    return raw if len(raw) <= _LARGEST else b""


def calls_in(raw: bytes) -> Iterator[str]:
    """The folders that the code calls, as it writes them (`../db`), `.` standing for `${path.module}`; or ANYWHERE."""
    if b"module" not in raw or not _LOCAL.search(raw):  # most files call nothing, and the word alone is looked for fastest
        return
    text = raw.decode("utf-8", "replace")
    text = _COMMENTS.sub(lambda found: found[1] or "", text) if "/*" in text else _LINES.sub("", text)
    blocks: list[tuple[int, str]] | None = None
    for match in _CALL.finditer(text):
        if match[1]:
            yield ("." if match[1].startswith("$") else match[1]) + match[2]
            continue
        blocks = [(each.start(), each[0]) for each in _BLOCK.finditer(text)] if blocks is None else blocks
        if _in_a_module(blocks, match.start()):
            yield ANYWHERE


def _in_a_module(blocks: Sequence[tuple[int, str]], at: int) -> bool:
    """Whether it is the source of a module and not of an object in a bucket. Unknown is yes."""
    before = bisect(blocks, (at, ""))
    return before == 0 or blocks[before - 1][1] == "module"


def read_by(raw: bytes, names: Collection[bytes]) -> set[bytes]:
    """Those of the file names that the code writes down, or that a pattern or a template of it may stand for."""
    found: set[bytes] = set()
    for before, name in set(_NAMED.findall(raw)):
        if before in {b"*", b"}"}:
            found.update(each for each in names if each.endswith(name))
        elif name in names:
            found.add(name)
    return found
