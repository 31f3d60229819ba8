"""What the inputs mark as sensitive is not told, whatever it names: an account, a role, a policy. Questions weigh such values, and
their sentences quote them, so that it is taken out of the sentences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from policypack.authority.once import once
from policypack.check import Finding
from policypack.model import Evidence, Gap, Infrastructure, Power, Resource, Value, lookup, replace
from policypack.read.lazy import may_be_marked

Conceal = Callable[[str], str]
WORD = "(sensitive)"
_SHORTEST, _LONGEST = 4, 300  # shorter words are everywhere; what is longer is a document, which nobody quotes
_START = re.compile(r'(?<![\w.-])(?<!\[")\w')  # no address is touched: what is quoted there is no value
_PART = re.compile(r"[:/]")


@once
def concealing(infrastructure: Infrastructure) -> Conceal | None:
    """What takes the values out of a text that no output may show; None where nothing is marked as sensitive, as in most inputs."""
    words: dict[str, set[str]] = {}
    for source in infrastructure.inputs:
        for resource in source.resources:
            if may_be_marked(resource.sensitive):
                for word in _words(resource):
                    words.setdefault(word[:_SHORTEST], set()).add(word)
    if not words:
        return None
    lengths = {start: sorted({len(each) for each in found}, reverse=True) for start, found in words.items()}

    def conceal(text: str) -> str:
        kept, done = [], 0
        for match in _START.finditer(text):
            at = match.start()
            start = text[at : at + _SHORTEST]
            for length in lengths.get(start, ()) if at >= done else ():
                if text[at : at + length] in words[start] and not _goes_on(text[at + length : at + length + 1]):
                    kept += [text[done:at], WORD]
                    done = at + length
                    break
        return "".join((*kept, text[done:])) if kept else text

    return conceal


def findings_concealed(findings: Iterable[Finding], conceal: Conceal) -> list[Finding]:
    """The findings without them. What they are known by again (`cause`) is no sentence, and stays."""
    return [
        replace(each, message=conceal(each.message), because=steps_concealed(each.because, conceal), fix=conceal(each.fix))
        for each in findings
    ]


def gaps_concealed(gaps: Iterable[Gap], conceal: Conceal) -> list[Gap]:
    """The gaps without them."""
    return [replace(each, reason=conceal(each.reason)) for each in gaps]


def powers_concealed(powers: Iterable[Power], conceal: Conceal) -> list[Power]:
    """The powers without them."""
    return [replace(each, path=steps_concealed(each.path, conceal), missing=conceal(each.missing)) for each in powers]


def steps_concealed(steps: Iterable[Evidence], conceal: Conceal) -> tuple[Evidence, ...]:
    """The steps of a proof without them."""
    return tuple(replace(each, text=conceal(each.text)) for each in steps)


def _goes_on(following: str) -> bool:
    return following == "-" or following.isalnum() or following == "_"


def _words(resource: Resource) -> Iterator[str]:
    sides = [resource.values, resource.change.before] if resource.change is not None else [resource.values]
    for path in resource.sensitive:
        for values in sides:
            for text in _texts(lookup(values, path), 0):
                whole = text.lstrip("".join(each for each in text[:8] if not (each.isalnum() or each == "_")))
                parts = _PART.split(text)  # of a full name the end is told, and the account
                for word in (whole, parts[-1], *(each for each in parts if len(each) == 12 and each.isdigit())):
                    if _SHORTEST <= len(word) <= _LONGEST and "{" not in word and "\n" not in word:
                        yield word


def _texts(value: Value, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)) and depth < 64:
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each, depth + 1)
