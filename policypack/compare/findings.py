"""Which findings of the head the base has as well, and which of the base the head has not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from policypack.check import Finding
from policypack.compare.sides import Sides

Key = tuple[str, ...]
_COUNTED = re.compile(r" (?:and|perhaps) \d+ more\b")
_ADDRESS = re.compile(r"[^\s,]+")
_WORD = re.compile(r"[^\s,]+(?<!\.)")


def new_findings(sides: Sides, gaining: frozenset[str] = frozenset()) -> tuple[Finding, ...]:
    """The findings that this change brings. Those that the base has are left out one for one: the same check about the same resource
    of the same input, in the same words, no less certain and no less severe there. Whatever differs is new.

    `gaining` are those who gain a power, as the head's report names them from outside of all inputs: what their findings only count
    (`and 2 more`) may be other things now.
    """
    known: dict[Key, list[Finding]] = {}
    for each in sides.base.findings:
        known.setdefault((*_key(each, *each.resource.place), _words(each)), []).append(each)
    new, former_paths = [], _former_paths(sides.base_of)
    for each in sides.head.findings:
        key = _key(each, *sides.former(each.resource))
        same = known.get((*key, _words(each))) or known.get((*key, _words(each, former_paths)), [])
        about = (each.resource.address, *_ADDRESS.findall(each.message)) if _COUNTED.search(each.message) else ()
        counts = any(name in gaining or f"{each.resource.inside}:{name}" in gaining for name in about)
        match = next((other for other in same if _covers(other, each)), None) if not counts else None
        if match is None:
            new.append(each)
        else:
            same.remove(match)
    return tuple(new)


def fixed_findings(sides: Sides) -> tuple[Finding, ...]:
    """The findings of the base that nothing in the head stands for. Suppressing a finding fixes nothing, nor does other wording."""
    left = {_key(each, *sides.former(each.resource)) for each in (*sides.head.findings, *sides.head.suppressed)}
    return _once(each for each in sides.base.findings if _key(each, *each.resource.place) not in left)


def _once(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple({(*_key(each, *each.resource.place), _words(each)): each for each in findings}.values())


def _key(finding: Finding, inside: str, address: str) -> Key:
    return finding.check, inside, address, finding.cause


def _former_paths(base_of: Mapping[str, str]) -> Callable[[str], str]:
    """What gives inputs in a text the paths that they have in the base. A path that is a number may be any number of the text."""
    other = {new: old for new, old in base_of.items() if new != old and not new.isdigit()}
    paths = re.compile(rf"(?<![\w./-])(?:{'|'.join(map(re.escape, sorted(other, key=len, reverse=True)))})(?![\w/-])")
    return lambda text: paths.sub(lambda found: other[found[0]], text) if other else text


def _words(finding: Finding, told: Callable[[str], str] = str) -> str:
    """What it says, its own address aside. The words tell more than the cause: whom else a power reaches, how many days are left.
    Their order tells nothing: of several stores the one that is easiest to destroy comes first, and that may change."""
    return " ".join(sorted(_WORD.findall(told(finding.message.replace(finding.resource.address, "")))))


def _covers(known: Finding, asked: Finding) -> bool:
    return (known.certain or not asked.certain) and known.severity.rank >= asked.severity.rank
