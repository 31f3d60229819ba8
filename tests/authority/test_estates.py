"""Several roots, plans and states in one call are one picture: what one names by its ARN, another shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policypack.authority import Authority, authority
from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Outcome, Verb
from policypack.read.options import ReadOptions
from policypack.scan import read_all
from policypack.settings import Settings
from tests.authority.pictures import allow, deny, policy, role
from tests.test_cli import call

HOME, FAR = "111111111111", "222222222222"
MAIN = "aws_db_instance.main"
DATABASE = (
    'resource "aws_db_instance" "main" {\n  identifier = "main"\n  engine = "postgres"\n  backup_retention_period = 0\n}\n'
)
SAFE = DATABASE.replace("backup_retention_period = 0", "deletion_protection = false\n  backup_retention_period = 0")
BOT = "aws_iam_role.bot"
Document = dict[str, Any]


def provider(account: str = HOME) -> str:
    """The provider block of a root."""
    assumes = f'  assume_role {{\n    role_arn = "arn:aws:iam::{account}:role/apply"\n  }}\n' if account != HOME else ""
    return f'provider "aws" {{\n  region = "eu-west-1"\n  allowed_account_ids = ["{account}"]\n{assumes}}}\n'


def resource(address: str, values: Document) -> Document:
    """A resource as Terraform's JSON has it."""
    kind, name = address.split(".")
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": values,
    }


def state(*resources: Document) -> Document:
    """A state, as `terraform show -json` has it."""
    return {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": list(resources)}}}


def plan(*resources: Document, account: str = HOME) -> Document:
    """A plan that creates these resources."""
    changes = [
        {
            **{key: value for key, value in each.items() if key != "values"},
            "change": {"actions": ["create"], "before": None, "after": each["values"], "after_unknown": {}},
        }
        for each in resources
    ]
    block = {"name": "aws", "expressions": {"allowed_account_ids": {"constant_value": [account]}}}
    listed = [
        {
            **{key: value for key, value in each.items() if key != "values"},
            "provider_config_key": "aws",
            "expressions": {key: {"constant_value": value} for key, value in each["values"].items()},
        }
        for each in resources
    ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": list(resources)}},
        "resource_changes": changes,
        "configuration": {"provider_config": {"aws": block}, "root_module": {"resources": listed}},
    }


def together(folder: Path, **roots: str | Document) -> Authority:
    """The authority of modules (texts), plans and states (documents), each by its name."""
    paths: list[Path | None] = []
    for name, root in roots.items():
        place = folder / name
        if isinstance(root, str):
            place.mkdir()
            (place / "main.tf").write_text(root, "utf-8")
        else:
            place = folder / f"{name}.json"
            place.write_text(json.dumps(root), "utf-8")
        paths.append(place)
    catalog = load_catalog()
    inputs = read_all(paths, ReadOptions(base=folder), catalog.knows)
    assert not [gap for each in inputs for gap in each.gaps if gap.unreadable]
    return authority(build(inputs, catalog, Settings()))


def can(answers: Authority, verb: Verb, target: str) -> dict[str, str]:
    """Who can, and how surely."""
    return {each.identity: each.outcome.value for each in answers.who_can(verb, target)}


def document(*statements: Document) -> str:
    """A policy as JSON has it."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusts(account: str) -> str:
    """A trust policy that leaves it to an account."""
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}})


DEPLOY = f"arn:aws:iam::{FAR}:role/deploy"
ASSUMES = allow("sts:AssumeRole", DEPLOY)


@pytest.mark.parametrize("known", [True, False])
def test_a_role_of_a_state_is_assumed_from_a_plan(tmp_path: Path, known: bool) -> None:
    """A plan's agent assumes by ARN what a state holds, and deletes what a third root has; without the state nobody does."""
    held = state(
        resource(
            "aws_iam_role.deploy",
            {
                "name": "deploy",
                "arn": DEPLOY,
                "id": "deploy",
                "assume_role_policy": trusts(HOME),
                "inline_policy": [{"name": "own", "policy": document(allow("rds:DeleteDBInstance"))}],
            },
        )
    )
    agent = plan(
        resource("aws_iam_role.bot", {"name": "bot", "assume_role_policy": trusts(HOME)}),
        resource("aws_iam_role_policy.bot", {"name": "own", "role": "bot", "policy": document(ASSUMES)}),
    )
    roots: dict[str, str | Document] = {"agents": agent, "data": provider(FAR) + SAFE}
    roots |= {"roles": held} if known else {}
    answers = together(tmp_path, **roots)
    assert can(answers, Verb.DESTROY, MAIN) == ({BOT: "yes", "aws_iam_role.deploy": "yes"} if known else {})
    assert any(DEPLOY in gap.reason for gap in answers.gaps) is not known


VAULT = f"arn:aws:backup:eu-west-1:{FAR}:backup-vault:far"
COPIES = f"""
resource "aws_backup_vault" "near" {{ name = "near" }}
resource "aws_backup_plan" "p" {{
  name = "p"
  rule {{
    rule_name         = "r"
    target_vault_name = aws_backup_vault.near.name
    copy_action {{ destination_vault_arn = "{VAULT}" }}
  }}
}}
resource "aws_backup_selection" "s" {{
  name         = "s"
  plan_id      = aws_backup_plan.p.id
  iam_role_arn = "x"
  resources    = [aws_db_instance.main.arn]
}}
"""
MIGHTY = allow(["rds:*", "backup:*", "ec2:*"])


@pytest.mark.parametrize(
    ("account", "region", "name", "meant"),
    [
        (FAR, "eu-west-1", "far", True),
        (FAR, "eu-west-1", "other", False),
        (FAR, "eu-central-1", "far", False),
        ("333333333333", "eu-west-1", "far", False),
    ],
)
def test_a_vault_that_copies_go_to_is_the_vault_of_another_root(
    tmp_path: Path, account: str, region: str, name: str, meant: bool
) -> None:
    """The ARN of a copy's vault means the vault of that name, account and region, and no other; its own identities empty it."""
    home = provider(account).replace("eu-west-1", region)
    far = home + f'resource "aws_backup_vault" "far" {{ name = "{name}" }}\n' + role("keeper", allow("backup:*"))
    answers = together(tmp_path, near=provider() + SAFE + COPIES + role("bot", MIGHTY), far=far)
    (store,) = answers.infrastructure.stores
    held = {copy.held_in.address for copy in store.copies if copy.held_in}
    assert ("aws_backup_vault.far" in held) is meant
    (vault,) = (each for each in answers.infrastructure.vaults if each.resource.address == "aws_backup_vault.far")
    assert vault.stores == ((MAIN,) if meant else ())
    assert can(answers, Verb.DESTROY_COPIES, "aws_backup_vault.far") == {"aws_iam_role.keeper": "yes"}
    assert any(VAULT in gap.reason for gap in answers.gaps) is not meant


def test_who_reaches_into_the_other_account_takes_all(tmp_path: Path) -> None:
    """Store at home, copy far away: only whoever becomes the keeper there takes both, and a lock there stops it."""
    keeper = role("keeper", allow("backup:*"), trust={"AWS": f"arn:aws:iam::{HOME}:root"})
    far = provider(FAR) + 'resource "aws_backup_vault" "far" { name = "far" }\n' + keeper
    reaching = allow("sts:AssumeRole", f"arn:aws:iam::{FAR}:role/keeper")
    near = provider() + SAFE + COPIES + role("bot", MIGHTY, reaching) + role("ops", MIGHTY)
    lock = 'resource "aws_backup_vault_lock_configuration" "l" {\n  backup_vault_name = "far"\n  changeable_for_days = 3\n}\n'
    (tmp_path / "open").mkdir()
    (tmp_path / "locked").mkdir()
    answers = together(tmp_path / "open", near=near, far=far)
    assert [each.identity for each in answers.destroys_all(MAIN)] == [BOT]
    assert together(tmp_path / "locked", near=near, far=far + lock).destroys_all(MAIN) == ()


KEY = f"arn:aws:kms:eu-west-1:{FAR}:key/12345678-1234-1234-1234-123456789012"


@pytest.mark.parametrize("known", [True, False])
def test_a_key_of_a_state_is_the_key_of_a_vault_elsewhere(tmp_path: Path, known: bool) -> None:
    """A locked vault dies with its key: whoever destroys the key that a state shows takes the copies that another root makes."""
    vault = f'resource "aws_backup_vault" "far" {{\n  name = "far"\n  kms_key_arn = "{KEY}"\n}}\n'
    lock = 'resource "aws_backup_vault_lock_configuration" "l" {\n  backup_vault_name = "far"\n  changeable_for_days = 3\n}\n'
    keeper = role("keeper", allow("kms:ScheduleKeyDeletion", KEY), trust={"AWS": f"arn:aws:iam::{HOME}:root"})
    reaching = allow("sts:AssumeRole", f"arn:aws:iam::{FAR}:role/keeper")
    near = provider() + SAFE + COPIES + role("bot", MIGHTY, reaching)
    key = state(resource("aws_kms_key.k", {"arn": KEY, "key_id": KEY.rpartition("/")[2], "id": KEY.rpartition("/")[2]}))
    roots: dict[str, str | Document] = {"near": near, "far": provider(FAR) + vault + lock + keeper}
    answers = together(tmp_path, **roots, **({"keys": key} if known else {}))
    assert [each.identity for each in answers.destroys_all(MAIN)] == ([BOT] if known else [])
    assert any(KEY in gap.reason for gap in answers.gaps) is not known


BUCKET = 'resource "aws_s3_bucket" "data" {\n  bucket = "data"\n}\n'


@pytest.mark.parametrize(("lets_in", "expected"), [("bot", {BOT: "yes"}), ("other", {})])
def test_a_bucket_policy_lets_in_a_role_of_another_root(tmp_path: Path, lets_in: str, expected: dict[str, str]) -> None:
    """Across accounts it takes both: the role's policy in one root, and its ARN in the bucket's policy in another."""
    statement = {**allow("s3:DeleteObject", "arn:aws:s3:::data/*"), "Principal": {"AWS": f"arn:aws:iam::{HOME}:role/{lets_in}"}}
    stands = f'resource "aws_s3_bucket_policy" "p" {{\n  bucket = "data"\n  policy = "{policy(statement)}"\n}}\n'
    agent = provider() + role("bot", allow("s3:DeleteObject", "arn:aws:s3:::data/*"))
    assert (
        can(together(tmp_path, agents=agent, data=provider(FAR) + BUCKET + stands), Verb.DESTROY, "aws_s3_bucket.data")
        == expected
    )


MANAGED = (
    f'resource "aws_iam_policy" "shared" {{\n  name = "shared"\n  policy = "{policy(allow("rds:DeleteDBInstance"))}"\n}}\n'
)
ATTACHED = f"""
resource "aws_iam_role_policy_attachment" "a" {{
  role       = "bot"
  policy_arn = "arn:aws:iam::{HOME}:policy/shared"
}}
"""


def test_a_policy_that_is_attached_by_arn_is_read_where_it_is_written(tmp_path: Path) -> None:
    """A managed policy and a boundary of one root are those of a role of another; without that root they may say anything."""
    (tmp_path / "given").mkdir()
    (tmp_path / "alone").mkdir()
    (tmp_path / "bound").mkdir()
    home = provider() + SAFE + role("bot") + ATTACHED
    assert can(together(tmp_path / "given", home=home, shared=provider() + MANAGED), Verb.DESTROY, MAIN) == {BOT: "yes"}
    alone = together(tmp_path / "alone", home=home)
    assert can(alone, Verb.DESTROY, MAIN) == {BOT: "maybe"}
    assert any(f"arn:aws:iam::{HOME}:policy/shared" in gap.reason for gap in alone.gaps)
    fence = MANAGED.replace("shared", "fence").replace("rds:DeleteDBInstance", "s3:*")
    bounded = provider() + SAFE + role("bot", allow("*"), more=f'  permissions_boundary = "arn:aws:iam::{HOME}:policy/fence"')
    assert can(together(tmp_path / "bound", home=bounded, shared=provider() + fence), Verb.DESTROY, MAIN) == {}


def test_an_organisation_of_another_root_binds_by_account(tmp_path: Path) -> None:
    """A service control policy that one root attaches to an account denies to the roles that another makes in it, and to no others."""
    guard = f"""
    resource "aws_organizations_policy" "deny" {{
      name    = "deny"
      content = "{policy(deny("rds:DeleteDBInstance"))}"
    }}
    resource "aws_organizations_policy_attachment" "a" {{
      policy_id = aws_organizations_policy.deny.id
      target_id = "%s"
    }}
    """
    home = provider() + SAFE + role("bot", allow("rds:DeleteDBInstance"))
    for account, expected in ((HOME, {}), (FAR, {BOT: "yes"})):
        folder = tmp_path / account
        folder.mkdir()
        assert can(together(folder, home=home, organisation=provider(FAR) + guard % account), Verb.DESTROY, MAIN) == expected


@pytest.mark.parametrize(("bucket", "expected"), [("states", Outcome.NO), ("other", Outcome.YES)])
def test_the_state_of_one_root_lies_in_the_bucket_of_another(tmp_path: Path, bucket: str, expected: Outcome) -> None:
    """A bucket's policy that refuses everybody keeps the states of all roots that name that bucket."""
    refuses = {**deny(["s3:Put*", "s3:Delete*"], [f"arn:aws:s3:::{bucket}/*", f"arn:aws:s3:::{bucket}"]), "Principal": "*"}
    held = f'resource "aws_s3_bucket" "b" {{\n  bucket = "{bucket}"\n}}\n'
    stands = f'resource "aws_s3_bucket_policy" "p" {{\n  bucket = aws_s3_bucket.b.id\n  policy = "{policy(refuses)}"\n}}\n'
    backend = 'terraform {\n  backend "s3" {\n    bucket = "states"\n    key = "k"\n    region = "eu-west-1"\n  }\n}\n'
    agent = role("bot", allow("s3:PutObject", "arn:aws:s3:::states/*"))
    answers = together(tmp_path, home=provider() + backend + SAFE + agent, states=provider() + held + stands)
    assert can(answers, Verb.WRITE_STATE, "home") == ({} if expected is Outcome.NO else {BOT: expected.value})


def test_a_role_whose_account_is_not_known_may_be_the_one_that_is_named(tmp_path: Path) -> None:
    """Of a root that does not say its account the role of that name may be meant: possible, and no gap."""
    unknown = 'provider "aws" {\n  region = "eu-west-1"\n}\n'
    far = unknown + SAFE + role("deploy", allow("rds:DeleteDBInstance"), trust={"AWS": f"arn:aws:iam::{HOME}:root"})
    answers = together(tmp_path, home=provider() + role("bot", ASSUMES), far=far)
    assert can(answers, Verb.DESTROY, MAIN) == {BOT: "maybe", "aws_iam_role.deploy": "yes"}
    assert not [gap for gap in answers.gaps if DEPLOY in gap.reason]


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif"])
def test_every_report_says_what_is_not_given(tmp_path: Path, form: str) -> None:
    """A scan names the role that is assumed and not shown, in every format that lists gaps, and fails for it only where it is to be strict."""
    (tmp_path / "main.tf").write_text(provider() + BUCKET + role("bot", ASSUMES), "utf-8")
    asked = ("scan", ".", "--format", form, "--only", "vault_unlocked")
    done = call(*asked, cwd=tmp_path)
    assert done.returncode == 0
    assert DEPLOY in "".join(done.stdout.split())
    assert call(*asked, "--strict", cwd=tmp_path).returncode == 1
