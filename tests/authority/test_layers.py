"""The decision formula, a sentence of the documentation at a time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.authority.worlds import (
    ACCOUNT,
    ALL,
    BUCKET,
    DB,
    NOTHING,
    OTHER_ACCOUNT,
    ROLE,
    SESSION,
    USER,
    ask,
    document,
    statement,
)

KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0-1"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/admin"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
DENY = document(statement("Deny"))


def to(*principals: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    """A resource policy that names these principals."""
    return document(statement(effect, Principal={"AWS": list(principals)}, **more))


def excluding(*principals: Any, effect: str = "Deny") -> dict[str, Any]:
    """A resource policy for everybody but these."""
    return document(statement(effect, NotPrincipal={"AWS": list(principals)}))


# sentence, expected, caller, layers, owner of the bucket
BUCKETS: list[tuple[str, str, str, dict[str, Any], str]] = [
    ("nothing allows by default", "no", USER, {}, ACCOUNT),
    ("an identity policy allows", "yes", USER, {"identity": [ALL]}, ACCOUNT),
    ("a Deny of another policy wins", "no", USER, {"identity": [ALL, DENY]}, ACCOUNT),
    ("a Deny of the boundary wins", "no", USER, {"identity": [ALL], "boundary": DENY}, ACCOUNT),
    ("a Deny of the session policy wins", "no", SESSION, {"identity": [ALL], "session": DENY}, ACCOUNT),
    ("a Deny of an SCP wins", "no", USER, {"identity": [ALL], "scps": [[ALL, DENY]]}, ACCOUNT),
    ("a Deny of an RCP wins", "no", USER, {"identity": [ALL], "rcps": [[document(statement("Deny", Principal="*"))]]}, ACCOUNT),
    (
        "an RCP allows nothing by itself, and its Allow limits nothing",
        "yes",
        USER,
        {"identity": [ALL], "rcps": [[to("*")]]},
        ACCOUNT,
    ),
    ("a Deny of the bucket policy wins", "no", USER, {"identity": [ALL], "resource": to("*", effect="Deny")}, ACCOUNT),
    ("a boundary has to allow as well", "no", USER, {"identity": [ALL], "boundary": NOTHING}, ACCOUNT),
    ("a boundary grants nothing", "no", USER, {"identity": [NOTHING], "boundary": ALL}, ACCOUNT),
    ("every SCP level has to allow", "no", USER, {"identity": [ALL], "scps": [[ALL], [NOTHING]]}, ACCOUNT),
    ("one policy of a level is enough", "yes", USER, {"identity": [ALL], "scps": [[ALL], [NOTHING, ALL]]}, ACCOUNT),
    ("SCPs grant nothing", "no", USER, {"scps": [[ALL]]}, ACCOUNT),
    ("a bucket policy that names the user is enough", "yes", USER, {"resource": to(USER)}, ACCOUNT),
    ("and no boundary limits it", "yes", USER, {"resource": to(USER), "boundary": NOTHING}, ACCOUNT),
    ("but SCPs do", "no", USER, {"resource": to(USER), "scps": [[NOTHING]]}, ACCOUNT),
    ("naming another user grants nothing", "no", USER, {"resource": to(f"{USER}2")}, ACCOUNT),
    ("naming everyone is naming the user", "yes", USER, {"resource": to("*"), "boundary": NOTHING}, ACCOUNT),
    ("naming the role is limited by the boundary", "no", SESSION, {"resource": to(ROLE), "boundary": NOTHING}, ACCOUNT),
    ("and by the session policy", "no", SESSION, {"resource": to(ROLE), "session": NOTHING}, ACCOUNT),
    ("and not by the identity policies", "yes", SESSION, {"resource": to(ROLE), "boundary": ALL}, ACCOUNT),
    ("naming the session is limited by neither", "yes", SESSION, {"resource": to(SESSION), "boundary": NOTHING}, ACCOUNT),
    ("a role may become a session that is named", "maybe", ROLE, {"resource": to(SESSION)}, ACCOUNT),
    ("naming the account delegates and grants nothing", "no", USER, {"resource": to(ROOT)}, ACCOUNT),
    ("nor does its number", "no", USER, {"resource": to(ACCOUNT)}, ACCOUNT),
    ("a wildcard in a principal names nobody", "no", USER, {"resource": to(f"arn:aws:iam::{ACCOUNT}:user/*")}, ACCOUNT),
    ("a principal that was deleted is an id", "maybe", USER, {"resource": to("AIDAEXAMPLEEXAMPLE")}, ACCOUNT),
    (
        "a service is not the user",
        "no",
        USER,
        {"resource": document(statement(Principal={"Service": "x.amazonaws.com"}))},
        ACCOUNT,
    ),
    ("Deny with NotPrincipal denies others", "no", USER, {"identity": [ALL], "resource": excluding(f"{USER}2")}, ACCOUNT),
    ("and spares user and account together", "yes", USER, {"identity": [ALL], "resource": excluding(USER, ROOT)}, ACCOUNT),
    ("the account alone is doubtful", "maybe", USER, {"identity": [ALL], "resource": excluding(ROOT)}, ACCOUNT),
    ("the user alone is doubtful", "maybe", USER, {"identity": [ALL], "resource": excluding(USER)}, ACCOUNT),
    (
        "session, role and account are spared",
        "yes",
        SESSION,
        {"identity": [ALL], "resource": excluding(SESSION, ROLE, ROOT)},
        ACCOUNT,
    ),
    ("role and account are doubtful", "maybe", SESSION, {"identity": [ALL], "resource": excluding(ROLE, ROOT)}, ACCOUNT),
    (
        "whoever has a boundary is denied whoever is listed",
        "no",
        USER,
        {"identity": [ALL], "boundary": ALL, "resource": excluding(USER, ROOT)},
        ACCOUNT,
    ),
    ("Allow with NotPrincipal is not supported", "maybe", USER, {"resource": excluding(f"{USER}2", effect="Allow")}, ACCOUNT),
    ("across accounts the identity policy is not enough", "no", USER, {"identity": [ALL]}, OTHER_ACCOUNT),
    ("nor is the bucket policy", "no", USER, {"resource": to(USER)}, OTHER_ACCOUNT),
    ("both are", "yes", USER, {"identity": [ALL], "resource": to(USER)}, OTHER_ACCOUNT),
    ("and the account may be named", "yes", USER, {"identity": [ALL], "resource": to(ROOT)}, OTHER_ACCOUNT),
    ("within the boundary", "no", USER, {"identity": [ALL], "resource": to(USER), "boundary": NOTHING}, OTHER_ACCOUNT),
    ("root has all rights in its account", "yes", ROOT, {}, ACCOUNT),
    ("and SCPs bind it", "no", ROOT, {"scps": [[NOTHING]]}, ACCOUNT),
    ("a level without policies cannot be", "maybe", USER, {"identity": [ALL], "scps": [[]]}, ACCOUNT),
]


@pytest.mark.parametrize(("sentence", "expected", "who", "layers", "owner"), BUCKETS, ids=[each[0] for each in BUCKETS])
def test_a_bucket(sentence: str, expected: str, who: str, layers: dict[str, Any], owner: str) -> None:
    """Policy evaluation logic, cross-account logic, boundaries, NotPrincipal, SCPs and RCPs."""
    assert ask("s3:DeleteBucket", BUCKET, who=who, owner=owner, **layers).outcome.value == expected, sentence


# sentence, expected, action, resource, layers
DELEGATED: list[tuple[str, str, str, str, dict[str, Any]]] = [
    (
        "a key policy that is silent leaves nothing",
        "no",
        "kms:ScheduleKeyDeletion",
        KEY,
        {"identity": [ALL], "resource": to(ROLE)},
    ),
    ("a key without a policy leaves nothing", "no", "kms:ScheduleKeyDeletion", KEY, {"identity": [ALL]}),
    ("the account in it lets identity policies count", "yes", "kms:Decrypt", KEY, {"identity": [ALL], "resource": to(ROOT)}),
    ("and grants nothing by itself", "no", "kms:Decrypt", KEY, {"resource": to(ROOT)}),
    ("and keeps the boundary", "no", "kms:Decrypt", KEY, {"identity": [ALL], "boundary": NOTHING, "resource": to(ROOT)}),
    ("the user in it is enough", "yes", "kms:Decrypt", KEY, {"resource": to(USER)}),
    ("an alias has no policy", "yes", "kms:DeleteAlias", KEY.replace("key/0-1", "alias/a"), {"identity": [ALL]}),
    ("a trust policy has to name the caller", "no", "sts:AssumeRole", ADMIN, {"identity": [ALL]}),
    (
        "its own account is enough with a permission",
        "yes",
        "sts:AssumeRole",
        ADMIN,
        {"identity": [ALL], "resource": to(ROOT, resource=None)},
    ),
    ("and not without", "no", "sts:AssumeRole", ADMIN, {"resource": to(ROOT, resource=None)}),
    ("the caller itself is enough without", "yes", "sts:AssumeRole", ADMIN, {"resource": to(USER, resource=None)}),
    ("RCPs do not reach rds", "yes", "rds:DeleteDBInstance", DB, {"identity": [ALL], "rcps": [[to("*", effect="Deny")]]}),
    (
        "of other services it is not known",
        "maybe",
        "sns:Publish",
        "arn:aws:sns:a:1:t",
        {"identity": [ALL], "rcps": [[to("*", effect="Deny")]]},
    ),
]


@pytest.mark.parametrize(("sentence", "expected", "action", "arn", "layers"), DELEGATED, ids=[each[0] for each in DELEGATED])
def test_trust_keys_and_rcps(sentence: str, expected: str, action: str, arn: str, layers: dict[str, Any]) -> None:
    """Key policies and trust policies have to name the caller or its account; RCPs reach some services only."""
    assert ask(action, arn, **layers).outcome.value == expected, sentence


# condition, verdict of an Allow with it, verdict of an Allow of all beside a Deny with it; nothing is given, world open
CHOSEN: list[tuple[dict[str, Any], str, str]] = [
    ({"Bool": {"aws:SecureTransport": "true"}}, "yes", "yes"),
    ({"Bool": {"aws:SecureTransport": "false"}}, "yes", "yes"),
    ({"StringEquals": {"aws:RequestTag/a": "b"}}, "yes", "yes"),
    ({"StringEquals": {"aws:RequestTag/a": "b", "aws:requesttag/A": "c"}}, "no", "yes"),
    ({"StringEquals": {"aws:RequestTag/a": "b"}, "Null": {"aws:RequestTag/a": "true"}}, "no", "yes"),
    ({"StringLike": {"aws:RequestTag/a": "*"}, "Null": {"aws:RequestTag/a": "true"}}, "no", "yes"),
    ({"StringEqualsIfExists": {"aws:RequestTag/a": "b"}}, "yes", "yes"),
    ({"NumericGreaterThan": {"s3:max-keys": "5"}, "NumericLessThan": {"s3:max-keys": "6"}}, "no", "yes"),
    ({"NumericGreaterThan": {"s3:max-keys": "5"}, "NumericLessThan": {"s3:max-keys": "7"}}, "yes", "yes"),
    ({"ForAllValues:StringEquals": {"aws:TagKeys": ["a"]}, "ForAnyValue:StringEquals": {"aws:TagKeys": ["b"]}}, "no", "yes"),
    (
        {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]}, "ForAnyValue:StringEquals": {"aws:TagKeys": ["b"]}},
        "yes",
        "yes",
    ),
    ({"StringLike": {"s3:prefix": "a*"}, "stringlike": {"S3:prefix": "*b"}}, "maybe", "yes"),
    ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, "maybe", "maybe"),
    ({"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:RequestTag/a": "b"}}, "maybe", "yes"),
    ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, "maybe", "maybe"),
    ({"StringEquals": {"s3:ExistingObjectTag/a": "b"}}, "maybe", "maybe"),
]


@pytest.mark.parametrize(("block", "allowed", "avoided"), CHOSEN)
def test_keys_that_nobody_gave(block: dict[str, Any], allowed: str, avoided: str) -> None:
    """What the caller sends is as it likes, one choice for all statements; what the environment is, is not known."""
    allow, deny = document(statement(Condition=block)), document(statement("Deny", Condition=block))
    assert ask("s3:DeleteBucket", BUCKET, closed=False, identity=[allow]).outcome.value == allowed
    assert ask("s3:DeleteBucket", BUCKET, closed=False, identity=[ALL, deny]).outcome.value == avoided
    if allowed == "yes":
        assert ask("s3:DeleteBucket", BUCKET, closed=False, identity=[allow, deny]).outcome.value == "no"


def test_too_many_choices_are_not_tried() -> None:
    """Beyond a few thousand combinations the caller's keys count as unknown."""
    block = {"StringEquals": {f"aws:RequestTag/{number}": "x" for number in range(40)}}
    decision = ask("s3:DeleteBucket", BUCKET, closed=False, identity=[document(statement(Condition=block))])
    assert decision.outcome.value == "maybe"
    assert decision.missing


def test_a_key_that_some_calls_choose() -> None:
    """The boundary of a new role is the caller's choice; that of an existing one is what it is."""
    block = {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/b"}}
    allow = document(statement(Condition=block))
    assert ask("iam:CreateRole", ADMIN, closed=False, identity=[allow]).outcome.value == "yes"
    assert ask("iam:PutRolePolicy", ADMIN, closed=False, identity=[allow]).outcome.value == "maybe"


def test_the_management_account_is_not_bound() -> None:
    """SCPs do not restrict the management account or service-linked roles; RCPs spare its resources."""
    from policypack.authority.aws import Request, decide
    from tests.authority import worlds

    layers = worlds.layers(identity=[ALL], scps=[[NOTHING, DENY]], rcps=[[to("*", effect="Deny")]])
    request = Request("s3:DeleteBucket", (BUCKET,), ACCOUNT, {}, closed=True, owner_management=True)
    assert decide(request, worlds.principal(USER, management=True), layers).outcome.value == "yes"
    assert decide(request, worlds.principal(USER), layers).outcome.value == "no"
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    assert decide(request, worlds.principal(linked), layers).outcome.value == "yes"


def test_services_and_federated_callers() -> None:
    """A service or an identity provider may do what a policy of the resource grants it, and nothing else."""
    from policypack.authority.aws import Principal, Request, decide
    from tests.authority import worlds

    trust = document(
        statement(action="sts:AssumeRole", resource=None, Principal={"Service": ["lambda.amazonaws.com"]}),
        statement(
            action="sts:AssumeRoleWithWebIdentity", resource=None, Principal={"Federated": "arn:aws:iam::1:oidc-provider/x"}
        ),
    )
    layers = worlds.layers(resource=trust, identity=[NOTHING])
    for kind, name, action, expected in (
        ("service", "lambda.amazonaws.com", "sts:AssumeRole", "yes"),
        ("service", "ec2.amazonaws.com", "sts:AssumeRole", "no"),
        ("federated", "arn:aws:iam::1:oidc-provider/x", "sts:AssumeRoleWithWebIdentity", "yes"),
        ("federated", "arn:aws:iam::1:oidc-provider/y", "sts:AssumeRoleWithWebIdentity", "no"),
    ):
        who = Principal(kind, (name,), ACCOUNT)
        assert decide(Request(action, (ADMIN,), ACCOUNT), who, layers).outcome.value == expected, name


def test_a_decision_says_why() -> None:
    """YES names the Allows, NO the Denies or what does not allow, MAYBE what is missing."""
    yes = ask("s3:DeleteBucket", BUCKET, identity=[NOTHING, ALL])
    assert [(each.layer, each.policy.name, each.index, each.effect) for each in yes.because] == [
        ("identity", "policy 1", 0, "Allow")
    ]
    denied = ask("s3:DeleteBucket", BUCKET, identity=[ALL, DENY])
    assert [each.effect for each in denied.because] == ["Deny"]
    limited = ask("s3:DeleteBucket", BUCKET, identity=[ALL], boundary=NOTHING, scps=[[NOTHING]])
    assert limited.lacking == ("level 1 of the SCPs does not allow it", "the permissions boundary does not allow it")
    block = {"StringEquals": {"aws:SourceVpc": "vpc-secret"}}
    maybe = ask("s3:DeleteBucket", BUCKET, closed=False, identity=[document(statement(Condition=block))])
    assert maybe.missing == ("the value of aws:sourcevpc (statement 1 of policy 0)",)
    unknown = ask("s3:DeleteBucket", BUCKET, owner="\U000e1000", identity=[ALL])
    assert unknown.outcome.value == "maybe"
    assert unknown.missing == ("whether the resource is of the caller's account",)
