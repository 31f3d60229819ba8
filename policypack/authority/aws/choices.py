"""What a caller may send for the keys that it chooses: finitely many values that stand for all.

A call is possible if some choice makes it so, and one choice must satisfy every statement at once. For each key the values
that the statements mention are tried, one that none mentions, and none at all. Where these do not stand for every value
(patterns that may overlap, comparisons of two kinds) a choice that works is still a proof, and that none works is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from math import prod
from typing import Final

from msgspec import Struct

from policypack.authority.aws.condition import holds
from policypack.authority.aws.context import ABSENT, MULTIVALUED, Context, Environment, Given
from policypack.authority.aws.document import Condition, Statement
from policypack.authority.aws.kleene import F, T, Verdict
from policypack.authority.aws.samples import samples
from policypack.authority.aws.variables import variables
from policypack.model import replace

MOST: Final = 4096
"""More combinations than that are not tried: the keys then count as unknown."""
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
        values, whole = samples(mentions, environment)
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
