"""Patterns of resources and actions, with and without holes."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.authority.aws import encode, hole, shown
from policypack.authority.aws.index import Arns
from policypack.authority.aws.kleene import F, T, U
from policypack.authority.aws.match import arn_match, must, overlap, resource_match, text_match
from policypack.authority.aws.text import ANON, literal
from policypack.model import Reference, Unknown
from tests.authority import brute
from tests.authority.worlds import BUCKET, DB, ask, document, statement

ACTIONS = [
    ("*", T),
    ("rds:*", T),
    ("RDS:delete*", T),
    ("rds:DeleteDB?nstance", T),
    ("*:DeleteDBInstance", T),
    ("r?s:*Instance", T),
    ("*DB*", T),
    ("rds:DeleteDBInstanceX", F),
    ("rds:Delete.BInstance", F),
    ("rds:Delete?DBInstance", F),
    ("s3:*", F),
    ("", F),
]


@pytest.mark.parametrize(("pattern", "answer"), ACTIONS)
def test_actions(pattern: str, answer: int) -> None:
    """Action: wildcards anywhere, case ignored, every other character is itself."""
    assert text_match(pattern.lower(), "rds:deletedbinstance") == answer


SNAPSHOT = f"arn:aws:rds:us-east-1:111122223333:snapshot:{ANON}"
RESOURCES = [
    ("*", DB, T),
    ("arn:aws:rds:*", DB, T),
    ("arn:aws:rds:*:db:prod", DB, T),
    ("arn:aws:rds:us-*:*:db:p*", DB, T),
    ("arn:aws:rds:us*:db:prod", DB, T),
    ("arn:aws:rds:us*1:db:prod", DB, F),
    ("arn:aws:rds:us*3:db:prod", DB, U),
    ("arn:aws:rds:*:*:d*", DB, U),
    ("arn:aws:*:us-east-1:*:db:prod", DB, U),
    ("arn:aws:rds:US-EAST-1:*:db:*", DB, F),
    ("arn:*:rds:*:*:db:*", DB, T),
    ("arn:aws:rds*", DB, U),
    ("arn:aws:rds:us-east-1:111122223333:db:pro?", DB, T),
    ("arn:aws:rds:us-east-1:111122223333:db:Prod", DB, F),
    ("arn:aws:rds:us-east-1:111122223333:db:*:x", DB, F),
    ("arn:aws:rds:us-east-1:*", DB, T),
    ("arn:aws:rds:us-east-1:1111*", DB, T),
    ("arn:aws:s3:::prod-data", BUCKET, T),
    ("arn:aws:s3:::Prod-Data", BUCKET, F),
    ("arn:aws:s3:::prod*", f"{BUCKET}/a/b", T),
    ("arn:aws:s3:::prod-data", f"{BUCKET}/a", F),
    ("arn:aws:s3:::prod-data/*", BUCKET, F),
    ("arn:aws:s3:::*", BUCKET, T),
    ("arn:aws:s3:*", BUCKET, T),
    ("arn:aws:s3:::prod.data", BUCKET, F),
    ("*prod-data", BUCKET, U),
    ("arn:aws:rds:*", "*", F),
    ("*", "*", T),
    ("", DB, F),
    ("arn:aws:rds:*:*:db:dev-*", SNAPSHOT, F),
    ("arn:aws:rds:*:*:snapshot:dev-*", SNAPSHOT, U),
    ("arn:aws:rds:*:*:s*", SNAPSHOT, U),
    ("arn:aws:rds:*:*:snapshot:dev-*", SNAPSHOT.replace("snapshot:", "snapshot:prod/"), F),
    ("arn:aws:s3:*:*:other/*", f"{BUCKET}/{ANON}", U),
]


@pytest.mark.parametrize(("pattern", "arn", "answer"), RESOURCES)
def test_resources(pattern: str, arn: str, answer: int) -> None:
    """Resource: case counts, a star that ends a segment may run across colons, what is not documented is undecided."""
    assert arn_match(pattern, literal(arn)) == answer
    assert Arns([(literal(arn),)]).find(pattern) == (answer == T, answer != F)


LETTERS = st.text(alphabet="ab:*?/", max_size=8)
NAMES = st.sampled_from(["rds", "s3", "kms"])


@settings(max_examples=100, deadline=None)
@given(st.tuples(NAMES, LETTERS), st.tuples(NAMES, st.text(alphabet="ab:/", max_size=8)), st.booleans())
def test_the_matcher_is_the_documented_rule(pattern: tuple[str, str], arn: tuple[str, str], whole: bool) -> None:
    """`must` and `may` are what the slow evaluator reads off the page, and what must hold may hold."""
    wanted = f"arn:aws:{pattern[0]}:{pattern[1]}" if whole else pattern[1]
    text = f"arn:aws:{arn[0]}:us:1:{arn[1]}" if whole else f"arn:aws:{arn[0]}:::{arn[1]}"
    assert must(wanted, text) == brute.surely_matches(wanted, text)
    assert overlap(wanted, text) == brute.globs(wanted, text)
    assert not must(wanted, text) or overlap(wanted, text)
    found = Arns([(text,), ("arn:aws:rds:us:1:b",), ("arn:aws:s3:::a/b",)]).find(wanted)
    assert (found[0] & 1, found[1] & 1) == (must(wanted, text), overlap(wanted, text) or must(wanted, text))


@settings(max_examples=100, deadline=None)
@given(LETTERS, st.text(alphabet="ab", max_size=4), st.text(alphabet="ab", max_size=4))
def test_a_hole_stands_for_every_text(pattern: str, text: str, filled: str) -> None:
    """Whatever a hole turns out to be, the answer with it filled lies inside the answer with the hole."""
    wanted, held = f"arn:aws:sqs:us:1:{pattern}", f"arn:aws:sqs:us:1:{text}"
    opened = arn_match(wanted, held + ANON)
    assert opened == U or arn_match(wanted, held + filled) == opened
    backwards = arn_match(held + ANON, wanted.replace("*", "a").replace("?", "b"))
    assert backwards == U or arn_match(held + filled, wanted.replace("*", "a").replace("?", "b")) == backwards


@settings(max_examples=100, deadline=None)
@given(LETTERS, st.text(alphabet="ab:", max_size=4), st.text(alphabet="ab", max_size=3), st.text(alphabet="ab", max_size=3))
def test_an_account_that_is_not_known_holds_no_colon(pattern: str, text: str, region: str, account: str) -> None:
    """A region and an account, once known, lie inside the answer without them, and they are one field each."""
    wanted, opened = f"arn:aws:sqs:{pattern}", f"arn:aws:sqs:{ANON}:{ANON}:{text}"
    answer = arn_match(wanted, opened)
    assert answer == U or arn_match(wanted, f"arn:aws:sqs:{region}:{account}:{text}") == answer
    found = Arns([(opened,), ("arn:aws:rds:us:1:b",), (f"arn:aws:sqs:us:{ANON}:{text}x",)]).find(wanted)
    assert (found[0] & 1, found[1] & 1) == (answer == T, answer != F)
    assert arn_match(f"arn:aws:sqs:*:*:{text}x*", opened) == F


def ref(address: str, attribute: str = "arn", inside: str = "") -> str:
    """A hole."""
    return hole(Reference(address, attribute), inside)


B, OTHER = ref("aws_s3_bucket.b"), ref("aws_s3_bucket.other")
MAIN = ref("aws_db_instance.main")
SYMBOLIC = [
    (B, B, T),
    (f"{B}/*", f"{B}/{ANON}", T),
    (f"{B}/*", B, F),
    (B, f"{B}/{ANON}", F),
    (f"{B}*", f"{B}/{ANON}", T),
    (f"{B}/logs/*", f"{B}/{ANON}", U),
    (B, OTHER, F),
    (f"{B}/*", f"{OTHER}/{ANON}", F),
    (f"{B}/*", OTHER, F),
    (f"{B}*", OTHER, U),
    (B, MAIN, F),
    (f"{B}/*", MAIN, F),
    (MAIN, ref("aws_db_instance.main[0]"), U),
    (ref("aws_db_instance.main[1]"), ref("aws_db_instance.main[0]"), F),
    (ref('aws_db_instance.main["?"]'), ref('aws_db_instance.main["a"]'), U),
    (ref("module.m.aws_db_instance.main"), MAIN, F),
    (MAIN, ref("aws_db_instance.main", inside="elsewhere"), U),
    (ref("data.aws_db_instance.main"), MAIN, U),
    (ref("aws_iam_role.a", "id"), ref("aws_iam_role.b", "id"), U),
    ("*", MAIN, T),
    ("arn:aws:rds:*", MAIN, U),
    (ANON, MAIN, U),
    (ANON, ANON, U),
    (MAIN, DB, U),
    (f"arn:aws:s3:::{ref('aws_s3_bucket.b', 'id')}/*", f"arn:aws:s3:::{ref('aws_s3_bucket.b', 'id')}/k", T),
    (f"arn:aws:s3:::{ref('aws_s3_bucket.b', 'id')}/*", "arn:aws:s3:::x/k", U),
    (f"arn:aws:s3:::{ref('aws_s3_bucket.b', 'id')}", f"arn:aws:s3:::{ref('aws_s3_bucket.other', 'id')}", F),
    (f"arn:aws:s3:::{ref('var.x', '')}/*", "arn:aws:rds:us-east-1:1:db:x", F),
    (f"arn:aws:s3:::{ref('var.x', '')}", f"arn:aws:s3:::{ref('var.x', '')}", T),
    (f"arn:aws:s3:::{ref('var.x', '')}", f"arn:aws:s3:::{ref('var.x', '')}/k", U),
    ("arn:aws:rds:us-east-1:*:db:prod", f"arn:aws:rds:us-east-1:{ANON}:db:prod", T),
    ("arn:aws:rds:us-east-1:111122223333:db:prod", f"arn:aws:rds:us-east-1:{ANON}:db:prod", U),
    ("arn:aws:rds:us-east-1:111122223333:db:prod", f"arn:aws:rds:us-east-1:{ANON}:db:dev", F),
    ("arn:aws:rds:*:*:db:p?od", f"arn:aws:rds:us-east-1:{ANON}:db:p{ANON}od", U),
]


@pytest.mark.parametrize(("pattern", "arn", "answer"), SYMBOLIC)
def test_references(pattern: str, arn: str, answer: int) -> None:
    """The same reference is the same text, another resource's ARN is another text, and everything else is undecided."""
    assert arn_match(pattern, arn) == answer
    assert Arns([(literal(arn),), ("arn:aws:s3:::z",)]).find(pattern)[0] & 1 == (answer == T)
    assert Arns([(literal(arn),), ("arn:aws:s3:::z",)]).find(pattern)[1] & 1 == (answer != F)


def test_the_best_informed_form_wins() -> None:
    """A resource that is known by its ARN and by its reference is matched by either, and excluded by either."""
    forms = (DB, MAIN)
    assert resource_match(MAIN, forms) == T
    assert resource_match("arn:aws:rds:*:*:db:prod", forms) == T
    assert resource_match(ref("aws_db_instance.replica"), forms) == F
    assert resource_match("arn:aws:rds:*:*:db:dev", forms) == F
    assert resource_match(ANON, forms) == U


def test_a_policy_that_names_what_does_not_exist_yet() -> None:
    """A reference in a policy is exact: yes for the resource that it names, no for every other."""
    main = Reference("aws_db_instance.main", "arn")
    allow = document(statement(action="rds:DeleteDBInstance", resource=[Unknown(references=(main,), parts=(main,))]))
    assert ask("rds:DeleteDBInstance", (MAIN,), identity=[allow]).outcome.value == "yes"
    assert ask("rds:DeleteDBInstance", (ref("aws_db_instance.replica"),), identity=[allow]).outcome.value == "no"
    undecided = ask("rds:DeleteDBInstance", DB, identity=[allow])
    assert undecided.outcome.value == "maybe"
    assert undecided.missing == ("aws_db_instance.main.arn, which statement 1 of policy 0 names",)


def test_text_that_nobody_can_write() -> None:
    """Characters that stand for holes are unknown where a scanned text holds them, and so is endless text."""
    assert encode(f"arn:aws:s3:::{B}") == ANON
    assert encode("x" * 5000) == ANON
    assert encode("Grüße") == "Grüße"
    assert shown(f"{B}/*") == "${aws_s3_bucket.b.arn}/*"
    assert shown(f"{ANON}x") == "${unknown}x"


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("*a" * 30 + "b", "a" * 60),
        ("*a" * 2000 + "b", "a" * 4000),
        ("*?a" * 1300 + "b", "a" * 4000),
        ("*" * 4000 + "b", "a" * 4000),
        ("*a" * 2000 + "b", "a" * 2000 + ANON + "a" * 1999),
        ("arn:aws:rds:" + "*:" * 2000, "arn:aws:rds:" + ":" * 2000 + "x"),
    ],
)
def test_wildcards_that_would_explode(pattern: str, text: str) -> None:
    """Patterns made to make backtracking explode are answered at once."""
    started = time.process_time()
    arn_match(pattern, text)
    text_match(pattern, text)
    Arns([(text,)]).find(pattern)
    assert time.process_time() - started < 2
