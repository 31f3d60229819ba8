"""The text report: what a person sees."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from policypack.model import Evidence, Gap, Infrastructure, Location, replace
from policypack.report.text import render
from policypack.run import Report
from tests.report import picture as drawn
from tests.report.picture import CONTEXT


def test_instances_are_one_block() -> None:
    """Three instances of one block with one problem are one thing to repair."""
    text = render(drawn.report(), CONTEXT)
    assert text.count("deletion_protection = true") == 1
    assert "and 2 more instances" in text


def test_instances_that_differ_stay_apart() -> None:
    """An instance of which something else is said is shown by itself."""
    report = drawn.report()
    odd = replace(report.findings[1], message="Something else.")
    text = render(replace(report, findings=(report.findings[0], odd, *report.findings[2:])), CONTEXT)
    assert "and 1 more instance\n" not in text.replace("  ", "")
    assert f"{odd.resource.address} " in text
    assert "and 1 more instance " in text


def test_a_quiet_scan_is_one_line() -> None:
    """A scan that found nothing says in one line what was judged, and what could not be."""
    text = render(Report(drawn.picture(), drawn.checks(), gaps=drawn.picture().gaps), CONTEXT)
    assert text.count("\n") == 1
    assert "1 store" in text
    assert "5 checks" in text
    assert "2 gaps: what the token may reach" in text


def test_what_could_not_be_read_is_never_quiet() -> None:
    """A scan that lost an input does not look like one that found nothing."""
    gap = Gap("is not JSON", Location("plan.json"), unreadable=True)
    assert "\ncould not judge: is not JSON (plan.json:1)\n" in render(Report(gaps=(gap,)), CONTEXT)


def test_many_gaps_are_a_short_list() -> None:
    """Gaps of one reason are one line, and after ten reasons there is a count."""
    gaps = tuple(Gap(f"reason {n % 14:02}", Location("main.tf", n)) for n in range(1, 57))
    text = render(replace(drawn.report(), gaps=gaps), CONTEXT)
    assert text.count("gap: reason") == 10
    assert "and 3 more)" in text
    assert "4 more reasons for gaps: --format json" in text


@pytest.mark.parametrize("width", [20, 60, 80, 110, 200])
def test_prose_keeps_to_the_terminal(width: int) -> None:
    """Messages are wrapped to the terminal; where it is narrow, nothing is lost."""
    lines = render(drawn.report(), replace(CONTEXT, width=width)).splitlines()
    words = {word for line in lines for word in line.split()}
    assert {"backups", "live", "volume", "go", "it."} <= words
    assert max(len(line) for line in lines) <= max(width, 90)


def test_colour_changes_nothing_but_colour() -> None:
    """Without its colour codes the coloured report is the plain one."""
    plain = render(drawn.report(), CONTEXT)
    coloured = render(drawn.report(), replace(CONTEXT, colour=True))
    assert "\x1b[" not in plain
    assert coloured != plain
    for code in ("1;31", "31", "33", "36", "2", "1", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plain


def test_a_plan_without_source_keeps_blocks_apart() -> None:
    """Where everything stands in one plan file, two resources are not taken for instances of one block."""
    first, second, *_ = drawn.instances()
    place = Location("plan.json")
    found = (
        replace(first, resource=replace(first.resource, address="aws_db_instance.a", location=place, inside="plan.json")),
        replace(second, resource=replace(second.resource, address="aws_db_instance.b", location=place, inside="plan.json")),
    )
    assert "more instance" not in render(Report(Infrastructure(), findings=found), CONTEXT)


def test_plain_text_starts_cold() -> None:
    """The plain report needs neither rich nor jsonschema nor yaml: a scan does not pay for them."""
    script = "import sys, policypack.report.text, policypack.settings; print({'rich', 'jsonschema', 'yaml'} & set(sys.modules))"
    root = str(Path(__file__).parent.parent.parent)
    done = subprocess.run([sys.executable, "-c", script], env={"PYTHONPATH": root}, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_a_place_is_said_once() -> None:
    """A step in the block's first line needs no place, one in the same file only the file's name, another its whole path."""
    finding = drawn.instances()[0]
    steps = (
        Evidence("here", location=finding.location),
        Evidence("below", location=replace(finding.location, line=5, end_line=5)),
        Evidence("there", location=Location("other/main.tf", 7, 7)),
        Evidence("far away", location=Location("a/very/long/path/that/leaves/no/room/main.tf", 7, 7)),
    )
    lines = render(Report(Infrastructure(), findings=(replace(finding, because=steps),)), CONTEXT).splitlines()
    assert [line.strip() for line in lines[5:10]] == [
        "here",
        "main.tf:5  below",
        "other/main.tf:7  there",
        "a/very/long/path/that/leaves/no/room/main.tf:7",
        "far away",
    ]
