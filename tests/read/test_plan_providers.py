"""Provider blocks of a plan: accounts, aliases, versions and secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policypack.model import Reference, Unknown, Value
from policypack.read.versions import pinned
from tests.read.planning import block, change, found, plan, read_json, read_recorded, refers

AWS = {"name": "aws", "full_name": "registry.terraform.io/hashicorp/aws"}


def provider_of(folder: Path, expressions: Any, **more: Any) -> Any:
    """The one provider block of a plan."""
    return read_json(folder, plan([], providers={"aws": {**AWS, "expressions": expressions}}, **more)).providers["aws"]


def test_aliases_and_modules_have_their_own_blocks() -> None:
    """Every provider configuration is there under its key, as a Resource of mode "provider"."""
    source = read_recorded("provider_alias")
    assert {key: each.address for key, each in source.providers.items()} == {
        "aws": "provider.aws",
        "aws.w": "provider.aws.w",
        "module.m:aws.inner": "module.m.provider.aws.inner",
    }
    assert found(source, "module.m.aws_s3_bucket.x").provider_key == "aws.w"
    assert found(source, "module.m.aws_s3_bucket.y").provider_key == "module.m:aws.inner"
    assert {each.mode for each in source.providers.values()} == {"provider"}


def test_literals_tell_the_account() -> None:
    """What is literal in a provider block is known, nested blocks in the usual form."""
    prod = read_recorded("greenfield").providers["aws.prod"]
    assert prod.get("assume_role.role_arn") == "arn:aws:iam::222222222222:role/terraform"
    assert prod.get("allowed_account_ids") == ["222222222222"]
    assert prod.get("endpoints.iam") == "http://127.0.0.1:5555"


def test_a_local_value_is_not_guessed() -> None:
    """A local value is in no plan: what depends on it is unknown."""
    role = read_recorded("provider_alias").providers["aws.w"].get("assume_role.role_arn")
    assert role == Unknown("a local value that the plan does not carry")


VARIABLES: list[tuple[str, Any, Value]] = [
    ("region", "eu-central-1", "eu-central-1"),
    ("role_arn", "arn:aws:iam::111111111111:role/x", "arn:aws:iam::111111111111:role/x"),
    ("role_arn", "111111111111", Unknown("text around var.v that the plan does not carry")),
    ("allowed_account_ids", "111111111111", ["111111111111"]),
    ("allowed_account_ids", ["111111111111"], ["111111111111"]),
    ("tags", {"a": "b"}, Unknown("text around var.v that the plan does not carry")),
    ("region", None, None),
]


@pytest.mark.parametrize(("argument", "given", "value"), VARIABLES)
def test_variables_of_provider_blocks(tmp_path: Path, argument: str, given: Any, value: Value) -> None:
    """A variable is taken for the argument where it can be all of it, and never where it may be only a part."""
    made = provider_of(tmp_path, {argument: refers("var.v")}, variables={"v": {"value": given}})
    assert made.values.get(argument) == value


def test_other_references_are_kept(tmp_path: Path) -> None:
    """What depends on a resource names it."""
    made = provider_of(tmp_path, {"profile": refers("aws_iam_role.r.name", "aws_iam_role.r")})
    assert made.get("profile").references == (Reference("aws_iam_role.r", "name"),)


def test_secrets_of_provider_blocks_are_marked(tmp_path: Path) -> None:
    """Arguments that hold secrets are marked, whatever block they stand in."""
    expressions = {
        "secret_key": {"constant_value": "planted"},
        "region": {"constant_value": "r"},
        "assume_role": [{"token": {"constant_value": "planted"}}],
    }
    assert provider_of(tmp_path, expressions).sensitive == {"secret_key", "assume_role.0.token"}


VERSIONS = [
    ("5.100.0", "5.100.0"),
    ("= 5.1.2", "5.1.2"),
    ("~> 5.0", "5"),
    ("~> 5.31.0", "5.31"),
    (">= 5.31, < 6.0.0", "5"),
    (">= 4.0, < 6.0", ""),
    (">= 5.0", ""),
    ("~> 5", ""),
    ("", ""),
    (f">= {'9' * 5000}", ""),
]


@pytest.mark.parametrize(("constraint", "version"), VERSIONS)
def test_versions_are_told_where_they_are_pinned(tmp_path: Path, constraint: str, version: str) -> None:
    """A constraint tells a version, or the part of it that it pins; a lower bound tells none."""
    source = read_json(tmp_path, plan([], providers={"aws": {**AWS, "version_constraint": constraint}}))
    assert source.provider_versions.get("aws", "") == version


@pytest.mark.parametrize("constraint", [row[0] for row in VERSIONS if len(row[0]) < 100])
def test_versions_are_those_of_the_source(tmp_path: Path, constraint: str) -> None:
    """A plan and its source read the same version out of a constraint."""
    of_plan = read_json(tmp_path, plan([], providers={"aws": {**AWS, "version_constraint": constraint}})).provider_versions
    assert of_plan.get("aws") == pinned(constraint)


def test_the_provider_of_what_is_gone(tmp_path: Path) -> None:
    """A deleted resource has no block: its provider is the only one of that name, or cannot be told."""
    gone = change("aws_s3_bucket", "b", None, change={"actions": ["delete"], "before": {"bucket": "b"}})
    assert read_json(tmp_path, plan([gone])).resources[0].provider_key == "aws"
    two = {"aws": AWS, "aws.prod": {**AWS, "alias": "prod"}}
    assert read_json(tmp_path, plan([gone], providers=two)).resources[0].provider_key == ""


def test_a_resource_without_a_provider_name_has_its_types(tmp_path: Path) -> None:
    """The short name of a provider is the last part of its source, or what the type begins with."""
    entry = {
        **change("railway_service", "s", {}),
        "provider_name": "registry.terraform.io/terraform-community-providers/railway",
    }
    other = {**change("neon_project", "p", {}), "provider_name": None}
    source = read_json(tmp_path, plan([entry, other], [block("railway_service", "s", {}, provider_config_key="railway")]))
    assert {each.provider for each in source.resources} == {"railway", "neon"}
    assert found(source, "railway_service.s").provider_key == "railway"
