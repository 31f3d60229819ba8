"""What is special about one language of roles: how its actions are matched, its conditions, its rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import cast

from msgspec import Struct

from policypack.authority.reach import Both
from policypack.catalog.scoped import Facts
from policypack.model import Identity, Site, Truth, Unknown

# Language -> the module whose LANGUAGE it is. A new language adds its line.
MODULES: Mapping[str, str] = {
    "azure": "policypack.authority.azure",
    "databases": "policypack.authority.databases",
    "google": "policypack.authority.google",
    "kubernetes": "policypack.authority.kubernetes",
    "platforms": "policypack.authority.platforms",
}


@lru_cache(maxsize=65536)
def matches(pattern: str, action: str) -> bool:
    """Whether a pattern names an action; `*` stands for anything, and the case does not matter."""
    if "*" not in pattern:
        return pattern.lower() == action.lower()
    if pattern == "*":
        return True
    # Not a regular expression with many stars: those take forever on hostile patterns.
    rest, parts = action.lower(), pattern.lower().split("*")
    if not rest.startswith(parts[0]) or not rest.endswith(parts[-1]) or len(rest) < len(parts[0]) + len(parts[-1]):
        return False
    rest = rest[len(parts[0]) : len(rest) - len(parts[-1])]
    for part in parts[1:-1]:
        found = rest.find(part)
        if found < 0:
            return False
        rest = rest[found + len(part) :]
    return True


def not_understood(expression: str, site: Site) -> Truth:
    """What a condition says of a thing, in a language whose conditions nobody reads."""
    del site
    shown = re.sub(r"\s+", " ", expression)
    return Unknown(f"whether the condition holds is not known ({shown[:80]})")


def every(action: str) -> bool:
    """Whether the roles of a language say everything about an action, in one whose roles are known whole."""
    return bool(action)


class Language(Struct, frozen=True):
    """How to read grants. `matches` takes a pattern of a grant and an action; `holds` a grant's expression and what is acted
    on, and `spread`, where it is given, the same for all of many things at once, as bits; `judges` says whether the roles that are known by their name alone tell about an action at all."""

    facts: Facts
    matches: Callable[[str, str], bool] = matches
    holds: Callable[[str, Site], Truth] = not_understood
    judges: Callable[[str], bool] = every
    spread: Callable[[Sequence[Site]], Callable[[str], Both]] | None = None


def languages(identities: Iterable[Identity]) -> tuple[Language, ...]:
    """The languages that any of the identities speaks, as far as they are languages of roles at places."""
    spoken = sorted({each.language for each in identities if each.language in MODULES})
    return tuple(cast("Language", import_module(MODULES[name]).LANGUAGE) for name in spoken)
