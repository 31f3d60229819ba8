"""The cost of authority on made-up pictures, in processor seconds.

    python -m scripts.bench_authority [COUNT]

The core: so many identities with policies of their own, a third of them with a boundary, against as many stores and all actions that
the engine knows; beside it a plain evaluator, on the same policies (`plain_core.py`), which has no index for patterns with a wildcard
before their end, so that it is measured without those too. Then with conditions on tags. Then the graph: roles, a part of which may
assume others, what everybody can do to everything, and joining the two. Each for COUNT and for twice as many; what is measured begins
when the policies are made and ends with the answers.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from policypack.authority.answers import Authority
from policypack.authority.aws import Layers, Principal
from policypack.authority.aws.bulk import Evaluator
from policypack.authority.aws.context import given
from policypack.authority.aws.lines import Target
from policypack.authority.aws.match import text_match
from policypack.catalog.aws_iam.actions import actions
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
from scripts.plain_core import PlainEvaluator

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


SERVICES = {
    "rds": "arn:aws:rds:{}:{}:db:{}",
    "s3": "arn:aws:s3:::{2}",
    "dynamodb": "arn:aws:dynamodb:{}:{}:table/{}",
    "kms": "arn:aws:kms:{}:{}:key/{}",
    "backup": "arn:aws:backup:{}:{}:backup-vault:{}",
    "ec2": "arn:aws:ec2:{}:{}:volume/{}",
    "elasticfilesystem": "arn:aws:elasticfilesystem:{}:{}:file-system/{}",
    "secretsmanager": "arn:aws:secretsmanager:{}:{}:secret:{}",
}


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


def arn(number: int, chance: random.Random) -> str:
    """The ARN of a made-up store."""
    form = SERVICES[chance.choice(list(SERVICES))]
    return form.format(chance.choice(("eu-west-1", "us-east-1")), ACCOUNT, f"{chance.choice(('prod', 'dev', 'x'))}-{number}")


def named(text: str, chance: random.Random, *, inside: bool) -> str:
    """A pattern for a store: its ARN, a beginning of it, its service, everything, or (`inside`) its name in every region."""
    fields = text.split(":")
    patterns = (
        text,
        f"{text[: -chance.randint(1, 6)]}*",
        f"{':'.join(fields[:3])}:*",
        ":".join([*fields[:3], "*", *fields[4:]]),
        "*",
    )
    return chance.choices(patterns, (35, 25, 15, 10 if inside else 0, 15))[0]


def called(name: str, chance: random.Random) -> str:
    """A pattern for an action: its name, its service, a beginning of it, or everything."""
    patterns = (name, f"{name.partition(':')[0]}:*", f"{name[: -chance.randint(1, 5)]}*", "*")
    return chance.choices(patterns, (50, 15, 30, 5))[0]


class World(NamedTuple):
    """Actions, stores, and identities: the policies of each, and its boundary."""

    actions: list[str]
    arns: list[str]
    held: list[tuple[list[Policy], Policy | None]]

    def judged(self) -> int:
        """All that everybody may do to everything, worked out by the engine; the answer is how many sets of actions there are."""
        targets = [Target((arn,), ACCOUNT, {"aws:resourcetag/team": given(f"team{n % 40}")}) for n, arn in enumerate(self.arns)]
        evaluator = Evaluator(self.actions, targets)
        found = 0
        for number, (own, boundary) in enumerate(self.held):
            layers = Layers(tuple(map(evaluator.decoded, own)), None if boundary is None else evaluator.decoded(boundary))
            caller = Principal("user", (f"arn:aws:iam::{ACCOUNT}:user/u{number}",), ACCOUNT)
            found += len(evaluator.powers(caller, layers))
        return found

    def judged_plainly(self) -> int:
        """The same, by the plain evaluator."""
        evaluator = PlainEvaluator(self.actions, self.arns)
        found = 0
        for own, boundary in self.held:
            documents: list[Any] = [each.document for each in own]
            limit: Any = None if boundary is None else boundary.document
            found += len(evaluator.powers(documents, limit))
        return found


def statement(world: World, chance: random.Random, *, tagged: float, inside: bool) -> dict[str, Value]:
    """A statement about some of the actions and some of the stores, with a condition in so many cases."""
    made: dict[str, Value] = {
        "Effect": "Deny" if chance.random() < 0.15 else "Allow",
        "Action": [called(chance.choice(world.actions), chance) for _ in range(chance.randint(1, 4))],
        "Resource": [named(chance.choice(world.arns), chance, inside=inside) for _ in range(chance.randint(1, 3))],
    }
    if chance.random() < tagged:
        made["Condition"] = {"StringEquals": {"aws:ResourceTag/team": f"team{chance.randint(0, 39)}"}}
    return made


def world(count: int, *, tagged: float = 0.0, inside: bool = True, seed: int = 1) -> World:
    """As many policies as identities and stores, of one to four statements about any of the actions that the engine knows; each
    identity has one to three of them, and some a boundary. `inside`: some patterns have a wildcard before their end."""
    chance = random.Random(seed)
    made = World(sorted(each.name for each in actions().by_name.values()), [arn(number, chance) for number in range(count)], [])
    policies = []
    for number in range(count):
        statements = (statement(made, chance, tagged=tagged, inside=inside) for _ in range(chance.randint(1, 4)))
        policies.append(Policy(f"p{number}", document(*statements)))
    for _ in range(count):
        boundary = chance.choice(policies) if chance.random() < 0.3 else None
        made.held.append((chance.sample(policies, chance.randint(1, 3)), boundary))
    return made


def core(count: int, *, tagged: float = 0.0, inside: bool = True) -> Callable[[], int]:
    """All actions of all identities on all stores, to be worked out."""
    return world(count, tagged=tagged, inside=inside).judged


def beside_the_plain(count: int, *, inside: bool = True) -> float:
    """What the engine takes, in times of the plain evaluator: the quickest of three worlds each, in turns, nothing remembered."""
    ours, plain = [], []
    for seed in range(3):
        made = world(count, inside=inside, seed=seed)
        ours.append(seconds(made.judged))
        plain.append(seconds(made.judged_plainly))
    return min(ours) / min(plain)


def seconds(work: Callable[[], object]) -> float:
    """The processor's time for a piece of work, with nothing remembered of another."""
    text_match.cache_clear()
    began = time.process_time()
    work()
    return time.process_time() - began


def graph(count: int) -> Callable[[], object]:
    """Who becomes whom, what everybody can do to everything, and what comes of both, to be worked out for one question."""
    infrastructure = picture(count)
    return lambda: Authority(infrastructure).destroys_all(infrastructure.stores[0].address, proved=False)


def rows(count: int) -> Iterator[tuple[str, str, str]]:
    """What was measured, the time for twice the size (the quickest of three but for the graph), and the ratio to once."""
    asked: tuple[tuple[str, Callable[[int], Callable[[], object]], Callable[[], float] | None], ...] = (
        ("the core", core, lambda: beside_the_plain(2 * count)),
        (
            "the core, no wildcard inside a pattern",
            lambda size: core(size, inside=False),
            lambda: beside_the_plain(2 * count, inside=False),
        ),
        ("a third of the statements with a condition", lambda size: core(size, tagged=0.33), None),
        ("roles with conditions and boundaries, and the graph", graph, None),
    )
    for said, made, plainly in asked:
        times = 1 if made is graph else 3
        once, twice = (min(seconds(made(size)) for _ in range(times)) for size in (count, 2 * count))
        name = f"authority, {2 * count:,} identities x {2 * count:,} stores, {2 * count:,} policies: {said}"
        beside = f", {plainly():.1f} times a plain evaluator" if plainly is not None else ""
        yield name, f"{twice:.2f} s", f"{twice / once:.2f} times half the size{beside}"


def main() -> None:
    """Lines of a table."""
    gc.disable()  # as the command line does
    for each in rows(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000):
        print(f"| {' | '.join(each)} | |", flush=True)


if __name__ == "__main__":
    main()
