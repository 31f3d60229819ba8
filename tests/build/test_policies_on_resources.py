"""Every type of policy that stands on a resource is found on it, by reference and by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.build import resource_policies
from policypack.model import Unknown
from tests.build.hcl import estate
from tests.build.test_identities_center import POLICY, ROLE, principals

# Type of the resource -> the argument that names it where that is not `name`.
NAMES = {
    "aws_acmpca_certificate_authority": "",
    "aws_codeartifact_domain": "domain",
    "aws_codeartifact_repository": "repository",
    "aws_ecrpublic_repository": "repository_name",
    "aws_efs_file_system": "",
    "aws_elasticsearch_domain": "domain_name",
    "aws_kms_external_key": "",
    "aws_kms_key": "",
    "aws_kms_replica_key": "",
    "aws_lambda_function": "function_name",
    "aws_msk_cluster": "cluster_name",
    "aws_msk_serverless_cluster": "cluster_name",
    "aws_opensearch_domain": "domain_name",
    "aws_redshift_cluster": "cluster_identifier",
    "aws_redshiftserverless_namespace": "namespace_name",
    "aws_redshiftserverless_snapshot": "snapshot_name",
    "aws_s3_bucket": "bucket",
    "aws_s3_directory_bucket": "bucket",
}
BESIDE = [(kind, target) for kind, beside in resource_policies._BESIDE.items() for target in beside.types]


def resource(kind: str, more: str = "") -> str:
    """A resource of a type, called x."""
    name = NAMES.get(kind, "name")
    return f'resource "{kind}" "x" {{\n  {f"{name} = {chr(34)}x{chr(34)}" if name else ""}\n  {more}\n}}\n'


@pytest.mark.parametrize(("kind", "target"), BESIDE)
@pytest.mark.parametrize("attribute", ["arn", "id", "name"])
def test_a_policy_of_its_own_type_stands_on_what_it_names(tmp_path: Path, kind: str, target: str, attribute: str) -> None:
    """Each type of policy resource is a policy of the resource that it refers to, by whichever attribute."""
    beside = resource_policies._BESIDE[kind]
    named = NAMES.get(target, "name") if attribute == "name" else attribute
    text = f'resource "{kind}" "p" {{\n  {beside.target} = {target}.x.{named or "id"}\n  {beside.text} = {POLICY}\n}}\n'
    assert "*" in principals(estate(tmp_path, ROLE + resource(target) + text), f"{target}.x")


@pytest.mark.parametrize(("kind", "argument"), resource_policies._WITHIN.items())
def test_a_policy_within_a_resource_is_its_own(tmp_path: Path, kind: str, argument: str) -> None:
    """Each resource that holds its own policy has it."""
    assert "*" in principals(estate(tmp_path, ROLE + resource(kind, f"{argument} = {POLICY}")), f"{kind}.x")


@pytest.mark.parametrize(("kind", "argument"), resource_policies._WITHIN.items())
def test_a_policy_that_is_not_known_is_there(tmp_path: Path, kind: str, argument: str) -> None:
    """What a variable holds is an unknown policy of the resource, never none."""
    text = 'variable "p" {}\n' + ROLE + resource(kind, f"{argument} = var.p")
    found = estate(tmp_path, text).resource_policies["root0", f"{kind}.x"]
    assert [isinstance(each.document, Unknown) for each in found] == [True]
