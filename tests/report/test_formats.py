"""What every format promises, on one report made by hand: whole outputs, and what they have in common."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from policypack import report as reports
from policypack.model import Gap, Infrastructure, Input, Location, replace
from policypack.report import FORMATS, renderer
from policypack.run import Crash, Note, Report, run
from policypack.settings import Settings
from tests.report import picture as drawn
from tests.report.picture import CONTEXT

SNAPSHOTS = Path(__file__).with_name("snapshots")
SCHEMA = json.loads(Path(reports.__file__).with_name("schema.json").read_text("utf-8"))


def lost(report: Report) -> Report:
    """The same report after a crash, with an input that could not be read, a note and something allowed."""
    allowed = replace(report.findings[-1], suppressed="rotated by hand, see the runbook")
    return replace(
        report,
        findings=report.findings[:-1],
        suppressed=(allowed,),
        crashed=(Crash("vault_unlocked", "KeyError in vault_unlocked.py:23"),),
        gaps=(Gap("is not JSON: truncated at line 7", Location("plan.json", 7, 7), unreadable=True), *report.gaps),
        notes=(*report.notes, Note("backup_missing of aws_db_instance.old is in the baseline and is not found any more")),
    )


def quiet() -> Report:
    """Everything was judged, and nothing found."""
    picture = replace(drawn.picture(), gaps=(), credentials=())
    return Report(replace(picture, inputs=(Input("main.tf", "module", counts={"a": 3}),)), drawn.checks())


REPORTS = {"findings": drawn.report(), "lost": lost(drawn.report()), "quiet": quiet(), "empty": Report()}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("name", REPORTS)
def test_whole_output(name: str, format_: str) -> None:
    """A change of any byte of any format is seen in review; UPDATE_SNAPSHOTS=1 writes what is there now."""
    file = SNAPSHOTS / f"{name}.{format_}"
    text = renderer(format_)(REPORTS[name], CONTEXT)
    if os.environ.get("UPDATE_SNAPSHOTS"):
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode()


@pytest.mark.parametrize("name", REPORTS)
def test_json_keeps_its_contract(name: str) -> None:
    """What the JSON format writes is what the published schema describes."""
    Draft202012Validator.check_schema(SCHEMA)
    Draft202012Validator(SCHEMA).validate(json.loads(renderer("json")(REPORTS[name], CONTEXT)))


def test_every_field_of_the_schema_is_described() -> None:
    """Whoever reads the schema learns what each field means."""

    def undescribed(schema: Any, path: str) -> list[str]:
        if not isinstance(schema, dict):
            return []
        properties = schema.get("properties", {})
        missing = [f"{path}.{key}" for key, each in properties.items() if "description" not in each]
        inner = [*properties.items(), ("[]", schema.get("items")), *schema.get("$defs", {}).items()]
        return missing + [each for key, value in inner for each in undescribed(value, f"{path}.{key}")]

    assert undescribed(SCHEMA, "") == []


def test_json_counts_each_finding_once() -> None:
    """Severities count what is certain and `uncertain` the rest, so that they add up to the findings that count."""
    data = json.loads(renderer("json")(REPORTS["lost"], CONTEXT))
    counted = sum(data["summary"][key] for key in ("critical", "high", "medium", "low", "uncertain"))
    assert counted == sum(1 for finding in data["findings"] if finding["suppressed"] is None) > 0
    assert data["summary"]["suppressed"] == 1
    assert data["exit_code"] == 2


@pytest.mark.parametrize("format_", FORMATS)
def test_order_of_the_parts_does_not_matter(format_: str) -> None:
    """Checks and gaps in any order give the same bytes."""
    picture, checks = drawn.picture(), drawn.checks()
    expected = renderer(format_)(run(picture, checks, Settings(), today=drawn.TODAY), CONTEXT)
    for seed in range(3):
        names = sorted(checks)
        random.Random(seed).shuffle(names)
        gaps = tuple(reversed(picture.gaps)) * 2
        shuffled = run(replace(picture, gaps=gaps), {name: checks[name] for name in names}, Settings(), today=drawn.TODAY)
        assert renderer(format_)(shuffled, CONTEXT) == expected


def test_same_bytes_whatever_the_hash_seed() -> None:
    """Two processes with other hash seeds write the same bytes in every format."""
    script = "from tests.report import picture as p\nfrom policypack.report import *\n"
    script += "import sys\nfor f in FORMATS: sys.stdout.buffer.write(renderer(f)(p.report(), p.CONTEXT).encode())"
    root = Path(reports.__file__).parent.parent.parent
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert outputs != {b""}


def test_an_unknown_format_is_refused() -> None:
    """A format that does not exist is an error, and never a module of that name."""
    with pytest.raises(KeyError):
        renderer("escape")


def test_github_says_what_it_leaves_out() -> None:
    """GitHub shows ten annotations of a level; the tenth says how many more there are."""
    finding = drawn.report().findings[0]
    found = tuple(
        replace(finding, resource=replace(finding.resource, address=f"a.b{n:02}", location=Location("main.tf", n)))
        for n in range(1, 15)
    )
    lines = renderer("github")(Report(Infrastructure(), findings=found), CONTEXT).splitlines()
    assert [line.startswith("::error ") for line in lines] == [True] * 10 + [False]
    assert lines[9].endswith("::5 more in the job summary")


def test_markdown_stays_below_what_github_shows() -> None:
    """A summary above 1 MiB is not shown at all, so it is cut, and what is cut is counted."""
    finding = drawn.report().findings[0]
    found = tuple(
        replace(
            finding, message="x" * 1500, resource=replace(finding.resource, address=f"a.b{n}", location=Location("main.tf", n))
        )
        for n in range(1, 1000)
    )
    text = renderer("markdown")(Report(Infrastructure(), findings=found), CONTEXT)
    assert len(text.encode()) < 1024 * 1024
    shown = text.count("\n### ")
    assert f"**{999 - shown} more findings would not fit here" in text
    assert 0 < shown < 999
