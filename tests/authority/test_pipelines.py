"""Who writes what runs: code of functions and pipelines, jobs, pods, and the provider that tokens come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policypack.authority.trusts import entrances
from policypack.model import Outcome, Verb
from tests.authority.pictures import ACCOUNT, DATABASE, allow, asked, outcome, role
from tests.authority.test_held import ALLOW_ALL, GITHUB, SUBJECT, agent, policy

BOT, MAIN = "aws_iam_role.bot", "aws_db_instance.main"
OPEN = DATABASE % "false"
RIGHT = allow("rds:DeleteDBInstance")
BUCKETS = 'resource "aws_s3_bucket" "code" {\n  bucket = "code"\n}\nresource "aws_s3_bucket" "other" {\n  bucket = "other"\n}\n'
NAMELESS = BUCKETS.replace('bucket = "code"', "").replace('bucket = "other"', "")
PIPELINE = """resource "aws_codepipeline" "p" {
  name     = "p"
  role_arn = aws_iam_role.runs.arn
  artifact_store {
    type     = "S3"
    location = aws_s3_bucket.code.%s
  }
}
"""
FUNCTION = """resource "aws_lambda_function" "f" {
  function_name = "f"
  role          = aws_iam_role.runs.arn
  s3_bucket     = aws_s3_bucket.code.id
  s3_key        = "app.zip"
}
"""
UPLOADED = FUNCTION.replace("  s3_bucket     = aws_s3_bucket.code.id\n", "").replace("  s3_key        ", "  filename")
BUILD = """resource "aws_codebuild_project" "b" {
  name         = "b"
  service_role = aws_iam_role.runs.arn
  source {
    type     = "%s"
    location = "code/app.zip"
  }
}
"""


@pytest.mark.parametrize(
    ("runs", "written", "expected"),
    [
        (BUCKETS + PIPELINE % "bucket", "${aws_s3_bucket.code.arn}/*", "maybe"),
        (BUCKETS + PIPELINE % "id", "arn:aws:s3:::code/*", "maybe"),
        (BUCKETS + PIPELINE % "bucket", "${aws_s3_bucket.other.arn}/*", "no"),
        (BUCKETS + PIPELINE % "id", "${aws_s3_bucket.other.arn}/*", "no"),
        (NAMELESS + PIPELINE % "id", "${aws_s3_bucket.code.arn}/*", "maybe"),
        (BUCKETS + PIPELINE % "id", "${aws_s3_bucket.code.arn}", "no"),
        (BUCKETS + FUNCTION, "arn:aws:s3:::code/app.zip", "maybe"),
        (BUCKETS + FUNCTION, "arn:aws:s3:::code/readme", "no"),
        (BUCKETS + UPLOADED, "*", "no"),
        (BUCKETS + BUILD % "S3", "arn:aws:s3:::code/*", "maybe"),
        (BUCKETS + BUILD % "GITHUB", "*", "no"),
    ],
)
def test_who_writes_the_code_may_act_as_what_runs_it(tmp_path: Path, runs: str, written: str, expected: str) -> None:
    """Writing the object that a pipeline, a function or a build takes its code from is a possible step to its role; writing
    anything else is none."""
    services = ["codepipeline.amazonaws.com", "lambda.amazonaws.com", "codebuild.amazonaws.com"]
    held = role("runs", RIGHT, trust={"Service": services})
    answers = asked(tmp_path, OPEN, held, runs, role("bot", allow("s3:PutObject", written)))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


JOB = 'resource "aws_batch_job_definition" "j" {\n  name = "j"\n  type = "%s"\n  %s\n}\n'
ROLE = "aws_iam_role.runs.arn"
NODES = f'jsonencode({{ nodeRangeProperties = [{{ container = {{ image = "x" }} }}, {{ container = {{ jobRoleArn = {ROLE} }} }}] }})'
LITERAL = f'"{{\\"jobRoleArn\\": \\"arn:aws:iam::{ACCOUNT}:role/runs\\"}}"'


@pytest.mark.parametrize(
    ("kind", "argument", "expected"),
    [
        ("container", f"container_properties = jsonencode({{ jobRoleArn = {ROLE} }})", "yes"),
        ("container", f"container_properties = {LITERAL}", "yes"),
        ("container", f"container_properties = jsonencode({{ executionRoleArn = {ROLE} }})", "no"),
        ("container", f"ecs_properties = jsonencode({{ taskProperties = [{{ taskRoleArn = {ROLE} }}] }})", "yes"),
        ("multinode", f"node_properties = {NODES}", "yes"),
        ("container", 'container_properties = "{"', "no"),
        ("container", 'container_properties = jsonencode({ image = "x" })', "no"),
    ],
)
def test_the_role_of_a_job_stands_inside_a_text(tmp_path: Path, kind: str, argument: str, expected: str) -> None:
    """Whoever submits a job with commands of its own has the job's role, and not the one with which its image is fetched."""
    held = role("runs", RIGHT, trust={"Service": "ecs-tasks.amazonaws.com"})
    answers = asked(tmp_path, OPEN, held, JOB % (kind, argument), role("bot", allow("batch:SubmitJob")))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


def test_one_of_two_roles_is_a_doubt(tmp_path: Path) -> None:
    """A function that runs as one of two roles, and nobody knows as which, is a possible step to each."""
    either = 'variable "v" {\n  type = bool\n}\n' + FUNCTION.replace(ROLE, f"var.v ? {ROLE} : aws_iam_role.idle.arn")
    held = [role(name, RIGHT, trust={"Service": "lambda.amazonaws.com"}) for name in ("runs", "idle")]
    change = allow(["lambda:UpdateFunctionCode", "lambda:InvokeFunction"])
    answers = asked(tmp_path, OPEN, *held, BUCKETS, either, role("bot", change))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome.MAYBE


CLUSTER = 'resource "aws_eks_cluster" "%s" {\n  name = "%s"\n  role_arn = "arn:aws:iam::111111111111:role/c"\n  vpc_config {\n    subnet_ids = []\n  }\n}\n'
PODS = """resource "aws_eks_pod_identity_association" "a" {
  cluster_name    = aws_eks_cluster.c.name
  namespace       = "n"
  service_account = "s"
  role_arn        = aws_iam_role.runs.arn
}
"""
ENTER = ["eks:CreateAccessEntry", "eks:AssociateAccessPolicy"]


@pytest.mark.parametrize(
    ("actions", "resource", "expected"),
    [
        (ENTER, "*", "maybe"),
        (ENTER, [f"arn:aws:eks:*:{ACCOUNT}:cluster/c", f"arn:aws:eks:*:{ACCOUNT}:access-entry/c/*"], "maybe"),
        (ENTER, ["${aws_eks_cluster.c.arn}", f"arn:aws:eks:*:{ACCOUNT}:access-entry/c/*"], "maybe"),
        (ENTER, ["${aws_eks_cluster.d.arn}", f"arn:aws:eks:*:{ACCOUNT}:access-entry/d/*"], "no"),
        (ENTER[:1], "*", "no"),
        (["eks:DescribeCluster"], "*", "no"),
    ],
)
def test_an_administrator_of_a_cluster_may_act_as_its_pods(
    tmp_path: Path, actions: list[str], resource: Any, expected: str
) -> None:
    """Who makes itself an administrator of a cluster may run a pod with any role that the cluster gives to pods; of another
    cluster, none."""
    held = role("runs", RIGHT, trust={"Service": "pods.eks.amazonaws.com"})
    clusters = CLUSTER % ("c", "c") + CLUSTER % ("d", "d")
    answers = asked(tmp_path, OPEN, held, clusters, PODS, role("bot", allow(actions, resource)))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


ENTRY = 'resource "aws_eks_access_entry" "e" {\n  cluster_name = aws_eks_cluster.%s.name\n  principal_arn = aws_iam_role.bot.arn\n%s}\n'
ACCESS = """resource "aws_eks_access_policy_association" "e" {
  cluster_name  = aws_eks_cluster.c.name
  principal_arn = aws_iam_role.bot.arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/%s"
  access_scope {
    %s
  }
}
"""
WHOLE = 'type = "cluster"'


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        (ENTRY % ("c", "") + ACCESS % ("AmazonEKSClusterAdminPolicy", WHOLE), "maybe"),
        (ENTRY % ("c", "") + ACCESS % ("AmazonEKSEditPolicy", 'type = "namespace"\n    namespaces = ["n"]'), "maybe"),
        (ENTRY % ("c", "") + ACCESS % ("AmazonEKSEditPolicy", 'type = "namespace"\n    namespaces = ["other"]'), "no"),
        (ENTRY % ("c", "") + ACCESS % ("AmazonEKSViewPolicy", WHOLE), "no"),
        (ENTRY % ("c", '  kubernetes_groups = ["ops"]\n'), "maybe"),
        (ENTRY % ("c", ""), "no"),
        (ENTRY % ("d", "") + ACCESS % ("AmazonEKSClusterAdminPolicy", WHOLE), "no"),
    ],
)
def test_a_member_of_a_cluster_may_act_as_its_pods(tmp_path: Path, access: str, expected: str) -> None:
    """An access entry whose policies run pods is a possible step to the roles of the pods in its scope: no IAM action is needed."""
    held = role("runs", RIGHT, trust={"Service": "pods.eks.amazonaws.com"})
    clusters = CLUSTER % ("c", "c") + CLUSTER % ("d", "d")
    answers = asked(tmp_path, OPEN, held, clusters, PODS, role("bot"), access)
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


ISSUER = "oidc.eks.eu-west-1.amazonaws.com/id/ABC"


def by_token(subject: str) -> str:
    """A role with the right, which trusts the tokens of a cluster's service accounts."""
    held = role("runs", RIGHT, trust={"Federated": f"arn:aws:iam::111111111111:oidc-provider/{ISSUER}"})
    condition = json.dumps({"Condition": {"StringLike": {f"{ISSUER}:sub": subject}}})[1:-1]
    before = json.dumps('"Action": "sts:AssumeRole"')[1:-1]
    assert before in held
    return held.replace(before, json.dumps(f'"Action": "sts:AssumeRoleWithWebIdentity", {condition}')[1:-1])


NODES = """resource "aws_eks_node_group" "n" {
  cluster_name  = aws_eks_cluster.%s.name
  node_role_arn = aws_iam_role.runs.arn
}
"""


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (by_token("system:serviceaccount:n:loader"), "maybe"),
        (by_token("system:serviceaccount:other:loader"), "no"),
        (by_token("system:serviceaccount:*:loader"), "maybe"),
        (role("runs", RIGHT, trust={"Service": "ec2.amazonaws.com"}) + NODES % "c", "maybe"),
        (role("runs", RIGHT, trust={"Service": "ec2.amazonaws.com"}) + NODES % "d", "no"),
    ],
)
def test_a_member_of_a_cluster_may_act_as_accounts_and_nodes(tmp_path: Path, held: str, expected: str) -> None:
    """Whoever runs pods in a namespace may act as the roles that trust its accounts' tokens, and as the nodes of the cluster."""
    clusters = CLUSTER % ("c", "c") + CLUSTER % ("d", "d")
    access = ENTRY % ("c", "") + ACCESS % ("AmazonEKSEditPolicy", 'type = "namespace"\n    namespaces = ["n"]')
    answers = asked(tmp_path, OPEN, held, clusters, role("bot"), access)
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)


AUDIENCE = {"StringEquals": {SUBJECT.replace(":sub", ":aud"): "sts.amazonaws.com"}}


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ({}, "pipelines"),
        (AUDIENCE, "pipelines"),
        ({**AUDIENCE, "StringLike": {SUBJECT: "repo:acme/*"}}, "pipelines"),
        ({"StringLike": {SUBJECT: "*"}}, "pipelines"),
        ({"StringLike": {SUBJECT: ["repo:acme/shop:ref:refs/heads/main", "repo:acme/*:*"]}}, "pipelines"),
        ({"StringEqualsIfExists": {SUBJECT: "repo:acme/shop:environment:agent"}}, "pipelines"),
        ({"StringNotLike": {SUBJECT: "repo:acme/shop:*"}}, "pipelines"),
        ({"StringLike": {SUBJECT: "repo:acme/shop:ref:refs/heads/main"}}, "principal"),
        ({"StringEquals": {SUBJECT: "repo:acme/shop:environment:agent", SUBJECT.replace(":sub", ":aud"): "x"}}, "principal"),
    ],
)
def test_tokens_of_a_pipeline_are_pinned_by_subject(condition: dict[str, Any], kind: str) -> None:
    """Only an exact subject tells one pipeline from the others of the provider: an audience does not, nor does a wildcard."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": GITHUB},
        **({"Condition": condition} if condition else {}),
    }
    assert [each.kind for each in entrances(agent(ALLOW_ALL, trust=policy(statement)))] == [kind]


WIDEN = ["iam:AddClientIDToOpenIDConnectProvider", "iam:UpdateOpenIDConnectProviderThumbprint", "iam:UpdateSAMLProvider"]


@pytest.mark.parametrize("action", WIDEN)
@pytest.mark.parametrize(
    ("trust", "expected"),
    [
        ({"Federated": GITHUB}, "maybe"),
        ({"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/corp"}, "maybe"),
        ({"Service": "lambda.amazonaws.com"}, "no"),
    ],
)
def test_who_widens_an_issuer_may_become_who_trusts_it(
    tmp_path: Path, action: str, trust: dict[str, str], expected: str
) -> None:
    """Changing which tokens or assertions are accepted is a possible step to the roles that accept them, and to no other."""
    answers = asked(tmp_path, OPEN, role("target", RIGHT, trust=trust), role("bot", allow(action)))
    assert outcome(answers, BOT, Verb.DESTROY, MAIN) is Outcome(expected)
