"""Whatever stands in the arguments that access is read from, the picture is made, and nobody loses a policy to it."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Infrastructure, Input, Reference, Resource, Unknown
from policypack.settings import Settings
from tests.build.conftest import made

ARGUMENTS = {
    "aws_iam_role": (
        "name", "name_prefix", "path", "arn", "assume_role_policy", "permissions_boundary", "managed_policy_arns", "inline_policy", "tags",
    ),
    "aws_iam_user": ("name", "path", "arn", "permissions_boundary", "tags"),
    "aws_iam_group": ("name", "path"),
    "aws_iam_policy": ("name", "policy", "arn", "path"),
    "aws_iam_role_policy": ("name", "role", "policy"),
    "aws_iam_role_policy_attachment": ("role", "policy_arn"),
    "aws_iam_policy_attachment": ("roles", "users", "groups", "policy_arn"),
    "aws_iam_role_policy_attachments_exclusive": ("role_name", "policy_arns"),
    "aws_iam_role_policies_exclusive": ("role_name", "policy_names"),
    "aws_iam_group_membership": ("group", "users"),
    "aws_iam_user_group_membership": ("user", "groups"),
    "aws_iam_access_key": ("user", "status"),
    "aws_iam_instance_profile": ("name", "role"),
    "aws_iam_openid_connect_provider": ("url", "arn"),
    "aws_instance": ("iam_instance_profile",),
    "aws_organizations_organization": ("accounts", "roots", "master_account_id"),
    "aws_organizations_organizational_unit": ("id", "parent_id"),
    "aws_organizations_account": ("id", "parent_id"),
    "aws_organizations_policy": ("name", "type", "content"),
    "aws_organizations_policy_attachment": ("policy_id", "target_id"),
    "aws_ssoadmin_permission_set": ("name", "arn"),
    "aws_ssoadmin_account_assignment": ("permission_set_arn", "principal_id", "principal_type", "target_id"),
    "aws_ssoadmin_customer_managed_policy_attachment": ("permission_set_arn", "customer_managed_policy_reference"),
    "aws_ssoadmin_permissions_boundary_attachment": ("permission_set_arn", "permissions_boundary"),
    "aws_ssoadmin_permission_set_inline_policy": ("permission_set_arn", "inline_policy"),
    "aws_eks_access_entry": ("cluster_name", "principal_arn", "kubernetes_groups"),
    "aws_eks_access_policy_association": ("cluster_name", "principal_arn", "policy_arn", "access_scope"),
    "aws_kms_key": ("policy", "arn"),
    "aws_kms_grant": ("key_id", "grantee_principal", "operations", "retiring_principal"),
    "aws_s3_bucket": ("bucket", "policy"),
    "aws_s3_bucket_policy": ("bucket", "policy"),
    "aws_lambda_function": ("function_name", "role"),
    "aws_lambda_permission": ("function_name", "action", "principal", "source_arn"),
}  # fmt: skip

ADDRESSES = st.sampled_from(
    [f"{kind}.x" for kind in ARGUMENTS] + ["data.aws_caller_identity.me", "data.aws_iam_policy.x", "var.x"]
)
REFERENCES = st.builds(Reference, ADDRESSES, st.sampled_from(["arn", "id", "name", "account_id", "roots.0.id", ""]))
TEXTS = st.sampled_from(
    [
        "", "x", "*", "{", "[]", "null", "1", '{"Statement": 1}', '{"Statement": [1, null, {"Effect": "Allow", "Principal": 1}]}',
        '{"Statement": {"Effect": "Allow", "Principal": {"AWS": ["*", {}], "Federated": {}, "Service": []}, "Condition": {"Bool": 1}}}',
        "arn:aws:iam::111111111111:role/x", "arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/None", "arn:",
        "111111111111", "r-abcd", "ou-abcd-1", "p-FullAWSAccess", "SERVICE_CONTROL_POLICY", "GROUP", "Inactive", "[" * 5000,
    ]
)  # fmt: skip
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    TEXTS,
    st.builds(lambda references: Unknown(references=tuple(references)), st.lists(REFERENCES, max_size=2)),
    st.builds(lambda parts: Unknown(parts=tuple(parts)), st.lists(st.one_of(TEXTS, REFERENCES), min_size=1, max_size=3)),
    st.just(Unknown(document={"Statement": [Unknown("x"), {"Effect": Unknown("y"), "Principal": Unknown("z")}]})),
    st.just(Unknown(document=[])),
)
KEYS = (
    "Statement",
    "Effect",
    "Principal",
    "AWS",
    "policy",
    "name",
    "id",
    "customer_managed_policy_reference",
    "managed_policy_arn",
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=6,
)


@st.composite
def resources(draw: st.DrawFn) -> tuple[Resource, ...]:
    """Some resources of each kind that access is read from, with anything in their arguments."""
    found = []
    for kind in draw(st.lists(st.sampled_from(sorted(ARGUMENTS)), max_size=12)):
        values = {argument: draw(VALUES) for argument in ARGUMENTS[kind]}
        address = f"{kind}.{draw(st.sampled_from(['x', 'y', 'z[0]']))}"
        found.append(made(address, **{key: value for key, value in values.items() if value is not None}))
    return tuple(found)


def picture(*found: Resource) -> Infrastructure:
    """The picture of some resources."""
    return build(
        [Input("estate", "module", found)], load_catalog(), Settings(agents=("aws_iam_role.x", "arn:aws:iam::*:role/x*"))
    )


@given(resources())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_anything_makes_a_picture(found: tuple[Resource, ...]) -> None:
    """Nothing that can stand in an argument ends the scan, and every role, user and group is an identity with a reason."""
    identities = picture(*found).identities
    shown = [each.address for each in found if each.type in {"aws_iam_role", "aws_iam_user", "aws_iam_group"}]
    assert sorted(
        each.address for each in identities if each.resource.type in {"aws_iam_role", "aws_iam_user", "aws_iam_group"}
    ) == sorted(shown)
    assert all(each.reason for each in identities)
    for each in identities:
        documents: list[Any] = [policy.document for policy in (*each.policies, each.boundary, each.trust) if policy is not None]
        assert all(isinstance(document, (Unknown, dict)) for document in documents)
        if each.language == "aws":
            assert all(isinstance(document, Unknown) or isinstance(document["Statement"], list) for document in documents)


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_an_attachment_is_never_lost(arn: Any) -> None:
    """What is attached to a role is one of its policies, known or unknown, whatever names it."""
    attachment = made("aws_iam_role_policy_attachment.a", role="r", **({} if arn is None else {"policy_arn": arn}))
    [role] = [each for each in picture(made("aws_iam_role.r", name="r"), attachment).identities if each.form == "role"]
    assert len(role.policies) == 1


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_an_inline_policy_is_never_lost(policy: Any) -> None:
    """An inline policy whose text cannot be read is an unknown policy, never none."""
    inline = made("aws_iam_role_policy.p", role="r", name="p", **({} if policy is None else {"policy": policy}))
    [role] = [each for each in picture(made("aws_iam_role.r", name="r"), inline).identities if each.form == "role"]
    assert len(role.policies) == 1
