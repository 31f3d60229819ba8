"""Random policies, callers and requests: small vocabularies, so that patterns meet what they are about."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.authority.brute import Call
from tests.authority.worlds import ACCOUNT, OTHER_ACCOUNT, ROLE, SESSION, USER

ACTIONS = [
    *("s3:DeleteBucket", "s3:DeleteObject", "rds:DeleteDBInstance", "kms:ScheduleKeyDeletion", "sts:AssumeRole"),
    *("sns:DeleteTopic", "kms:CreateKey", "kms:DeleteAlias"),
]
ARNS = {
    "s3:DeleteBucket": ["arn:aws:s3:::prod-data", "arn:aws:s3:::dev"],
    "s3:DeleteObject": ["arn:aws:s3:::prod-data/k/1", "arn:aws:s3:::home/x/f"],
    "rds:DeleteDBInstance": [f"arn:aws:rds:us-east-1:{ACCOUNT}:db:prod", f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:dev"],
    "kms:ScheduleKeyDeletion": [f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0-1"],
    "sts:AssumeRole": [f"arn:aws:iam::{ACCOUNT}:role/admin"],
    "sns:DeleteTopic": [f"arn:aws:sns:us-east-1:{ACCOUNT}:topic"],
    "kms:CreateKey": ["*"],
    "kms:DeleteAlias": [f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/a"],
}
EVERY_ARN = sorted({arn for arns in ARNS.values() for arn in arns})
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
PATTERNS = [
    *("*", "arn:aws:s3:::prod-data", "arn:aws:s3:::prod-data/*", "arn:aws:s3:::*", "arn:aws:s3:::home/${aws:username}/*"),
    *(
        "arn:aws:s3:::home/${aws:PrincipalTag/team, 'x'}/f",
        "arn:aws:s3:::home/${aws:PrincipalTag/team}/*",
        "arn:aws:s3:::*/${*}",
    ),
    *(
        "arn:aws:rds:*",
        "arn:aws:rds:*:db:prod",
        "arn:aws:rds:us*:db:prod",
        "arn:aws:rds:us*1:db:prod",
        "arn:aws:rds:us*3:db:prod",
    ),
    *("arn:aws:rds:*:*:d*", "arn:aws:rds:us-*:*:db:p*", "arn:*:rds:*:*:db:*", "arn:aws:*:us-east-1:*:db:prod", "arn:aws:rds*"),
    *(f"arn:aws:rds:??-east-1:{ACCOUNT}:db:pro?", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*", f"arn:aws:iam::{ACCOUNT}:role/*"),
    *(
        "arn:aws:kms:*:*:*",
        "arn:aws:iam::*:role/admin",
        "arn:aws:kms:us-east-1:${aws:PrincipalAccount}:key/0-1",
        "**",
        "arn:*:*:*",
    ),
]
ACTION_PATTERNS = ["*", "s3:*", "S3:delete*", "s3:DeleteBucket", "rds:Delete?BInstance", "kms:*", "sts:*", "*:Delete*", "ec2:*"]
KEYS = ["aws:username", "aws:PrincipalTag/team", "aws:SourceIp", "aws:MultiFactorAuthPresent", "aws:CurrentTime", "aws:Tags"]
KEYS += ["aws:PrincipalArn", "aws:Number", "aws:Bytes"]
VALUES = {
    "aws:username": ["agent", "bob", "a*"],
    "aws:PrincipalTag/team": ["x", "y", "*", "X"],
    "aws:SourceIp": ["10.0.0.7", "203.0.113.5", "2001:db8::1"],
    "aws:MultiFactorAuthPresent": ["true", "false"],
    "aws:CurrentTime": ["2026-01-01T00:00:00Z", "1700000000"],
    "aws:Tags": ["a", "b", "c"],
    "aws:PrincipalArn": [USER, ROLE, "arn:aws:iam::1:role/a:b", "nobody"],
    "aws:Number": ["7", "8.5", "-1", "seven"],
    "aws:Bytes": ["eA==", "eQ==", "?"],
}
ORDERS = ("LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
OPERATORS: dict[str, list[str]] = {
    "aws:username": [
        *("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "Null"),
        "StringNotEqualsIgnoreCase",
    ],
    "aws:PrincipalTag/team": ["StringEquals", "StringNotEqualsIgnoreCase", "StringLike", "ArnLike", "Null", "Wibble"],
    "aws:PrincipalArn": ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike"],
    "aws:Number": [f"Numeric{each}" for each in ("Equals", "NotEquals", *ORDERS)],
    "aws:Bytes": ["BinaryEquals"],
    "aws:SourceIp": ["IpAddress", "NotIpAddress"],
    "aws:MultiFactorAuthPresent": ["Bool", "Null", "bool"],
    "aws:CurrentTime": [*(f"Date{each}" for each in ("Equals", "NotEquals", *ORDERS)), "NumericGreaterThan"],
    "aws:Tags": ["StringEquals", "StringNotEquals", "StringLike"],
}
POLICY_VALUES: dict[str, list[Any]] = {
    "aws:username": ["agent", "b*", "${aws:PrincipalTag/team}", "Agent"],
    "aws:PrincipalTag/team": ["x", "Y", "*", "${aws:username}", "${*}", "arn:aws:iam::1:role/*"],
    "aws:SourceIp": ["10.0.0.0/8", "203.0.113.5", "2001:db8::/32", "nowhere"],
    "aws:MultiFactorAuthPresent": ["true", False],
    "aws:CurrentTime": ["2025-01-01T00:00:00Z", "1800000000", "soon"],
    "aws:Tags": ["a", "b", "a*"],
    "aws:PrincipalArn": [USER, "arn:aws:iam::*:role/*", "arn:aws:iam::*:user/${aws:username}", "*", "arn:*", "arn:aws:iam*"],
    "aws:Number": ["7", 8.5, "-1", "many"],
    "aws:Bytes": ["eA==", "x"],
}


@st.composite
def conditions(draw: st.DrawFn, *, least: int = 0) -> dict[str, Any]:
    """A condition block of up to two keys."""
    found: dict[str, Any] = {}
    for key in draw(st.lists(st.sampled_from(KEYS), min_size=least, max_size=2, unique=True)):
        operator = draw(st.sampled_from(OPERATORS[key]))
        values = draw(st.lists(st.sampled_from(POLICY_VALUES[key]), min_size=1, max_size=2, unique_by=str))
        if operator == "Null":
            values = [draw(st.sampled_from(["true", "false"]))]
        elif operator != "Wibble":
            prefix = draw(st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"]))
            operator = f"{prefix}{operator}{draw(st.sampled_from(['', '', 'IfExists']))}"
        found.setdefault(operator, {})[draw(st.sampled_from([key, key.lower(), key.upper()]))] = values
    return found


PRINCIPALS: list[Any] = [
    *(
        "*",
        {"AWS": "*"},
        {"AWS": ACCOUNT},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        {"AWS": USER},
        {"AWS": ROLE},
        {"AWS": SESSION},
    ),
    *(
        {"AWS": [USER, ROLE]},
        {"Service": "ec2.amazonaws.com"},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"},
        {"AWS": OTHER_ACCOUNT},
        {"CanonicalUser": "79a5"},
        {"Federated": "accounts.google.com", "AWS": [ROLE, ACCOUNT]},
    ),
]
NOT_PRINCIPALS: list[list[str]] = [
    [USER],
    [USER, ACCOUNT],
    [f"arn:aws:iam::{ACCOUNT}:root"],
    [ROLE, f"arn:aws:iam::{ACCOUNT}:root"],
    [ROLE, SESSION, ACCOUNT],
    ["arn:aws:iam::999999999999:user/bob"],
]


@st.composite
def statements(draw: st.DrawFn, *, resource_policy: bool = False, deny: bool = True, negated: bool = True) -> dict[str, Any]:
    """A statement for an identity policy, or for one that stands on a resource."""
    found: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"] if deny else ["Allow"]))}
    action = draw(st.sampled_from(["Action", "Action", "Action", "NotAction"])) if negated else "Action"
    found[action] = draw(st.lists(st.sampled_from(ACTION_PATTERNS), min_size=1, max_size=2))
    resource = draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"])) if negated else "Resource"
    found[resource] = draw(st.lists(st.sampled_from([*PATTERNS, *EVERY_ARN]), min_size=1, max_size=2))
    if resource_policy and draw(st.integers(0, 4)) == 0:
        del found[resource]  # the resource is the one that carries the policy
    # A Deny without a condition ends most worlds before anything else in them counts.
    block = draw(conditions(least=draw(st.sampled_from([0, 1, 1])) if found["Effect"] == "Deny" else 0))
    if block:
        found["Condition"] = block
    if resource_policy:
        if negated and draw(st.integers(0, 5)) == 0:
            found["NotPrincipal"] = {"AWS": draw(st.sampled_from(NOT_PRINCIPALS))}
        else:
            found["Principal"] = draw(st.sampled_from(PRINCIPALS))
    return found


@st.composite
def documents(draw: st.DrawFn, *, resource_policy: bool = False) -> dict[str, Any]:
    """A policy of one to three statements, now and then of the old version."""
    listed = draw(st.lists(statements(resource_policy=resource_policy), min_size=1, max_size=3))
    if draw(st.integers(0, 2)):  # most policies allow something first, or next to no request would get anywhere
        generous = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        listed.insert(0, {**generous, **({"Principal": draw(st.sampled_from(PRINCIPALS))} if resource_policy else {})})
    version = draw(st.sampled_from(["2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", None]))
    return {**({"Version": version} if version else {}), "Statement": listed}


@st.composite
def rules(draw: st.DrawFn) -> dict[str, Any]:
    """A resource control policy: it names everyone."""
    listed = draw(st.lists(statements(), min_size=1, max_size=2))
    everyone = draw(st.sampled_from(["*", {"AWS": "*"}]))
    return {"Version": "2012-10-17", "Statement": [{**each, "Principal": everyone} for each in listed]}


@st.composite
def keys(draw: st.DrawFn, *, unknown: bool = True) -> dict[str, Any]:
    """Condition keys of a request: absent, known, or (None) not known."""
    found: dict[str, Any] = {}
    for key in KEYS:
        state = draw(st.sampled_from(["absent", "known", "known", "unknown", "unknown"] if unknown else ["absent", "known"]))
        if state == "unknown":
            found[key.lower()] = None
        elif state == "known":
            most = 2 if key == "aws:Tags" else 1
            found[key.lower()] = draw(st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=most, unique=True))
    return found


@st.composite
def calls(draw: st.DrawFn, *, unknown: bool = True) -> Call:
    """A request with random layers."""
    action = draw(st.sampled_from(ACTIONS))
    caller = draw(st.sampled_from([USER, USER, ROLE, ROLE, SESSION, SESSION, LINKED, ROOT]))
    return Call(
        action,
        draw(st.sampled_from(ARNS[action])),
        caller,
        draw(st.sampled_from([ACCOUNT, ACCOUNT, OTHER_ACCOUNT])),
        draw(keys(unknown=unknown)),
        draw(st.lists(documents(), max_size=2)),
        draw(st.none() | documents()) if caller != ROOT else None,
        draw(st.none() | documents()) if caller == SESSION else None,
        draw(st.none() | documents(resource_policy=True)),
        draw(st.just([]) | st.lists(st.lists(documents(), min_size=1, max_size=2), min_size=1, max_size=3)),
        draw(st.just([]) | st.lists(st.lists(rules(), min_size=1, max_size=2), min_size=1, max_size=2)),
        draw(st.sampled_from([False, False, False, True])),
        draw(st.sampled_from([False, False, False, True])),
    )
