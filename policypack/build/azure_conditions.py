"""Conditions of Azure's role assignments, as far as it can be told what they are about (Microsoft Learn, "Azure role assignment
condition format and syntax")."""

from __future__ import annotations

import re

_NEGATED = re.compile(
    r"\(*\s*!\s*\(+\s*ActionMatches\{'([^']*)'\}(?:\s+AND\s+(?:NOT\s+)?SubOperationMatches\{'[^']*'\})?\s*\)+", re.IGNORECASE
)
_MOST, _DEEP = 10_000, 16


def guarded(condition: str, depth: int = 0) -> tuple[str, ...] | None:
    """The actions that a condition is about, where it lets all others through: each of its clauses asks for the action first. None where
    that cannot be told."""
    if len(condition) > _MOST or depth > _DEEP:
        return None
    text = _bare(condition)
    clauses = _parted(text, "AND")
    if len(clauses) > 1:
        found = [guarded(each, depth + 1) for each in clauses]
        known = [each for each in found if each is not None]
        return tuple(dict.fromkeys(one for each in known for one in each)) if len(known) == len(found) else None
    either = _parted(text, "OR")
    return next(filter(None, map(_let_through, either)), None) if len(either) > 1 else None


def _let_through(text: str) -> tuple[str, ...]:
    """The actions that a part of a condition is false for, being true for all others; none where it is something else."""
    found = [_NEGATED.fullmatch(each.strip()) for each in _parted(_bare(text), "AND")]
    return tuple(each.group(1) for each in found if each is not None) if all(found) else ()


def _bare(text: str) -> str:
    """A text without parentheses around all of it."""
    text = text.strip()
    while text.startswith("(") and _closes(text) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _closes(text: str) -> int:
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return place
    return -1


def _parted(text: str, word: str) -> list[str]:
    """The parts of a text that a word joins outside of all parentheses."""
    depth, start = 0, 0
    found = []
    for match in re.finditer(rf"[()]|\s{word}\s", text, re.IGNORECASE):
        if match.group(0) in "()":
            depth += 1 if match.group(0) == "(" else -1
        elif depth == 0:
            found.append(text[start : match.start()])
            start = match.end()
    return [*found, text[start:]]
