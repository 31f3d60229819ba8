"""States: what `terraform show -json` prints, and the raw file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policypack.model import Reference, Unknown
from tests.read.planning import found, read_json, read_recorded

AWS = 'provider["registry.terraform.io/hashicorp/aws"]'


def raw(*resources: Any, **more: Any) -> dict[str, Any]:
    """A raw state."""
    return {"version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "l-1", "resources": list(resources), **more}


def block(*instances: Any, **more: Any) -> dict[str, Any]:
    """A resource of a raw state."""
    head = {"mode": "managed", "type": "aws_s3_bucket", "name": "b", "provider": AWS}
    return {**head, "instances": list(instances), **more}


def test_a_shown_state_is_read() -> None:
    """A state has resources with all that the provider computed, and no change."""
    source = read_recorded("state")
    table = found(source, 'module.tenant["a"].aws_dynamodb_table.t')
    assert source.kind == "state"
    assert table.change is None
    assert str(table.get("arn")).startswith("arn:aws:dynamodb:")
    assert source.counts["aws_s3_bucket"] == 7
    assert source.destroyed == {}
    assert found(source, "data.aws_caller_identity.me").mode == "data"


def test_a_state_cannot_tell_its_backend() -> None:
    """A state has no source, and does not say where it is kept."""
    source = read_recorded("state")
    assert not source.has_source
    assert isinstance(source.backend, Unknown)


def test_dependencies_are_references() -> None:
    """What a state lists as dependencies is what a resource refers to."""
    assert Reference("aws_iam_user.u") in found(read_recorded("state"), "aws_iam_access_key.k").refers_to


def test_secrets_of_a_state_are_marked() -> None:
    """What Terraform marks as sensitive, and what is a secret by its name, is marked."""
    source = read_recorded("state")
    assert "password" in found(source, "aws_db_instance.db").sensitive
    assert "secret" in found(source, "aws_iam_access_key.k").sensitive


ADDRESSES = [
    (block({"attributes": {}}), "aws_s3_bucket.b", "aws"),
    (block({"attributes": {}, "index_key": 0}), "aws_s3_bucket.b[0]", "aws"),
    (block({"attributes": {}, "index_key": 'a".b'}), 'aws_s3_bucket.b["a\\".b"]', "aws"),
    (block({"attributes": {}}, module='module.m["k"]'), 'module.m["k"].aws_s3_bucket.b', "aws"),
    (block({"attributes": {}}, mode="data"), "data.aws_s3_bucket.b", "aws"),
    (block({"attributes": {}}, provider=f"{AWS}.prod"), "aws_s3_bucket.b", "aws.prod"),
    (block({"attributes": {}}, provider=f"module.m.{AWS}.inner"), "aws_s3_bucket.b", "module.m:aws.inner"),
    (block({"attributes": {}}, provider="provider.aws"), "aws_s3_bucket.b", ""),
    (block({"attributes": {}}, provider=None), "aws_s3_bucket.b", ""),
]


@pytest.mark.parametrize(("resource", "address", "key"), ADDRESSES)
def test_raw_states_have_addresses_and_providers(tmp_path: Path, resource: Any, address: str, key: str) -> None:
    """Addresses are as Terraform prints them, and the provider configuration is told where the state tells it."""
    (made,) = read_json(tmp_path, raw(resource)).resources
    assert (made.address, made.provider, made.provider_key) == (address, "aws", key)


def test_a_raw_state_is_read(tmp_path: Path) -> None:
    """A raw state has values in the normal form, marks, dependencies, and its own identity."""
    instance = {
        "attributes": {"bucket": "b", "tags": None, "grant": [], "password": "planted", "size": 3.0},
        "sensitive_attributes": [
            [{"type": "get_attr", "value": "policy"}],
            [{"type": "get_attr", "value": "rule"}, {"type": "index", "value": {"value": 0, "type": "number"}}],
        ],
        "dependencies": ["module.m.aws_kms_key.k"],
    }
    source = read_json(tmp_path, raw(block(instance, {"attributes": {}, "deposed": "0a"})))
    (bucket,) = source.resources
    assert dict(bucket.values) == {"bucket": "b", "password": "planted", "size": 3}
    assert bucket.sensitive == {"policy", "rule.0", "password"}
    assert bucket.refers_to == (Reference("module.m.aws_kms_key.k"),)
    assert (source.lineage, source.serial, source.terraform_version) == ("l-1", 7, "1.11.4")
    assert source.counts == {"aws_s3_bucket": 2}


@pytest.mark.parametrize(
    "document",
    [
        {"format_version": "1.0", "terraform_version": "1.11.4", "values": {"outputs": {"a": {"value": 1}}, "root_module": {}}},
        {"format_version": "1.0"},
        raw(outputs={"a": {"value": 1}}),
    ],
)
def test_a_state_of_outputs_is_empty(tmp_path: Path, document: Any) -> None:
    """A state without resources is an empty state, not an error."""
    source = read_json(tmp_path, document)
    assert (source.kind, source.resources, source.counts) == ("state", (), {})


def test_unwanted_types_are_counted(tmp_path: Path) -> None:
    """Types whose values nobody wants are counted and not read."""
    source = read_json(tmp_path, raw(block({"attributes": {}})), wanted=lambda _: False)
    assert (source.resources, source.counts) == ((), {"aws_s3_bucket": 1})
