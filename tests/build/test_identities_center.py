"""People with permission sets, principals of clusters, roles that run resources, and the policies that stand on resources."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Infrastructure, Reference, Unknown, Value
from policypack.settings import Settings
from tests.build.hcl import estate, identity

ROLE = 'resource "aws_iam_role" "r" {\n  name = "r"\n  assume_role_policy = jsonencode({ Statement = [] })\n}\n'
SET = """
resource "aws_ssoadmin_permission_set" "admin" {
  name = "Admin"
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
}
resource "aws_ssoadmin_managed_policy_attachment" "admin" {
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = aws_ssoadmin_permission_set.admin.arn
  managed_policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
resource "aws_ssoadmin_permission_set_inline_policy" "admin" {
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = aws_ssoadmin_permission_set.admin.arn
  inline_policy = jsonencode({ Statement = [{ Effect = "Deny", Action = "rds:*", Resource = "*" }] })
}
resource "aws_ssoadmin_customer_managed_policy_attachment" "admin" {
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = aws_ssoadmin_permission_set.admin.arn
  customer_managed_policy_reference {
    name = "own"
  }
}
"""
OWN = 'resource "aws_iam_policy" "own" {\n  name = "own"\n  policy = jsonencode({ Statement = [] })\n}\n'
GROUP = 'resource "aws_identitystore_group" "g" {\n  display_name = "platform"\n  identity_store_id = "d-1"\n}\n'


def assignment(name: str, account: str) -> str:
    """An assignment of the permission set to the group in one account."""
    return f"""
resource "aws_ssoadmin_account_assignment" "{name}" {{
  instance_arn = "arn:aws:sso:::instance/ssoins-1"
  permission_set_arn = aws_ssoadmin_permission_set.admin.arn
  principal_id = aws_identitystore_group.g.group_id
  principal_type = "GROUP"
  target_id = "{account}"
  target_type = "AWS_ACCOUNT"
}}
"""


def test_a_permission_set_is_a_person(tmp_path: Path) -> None:
    """It acts in the account that it is assigned in, with policies of every form, and its reason names the group."""
    found = identity(estate(tmp_path, SET + GROUP + OWN + assignment("a", "111111111111")), "aws_ssoadmin_permission_set.admin")
    assert (found.kind.value, found.form, found.domain.id) == ("person", "permission_set", "111111111111")
    assert "group platform" in found.reason
    assert sorted(each.name for each in found.policies) == [
        "AdministratorAccess",
        "aws_ssoadmin_permission_set_inline_policy.admin",
        "own",
    ]
    assert all(isinstance(each.document, dict) for each in found.policies)
    assert isinstance(found.arn, Unknown)
    assert found.arn.parts[0] == "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/"


@pytest.mark.parametrize(
    ("name", "agents", "declared"),
    [
        ("Admin", ("aws_ssoadmin_permission_set.*",), True),
        ("Admin", ("aws_ssoadmin_account_assignment.b",), True),
        ("CursorAgent", (), False),
    ],
)
def test_an_agent_may_have_a_permission_set(tmp_path: Path, name: str, agents: tuple[str, ...], declared: bool) -> None:
    """What the settings declare, or a name says, is an agent's also where people would have it: in each account, or in one."""
    parts = SET.replace('"Admin"', f'"{name}"') + GROUP + assignment("a", "111111111111") + assignment("b", "222222222222")
    found = [
        each for each in estate(tmp_path, parts, settings=Settings(agents=agents)).identities if each.form == "permission_set"
    ]
    marked = [each for each in found if each.kind.value == "agent"]
    assert [each.resource.address.rpartition(".")[2] for each in marked] == (
        ["b"] if "assignment" in str(agents) else ["a", "b"]
    )
    assert {each.declared for each in marked} == {declared}


def test_one_identity_for_each_account(tmp_path: Path) -> None:
    """Assigned in two accounts it is two identities; a policy that only one account shows is unknown in the other."""
    picture = estate(tmp_path, SET + GROUP + OWN + assignment("a", "111111111111") + assignment("b", "222222222222"))
    found = [each for each in picture.identities if each.form == "permission_set"]
    assert [(each.address, each.domain.id) for each in found] == [
        ("aws_ssoadmin_account_assignment.a", "111111111111"),
        ("aws_ssoadmin_account_assignment.b", "222222222222"),
    ]
    assert [any(isinstance(policy.document, Unknown) for policy in each.policies) for each in found] == [False, True]


def test_an_unassigned_permission_set(tmp_path: Path) -> None:
    """Without an assignment among the inputs it acts in an account that cannot be told, and never in none."""
    found = identity(estate(tmp_path, SET), "aws_ssoadmin_permission_set.admin")
    assert isinstance(found.domain.id, Unknown)


def test_a_permission_set_of_somebody_else(tmp_path: Path) -> None:
    """An assignment of a set that the inputs do not show is said, not dropped."""
    text = GROUP + assignment("a", "111111111111").replace(
        "aws_ssoadmin_permission_set.admin.arn", '"arn:aws:sso:::permissionSet/x"'
    )
    picture = estate(tmp_path, text)
    assert any("aws_ssoadmin_account_assignment.a" in gap.reason for gap in picture.gaps)


CLUSTER = """
resource "aws_iam_role" "cursor" {
  name = "cursor"
  assume_role_policy = jsonencode({ Statement = [] })
}
resource "aws_eks_access_entry" "e" {
  cluster_name = "prod"
  principal_arn = aws_iam_role.cursor.arn
  kubernetes_groups = ["ops"]
}
resource "aws_eks_access_policy_association" "e" {
  cluster_name = "prod"
  principal_arn = aws_iam_role.cursor.arn
  policy_arn = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
  access_scope { type = "cluster" }
}
"""


def test_an_access_entry_is_its_principal_in_the_cluster(tmp_path: Path) -> None:
    """The identity in the cluster is of the kind of who becomes it, with its access policies, and its trust names that one."""
    found = identity(estate(tmp_path, CLUSTER), "aws_eks_access_entry.e")
    assert (found.language, found.kind.value) == ("kubernetes", "agent")
    assert sorted(each.name for each in found.policies) == ["AmazonEKSClusterAdminPolicy", "group ops"]
    assert "aws_iam_role.cursor" in found.reason
    assert found.trust is not None


def principals(picture: Infrastructure, address: str) -> list[Value]:
    """The principals of the statements of all policies on a resource, None where a policy is unknown."""
    found: list[Value] = []
    for policy in picture.resource_policies.get(("root0", address), ()):
        statements = policy.document.get("Statement") if isinstance(policy.document, dict) else [None]
        assert isinstance(statements, list)
        found += [each.get("Principal") if isinstance(each, dict) else None for each in statements]
    return found


POLICY = 'jsonencode({ Statement = [{ Effect = "Deny", Action = "*", Resource = "*", Principal = "*" }] })'


@pytest.mark.parametrize(
    ("resource", "policy"),
    [
        (
            '"aws_s3_bucket" "x" { bucket = "x" }',
            f'"aws_s3_bucket_policy" "p" {{\n bucket = aws_s3_bucket.x.id\n policy = {POLICY}\n}}',
        ),
        ('"aws_s3_bucket" "x" { bucket = "x" }', f'"aws_s3_bucket_policy" "p" {{\n bucket = "x"\n policy = {POLICY}\n}}'),
        (
            '"aws_backup_vault" "x" { name = "x" }',
            f'"aws_backup_vault_policy" "p" {{\n backup_vault_name = aws_backup_vault.x.name\n policy = {POLICY}\n}}',
        ),
        (
            '"aws_secretsmanager_secret" "x" { name = "x" }',
            f'"aws_secretsmanager_secret_policy" "p" {{\n secret_arn = aws_secretsmanager_secret.x.arn\n policy = {POLICY}\n}}',
        ),
        (
            '"aws_ecr_repository" "x" { name = "x" }',
            f'"aws_ecr_repository_policy" "p" {{\n repository = aws_ecr_repository.x.name\n policy = {POLICY}\n}}',
        ),
        (
            '"aws_sqs_queue" "x" { name = "x" }',
            f'"aws_sqs_queue_policy" "p" {{\n queue_url = aws_sqs_queue.x.id\n policy = {POLICY}\n}}',
        ),
        (
            '"aws_sns_topic" "x" { name = "x" }',
            f'"aws_sns_topic_policy" "p" {{\n arn = aws_sns_topic.x.arn\n policy = {POLICY}\n}}',
        ),
        (f'"aws_sqs_queue" "x" {{\n name = "x"\n policy = {POLICY}\n}}', '"aws_sqs_queue" "other" { name = "other" }'),
        (f'"aws_kms_key" "x" {{\n policy = {POLICY}\n}}', '"aws_sqs_queue" "other" { name = "other" }'),
        ('"aws_kms_key" "x" {}', f'"aws_kms_key_policy" "p" {{\n key_id = aws_kms_key.x.id\n policy = {POLICY}\n}}'),
    ],
)
def test_policies_on_resources(tmp_path: Path, resource: str, policy: str) -> None:
    """A policy inside of its resource or beside it is that resource's, however the resource is named."""
    address = ".".join(resource.split('"')[1:4:2])
    assert principals(estate(tmp_path, ROLE + f"resource {resource}\nresource {policy}\n"), address) == ["*"]


def test_the_policy_that_nobody_wrote(tmp_path: Path) -> None:
    """A key without a policy lets its account in, which is said to be assumed; a grant beside it changes nothing of that."""
    text = """
    resource "aws_kms_key" "k" {}
    resource "aws_kms_grant" "g" {
      key_id            = aws_kms_key.k.key_id
      grantee_principal = "arn:aws:iam::111111111111:role/agent"
      operations        = ["Decrypt"]
    }
    """
    picture = estate(tmp_path, ROLE + text)
    root: Value = {"AWS": "arn:aws:iam::111111111111:root"}
    assert principals(picture, "aws_kms_key.k") == [{"AWS": "arn:aws:iam::111111111111:role/agent"}, root]
    assert [each.assumed for each in picture.resource_policies["root0", "aws_kms_key.k"]] == [False, True]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ('"s3.amazonaws.com"', {"Service": "s3.amazonaws.com"}),
        ('"222222222222"', {"AWS": "222222222222"}),
        ('"arn:aws:iam::222222222222:role/r"', {"AWS": "arn:aws:iam::222222222222:role/r"}),
        ('"*"', "*"),
    ],
)
def test_permissions_of_a_function(tmp_path: Path, principal: str, expected: Value) -> None:
    """A Lambda permission is a statement of its function's policy, with its source as a condition."""
    text = f"""
    resource "aws_lambda_function" "f" {{
      function_name = "f"
      role          = "arn:aws:iam::111111111111:role/f"
    }}
    resource "aws_lambda_permission" "p" {{
      function_name = aws_lambda_function.f.function_name
      action        = "lambda:InvokeFunction"
      principal     = {principal}
      source_arn    = "arn:aws:s3:::b"
    }}
    """
    picture = estate(tmp_path, ROLE + text)
    assert principals(picture, "aws_lambda_function.f") == [expected]
    [policy] = picture.resource_policies["root0", "aws_lambda_function.f"]
    assert isinstance(policy.document, dict)
    assert policy.document["Statement"][0]["Condition"] == {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::b"}}  # type: ignore[index,call-overload] # a list of one mapping


PROFILE = 'resource "aws_iam_instance_profile" "p" {\n  name = "p"\n  role = aws_iam_role.r.name\n}\n'


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (
            PROFILE + 'resource "aws_instance" "i" { iam_instance_profile = aws_iam_instance_profile.p.name }\n',
            "aws_instance.i",
        ),
        (PROFILE + 'resource "aws_instance" "i" { iam_instance_profile = "p" }\n', "aws_instance.i"),
        (
            PROFILE
            + 'resource "aws_launch_template" "t" {\n iam_instance_profile { arn = aws_iam_instance_profile.p.arn }\n}\n',
            "aws_launch_template.t",
        ),
        (
            'resource "aws_lambda_function" "f" {\n function_name = "f"\n role = aws_iam_role.r.arn\n}\n',
            "aws_lambda_function.f",
        ),
        (
            'resource "aws_lambda_function" "f" {\n function_name = "f"\n role = "arn:aws:iam::111111111111:role/r"\n}\n',
            "aws_lambda_function.f",
        ),
        ('resource "aws_sfn_state_machine" "s" {\n name = "s"\n role_arn = aws_iam_role.r.arn\n}\n', "aws_sfn_state_machine.s"),
    ],
)
def test_what_runs_with_a_role(tmp_path: Path, text: str, address: str) -> None:
    """A resource's role is found by reference, by ARN, by name, and through an instance profile."""
    assert estate(tmp_path, ROLE + text).roles_held == {("root0", address): (("root0", "aws_iam_role.r"),)}


def test_a_role_of_another_account_is_another(tmp_path: Path) -> None:
    """An ARN that names the same role in another account does not mean this one."""
    text = ROLE + 'resource "aws_lambda_function" "f" {\n function_name = "f"\n role = "arn:aws:iam::222222222222:role/r"\n}\n'
    assert estate(tmp_path, text).roles_held == {}


def test_a_trust_policy_stands_on_its_role(tmp_path: Path) -> None:
    """The trust policy is the role's resource policy too, and a reference in it keeps its hole."""
    user = 'resource "aws_iam_user" "u" { name = "u" }\n'
    trust = '{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_user.u.arn } }'
    text = user + ROLE.replace("Statement = []", f"Statement = [{trust}]")
    [found] = principals(estate(tmp_path, text), "aws_iam_role.r")
    hole = Reference("aws_iam_user.u", "arn")
    assert isinstance(found, dict)
    assert found["AWS"] == Unknown(references=(hole,), parts=(hole,))
