"""Every condition operator, with its positive and its negative, and what each answers where its key is absent."""

from __future__ import annotations

from typing import Any

import pytest

from policypack.authority.aws import condition
from policypack.authority.aws.context import ABSENT, Environment, Given
from policypack.authority.aws.document import read
from policypack.authority.aws.kleene import F, T, U
from policypack.authority.aws.operators import OPERATORS
from tests.authority.worlds import ask, document, statement
from tests.authority.worlds import context as keyed

KEY = "aws:PrincipalTag/k"
ARN = "arn:aws:iam::111122223333:role/team/app"


def verdict(operator: str, values: Any, held: Any, *, version: str = "2012-10-17") -> int:
    """A condition on one key, in a world where that key has this value (a text, a list, () absent, None unknown)."""
    written = document(statement(Condition={operator: {KEY: values}}), version=version)
    known: dict[str, Given] = {KEY.lower(): ABSENT} if held == () else keyed({KEY: held})
    (one,) = read(written)
    return condition.block(one.conditions, one.modern, Environment(known, closed=True))


# operator, value of the policy, a value that it agrees with, one that it does not agree with, page section
COMPARED = [
    ("StringEquals", "prod", "prod", "Prod"),
    ("StringEquals", "p*", "p*", "prod"),
    ("StringEqualsIgnoreCase", "Prod", "pROD", "prod1"),
    ("StringLike", "p*d", "prod", "Prod"),
    ("StringLike", "p?od", "prod", "pod"),
    ("StringLike", "a.c", "a.c", "abc"),
    ("ArnEquals", "arn:aws:iam::*:role/*", ARN, "arn:aws:iam::111122223333:user/app"),
    ("ArnLike", "arn:aws:iam::111122223333:role/*", ARN, "arn:aws:iam::1:x:role/app"),
    ("ArnLike", "*", ARN, None),
    ("NumericEquals", "7", "7.0", "8"),
    ("NumericLessThan", "7", "6", "7"),
    ("NumericLessThanEquals", "7", "7", "8"),
    ("NumericGreaterThan", "7", "8", "7"),
    ("NumericGreaterThanEquals", "7", "7", "6"),
    ("NumericGreaterThanEquals", 7, "10", "-1"),
    ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", "1767225601"),
    ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"),
    ("DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:01Z"),
    ("DateGreaterThan", "2026-01-01", "2026-01-01T00:00:01.5Z", "2026-01-01T00:00:00Z"),
    ("DateGreaterThanEquals", "1767225600", "2026-01-01T00:00Z", "2025-12-31"),
    ("Bool", "true", "TRUE", "false"),
    ("Bool", False, "false", "true"),
    ("BinaryEquals", "aGVsbG8=", "aGVsbG8=", "b3RoZXI="),
    ("IpAddress", "10.0.0.0/8", "10.1.2.3", "11.0.0.1"),
    ("IpAddress", "203.0.113.5", "203.0.113.5", "203.0.113.6"),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", "2001:db9::1"),
    ("IpAddress", "0.0.0.0/0", "203.0.113.5", "2001:db8::1"),
]
NEGATIONS = {
    "StringEquals": "StringNotEquals",
    "StringEqualsIgnoreCase": "StringNotEqualsIgnoreCase",
    "StringLike": "StringNotLike",
    "ArnEquals": "ArnNotEquals",
    "ArnLike": "ArnNotLike",
    "NumericEquals": "NumericNotEquals",
    "DateEquals": "DateNotEquals",
    "IpAddress": "NotIpAddress",
}


@pytest.mark.parametrize(("operator", "wanted", "agrees", "differs"), COMPARED)
def test_an_operator_compares(operator: str, wanted: Any, agrees: str, differs: str | None) -> None:
    """Condition operators: a value that agrees, one that does not, and the negated operator the other way round."""
    for written in (operator, operator.upper(), f"{operator}IfExists", f"ForAnyValue:{operator}", f"ForAllValues:{operator}"):
        assert verdict(written, wanted, agrees) == T
        assert differs is None or verdict(written, wanted, differs) == F
    negation = NEGATIONS.get(operator)
    if negation:
        assert verdict(negation, wanted, agrees) == F
        assert differs is None or verdict(negation, wanted, differs) == T


UNCOMPARABLE = [
    ("NumericLessThan", "seven", "6"),
    ("NumericLessThan", "7", "six"),
    ("NumericEquals", "1e999999999", "1"),
    ("DateLessThan", "2026-13-01", "2026-01-01"),
    ("DateLessThan", "tomorrow", "2026-01-01"),
    ("Bool", "maybe", "true"),
    ("IpAddress", "10.0.0.0/99", "10.0.0.1"),
    ("IpAddress", "10.0.0.0/8", "nowhere"),
    ("BinaryEquals", "not base64!", "aGVsbG8="),
    ("ArnLike", "arn:aws:iam::*", ARN),
    ("StringMatches", "x", "x"),
    ("NullIfExists", "true", "x"),
    ("ForAnyValue:Null", "true", "x"),
    ("", "x", "x"),
    ("Bool", "${aws:username}", "true"),
]


@pytest.mark.parametrize(("operator", "wanted", "held"), UNCOMPARABLE)
def test_what_cannot_be_compared_is_not_guessed(operator: str, wanted: str, held: str) -> None:
    """An unknown operator, or a value that is not of the operator's kind, is undecided."""
    assert verdict(operator, wanted, held) == U


@pytest.mark.parametrize("name", [each.name for each in OPERATORS.values() if each.family != "presence"])
def test_an_absent_key(name: str) -> None:
    """Condition operators, IfExists and multi-value conditions: what each operator answers where its key is absent."""
    negated = "Not" in name
    assert verdict(name, "1", ()) == (T if negated else F)
    assert verdict(f"{name}IfExists", "1", ()) == T
    assert verdict(f"ForAllValues:{name}", "1", ()) == T
    assert verdict(f"ForAnyValue:{name}", "1", ()) == F
    assert verdict(f"ForAllValues:{name}IfExists", "1", ()) == T
    assert verdict(f"ForAnyValue:{name}IfExists", "1", ()) == T
    assert verdict(name, "1", []) == verdict(name, "1", ())
    for written in (name, f"{name}IfExists", f"ForAllValues:{name}", f"ForAnyValue:{name}"):
        assert verdict(written, "1", None) == U


@pytest.mark.parametrize("mutant", list(condition.ABSENT_RESULTS))
def test_every_absent_result_counts(mutant: tuple[str, bool], monkeypatch: pytest.MonkeyPatch) -> None:
    """If any entry of the table of absent keys were the other way round, the test above would see it."""
    monkeypatch.setitem(condition.ABSENT_RESULTS, mutant, T - condition.ABSENT_RESULTS[mutant])
    name = "StringNotEquals" if mutant[1] else "StringEquals"
    with pytest.raises(AssertionError):
        test_an_absent_key(name)


@pytest.mark.parametrize("name", list(OPERATORS))
def test_every_negation_counts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """If any operator forgot whether it is negated, the tables here would see it."""
    operator = OPERATORS[name]
    if operator.family == "presence":
        return
    changed = type(operator)(operator.name, operator.family, not operator.negated, operator.compare, operator.variables)
    monkeypatch.setitem(OPERATORS, name, changed)
    with pytest.raises(AssertionError):
        test_an_absent_key(operator.name)


def test_null_asks_for_presence_only() -> None:
    """Null true: the key must be absent; Null false: it must be present."""
    assert [verdict("Null", "true", held) for held in ((), "x", None)] == [T, F, U]
    assert [verdict("Null", False, held) for held in ((), "x", None)] == [F, T, U]
    assert verdict("Null", "perhaps", ()) == U


# operator, values of the policy, values of the request, answer
SEVERAL = [
    ("StringEquals", ["a", "b"], "b", T),
    ("StringNotEquals", ["a", "b"], "b", F),
    ("StringNotEquals", ["a", "b"], "c", T),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], T),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], F),
    ("ForAnyValue:StringEquals", ["a", "b"], ["a", "c"], T),
    ("ForAnyValue:StringEquals", ["a", "b"], ["c", "d"], F),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["c", "d"], T),
    ("ForAllValues:StringNotEquals", ["a", "b"], ["a", "d"], F),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "d"], T),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], F),
    ("ForAllValues:StringLike", ["a*"], ["ab", "ac"], T),
    ("StringEquals", ["a"], ["a", "b"], U),
    ("StringEquals", ["a", "b"], ["a", "b"], T),
    ("StringEquals", [], "a", U),
]


@pytest.mark.parametrize(("operator", "values", "held", "answer"), SEVERAL)
def test_several_values(operator: str, values: list[str], held: Any, answer: int) -> None:
    """Multi-value conditions: values of a policy are OR, NOR under a negated operator; set operators quantify the request's."""
    assert verdict(operator, values, held) == answer


def test_keys_and_operators_are_and() -> None:
    """Condition: all operators and all keys of a block have to be met; names of keys and operators ignore case."""
    block = {"stringequals": {"AWS:PrincipalTag/A": "1", "aws:principaltag/b": "2"}, "BOOL": {"aws:SecureTransport": "true"}}
    allow = document(statement(Condition=block))

    def asked(**values: str) -> str:
        names = {"a": "aws:PrincipalTag/a", "b": "aws:PrincipalTag/B", "tls": "aws:SecureTransport"}
        held = {names[key]: value for key, value in values.items()}
        return ask("s3:DeleteBucket", "arn:aws:s3:::b", given=held, identity=[allow]).outcome.value

    assert asked(a="1", b="2", tls="true") == "yes"
    assert asked(a="1", b="3", tls="true") == "no"
    assert asked(a="1", b="2", tls="false") == "no"
    assert asked(a="1", b="2") == "no"


# value of the policy, version of the document, value of the key, value of the variable's key, answer of StringEquals
VARIABLES: list[tuple[str, str, str, Any, int]] = [
    ("${aws:username}", "2012-10-17", "bob", "bob", T),
    ("${aws:username}", "2012-10-17", "bob", "eve", F),
    ("${AWS:UserName}", "2012-10-17", "bob", "bob", T),
    ("${aws:username}", "2008-10-17", "bob", "bob", F),
    ("${aws:username}", "2008-10-17", "${aws:username}", "bob", T),
    ("${aws:username, 'bob'}", "2012-10-17", "bob", (), T),
    ("${aws:username,'bob'}", "2012-10-17", "bob", "eve", F),
    ("${aws:username}", "2012-10-17", "bob", (), F),
    ("${aws:username}", "2012-10-17", "bob", None, U),
    ("${aws:username}", "2012-10-17", "bob", ["bob", "eve"], U),
    ("${*}", "2012-10-17", "*", (), T),
    ("${?}${$}", "2012-10-17", "?$", (), T),
    ("x-${aws:username}", "2012-10-17", "y-bob", None, F),
]


@pytest.mark.parametrize(("text", "version", "held", "variable", "answer"), VARIABLES)
def test_variables_in_conditions(text: str, version: str, held: str, variable: Any, answer: int) -> None:
    """Variables and tags: only in the version of 2012, only single values, with a default; the negated operator the other way."""
    for operator, wanted in (("StringEquals", answer), ("StringNotEquals", T - answer)):
        (one,) = read(document(statement(Condition={operator: {KEY: text}}), version=version))
        known = keyed({KEY: held})
        known["aws:username"] = ABSENT if variable == () else keyed({"k": variable})["k"]
        assert condition.block(one.conditions, one.modern, Environment(known, closed=True)) == wanted


def test_a_wildcard_in_a_value_is_undecided() -> None:
    """Whether a wildcard that a variable brings is one is not documented: it matches as text, and may match as a wildcard."""
    for held, answer in (("a*", T), ("abc", U), ("b", F)):
        (one,) = read(document(statement(Condition={"StringLike": {KEY: "${aws:username}"}})))
        known = keyed({KEY: held, "aws:username": "a*"})
        assert condition.block(one.conditions, one.modern, Environment(known, closed=True)) == answer
