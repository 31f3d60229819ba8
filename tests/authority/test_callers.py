"""What an identity of the model is to the engine: its ARN in every form, its account, and the condition keys that it brings."""

from __future__ import annotations

from typing import Any

import pytest

from policypack.authority.aws import Request, decide, hole, layers_of, principal_of
from policypack.model import Change, Domain, Identity, IdentityKind, Location, Policy, Reference, Resource, Unknown, replace
from tests.authority.worlds import ACCOUNT, ALL, BUCKET, ROLE, document, statement

HERE = Domain("aws", ACCOUNT, "in#aws")
NOWHERE = Domain("aws", Unknown("its account is not known"), "in#aws")
RESOURCE = Resource("aws_iam_role.agent", "aws_iam_role", "aws", {"name": "agent"}, Location("main.tf"), "in")
AGENT = Identity(RESOURCE, "aws", "role", ROLE, HERE, IdentityKind.AGENT, "its name says so")
USER = replace(
    AGENT,
    resource=Resource("aws_iam_user.agent", "aws_iam_user", "aws", {"name": "bob"}, Location("main.tf"), "in"),
    form="user",
    arn=f"arn:aws:iam::{ACCOUNT}:user/bob",
)


def outcome(identity: Identity, block: dict[str, Any], **more: Any) -> str:
    """Whether a policy with this condition lets an identity delete a bucket of its account."""
    allowed = replace(identity, policies=(Policy("own", document(statement(Condition=block))),))
    who = principal_of(allowed)
    return decide(Request("s3:DeleteBucket", (BUCKET,), who.account, **more), who, layers_of(allowed)).outcome.value


def trust(action: Any = "sts:AssumeRole", **principal: Any) -> Policy:
    """A trust policy."""
    return Policy("trust", document(statement(action=action, resource=None, Principal=principal)))


def test_every_form_of_its_arn() -> None:
    """An identity is known by its ARN, as far as it is known, and by the reference to it in its input."""
    reference = hole(Reference("aws_iam_role.agent", "arn"), "in")
    assert principal_of(AGENT).arn == (ROLE, reference)
    assert principal_of(replace(AGENT, arn=Unknown())).arn == (reference,)
    assert principal_of(USER).kind == "user"
    assert principal_of(AGENT).kind == "role"


def test_one_unknown_account_is_one_account() -> None:
    """What lies in one domain lies in one account, also where its id is not known; policies may name it by that hole."""
    hidden = replace(AGENT, domain=NOWHERE, policies=(Policy("own", ALL),))
    who = principal_of(hidden)
    assert who.account == hole(Reference("account.in#aws", "id"), "in")
    assert decide(Request("s3:DeleteBucket", (BUCKET,), who.account), who, layers_of(hidden)).outcome.value == "yes"
    assert decide(Request("s3:DeleteBucket", (BUCKET,), ACCOUNT), who, layers_of(hidden)).outcome.value == "maybe"


# the identity, a condition, the answer in an open world
KEYS: list[tuple[Identity, dict[str, Any], str]] = [
    (AGENT, {"ArnEquals": {"aws:PrincipalArn": ROLE}}, "yes"),
    (AGENT, {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::*:role/other"}}, "no"),
    (AGENT, {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, "yes"),
    (AGENT, {"StringEquals": {"aws:PrincipalAccount": "999999999999"}}, "no"),
    (replace(AGENT, domain=NOWHERE), {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, "maybe"),
    (AGENT, {"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, "yes"),
    (USER, {"StringEquals": {"aws:PrincipalType": "User"}}, "yes"),
    (USER, {"StringEquals": {"aws:username": "bob"}}, "yes"),
    (USER, {"StringEquals": {"aws:username": "eve"}}, "no"),
    (AGENT, {"Null": {"aws:username": "true"}}, "yes"),
    (AGENT, {"Bool": {"aws:PrincipalIsAWSService": "true"}}, "no"),
    (replace(AGENT, tags={"Team": "x"}), {"StringEquals": {"aws:PrincipalTag/team": "x"}}, "yes"),
    (replace(AGENT, tags={"Team": "x"}), {"Null": {"aws:PrincipalTag/other": "true"}}, "yes"),
    (replace(AGENT, tags={"team": Unknown()}), {"StringEquals": {"aws:PrincipalTag/team": "x"}}, "maybe"),
    (replace(AGENT, tags=Unknown()), {"Null": {"aws:PrincipalTag/other": "true"}}, "maybe"),
    (
        replace(AGENT, tags={"team": "x"}, trust=trust(["sts:AssumeRole", "sts:TagSession"], Service="pods.eks.amazonaws.com")),
        {"StringEquals": {"aws:PrincipalTag/team": "x"}},
        "maybe",
    ),
    (
        replace(AGENT, tags={"team": "x"}, trust=trust(Service="ec2.amazonaws.com")),
        {"StringEquals": {"aws:PrincipalTag/team": "x"}},
        "yes",
    ),
    (AGENT, {"StringEquals": {"aws:SourceVpc": "vpc-1"}}, "maybe"),
]


@pytest.mark.parametrize(("identity", "block", "answer"), KEYS, ids=range(len(KEYS)))
def test_the_keys_that_it_brings(identity: Identity, block: dict[str, Any], answer: str) -> None:
    """Global condition keys: who the principal is comes from the inputs; session tags add what is not known."""
    assert outcome(identity, block) == answer


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
WITHOUT = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}


@pytest.mark.parametrize(
    ("identity", "with_mfa", "without"),
    [
        (AGENT, "no", "yes"),
        (USER, "no", "yes"),
        (replace(AGENT, trust=trust(Service="ec2.amazonaws.com")), "no", "yes"),
        (replace(AGENT, trust=trust(Federated=f"arn:aws:iam::{ACCOUNT}:oidc-provider/x")), "no", "yes"),
        (replace(AGENT, trust=trust(AWS=f"arn:aws:iam::{ACCOUNT}:root")), "maybe", "maybe"),
        (replace(AGENT, trust=trust(Federated=f"arn:aws:iam::{ACCOUNT}:saml-provider/x")), "maybe", "maybe"),
        (replace(AGENT, trust=Policy("trust", Unknown())), "maybe", "maybe"),
        (replace(AGENT, kind=IdentityKind.PERSON), "maybe", "maybe"),
        (replace(AGENT, kind=IdentityKind.UNKNOWN), "maybe", "maybe"),
    ],
    ids=range(9),
)
def test_a_machine_has_no_second_factor(identity: Identity, with_mfa: str, without: str) -> None:
    """An agent, a workload or a pipeline cannot have a second factor, unless people may take its role."""
    assert outcome(identity, MFA) == with_mfa
    assert outcome(identity, WITHOUT) == without


def test_a_deny_without_ifexists_is_undecided() -> None:
    """Bool on an absent key does not deny; whether the key is absent or false depends on how the machine signs in."""
    deny = document(statement("Deny", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}))
    agent = replace(AGENT, policies=(Policy("own", ALL), Policy("deny", deny)))
    request = Request("s3:DeleteBucket", (BUCKET,), ACCOUNT)
    assert decide(request, principal_of(agent), layers_of(agent)).outcome.value == "maybe"


def test_a_role_that_is_replaced_is_another() -> None:
    """Principal: a policy keeps the id of the role that it named, so that a new role of that name may not be let in, or kept out."""
    renewed = replace(AGENT, resource=replace(RESOURCE, change=Change(("delete", "create"))))
    by_text = Policy("bucket", document(statement(Principal={"AWS": ROLE})))
    by_reference = Policy(
        "bucket", document(statement(Principal={"AWS": Unknown(parts=(Reference("aws_iam_role.agent", "arn"),))}))
    )
    by_reference = replace(by_reference, origin=RESOURCE)
    refusing = Policy("bucket", document(statement("Deny", Principal={"AWS": ROLE})))
    request = Request("s3:DeleteBucket", (BUCKET,), ACCOUNT)
    for identity, own, standing, expected in (
        (AGENT, (), by_text, "yes"),
        (renewed, (), by_text, "maybe"),
        (renewed, (), by_reference, "yes"),
        (AGENT, (Policy("own", ALL),), refusing, "no"),
        (renewed, (Policy("own", ALL),), refusing, "maybe"),
        (renewed, (Policy("own", ALL),), by_text, "yes"),
    ):
        who = replace(identity, policies=own)
        found = decide(request, principal_of(who), layers_of(who, [standing], rcps=()))
        assert found.outcome.value == expected
        assert expected != "maybe" or found.missing == ("whether bucket still names a principal that the plan replaces",)


def test_the_layers_of_an_identity() -> None:
    """Boundary, guardrails and session policy limit, resource policies grant; RCPs are the resource's if they are given."""
    nothing, everything = Policy("nothing", document(statement(action="ec2:*"))), Policy("all", ALL)
    refusing = Policy("refusing", document(statement("Deny", Principal="*")))
    request = Request("s3:DeleteBucket", (BUCKET,), ACCOUNT)
    agent = replace(AGENT, policies=(everything,), resource_guardrails=((refusing,),))
    who = principal_of(agent)
    assert decide(request, who, layers_of(agent)).outcome.value == "no"
    assert decide(request, who, layers_of(agent, rcps=())).outcome.value == "yes"
    assert decide(request, who, layers_of(replace(agent, boundary=nothing), rcps=())).outcome.value == "no"
    assert decide(request, who, layers_of(replace(agent, guardrails=((nothing,),)), rcps=())).outcome.value == "no"
    assert decide(request, who, layers_of(agent, session=nothing, rcps=())).outcome.value == "no"
    named = Policy("bucket", document(statement(Principal={"AWS": Unknown(parts=(Reference("aws_iam_role.agent", "arn"),))})))
    named = replace(named, origin=RESOURCE)
    silent = replace(agent, policies=())
    assert decide(request, who, layers_of(silent, [named], rcps=())).outcome.value == "yes"
