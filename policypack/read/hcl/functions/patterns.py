"""The syntax of Terraform's regular expressions (RE2), parsed into a tree. Nothing of it can backtrack."""

from __future__ import annotations

import re
import string
import unicodedata
from typing import TypeAlias, Union

from msgspec import Struct

from policypack.read.hcl.partial import EvaluationError

MAX_PATTERN = 2_000
MAX_REPEATS = 1_000
MAX_NESTING = 50


class UnsupportedError(Exception):
    """RE2 knows this and we do not: the result cannot be told."""


class Letters(Struct, frozen=True):
    """One character of a set of ranges, or of Unicode categories."""

    ranges: tuple[tuple[int, int], ...]
    negated: bool = False
    folds: bool = False
    categories: tuple[tuple[str, bool], ...] = ()

    def holds(self, letter: str) -> bool:
        """Whether the set holds the character."""
        if self.folds and any(self._holds(variant) for variant in (letter.lower(), letter.upper()) if len(variant) == 1):
            return not self.negated
        return self._holds(letter) is not self.negated

    def _holds(self, letter: str) -> bool:
        code = ord(letter)
        if any(first <= code <= last for first, last in self.ranges):
            return True
        return any(unicodedata.category(letter).startswith(name) is not inverse for name, inverse in self.categories)


class Edge(Struct, frozen=True):
    """A place between characters: "start", "end", "line_start", "line_end", "word", "not_word"."""

    kind: str


class Chain(Struct, frozen=True):
    """One after the other."""

    nodes: tuple[Pattern, ...]


class Choice(Struct, frozen=True):
    """The first that leads to a match."""

    nodes: tuple[Pattern, ...]


class Repeat(Struct, frozen=True):
    """`most` None: without end."""

    node: Pattern
    least: int
    most: int | None
    greedy: bool


class Group(Struct, frozen=True):
    """A group that captures, counted from 1."""

    node: Pattern
    number: int


Pattern: TypeAlias = Union[Letters, Edge, Chain, Choice, Repeat, Group]

_ANY = ((0, 0x10FFFF),)
_DIGIT = ((48, 57),)
_SPACE = ((9, 10), (12, 13), (32, 32))
_WORD = ((48, 57), (65, 90), (95, 95), (97, 122))
_CLASSES = {"d": _DIGIT, "s": _SPACE, "w": _WORD}
_NAMED = {
    "alnum": ((48, 57), (65, 90), (97, 122)),
    "alpha": ((65, 90), (97, 122)),
    "ascii": ((0, 127),),
    "blank": ((9, 9), (32, 32)),
    "cntrl": ((0, 31), (127, 127)),
    "digit": _DIGIT,
    "graph": ((33, 126),),
    "lower": ((97, 122),),
    "print": ((32, 126),),
    "punct": ((33, 47), (58, 64), (91, 96), (123, 126)),
    "space": ((9, 13), (32, 32)),
    "upper": ((65, 90),),
    "word": _WORD,
    "xdigit": ((48, 57), (65, 70), (97, 102)),
}
_SHORT = {"a": 7, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11}
_EDGES = {"A": "start", "z": "end", "b": "word", "B": "not_word"}
_COUNT = re.compile(r"\{(\d{1,4})(,(\d{1,4})?)?\}")
_OPENING = re.compile(r"\(\?(?:P?<(?P<name>\w+)>|(?P<flags>[imsU]*(?:-[imsU]+)?)(?P<end>[:)]))")
_CODE = re.compile(r"x\{(?P<long>[0-9a-fA-F]{1,6})\}|x(?P<short>[0-9a-fA-F]{2})|(?P<octal>[0-7]{2,3}|0)")
_POSIX = re.compile(r"\[:(\^?)(\w+):\]")
_CATEGORY = re.compile(r"([pP])(?:\{(\^?)(\w+)\}|(\w))")


class Parser:
    """Reads one pattern. `names` are the group names by number, `groups` their count."""

    def __init__(self, pattern: str) -> None:
        if len(pattern) > MAX_PATTERN:
            raise UnsupportedError(f"a pattern of more than {MAX_PATTERN} characters")
        self.pattern = pattern
        self.at = 0
        self.depth = 0
        self.flags = ""
        self.groups = 0
        self.names: dict[int, str] = {}

    def parse(self) -> Pattern:
        """The whole pattern. Raises EvaluationError where RE2 refuses it, UnsupportedError where we do not know it."""
        node = self._choice()
        if self.at < len(self.pattern):
            raise self._wrong("an unexpected )")
        return node

    def _wrong(self, what: str) -> EvaluationError:
        return EvaluationError(f"the pattern {self.pattern[:60]!r} has {what}")

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _choice(self) -> Pattern:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise UnsupportedError("a pattern nested so deeply")
        branches = [self._chain()]
        while self._next() == "|":
            self.at += 1
            branches.append(self._chain())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _chain(self) -> Pattern:
        nodes: list[Pattern] = []
        while self._next() not in ("", "|", ")"):
            if self.pattern.startswith("\\Q", self.at):
                end = self.pattern.find("\\E", self.at)
                quoted = self.pattern[self.at + 2 : end if end >= 0 else None]
                nodes.extend(self._letter(ord(letter)) for letter in quoted)
                self.at = end + 2 if end >= 0 else len(self.pattern)
                continue
            node = self._atom()
            if node is not None:
                nodes.append(self._repeated(node))
        return Chain(tuple(nodes))

    def _repeated(self, node: Pattern) -> Pattern:
        limits = self._limits()
        if limits is None:
            return node
        greedy = "U" not in self.flags
        if self._next() == "?":
            self.at += 1
            greedy = not greedy
        if self._next() in ("*", "+", "?") or _COUNT.match(self.pattern, self.at):
            raise self._wrong("a repetition of a repetition")
        return Repeat(node, limits[0], limits[1], greedy)

    def _limits(self) -> tuple[int, int | None] | None:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        found = simple.get(self._next())
        if found:
            self.at += 1
            return found
        match = _COUNT.match(self.pattern, self.at)
        if not match:
            return None
        self.at = match.end()
        least = int(match[1])
        most = least if match[2] is None else int(match[3]) if match[3] else None
        if least > MAX_REPEATS or (most is not None and (most > MAX_REPEATS or most < least)):
            raise self._wrong("a repetition out of range")
        return least, most

    def _atom(self) -> Pattern | None:
        letter = self._next()
        self.at += 1
        if letter == "(":
            return self._group()
        if letter == "[":
            return self._set()
        if letter == ".":
            return Letters(_ANY if "s" in self.flags else ((0, 9), (11, 0x10FFFF)))
        if letter == "^":
            return Edge("line_start" if "m" in self.flags else "start")
        if letter == "$":
            return Edge("line_end" if "m" in self.flags else "end")
        if letter in ("*", "+", "?"):
            raise self._wrong("nothing to repeat")
        if letter != "\\":
            return self._letter(ord(letter))
        if self._next() in _EDGES:
            self.at += 1
            return Edge(_EDGES[self.pattern[self.at - 1]])
        return self._escape()

    def _letter(self, code: int) -> Letters:
        return Letters(((code, code),), folds="i" in self.flags)

    def _group(self) -> Pattern | None:
        before = self.flags
        number = 0
        if self._next() == "?":
            match = _OPENING.match(self.pattern, self.at - 1)
            if not match:
                raise self._wrong("a kind of group that RE2 does not have")
            self.at = match.end()
            if match["name"]:
                number = self._numbered(match["name"])
            else:
                self._set_flags(match["flags"])
                if match["end"] == ")":
                    return None
        else:
            number = self._numbered("")
        node = self._choice()
        if self._next() != ")":
            raise self._wrong("an unclosed (")
        self.at += 1
        self.flags = before
        return Group(node, number) if number else node

    def _numbered(self, name: str) -> int:
        self.groups += 1
        if name in self.names.values():
            raise self._wrong(f"two groups named {name}")
        if name:
            self.names[self.groups] = name
        return self.groups

    def _set_flags(self, flags: str) -> None:
        on, _, off = flags.partition("-")
        self.flags = "".join(sorted((set(self.flags) | set(on)) - set(off)))

    def _escape(self) -> Letters:
        """The set of an escape, the backslash being read."""
        letter = self._next()
        if letter.lower() in _CLASSES and letter:
            self.at += 1
            return Letters(_CLASSES[letter.lower()], negated=letter.isupper())
        category = _CATEGORY.match(self.pattern, self.at)
        if category:
            self.at = category.end()
            return self._category(category)
        return self._letter(self._code())

    def _category(self, match: re.Match[str]) -> Letters:
        name = match[3] or match[4]
        if name == "Any":
            return Letters(_ANY, negated=match[1] == "P")
        if not re.fullmatch(r"[CLMNPSZ][a-z]?", name):
            raise UnsupportedError(f"the class \\p{{{name}}}")
        return Letters((), categories=((name, (match[1] == "P") is not bool(match[2])),))

    def _code(self) -> int:
        """The character of an escape that stands for one."""
        letter = self._next()
        match = _CODE.match(self.pattern, self.at)
        if match:
            self.at = match.end()
            code = int(match["octal"], 8) if match["octal"] else int(match["long"] or match["short"], 16)
            if code > 0x10FFFF:
                raise self._wrong("a character that does not exist")
            return code
        self.at += 1
        if letter in _SHORT:
            return _SHORT[letter]
        if letter and letter in string.punctuation:
            return ord(letter)
        raise self._wrong(f"an escape \\{letter} that RE2 does not have")

    def _set(self) -> Letters:
        negated = self._next() == "^"
        self.at += negated
        ranges: list[tuple[int, int]] = []
        categories: list[tuple[str, bool]] = []
        first = True
        while first or self._next() != "]":
            first = False
            if not self._next():
                raise self._wrong("an unclosed [")
            part = self._set_part()
            ranges.extend(_inverse(part.ranges) if part.negated else part.ranges)
            categories.extend(part.categories)
        self.at += 1
        return Letters(tuple(ranges), negated, "i" in self.flags, tuple(categories))

    def _set_part(self) -> Letters:
        match = _POSIX.match(self.pattern, self.at)
        if match:
            if match[2] not in _NAMED:
                raise self._wrong(f"a class [:{match[2]}:] that does not exist")
            self.at = match.end()
            return Letters(_NAMED[match[2]], negated=bool(match[1]))
        if self._next() == "\\" and self.pattern[self.at + 1 : self.at + 2] in tuple("dDsSwWpP"):
            self.at += 1
            return self._escape()
        low = self._set_letter()
        if self._next() != "-" or self.pattern[self.at + 1 : self.at + 2] in ("]", ""):
            return Letters(((low, low),))
        self.at += 1
        high = self._set_letter()
        if high < low:
            raise self._wrong("a range that ends before it starts")
        return Letters(((low, high),))

    def _set_letter(self) -> int:
        letter = self._next()
        if not letter:
            raise self._wrong("an unclosed [")
        self.at += 1
        return self._code() if letter == "\\" else ord(letter)


def _inverse(ranges: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    made: list[tuple[int, int]] = []
    start = 0
    for low, high in sorted(ranges):
        if start < low:
            made.append((start, low - 1))
        start = high + 1
    return [*made, (start, 0x10FFFF)]
