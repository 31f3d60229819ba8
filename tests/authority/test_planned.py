"""Roles inside texts, pods, profiles of certificates and permission sets: Terraform's plan is judged as its configuration is."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.authority import Authority, authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Outcome, Verb
from policypack.read.document import read_document
from policypack.read.options import ReadOptions
from policypack.settings import Settings
from tests.authority.pictures import DATABASE, allow, asked, outcome, policy, role

MAIN = "aws_db_instance.main"
RIGHT = allow("rds:DeleteDBInstance", "${aws_db_instance.main.arn}")
SSO = (
    'instance_arn = "arn:aws:sso:::instance/ssoins-1234567890abcdef"\n  permission_set_arn = aws_ssoadmin_permission_set.s.arn'
)
ACCOUNT = "111111111111"
CONFIGURATION = "".join(
    [
        DATABASE % "false",
        role("job", RIGHT, trust={"Service": "ecs-tasks.amazonaws.com"}),
        role("pod", RIGHT, trust={"Service": "pods.eks.amazonaws.com"}),
        role("device", RIGHT, trust={"Service": "rolesanywhere.amazonaws.com"}),
        role("submits", allow("batch:SubmitJob")),
        role("enters", allow(["eks:CreateAccessEntry", "eks:AssociateAccessPolicy"])),
        role("member"),
        (
            'resource "aws_batch_job_definition" "j" {\n  name = "j"\n  type = "container"\n'
            '  container_properties = jsonencode({ image = "x", jobRoleArn = aws_iam_role.job.arn })\n}\n'
        ),
        (
            'resource "aws_eks_cluster" "c" {\n  name = "c"\n  role_arn = "arn:aws:iam::111111111111:role/c"\n'
            '  vpc_config {\n    subnet_ids = ["subnet-1", "subnet-2"]\n  }\n}\n'
        ),
        (
            'resource "aws_eks_pod_identity_association" "a" {\n  cluster_name = aws_eks_cluster.c.name\n  namespace = "n"\n'
            '  service_account = "s"\n  role_arn = aws_iam_role.pod.arn\n}\n'
        ),
        (
            'resource "aws_eks_access_entry" "e" {\n  cluster_name = aws_eks_cluster.c.name\n'
            "  principal_arn = aws_iam_role.member.arn\n}\n"
        ),
        (
            'resource "aws_eks_access_policy_association" "e" {\n  cluster_name = aws_eks_cluster.c.name\n'
            '  principal_arn = aws_iam_role.member.arn\n  policy_arn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy"\n'
            '  access_scope {\n    type = "namespace"\n    namespaces = ["n"]\n  }\n}\n'
        ),
        (
            'resource "aws_rolesanywhere_profile" "p" {\n  name = "p"\n  role_arns = [aws_iam_role.device.arn]\n'
            f'  session_policy = "{policy(allow("rds:Describe*"))}"\n}}\n'
        ),
        (
            'resource "aws_ssoadmin_permission_set" "s" {\n  name = "s"\n'
            '  instance_arn = "arn:aws:sso:::instance/ssoins-1234567890abcdef"\n}\n'
        ),
        f'resource "aws_ssoadmin_permission_set_inline_policy" "s" {{\n  {SSO}\n  inline_policy = "{policy(RIGHT)}"\n}}\n',
        (
            f'resource "aws_ssoadmin_account_assignment" "s" {{\n  {SSO}\n  principal_id = "00000000-0000-0000-0000-000000000000"\n'
            f'  principal_type = "GROUP"\n  target_id = "{ACCOUNT}"\n  target_type = "AWS_ACCOUNT"\n}}\n'
        ),
    ]
)
EXPECTED = {
    "aws_iam_role.job": Outcome.YES,
    "aws_iam_role.pod": Outcome.YES,
    "aws_iam_role.device": Outcome.MAYBE,
    "aws_iam_role.submits": Outcome.YES,
    "aws_iam_role.enters": Outcome.MAYBE,
    "aws_iam_role.member": Outcome.MAYBE,
    "aws_ssoadmin_permission_set.s": Outcome.YES,
}
# A plan alone does not carry texts that hold what does not exist yet: who has them, and whom a job runs as, is a doubt.
TEXTS_LOST = dict.fromkeys(EXPECTED, Outcome.MAYBE)
PLAN = Path(__file__).with_name("recorded") / "planned.json"


def found(answers: Authority) -> dict[str, Outcome]:
    """How surely each identity destroys the database."""
    return {each: outcome(answers, each, Verb.DESTROY, MAIN) for each in EXPECTED}


def test_the_configuration(tmp_path: Path) -> None:
    """Each of them is what the rules say."""
    assert found(asked(tmp_path, CONFIGURATION)) == EXPECTED


@pytest.mark.parametrize(("with_source", "expected"), [(True, EXPECTED), (False, TEXTS_LOST)])
def test_the_plan(tmp_path: Path, with_source: bool, expected: dict[str, Outcome]) -> None:
    """Terraform's own plan (AWS provider 5.100.0; to record it anew see `tests/build/test_identities.py`) comes to the same with its
    configuration beside it. Alone it proves less, and excludes nothing."""
    if with_source:
        asked(tmp_path, CONFIGURATION)
    path = tmp_path / "plan.json"
    path.write_bytes(PLAN.read_bytes())
    picture = build([read_document(path, ReadOptions(base=tmp_path))], load_catalog(), Settings())
    assert found(authority(picture)) == expected
