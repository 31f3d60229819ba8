"""What a caller may send for the keys that it chooses: finitely many values that stand for all.

A call is possible if some choice makes it so, and one choice must satisfy every statement at once. For each key the values
that the statements mention are tried, one that none mentions, and none at all. Where these do not stand for every value
(patterns that may overlap, comparisons of two kinds) a choice that works is still a proof, and that none works is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations, product
from math import prod
from typing import Final

from msgspec import Struct

from policypack.authority.aws.condition import holds, patterns_of
from policypack.authority.aws.context import ABSENT, MULTIVALUED, Context, Environment, Given
from policypack.authority.aws.document import Condition, Statement
from policypack.authority.aws.kleene import F, T, Verdict
from policypack.authority.aws.match import glob
from policypack.authority.aws.operators import parse_date, parse_network, parse_number
from policypack.authority.aws.text import has_hole, literal
from policypack.authority.aws.variables import variables
from policypack.model import replace

MOST: Final = 4096
"""More combinations than that are not tried: the keys then count as unknown."""
_OTHERS: Final = ("~other~", "0", "~")
_MANY_VALUES: Final = 5


class Choices(Struct, frozen=True):
    """The assignments to try. `complete`: they stand for all there are, so that "none works" is a proof."""

    assignments: Sequence[Context]
    complete: bool


NO_CHOICE: Final = Choices(({},), complete=True)


def chosen_keys(statement: Statement, environment: Environment) -> Iterator[str]:
    """The keys of the caller's choice that a statement depends on, those of its variables included."""
    for condition in statement.conditions:
        if environment.chooses(condition.key):
            yield condition.key
    if statement.modern != F:
        yield from (key for key in _variable_keys(statement) if environment.chooses(key))


def chosen_variables(statement: Statement, environment: Environment) -> bool:
    """Whether a resource pattern takes text from a key of the caller's choice."""
    texts = statement.resources or ()
    return statement.modern != F and any(environment.chooses(key) for text in texts for key in variables(text))


def favourable(statement: Statement, environment: Environment) -> tuple[Verdict, bool]:
    """The conditions' verdict with those that hang on the caller's choice as it likes them, and whether any does."""
    verdict: Verdict = T
    chosen = chosen_variables(statement, environment)
    for condition in statement.conditions:
        if is_choosable(condition, statement, environment):
            chosen = True
            verdict = min(verdict, T if statement.effect == "Allow" else F)
        else:
            verdict = min(verdict, holds(condition, statement.modern, environment))
    return verdict, chosen


def is_choosable(condition: Condition, statement: Statement, environment: Environment) -> bool:
    """Whether a condition depends on a key of the caller's choice."""
    if environment.chooses(condition.key):
        return True
    if statement.modern == F or condition.operator is None or not condition.operator.variables:
        return False
    return any(environment.chooses(key) for text in condition.values for key in variables(text))


def agree(statements: Iterable[Statement], environment: Environment) -> bool:
    """Whether one choice is the best for each of these statements: every Allow's conditions on it met, every Deny avoided."""
    wanted = list(statements)
    if any(chosen_variables(each, environment) for each in wanted):
        return False
    for assignment in choices(wanted, environment).assignments:
        here = replace(environment, assignment=assignment)
        if all(_served(each, environment, here) for each in wanted):
            return True
    return False


def _served(statement: Statement, environment: Environment, here: Environment) -> bool:
    hanging = [each for each in statement.conditions if is_choosable(each, statement, environment)]
    found = [holds(each, statement.modern, here) for each in hanging]
    return all(each == T for each in found) if statement.effect == "Allow" else any(each == F for each in found)


def _variable_keys(statement: Statement) -> Iterator[str]:
    for text in statement.resources or ():
        yield from variables(text)
    for condition in statement.conditions:
        if condition.operator is not None and condition.operator.variables:
            for text in condition.values:
                yield from variables(text)


def choices(statements: Sequence[Statement], environment: Environment) -> Choices:
    """The assignments worth trying for these statements."""
    keys = sorted({key for statement in statements for key in chosen_keys(statement, environment)})
    if not keys:
        return NO_CHOICE
    used = {key for statement in statements if statement.modern != F for key in _variable_keys(statement)}
    lists: list[list[Given]] = []
    complete = not used & set(keys)
    for key in keys:
        mentions = [(each, one.modern) for one in statements for each in one.conditions if each.key == key]
        values, whole = _values(mentions, environment)
        sets, all_sets = _sets(values) if key in MULTIVALUED else ([((value,),) for value in values], True)
        lists.append([ABSENT, *sets])
        complete = complete and whole and all_sets
    if prod(len(each) for each in lists) > MOST:
        return Choices(({},), complete=False)
    return Choices([dict(zip(keys, chosen, strict=True)) for chosen in product(*lists)], complete)


def _sets(values: list[str]) -> tuple[list[Given], bool]:
    whole = len(values) <= _MANY_VALUES
    sizes = range(1, len(values) + 1) if whole else (1, 2, len(values))
    sets = [tuple((value,) for value in chosen) for size in sizes for chosen in combinations(values, size)]
    return [*sets], whole


def _values(mentions: Sequence[tuple[Condition, Verdict]], environment: Environment) -> tuple[list[str], bool]:
    """Values of one key that stand for all, and whether they do."""
    blind = replace(environment, assignment=None)
    families: dict[str, list[tuple[int, str]]] = {}
    complete = True
    for number, (condition, modern) in enumerate(mentions):
        if condition.operator is None or condition.operator.family == "presence":
            continue
        for pattern in patterns_of(condition, modern, blind):
            complete = complete and pattern.must == pattern.may and not has_hole(pattern.must)
            families.setdefault(condition.operator.family, []).append((number, pattern.must))
    fold = any(each.operator is not None and "IgnoreCase" in each.operator.name for each, _ in mentions)
    found: dict[str, None] = {}
    textual = [*families.pop("string", []), *((n, t) for n, t in families.get("glob", []) if not _wild(t))]
    for _, text in textual:
        found.update(dict.fromkeys((text, text.lower(), text.upper(), text.swapcase()) if fold else (text,)))
    wild = [(number, text) for number, text in families.pop("glob", []) if _wild(text)]
    complete = complete and len({number for number, _ in wild}) <= 1 and not (fold and wild)
    for _, text in wild:
        found.update(dict.fromkeys((_filled(text, ""), _filled(text, _OTHERS[0]))))
    kinds = len(families) + bool(textual or wild)
    for family, texts in families.items():
        points, whole = _POINTS[family]([text for _, text in texts])
        found.update(dict.fromkeys(points))
        complete = complete and whole
    if not families:
        others = [other for other in _OTHERS if not any(glob(text, literal(other)) for _, text in wild)]
        everything = any(not text.strip("*") for _, text in wild)
        found[others[0] if others else _OTHERS[0]] = None
        complete = complete and (bool(others) or everything)
    return list(found), complete and kinds <= 1


def _wild(text: str) -> bool:
    return "*" in text or "?" in text


def _filled(pattern: str, filler: str) -> str:
    return pattern.replace("*", filler).replace("?", "~")


def _numbers(values: Iterable[Decimal | None]) -> tuple[list[str], bool]:
    known = [value for value in values if value is not None]
    points = {value + step for value in known for step in (-1, 0, 1)}
    return [format(point, "f") for point in sorted(points)], all(value == int(value) for value in known)


def _numeric(texts: list[str]) -> tuple[list[str], bool]:
    numbers = [parse_number(text) for text in texts]
    points, whole = _numbers(numbers)
    return points, whole and None not in numbers


def _dates(texts: list[str]) -> tuple[list[str], bool]:
    dates = [parse_date(text) for text in texts]
    points, whole = _numbers(dates)
    return points, whole and None not in dates


def _addresses(texts: list[str]) -> tuple[list[str], bool]:
    networks = [parse_network(text) for text in texts]
    points: set[str] = set()
    for network in networks:
        if network is not None:
            first, last = int(network.network_address), int(network.broadcast_address)
            kind = type(network.network_address)
            points |= {str(kind(n)) for n in (first - 1, first, last, last + 1) if 0 <= n < 1 << network.max_prefixlen}
    return sorted(points), None not in networks


def _truths(texts: list[str]) -> tuple[list[str], bool]:
    return ["true", "false"], all(text.lower() in {"true", "false"} for text in texts)


def _bytes(texts: list[str]) -> tuple[list[str], bool]:
    return [*texts, "b3RoZXI="], True


_POINTS: Final = {"numeric": _numeric, "date": _dates, "network": _addresses, "truth": _truths, "bytes": _bytes}
