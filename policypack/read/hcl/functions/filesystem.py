"""Files: only those of the scanned tree, and only through the scope. What is not there may be elsewhere, so it is Unknown."""

from __future__ import annotations

import base64
import posixpath
from collections.abc import Callable, Mapping

from policypack.model import Unknown, Value
from policypack.read.hcl.convert import mapping, text
from policypack.read.hcl.functions.digests import hexadecimal, in_base64
from policypack.read.hcl.functions.encoding import plain
from policypack.read.hcl.functions.function import Files, Function, reading


def _absent(path: Value) -> Unknown:
    return Unknown(f"the file {text(path)[:200]} is not in the scanned tree")


def _of_content(show: Callable[[bytes], str]) -> Function:
    def applied(files: Files, path: Value) -> Value:
        content = files.read(text(path))
        return _absent(path) if content is None else show(content)

    return reading(applied)


def _fileexists(files: Files, path: Value) -> Value:
    return _absent(path) if files.read(text(path)) is None else True


def _fileset(_files: Files, folder: Value, _pattern: Value) -> Value:
    return Unknown(f"the files of the folder {text(folder)[:200]} are not listed")


def _templatefile(files: Files, path: Value, variables: Value) -> Value:
    content = files.read(text(path))
    return _absent(path) if content is None else files.render(plain(content), mapping(variables))


def _templatestring(files: Files, template: Value, variables: Value) -> Value:
    return files.render(text(template), mapping(variables))


def _elsewhere(_files: Files, path: Value) -> Value:
    return Unknown(f"the path {text(path)[:200]} depends on the machine")


def _basename(_files: Files, path: Value) -> Value:
    found = text(path)
    return posixpath.basename(found.rstrip("/")) or ("/" if found else ".")


def _dirname(_files: Files, path: Value) -> Value:
    return posixpath.normpath(posixpath.dirname(text(path)) or ".")


FUNCTIONS: Mapping[str, Function] = {
    "abspath": reading(_elsewhere),
    "basename": reading(_basename),
    "dirname": reading(_dirname),
    "file": _of_content(plain),
    "filebase64": _of_content(lambda content: base64.b64encode(content).decode()),
    "filebase64sha256": _of_content(lambda content: in_base64("sha256", content)),
    "filebase64sha512": _of_content(lambda content: in_base64("sha512", content)),
    "fileexists": reading(_fileexists),
    "filemd5": _of_content(lambda content: hexadecimal("md5", content)),
    "fileset": reading(_fileset),
    "filesha1": _of_content(lambda content: hexadecimal("sha1", content)),
    "filesha256": _of_content(lambda content: hexadecimal("sha256", content)),
    "filesha512": _of_content(lambda content: hexadecimal("sha512", content)),
    "pathexpand": reading(_elsewhere),
    "templatefile": reading(_templatefile),
    "templatestring": reading(_templatestring),
}
