"""The cost of authority on made-up pictures: so many roles with policies of their own, as many stores.

    python -m scripts.bench_authority [COUNT]

Processor seconds for the graph of who becomes whom, for what everybody can do to everything, and for joining the two; then
the ratio of twice the size to once. A part of the roles has a boundary, conditions, or a role to assume; one in a hundred may
do everything.
"""

from __future__ import annotations

import random
import sys
import time

from policypack.authority.engine import Engine
from policypack.model import (
    Domain,
    Environment,
    Identity,
    IdentityKind,
    Infrastructure,
    Input,
    Location,
    Policy,
    Resource,
    Store,
    Value,
)

ACCOUNT = "111111111111"
ACTIONS = (
    "rds:*",
    "rds:Delete*",
    "s3:DeleteObject*",
    "s3:Put*",
    "dynamodb:*",
    "dynamodb:DeleteTable",
    "ec2:*",
    "s3:Get*",
    "iam:PassRole",
)
KINDS = (("aws_db_instance", "identifier"), ("aws_s3_bucket", "bucket"), ("aws_dynamodb_table", "name"))
HERE, HOME = Location("main.tf", 1, 2), Domain("aws", ACCOUNT, "x#aws")


def document(*statements: dict[str, Value]) -> Value:
    """A policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def picture(count: int, seed: int = 1) -> Infrastructure:
    """So many stores, and as many roles that each have a policy of their own."""
    chance = random.Random(seed)
    boundaries = [
        Policy(f"b{each}", document({"Effect": "Allow", "Action": ["rds:*", "s3:*", "sts:*"], "Resource": "*"}))
        for each in range(50)
    ]
    production = Environment("production", True, "made up")
    stores = []
    for number in range(count):
        kind, name = KINDS[number % 3]
        made = resource(kind, number, {name: f"team{number % 100}-{number}"})
        stores.append(Store(made, "object_store" if kind == "aws_s3_bucket" else "database", 1, production, HOME))
    roles = [role(number, count, chance, boundaries) for number in range(count)]
    block = Resource(
        "provider.aws", "aws", "aws", {"region": "eu-west-1"}, HERE, inside="x", mode="provider", provider_key="aws"
    )
    inputs = (Input("x", "module", providers={"aws": block}),)
    return Infrastructure(
        inputs,
        (*(each.resource for each in stores), *(each.resource for each in roles)),
        tuple(stores),
        identities=tuple(roles),
    )


def resource(kind: str, number: int, values: dict[str, Value]) -> Resource:
    """A resource of the made-up module."""
    return Resource(f"{kind}.r{number}", kind, "aws", values, HERE, inside="x", provider_key="aws")


def role(number: int, count: int, chance: random.Random, boundaries: list[Policy]) -> Identity:
    """A role that may do something to the stores of some teams."""
    made = resource("aws_iam_role", number, {"name": f"r{number}"})
    statements: list[dict[str, Value]] = []
    for place in range(chance.randint(1, 4)):
        team, some = chance.randint(0, 99), chance.randint(0, count)
        table = f"arn:aws:dynamodb:*:*:table/team{team}-{some}*"
        names: list[Value] = [
            f"arn:aws:rds:*:*:db:team{team}-*",
            f"arn:aws:s3:::team{team}-*",
            table,
            f"arn:aws:sqs:*:*:{number}-{place}",
        ]
        effect = "Allow" if chance.random() < 0.85 else "Deny"
        statement: dict[str, Value] = {"Effect": effect, "Action": list(chance.sample(ACTIONS, 2)), "Resource": names}
        if chance.random() < 0.1:
            statement["Condition"] = {"StringEquals": {"aws:ResourceTag/env": "prod"}}
        statements.append(statement)
    if chance.random() < 0.3:
        other = f"arn:aws:iam::{ACCOUNT}:role/r{chance.randint(0, count - 1)}"
        statements.append({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": other})
    if number % 100 == 0:
        statements = [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    trusts: dict[str, Value] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    }
    boundary = chance.choice(boundaries) if chance.random() < 0.3 else None
    own = (Policy("own", document(*statements), made, made),)
    trust = Policy("trust", document(trusts), made, made)
    arn = f"arn:aws:iam::{ACCOUNT}:role/r{number}"
    return Identity(made, "aws", "role", arn, HOME, IdentityKind.WORKLOAD, "made up", own, boundary, trust)


def cost(count: int) -> tuple[float, float, float]:
    """Seconds for the graph, for everybody's own powers, and for what comes of both."""
    engine = Engine(picture(count))
    began = time.process_time()
    assert engine.graph
    graph = time.process_time()
    assert engine.all_of(0) is not None
    own = time.process_time()
    for caller in range(count):
        engine.all_of(caller)
    return graph - began, own - graph, time.process_time() - own


def main() -> None:
    """Two lines of a table: once and twice the size."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    totals = []
    for size in (count, 2 * count):
        graph, own, joined = cost(size)
        totals.append(graph + own + joined)
        print(
            f"| authority, {size:,} roles x {size:,} stores | {totals[-1]:.1f} s | graph {graph:.1f}, own {own:.1f}, joined {joined:.1f} |",
            flush=True,
        )
    print(f"| twice the size | {totals[1] / totals[0]:.2f} times | |")


if __name__ == "__main__":
    main()
