"""Policies of Vault and OpenBao as rules for paths: how a text is read, and which rule decides about a path.

A deny in any of them decides; otherwise the most specific pattern does, and of equal patterns all together (HashiCorp, "Policies",
priority matching).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from msgspec import Struct

from policypack.model import Truth, Unknown, Value

HOLE = "\0"
"""Stands around a name that exists only after the apply."""


class Rule(Struct, frozen=True):
    """One path of a policy. `allows` is None where its capabilities are not known."""

    pattern: str
    allows: frozenset[str] | None


def decide(path: str, wanted: frozenset[str], rules: list[Rule]) -> tuple[Truth, Rule]:
    """Whether rules allow one of the wanted capabilities on a path, and the rule that decides."""
    meets = [(covers(rule.pattern, path), rule) for rule in rules]
    sure = [rule for truth, rule in meets if truth is True]
    denies = next((rule for rule in sure if rule.allows is not None and "deny" in rule.allows), None)
    if denies is not None:
        return False, denies
    best = max((_priority(rule.pattern) for rule in sure), default=())
    deciding = [rule for rule in sure if _priority(rule.pattern) == best]
    allowing = next((rule for rule in deciding if rule.allows is not None and rule.allows & wanted), None)
    if allowing is not None:
        return True, allowing
    doubtful = next((rule for rule in deciding if rule.allows is None), None)
    if doubtful is not None:
        return Unknown("which capabilities its policy gives is not known"), doubtful
    open_ones = (rule for truth, rule in meets if isinstance(truth, Unknown) and (rule.allows is None or rule.allows & wanted))
    perhaps = next(open_ones, None)
    if perhaps is not None:
        return Unknown(f"whether {shown(perhaps.pattern)} is a path to it is not known"), perhaps
    return False, Rule("", frozenset())


def _priority(pattern: str) -> tuple[object, ...]:
    wild = [place for place, letter in enumerate(pattern) if letter in "+*"]
    return (wild[0] if wild else len(pattern) + 1, not pattern.endswith("*"), -pattern.count("+"), len(pattern), pattern)


def covers(pattern: str, path: str) -> Truth:
    """Whether a pattern (`+` for one segment, `*` at its end for the rest) covers a path. Names that exist only after the apply
    are holes: the same hole is the same name."""
    pattern, path = pattern.lstrip("/"), path.lstrip("/")
    if _matches(pattern, path):
        return True
    if HOLE not in pattern + path:
        return False
    one, other = pattern.partition(HOLE)[0].rstrip("*"), path.partition(HOLE)[0]
    shared = min(len(one), len(other))
    if "+" not in one[:shared] and one[:shared] != other[:shared]:
        return False
    if len(other) < len(one) and HOLE not in path:
        return False
    return Unknown("a part of the path exists only after the apply")


def _matches(pattern: str, path: str) -> bool:
    rest = pattern.endswith("*")
    parts, steps = (pattern[:-1] if rest else pattern).split("/"), path.split("/")
    if len(parts) > len(steps) or (not rest and len(parts) != len(steps)):
        return False
    for place, part in enumerate(parts):
        last = rest and place == len(parts) - 1
        if part != "+" and not (steps[place].startswith(part) if last else steps[place] == part):
            return False
    return True


# None of these looks further than it must: a policy's text may be made to keep its reader busy.
_PATH = re.compile(r'(?<![\w"-])"?path"?[ \t]{0,99}"([^"\n]{0,2000})"\s{0,99}\{')
_CAPABILITIES = re.compile(r"capabilities[ \t]*=[ \t]*\[([^\]{}]{0,2000})\]")
_OLD = re.compile(r'\bpolicy[ \t]*=[ \t]*"(\w+)"')
# What is no comment though a sign of one stands in it (a string, a hole), then what is one.
_COMMENT = re.compile(rf'("(?:[^"\\\n]|\\.)*"|{HOLE}[^{HOLE}]*{HOLE})|/\*.*?(?:\*/|\Z)|(?:#|//)[^\n]*', re.DOTALL)
_BRACE = re.compile(rf'"(?:[^"\\\n]|\\.)*"|{HOLE}[^{HOLE}]*{HOLE}|([{{}}])')
_OLD_WORDS = {
    "deny": frozenset({"deny"}),
    "read": frozenset({"read", "list"}),
    "write": frozenset({"create", "read", "update", "delete", "list", "patch"}),
    "sudo": frozenset({"create", "read", "update", "delete", "list", "patch", "sudo"}),
}


def rules_in(text: str) -> Iterator[Rule]:
    """The paths of a policy's text (HCL or JSON), with their capabilities. Comments are left out first. What stands for rules that exist
    only after the apply may allow anything anywhere."""
    if text.lstrip().startswith("{"):
        yield from _from_json(text)
        return
    text = _COMMENT.sub(lambda found: found[1] or " ", text)
    found = list(_PATH.finditer(text))
    starts = [each.start() for each in found] + [len(text)]
    beside = [text[: starts[0]]]
    for each, limit in zip(found, starts[1:], strict=True):
        ended = _end_of_block(text, each.end(), limit)
        beside.append(text[ended:limit])
        yield Rule(each[1], _capabilities(text[each.end() : ended]))
    if any(HOLE in each for each in beside):
        yield Rule("*", None)


def _end_of_block(text: str, start: int, limit: int) -> int:
    depth = 1
    for each in _BRACE.finditer(text, start, limit):
        depth += {"{": 1, "}": -1}.get(each[1] or "", 0)
        if depth == 0:
            return each.end()
    return limit


def _capabilities(body: str) -> frozenset[str] | None:
    """What a block allows, None where that is not known."""
    listed, old = _CAPABILITIES.search(body), _OLD.search(body)
    if listed is not None:
        return None if HOLE in listed[1] else frozenset(re.findall(r'"([^"]+)"', listed[1]))
    if old is not None:
        return _OLD_WORDS.get(old[1])
    return None if HOLE in body or "capabilities" in body else frozenset()


def _from_json(text: str) -> Iterator[Rule]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return
    paths = document.get("path") if isinstance(document, dict) else None
    for pattern, body in paths.items() if isinstance(paths, dict) else ():
        listed: Value = body.get("capabilities") if isinstance(body, dict) else None
        yield Rule(pattern, _known_words(listed))


def _known_words(listed: Value) -> frozenset[str] | None:
    """The capabilities of a list, None where one of them is not known."""
    words = [word for word in listed if isinstance(word, str)] if isinstance(listed, list) else None
    return frozenset(words) if words is not None and isinstance(listed, list) and len(words) == len(listed) else None


def from_blocks(blocks: list[Value]) -> Iterator[Rule]:
    """The paths that the blocks of a data source say, with their capabilities."""
    for each in blocks:
        if not isinstance(each, dict):
            yield Rule("*", None)
            continue
        path, allows = each.get("path"), each.get("capabilities")
        pattern = path if isinstance(path, str) else text_of(path) or "*"
        yield Rule(pattern, _known_words(allows))


def text_of(value: Value) -> str | None:
    """The text of a template with marked holes, None where there is none."""
    if not isinstance(value, Unknown) or not value.parts:
        return None
    return "".join(each if isinstance(each, str) else f"{HOLE}{each}{HOLE}" for each in value.parts)


def shown(pattern: str) -> str:
    """A pattern as a person reads it."""
    named = re.sub(f"{HOLE}([^{HOLE}]*){HOLE}", lambda hole: "${" + hole[1] + "}", pattern)
    return f'"{named}"'
