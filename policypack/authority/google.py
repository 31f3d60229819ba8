"""The language of Google Cloud's IAM: roles on a hierarchy of places, conditions in CEL.

Conditions are read as far as they are about the resource (IAM documentation, "Attribute reference for IAM Conditions"); the time of a
request is not known to who reads a configuration, and tags are what whoever may bind tags says they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from policypack.authority.scoped.language import Language
from policypack.catalog.scoped import facts
from policypack.catalog.scoped.roles import judged
from policypack.model import Site, Truth, Unknown

_LONGEST, _DEEPEST = 10_000, 40
_TOKEN = re.compile(r"""\s*(&&|\|\||==|!=|<=|>=|[!()<>,.\[\]]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*|\d+)""")
# The services whose resources' names a condition can tell apart ("Resource attributes", resource name).
_NAMED = (
    "storage.",
    "cloudsql",
    "sqladmin.",
    "spanner.",
    "cloudkms.",
    "secretmanager.",
    "compute.",
    "bigquery.",
    "pubsub",
    "bigtable",
)


def holds(expression: str, site: Site) -> Truth:
    """Whether a condition holds for what is acted on, whatever the request: Unknown where that depends on more, or is not read."""
    if len(expression) > _LONGEST:
        return Unknown("a condition that is too long to be read")
    try:
        parser = _Parser(list(_tokens(expression)), site)
        found = parser.either(0)
        parser.end()
    except _NotReadError:
        shown = re.sub(r"\s+", " ", expression).strip()
        return Unknown(f"whether the condition {shown[:80]} holds is not known")
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


class _Parser:
    """Reads `||`, `&&`, `!`, brackets, and comparisons of what the resource is called."""

    def __init__(self, tokens: list[str], site: Site) -> None:
        self._tokens, self._site, self._place = tokens, site, 0

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

    def either(self, depth: int) -> Truth:
        """A disjunction."""
        found = self._both(depth)
        while self._next() == "||":
            self._take()
            found = _or(found, self._both(depth))
        return found

    def _both(self, depth: int) -> Truth:
        found = self._one(depth)
        while self._next() == "&&":
            self._take()
            found = _not(_or(_not(found), _not(self._one(depth))))
        return found

    def _one(self, depth: int) -> Truth:
        if depth > _DEEPEST:
            raise _NotReadError
        if self._next() == "!":
            self._take()
            return _not(self._one(depth + 1))
        if self._next() == "(":
            self._take()
            found = self.either(depth + 1)
            self._take(")")
            return found
        return self._about()

    def _about(self) -> Truth:
        path = self._take()
        while self._next() == ".":
            self._take()
            path += f".{self._take()}"
        if path.startswith("request.time"):
            return self._time(path)
        subject, _, method = path.rpartition(".")
        if subject == "resource.name" and method in {"startsWith", "endsWith"}:
            self._take("(")
            text = _text(self._take())
            self._take(")")
            return self._named(text, starts=method == "startsWith")
        if path in {"resource.name", "resource.type", "resource.service"} and self._next() in {"==", "!="}:
            differs = self._take() == "!="
            found = self._equal(path, _text(self._take()))
            return _not(found) if differs else found
        if path == "true":
            return True
        raise _NotReadError

    def _time(self, path: str) -> Truth:
        """A time limit: over today or not, nobody knows who reads the configuration later."""
        del path
        depth = 0
        while self._next() and not (depth == 0 and self._next() in {"&&", "||", ")"}):
            depth += {"(": 1, ")": -1}.get(self._take(), 0)
        return Unknown("whether the request comes in the time of its condition is not known")

    def _named(self, text: str, *, starts: bool) -> Truth:
        name = self._site.full_name
        if isinstance(name, Unknown):
            return name
        if not self._site.sort.startswith(_NAMED):
            return Unknown("whether the condition on resource.name is evaluated for this service is not known")
        if (name.startswith(text) if starts else name.endswith(text)) and text:
            return True
        # What lies in it may be called so, and what is named by a number is not told from what is named by a word.
        if (starts and text.startswith(f"{name}/")) or not starts:
            return Unknown("the condition on resource.name holds for a part of it at most")
        if _numbered(text) or _numbered(name):
            return Unknown("whether the condition on resource.name names this project is not known")
        return False

    def _equal(self, path: str, text: str) -> Truth:
        if path == "resource.name":
            found = self._named(text, starts=True)
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


def _numbered(name: str) -> bool:
    parts = name.split("/")
    return len(parts) > 1 and parts[0] == "projects" and parts[1].isdigit()


def _text(token: str) -> str:
    if token[:1] not in {'"', "'"} or "\\" in token:
        raise _NotReadError
    return token[1:-1]


def _not(truth: Truth) -> Truth:
    return truth if isinstance(truth, Unknown) else not truth


def _or(one: Truth, other: Truth) -> Truth:
    if one is True or other is True:
        return True
    return one if isinstance(one, Unknown) else other


def judges(action: str) -> bool:
    """Whether the table of predefined roles tells about a permission. What is none, is in no role."""
    return action.lower() in judged("google") or ":" in action


LANGUAGE = Language(facts("google"), holds=holds, judges=judges)
