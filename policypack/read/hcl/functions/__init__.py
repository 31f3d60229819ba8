"""Terraform's functions, by name. One group a file, which is loaded when one of its functions is called."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib import import_module

from policypack.model import Unknown, Value
from policypack.read.hcl.budget import CHARACTERS_PER_STEP, spend
from policypack.read.hcl.functions.function import Files, Function, Holes
from policypack.read.hcl.partial import EvaluationError, blend, has_unknown

GROUPS: Mapping[str, str] = {
    "collection": (
        "alltrue anytrue chunklist coalesce coalescelist compact concat contains distinct element ephemeralasnull flatten index "
        "issensitive keys length lookup matchkeys merge nonsensitive one range reverse sensitive setintersection setproduct "
        "setsubtract setunion slice sort sum tobool tolist tomap tonumber toset tostring transpose values zipmap"
    ),
    "dates": "formatdate timeadd timecmp",
    "digests": "base64sha256 base64sha512 md5 sha1 sha256 sha512 uuidv5",
    "encoding": (
        "base64decode base64encode csvdecode jsondecode jsonencode textdecodebase64 textencodebase64 urlencode yamldecode "
        "yamlencode"
    ),
    "filesystem": (
        "abspath basename dirname file filebase64 filebase64sha256 filebase64sha512 fileexists filemd5 fileset filesha1 "
        "filesha256 filesha512 pathexpand templatefile templatestring"
    ),
    "network": "cidrhost cidrnetmask cidrsubnet cidrsubnets",
    "numeric": "abs ceil floor log max min parseint pow signum",
    "strings": (
        "chomp endswith format formatlist indent join lower regex regexall replace split startswith strcontains strrev substr "
        "title trim trimprefix trimspace trimsuffix upper"
    ),
}
"""The functions of each file, so that a cold start loads none for nothing."""
NEVER_TWICE_THE_SAME = frozenset(("timestamp", "plantimestamp", "uuid", "bcrypt", "rsadecrypt", "base64gzip"))


@functools.cache
def _groups() -> Mapping[str, str]:
    return {name: group for group, names in GROUPS.items() for name in names.split()}


@functools.cache
def table(group: str) -> Mapping[str, Function]:
    """The functions of a file, by name."""
    found: Mapping[str, Function] = import_module(f"{__name__}.{group}").FUNCTIONS
    return found


def call(name: str, arguments: Sequence[Value], files: Files) -> Value:
    """The result of a function. Unknown where an unknown argument decides it; raises EvaluationError where it is refused."""
    if "::" in name:
        return blend(arguments, f"{name} is a function of a provider")
    if name in NEVER_TWICE_THE_SAME:
        return blend(arguments, f"{name} cannot be told before it is applied")
    group = _groups().get(name)
    if group is None:
        return blend(arguments, f"there is no function {name}")
    function = table(group)[name]
    function.check_count(name, len(arguments))
    if _undecided(function.holes, arguments):
        return blend(arguments)
    try:
        result = function.call(files, *arguments) if function.reads_files else function.call(*arguments)
    except (ArithmeticError, ValueError) as error:
        raise EvaluationError(f"{name}: {str(error)[:80]}") from None
    if isinstance(result, str):
        spend(len(result) // CHARACTERS_PER_STEP)
        return result if result.isascii() else _composed(result)
    if isinstance(result, (list, dict)):
        spend(len(result))
    return result


def _undecided(holes: Holes, arguments: Sequence[Value]) -> bool:
    if holes is Holes.ALLOWED:
        return False
    if holes is Holes.INSIDE:
        return any(isinstance(argument, Unknown) for argument in arguments)
    return any(has_unknown(argument) for argument in arguments)


def _composed(value: str) -> str:
    import unicodedata  # few results hold anything but ASCII

    return unicodedata.normalize("NFC", value)
