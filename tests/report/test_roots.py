"""Two root modules that have their addresses in common: whoever reads a report, a person or a program, can tell them apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from policypack.pages import schema_text
from policypack.report import FORMATS
from tests.report.strict import outcomes, taken
from tests.test_cli import call

DATABASE = "module.all.aws_db_instance.main"
ROOTS = ("live/one", "live/two")
ROOT = """
provider "aws" {{ allowed_account_ids = ["{account}"] }}
module "all" {{ source = "../../modules/all" }}
"""
MODULE = """
resource "aws_db_instance" "main" {
  identifier = "orders"
  tags       = { env = "production" }
}
resource "aws_iam_role" "agent" {
  name               = "agent"
  assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "sts:AssumeRole",
    Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "agent" {
  role   = aws_iam_role.agent.id
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "rds:*", Resource = aws_db_instance.main.arn }] })
}
module "net" { source = "acme/net/aws" }
"""


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """Two roots of two accounts that call one module, and nothing else."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "modules" / "all").mkdir(parents=True)
    (tmp_path / "modules" / "all" / "main.tf").write_text(MODULE, "utf-8")
    for root, account in zip(ROOTS, ("111111111111", "222222222222"), strict=True):
        (tmp_path / root).mkdir(parents=True)
        (tmp_path / root / "main.tf").write_text(ROOT.format(account=account), "utf-8")
    return tmp_path


def told(folder: Path, format_: str, *paths: str) -> Any:
    """What a strict consumer reads of a scan; the text of a format that only people read."""
    done = call("scan", *(paths or ROOTS), "--format", format_, cwd=folder)
    assert done.returncode == 1
    return done.stdout if format_ in {"text", "github", "markdown", "comment"} else taken(format_, done.stdout)


def of(entries: list[dict[str, Any]], root: str) -> list[dict[str, Any]]:
    """The entries that name a root and not the other."""
    (other,) = set(ROOTS) - {root}
    return [each for each in entries if root in json.dumps(each) and other not in json.dumps(each)]


def test_json_names_the_input_of_everything(estate: Path) -> None:
    """Each finding has its input and an id of its own, which is the same when the other root is not there; each gap has its own."""
    report = told(estate, "json")
    found = {root: {each["id"] for each in report["findings"] if each["input"] == root} for root in ROOTS}
    assert sum(map(len, found.values())) == len({each["id"] for each in report["findings"]}) == len(report["findings"])
    assert len(found["live/one"]) == len(found["live/two"]) > 2
    assert {each["id"] for each in told(estate, "json", "live/two")["findings"]} == found["live/two"]
    assert [each["inputs"] for each in report["gaps"] if "is not downloaded" in each["reason"]] == [[root] for root in ROOTS]


def test_a_gap_of_both_roots_is_one_that_names_both(estate: Path) -> None:
    """What is lost for every root of the repository, a workflow that cannot be read, is told once and has all of them."""
    workflows = estate / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "apply.yml").write_text("on: push\njobs: [ terraform apply\n", "utf-8")
    gaps = [each for each in told(estate, "json")["gaps"] if "apply.yml" in each["reason"]]
    assert [each["inputs"] for each in gaps] == [[*ROOTS]]


@pytest.mark.parametrize("format_", ["sarif", "alerts"])
def test_code_scanning_has_an_alert_a_root(estate: Path, format_: str) -> None:
    """Results have fingerprints of their own, the JSON report's, and their text says which root they are of."""
    results = told(estate, format_)["runs"][0]["results"]
    prints = {each["partialFingerprints"]["primaryLocationLineHash"]: each["properties"]["input"] for each in results}
    assert prints == {each["id"]: each["input"] for each in told(estate, "json")["findings"]}
    for each in results:
        about = each["properties"]
        name = about["input"] if about["resource"] == about["input"] else f"{about['input']}:{about['resource']}"
        assert each["message"]["text"].removeprefix("Uncertain: ").startswith(f"{name}: ")
        assert each["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == name


def test_gitlab_has_an_entry_a_root(estate: Path) -> None:
    """No fingerprint is shared, a root's are the same without the other, and each description says which root it is of."""
    entries = [each for each in told(estate, "gitlab") if each["check_name"] != "gap"]
    prints = {root: {each["fingerprint"] for each in of(entries, root)} for root in ROOTS}
    assert len(prints["live/one"] | prints["live/two"]) == len(entries) == len(told(estate, "json")["findings"])
    alone = [each for each in told(estate, "gitlab", "live/two") if each["check_name"] != "gap"]
    assert {each["fingerprint"] for each in alone} == prints["live/two"]


def test_junit_has_a_case_a_root(estate: Path) -> None:
    """Cases are told apart by their root and not by a number that the order gives them."""
    names = {name for check, name in outcomes(told(estate, "junit")) if check == "deletion_protection_off"}
    assert names == {f"{root}:{DATABASE}" for root in ROOTS}


@pytest.mark.parametrize("format_", [each for each in FORMATS if each not in {"json", "sarif", "alerts", "gitlab", "junit"}])
def test_who_reads_it_knows_both_roots(estate: Path, format_: str) -> None:
    """What is said once of a block of both roots names both."""
    shown = told(estate, format_)
    text = json.dumps(shown) if format_ == "rdjson" else shown
    assert f"live/one:{DATABASE}" in text
    assert "and 1 more instance (in live/two)" in text


def test_a_root_alone_needs_no_prefix(estate: Path) -> None:
    """Where nothing is shared, an address is what Terraform prints."""
    for format_ in FORMATS:
        assert "live/one:module" not in json.dumps(str(told(estate, format_, "live/one")))


@pytest.mark.parametrize("format_", ["text", "markdown", "rdjson"])
def test_another_environment_is_another_block(estate: Path, format_: str) -> None:
    """Instances of which not the same is true, since one is production and one is not, are not told as one."""
    (estate / "policypack.yaml").write_text(
        'version: 1\nenvironments:\n  development: {domains: ["222222222222"]}\n  production: {domains: ["111111111111"]}\n'
    )
    text = str(told(estate, format_))
    assert f"live/one:{DATABASE}" in text
    assert "in live/two)" not in text


def test_who_can_names_the_input(estate: Path) -> None:
    """The JSON of a question has the input of the resource, of each identity and of each gap."""
    done = call("who-can", "destroy", f"live/two:{DATABASE}", *ROOTS, "--format", "json", cwd=estate)
    answer = json.loads(done.stdout)
    jsonschema.validate(answer, json.loads(schema_text("who-can")))
    assert answer["input"] == "live/two"
    assert [(each["identity"], each["input"]) for each in answer["powers"]] == [
        ("live/two:module.all.aws_iam_role.agent", "live/two")
    ]


def test_a_vanished_finding_names_its_root(estate: Path) -> None:
    """Two roots that lose one finding each are two notes, which say of which root."""
    call("scan", *ROOTS, "--write-baseline", "baseline.json", cwd=estate)
    module = estate / "modules" / "all" / "main.tf"
    module.write_text(MODULE.replace('identifier = "orders"', 'identifier = "orders"\n  deletion_protection = true'), "utf-8")
    done = call("scan", *ROOTS, "--baseline", "baseline.json", "--format", "json", cwd=estate)
    notes = [each for each in json.loads(done.stdout)["notes"] if each["text"].startswith("deletion_protection_off of")]
    assert [(each["text"].split()[2], each["inputs"]) for each in notes] == [(f"{root}:{DATABASE}", [root]) for root in ROOTS]
