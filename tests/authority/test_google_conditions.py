"""Conditions of Google Cloud, read as far as they are about the resource."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.authority.google import holds, judges, spread
from policypack.model import Domain, Site, Spot, Truth, Unknown

BUCKET = Site(
    "google",
    Spot("google_storage_bucket", "shop-data"),
    Domain("google", "shop", "x"),
    full_name="projects/_/buckets/shop-data",
    sort="storage.googleapis.com/Bucket",
)
NAMELESS = Site("google", Spot("google_thing", "x"), Domain("google", "shop", "x"))
TOPIC = Site("google", Spot("google_x", "x"), full_name="projects/shop/x/y", sort="other.googleapis.com/Thing")


def said(truth: Truth) -> bool | None:
    """Unknown as None."""
    return None if isinstance(truth, Unknown) else truth


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("resource.name.startsWith('projects/_/buckets/shop-')", True),
        ('resource.name.startsWith("projects/_/buckets/other")', False),
        ('resource.name.startsWith("projects/_/buckets/shop-data/objects/logs/")', None),
        ('resource.name == "projects/_/buckets/shop-data"', True),
        ('resource.name == "projects/_/buckets/shop"', False),
        ('resource.name != "projects/_/buckets/shop-data"', False),
        ('resource.name.endsWith("data")', True),
        ('resource.name.endsWith("logs")', None),
        ('resource.type == "storage.googleapis.com/Bucket"', True),
        ('resource.type == "storage.googleapis.com/Object"', None),
        ('resource.type != "compute.googleapis.com/Disk"', True),
        ('resource.type == "compute.googleapis.com/Disk"', False),
        ('resource.service == "storage.googleapis.com"', True),
        ('request.time < timestamp("2020-01-01T00:00:00Z")', None),
        ('request.time < timestamp("2020-01-01T00:00:00Z") && resource.type == "compute.googleapis.com/Disk"', False),
        ('request.time < timestamp("2020-01-01T00:00:00Z") || resource.service == "storage.googleapis.com"', True),
        ('!(resource.service == "storage.googleapis.com")', False),
        ("resource.matchTag('123/env', 'dev')", None),
        ("true", True),
        ("", None),
        ("&&", None),
        ("resource.name.startsWith('a'", None),
        ("(" * 5000 + "true" + ")" * 5000, None),
        ("!" * 200 + "true", None),
        ("resource.name.startsWith('a\\\\x')", None),
        ("x" * 20_000, None),
    ],
)
def test_a_condition_is_read_or_left_open(expression: str, expected: bool | None) -> None:
    """What is about the resource is decided; time, tags and what is not understood are left open, never taken for no."""
    assert said(holds(expression, BUCKET)) is expected


def test_a_name_that_is_not_known_decides_nothing() -> None:
    """Without a full name, or for a service that does not evaluate names, a condition on the name is open."""
    assert said(holds("resource.name.startsWith('projects/')", NAMELESS)) is None
    assert said(holds("resource.name.startsWith('nothing')", TOPIC)) is None
    assert said(holds('resource.type == "storage.googleapis.com/Bucket"', NAMELESS)) is None


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["resource", ".", "name", "(", ")", "'a'", "&&", "!", "=="]), max_size=20).map("".join)
)
@settings(max_examples=100, deadline=None)
def test_any_text_is_answered(expression: str) -> None:
    """Whatever stands in a condition gets an answer."""
    assert isinstance(holds(expression, BUCKET), (bool, Unknown))


def test_the_table_says_what_it_is_about() -> None:
    """Permissions of the table are judged, others are not, and what is no permission is in no role."""
    assert judges("cloudsql.instances.delete")
    assert not judges("cloudsql.instances.list")
    assert judges("s3:PutObject")


NAMES = st.sampled_from(
    [
        "projects/_/buckets/a",
        "projects/_/buckets/ab",
        "projects/_/buckets/a/b",
        "projects/1/topics/a",
        "projects/p/topics/a",
        "",
        "a\U0010ffff",
    ]
)
SITES = st.lists(
    st.builds(
        lambda name, sort: Site("google", Spot("google_x", "x"), full_name=name, sort=sort),
        st.one_of(NAMES, st.just(Unknown("its full name is not known"))),
        st.sampled_from(["storage.googleapis.com/Bucket", "pubsub.googleapis.com/Topic", "other.googleapis.com/Thing", ""]),
    ),
    max_size=6,
)
TEXTS = st.one_of(
    NAMES,
    st.sampled_from(["projects/", "projects/_/buckets/a/", "projects/1/topics/a/b", "a", "b", "storage.googleapis.com/Object"]),
)
ABOUT = st.one_of(
    st.builds(lambda method, text: f"resource.name.{method}('{text}')", st.sampled_from(["startsWith", "endsWith"]), TEXTS),
    st.builds(
        lambda path, sign, text: f"resource.{path} {sign} '{text}'",
        st.sampled_from(["name", "type", "service"]),
        st.sampled_from(["==", "!="]),
        st.one_of(TEXTS, st.sampled_from(["storage.googleapis.com", "pubsub.googleapis.com/Topic"])),
    ),
    st.sampled_from(["true", "request.time < timestamp('2030-01-01T00:00:00Z')", "api.getAttribute('x', [])"]),
)
EXPRESSIONS = st.recursive(
    ABOUT,
    lambda inner: st.one_of(
        st.builds(lambda one, sign, other: f"({one} {sign} {other})", inner, st.sampled_from(["&&", "||"]), inner),
        inner.map(lambda one: f"!({one})"),
    ),
    max_leaves=4,
)


@given(SITES, EXPRESSIONS)
@settings(max_examples=100, deadline=None)
def test_all_at_once_is_one_by_one(sites: list[Site], expression: str) -> None:
    """What is looked up for all things at once is what is said of each of them."""
    certain, possible = spread(sites)(expression)
    answers = [holds(expression, each) for each in sites]
    assert [bool(certain >> number & 1) for number in range(len(sites))] == [each is True for each in answers]
    assert [bool(possible >> number & 1) for number in range(len(sites))] == [each is not False for each in answers]
