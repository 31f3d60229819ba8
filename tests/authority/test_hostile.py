"""Policies that nobody should write, from the file to the answer: never a traceback, never a "no" for want of sense, in bounded time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from policypack.model import Outcome, Verb
from tests.authority.pictures import DATABASE, asked, outcome, role

OWN = 'resource "aws_iam_role_policy" "p" {\n  name = "p"\n  role = aws_iam_role.agent.name\n  policy = file("${path.module}/p.json")\n}\n'
BOUNDARY = 'resource "aws_iam_policy" "b" {\n  name = "b"\n  policy = file("${path.module}/p.json")\n}\n'
EVERYTHING: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def written(*statements: Any, **more: Any) -> str:
    """The text of a policy."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **more})


def found(folder: Path, text: str, *, boundary: bool = False) -> Outcome:
    """Whether an agent destroys a database, by a policy with this text or within a boundary that has it."""
    (folder / "p.json").write_text(text, "utf-8")
    database = DATABASE % "false"
    if boundary:
        agent = role("agent", EVERYTHING, more="  permissions_boundary = aws_iam_policy.b.arn\n")
        parts = [agent, BOUNDARY]
    else:
        parts = [role("agent"), OWN]
    return outcome(asked(folder, database, *parts), "aws_iam_role.agent", Verb.DESTROY, "aws_db_instance.main")


SENSELESS = {
    "nothing": "",
    "no JSON": "{",
    "no object": "[]",
    "no statements": "{}",
    "statements that are none": '{"Statement": null}',
    "nested without end": "[" * 200_000,
    "statements nested without end": '{"Statement": ' + '{"a": ' * 50_000,
    "an element twice": '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}]}',
    "another element": written({**EVERYTHING, "Resources": "*"}),
    "another element of the document": written(EVERYTHING, Foo=1),
    "an effect in small letters": written({**EVERYTHING, "Effect": "allow"}),
    "numbers and lists": written({"Effect": 7, "Action": {"a": 1}, "Resource": [[]], "Condition": [1]}),
    "a megabyte": written({**EVERYTHING, "Sid": "x" * 1_100_000}),
    "a resource without end": written({**EVERYTHING, "Resource": "arn:aws:rds:" + "x" * 500_000}),
}


@pytest.mark.parametrize("boundary", [False, True], ids=["its own", "its boundary"])
@pytest.mark.parametrize("text", SENSELESS.values(), ids=SENSELESS)
def test_what_makes_no_sense_is_a_maybe(tmp_path: Path, text: str, boundary: bool) -> None:
    """A policy that IAM would refuse leaves it open, where it grants and where it limits."""
    assert found(tmp_path, text, boundary=boundary) is Outcome.MAYBE


def narrow(number: int) -> dict[str, Any]:
    """A statement about something else."""
    return {"Effect": "Deny", "Action": f"s3:Get{number}", "Resource": f"arn:aws:s3:::data/{number}/*a*b?c"}


LARGE = {
    "ten thousand statements": (written(EVERYTHING, *map(narrow, range(9_000))), Outcome.YES),
    "thirty thousand actions": (written({**EVERYTHING, "Action": [f"s3:*{n}*x*" for n in range(30_000)]}), Outcome.NO),
    "stars": (written({**EVERYTHING, "Action": ["*a*a*a*b", "rds:" + "*a" * 2000 + "b"]}), Outcome.NO),
    "stars in resources": (written({**EVERYTHING, "Resource": ["*a*a*a*b", "*" * 4000 + "b", "arn:aws:rds:*"]}), Outcome.YES),
    "stars in conditions": (
        written(EVERYTHING, {**EVERYTHING, "Effect": "Deny", "Condition": {"StringLike": {"aws:RequestTag/q": "*a" * 2000 + "b"}}}),
        Outcome.YES,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), LARGE.values(), ids=LARGE)
def test_what_is_large_is_answered(tmp_path: Path, text: str, expected: Outcome) -> None:
    """Ten thousand statements, thirty thousand patterns and wildcards made to explode are judged, in seconds."""
    started = time.process_time()
    assert found(tmp_path, text) is expected
    assert time.process_time() - started < 15
