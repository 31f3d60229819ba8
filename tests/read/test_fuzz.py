"""Documents that nobody writes: whatever the input, the reader answers with an Input or with a ReadError."""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.model import Input
from policypack.read import ReadError, ReadOptions, read_input
from tests.read.planning import recorded

RAW: Any = {
    "version": 4,
    "terraform_version": "1.11.4",
    "serial": 7,
    "lineage": "l-1",
    "resources": [
        {
            "mode": "managed",
            "module": 'module.m["k"]',
            "type": "aws_s3_bucket",
            "name": "b",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"].prod',
            "instances": [
                {"index_key": "a", "attributes": {"bucket": "b"}, "sensitive_attributes": [], "dependencies": ["a.b"]}
            ],
        }
    ],
}
NAMES = ("planned", "provider_alias", "public_lambda", "raw", "late")
WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(
        ["var.x", "module.m.x", "local.a", 'module.m["', "a[", "]", "data.a", "data.aws_iam_policy_document.combined.json"]
    ),
    st.lists(st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(
        st.sampled_from(["references", "constant_value", "module", "x"]), st.integers() | st.text(max_size=3), max_size=2
    ),
)


@cache
def document(name: str) -> str:
    """A document to break."""
    if name == "raw":
        return json.dumps(RAW)
    if name != "late":
        return json.dumps(recorded(name))
    plan = recorded("greenfield")
    kept = [each for each in plan["resource_changes"] if "iam" in each["type"]]
    return json.dumps({key: value for key, value in plan.items() if key != "planned_values"} | {"resource_changes": kept})


def judged(text: bytes) -> Input | None:
    """What is read of the text, every value looked at; None where it is refused. Anything else that is raised fails the test."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "plan.json")
        path.write_bytes(text)
        try:
            source = read_input(path, ReadOptions(base=Path(folder)))
        except ReadError as error:
            assert "\n" not in error.reason  # noqa: PT017 - that it is refused is as good as that it is read
            return None
        for each in source.resources:
            assert isinstance(dict(each.values), dict)
            assert isinstance(dict(each.change.before if each.change else {}), dict)
        return source


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value of a document."""
    found = [path]
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found += places(each, (*path, key))
    return found


@cache
def places_of(name: str) -> list[tuple[Any, ...]]:
    """The path of every value of a document that is to be broken."""
    return places(json.loads(document(name)))


def replaced(value: Any, path: tuple[Any, ...], other: Any) -> Any:
    """The document with another value at that path."""
    if not path:
        return other
    value[path[0]] = replaced(value[path[0]], path[1:], other)
    return value


@given(st.sampled_from(NAMES), st.data())
@settings(max_examples=100, deadline=None)
def test_any_value_may_be_anything(name: str, data: st.DataObject) -> None:
    """Whatever type stands wherever, the answer is an Input or a ReadError."""
    made = json.loads(document(name))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(places_of(name)))
        try:
            made = replaced(made, path, data.draw(WRONG))
        except (KeyError, IndexError, TypeError):
            continue  # an earlier replacement took this place away
    judged(json.dumps(made).encode())


@given(st.sampled_from(NAMES), st.data())
@settings(max_examples=60, deadline=None)
def test_truncated_documents(name: str, data: st.DataObject) -> None:
    """A document that ends anywhere but at its end is refused."""
    text = document(name).encode()
    assert judged(text[: data.draw(st.integers(0, len(text) - 1))]) is None


@given(st.sampled_from(NAMES), st.data())
@settings(max_examples=100, deadline=None)
def test_any_byte_may_be_anything(name: str, data: st.DataObject) -> None:
    """Bytes that are changed, doubled or lost are read or refused."""
    text = bytearray(document(name).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    judged(bytes(text))


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_noise(noise: bytes) -> None:
    """Noise is refused."""
    assert judged(noise) is None


def test_the_documents_are_read_unbroken() -> None:
    """What is broken above is good before that."""
    for name in NAMES:
        assert judged(document(name).encode()) is not None
