"""Ten thousand roles that become each other in circles: every one is told, in bounded time, and one path is shown."""

from __future__ import annotations

from time import process_time

from policypack.authority import authority
from policypack.model import (
    Domain,
    Environment,
    Identity,
    IdentityKind,
    Infrastructure,
    Location,
    Outcome,
    Policy,
    Resource,
    Store,
    Value,
    Verb,
)

ACCOUNT = "111111111111"
HOME = Domain("aws", ACCOUNT, "here#aws")
MAIN = "aws_db_instance.main"


def document(**statement: Value) -> Value:
    """A policy of one statement that allows."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]}


TRUST = Policy("trust", document(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, Action="sts:AssumeRole"))


def arn(number: int) -> str:
    """The ARN of a role."""
    return f"arn:aws:iam::{ACCOUNT}:role/r{number}"


def role(number: int, many: int) -> Identity:
    """A role that may become two others, so that all reach all in a few steps; the last one may delete the database."""
    kind = "aws_iam_role"
    resource = Resource(f"{kind}.r{number}", kind, "aws", {"name": f"r{number}"}, Location("main.tf"), inside="here")
    others: list[Value] = [arn((2 * number + step) % many) for step in (1, 2)]
    policies = [Policy("next", document(Action="sts:AssumeRole", Resource=others), resource, resource)]
    if number == many - 1:
        policies.append(Policy("delete", document(Action="rds:DeleteDBInstance", Resource="*"), resource, resource))
    return Identity(resource, "aws", "role", arn(number), HOME, IdentityKind.UNKNOWN, "", tuple(policies), trust=TRUST)


def picture(many: int) -> Infrastructure:
    """So many roles and one database."""
    resource = Resource(MAIN, "aws_db_instance", "aws", {"identifier": "main"}, Location("main.tf"), inside="here")
    store = Store(resource, "database", 1, Environment("production", True, ""), HOME)
    roles = tuple(role(number, many) for number in range(many))
    return Infrastructure(stores=(store,), identities=roles, resources=(resource, *(each.resource for each in roles)))


def test_ten_thousand_roles_in_circles() -> None:
    """All of them reach the one that deletes, for certain; the path is a few hops, and all takes seconds, not minutes."""
    begun = process_time()
    answers = authority(picture(10_000))
    able = answers.destroys_all(MAIN, proved=False)
    assert len(able) == 10_000
    assert {each.outcome for each in able} == {Outcome.YES}
    (power,) = (each for each in answers.powers_of("aws_iam_role.r17") if each.verb is Verb.DESTROY)
    assert power.outcome is Outcome.YES
    assert sum(" assumes " in step.text for step in power.path) < 20
    assert process_time() - begun < 60
