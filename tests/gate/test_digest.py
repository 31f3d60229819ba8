"""The digest, against vectors and against a second implementation that was written from docs/gate-digest.md."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policypack.gate import canonical as module
from policypack.gate.digest import Digest, digest, members_of
from policypack.gate.need import Need
from policypack.read.options import ReadError

VECTORS = sorted((Path(__file__).parent / "vectors").glob("*.json"))
PROJECT = Path(__file__).resolve().parents[2]
PLANS = sorted(PROJECT.glob("terraform-examples/changes/*/plan.json"))


class Number(str):
    """A number, as it is written."""

    __slots__ = ()


def canonical(value: Any) -> str:
    """The canonical form, by the steps of the document and nothing else."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def second(plan: bytes) -> str:
    """The digest of a plan, by a second implementation."""

    def integer(text: str) -> Number:
        return Number("0" if text == "-0" else text)

    value = json.loads(plan.decode(), parse_int=integer, parse_float=Number)
    del value["timestamp"]
    return "sha256:" + hashlib.sha256(b"policypack plan 1\n" + canonical(value).encode()).hexdigest()


def of(plan: bytes) -> str:
    """The digest of a plan."""
    return digest(members_of(plan), ()).plan


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_the_vectors(path: Path) -> None:
    """The digests of the vectors are the published ones: an approval outlives the version that it was made with."""
    vector = json.loads(path.read_text("utf-8"))
    needs = [Need(each["kind"], each["address"], tuple(each["actions"]), "") for each in vector["needs"]]
    made = digest(members_of(vector["plan"].encode()), needs, vector["file_sha256"])
    assert made == Digest(**vector["digest"])
    assert second(vector["plan"].encode()) == made.plan


def test_there_are_vectors() -> None:
    """The document's vectors are there, and it names the folder that they are in."""
    assert len(VECTORS) >= 4
    assert "tests/gate/vectors" in (PROJECT / "docs" / "gate-digest.md").read_text("utf-8")


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.parent.name)
def test_plans_of_terraform_by_two_implementations(path: Path) -> None:
    """Both implementations agree about plans, however they are spaced, ordered, escaped, or encoded."""
    value = {"timestamp": "x", **json.loads(path.read_bytes(), parse_float=float)}
    compact = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
    expected = second(compact)
    turned = json.dumps(dict(reversed(value.items())), indent=2).replace("<", "\\u003c").encode()
    for plan in (
        compact,
        turned,
        json.dumps(value).encode(),
        b"\xef\xbb\xbf" + turned + b"\n",
        turned.decode().encode("utf-16"),
    ):
        assert of(plan) == expected


def test_the_time_of_the_plan_does_not_count() -> None:
    """A plan that is made again and is the same has the same digest; a time in any other place counts."""
    assert of(b'{"timestamp":"a","x":1}') == of(b'{"x":1,"timestamp":"b"}') == of(b'{"x":1}')
    assert of(b'{"x":{"timestamp":"a"}}') != of(b'{"x":{"timestamp":"b"}}')


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"x":1}', b'{"x":1.0}'),
        (b'{"x":0.1}', b'{"x":0.1000000000000000055}'),
        (b'{"x":1e2}', b'{"x":100}'),
        (b'{"x":12345678901234567890}', b'{"x":12345678901234567891}'),
        (b'{"x":[1,2]}', b'{"x":[2,1]}'),
        (b'{"x":"1"}', b'{"x":1}'),
        (b'{"x":null}', b"{}"),
        (b'{"x":[[],1]}', b'{"x":[[1]]}'),
        (b'{"x":"\\u0000"}', b'{"x":"\\\\u0000"}'),
        ('{"x":"é"}'.encode(), '{"x":"e\u0301"}'.encode()),
    ],
)
def test_what_differs_has_another_digest(one: bytes, other: bytes) -> None:
    """Numbers are not rounded, lists not sorted, null not dropped, text not normalised."""
    assert of(one) != of(other)


@pytest.mark.parametrize(
    "plan",
    [
        b'{"x":1,"x":2}',
        b'{"x":1,"x":1}',
        b'{"a":{"x":1,"x":2}}',
        b'{"a":[{"x":{},"x":{}}]}',
        b'{ "x" : 1 , "x" : 2 }',
        b'{"x":1,"\\u0078":2}',
        b'{"a":{"x":1,"\\u0078":2}}',
        b'{"timestamp":1,"timestamp":2}',
        b"[]",
        b"",
        b"{",
        b'{"x":NaN}',
        b'{"x":"\\ud800"}',
        b'{"x":"\xff"}',
        b'{"x":01}',
        b"{} {}",
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"\xff\xfe{",
    ],
)
def test_what_has_no_digest_says_so(plan: bytes) -> None:
    """A key twice is two plans in one, for two readers: it has no digest, and neither has what is no JSON object."""
    with pytest.raises(ReadError, match="has no digest"):
        digest(members_of(plan), ())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is slow at making inputs up
@given(
    st.dictionaries(st.text(max_size=4), VALUES, max_size=5),
    st.sampled_from([None, 1]),
    st.booleans(),
    st.sampled_from([8, 1 << 18]),
)
def test_any_json_by_two_implementations(value: dict[str, Any], indent: int | None, escaped: bool, large: int) -> None:
    """Both implementations agree about any JSON, whichever size the fast one takes apart."""
    plan = json.dumps({"timestamp": "x", **value}, indent=indent, ensure_ascii=escaped).encode()
    kept, module._LARGE = module._LARGE, large
    try:
        assert of(plan) == second(plan)
    finally:
        module._LARGE = kept


def test_the_order_of_needs_does_not_count() -> None:
    """The digest of what needs approval is of a set, and of nothing that a version may word otherwise."""
    a, b = Need("x", "a", ("delete",), "one"), Need("x", "b", ("delete",), "two", certain=False)
    assert digest({}, [a, b]).changes == digest({}, [b, a, b]).changes
    assert digest({}, [a]).changes != digest({}, [a, b]).changes
    assert digest({}, [a]).changes != digest({}, [Need("x", "a", ("delete", "create"), "one")]).changes
    assert digest({}, [a]).changes != digest({}, [Need("y", "a", ("delete",), "one")]).changes
