"""Regular expressions in time that grows with text and pattern only: scanned patterns must not be able to hang a scan.

Python's own engine backtracks, and one hostile pattern would cost hours. This runs all alternatives side by side, keeps
their order, and so finds what RE2 finds: of the leftmost matches the one that is preferred.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias, Union

from msgspec import Struct

from policypack.model import Unknown, Value
from policypack.read.hcl.budget import spend
from policypack.read.hcl.functions.patterns import (
    Chain,
    Choice,
    Edge,
    Group,
    Letters,
    Parser,
    Pattern,
    Repeat,
    UnsupportedError,
)
from policypack.read.hcl.partial import MAX_ELEMENTS, MAX_TEXT, EvaluationError

MAX_PROGRAM = 20_000
_TEMPLATE = r"\$(?:(\$)|\{(\w+)\}|(\w+))"
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")

Captures: TypeAlias = "tuple[int | None, ...]"
_Step: TypeAlias = "Union[Letters, Edge, tuple[int, ...], int, None]"


class _Program(Struct, frozen=True):
    """Steps, each followed by the next one: a set reads a character, a tuple forks, a number saves a place, None matches."""

    steps: Sequence[_Step]
    groups: int
    names: dict[int, str]


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> _Program:
    parser = Parser(pattern)
    tree = parser.parse()
    steps: list[_Step] = [0]
    _emit(tree, steps)
    return _Program((*steps, 1, None), parser.groups, parser.names)


def _emit(node: Pattern, steps: list[_Step]) -> None:
    """Appends the steps of a node."""
    if len(steps) > MAX_PROGRAM:
        raise UnsupportedError("a pattern of so many steps")
    if isinstance(node, Chain):
        for part in node.nodes:
            _emit(part, steps)
    elif isinstance(node, Choice):
        _emit_choice(node, steps)
    elif isinstance(node, Repeat):
        _emit_repeat(node, steps)
    elif isinstance(node, Group):
        steps.append(2 * node.number)
        _emit(node.node, steps)
        steps.append(2 * node.number + 1)
    else:
        steps.append(node)


def _emit_choice(node: Choice, steps: list[_Step]) -> None:
    fork = len(steps)
    steps.append(())
    starts: list[int] = []
    exits: list[int] = []
    for part in node.nodes:
        starts.append(len(steps))
        _emit(part, steps)
        exits.append(len(steps))
        steps.append(())
    steps[fork] = tuple(starts)
    for exit_at in exits:
        steps[exit_at] = (len(steps),)


def _emit_repeat(node: Repeat, steps: list[_Step]) -> None:
    for _ in range(node.least):
        _emit(node.node, steps)
    forks: list[int] = []
    for _ in range(1 if node.most is None else node.most - node.least):
        forks.append(len(steps))
        steps.append(())
        _emit(node.node, steps)
    if node.most is None:
        steps.append((forks[0],))
    for fork in forks:
        steps[fork] = (fork + 1, len(steps)) if node.greedy else (len(steps), fork + 1)


def _search(program: _Program, text: str, start: int) -> Captures | None:
    """The captures of the preferred leftmost match at or after `start`."""
    empty: Captures = (None,) * (2 * program.groups + 2)
    running: list[tuple[int, Captures]] = []
    found: Captures | None = None
    for at in range(start, len(text) + 1):
        seen: set[int] = set()
        threads: list[tuple[int, Captures]] = []
        for place, captures in running:
            _follow(program, place, captures, _Moment(text, at, seen, threads))
        if found is None:
            _follow(program, 0, empty, _Moment(text, at, seen, threads))
        spend(1 + len(seen) // 8)
        running = []
        for place, captures in threads:
            step = program.steps[place]
            if step is None:
                found = captures
                break
            if at < len(text) and isinstance(step, Letters) and step.holds(text[at]):
                running.append((place + 1, captures))
        if not running and found is not None:
            return found
    return found


class _Moment(Struct):
    """One place in the text, and the threads that stand there."""

    text: str
    at: int
    seen: set[int]
    threads: list[tuple[int, Captures]]


def _follow(program: _Program, start: int, captures: Captures, moment: _Moment) -> None:
    """Adds every thread that is reached without reading a character, in order of preference."""
    stack = [(start, captures)]
    while stack:
        place, captures = stack.pop()
        if place in moment.seen:
            continue
        moment.seen.add(place)
        step = program.steps[place]
        if step is None or isinstance(step, Letters):
            moment.threads.append((place, captures))
        elif isinstance(step, tuple):
            stack.extend((target, captures) for target in reversed(step))
        elif isinstance(step, Edge):
            if _stands(step.kind, moment.text, moment.at):
                stack.append((place + 1, captures))
        else:
            stack.append((place + 1, (*captures[:step], moment.at, *captures[step + 1 :])))


def _stands(kind: str, text: str, at: int) -> bool:
    if kind == "start":
        return at == 0
    if kind == "end":
        return at == len(text)
    if kind == "line_start":
        return at == 0 or text[at - 1] == "\n"
    if kind == "line_end":
        return at == len(text) or text[at] == "\n"
    word = (at > 0 and text[at - 1] in _WORD) is not (at < len(text) and text[at] in _WORD)
    return word is (kind == "word")


def first(pattern: str, text: str) -> Value:
    """`regex`: the first match. Raises EvaluationError where there is none."""
    try:
        program = _compiled(pattern)
    except UnsupportedError as error:
        return Unknown(f"regular expressions with {error} are not evaluated")
    captures = _search(program, text, 0)
    if captures is None:
        raise EvaluationError(f"the pattern {pattern[:60]!r} matches nothing")
    return _result(program, text, captures)


def every(pattern: str, text: str) -> Value:
    """`regexall`: all matches that do not overlap."""
    try:
        program = _compiled(pattern)
    except UnsupportedError as error:
        return Unknown(f"regular expressions with {error} are not evaluated")
    made: list[Value] = [_result(program, text, captures) for captures in _matches(program, text)]
    return made


def _matches(program: _Program, text: str) -> Iterator[Captures]:
    at = count = 0
    previous_end: int | None = None
    while at <= len(text) and (captures := _search(program, text, at)) is not None:
        start, end = captures[0], captures[1]
        assert start is not None
        assert end is not None
        if end > at or start != previous_end:
            count += 1
            if count > MAX_ELEMENTS:
                raise EvaluationError(f"the pattern matches more than {MAX_ELEMENTS} times")
            yield captures
        at = end if end > at else at + 1
        previous_end = end


def _result(program: _Program, text: str, captures: Captures) -> Value:
    """The whole match; with groups a list of them; with named groups an object."""
    if not program.groups:
        return _captured(text, captures, 0)
    if not program.names:
        return [_captured(text, captures, number) for number in range(1, program.groups + 1)]
    if len(program.names) < program.groups:
        raise EvaluationError("the pattern mixes groups with and without names")
    return {name: _captured(text, captures, number) for number, name in sorted(program.names.items(), key=lambda item: item[1])}


def _captured(text: str, captures: Captures, number: int) -> str | None:
    start, end = captures[2 * number : 2 * number + 2]
    return None if start is None or end is None else text[start:end]


def substitute(pattern: str, text: str, template: str) -> Value:
    """`replace` with a pattern: `$1` and `${name}` in the replacement are what the groups hold."""
    try:
        program = _compiled(pattern)
    except UnsupportedError as error:
        return Unknown(f"regular expressions with {error} are not evaluated")
    pieces: list[str] = []
    size = len(text)
    copied = at = 0
    while at <= len(text) and (captures := _search(program, text, at)) is not None:
        start, end = captures[0], captures[1]
        assert start is not None
        assert end is not None
        pieces.append(text[copied:start])
        if end > copied or start == 0:
            pieces.append(_expanded(program, text, captures, template))
            size += len(pieces[-1])
        if size > MAX_TEXT:
            raise EvaluationError(f"the text is longer than {MAX_TEXT} characters")
        copied = end
        at = end if end > at else at + 1
    return "".join([*pieces, text[copied:]])


def _expanded(program: _Program, text: str, captures: Captures, template: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1]:
            return "$"
        name = match[2] or match[3]
        numbers = [number for number, known in program.names.items() if known == name]
        number = int(name) if name.isdecimal() and len(name) < 6 else numbers[0] if numbers else -1
        return (_captured(text, captures, number) or "") if 0 <= number <= program.groups else ""

    return re.sub(_TEMPLATE, value, template)
