"""Documents that IAM would refuse, that nobody can read, or that are not known yet: never a traceback, never "no"."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.authority.aws.document import read
from policypack.model import Reference, Unknown
from tests.authority.worlds import ALL, BUCKET, ask, document, statement

SECRET = "hunter2-hunter2"
UNKNOWN = Unknown("known only after apply", (Reference("aws_iam_policy.p", "policy"),))


def outcome(*documents: Any, **more: Any) -> str:
    """Whether these identity policies let the caller delete the bucket."""
    return ask("s3:DeleteBucket", BUCKET, identity=list(documents), **more).outcome.value


UNREADABLE: list[Any] = [
    "",
    "{",
    SECRET,
    "[" * 100_000,
    '{"Statement": ' + "[" * 100_000,
    "[]",
    "7",
    7,
    [],
    {},
    {"Statement": None},
    {"Statement": "x"},
    {"Statement": [7]},
    {"Statement": [[]]},
    '{"Version": "2012-10-17", "Statement": [], "Statement": []}',
    "x" * 3_000_000,
    UNKNOWN,
    {"Statement": UNKNOWN},
    {"Statement": [UNKNOWN]},
]


@pytest.mark.parametrize("written", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_may_say_anything(written: Any) -> None:
    """An unreadable document is a MAYBE beside nothing, and makes a MAYBE of what another policy allows."""
    alone = ask("s3:DeleteBucket", BUCKET, identity=[written])
    assert alone.outcome.value == "maybe"
    assert alone.missing
    assert SECRET not in " ".join(alone.missing)
    assert outcome(ALL, written) == "maybe"
    assert outcome(ALL, boundary=written) == "maybe"
    assert outcome(ALL, scps=[[written]]) == "maybe"


def test_an_empty_list_of_statements_says_nothing() -> None:
    """A document without statements is known, and allows nothing; no document at all is not known."""
    assert outcome(None) == "maybe"
    assert outcome({"Version": "2012-10-17", "Statement": []}) == "no"


DOUBTFUL: list[tuple[str, dict[str, Any]]] = [
    ("an element that IAM does not know, Resources", statement(Resources="*")),
    ("an element that IAM does not know", statement(**{SECRET: "*"})),
    ("has both Action and NotAction", statement(NotAction="s3:*")),
    ("has both Resource and NotResource", statement(NotResource="x")),
    ("has no Action", statement(action=None)),
    ("has an Action that is not text", statement(action=[7])),
    ("has a Resource that is not text", statement(resource={"x": "y"})),
    ("whether statement 1 of policy 0 allows or denies is not known", statement(effect="allow")),
    ("whether statement 1 of policy 0 allows or denies is not known", {**statement(), "Effect": UNKNOWN}),
    ("what a condition of statement 1 of policy 0 means", statement(Condition="x")),
    ("what a condition of statement 1 of policy 0 means", statement(Condition={"StringEquals": "x"})),
    ("what a condition of statement 1 of policy 0 means", statement(Condition={"StringEquals": {"aws:x": {"y": "z"}}})),
    ("what a condition of statement 1 of policy 0 means", statement(Condition={"StringMatches": {"aws:x": "y"}})),
    ("what a condition of statement 1 of policy 0 means", statement(Condition=UNKNOWN)),
]


@pytest.mark.parametrize(("reason", "written"), DOUBTFUL)
def test_a_statement_that_makes_no_sense_is_doubted(reason: str, written: Any) -> None:
    """A statement that IAM would refuse may hold and never certainly does; the reason is said without quoting a value."""
    decision = ask("s3:DeleteBucket", BUCKET, identity=[document(written)], given={"aws:x": "y"})
    assert decision.outcome.value == "maybe"
    assert any(reason in each for each in decision.missing), decision.missing
    assert SECRET not in " ".join(decision.missing)


def test_the_principal_of_an_identity_policy_is_doubted() -> None:
    """Principal: it cannot stand in an identity policy, a boundary or an SCP."""
    assert outcome(document(statement(Principal="*"))) == "maybe"
    assert outcome(document(statement(resource=None))) == "maybe"


def test_a_version_that_is_not_known() -> None:
    """Version: an unknown one is doubted; without one the document is of 2008, where variables are text."""
    assert outcome(document(statement(), version="2020-01-01")) == "maybe"
    assert outcome(document(statement(), version=None)) == "yes"


def test_holes_are_only_where_they_are() -> None:
    """An unknown part leaves what stands around it: another service is no, the same service is maybe, the rest is exact."""
    bucket = Reference("aws_s3_bucket.b", "arn")
    hole = Unknown(references=(bucket,), parts=(bucket,))
    assert outcome(document(statement(action=Unknown(parts=("rds:", Reference("var.verb")))))) == "no"
    assert outcome(document(statement(action=Unknown(parts=("s3:", Reference("var.verb")))))) == "maybe"
    assert outcome(document(statement(resource=["arn:aws:rds:*", hole]))) == "maybe"
    assert outcome(document(statement(resource=[BUCKET, hole]))) == "yes"
    assert outcome(ALL, document(statement("Deny", resource=[hole]))) == "maybe"
    assert outcome(ALL, document(statement("Deny", "rds:*", resource=[hole]))) == "yes"


def test_a_document_with_holes_is_read_through() -> None:
    """A JSON text that is not known as a whole, and whose structure is, is that structure; a JSON text is its value."""
    assert outcome(Unknown(document=ALL)) == "yes"
    assert outcome(json.dumps(ALL)) == "yes"
    assert outcome(Unknown(document={**ALL, "Statement": [Unknown(document=statement())]})) == "yes"


def test_single_items_are_lists_of_one() -> None:
    """Grammar: Statement, Action, Resource and values may be one item or a list."""
    assert outcome({"Version": "2012-10-17", "Statement": statement(action=["s3:*"], resource=[BUCKET])}) == "yes"


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6) | st.just(UNKNOWN),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Effect",
                    "Action",
                    "NotAction",
                    "Resource",
                    "Principal",
                    "NotPrincipal",
                    "Condition",
                    "Statement",
                    "Version",
                    "AWS",
                ]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(JSON, st.sampled_from(["identity", "boundary", "resource", "session"]))
def test_nothing_breaks_the_reader(written: Any, layer: str) -> None:
    """Any value at all as a statement, a document or a policy: an answer."""
    layers: dict[str, Any] = {"identity": [ALL]}
    for each in (written, {"Statement": written}, {"Statement": [written]}, document(statement(Condition=written))):
        layers[layer] = [ALL, each] if layer == "identity" else each
        assert ask("s3:DeleteBucket", BUCKET, **layers).outcome.value in {"yes", "maybe", "no"}


def test_large_documents_take_bounded_time() -> None:
    """Ten thousand statements, and a megabyte of patterns, are read and judged in seconds."""
    many = document(
        *[statement("Deny", f"s3:Get{number}", f"{BUCKET}/{number}/*a*b?c") for number in range(10_000)], statement()
    )
    wide = document(statement(action=[f"s3:*{number}*x*" for number in range(40_000)]), statement())
    started = time.process_time()
    assert outcome(json.dumps(many)) == "yes"
    assert outcome(json.dumps(wide)) == "yes"
    assert len(read(many)) == 10_001
    assert time.process_time() - started < 5
