"""Terraform's functions, by name. One group a file; each file has one table from name to function."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping, Sequence

from policypack.model import Unknown, Value
from policypack.read.hcl.budget import CHARACTERS_PER_STEP, spend
from policypack.read.hcl.functions import collection, encoding, numeric, strings
from policypack.read.hcl.functions.function import Files, Function, Holes
from policypack.read.hcl.partial import EvaluationError, blend, has_unknown

COMMON: Mapping[str, Function] = {
    **numeric.FUNCTIONS,
    **strings.FUNCTIONS,
    **collection.FUNCTIONS,
    **encoding.FUNCTIONS,
}
NEVER_TWICE_THE_SAME = frozenset(("timestamp", "plantimestamp", "uuid", "bcrypt", "rsadecrypt", "base64gzip"))


@functools.cache
def rare() -> Mapping[str, Function]:
    """The functions that most modules do not use, and whose libraries a cold start need not pay for."""
    from policypack.read.hcl.functions import dates, digests, filesystem, network

    return {**digests.FUNCTIONS, **dates.FUNCTIONS, **network.FUNCTIONS, **filesystem.FUNCTIONS}


def call(name: str, arguments: Sequence[Value], files: Files) -> Value:
    """The result of a function. Unknown where an unknown argument decides it; raises EvaluationError where it is refused."""
    if "::" in name:
        return blend(arguments, f"{name} is a function of a provider")
    if name in NEVER_TWICE_THE_SAME:
        return blend(arguments, f"{name} cannot be told before it is applied")
    function = COMMON.get(name) or rare().get(name)
    if function is None:
        return blend(arguments, f"there is no function {name}")
    function.check_count(name, len(arguments))
    if _undecided(function.holes, arguments):
        return blend(arguments)
    try:
        result = function.call(files, *arguments) if function.reads_files else function.call(*arguments)
    except (ArithmeticError, ValueError) as error:
        raise EvaluationError(f"{name}: {str(error)[:80]}") from None
    if isinstance(result, str):
        spend(len(result) // CHARACTERS_PER_STEP)
        return result if result.isascii() else unicodedata.normalize("NFC", result)
    if isinstance(result, (list, dict)):
        spend(len(result))
    return result


def _undecided(holes: Holes, arguments: Sequence[Value]) -> bool:
    if holes is Holes.ALLOWED:
        return False
    if holes is Holes.INSIDE:
        return any(isinstance(argument, Unknown) for argument in arguments)
    return any(has_unknown(argument) for argument in arguments)
