"""What users of checkov write on its command line works with our checks as with its own."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from policypack.check import checks_folder
from tests.checkov.runs import CHECKS, COULD_NOT_JUDGE, ROOT, STORE, run

ASKED = "deletion_protection_off"
MAIN = """variable "protected" {
  type = bool
}

module "shop" {
  source    = "./shop"
  protected = var.protected
}

resource "aws_db_instance" "main" {
  identifier = "main"
}

resource "aws_db_instance" "skipped" {
  #checkov:skip=deletion_protection_off:a test that is thrown away
  identifier = "skipped"
}

# allow: deletion_protection_off (a test that is thrown away)
resource "aws_db_instance" "allowed" {
  identifier = "allowed"
}
"""
SHOP = """variable "protected" {}

resource "aws_dynamodb_table" "carts" {
  for_each                    = toset(["a.b", "c"])
  name                        = each.key
  deletion_protection_enabled = var.protected
}
"""
CARTS = {f'module.shop.aws_dynamodb_table.carts["{key}"]' for key in ("a.b", "c")}
CODE = ("-d", ".", "--framework", "terraform")


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A root module with a child that gets a variable without a value, and stores that are excused in both ways."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "main.tf").write_text(MAIN, "utf-8")
    (tmp_path / "shop" / "main.tf").write_text(SHOP, "utf-8")
    return tmp_path


def test_one_check_with_the_words_of_both(checkov: str, module: Path) -> None:
    """`--check` asks one question; certain and uncertain findings fail at their addresses with their severity,
    `checkov:skip` skips with its reason, and `allow` is neither a failure nor a pass."""
    done = run(checkov, *CODE, "--check", ASKED, cwd=module)
    assert done.code == 1, done.said
    assert done.told() == {(ASKED, each) for each in {"aws_db_instance.main", *CARTS}}
    assert done.told("skipped") == {(ASKED, "aws_db_instance.skipped")}
    assert done.told("passed") == set()
    skipped = next(each for each in done.records("skipped") if each["check_id"] == ASKED)
    assert skipped["check_result"]["suppress_comment"] == "a test that is thrown away"
    details = {each["resource"]: (each["severity"], each["details"][0]) for each in done.records() if each["check_id"] == ASKED}
    assert all(severity == "CRITICAL" for severity, _ in details.values())
    assert all(details[each][1].startswith("uncertain: ") for each in CARTS)
    assert not details["aws_db_instance.main"][1].startswith("uncertain")


def test_a_variable_file_settles_what_was_uncertain(checkov: str, module: Path) -> None:
    """`--var-file` reaches our reader: what it protects passes, and for certain."""
    (module / "prod.tfvars").write_text("protected = true\n", "utf-8")
    done = run(checkov, *CODE, "--check", ASKED, "--var-file", "prod.tfvars", cwd=module)
    assert done.told() == {(ASKED, "aws_db_instance.main")}, done.said
    assert done.told("passed") == {(ASKED, each) for each in CARTS}


@pytest.mark.parametrize("name", ["terraform.tfvars", "a.auto.tfvars", "a.auto.tfvars.json"])
def test_a_file_of_values_is_no_plan(checkov: str, module: Path, name: str) -> None:
    """The graph of checkov has what such a file sets. It counts, and nobody is told that it could not be judged."""
    (module / name).write_text('{"protected": true}\n' if name.endswith("json") else "protected = true\n", "utf-8")
    done = run(checkov, *CODE, "--check", ASKED, cwd=module)
    assert done.told() == {(ASKED, "aws_db_instance.main")}, done.said
    assert "could not" not in done.said


def test_a_file_of_another_tool_is_no_plan(checkov: str, module: Path) -> None:
    """What Packer or Terragrunt have in a file of HCL, which checkov reads as Terraform, is not ours to judge."""
    (module / "image.pkr.hcl").write_text('variable "x" {}\ndata "amazon-ami" "base" {\n  owners = ["self"]\n}\n', "utf-8")
    done = run(checkov, *CODE, "--check", f"{ASKED},{COULD_NOT_JUDGE}", cwd=module)
    assert COULD_NOT_JUDGE not in {check for check, _ in done.told()}
    assert "could not judge:" not in done.said


def test_uncertain_findings_can_be_ignored(checkov: str, module: Path) -> None:
    """POLICYPACK_UNCERTAIN=ignore fails only what is certain. It passes nothing in its stead, and says how many it left."""
    done = run(checkov, *CODE, "--check", ASKED, cwd=module, environment={"POLICYPACK_UNCERTAIN": "ignore"})
    assert done.told() == {(ASKED, "aws_db_instance.main")}
    assert done.told("passed") == set()
    assert "2 uncertain findings fail nothing" in done.said


@pytest.mark.parametrize(
    ("arguments", "code", "severities"),
    [
        (("--check", "HIGH"), 1, {"CRITICAL", "HIGH"}),
        (("--skip-check", "MEDIUM"), 1, {"CRITICAL", "HIGH"}),
        (("--hard-fail-on", "CRITICAL", "--skip-check", ASKED), 0, {"HIGH", "LOW"}),
        (("--hard-fail-on", "CRITICAL"), 1, {"CRITICAL", "HIGH", "LOW"}),
    ],
)
def test_severities_count_without_an_account(
    checkov: str, module: Path, arguments: tuple[str, ...], code: int, severities: set[str]
) -> None:
    """`--check`, `--skip-check` and `--hard-fail-on` know our severities, though no key to a platform is there."""
    done = run(checkov, *CODE, *arguments, cwd=module)
    assert done.code == code, done.said
    assert {each["severity"] for each in done.records() if each["check_id"] in CHECKS} == severities
    assert (ASKED in {each["check_id"] for each in done.records()}) == (ASKED not in arguments)


def test_the_settings_give_the_severity(checkov: str, module: Path) -> None:
    """What `policypack.yaml` says about a check holds in checkov: its severity, and that it is skipped."""
    settings = f"version: 1\nchecks:\n  severity: {{{ASKED}: low}}\n  skip: [backup_missing]\n"
    (module / "policypack.yaml").write_text(settings, "utf-8")
    done = run(checkov, *CODE, cwd=module)
    assert {each["severity"] for each in done.records() if each["check_id"] == ASKED} == {"LOW"}
    assert "backup_missing" not in {check for check, _ in done.told() | done.told("passed")}


def test_a_baseline_holds_back_what_was_there(checkov: str, module: Path) -> None:
    """`--create-baseline` freezes our findings too; with `--baseline` only a new one fails."""
    assert run(checkov, *CODE, "--create-baseline", cwd=module).code == 1
    arguments = (*CODE, "--baseline", ".checkov.baseline")
    assert run(checkov, *arguments, cwd=module).told() == set()
    (module / "new.tf").write_text('resource "aws_db_instance" "new" {}\n', "utf-8")
    assert {address for _, address in run(checkov, *arguments, cwd=module).told()} == {"aws_db_instance.new"}


def test_every_format_carries_the_reasons(checkov: str, module: Path) -> None:
    """SARIF, JSON, JUnit and the compact text of one run name our checks and where; what is said beside them is on standard
    error, so that each can be read whole."""
    missing = 'module "db" {\n  source  = "terraform-aws-modules/rds/aws"\n  version = "6.0.0"\n}\n'
    (module / "db.tf").write_text(missing, "utf-8")
    formats = ("cli", "json", "sarif", "junitxml")
    files = ",".join(f"out/{each}" for each in formats)
    outputs = [part for each in formats for part in ("--output", each)]
    done = run(checkov, *CODE, *outputs, "--output-file-path", files, "--compact", cwd=module)
    assert "policypack: " in done.said
    assert "policypack: " not in done.out
    written = {each: (module / "out" / each).read_text("utf-8") for each in formats}
    assert ASKED in written["cli"]
    assert "12 |" not in written["cli"]  # --compact shows no code
    assert "deletion_protection is not set" in written["cli"]
    failed = json.loads(written["json"])["results"]["failed_checks"]
    assert ASKED in {each["check_id"] for each in failed}
    results = json.loads(written["sarif"])["runs"][0]["results"]
    ours = next(each for each in results if each["ruleId"] == ASKED)
    assert ours["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "main.tf"
    assert ours["locations"][0]["physicalLocation"]["region"]["startLine"] > 1
    assert "deletion_protection is not set" in ours["attachments"][0]["description"]
    cases = [case for case in ET.fromstring(written["junitxml"]).iter("testcase") if case.find("failure") is not None]
    assert any(ASKED in case.get("name", "") and "aws_db_instance.main" in case.get("classname", "") for case in cases)


def test_several_frameworks_at_once(checkov: str, module: Path) -> None:
    """Beside other frameworks, each in a process of its own, code and plans are judged all the same, and only once."""
    shutil.copy(ROOT / "terraform-examples" / "backups" / "backup_missing" / "plan.json", module / "plan.json")
    done = run(checkov, "-d", ".", "--framework", "terraform", "terraform_plan", "kubernetes", cwd=module)
    kinds = {report["check_type"]: report for report in done.reports}
    for kind in ("terraform", "terraform_plan"):
        failed = {each["check_id"] for each in kinds[kind]["results"]["failed_checks"]}
        assert "backup_missing" in failed, kind
    assert done.said.count("checkov leaves out what a plan only deletes") == 1


def test_frameworks_as_threads(checkov: str, module: Path) -> None:
    """Where checkov cannot fork, its frameworks share the checks: each answer is still about its own file. Blocks without an
    address, as those of cdktf, are judged by the framework that reads the code, and not a second time."""
    shutil.copy(ROOT / "terraform-examples" / "backups" / "backup_missing" / "plan.json", module / "plan.json")
    (module / "cdk.tf.json").write_text('{"resource": {"aws_dynamodb_table": {"j": {"name": "j"}}}}', "utf-8")
    frameworks = ("terraform", "terraform_plan", "terraform_json")
    environment = {"CHECKOV_PARALLELIZATION_TYPE": "thread"}
    done = run(checkov, "-d", ".", "--framework", *frameworks, cwd=module, environment=environment)
    kinds = {report["check_type"]: report["results"]["failed_checks"] for report in done.reports}
    ours = {kind: [each for each in failed if each["check_id"] in {*CHECKS, COULD_NOT_JUDGE}] for kind, failed in kinds.items()}
    assert not ours.get("terraform_json")
    assert "aws_dynamodb_table.j" in "".join(line for each in ours["terraform"] for line in each["details"])
    assert {each["resource"] for each in ours["terraform_plan"]} >= {"aws_dynamodb_table.carts"}
    for each in ours["terraform"] + ours["terraform_plan"]:
        assert each["check_id"] != COULD_NOT_JUDGE
        assert "could not judge" not in "".join(each["details"])


def test_one_file(checkov: str, module: Path) -> None:
    """`-f` asks about that file alone; what stands in the others is not told at it, and is counted."""
    (module / "other.tf").write_text(STORE.replace("main", "other"), "utf-8")
    done = run(checkov, "-f", "other.tf", "--framework", "terraform", "--check", ASKED, cwd=module)
    assert done.told() == {(ASKED, "aws_db_instance.other")}
    assert re.search(r"\d+ findings are in files that checkov was not given", done.said)


def test_several_folders(checkov: str, tmp_path: Path) -> None:
    """Each `-d` is judged beside another framework. Of one framework alone checkov scans the first folder again in place of the
    second, so that the run ends with 2 and says it."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(STORE.replace("main", name), "utf-8")
    folders = ("-d", "one", "-d", "two", "--check", ASKED, "--framework", "terraform")
    done = run(checkov, *folders, "kubernetes", cwd=tmp_path)
    assert done.told() == {(ASKED, "aws_db_instance.one"), (ASKED, "aws_db_instance.two")}
    done = run(checkov, *folders, cwd=tmp_path)
    assert done.code == 2
    assert "run it once for each folder" in done.said


def test_two_roots_are_no_estate(checkov: str, tmp_path: Path) -> None:
    """Root modules below one folder are each judged alone, and this is said."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(STORE.replace("main", name), "utf-8")
    done = run(checkov, *CODE, "--check", ASKED, cwd=tmp_path)
    assert done.told() == {(ASKED, "aws_db_instance.one"), (ASKED, "aws_db_instance.two")}
    assert done.said.count("2 root modules were judged one by one") == 1


def test_a_plan_with_its_repository(checkov: str, tmp_path: Path) -> None:
    """`--repo-root-for-plan-enrichment` shows the lines of the code, lets `checkov:skip` there count, and gives our reader
    what only the code holds."""
    example = ROOT / "terraform-examples" / "protection" / "prevent_destroy_missing"
    code = tmp_path / "repository" / "infrastructure"
    code.mkdir(parents=True)
    text = (example / "main.tf").read_text("utf-8")
    header = re.search(r'^resource "(\w+)" "(\w+)" \{\n', text, re.MULTILINE)
    assert header
    skip = "  #checkov:skip=deletion_protection_off:not in this test\n"
    (code / "main.tf").write_text(text.replace(header[0], header[0] + skip), "utf-8")
    shutil.copy(example / "plan.json", tmp_path / "plan.json")
    arguments = ("-f", "plan.json", "--framework", "terraform_plan")
    alone = run(checkov, *arguments, cwd=tmp_path)
    with_code = run(checkov, *arguments, "--repo-root-for-plan-enrichment", "repository", cwd=tmp_path)
    assert "prevent_destroy_missing" not in {check for check, _ in alone.told()}
    assert "give its module with --repo-root-for-plan-enrichment to have them judged" in alone.said
    ours = [each for each in with_code.records() if each["check_id"] == "prevent_destroy_missing"]
    assert ours
    assert all(each["file_path"].endswith("infrastructure/main.tf") and each["file_line_range"][0] > 1 for each in ours)
    assert f"{header[1]}.{header[2]}" not in {address for check, address in with_code.told() if check == ASKED}


def test_every_check_is_offered_under_its_own_name(checkov: str, tmp_path: Path) -> None:
    """A store is asked about by every check, and nothing of ours fails under a name that is no check."""
    (tmp_path / "main.tf").write_text(STORE, "utf-8")
    done = run(checkov, *CODE, cwd=tmp_path)
    asked = {check for check, _ in done.told() | done.told("passed")}
    assert asked == set(CHECKS) - {COULD_NOT_JUDGE}


def test_where_says_the_folder(checkov: str, tmp_path: Path) -> None:
    """The folder that `policypack where` prints is the one that checkov takes, also where it has a path with a space."""
    (tmp_path / "main.tf").write_text(STORE, "utf-8")
    spaced = tmp_path / "a folder"
    spaced.symlink_to(checks_folder())
    done = run(checkov, *CODE, "--check", ASKED, cwd=tmp_path, checks=spaced)
    assert done.told() == {(ASKED, "aws_db_instance.main")}, done.said
