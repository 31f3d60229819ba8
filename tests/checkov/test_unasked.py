"""What checkov has no block to ask about fails all the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.checkov.runs import COULD_NOT_JUDGE, STORE, run

CODE = ("-d", ".", "--framework", "terraform")
ASKED = "deletion_protection_off"
AT = {(ASKED, "aws_db_instance.main")}
JSON = json.dumps({"resource": {"aws_db_instance": {"main": {"identifier": "main"}}}})
CHANGE = {"actions": ["delete"], "before": {"identifier": "main"}, "after": None, "after_unknown": {}}
PLAN = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "planned_values": {"root_module": {}},
    "resource_changes": [
        {
            "mode": "managed",
            "type": "aws_db_instance",
            "name": "main",
            "address": "aws_db_instance.main",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": CHANGE,
        }
    ],
    "configuration": {"root_module": {}},
}


@pytest.mark.parametrize("name", ["main.tofu", "main.tf.json"])
def test_code_that_checkov_does_not_open(checkov: str, tmp_path: Path, name: str) -> None:
    """A root module of OpenTofu or of JSON fails at its own lines, beside others and alone, whatever the form of the report."""
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / name).write_text(STORE if name == "main.tofu" else JSON, "utf-8")
    done = run(checkov, *CODE, "--check", ASKED, cwd=tmp_path)
    assert done.code == 1, done.said
    assert done.told() == AT
    (record,) = done.records()
    assert (record["file_path"], record["file_line_range"][0], record["severity"]) == (f"/live/{name}", 1, "CRITICAL")
    (tmp_path / "other.tf").write_text(STORE.replace("main", "other"), "utf-8")
    for form in ("cli", "sarif", "junitxml"):
        assert (
            f"live/{name}"
            in run(checkov, *CODE, "--check", ASKED, "-o", form, "--output-file-path", "console", cwd=tmp_path).out
        )
    done = run(checkov, *CODE, "--check", ASKED, cwd=tmp_path)
    assert done.told() == {*AT, (ASKED, "aws_db_instance.other")}


def test_code_that_checkov_cannot_parse(checkov: str, tmp_path: Path) -> None:
    """The only file of a root module, which checkov leaves out with a note: what can be read of it fails, and that not all can."""
    (tmp_path / "main.tf").write_text(STORE + 'resource "aws_sqs_queue" "q" {\n', "utf-8")
    done = run(checkov, *CODE, "--check", f"{ASKED},{COULD_NOT_JUDGE}", cwd=tmp_path)
    assert done.code == 1, done.said
    assert done.told() >= AT
    assert COULD_NOT_JUDGE in {check for check, _ in done.told()}


def test_the_words_of_checkov_hold_there(checkov: str, tmp_path: Path) -> None:
    """`--skip-check`, `--skip-path`, POLICYPACK_UNCERTAIN, a baseline and our own suppressions excuse what nobody asked about, too."""
    code = STORE.replace("}", "  deletion_protection = var.x\n}") + 'variable "x" {}\n'
    (tmp_path / "main.tofu").write_text(code, "utf-8")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "main.tofu").write_text("# allow: deletion_protection_off (gone in May)\n" + STORE, "utf-8")
    only = ("--check", ASKED)
    assert run(checkov, *CODE, *only, cwd=tmp_path).told() == AT
    assert run(checkov, *CODE, *only, "--create-baseline", cwd=tmp_path).told() == AT
    assert run(checkov, *CODE, *only, "--baseline", ".checkov.baseline", cwd=tmp_path).told() == set()
    ignored = run(checkov, *CODE, *only, cwd=tmp_path, environment={"POLICYPACK_UNCERTAIN": "ignore"})
    assert ignored.told() == set()
    assert "1 uncertain" in ignored.said
    assert (ASKED, "aws_db_instance.main") not in run(checkov, *CODE, "--skip-check", ASKED, cwd=tmp_path).told()
    assert run(checkov, *CODE, *only, "--skip-path", "main.tofu", cwd=tmp_path).told() == set()


def test_a_plan_that_only_deletes(checkov: str, tmp_path: Path) -> None:
    """Of a plan without any block checkov asks nothing; the deletion is a failed check of the report, and ends the run with 1."""
    (tmp_path / "plan.json").write_text(json.dumps(PLAN, indent=1), "utf-8")
    for arguments in (("-f", "plan.json", "--framework", "terraform_plan"), ("-d", ".")):
        done = run(checkov, *arguments, cwd=tmp_path)
        assert done.code == 1, done.said
        assert ("store_deleted", "aws_db_instance.main") in done.told()


def test_a_plan_that_checkov_does_not_read(checkov: str, tmp_path: Path) -> None:
    """What checkov takes for no plan, since what it looks for is not there, and policypack reads, is judged too."""
    plan = {key: value for key, value in PLAN.items() if key != "planned_values"}
    (tmp_path / "plan.json").write_text(json.dumps(plan, indent=1), "utf-8")
    done = run(checkov, "-f", "plan.json", "--framework", "terraform_plan", cwd=tmp_path)
    assert done.code == 1, done.said
    assert ("store_deleted", "aws_db_instance.main") in done.told()


def test_a_file_that_roots_link_to_is_of_each(checkov: str, tmp_path: Path) -> None:
    """A shared file by a link: each root fails at its own name of the file, and for what is wrong, not because nobody finds it."""
    for root in ("common", "one", "two"):
        (tmp_path / root).mkdir()
    (tmp_path / "common" / "store.tf").write_text(STORE, "utf-8")
    for root in ("one", "two"):
        (tmp_path / root / "store.tf").symlink_to("../common/store.tf")
    done = run(checkov, *CODE, "--check", ASKED, cwd=tmp_path)
    assert {each["file_path"] for each in done.records()} == {f"/{root}/store.tf" for root in ("common", "one", "two")}
    assert "could not judge" not in done.details(ASKED)
    assert done.details(ASKED).count("One API call deletes it") == 3


def test_a_module_by_a_link(checkov: str, tmp_path: Path) -> None:
    """A root that calls a module through a link to its folder fails for what is wrong, under the name that checkov shows."""
    (tmp_path / "modules" / "db").mkdir(parents=True)
    (tmp_path / "modules" / "db" / "main.tf").write_text(STORE, "utf-8")
    (tmp_path / "live").mkdir()
    (tmp_path / "live" / "db").symlink_to("../modules/db", target_is_directory=True)
    (tmp_path / "live" / "main.tf").write_text('module "db" {\n  source = "./db"\n}\n', "utf-8")
    done = run(checkov, *CODE, "--check", ASKED, cwd=tmp_path)
    assert done.told() == {(ASKED, "module.db.aws_db_instance.main")}
    assert "could not judge" not in done.details(ASKED)


def test_json_is_judged_once(checkov: str, tmp_path: Path) -> None:
    """Where both frameworks run, code in JSON is judged as code, and not refused for having no addresses; where it is alone, it is."""
    (tmp_path / "cdk.tf.json").write_text(JSON, "utf-8")
    assert run(checkov, "-d", ".", "--check", f"{ASKED},{COULD_NOT_JUDGE}", cwd=tmp_path).told() == AT
    alone = run(checkov, "-d", ".", "--framework", "terraform_json", "--check", f"{ASKED},{COULD_NOT_JUDGE}", cwd=tmp_path)
    assert {check for check, _ in alone.told()} == {COULD_NOT_JUDGE}
