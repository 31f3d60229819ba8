"""Terraform's functions, by name. One group a file; each file has one table from name to function."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence

from policypack.model import Unknown, Value
from policypack.read.hcl.budget import CHARACTERS_PER_STEP, spend
from policypack.read.hcl.functions import collection, dates, digests, encoding, filesystem, network, numeric, strings
from policypack.read.hcl.functions.function import Files, Function, Holes
from policypack.read.hcl.partial import EvaluationError, blend, has_unknown

FUNCTIONS: Mapping[str, Function] = {
    **numeric.FUNCTIONS,
    **strings.FUNCTIONS,
    **collection.FUNCTIONS,
    **encoding.FUNCTIONS,
    **digests.FUNCTIONS,
    **dates.FUNCTIONS,
    **network.FUNCTIONS,
}
NEVER_TWICE_THE_SAME = frozenset(("timestamp", "plantimestamp", "uuid", "bcrypt", "rsadecrypt", "base64gzip"))


def call(name: str, arguments: Sequence[Value], files: Files) -> Value:
    """The result of a function. Unknown where an unknown argument decides it; raises EvaluationError where it is refused."""
    if "::" in name:
        return blend(arguments, f"{name} is a function of a provider")
    if name in NEVER_TWICE_THE_SAME:
        return blend(arguments, f"{name} cannot be told before it is applied")
    function = FUNCTIONS.get(name)
    if function is None:
        reader = filesystem.FUNCTIONS.get(name)
        if reader is None:
            return blend(arguments, f"there is no function {name}")
        reader.check_count(name, len(arguments))
        return blend(arguments) if has_unknown(list(arguments[:1])) else reader.call(files, *arguments)
    function.check_count(name, len(arguments))
    if _undecided(function.holes, arguments):
        return blend(arguments)
    try:
        result = function.call(*arguments)
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
