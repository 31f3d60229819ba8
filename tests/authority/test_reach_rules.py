"""Every rule of escalation, with the least that makes it work and with a call taken away."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from policypack.authority import Authority
from policypack.catalog.aws_iam.escalation import Escalation, escalations
from policypack.model import Outcome, Verb
from tests.authority.pictures import ACCOUNT, DATABASE, allow, asked, outcome, policy, role, user

MAIN, BOT = "aws_db_instance.main", "aws_iam_role.bot"
OPEN = DATABASE % "false"
STRONG = allow("rds:DeleteDBInstance", "${aws_db_instance.main.arn}")
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
MANAGED = 'resource "aws_iam_policy" "own" {\n  name = "own"\n  policy = "%s"\n}\n'
ATTACHED = (
    'resource "aws_iam_%s_policy_attachment" "own" {\n  %s = aws_iam_%s.%s.name\n  policy_arn = aws_iam_policy.own.arn\n}\n'
)
GROUP = """resource "aws_iam_group" "g" {
  name = "g"
}
resource "aws_iam_group_policy" "g" {
  group  = aws_iam_group.g.name
  policy = "%s"
}
"""
MEMBER = (
    'resource "aws_iam_user_group_membership" "m" {\n  user = aws_iam_user.bot.name\n  groups = [aws_iam_group.g.name]\n}\n'
)
BOUNDARY = f'resource "aws_iam_policy" "limit" {{\n  name = "limit"\n  policy = "{policy(allow("iam:*"))}"\n}}\n'
RULES = escalations()
SET = """resource "aws_ssoadmin_permission_set" "target" {
  name         = "target"
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
}
resource "aws_ssoadmin_permission_set_inline_policy" "target" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = aws_ssoadmin_permission_set.target.arn
  inline_policy      = "%s"
}
resource "aws_ssoadmin_account_assignment" "target" {
  instance_arn       = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = aws_ssoadmin_permission_set.target.arn
  principal_id       = "g-1"
  principal_type     = "GROUP"
  target_id          = "111111111111"
  target_type        = "AWS_ACCOUNT"
}
"""
PROFILE = 'resource "aws_iam_instance_profile" "p" {\n  name = "p"\n  role = aws_iam_role.target.name\n}\n'
JOB = 'jsonencode({ image = "x", jobRoleArn = aws_iam_role.target.arn })'
# What a resource needs beside its role to be what a rule is about.
MORE = {
    "aws_batch_job_definition": f'name = "h"\n  type = "container"\n  container_properties = {JOB}',
    "aws_codebuild_project": 'source {\n    type = "S3"\n    location = "code/app.zip"\n  }',
    "aws_codepipeline": 'artifact_store {\n    type = "S3"\n    location = "code"\n  }',
    "aws_lambda_function": 's3_bucket = "code"\n  s3_key = "app.zip"',
    "aws_eks_pod_identity_association": 'cluster_name = "c"\n  namespace = "n"\n  service_account = "s"',
}


def holder(kind: str, argument: str) -> str:
    """A resource that runs as the target role."""
    profile = "profile" in argument
    value = "aws_iam_instance_profile.p.name" if profile else "aws_iam_role.target.arn"
    block, _, inner = argument.partition(".")
    written = f"  {block} {{\n    {inner} = {value}\n  }}\n" if inner else f"  {block} = {value}\n"
    written = "" if kind == "aws_batch_job_definition" else written
    return (PROFILE if profile else "") + f'resource "{kind}" "h" {{\n{written}  {MORE.get(kind, "")}\n}}\n'


def world(rule: Escalation, calls: list[str], *, admitted: str = "", passed: str = "", held: bool = True) -> tuple[str, ...]:
    """Somebody who may make these calls anywhere, and what the rule needs to lead to the database. `admitted`: the target lets in
    this service instead. `passed`: roles may be passed to this service alone. Not `held`: nothing runs as the target."""
    form = "user" if rule.target in {("user",), ("group",)} and rule.kind == "self" else "role"
    statements = [allow(calls)] if calls else [allow("s3:ListAllMyBuckets")]
    if passed:
        condition = {"StringEquals": {"iam:PassedToService": passed}}
        statements = [allow([each for each in calls if each != "iam:PassRole"]), allow("iam:PassRole", Condition=condition)]
    services = [admitted] if admitted else [*rule.services, *(each for each in rule.trusts if "." in each)]
    trust: Mapping[str, object] = {"Service": services or ["ec2.amazonaws.com"]}
    if rule.trust == "now":
        trust = ROOT
    if "federated" in rule.trusts:
        trust = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/example.com"}
    managed = allow(["ssm:UpdateInstanceInformation"])
    # Who is given any rights has none that matter to begin with, so that being it is not enough.
    own = allow("s3:ListAllMyBuckets") if rule.gains == "admin" else STRONG
    target = role("target", own, managed, trust=trust)
    if rule.target == ("user",) and rule.kind == "principal":
        target = user("target", own)
    elif rule.target == ("permission_set",):
        target = SET % policy(own)
    parts = [OPEN, target]
    parts += [holder(kind, arguments[0]) for kind, arguments in rule.holders.items() if held]
    on = {step.on for way in rule.ways for step in way}
    bound = "  permissions_boundary = aws_iam_policy.limit.arn" if rule.gains == "unbounded" else ""
    parts += [BOUNDARY] if bound else []
    if "own_policy" in on or "target_policy" in on:
        owner = "bot" if "own_policy" in on else "target"
        parts += [MANAGED % policy(allow("s3:ListAllMyBuckets")), ATTACHED % ("role", "role", "role", owner)]
    if "own_group" in on:
        parts += [GROUP % policy(allow("s3:ListAllMyBuckets")), MEMBER]
    if rule.gains == "group":
        parts.append(GROUP % policy(STRONG))
    if bound:
        statements += [STRONG]
    make = user if form == "user" else role
    return (*parts, make("bot", *statements, more=bound))


def verdict(answers: Authority) -> Outcome:
    """Whether the bot gets at the database."""
    return max((outcome(answers, each, Verb.DESTROY, MAIN) for each in (BOT, "aws_iam_user.bot")), key=lambda each: each.rank)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_works_with_its_calls_and_with_none_less(tmp_path: Path, rule: Escalation) -> None:
    """The calls of each way lead to the database: for certain, or possibly where a fact outside decides too. Without any one
    of them that way is closed."""
    for number, way in enumerate(rule.ways):
        calls = list(dict.fromkeys(step.action for step in way))
        folder = tmp_path / f"way{number}"
        folder.mkdir()
        found = verdict(asked(folder, *world(rule, calls)))
        assert found is (Outcome.MAYBE if rule.depends else Outcome.YES), calls
        for missing in calls:
            rest = [each for each in calls if each != missing]
            if any({step.action for step in other} <= set(rest) for each in escalations() for other in each.ways):
                continue  # what is left is a way of its own
            if missing == "sts:AssumeRole" and rule.trust == "rewritten":
                continue  # within an account, a trust policy that names the caller is enough
            apart = folder / missing.replace(":", "_")
            apart.mkdir()
            assert verdict(asked(apart, *world(rule, rest))) is Outcome.NO, missing


PASSES = [each for each in RULES if each.kind == "new_pass_role"]
HELD = [each for each in RULES if each.kind == "existing_pass_role"]


def first(rule: Escalation) -> list[str]:
    """The calls of a rule's first way."""
    return list(dict.fromkeys(step.action for step in rule.ways[0]))


@pytest.mark.parametrize("rule", PASSES, ids=lambda rule: rule.name)
def test_a_role_is_passed_to_a_service_that_it_lets_in_and_to_which_it_may_be_passed(tmp_path: Path, rule: Escalation) -> None:
    """A role that trusts another service is not had this way, nor is one that may be passed to another service alone; one that may
    be passed to the service itself is."""
    other = "vpc-flow-logs.amazonaws.com"
    found = {}
    for name, admitted, passed in (("admitted", other, ""), ("passed", "", other), ("right", "", rule.services[0])):
        (tmp_path / name).mkdir()
        found[name] = verdict(asked(tmp_path / name, *world(rule, first(rule), admitted=admitted, passed=passed)))
    best = Outcome.MAYBE if rule.depends else Outcome.YES
    assert found == {"admitted": Outcome.NO, "passed": Outcome.NO, "right": best}


@pytest.mark.parametrize("rule", HELD, ids=lambda rule: rule.name)
def test_what_nothing_runs_as_is_not_had(tmp_path: Path, rule: Escalation) -> None:
    """A right to change what runs with roles leads to no role that nothing runs with."""
    assert verdict(asked(tmp_path, *world(rule, first(rule), held=False))) is Outcome.NO
