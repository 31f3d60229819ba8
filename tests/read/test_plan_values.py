"""The normal form of a plan's values, and where their references lead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec.json
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw

from policypack.model import Reference, Unknown, Value
from policypack.read import plan_values
from policypack.read.addresses import dotted, last_key, module_of, most_specific, split
from policypack.read.plan_values import plain, planned
from tests.read.planning import block, change, found, plan, read_json, refers

ARN = refers("aws_s3_bucket.b.arn", "aws_s3_bucket.b")


def value_of(folder: Path, after: Any, unknown: Any, expressions: Any, name: str = "x") -> Value:
    """What is read of one argument."""
    entry = change("aws_thing", "t", after, unknown)
    return read_json(folder, plan([entry], [block("aws_thing", "t", expressions)])).resources[0].values.get(name)


NORMAL: list[tuple[str, Any, Any, Any, Value]] = [
    ("null is not written", {"x": None}, {}, {"x": {}}, None),
    ("a missing block is not written", {"x": []}, {}, {}, None),
    ("an empty list that is written stays", {"x": []}, {}, {"x": {"constant_value": []}}, []),
    ("an empty mapping that is written stays", {"x": {}}, {}, {"x": {"constant_value": {}}}, {}),
    ("false is written", {"x": False}, {}, {}, False),
    ("zero is written", {"x": 0}, {}, {}, 0),
    ("whole numbers are int", {"x": 7.0}, {}, {}, 7),
    ("others are not", {"x": 0.5}, {}, {}, 0.5),
    (
        "blocks are lists of mappings",
        {"x": [{"a": 1, "b": None, "c": []}]},
        {},
        {"x": [{"a": {"constant_value": 1}}]},
        [{"a": 1}],
    ),
    ("what is computed is not written", {}, {"x": True}, {}, None),
    ("nor inside a block", {"x": [{"a": 1}]}, {"x": [{"id": True}]}, {"x": [{"a": {"constant_value": 1}}]}, [{"a": 1}]),
]


@pytest.mark.parametrize(
    ("after", "unknown", "expressions", "value"), [row[1:] for row in NORMAL], ids=[row[0] for row in NORMAL]
)
def test_normal_form(tmp_path: Path, after: Any, unknown: Any, expressions: Any, value: Value) -> None:
    """What is written and is not null is kept, in the form that HCL has too."""
    got = value_of(tmp_path, after, unknown, expressions)
    assert got == value
    assert type(got) is type(value)


UNKNOWN = [
    ("an argument", {}, {"x": True}, {"x": ARN}, ()),
    ("an argument that is shown as null", {"x": None}, {"x": True}, {"x": ARN}, ()),
    ("an element of a list", {"x": ["a", None]}, {"x": [False, True]}, {"x": ARN}, (1,)),
    ("a value of a mapping", {"x": {"k": None}}, {"x": {"k": True}}, {"x": ARN}, ("k",)),
    ("a value of a mapping that is not shown", {"x": {}}, {"x": {"k": True}}, {"x": ARN}, ("k",)),
    ("an argument of a block", {"x": [{}]}, {"x": [{"a": True}]}, {"x": [{"a": ARN}]}, (0, "a")),
    ("an argument of a single block", {"x": {"a": None}}, {"x": {"a": True}}, {"x": {"a": ARN, "b": {}}}, ("a",)),
]


@pytest.mark.parametrize(
    ("after", "unknown", "expressions", "steps"), [row[1:] for row in UNKNOWN], ids=[row[0] for row in UNKNOWN]
)
def test_unknown_leaves_keep_their_references(tmp_path: Path, after: Any, unknown: Any, expressions: Any, steps: Any) -> None:
    """What is not known yet, at any depth, is Unknown and names the attribute that would settle it."""
    got: Any = value_of(tmp_path, after, unknown, expressions)
    for step in steps:
        got = got[step]
    assert isinstance(got, Unknown)
    assert got.references == (Reference("aws_s3_bucket.b", "arn"),)


def test_a_dynamic_block_is_unknown_without_references(tmp_path: Path) -> None:
    """A dynamic block is in the values and not in the configuration: its unknown leaves stay unknown, and name nothing."""
    value: Any = value_of(tmp_path, {"x": [{"a": None, "b": 1}]}, {"x": [{"a": True}]}, {})
    (rule,) = value
    assert rule["b"] == 1
    assert isinstance(rule["a"], Unknown)
    assert rule["a"].references == ()


def test_blocks_of_a_set_are_told_apart_by_their_constants(tmp_path: Path) -> None:
    """A set has lost the source's order: the constants say which block a value comes from, not its place."""
    expressions = [
        {"name": {"constant_value": "one"}, "to": refers("aws_a.one.id", "aws_a.one")},
        {"name": {"constant_value": "two"}, "to": refers("aws_a.two.id", "aws_a.two")},
    ]
    after = [{"name": "two", "to": None}, {"name": "one", "to": None}]
    got: Any = value_of(tmp_path, {"x": after}, {"x": [{"to": True}, {"to": True}]}, {"x": expressions})
    assert [each["to"].references[0].address for each in got] == ["aws_a.two", "aws_a.one"]


def test_deep_values_are_unknown_below_a_limit(tmp_path: Path) -> None:
    """Nesting that no provider has ends in an Unknown, not in a crash."""
    deep: Any = "end"
    for _ in range(150):
        deep = [deep]
    got: Any = value_of(tmp_path, {"x": deep}, {}, {"x": {}})
    while isinstance(got, list):
        (got,) = got
    assert isinstance(got, Unknown)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
@settings(max_examples=80)
def test_the_normal_form_is_stable(value: Any) -> None:
    """The normal form of a normal form is itself."""
    once = plain(value)
    assert plain(once) == once


def test_a_variable_of_a_module_leads_to_its_caller(tmp_path: Path) -> None:
    """A reference to a module's variable is followed to what the caller gave, with the attribute that was asked for."""
    inner = {"resources": [block("aws_thing", "t", {"x": refers("var.bucket.arn", "var.bucket")})], "variables": {"bucket": {}}}
    call = {"module": inner, "expressions": {"bucket": refers("aws_s3_bucket.b")}}
    entry = change("aws_thing", "t", {}, {"x": True}, module_address='module.m["a"]')
    entry["address"] = 'module.m["a"].aws_thing.t'
    source = read_json(tmp_path, plan([entry], root={"module_calls": {"m": call}}))
    value = found(source, 'module.m["a"].aws_thing.t').get("x")
    assert isinstance(value, Unknown)
    assert value.references == (Reference("aws_s3_bucket.b", "arn"),)


def test_an_output_of_a_module_leads_into_it(tmp_path: Path) -> None:
    """A reference to a module's output is followed to the output's own expression, in that instance of the module."""
    outputs = {"arn": {"expression": refers("aws_s3_bucket.b.arn", "aws_s3_bucket.b")}}
    calls = {"m": {"module": {"resources": [block("aws_s3_bucket", "b", {})], "outputs": outputs}}}
    references = refers('module.m["a.b"].arn', 'module.m["a.b"]', "module.m")
    entries = [change("aws_thing", "t", {}, {"x": True})]
    source = read_json(tmp_path, plan(entries, [block("aws_thing", "t", {"x": references})], root={"module_calls": calls}))
    value = source.resources[0].get("x")
    assert isinstance(value, Unknown)
    assert value.references == (Reference('module.m["a.b"].aws_s3_bucket.b', "arn"),)


LOST = [
    (refers("local.arn"), "a local value that the plan does not carry"),
    (refers("module.m.arn", "module.m"), "a module output that the plan does not name"),
    (refers("each.value.arn", "each.value"), "a value of for_each that the plan does not carry"),
    ({}, "known only after apply"),
]


@pytest.mark.parametrize(("expression", "reason"), LOST)
def test_what_cannot_be_followed_says_why(tmp_path: Path, expression: Any, reason: str) -> None:
    """What leads nowhere has no reference, and a reason."""
    assert value_of(tmp_path, {}, {"x": True}, {"x": expression}) == Unknown(reason)


@pytest.mark.parametrize("expression", [refers("each.key"), refers("count.index"), refers("var.given"), refers("path.module")])
def test_what_refers_only_to_what_is_known_is_null(tmp_path: Path, expression: Any) -> None:
    """Terraform knows every variable of the root and every key: what is unknown all the same is the provider's to compute."""
    assert value_of(tmp_path, {}, {"x": True}, {"x": expression}) is None


def test_what_can_be_followed_in_part_says_so(tmp_path: Path) -> None:
    """What leads somewhere only in part keeps that reference, and says that there is more."""
    value = value_of(tmp_path, {}, {"x": True}, {"x": refers("aws_s3_bucket.b.arn", "aws_s3_bucket.b", "local.other")})
    assert isinstance(value, Unknown)
    assert value.references == (Reference("aws_s3_bucket.b", "arn"),)
    assert value.reason.endswith("part of it is a local value that the plan does not carry")


def _instance(key: str) -> dict[str, Any]:
    return {**change("aws_s3_bucket", "b", {"bucket": "b"}), "address": f"aws_s3_bucket.b{key}"}


INSTANCES = [
    (['["a"]'], refers("aws_s3_bucket.b.arn", "aws_s3_bucket.b"), 'aws_s3_bucket.b["a"]'),
    (['["a"]', '["b"]'], refers("aws_s3_bucket.b"), "aws_s3_bucket.b"),
    (['["a"]', '["b"]'], refers("aws_s3_bucket.b", "each.key"), 'aws_s3_bucket.b["b"]'),
    (['["a"]', '["c"]'], refers("aws_s3_bucket.b", "each.key"), "aws_s3_bucket.b"),
    (["[0]", "[1]"], refers("aws_s3_bucket.b[1].arn", "aws_s3_bucket.b[1]", "aws_s3_bucket.b"), "aws_s3_bucket.b[1]"),
]


@pytest.mark.parametrize(("keys", "expression", "address"), INSTANCES)
def test_instance_keys_where_they_are_certain(tmp_path: Path, keys: list[str], expression: Any, address: str) -> None:
    """A reference has the instance that is written, the only one, or the one of the same key; else it names the block."""
    entry = {**change("aws_thing", "t", {}, {"x": True}), "address": 'aws_thing.t["b"]'}
    blocks = [block("aws_thing", "t", {"x": expression}), block("aws_s3_bucket", "b", {})]
    value = found(read_json(tmp_path, plan([entry, *map(_instance, keys)], blocks)), 'aws_thing.t["b"]').get("x")
    assert isinstance(value, Unknown)
    assert [each.address for each in value.references] == [address]


def test_references_in_a_circle_end(tmp_path: Path) -> None:
    """A module whose output is its own variable, given its own output, is followed to an end."""
    inner = {"outputs": {"o": {"expression": refers("var.v")}}, "variables": {"v": {}}}
    calls = {"m": {"module": inner, "expressions": {"v": refers("module.m.o", "module.m")}}}
    blocks = [block("aws_thing", "t", {"x": refers("module.m.o", "module.m")})]
    source = read_json(tmp_path, plan([change("aws_thing", "t", {}, {"x": True})], blocks, root={"module_calls": calls}))
    assert source.resources[0].get("x") == Unknown("a reference that leads too far")


ADDRESSES = [
    ('module.m["a.b"].aws_s3_bucket.b[0]', [("module", ""), ("m", '["a.b"]'), ("aws_s3_bucket", ""), ("b", "[0]")]),
    ('aws_x.y["]"].arn', [("aws_x", ""), ("y", '["]"]'), ("arn", "")]),
    ('aws_x.y["\\"."]', [("aws_x", ""), ("y", '["\\"."]')]),
    ("aws_x.y", [("aws_x", ""), ("y", "")]),
]


@pytest.mark.parametrize(("address", "parts"), ADDRESSES)
def test_addresses_are_split_outside_of_keys(address: str, parts: list[tuple[str, str]]) -> None:
    """Dots and brackets in quoted keys separate nothing."""
    assert split(address) == parts


def test_parts_of_an_address() -> None:
    """The module, the instance key and an attribute path can be told from an address."""
    address = 'module.m["a.b"].module.n[0].data.aws_x.y["k"]'
    assert module_of(address) == 'module.m["a.b"].module.n[0]'
    assert last_key(address) == ('module.m["a.b"].module.n[0].data.aws_x.y', '["k"]')
    assert last_key("aws_x.y") == ("aws_x.y", "")
    assert dotted(split('roots[0].tags["a"]')) == "roots.0.tags.a"
    assert most_specific(["a.b.c", "a.b", "a.d", "a.b.c", "a.b", 3]) == ["a.b.c", "a.d"]


NAMES = st.sampled_from(["arn", "id", "tags", "x"])
LEAVES = st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from([0.5, 2.0, "", "a"])
TREES = st.recursive(LEAVES, lambda each: st.lists(each, max_size=2) | st.dictionaries(NAMES, each, max_size=2), max_leaves=5)
MARKS = st.recursive(
    st.booleans(), lambda each: st.lists(each, max_size=2) | st.dictionaries(NAMES, each, max_size=2), max_leaves=4
)
EXPRESSIONS = st.recursive(
    st.builds(lambda value: {"constant_value": value}, LEAVES) | st.just({"references": ["aws_x.y.z"]}) | st.just({}),
    lambda each: st.lists(st.dictionaries(NAMES, each, max_size=2), max_size=2),
    max_leaves=4,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(NAMES, TREES), st.dictionaries(NAMES, MARKS), st.dictionaries(NAMES, EXPRESSIONS))
def test_leaving_expressions_undecoded_changes_nothing(known: Any, marks: Any, written: Any) -> None:
    """The walk that decodes all three trees comes to what the short way comes to, wherever the short way is taken."""

    def resolve(expression: Any) -> Unknown:
        return Unknown(str(expression))

    after, unknown, expressions = (Raw(msgspec.json.encode(each)) for each in (known, marks, written))
    one, two, three = (msgspec.json.decode(each) for each in (after, unknown, expressions))
    walked = plan_values._Walk(resolve).body(one, two, three, 0)
    made = planned(after, unknown, expressions, resolve)
    assert made == walked
    assert repr(made) == repr(walked)
