"""`who-can` and `can` as a user calls them: sentences, contracts, exit codes, and what is said where nothing can be."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from policypack.pages import schema_text
from tests.authority.pictures import ACCOUNT, DATABASE, PROVIDER, allow, role
from tests.test_cli import call

MAIN = "aws_db_instance.main"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
ESTATE = (
    PROVIDER
    + (DATABASE % "true").replace("engine", "backup_retention_period = 7\n  engine", 1)
    + role("deploy", allow(["rds:ModifyDBInstance", "rds:DeleteDBInstance"], "${aws_db_instance.main.arn}"), trust=ROOT)
    + role("cursor", allow("sts:AssumeRole", "${aws_iam_role.deploy.arn}"))
    + role("reader", allow("rds:Describe*"))
    + 'resource "aws_iam_group" "people" {\n  name = "people"\n}\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A module in which an agent can become the role that deploys."""
    (tmp_path / "main.tf").write_text(ESTATE, "utf-8")
    return tmp_path


def test_the_answer_reads_as_a_sentence(folder: Path) -> None:
    """Who assumes whom, what that one may do first, what goes then, what dies with it, and where each is written."""
    done = call("who-can", "destroy", MAIN, ".", cwd=folder)
    said = " ".join(done.stdout.split())
    assert done.returncode == 0
    assert said.startswith(f"2 identities can destroy {MAIN}. yes aws_iam_role.cursor agent: ")
    assert "aws_iam_role.cursor assumes aws_iam_role.deploy (main.tf:" in said
    assert "may rds:ModifyDBInstance, which takes away deletion protection (main.tf:" in said
    assert f"and may rds:DeleteDBInstance, which destroys {MAIN} (main.tf:" in said
    assert "its only copies are automated backups and die with it (main.tf:" in said
    assert "reader" not in said


def test_a_key_may_have_blanks(tmp_path: Path) -> None:
    """Who can become an instance is told whatever its key is, and its name is never cut in a sentence."""
    night = (
        role("deploy", allow(["rds:ModifyDBInstance", "rds:DeleteDBInstance"], "${aws_db_instance.main.arn}"), trust=ROOT)
        .replace(
            'resource "aws_iam_role" "deploy" {', 'resource "aws_iam_role" "deploy" {\n  for_each = toset(["night shift"])'
        )
        .replace("aws_iam_role.deploy.", 'aws_iam_role.deploy["night shift"].')
    )
    cursor = role("cursor", allow("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/deploy"))
    (tmp_path / "main.tf").write_text(PROVIDER + DATABASE % "true" + night + cursor, "utf-8")
    name = 'aws_iam_role.deploy["night shift"]'
    assert f"1 identity can take over {name}." in call("who-can", "escalate", name, ".", cwd=tmp_path).stdout
    said = " ".join(call("who-can", "destroy", MAIN, ".", cwd=tmp_path).stdout.split())
    assert f"aws_iam_role.cursor assumes {name} (main.tf:" in said
    assert "which trusts it (main.tf:13), may rds:ModifyDBInstance" in said
    assert 'which shift"]' not in said


@pytest.mark.parametrize("verb", ["destroy", "weaken", "destroy-copies", "destroy-all"])
def test_programs_get_the_contract(folder: Path, verb: str) -> None:
    """The JSON is what the published schema says, for every verb, and the same bytes each time."""
    done = call("who-can", verb, MAIN, ".", "--format", "json", cwd=folder)
    told = json.loads(done.stdout)
    jsonschema.validate(told, json.loads(schema_text("who-can")))
    assert [(each["identity"], each["outcome"]) for each in told["powers"]] == [
        ("aws_iam_role.cursor", "yes"),
        ("aws_iam_role.deploy", "yes"),
    ]
    assert call("who-can", verb, MAIN, ".", "--format", "json", cwd=folder).stdout == done.stdout


@pytest.mark.parametrize("verb", ["destroy", "destroy-all"])
def test_all_lists_those_that_cannot(folder: Path, verb: str) -> None:
    """--all adds the identities whose answer is no, whatever is asked."""
    told = json.loads(call("who-can", verb, MAIN, ".", "--all", "--format", "json", cwd=folder).stdout)
    assert [each["outcome"] for each in told["powers"]] == ["yes", "yes", "no"]


@pytest.mark.parametrize(
    ("identity", "action", "resource", "expected"),
    [
        ("aws_iam_role.deploy", "rds:DeleteDBInstance", MAIN, "yes"),
        ("aws_iam_role.reader", "rds:DeleteDBInstance", MAIN, "no"),
        (f"arn:aws:iam::{ACCOUNT}:role/reader", "rds:DescribeDBInstances", "*", "yes"),
        ("aws_iam_role.cursor", "sts:AssumeRole", "aws_iam_role.deploy", "yes"),
        ("aws_iam_role.cursor", "sts:AssumeRole", "aws_iam_role.reader", "no"),
        ("aws_iam_role.deploy", "rds:DeleteDBInstance", f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:main", "yes"),
    ],
)
def test_one_decision(folder: Path, identity: str, action: str, resource: str, expected: str) -> None:
    """`can` answers by address and by ARN, exits 0 whatever the answer, and keeps its contract."""
    done = call("can", identity, action, resource, ".", "--format", "json", cwd=folder)
    told = json.loads(done.stdout)
    jsonschema.validate(told, json.loads(schema_text("can")))
    assert (done.returncode, told["outcome"]) == (0, expected)
    assert call("can", identity, action, resource, ".", cwd=folder).stdout.startswith(f"{expected}: ")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["who-can", "destroi", MAIN], "did you mean 'destroy'?"),
        (["who-can", "destroy", "aws_db_instance.mian"], f"did you mean '{MAIN}'?"),
        (["who-can", "stop-audit", MAIN], "ask for destroy"),
        (["can", "aws_iam_role.reeder", "rds:X", MAIN], "did you mean 'aws_iam_role.reader'?"),
        (["can", "aws_iam_role.reader", "delete", MAIN], "SERVICE:NAME"),
        (["can", "aws_iam_group.people", "rds:X", MAIN], "is a group, which does nothing itself"),
        (["can", "aws_iam_role.reader", "rds:X", "aws_db_instance.mian"], f"did you mean '{MAIN}'?"),
    ],
)
def test_what_cannot_be_judged_says_so(folder: Path, arguments: list[str], hint: str) -> None:
    """A name that is none is an exit of 2, one line, and the nearest name."""
    done = call(*arguments, ".", cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr


def test_a_lost_input_is_no_quiet_answer(folder: Path) -> None:
    """Where an input cannot be read the answer is about the others, and the exit says so."""
    (folder / "plan.json").write_text("{", "utf-8")
    done = call("who-can", "destroy", MAIN, ".", "plan.json", cwd=folder)
    assert done.returncode == 2
    assert "aws_iam_role.cursor" in done.stdout
    assert "plan.json" in done.stderr


def test_what_goes_by_itself_is_said_as_a_sentence(tmp_path: Path) -> None:
    """One copy that dies with the store and one that is deleted: each is a clause of its own, with its place."""
    vault = """
    resource "aws_backup_vault" "v" { name = "v" }
    resource "aws_backup_plan" "p" {
      name = "p"
      rule {
        rule_name         = "r"
        target_vault_name = aws_backup_vault.v.name
      }
    }
    resource "aws_backup_selection" "s" {
      name         = "s"
      plan_id      = aws_backup_plan.p.id
      iam_role_arn = "x"
      resources    = [aws_db_instance.main.arn]
    }
    """
    mighty = role("deploy", allow(["rds:*", "backup:*", "ec2:*"]))
    database = (DATABASE % "false").replace("engine", "backup_retention_period = 7\n  engine", 1)
    (tmp_path / "main.tf").write_text(PROVIDER + database + vault + mighty, "utf-8")
    told = " ".join(call("who-can", "destroy-all", MAIN, ".", cwd=tmp_path).stdout.split())
    assert f"which destroys {MAIN} (main.tf:" in told
    assert "; its automated backups go with it (main.tf:" in told
    assert "destroys copies in aws_backup_vault.v" in told
    assert "and the automated" not in told


def test_what_has_been_said_is_not_said_again(folder: Path) -> None:
    """Where the proof ends with copies that die with the store, nothing adds that they go with it."""
    told = " ".join(call("who-can", "destroy-all", MAIN, ".", cwd=folder).stdout.split())
    assert "its only copies are automated backups and die with it" in told
    assert "go with it" not in told


def test_an_input_that_is_not_there_is_named_before_what_was_not_found_in_it(folder: Path) -> None:
    """Who misspells a path learns that, and not only that nothing there has the name."""
    done = call("who-can", "destroy", MAIN, "nowhere", cwd=folder)
    assert done.returncode == 2
    assert "nowhere" in done.stderr.splitlines()[0]


@pytest.mark.parametrize(
    ("verb", "target", "said"),
    [
        ("destroy-copies", MAIN, f"can destroy copies of {MAIN}."),
        ("destroy-all", MAIN, f"can destroy {MAIN} and every copy of it."),
        ("escalate", "aws_iam_role.deploy", "can take over aws_iam_role.deploy."),
        ("weaken", MAIN, f"can weaken {MAIN}."),
    ],
)
def test_a_verb_is_said_as_a_sentence_has_it(folder: Path, verb: str, target: str, said: str) -> None:
    """The first line is a sentence, whatever the word on the command line is."""
    assert said in call("who-can", verb, target, ".", cwd=folder).stdout.splitlines()[0]


@pytest.mark.parametrize("arguments", [["who-can"], ["who-can", "destroy"], ["can"], ["can", "aws_iam_role.deploy", "rds:X"]])
def test_what_is_asked_has_to_be_said(folder: Path, arguments: list[str]) -> None:
    """A missing argument is named, and the exit is that of usage."""
    done = call(*arguments, cwd=folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Missing argument" in done.stderr


GOOGLE = """
provider "google" {
  project = "shop"
}
resource "google_service_account" "agent" {
  account_id = "agent"
}
resource "google_storage_bucket" "data" {
  name     = "shop-data"
  location = "EU"
}
resource "google_project_iam_member" "agent" {
  project = "shop"
  role    = "roles/storage.admin"
  member  = google_service_account.agent.member
}
"""


@pytest.mark.parametrize(
    ("resource", "action", "said"),
    [
        ("google_storage_bucket.data", "storage.buckets.delete", "yes"),
        ("project shop", "storage.buckets.delete", "yes"),
        ("*", "cloudsql.instances.delete", "no"),
        ("google_service_account.agent", "iam.serviceAccountKeys.create", "no"),
        ("google_storage_bucket.data", "storage.objects.get", "maybe"),
    ],
)
def test_a_decision_about_roles_at_places(tmp_path: Path, resource: str, action: str, said: str) -> None:
    """`can` asks in the words of the platform, about an address, a domain, or the caller's own."""
    (tmp_path / "main.tf").write_text(GOOGLE, "utf-8")
    done = call("can", "google_service_account.agent", action, resource, cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{said}: ")
