"""Expressions with unknown parts, hostile expressions, and expressions of all kinds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.model import Reference, Unknown, Value
from policypack.read.hcl.budget import step_budget
from policypack.read.hcl.expression import evaluate
from policypack.read.hcl.partial import Attributes, follow, unknowns
from tests.read.expression_scope import Names, parsed, value

ID = Reference("aws_vpc.v", "id")
HOLE = Unknown("known only after apply", (ID,), (ID,))


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("false && aws_vpc.v.on", False),
        ("aws_vpc.v.on && false", False),
        ("true || aws_vpc.v.on", True),
        ("aws_vpc.v.on || true", True),
        ("[1, aws_vpc.v.id] == [2, aws_vpc.v.id]", False),
        ("{ a = aws_vpc.v.id } == { b = 1 }", False),
        ("[aws_vpc.v.id] == []", False),
        ('aws_vpc.v.id == "x" ? "same" : "same"', "same"),
        ("length([aws_vpc.v.id, 2])", 2),
        ("length({ a = aws_vpc.v.id })", 1),
        ("keys({ a = aws_vpc.v.id })", ["a"]),
        ('contains([aws_vpc.v.id, "a"], "a")', True),
        ("alltrue([aws_vpc.v.on, false])", False),
        ("anytrue([aws_vpc.v.on, true])", True),
        ('coalesce("a", aws_vpc.v.id)', "a"),
        ("coalescelist([1], aws_vpc.v.ids)", [1]),
        ("can({ a = aws_vpc.v.id }.b)", False),
        ('startswith("arn:aws:${aws_vpc.v.id}", "arn:")', True),
        ('endswith("${aws_vpc.v.id}.json", ".txt")', False),
        ('strcontains("a:b:${aws_vpc.v.id}", ":b:")', True),
        ("merge({ a = aws_vpc.v.id }, { b = 1 }).b", 1),
        ("[aws_vpc.v.id, 1][1]", 1),
        ("[for x in [aws_vpc.v.id, 1] : 7]", [7, 7]),
        ("[for x in [aws_vpc.v.id] : x]", [HOLE]),
        ("concat([aws_vpc.v.id], [1])", [HOLE, 1]),
        ("flatten([[aws_vpc.v.id], [[1]]])", [HOLE, 1]),
        ("merge({ a = aws_vpc.v.id }, { a = 1 })", {"a": 1}),
        ("values({ b = 1, a = aws_vpc.v.id })", [HOLE, 1]),
        ('zipmap(["k"], [aws_vpc.v.id])', {"k": HOLE}),
        ("toset([aws_vpc.v.id])", [HOLE]),
        ("distinct([aws_vpc.v.id, aws_vpc.v.id])", [HOLE]),
        ('compact([aws_vpc.v.id, "", null])', [HOLE]),
        ("[for x in [{ id = aws_vpc.v.id }] : x.id]", [HOLE]),
        ("[{ id = aws_vpc.v.id }][*].id", [HOLE]),
        ("{ for k, x in { a = aws_vpc.v.id } : k => x }", {"a": HOLE}),
    ],
)
def test_what_is_certain_in_spite_of_an_unknown_is_told(expression: str, result: Value) -> None:
    """An unknown part does not make unknown what does not depend on it."""
    assert value(expression) == result


@pytest.mark.parametrize(
    "expression",
    [
        "aws_vpc.v.on && true",
        "aws_vpc.v.on || false",
        "!aws_vpc.v.on",
        "-aws_vpc.v.n",
        "aws_vpc.v.n + 1",
        "aws_vpc.v.id == null",
        "aws_vpc.v.id == aws_vpc.v.id",
        "[1, aws_vpc.v.id] == [1, 2]",
        'aws_vpc.v.on ? "a" : "b"',
        "aws_vpc.v.on ? [] : null",
        "true ? aws_vpc.v.id : 1",
        "[for x in aws_vpc.v.ids : x]",
        "[for x in [1] : x if aws_vpc.v.on]",
        "{ for x in [aws_vpc.v.id] : x => 1 }",
        "{ (aws_vpc.v.id) = 1 }",
        '{ "${aws_vpc.v.id}" = 1 }',
        "[1, 2][aws_vpc.v.n]",
        "aws_vpc.v.ids[*].x",
        "length(aws_vpc.v.ids)",
        "length(toset([aws_vpc.v.id, 1]))",
        'contains(["a"], aws_vpc.v.id)',
        'contains([aws_vpc.v.id], "a")',
        "try(aws_vpc.v.id, 1)",
        "try([aws_vpc.v.id][0], 1)",
        "can(aws_vpc.v.id)",
        "concat([1], aws_vpc.v.ids)",
        "merge({ a = 1 }, aws_vpc.v.tags)",
        "flatten([[1], aws_vpc.v.ids[0].x[*]])",
        "coalesce(upper(aws_vpc.v.id), 1)",
        "compact([upper(aws_vpc.v.id)])",
        "sort([aws_vpc.v.id])",
        "max(aws_vpc.v.n...)",
        "upper(aws_vpc.v.id)",
        'replace(aws_vpc.v.id, "a", "b")',
        'lookup(aws_vpc.v.tags, "a", 1)',
        "jsonencode(aws_vpc.v.tags)",
        "jsondecode(aws_vpc.v.json)",
        "provider::aws::arn_parse(aws_vpc.v.arn)",
        "base64encode(aws_vpc.v.id)",
    ],
)
def test_what_depends_on_an_unknown_is_unknown_and_names_it(expression: str) -> None:
    """The result of an unknown is unknown, with the reference that would settle it."""
    found = value(expression)
    assert isinstance(found, Unknown)
    assert all(reference.address == "aws_vpc.v" for reference in found.references)
    assert found.references


@pytest.mark.parametrize(
    ("expression", "word"),
    [
        ("{ a = 1 }.b", "'b'"),
        ("[1][5]", "beyond the end"),
        ('"a" + 1', "number is required"),
        ("nosuch(1)", "no function nosuch"),
        ("provider::x::y(1)", "function of a provider"),
        ("timestamp()", "before it is applied"),
        ("upper(1, 2)", "takes 1 arguments"),
        ("upper(null)", "null"),
        ("nothing.here", "nothing is called nothing"),
        ('file("../../etc/passwd")', "not in the scanned tree"),
        ('abspath(".")', "depends on the machine"),
        ('fileset(".", "*")', "not listed"),
        ("null.x", "null"),
        ("1 / 0", "division by zero"),
        ('"${null}"', ""),
        ("aws_x.y.", "parse"),
    ],
)
def test_errors_are_unknown_and_say_what_is_wrong(expression: str, word: str) -> None:
    """What Terraform would refuse is an unknown with the reason, not an exception and not null."""
    found = value(expression) if expression != '"${null}"' else value('"a${null}"')
    assert isinstance(found, Unknown)
    assert word in found.reason


def test_an_error_in_one_element_does_not_cost_the_others() -> None:
    """Elements stand for themselves, but inside try an error of one is an error of all."""
    found = value("{ good = 1, bad = {}.x, list = [2, {}.y] }")
    assert isinstance(found, dict)
    assert found["good"] == 1
    assert isinstance(found["bad"], Unknown)
    assert isinstance(found["list"], list)
    assert found["list"][0] == 2
    assert value("try({ good = 1, bad = {}.x }, 5)") == 5


def test_steps_into_resources_stay_references() -> None:
    """An attribute that a resource does not write is a reference to that attribute, in its blocks as well."""
    reference = Reference("aws_s3_bucket.b")
    bucket = Attributes({"bucket": "x", "rule": [{"id": "r"}]}, reference)
    assert follow(bucket, ("bucket",)) == "x"
    assert follow(bucket, ("arn",)) == Unknown(
        "known only after apply", (Reference("aws_s3_bucket.b", "arn"),), (Reference("aws_s3_bucket.b", "arn"),)
    )
    scope = Names({"all": [bucket]})
    found = value("local.all[*].rule[0].computed", scope)
    assert isinstance(found, list)
    assert [each.parts for each in unknowns(found)] == [(Reference("aws_s3_bucket.b", "rule.0.computed"),)]
    assert value("[for b in local.all : b.bucket]", scope) == ["x"]
    for expression in ("(true ? local.all[0] : null).arn", "(true ? local.all : [])[0].arn", 'lookup(local.all[0], "arn", "")'):
        assert value(expression, scope) == follow(bucket, ("arn",))


def test_steps_behind_an_unknown_lengthen_its_reference() -> None:
    """A step into an attribute that is not known refers to what is inside of it."""
    found = follow(HOLE, ("x", 0))
    assert isinstance(found, Unknown)
    assert found.parts == (Reference("aws_vpc.v", "id.x.0"),)


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 1000 + "]" * 1000,
        "-" * 3000 + "1",
        "1" + " + 1" * 5000,
        "true ? 1 : " * 1000 + "2",
        '"${' * 300 + '"a"' + '}"' * 300,
        "f(" * 1000 + ")" * 1000,
        "a" + ".b" * 10_000,
        "a" + "[a" * 500 + "]" * 500,
        "[for x in " * 300 + "[1]" + " : x]" * 300,
        '"' + "%{ if true }" * 500 + "%{ endif }" * 500 + '"',
    ],
    ids=lambda expression: expression[:12],
)
def test_deep_nesting_ends_as_unknown(expression: str) -> None:
    """Nesting that no one writes neither raises nor crashes."""
    node = parsed(expression)
    found: Value = evaluate(node, Names()) if node else Unknown("it does not parse")
    assert isinstance(found, Unknown) or found in (1, 2, -1, "a", "", []) or isinstance(found, (int, list))


def test_shared_values_cannot_unfold_without_end() -> None:
    """A value whose parts are shared is weighed as whoever walks through it would count it."""
    doubled: Value = ["x"]
    for _ in range(40):
        doubled = [doubled, doubled]
    scope = Names({"big": doubled})
    assert isinstance(value("local.big", scope), Unknown)
    assert isinstance(value("jsonencode(local.big)", scope), Unknown)
    assert isinstance(value("local.big == local.big", scope), Unknown)


def test_a_budget_is_shared_by_all_that_is_evaluated_inside() -> None:
    """Many cheap expressions together run out of steps like one dear one, and each says so."""
    with step_budget(1000) as budget:
        found = [value("[for i in range(100) : i]") for _ in range(20)]
        assert budget.steps < 0
    assert isinstance(found[0], list)
    assert isinstance(found[-1], Unknown)
    assert "steps" in found[-1].reason


def test_try_does_not_take_an_empty_budget_for_an_error() -> None:
    """When steps run out inside try, its default is not the answer."""
    with step_budget(50):
        assert isinstance(value('try([for i in range(1000) : i], "default")'), Unknown)


NAMES = st.sampled_from(["local.s", "local.n", "local.l", "local.m", "local.nope", "aws_vpc.v.id", "x", "aws_vpc.v", "local"])
LITERALS = st.sampled_from(
    ["1", "0", "-1", "1.5", "true", "null", '"a"', '"1"', '""', '"${local.s}-${aws_vpc.v.id}"', "[]", "{}"]
)
CALLS = st.sampled_from(
    [
        "upper",
        "length",
        "keys",
        "values",
        "merge",
        "concat",
        "flatten",
        "join",
        "split",
        "lookup",
        "format",
        "try",
        "can",
        "coalesce",
        "jsonencode",
        "jsondecode",
        "toset",
        "tolist",
        "tomap",
        "tostring",
        "tonumber",
        "element",
        "slice",
        "range",
        "regex",
        "regexall",
        "replace",
        "substr",
        "sum",
        "max",
        "sort",
        "distinct",
        "compact",
        "contains",
        "one",
        "cidrsubnet",
        "yamldecode",
        "yamlencode",
        "formatdate",
        "timeadd",
        "base64decode",
        "zipmap",
        "setproduct",
        "setunion",
        "chunklist",
        "index",
        "matchkeys",
        "transpose",
        "file",
    ]
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(
            "({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||"]), inner
        ),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("{{ a = {}, ({}) = {} }}".format, inner, inner, inner),
        st.builds("{}({}, {})".format, CALLS, inner, inner),
        st.builds("{}({})".format, CALLS, inner),
        st.builds("{}({}...)".format, CALLS, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})[*].a".format, inner),
        st.builds("({}).a".format, inner),
        st.builds("[for k, x in {} : {} if {}]".format, inner, inner, inner),
        st.builds("{{ for k, x in {} : k => {}... }}".format, inner, inner),
        st.builds('"p${{{}}}s%{{ if {} }}y%{{ endif }}"'.format, inner, inner),
        st.builds("!{}".format, inner),
        st.builds("-{}".format, inner),
    )


@settings(max_examples=100, deadline=None)
@given(st.recursive(st.one_of(NAMES, LITERALS), _larger, max_leaves=12))
def test_evaluation_never_raises(expression: str) -> None:
    """Whatever is written, the answer is a value, and every unknown in it has a reason."""
    scope = Names({"s": "text", "n": 3, "l": ["a", HOLE, 1], "m": {"a": [1], "b": HOLE}})
    node = parsed(expression)
    assert node is not None
    with step_budget(50_000):
        found = evaluate(node, scope)
    assert all(unknown.reason for unknown in unknowns(found))


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet='${}%~"\\ \nif endfor=[]()abc.x1é', max_size=40))
def test_any_text_is_some_template(text: str) -> None:
    """Any text at all can be handed over as a template."""
    from policypack.read.hcl.expression import parse_template, traversals

    template = parse_template(text)
    found = evaluate(template, Names())
    assert isinstance(found, (str, int, float, bool, list, dict, Unknown)) or found is None
    assert isinstance(traversals(template), list)
