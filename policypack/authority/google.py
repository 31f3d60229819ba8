"""The language of Google Cloud's IAM: roles on a hierarchy of places, conditions in CEL.

Conditions are read as far as they are about the resource (IAM documentation, "Attribute reference for IAM Conditions"); the time of a
request is not known to who reads a configuration, and tags are what whoever may bind tags says they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from policypack.authority.google_names import OfSites, Subject, numbered, told_by_name
from policypack.authority.reach import Both
from policypack.authority.scoped.language import Language
from policypack.catalog.scoped import facts
from policypack.catalog.scoped.roles import judged
from policypack.model import Site, Truth, Unknown

_LONGEST, _DEEPEST = 10_000, 40
_TOKEN = re.compile(r"""\s*(&&|\|\||==|!=|<=|>=|[!()<>,.\[\]]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*|\d+)""")
_T = TypeVar("_T")


def holds(expression: str, site: Site) -> Truth:
    """Whether a condition holds for what is acted on, whatever the request: Unknown where that depends on more, or is not read."""
    if len(expression) > _LONGEST:
        return Unknown("a condition that is too long to be read")
    try:
        return _read(expression, _OfSite(site))
    except _NotReadError:
        shown = re.sub(r"\s+", " ", expression).strip()
        return Unknown(f"whether the condition {shown[:80]} holds is not known")


def spread(sites: Sequence[Site]) -> Callable[[str], Both]:
    """The same for all sites at once, as bits: those at which a condition certainly, and at least possibly, holds."""
    everywhere = OfSites(sites, lambda path, text, site: _OfSite(site).equal(path, text))

    def spread_out(expression: str) -> Both:
        if len(expression) > _LONGEST:
            return everywhere.unknown("")
        try:
            return _read(expression, everywhere)
        except _NotReadError:
            return everywhere.unknown("")

    return spread_out


def _read(expression: str, about: Subject[_T]) -> _T:
    parser = _Parser(list(_tokens(expression)), about)
    found = parser.either(0)
    parser.end()
    return found


class _NotReadError(ValueError):
    """The condition says something that is not read."""


def _tokens(expression: str) -> Iterator[str]:
    place = 0
    text = expression.strip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _NotReadError
        yield found[1]
        place = found.end()


class _Parser(Generic[_T]):
    """Reads `||`, `&&`, `!`, brackets, and comparisons of what the resource is called."""

    def __init__(self, tokens: list[str], about: Subject[_T]) -> None:
        self._tokens, self._subject, self._place = tokens, about, 0

    def _next(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        found = self._next()
        if not found or (wanted and found not in wanted):
            raise _NotReadError
        self._place += 1
        return found

    def end(self) -> None:
        """Nothing may be left."""
        if self._next():
            raise _NotReadError

    def either(self, depth: int) -> _T:
        """A disjunction."""
        found = self._both(depth)
        while self._next() == "||":
            self._take()
            found = self._subject.either(found, self._both(depth))
        return found

    def _both(self, depth: int) -> _T:
        not_, found = self._subject.opposite, self._one(depth)
        while self._next() == "&&":
            self._take()
            found = not_(self._subject.either(not_(found), not_(self._one(depth))))
        return found

    def _one(self, depth: int) -> _T:
        if depth > _DEEPEST:
            raise _NotReadError
        if self._next() == "!":
            self._take()
            return self._subject.opposite(self._one(depth + 1))
        if self._next() == "(":
            self._take()
            found = self.either(depth + 1)
            self._take(")")
            return found
        return self._about()

    def _about(self) -> _T:
        path = self._take()
        while self._next() == ".":
            self._take()
            path += f".{self._take()}"
        if path.startswith("request.time"):
            return self._time()
        subject, _, method = path.rpartition(".")
        if subject == "resource.name" and method in {"startsWith", "endsWith"}:
            self._take("(")
            text = _text(self._take())
            self._take(")")
            return self._subject.named(text, starts=method == "startsWith")
        if path in {"resource.name", "resource.type", "resource.service"} and self._next() in {"==", "!="}:
            differs = self._take() == "!="
            found = self._subject.equal(path, _text(self._take()))
            return self._subject.opposite(found) if differs else found
        if path == "true":
            return self._subject.always()
        raise _NotReadError

    def _time(self) -> _T:
        """A time limit: over today or not, nobody knows who reads the configuration later."""
        depth = 0
        while self._next() and not (depth == 0 and self._next() in {"&&", "||", ")"}):
            depth += {"(": 1, ")": -1}.get(self._take(), 0)
        return self._subject.unknown("whether the request comes in the time of its condition is not known")


class _OfSite(Subject[Truth]):
    """A condition's answers for one thing, with the reasons where there is none."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def always(self) -> Truth:
        return True

    def unknown(self, reason: str) -> Truth:
        return Unknown(reason)

    def opposite(self, one: Truth) -> Truth:
        return one if isinstance(one, Unknown) else not one

    def either(self, one: Truth, other: Truth) -> Truth:
        if one is True or other is True:
            return True
        return one if isinstance(one, Unknown) else other

    def named(self, text: str, *, starts: bool) -> Truth:
        name = self._site.full_name
        if isinstance(name, Unknown):
            return name
        if not told_by_name(self._site):
            return Unknown("whether the condition on resource.name is evaluated for this service is not known")
        if (name.startswith(text) if starts else name.endswith(text)) and text:
            return True
        # What lies in it may be called so, and what is named by a number is not told from what is named by a word.
        if (starts and text.startswith(f"{name}/")) or not starts:
            return Unknown("the condition on resource.name holds for a part of it at most")
        if numbered(text) or numbered(name):
            return Unknown("whether the condition on resource.name names this project is not known")
        return False

    def equal(self, path: str, text: str) -> Truth:
        if path == "resource.name":
            found = self.named(text, starts=True)
            return found if not isinstance(self._site.full_name, str) or found is not True else self._site.full_name == text
        sort = self._site.sort
        if not sort:
            return Unknown(f"the {path} of it is not known")
        service, _, _ = sort.partition("/")
        if path == "resource.service":
            return service == text
        if sort == text:
            return True
        inside = text.partition("/")[0] == service
        return Unknown("the condition on resource.type holds for what lies in it at most") if inside else False


def _text(token: str) -> str:
    if token[:1] not in {'"', "'"} or "\\" in token:
        raise _NotReadError
    return token[1:-1]


def judges(action: str) -> bool:
    """Whether the table of predefined roles tells about a permission. What is none, is in no role."""
    return action.lower() in judged("google") or ":" in action


LANGUAGE = Language(facts("google"), holds=holds, judges=judges, spread=spread)
