"""All answers at once against one answer at a time."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.authority.aws import Decision, Layers, Principal, Request, decide, decoded, encode, hole
from policypack.authority.aws.bulk import Evaluator
from policypack.authority.aws.context import ABSENT, Given
from policypack.authority.aws.context import given as keyed
from policypack.authority.aws.lines import Target
from policypack.model import Outcome, Policy, Reference, Unknown, replace
from tests.authority.random_worlds import ACTIONS, EVERY_ARN, documents, keys
from tests.authority.worlds import ACCOUNT, OTHER_ACCOUNT, ROLE, SESSION, USER, context, principal

BUCKET = Reference("aws_s3_bucket.b", "arn")
MAIN = Reference("aws_db_instance.main", "arn")
HIDDEN = hole(Reference("account.main", "id"))
SYMBOLS = [
    (f"arn:aws:rds:us-east-1:{HIDDEN}:db:prod",),
    (f"arn:aws:rds:us-east-1:{HIDDEN}:db:prod2", hole(Reference("aws_db_instance.two", "arn"))),
    (f"arn:aws:kms:us-east-1:{HIDDEN}:key/{hole(Reference('aws_kms_key.k', 'id'))}", hole(Reference("aws_kms_key.k", "arn"))),
    (hole(BUCKET), f"arn:aws:s3:::{hole(Reference('aws_s3_bucket.b', 'id'))}"),
    (hole(BUCKET) + "/" + encode(Unknown()),),
    (f"arn:aws:rds:us-east-1:{ACCOUNT}:db:main", hole(MAIN)),
    (f"arn:aws:rds:us-east-1:{encode(Unknown())}:db:{encode(Unknown())}", hole(Reference("aws_db_instance.other", "arn"))),
    ("*",),
]
HOLED: list[Any] = [
    Unknown(parts=("arn:aws:rds:*:", Reference("account.main", "id"), ":db:prod*")),
    Unknown(parts=("arn:aws:rds:us-east-1:", Reference("account.other", "id"), ":db:prod")),
    Unknown(parts=(Reference("aws_kms_key.k", "arn"),)),
    "arn:aws:rds:us-east-1:*:db:prod",
    "arn:aws:*:*:999999999999:*",
    Unknown(references=(BUCKET,), parts=(BUCKET,)),
    Unknown(references=(BUCKET,), parts=(BUCKET, "/*")),
    Unknown(references=(MAIN,), parts=(MAIN,)),
    Unknown(references=(Reference("var.x"),), parts=("arn:aws:s3:::", Reference("var.x"), "/*")),
    Unknown(),
    f"arn:aws:rds:us-east-1:{ACCOUNT}:db:*",
]
NAMED: list[Any] = [
    {"AWS": Unknown(parts=(Reference("aws_iam_role.agent", "arn"),))},
    {"AWS": Unknown(parts=(Reference("aws_iam_role.other", "arn"),))},
    {"AWS": Unknown(parts=("arn:aws:iam::", Reference("account.main", "id"), ":root"))},
    {"AWS": ["arn:aws:iam::999999999999:role/other", "arn:aws:iam::999999999999:role/agent"]},
    {"AWS": Unknown()},
    {"AWS": "arn:aws:iam::nobody:root"},
]
CHOOSING: list[Any] = [
    {"Bool": {"aws:SecureTransport": "false"}},
    {"StringEquals": {"aws:RequestTag/env": "prod"}},
    {"StringNotEquals": {"aws:RequestTag/env": ["prod", "dev"]}},
    {"StringEquals": {"aws:RequestTag/env": "${aws:ResourceTag/env}"}},
    {"Null": {"aws:RequestTag/env": "true"}},
    {"StringEquals": {"aws:ResourceTag/env": "prod"}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}},
    {"ForAnyValue:StringLike": {"aws:TagKeys": ["c*"]}},
    {"NumericLessThan": {"kms:ScheduleKeyDeletionPendingWindowInDays": "10"}},
    {"StringEquals": {"aws:PrincipalTag/team": "x"}, "Bool": {"aws:SecureTransport": "true"}},
    {"StringLike": {"s3:x-amz-acl": ["p*", "*c"]}},
]


@st.composite
def policies(draw: st.DrawFn, *, resource_policy: bool = False) -> dict[str, Any]:
    """A policy that may hold references, and conditions on what the caller chooses."""
    found = draw(documents(resource_policy=resource_policy))
    for each in found["Statement"]:
        if draw(st.integers(0, 3)) == 0:
            each.pop("NotResource", None)
            each["Resource"] = draw(st.lists(st.sampled_from(HOLED), min_size=1, max_size=2))
        if draw(st.integers(0, 2)) == 0:
            each["Condition"] = draw(st.sampled_from(CHOOSING))
        if "Principal" in each and draw(st.integers(0, 2)) == 0:
            each["Principal"] = draw(st.sampled_from(NAMED))
    return found


@st.composite
def targets(draw: st.DrawFn) -> Target:
    """A resource with what is known of it."""
    tags: dict[str, Given] = draw(
        st.sampled_from(
            [
                {},
                {"aws:resourcetag/*": ABSENT},
                {"aws:resourcetag/env": keyed("prod"), "aws:resourcetag/*": ABSENT},
                {"aws:resourcetag/env": None},
            ]
        )
    )
    standing = draw(st.just([]) | st.lists(policies(resource_policy=True), min_size=1, max_size=1))
    rules = draw(st.just([]) | st.lists(documents(), min_size=1, max_size=1))
    return Target(
        draw(st.sampled_from([*((arn,) for arn in EVERY_ARN), *SYMBOLS])),
        draw(st.sampled_from([ACCOUNT, ACCOUNT, OTHER_ACCOUNT, HIDDEN, encode(Unknown())])),
        tags,
        tuple(Policy("standing", each) for each in standing),
        (tuple(Policy("rule", each) for each in rules),) if rules else (),
        draw(st.sampled_from([False, False, True])),
    )


@st.composite
def callers(draw: st.DrawFn) -> tuple[Principal, Layers]:
    """A caller with its layers."""
    who = draw(st.sampled_from([USER, ROLE, SESSION, "arn:aws:iam::111122223333:root"]))
    known = principal(who, management=draw(st.sampled_from([False, False, True])))
    known = replace(known, context=context(draw(keys())), renewed=draw(st.sampled_from([False, False, True])))
    if draw(st.booleans()) and ":role/" in who:
        known = replace(known, arn=(*known.arn, hole(Reference("aws_iam_role.agent", "arn"))))

    if draw(st.integers(0, 2)) == 0 and who in {USER, ROLE}:
        hidden = tuple(form.replace(ACCOUNT, HIDDEN) for form in known.arn)
        known = replace(known, arn=hidden, account=HIDDEN)

    def read(name: str, found: Any) -> Any:
        return None if found is None else decoded(Policy(name, found))

    return known, Layers(
        tuple(read("own", each) for each in draw(st.lists(policies(), max_size=2))),
        read("boundary", draw(st.none() | policies())),
        read("session", draw(st.none() | policies())) if who == SESSION else None,
        (),
        tuple(
            tuple(read("scp", each) for each in level)
            for level in draw(st.just([]) | st.lists(st.lists(policies(), max_size=2)))
        )[:2],
    )


def one_by_one(action: str, target: Target, caller: tuple[Principal, Layers], *, closed: bool) -> Decision:
    """The same question to `decide`."""
    layers = replace(
        caller[1],
        resource=tuple(map(decoded, target.policies)),
        rcps=tuple(tuple(map(decoded, level)) for level in target.rcps),
    )
    request = Request(action, target.forms, target.owner, target.context, closed, target.owner_management)
    return decide(request, caller[0], layers)


@settings(max_examples=100, deadline=None)
@given(st.lists(targets(), min_size=1, max_size=5), st.lists(callers(), min_size=1, max_size=3), st.booleans())
def test_all_at_once_is_one_by_one(asked: list[Target], who: list[tuple[Principal, Layers]], closed: bool) -> None:
    """For every action, target and caller the sets say what a single decision says."""
    evaluator = Evaluator(ACTIONS, asked, closed=closed)
    for caller in who:
        atoms = evaluator.powers(*caller)
        for number, action in enumerate(ACTIONS):
            mine = [atom for atom in atoms if atom.actions & 1 << number]
            assert len(mine) <= 1
            certain = evaluator.targets_in(mine[0].certain) if mine else []
            possible = evaluator.targets_in(mine[0].possible) if mine else []
            for place, target in enumerate(asked):
                answer = Outcome.YES if place in certain else Outcome.MAYBE if place in possible else Outcome.NO
                assert answer is one_by_one(action, target, caller, closed=closed).outcome, (action, place)


def described(number: int, account: str) -> Target:
    """A database or a bucket with a policy of its own, neither of which exists yet."""
    if number % 2:
        database = hole(Reference(f"aws_db_instance.d{number}", "arn"))
        return Target((f"arn:aws:rds:us-east-1:{account}:db:d{number}", database), account)
    bucket = Reference(f"aws_s3_bucket.b{number}", "arn")
    plain: dict[str, Any] = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": Unknown(parts=(bucket, "/*"))}
    role = Unknown(parts=(Reference(f"aws_iam_role.r{number}", "arn"),))
    own: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": role},
        "Action": "s3:Delete*",
        "Resource": Unknown(parts=(bucket,)),
    }
    over: dict[str, Any] = {**plain, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    policy = Policy("standing", {"Version": "2012-10-17", "Statement": [over, own]})
    return Target((f"arn:aws:s3:::bucket-{number}", hole(bucket)), account, {}, (policy,))


def cost(size: int, account: str) -> float:
    """Seconds for so many roles and targets, each role with a policy of its own that names by reference and by pattern."""
    evaluator = Evaluator(
        ["s3:DeleteBucket", "s3:PutObject", "rds:DeleteDBInstance"], [described(n, account) for n in range(size)]
    )
    callers = []
    for number in range(size):
        names = Unknown(parts=(Reference(f"aws_s3_bucket.b{number}", "arn"), "/*"))
        written: list[Any] = [
            {"Effect": "Allow", "Action": ["s3:*", "rds:*"], "Resource": [names, f"arn:aws:s3:::bucket-{number}*"]},
            {"Effect": "Allow", "Action": "rds:Delete*", "Resource": f"arn:aws:rds:us-east-1:*:db:d{number}"},
        ]
        forms = (f"arn:aws:iam::{account}:role/r{number}", hole(Reference(f"aws_iam_role.r{number}", "arn")))
        layers = Layers((decoded(Policy("own", {"Version": "2012-10-17", "Statement": written})),))
        callers.append((Principal("role", forms, account), layers))
    started = time.process_time()
    for caller in callers:
        assert evaluator.powers(*caller)
    return time.process_time() - started


@pytest.mark.parametrize("account", [ACCOUNT, HIDDEN], ids=["account known", "account not known"])
def test_twice_as_much_costs_about_twice(account: str) -> None:
    """Twice the roles and twice the targets, policies and names all distinct: well under three times the work."""
    cost(50, account)
    ratios = (cost(1200, account) / cost(600, account) for _ in range(4))
    assert any(ratio < 2.6 for ratio in ratios)
