"""What a caller may do to things of its own choosing: the right has to be one to that kind of thing, in its own account."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policypack.authority.chosen import chosen, templates
from policypack.catalog.aws_iam.escalation import escalations, formats
from policypack.model import Outcome, Verb
from tests.authority.pictures import ACCOUNT, DATABASE, allow, asked, deny, outcome, role

BOT, MAIN = "aws_iam_role.bot", "aws_db_instance.main"
OPEN = DATABASE % "false"
NEW_ROLE = ["iam:CreateRole", "iam:AttachRolePolicy", "sts:AssumeRole"]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ("*", "yes"),
        ("arn:aws:iam::*:role/*", "yes"),
        (f"arn:aws:iam::{ACCOUNT}:role/team/x-*", "yes"),
        (f"arn:aws:iam::{ACCOUNT}:*", "yes"),
        ("arn:aws:iam:*", "yes"),
        ("arn:aws:iam::222222222222:role/*", "no"),
        (f"arn:aws:iam::{ACCOUNT}:policy/*", "no"),
        (f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/abc", "no"),
        ("arn:aws:s3:::bucket/*", "no"),
        (f"arn:aws:iam::{ACCOUNT}:role/${{var.v}}", "maybe"),
        ("${var.v}", "maybe"),
        (f"arn:aws:iam::{ACCOUNT}:*-x", "maybe"),
    ],
)
def test_a_new_role_needs_a_right_to_roles(tmp_path: Path, resources: str, expected: str) -> None:
    """Making a principal takes a right to principals of that kind in the own account: every action on a bucket is none."""
    answers = asked(tmp_path, 'variable "v" {}\n', OPEN, role("bot", allow([*NEW_ROLE, "iam:PutUserPolicy"], resources)))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


@pytest.mark.parametrize(
    ("denied", "expected"), [(f"arn:aws:iam::{ACCOUNT}:role/prod-*", "yes"), (f"arn:aws:iam::{ACCOUNT}:role/*", "no")]
)
def test_a_name_is_chosen_around_a_deny(tmp_path: Path, denied: str, expected: str) -> None:
    """A Deny on some names stops nobody who chooses another name."""
    answers = asked(tmp_path, OPEN, role("bot", allow(NEW_ROLE), deny("iam:*", denied)))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


INSTANCE = ["iam:PassRole", "ec2:RunInstances"]
KINDS = [f"arn:aws:ec2:*:*:{each}/*" for each in ("instance", "image", "network-interface", "security-group", "subnet")]


@pytest.mark.parametrize(
    ("resources", "expected"),
    [(["*"], "yes"), ([*KINDS, "arn:aws:ec2:*::image/*"], "yes"), (KINDS[:1], "maybe"), (KINDS[:0], "no")],
)
def test_a_call_on_many_things_needs_a_right_to_each(tmp_path: Path, resources: list[str], expected: str) -> None:
    """An instance is launched with an image, in a subnet: who has a right to one of these alone is not shown to succeed."""
    target = role("target", allow("rds:*"), trust={"Service": "ec2.amazonaws.com"})
    statements: list[dict[str, Any]] = [allow("iam:PassRole")] + ([allow("ec2:RunInstances", resources)] if resources else [])
    answers = asked(tmp_path, OPEN, target, role("bot", *statements))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


@pytest.mark.parametrize(("resource", "expected"), [("*", "yes"), (f"arn:aws:s3:eu-west-1:{ACCOUNT}:job/*", "no")])
def test_without_resource_level_permission_only_everything_counts(tmp_path: Path, resource: str, expected: str) -> None:
    """A call that is checked against no resource needs Resource "*"."""
    target = role("target", allow("rds:*"), trust={"Service": "batchoperations.s3.amazonaws.com"})
    answers = asked(tmp_path, OPEN, target, role("bot", allow("iam:PassRole"), allow("s3:CreateJob", resource)))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


def test_every_call_of_the_callers_choice_has_a_format() -> None:
    """What a path calls on something of the caller's choice is in the table of formats, so that no right to another kind counts."""
    asked_about = {step.action for rule in escalations() for way in rule.ways for step in way if step.on == "any"}
    assert [action for action in sorted(asked_about) if formats(action) is None] == []


@pytest.mark.parametrize(
    ("action", "pattern", "name"),
    [
        ("eks:AssociateAccessPolicy", "access-entry/c/*", "access-entry/c/new/new/new/new"),
        ("autoscaling:CreateAutoScalingGroup", "autoScalingGroup:*", "autoScalingGroup:new:autoScalingGroupName/new"),
        ("ecs:RunTask", "task-definition/web:*", "task-definition/web:new"),
        ("ecs:RunTask", "task-definition/*", "task-definition/new:new"),
    ],
)
def test_a_star_stands_for_as_many_parts_as_the_format_has(action: str, pattern: str, name: str) -> None:
    """A pattern that ends in a star lets names of the format through, however many parts they have."""
    (template,) = templates(action)
    assert f"arn:aws:{action.partition(':')[0]}:eu-west-1:1:{name}" in list(
        chosen(template, [f"arn:aws:{action.partition(':')[0]}:eu-west-1:1:{pattern}"], "1")
    )


def test_an_action_that_nobody_knows_is_of_its_service() -> None:
    """Of an action without a format the service is known, so that a right to another service's things does not count."""
    (template,) = templates("quux:CreateThing")
    assert list(chosen(template, ["arn:aws:quux:eu-west-1:1:a/b"], "1"))[1:] == ["arn:aws:quux:eu-west-1:1:a/b"]
    assert all(each.startswith("arn:aws:quux:") for each in chosen(template, ["arn:aws:s3:::b/*", "*", "x"], "1"))
