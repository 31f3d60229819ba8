"""The words and the reading behind the findings about identities: who comes in, what is granted as a whole, what is listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policypack.authority.alike import one_a_target
from policypack.authority.grants import broad, conditional_denies, rules_everything
from policypack.authority.held import held, named, readable
from policypack.authority.trusts import entrances
from policypack.model import (
    Domain,
    Evidence,
    Identity,
    IdentityKind,
    Location,
    Outcome,
    Policy,
    Power,
    Resource,
    Unknown,
    Verb,
    replace,
)
from tests.authority.pictures import allow, asked, role

ROLE = Resource("aws_iam_role.agent", "aws_iam_role", "aws", {}, Location("main.tf", 1, 9))
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
GITHUB = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
SUBJECT = "token.actions.githubusercontent.com:sub"


def policy(*statements: dict[str, Any]) -> Policy:
    """A policy of these statements."""
    return Policy("p", {"Version": "2012-10-17", "Statement": list(statements)}, ROLE, ROLE)


def agent(*statements: dict[str, Any], boundary: Policy | None = None, trust: Policy | None = None) -> Identity:
    """An agent's role with one policy."""
    domain = Domain("aws", "111111111111", "aws")
    arn = "arn:aws:iam::111111111111:role/agent"
    return Identity(
        ROLE, "aws", "role", arn, domain, IdentityKind.AGENT, "", (policy(*statements),), boundary=boundary, trust=trust
    )


def power(target: str, outcome: Outcome, steps: int = 1, missing: str = "") -> Power:
    """A power with a path of so many steps."""
    path = tuple(Evidence(str(number)) for number in range(steps))
    return Power(ROLE.address, Verb.DESTROY, target, outcome, path, ("rds:DeleteDBInstance",), missing)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (ALLOW_ALL, ["every action"]),
        ({**ALLOW_ALL, "Action": "*:*"}, ["every action"]),
        ({**ALLOW_ALL, "Action": ["rds:*", "logs:*"]}, ["every action of rds"]),
        ({**ALLOW_ALL, "Action": "iam:*"}, ["every action of iam"]),
        ({**ALLOW_ALL, "Action": "logs:*"}, []),
        ({**ALLOW_ALL, "Action": "rds:Describe*"}, []),
        ({"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}, ["everything but iam:*"]),
        ({**ALLOW_ALL, "Resource": "arn:aws:rds:*:*:db:dev-*"}, []),
        ({**ALLOW_ALL, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, []),
        ({**ALLOW_ALL, "Effect": "Deny"}, []),
    ],
)
def test_a_grant_is_broad_where_it_names_no_action_and_no_resource(statement: dict[str, Any], said: list[str]) -> None:
    """Everything, everything but something, or all of a service that matters: on every resource, without a condition."""
    assert [each.said for each in broad(agent(statement), {"rds"})] == said


def test_what_limits_an_administrator_keeps_it_from_ruling_everything() -> None:
    """A boundary or a deny of its own is a reason to look at what is left."""
    deny = {"Effect": "Deny", "Action": "rds:*", "Resource": "*"}
    assert rules_everything(agent(ALLOW_ALL))
    assert not rules_everything(agent(ALLOW_ALL, deny))
    assert not rules_everything(agent(ALLOW_ALL, boundary=policy(ALLOW_ALL)))


def test_an_unreadable_policy_is_no_broad_grant() -> None:
    """What cannot be read is a doubt, not a grant that somebody wrote."""
    unknown = Policy("p", Unknown("not among the inputs"), ROLE, ROLE)
    domain = Domain("aws", "111111111111", "aws")
    assert not list(broad(Identity(ROLE, "aws", "role", "arn", domain, IdentityKind.AGENT, "", (unknown,))))


def test_only_a_deny_with_a_condition_can_be_stepped_out_of() -> None:
    """The layers are told apart, and a deny covers what its patterns cover."""
    deny = {"Effect": "Deny", "Action": "rds:Delete*", "Resource": "*"}
    asked = {**deny, "Condition": {"StringEquals": {"aws:ResourceTag/env": "prod"}}}
    (found,) = conditional_denies(agent(deny, boundary=policy(ALLOW_ALL, asked)))
    assert (found.layer, found.keys) == ("boundary", ("aws:resourcetag/env",))
    assert found.covers("rds:DeleteDBInstance")
    assert not found.covers("rds:ModifyDBInstance")


@pytest.mark.parametrize(
    ("statement", "kinds"),
    [
        ({"Principal": {"Service": "lambda.amazonaws.com"}}, ["service"]),
        ({"Principal": {"Federated": "arn:aws:iam::111111111111:saml-provider/x"}}, ["people"]),
        ({"Principal": {"Federated": GITHUB}}, ["pipelines"]),
        ({"Principal": {"Federated": GITHUB}, "Condition": {"StringLike": {SUBJECT: "repo:a/b:*"}}}, ["pipelines"]),
        (
            {"Principal": {"Federated": GITHUB}, "Condition": {"StringEquals": {SUBJECT: "repo:a/b:environment:x"}}},
            ["principal"],
        ),
        ({"Principal": {"Federated": GITHUB}, "Condition": {"StringNotEquals": {SUBJECT: "repo:a/b:x"}}}, ["pipelines"]),
        ({"Principal": {"AWS": "arn:aws:iam::111111111111:root"}}, ["account"]),
        ({"Principal": "*"}, ["account"]),
        ({"Principal": {"AWS": "arn:aws:iam::111111111111:user/ann"}}, ["people"]),
        ({"Principal": {"AWS": "111111111111"}, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, ["people"]),
    ],
)
def test_a_trust_policy_says_who_comes_in(statement: dict[str, Any], kinds: list[str]) -> None:
    """People, pipelines that are not pinned to one subject, accounts, services."""
    trust = policy({"Effect": "Allow", "Action": "sts:AssumeRole", **statement})
    assert [each.kind for each in entrances(agent(ALLOW_ALL, trust=trust))] == kinds


def test_a_list_ends_after_three() -> None:
    """The first three, and how many more there are; nothing twice."""
    assert named(["a"]) == "a"
    assert named(["a", "b", "a"]) == "a and b"
    assert named(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def spoken(*powers: Power) -> tuple[Power, ...]:
    """The power over each target, as a finding tells them."""
    return tuple(power for each in one_a_target(powers) for power in each)


def test_the_surest_and_then_the_shortest_power_speaks() -> None:
    """One power a target; a proof before a possibility, a short one before a long one."""
    powers = [power("b", Outcome.MAYBE), power("a", Outcome.YES, 3), power("a", Outcome.YES, 2), power("a", Outcome.MAYBE)]
    assert [(each.target, each.outcome, len(each.path)) for each in spoken(*powers)] == [
        ("a", Outcome.YES, 2),
        ("b", Outcome.MAYBE, 1),
    ]


def test_what_takes_the_whole_speaks_before_what_takes_a_part() -> None:
    """Of two proofs the deletion is told, however much shorter the overwriting is; but never before a surer or a nearer one."""
    shorter = replace(power("a", Outcome.YES, 1), verb=Verb.OVERWRITE)
    longer = power("a", Outcome.YES, 3)
    assert spoken(shorter, longer) == spoken(longer, shorter) == (longer,)
    assert spoken(shorter, replace(longer, outcome=Outcome.MAYBE)) == (shorter,)
    assert spoken(shorter, replace(longer, rules=("assume",))) == (shorter,)


def test_what_rests_on_an_unreadable_policy_is_left_out() -> None:
    """Only what is proved, or doubted for a reason of its own, is said again by other questions."""
    unread = power("a", Outcome.MAYBE, missing="what p says is not known: not among the inputs")
    asked = power("b", Outcome.MAYBE, missing="aws:SourceIp (statement 1 of p)")
    assert readable([unread, asked, power("c", Outcome.YES)]) == [asked, power("c", Outcome.YES)]


def test_a_power_without_a_path_does_not_speak_for_others() -> None:
    """Where there are very many powers the last ones come without a path: the finding shows one that has it."""
    assert [each.target for each in spoken(power("a", Outcome.YES, 0), power("b", Outcome.YES, 2))] == ["b", "a"]


def test_the_deletion_of_a_cluster_is_told_and_not_its_rewinding(tmp_path: Path) -> None:
    """An agent that may do everything to a protected cluster deletes it, after the protection: rewinding it is the lesser harm."""
    cluster = 'resource "aws_rds_cluster" "main" {\n  cluster_identifier = "main"\n  engine = "aurora-mysql"\n  deletion_protection = true\n}\n'
    answers = asked(tmp_path, cluster, role("cursor-agent", allow("rds:*")))
    (found,) = held(answers.infrastructure, {Verb.DESTROY, Verb.OVERWRITE})
    assert found.worst.actions == ("rds:ModifyDBCluster", "rds:DeleteDBCluster")
