"""Text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import cast

from policypack.model import Unknown, Value
from policypack.read.hcl.convert import integer, sequence, text
from policypack.read.hcl.documents import join_pieces
from policypack.read.hcl.functions.formatting import spread, written
from policypack.read.hcl.functions.function import Function, patient, whole
from policypack.read.hcl.partial import MAX_TEXT, EvaluationError, blend, has_unknown


def clusters(value: str) -> list[str]:
    """The characters as a reader counts them: letters with their marks, joined emoji, flags."""
    if value.isascii() and "\r" not in value:
        return list(value)
    made: list[str] = []
    for letter in value:
        if made and _continues(made[-1], letter):
            made[-1] += letter
        else:
            made.append(letter)
    return made


def _continues(cluster: str, letter: str) -> bool:
    if cluster in ("\r", "\n", "\r\n"):
        return cluster == "\r" and letter == "\n"
    if letter == "\u200d" or "\U0001f3fb" <= letter <= "\U0001f3ff" or unicodedata.category(letter).startswith("M"):
        return True
    if _is_flag_half(letter):
        return len(cluster) == 1 and _is_flag_half(cluster)
    return cluster.endswith("\u200d") and unicodedata.category(letter) == "So"


def _is_flag_half(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _plain(change: Callable[[str], Value]) -> Function:
    def applied(value: Value) -> Value:
        return change(text(value))

    return whole(applied)


def _plain_two(change: Callable[[str, str], Value]) -> Function:
    def applied(value: Value, other: Value) -> Value:
        return change(text(value), text(other))

    return whole(applied)


def _title(value: str) -> str:
    """Upper case for every letter that begins a word; apostrophes begin one too, underscores and digits do not."""
    return re.sub(r"(?<![\w])[^\W\d_]", lambda match: match.group().upper(), value)


def _upper(value: str) -> str:
    return "".join(upper if len(upper := letter.upper()) == 1 else letter for letter in value)


def _lower(value: str) -> str:
    return "".join(letter.lower()[:1] for letter in value)


def _trim_prefix(value: str, prefix: str) -> str:
    return value.removeprefix(prefix) if prefix else value


def _trim_suffix(value: str, suffix: str) -> str:
    return value.removesuffix(suffix) if suffix else value


def _chomp(value: str) -> str:
    return value.rstrip("\r\n")


def _strrev(value: str) -> str:
    return "".join(reversed(clusters(value)))


def _split(separator: str, value: str) -> Value:
    return cast("list[Value]", value.split(separator) if separator else list(value))


def _indent(spaces: Value, value: Value) -> Value:
    count, lines = integer(spaces), text(value)
    if count < 0 or count > 10_000 or count * (1 + lines.count("\n")) > MAX_TEXT:
        raise EvaluationError("the indentation is out of range")
    return lines.replace("\n", "\n" + " " * count)


def _join(separator: Value, *lists: Value) -> Value:
    if isinstance(separator, Unknown) or any(isinstance(elements, Unknown) for elements in lists):
        return blend((separator, *lists))
    if not lists:
        raise EvaluationError("at least one list is required")
    between = text(separator)
    pieces: list[str | Unknown] = []
    for element in (element for elements in lists for element in sequence(elements)):
        pieces.extend((between,) if pieces else ())
        pieces.append(element if isinstance(element, Unknown) else text(element))
    return join_pieces(pieces)


def _substr(value: Value, offset: Value, length: Value) -> Value:
    letters, start, count = clusters(text(value)), integer(offset), integer(length)
    if start < 0:
        start = max(0, len(letters) + start)
    return "".join(letters[start:] if count < 0 else letters[start : start + count])


def _replace(value: Value, old: Value, new: Value) -> Value:
    source, search, instead = text(value), text(old), text(new)
    if len(search) > 1 and search.startswith("/") and search.endswith("/"):
        from policypack.read.hcl.functions import regular  # few modules need patterns

        return regular.substitute(search[1:-1], source, instead)
    if len(source) + (source.count(search) if search else len(source) + 1) * len(instead) > MAX_TEXT:
        raise EvaluationError(f"the text is longer than {MAX_TEXT} characters")
    return source.replace(search, instead)


def _regex(pattern: Value, value: Value) -> Value:
    from policypack.read.hcl.functions import regular  # as above

    return regular.first(text(pattern), text(value))


def _regexall(pattern: Value, value: Value) -> Value:
    from policypack.read.hcl.functions import regular  # as above

    return regular.every(text(pattern), text(value))


def _format(pattern: Value, *arguments: Value) -> Value:
    if isinstance(pattern, Unknown):
        return blend((pattern, *arguments))
    return join_pieces(written(text(pattern), arguments))


def _formatlist(pattern: Value, *arguments: Value) -> Value:
    if isinstance(pattern, Unknown) or any(isinstance(argument, Unknown) for argument in arguments):
        return blend((pattern, *arguments))
    return [join_pieces(written(text(one), rest)) for one, *rest in spread((pattern, *arguments))]


def _starts(value: Value, prefix: Value) -> Value:
    return _edge(value, prefix, at=0)


def _ends(value: Value, suffix: Value) -> Value:
    return _edge(value, suffix, at=-1)


def _edge(value: Value, affix: Value, *, at: int) -> Value:
    """`startswith` and `endswith`, which known text at that edge settles even where the rest has holes."""
    if has_unknown(affix) or (isinstance(value, Unknown) and not value.parts):
        return blend((value, affix))
    wanted = text(affix)
    known = value.parts[at] if isinstance(value, Unknown) else text(value)
    if isinstance(known, str) and (not isinstance(value, Unknown) or len(known) >= len(wanted)):
        return known.startswith(wanted) if at == 0 else known.endswith(wanted)
    return blend((value, affix))


def _contains(value: Value, part: Value) -> Value:
    if isinstance(value, Unknown) and not has_unknown(part):
        certain = any(isinstance(piece, str) and text(part) in piece for piece in value.parts)
        return True if certain else blend((value,))
    return blend((value, part)) if has_unknown([value, part]) else text(part) in text(value)


FUNCTIONS: Mapping[str, Function] = {
    "chomp": _plain(_chomp),
    "endswith": patient(_ends),
    "format": patient(_format),
    "formatlist": patient(_formatlist),
    "indent": whole(_indent),
    "join": patient(_join),
    "lower": _plain(_lower),
    "regex": whole(_regex),
    "regexall": whole(_regexall),
    "replace": whole(_replace),
    "split": _plain_two(_split),
    "startswith": patient(_starts),
    "strcontains": patient(_contains),
    "strrev": _plain(_strrev),
    "substr": whole(_substr),
    "title": _plain(_title),
    "trim": _plain_two(lambda value, cut: value.strip(cut) if cut else value),
    "trimprefix": _plain_two(_trim_prefix),
    "trimspace": _plain(str.strip),
    "trimsuffix": _plain_two(_trim_suffix),
    "upper": _plain(_upper),
}
