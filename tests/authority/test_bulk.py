"""All answers at once against one answer at a time."""

from __future__ import annotations

from typing import Any

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
SYMBOLS = [
    (hole(BUCKET), f"arn:aws:s3:::{hole(Reference('aws_s3_bucket.b', 'id'))}"),
    (hole(BUCKET) + "/" + encode(Unknown()),),
    (f"arn:aws:rds:us-east-1:{ACCOUNT}:db:main", hole(MAIN)),
    (f"arn:aws:rds:us-east-1:{encode(Unknown())}:db:{encode(Unknown())}", hole(Reference("aws_db_instance.other", "arn"))),
    ("*",),
]
HOLED: list[Any] = [
    Unknown(references=(BUCKET,), parts=(BUCKET,)),
    Unknown(references=(BUCKET,), parts=(BUCKET, "/*")),
    Unknown(references=(MAIN,), parts=(MAIN,)),
    Unknown(references=(Reference("var.x"),), parts=("arn:aws:s3:::", Reference("var.x"), "/*")),
    Unknown(),
    f"arn:aws:rds:us-east-1:{ACCOUNT}:db:*",
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
        draw(st.sampled_from([ACCOUNT, ACCOUNT, OTHER_ACCOUNT, encode(Unknown())])),
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
    known = replace(known, context=context(draw(keys())))
    if draw(st.booleans()) and ":role/" in who:
        known = replace(known, arn=(*known.arn, hole(Reference("aws_iam_role.agent", "arn"))))

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
