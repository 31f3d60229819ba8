"""SARIF as code scanning takes it: the schema, what GitHub says it needs, and what makes an alert the same alert tomorrow."""

from __future__ import annotations

import gzip
import json
import random
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from policypack.check import Check, load_checks
from policypack.model import replace
from policypack.report import renderer
from policypack.run import Report
from policypack.run.baseline import REASON
from tests.report import picture as drawn
from tests.report.picture import CONTEXT
from tests.report.test_formats import REPORTS
from tests.test_cli import call

ROOT = Path(__file__).resolve().parents[2]
RELATIVE = re.compile(r"(?![a-z][a-z0-9+.-]*:)(?!/)[\w%/.~-]+")


@cache
def schema() -> Validator:
    """The published schema of SARIF 2.1.0."""
    text = json.loads(Path(__file__).with_name("consumers").joinpath("sarif-2.1.0.json").read_text("utf-8"))
    made: Validator = validator_for(text)(text)
    return made


@cache
def checks() -> dict[str, Check]:
    """All checks."""
    return dict(load_checks(ROOT / "checks"))


def log(report: Report, **about: Any) -> dict[str, Any]:
    """The one run of the log of a report, which follows the schema."""
    whole = json.loads(renderer("sarif")(report, replace(CONTEXT, **about)))
    schema().validate(whole)
    (run,) = whole["runs"]
    assert isinstance(run, dict)
    return run


@pytest.mark.parametrize("name", REPORTS)
def test_sarif_follows_its_schema(name: str) -> None:
    """Whatever a run came to, the log is SARIF 2.1.0."""
    log(REPORTS[name])


def test_every_check_is_a_rule_that_code_scanning_takes() -> None:
    """Texts, lengths, scores and tags of all rules are within what GitHub documents, and each rule has its page."""
    driver = log(Report(checks=checks()), documentation="https://example.org/checks")["tool"]["driver"]
    rules = driver["rules"]
    assert driver["informationUri"] == "https://example.org/checks"
    assert [rule["id"] for rule in rules] == list(checks())
    for rule in rules:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert all(
            part in rule["help"]["markdown"] for part in ("**Why.**", "**Fix.**", f"https://example.org/checks#{rule['id']}")
        )
        assert rule["name"] != rule["id"]
        assert len(rule["name"]) <= 255
        about = rule["properties"]
        assert 0.1 <= float(about["security-severity"]) <= 10.0
        assert about["precision"] in {"very-high", "high", "medium", "low"}
        assert about["problem.severity"] in {"error", "warning", "recommendation"}
        assert "security" in about["tags"]
        assert len(about["tags"]) <= 10


def test_a_rule_says_nothing_about_what_was_scanned() -> None:
    """The rules of two reports are the same, whatever was found: a page that names a resource would stay when it is gone."""
    one, other = log(REPORTS["findings"]), log(replace(REPORTS["findings"], findings=(), suppressed=()))
    assert one["tool"] == other["tool"]
    assert not re.search(r"aws_|railway_", json.dumps(one["tool"]).replace("token_", ""))


def places(value: Any) -> list[dict[str, Any]]:
    """Every physical location of a log."""
    if isinstance(value, list):
        return [found for each in value for found in places(each)]
    if not isinstance(value, dict):
        return []
    own = [value["physicalLocation"]] if "physicalLocation" in value else []
    return own + [found for each in value.values() for found in places(each)]


@pytest.mark.parametrize("name", ["findings", "lost"])
def test_every_result_has_what_code_scanning_needs(name: str) -> None:
    """A message, a rule of the list, one place with lines and columns by a relative URI, and a fingerprint of its own."""
    run = log(REPORTS[name])
    rules = run["tool"]["driver"]["rules"]
    assert run["results"]
    for result in run["results"]:
        assert result["message"]["text"]
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        (place,) = result["locations"]
        assert place["physicalLocation"]["region"].keys() >= {"startLine", "startColumn", "endLine"}
        links = re.findall(r"(?<!\\)\]\((\d+)\)", result["message"]["text"])
        assert set(map(int, links)) <= {each["id"] for each in result.get("relatedLocations", [])}
    prints = [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    assert places(run)
    assert all(RELATIVE.fullmatch(each["artifactLocation"]["uri"]) for each in places(run))


def test_a_proof_is_a_path() -> None:
    """The steps of a proof are a code flow, in order; one step alone is no path, and is related."""
    results = {(each["ruleId"], each["properties"]["resource"]): each for each in log(REPORTS["findings"])["results"]}
    (flow,) = results["backup_dies_with_store", "railway_service.postgres"]["codeFlows"]
    steps = [each["location"]["message"]["text"] for each in flow["threadFlows"][0]["locations"]]
    assert steps == ["the volume is part of the service", "its backups are kept on it"]
    alone = results["deletion_protection_off", 'module.db["a"].aws_db_instance.this']
    assert "codeFlows" not in alone
    assert alone["relatedLocations"][-1]["message"]["text"] == "the module is called here"


def test_what_does_not_count_says_why() -> None:
    """A suppression in the code and one by the baseline are told apart, each with its reason."""
    finding = drawn.report().findings[0]
    allowed = tuple(replace(finding, suppressed=reason) for reason in ("restored nightly (DR team)", REASON))
    results = log(Report(suppressed=allowed))["results"]
    assert [each["suppressions"] for each in results] == [
        [{"kind": "inSource", "status": "accepted", "justification": "restored nightly (DR team)"}],
        [{"kind": "external", "status": "accepted", "justification": "baseline"}],
    ]


def test_what_is_uncertain_is_a_warning() -> None:
    """An uncertain finding is no error, and says that it is uncertain."""
    (result,) = [each for each in log(REPORTS["findings"])["results"] if not each["properties"]["certain"]]
    assert result["level"] == "warning"
    assert result["message"]["text"].startswith("Uncertain: ")
    assert result["properties"]["severity"] == "high"


def test_what_was_not_judged_is_a_notification() -> None:
    """Crashed checks and lost inputs are errors of the run, which then did not succeed; gaps are notes, with their place."""
    (invocation,) = log(REPORTS["lost"])["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    notices = invocation["toolExecutionNotifications"]
    assert [each["level"] for each in notices] == ["error", "error", "note", "note", "note", "note"]
    assert notices[0]["associatedRule"] == {"id": "vault_unlocked"}
    assert places(notices[1])[0]["artifactLocation"]["uri"] == "plan.json"


BLOCKS = """resource "aws_db_instance" "main" {
  identifier = "main"
}
"""


def scanned(folder: Path, *options: str) -> list[dict[str, Any]]:
    """The results of a scan by the program."""
    done = call("scan", ".", "--format", "sarif", *options, cwd=folder)
    return list(json.loads(done.stdout)["runs"][0]["results"])


def test_a_moved_block_is_the_same_alert(tmp_path: Path) -> None:
    """Lines above a block, and blocks around it, change its place and not one fingerprint."""
    (tmp_path / "main.tf").write_text(BLOCKS, "utf-8")
    before = {each["partialFingerprints"]["primaryLocationLineHash"]: each for each in scanned(tmp_path)}
    (tmp_path / "main.tf").write_text(f"# a comment\n\nlocals {{\n  a = 1\n}}\n\n{BLOCKS}", "utf-8")
    after = {each["partialFingerprints"]["primaryLocationLineHash"]: each for each in scanned(tmp_path)}
    assert before
    assert before.keys() == after.keys()
    for key, result in before.items():
        first, second = (each["locations"][0]["physicalLocation"]["region"] for each in (result, after[key]))
        assert (second["startLine"], second["endLine"]) == (first["startLine"] + 6, first["endLine"] + 6)


def test_one_address_in_two_roots_is_two_alerts(tmp_path: Path) -> None:
    """GitHub takes results of one fingerprint for one alert, so that two root modules must not share any: what is fixed in
    one of them closes its own alerts, and leaves the other's as they are."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "main.tf").write_text(BLOCKS, "utf-8")
    results = scanned(tmp_path)
    prints: dict[str, set[str]] = {}
    for each in results:
        file = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        prints.setdefault(file, set()).add(each["partialFingerprints"]["primaryLocationLineHash"])
    assert prints.keys() == {"a/main.tf", "b/main.tf"}
    assert not prints["a/main.tf"] & prints["b/main.tf"]
    (tmp_path / "a" / "main.tf").write_text("", "utf-8")
    assert {each["partialFingerprints"]["primaryLocationLineHash"] for each in scanned(tmp_path)} == prints["b/main.tf"]


def test_two_answers_of_one_cause_are_two_alerts() -> None:
    """Findings that share check, address and cause are numbered, in the order of the report."""
    finding = drawn.report().findings[0]
    results = log(Report(findings=(finding, replace(finding, message="said otherwise"))))["results"]
    first, second = (each["partialFingerprints"]["primaryLocationLineHash"] for each in results)
    assert (first[-2:], second[-2:]) == (":1", ":2")
    assert first[:-2] == second[:-2]


@pytest.mark.parametrize("format_", ["sarif", "alerts", "gitlab", "json"])
def test_what_becomes_of_one_does_not_rename_the_other(format_: str) -> None:
    """Of two findings that share check, address and cause, the second is what it was when the first is accepted."""
    first = drawn.report().findings[0]
    second = replace(first, message="said otherwise")
    name = re.compile(r'"(?:primaryLocationLineHash|fingerprint|id)":"([0-9a-f:]{18,})"')

    def named(report: Report) -> dict[str, str]:
        lines = renderer(format_)(report, CONTEXT).split("\n")
        return {found[1]: line for line in lines if (found := name.search(line)) and "said otherwise" in line}

    accepted = Report(findings=(second,), suppressed=(replace(first, suppressed="known"),))
    before = named(Report(findings=(first, second)))
    assert len(before) == 1
    assert named(accepted).keys() == before.keys()


def test_a_region_ends_where_its_line_does(tmp_path: Path) -> None:
    """The end column is the one after the last character; unknown, it is left out, which SARIF takes for the line's end."""
    (tmp_path / "main.tf").write_text('resource "aws_db_instance" "main" {\n  identifier = "main"\n}\n', "utf-8")
    region = scanned(tmp_path)[0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 1, "startColumn": 1, "endLine": 3, "endColumn": 2}
    assert "endColumn" not in places(log(REPORTS["findings"]))[0]["region"]


@pytest.mark.parametrize(("limit", "value"), [("_MOST_RESULTS", 50), ("_MOST_PACKED", 100_000)])
def test_a_file_that_github_would_refuse_is_not_written(limit: str, value: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit of results, and at that of the packed size, the least severe are left out, which a notification says."""
    monkeypatch.setattr(f"policypack.report.sarif.{limit}", value)
    digits = random.Random(1)
    found = tuple(
        replace(each, message=digits.randbytes(800).hex(), resource=replace(each.resource, address=f"a.b{number}"))
        for number, each in enumerate(drawn.report().findings[-1:] * 400)
    )
    text = renderer("sarif")(Report(findings=found), CONTEXT)
    run = json.loads(text)["runs"][0]
    left = 400 - len(run["results"])
    assert 0 < left < 400
    assert [each["properties"]["resource"] for each in run["results"]] == [each.resource.address for each in found[:-left]]
    assert f"{left} results more" in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]
    assert len(gzip.compress(text.encode())) < 100_000 + 64_000
