"""A statement about another resource's ARN is about another resource, whether that ARN exists yet or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority import Authority, authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Outcome, Verb
from policypack.read.options import ReadOptions
from policypack.scan import read_all
from policypack.settings import Settings
from tests.authority.pictures import ACCOUNT, BUCKET, DATABASE, PROVIDER, allow, asked, outcome, role

BOT, MAIN, DATA = "aws_iam_role.bot", "aws_db_instance.main", "aws_s3_bucket.data"
OPEN = DATABASE % "false"
NAMELESS = 'resource "aws_db_instance" "main" {\n  deletion_protection = false\n}\n'
OTHER = 'resource "aws_db_instance" "x" {\n  identifier = "x"\n}\n'
CLUSTER = 'resource "aws_rds_cluster" "x" {\n  cluster_identifier = "x"\n}\n'
LOOKED_UP = 'data "aws_db_instance" "x" {\n  db_instance_identifier = "x"\n}\ndata "aws_s3_bucket" "x" {\n  bucket = "x"\n}\n'
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


@pytest.mark.parametrize(
    ("parts", "named", "expected"),
    [
        (OPEN, "${aws_db_instance.main.arn}", "yes"),
        (OPEN + OTHER, "${aws_db_instance.x.arn}", "no"),
        (OPEN + OTHER, "${aws_db_instance.x.arn}*", "no"),
        (NAMELESS + OTHER, "${aws_db_instance.x.arn}", "no"),
        (OPEN + BUCKET, "${aws_s3_bucket.data.arn}*", "no"),
        (OPEN + BUCKET, "${aws_s3_bucket.data.arn}/*", "no"),
        (OPEN + CLUSTER, "${aws_rds_cluster.x.arn}", "no"),
        (NAMELESS + CLUSTER, "${aws_rds_cluster.x.arn}", "no"),
        (OPEN + LOOKED_UP, "${data.aws_s3_bucket.x.arn}/*", "no"),
        (OPEN + LOOKED_UP, "${data.aws_db_instance.x.arn}", "no"),
        (OPEN + LOOKED_UP.replace('= "x"', '= "main"'), "${data.aws_db_instance.x.arn}", "maybe"),
        (NAMELESS + LOOKED_UP, "${data.aws_db_instance.x.arn}", "maybe"),
        (OPEN, f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:main", "yes"),
        (OPEN, f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:x", "no"),
        (OPEN, "arn:aws:rds:eu-west-1:222222222222:db:main", "no"),
        (NAMELESS, "arn:aws:rds:eu-west-1:222222222222:db:main", "no"),
        (NAMELESS, f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:x", "maybe"),
        (NAMELESS, f"arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:x", "no"),
        (OPEN + 'variable "v" {}\n', "${var.v}", "maybe"),
    ],
)
def test_what_cannot_be_equal_is_a_clear_no(tmp_path: Path, parts: str, named: str, expected: str) -> None:
    """Type, account and name decide, of what stands in the configuration and of what is looked up or written; a maybe is left
    only where both can be one."""
    answers = asked(tmp_path, parts, role("bot", allow("*", named)))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


@pytest.mark.parametrize(("named", "expected"), [("x", "no"), ("main", "yes")])
def test_everything_but_one_leaves_the_others(tmp_path: Path, named: str, expected: str) -> None:
    """A Deny on all but one database, by reference: that one is left, and no other."""
    spared = {"Effect": "Deny", "Action": "*", "NotResource": f"${{aws_db_instance.{named}.arn}}"}
    answers = asked(tmp_path, OPEN, OTHER, role("bot", allow("rds:DeleteDBInstance"), spared))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


def estate(folder: Path, *modules: str) -> Authority:
    """Several root modules of one account as one picture."""
    paths = [folder / f"root{number}" for number, _ in enumerate(modules)]
    for path, text in zip(paths, modules, strict=True):
        path.mkdir()
        (path / "main.tf").write_text(PROVIDER + text, "utf-8")
    catalog = load_catalog()
    return authority(build(read_all(paths, ReadOptions(base=folder), catalog.knows), catalog, Settings()))


OPERATOR = role("operator", allow("rds:*"), trust=ROOT)


@pytest.mark.parametrize(
    ("there", "here", "action", "named", "expected"),
    [
        (OPEN, OTHER, "rds:DeleteDBInstance", "${aws_db_instance.x.arn}", "no"),
        (OPEN, OPEN, "rds:DeleteDBInstance", "${aws_db_instance.main.arn}", "yes"),
        (OPEN, BUCKET, "*", "${aws_s3_bucket.data.arn}/*", "no"),
        (OPEN + OPERATOR, role("x"), "sts:AssumeRole", "${aws_iam_role.x.arn}", "no"),
        (OPEN + OPERATOR, "", "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/operator", "yes"),
    ],
)
def test_across_roots(tmp_path: Path, there: str, here: str, action: str, named: str, expected: str) -> None:  # noqa: PLR0913, PLR0917 - the columns of the table
    """What one root refers to by reference is compared with what another root makes, by what both will be called."""
    answers = estate(tmp_path, there, here + role("bot", allow(action, named)))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


@pytest.mark.parametrize(("name", "expected"), [("operator", "maybe"), ("somebody", "no")])
def test_a_role_that_is_looked_up_has_its_name(tmp_path: Path, name: str, expected: str) -> None:
    """A role that a data source looks up by name may be the one that is made here if that is its name, and is no other."""
    looked_up = f'data "aws_iam_role" "x" {{\n  name = "{name}"\n}}\n'
    bot = role("bot", allow("sts:AssumeRole", "${data.aws_iam_role.x.arn}"))
    answers = asked(tmp_path, OPEN, OPERATOR, looked_up, bot)
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


def test_a_trust_across_roots_names_one_role(tmp_path: Path) -> None:
    """A trust policy that names a role of its own root by reference lets no role of another root in."""
    x = role("x") + role("operator", allow("rds:*"), trust={"AWS": "${aws_iam_role.x.arn}"})
    answers = estate(tmp_path, OPEN + x, role("bot", allow("sts:AssumeRole")))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome.NO
    assert outcome(answers, "aws_iam_role.x", Verb.DESTROY, MAIN) is Outcome.YES


RUNS = {
    "aws_lambda_function": (
        'function_name = "f"\n  role = aws_iam_role.runs.arn',
        "lambda.amazonaws.com",
        ["lambda:UpdateFunctionCode", "lambda:InvokeFunction"],
        "lambda:eu-west-1:{}:function:{}",
    ),
    "aws_codebuild_project": (
        'name = "f"\n  service_role = aws_iam_role.runs.arn',
        "codebuild.amazonaws.com",
        "codebuild:StartBuild",
        "codebuild:eu-west-1:{}:project/{}",
    ),
    "aws_sfn_state_machine": (
        'name = "f"\n  role_arn = aws_iam_role.runs.arn',
        "states.amazonaws.com",
        ["states:UpdateStateMachine", "states:StartExecution"],
        "states:eu-west-1:{}:stateMachine:{}",
    ),
    "aws_codepipeline": (
        'name = "f"\n  role_arn = aws_iam_role.runs.arn',
        "codepipeline.amazonaws.com",
        "codepipeline:*",
        "codepipeline:eu-west-1:{}:{}",
    ),
}


@pytest.mark.parametrize("kind", RUNS)
@pytest.mark.parametrize(("account", "name", "expected"), [(ACCOUNT, "f", "yes"), (ACCOUNT, "g", "no"), ("2" * 12, "*", "no")])
def test_what_runs_with_a_role_has_a_name_of_its_own(tmp_path: Path, kind: str, account: str, name: str, expected: str) -> None:
    """Who may change one function, build or pipeline, written as an ARN, takes the role of that one and of no other."""
    arguments, service, actions, arn = RUNS[kind]
    runs = role("runs", allow("rds:DeleteDBInstance"), trust={"Service": service})
    held = f'resource "{kind}" "h" {{\n  {arguments}\n}}\n'
    answers = asked(tmp_path, OPEN, runs, held, role("bot", allow(actions, f"arn:aws:{arn.format(account, name)}")))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)
