"""What GitLab, JUnit's readers and reviewdog are given: told apart as each of them can show it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policypack.model import Evidence, Gap, Location, replace
from policypack.report import renderer
from policypack.run import FailOn, Report, exit_code
from tests.expectations import ROOT, folders, scan, shown
from tests.report import picture as drawn
from tests.report.picture import CONTEXT
from tests.report.strict import MACHINES, outcomes, taken
from tests.report.test_formats import REPORTS
from tests.test_cli import call

BLOCK = """resource "aws_db_instance" "main" {
  identifier = "main"
}
"""


def told(format_: str, report: Report, **about: Any) -> Any:
    """What a strict consumer reads of the report."""
    return taken(format_, renderer(format_)(report, replace(CONTEXT, **about)))


@pytest.mark.parametrize("format_", MACHINES)
@pytest.mark.parametrize("name", REPORTS)
def test_consumers_take_it(name: str, format_: str) -> None:
    """Whatever a run came to, a strict reader of the format takes what is written."""
    assert told(format_, REPORTS[name]) is not None


@pytest.mark.parametrize("folder", folders(), ids=shown)
def test_consumers_take_every_example(folder: Path) -> None:
    """What the examples and their plans report is what the published schema and those of the consumers describe."""
    reports = [scan(folder, folder)]
    if (folder / "plan.json").is_file():
        reports.append(scan(folder / "plan.json", folder, source=folder))
    for report in reports:
        for format_ in MACHINES:
            # The rules are the same in every log, and held to the schema once.
            told(format_, replace(report, checks={}) if format_ == "sarif" else report)


def test_gitlab_tells_grades_apart() -> None:
    """A certain finding is a grade above an uncertain one, which says that it is; gaps inform, and what was lost is major."""
    entries = {each["description"].partition(".")[0]: each for each in told("gitlab", REPORTS["findings"])}
    assert entries["railway_service"]["severity"] == "blocker"
    assert entries["Uncertain: railway_service"]["severity"] == "major"
    assert entries["Gap: module"]["severity"] == "info"
    lost = {each["check_name"]: each["severity"] for each in told("gitlab", REPORTS["lost"]) if each["severity"] != "info"}
    assert lost["vault_unlocked"] == "major"
    assert lost["gap"] == "major"


def test_gitlab_has_no_suppressed_findings() -> None:
    """GitLab has no word for what somebody accepted, and would show it as open."""
    finding = drawn.report().findings[0]
    assert told("gitlab", Report(suppressed=(replace(finding, suppressed="known"),))) == []


def test_junit_has_a_word_for_every_answer() -> None:
    """Failures fail the run, errors are what was lost, the rest is skipped and says why, and what is quiet passes."""
    found = outcomes(told("junit", REPORTS["findings"]))
    assert found["token_without_scopes", "provider.railway"] == ("failure", "high")
    assert found["store_unprotectable", "railway_service.postgres"] == ("skipped", "uncertain")
    assert found["token_expires_never", "nothing found"] == ("passed", "")
    assert found["gap", "what the token may reach outside this module"] == ("skipped", "gap")
    lost = outcomes(told("junit", REPORTS["lost"]))
    assert lost["vault_unlocked", "crashed"] == ("error", "crashed")
    assert lost["unreadable", "is not JSON: truncated at line 7"] == ("error", "unreadable")
    assert lost["store_unprotectable", "railway_service.postgres"] == ("skipped", "suppressed")
    assert ("vault_unlocked", "nothing found") not in lost


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("fail_on", FailOn)
@pytest.mark.parametrize("strict", [True, False])
def test_junit_is_red_where_the_run_fails(name: str, fail_on: FailOn, strict: bool) -> None:
    """Errors and failures of the test report say what the exit code says: could not judge, found something, or neither."""
    read = told("junit", REPORTS[name], fail_on=fail_on, strict=strict)
    expected = exit_code(REPORTS[name], fail_on, strict=strict)
    assert (2 if read.errors else 1 if read.failures else 0) == expected


def test_junit_keeps_equal_answers_apart() -> None:
    """Two answers of one check about one address are two cases: by what causes them, else by number."""
    finding = drawn.report().findings[0]
    found = (finding, replace(finding, cause="other"), replace(finding, cause="other"))
    names = [name for _, name in outcomes(told("junit", Report(findings=found)))]
    address = finding.resource.address
    assert names == [f"{address} ({finding.cause})", f"{address} (other)", f"{address} (other) #2"]


def test_rdjson_grades_as_the_run_does() -> None:
    """Errors fail the run, warnings do not, and what is uncertain informs."""
    diagnostics = told("rdjson", REPORTS["findings"], fail_on=FailOn.CRITICAL)["diagnostics"]
    assert [each["severity"] for each in diagnostics] == ["ERROR", "ERROR", "WARNING", "INFO", "INFO", "INFO"]
    assert [each["severity"] for each in told("rdjson", REPORTS["lost"])["diagnostics"]][-4:] == [
        "ERROR",
        "ERROR",
        "INFO",
        "INFO",
    ]


def test_rdjson_comments_once_on_a_block() -> None:
    """Instances of one block of which the same is true are one comment that counts them."""
    messages = [each["message"] for each in told("rdjson", REPORTS["findings"])["diagnostics"]]
    (alike,) = [each for each in messages if "deletion_protection" in each]
    assert alike.startswith('**critical** `module.db["a"].aws_db_instance.this` and 2 more instances: ')


def test_rdjson_fits_a_comment() -> None:
    """A message is shorter than what GitHub takes as a comment, and counts what it leaves out."""
    finding = drawn.report().findings[0]
    steps = tuple(Evidence("@" * 1_900, f"a.b{number}", Location("main.tf", number)) for number in range(1, 90))
    (diagnostic,) = told("rdjson", Report(findings=(replace(finding, because=steps),)))["diagnostics"]
    assert len(diagnostic["message"]) < 65_536
    assert "more steps: see the JSON report" in diagnostic["message"]
    assert diagnostic["message"].endswith("Fix: deletion_protection = true")


@pytest.mark.parametrize("format_", ["gitlab", "junit", "rdjson", "sarif"])
def test_reasons_without_end_are_counted(format_: str) -> None:
    """Thousands of different gaps do not drown the findings: what is more than anybody reads is a number."""
    gaps = tuple(Gap(f"reason {number}", Location("main.tf", number)) for number in range(1, 3_000))
    text = renderer(format_)(replace(REPORTS["findings"], gaps=gaps), CONTEXT)
    taken(format_, text)
    assert "1999 more reasons for gaps: see the JSON report" in text
    assert text.count("reason 1") < 1_100
    assert "railway_service.postgres" in text


def files(format_: str, text: str) -> set[str]:
    """The files that a format names."""
    value = taken(format_, text)
    if format_ == "gitlab":
        return {each["location"]["path"] for each in value}
    if format_ == "rdjson":
        return {each["location"]["path"] for each in value["diagnostics"]}
    if format_ == "junit":
        return {case._elem.get("file") for suite in value for case in suite if case._elem.get("file")}
    return {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in value["runs"][0]["results"]}


@pytest.mark.parametrize("format_", ["sarif", "gitlab", "junit", "rdjson"])
def test_files_are_where_the_platform_looks(format_: str, tmp_path: Path) -> None:
    """Paths are from the root of the repository wherever the program is called in it; reviewdog wants them from where it is
    called itself."""
    (tmp_path / ".git").mkdir()
    for folder in ("infra/prod", "modules/db"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "main.tf").write_text(BLOCK, "utf-8")
    inside = files(format_, call("scan", "prod", "--format", format_, cwd=tmp_path / "infra").stdout)
    beside = files(format_, call("scan", "../modules/db", "--format", format_, cwd=tmp_path / "infra").stdout)
    if format_ == "rdjson":
        assert (inside, beside) == ({"prod/main.tf"}, {"../modules/db/main.tf"})
    else:
        assert (inside, beside) == ({"infra/prod/main.tf"}, {"modules/db/main.tf"})


@pytest.mark.parametrize("format_", ["junit", "rdjson"])
def test_a_proof_names_files_as_the_platform_does(format_: str) -> None:
    """Who reads a proof on a platform has the repository before them, and not the working directory."""
    text = renderer(format_)(REPORTS["findings"], replace(CONTEXT, in_repository=lambda file: f"infra/{file}"))
    assert "the volume is part of the service (infra/main.tf:20)" in text


def test_the_published_schema_is_the_one_that_is_tested(tmp_path: Path) -> None:
    """`policypack schema report` prints the schema that the examples are held to."""
    done = call("schema", "report", cwd=tmp_path)
    assert json.loads(done.stdout) == json.loads((ROOT / "policypack" / "report" / "schema.json").read_text("utf-8"))
