"""Condition blocks, three-valued.

Rules: IAM User Guide, "IAM JSON policy elements: Condition operators" (absent keys, IfExists, Null) and "Conditions with
multiple context keys or values" (AND over keys, OR over values, NOR under a negated operator; ForAllValues holds and
ForAnyValue fails where the key is absent). IfExists wins over a set operator, which is documented nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable

from policypack.authority.aws.context import ABSENT, Environment, Forms, Given, OneOf
from policypack.authority.aws.document import Condition
from policypack.authority.aws.kleene import F, T, U, Verdict, every, hull, negation, some
from policypack.authority.aws.operators import Operator
from policypack.authority.aws.variables import Expanded, expand

ABSENT_RESULTS: dict[tuple[str, bool], Verdict] = {
    ("", False): F,
    ("", True): T,
    ("all", False): T,
    ("all", True): T,
    ("any", False): F,
    ("any", True): F,
}
"""What an operator answers where its key is absent, by set prefix and by whether it is negated."""


def block(conditions: Iterable[Condition], modern: Verdict, environment: Environment) -> Verdict:
    """AND over the conditions of a statement."""
    return every(holds(condition, modern, environment) for condition in conditions)


def holds(condition: Condition, modern: Verdict, environment: Environment) -> Verdict:
    """Whether one condition is met."""
    if condition.operator is None:
        return U
    return _with(condition, condition.operator, environment.get(condition.key), modern, environment)


def _with(condition: Condition, operator: Operator, held: Given, modern: Verdict, environment: Environment) -> Verdict:
    if isinstance(held, OneOf):
        return hull(_with(condition, operator, option, modern, environment) for option in held.options)
    if operator.family == "presence":
        return some(_presence(text, held) for text in condition.values)
    if held is None:
        return U
    if held == ABSENT:
        return T if condition.if_exists else ABSENT_RESULTS[condition.quantifier, operator.negated]
    patterns = patterns_of(condition, modern, environment)
    each = [_one(operator, patterns, value) for value in held]
    if condition.quantifier == "all":
        return every(each)
    if condition.quantifier == "any":
        return some(each)
    return hull(each)  # several values without a set operator: only what holds for each of them is certain


def patterns_of(condition: Condition, modern: Verdict, environment: Environment) -> list[Expanded]:
    """The values of the policy with their variables replaced; one without a value matches nothing and is left out."""
    if condition.operator is None or not condition.operator.variables:
        return [Expanded(text, text) for text in condition.values]
    found = (expand(text, modern, environment.single) for text in condition.values)
    return [pattern for pattern in found if pattern is not None]


def _one(operator: Operator, patterns: Iterable[Expanded], value: Forms) -> Verdict:
    """One value of the request against all values of the policy: some must match, under a negated operator none may."""
    matched = some(_described(operator, pattern, value) for pattern in patterns)
    return negation(matched) if operator.negated else matched


def _described(operator: Operator, pattern: Expanded, value: Forms) -> Verdict:
    """A comparison with a value that is described in several ways, each of them true: a definite answer wins."""
    answer = U
    for form in value:
        verdict = operator.compare(pattern.must, pattern.may, form)
        if verdict == T:
            return T
        answer = min(answer, verdict)
    return answer


def _presence(text: str, held: Given) -> Verdict:
    wanted = text.lower()
    if held is None or isinstance(held, OneOf) or wanted not in {"true", "false"}:
        return U
    return T if (held == ABSENT) == (wanted == "true") else F
