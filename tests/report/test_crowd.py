"""Ten thousand findings: each format stays within what its consumer takes, keeps the worst, and says what it left out."""

from __future__ import annotations

import gc
import gzip
import json
import re
import time
import tracemalloc
from collections.abc import Callable
from functools import cache
from xml.etree import ElementTree as ET

import pytest

from policypack.report import FORMATS, renderer
from policypack.run import Report
from tests.report.crowd import crowd
from tests.report.picture import CONTEXT
from tests.report.strict import taken

NUMBER = 10_000
MEBIBYTE = 1024 * 1024


@cache
def told(format_: str) -> str:
    """The format's output for ten thousand findings."""
    return renderer(format_)(report(NUMBER), CONTEXT)


@cache
def report(number: int) -> Report:
    """A report of that many findings."""
    return crowd(number)


def fastest(work: Callable[[], object]) -> float:
    """The seconds of a processor that something takes at best, without the collector's share."""
    taken_: list[float] = []
    for _ in range(3):
        gc.collect()
        gc.disable()
        begun = time.process_time()
        work()
        taken_.append(time.process_time() - begun)
        gc.enable()
    return min(taken_)


@pytest.mark.parametrize("format_", FORMATS)
def test_time_grows_as_the_findings_do(format_: str) -> None:
    """Five times the findings take about five times as long, and never twenty-five times."""
    render = renderer(format_)
    few, many = (fastest(lambda number=number: render(report(number), CONTEXT)) for number in (800, 4_000))  # type: ignore[misc] # the default binds it
    assert many < few * 15


def test_json_takes_no_longer_than_writing_json() -> None:
    """The JSON report costs a few times what the standard library needs to write the same values, which is a part of a second."""
    values = json.loads(told("json"))
    assert fastest(lambda: renderer("json")(report(NUMBER), CONTEXT)) < 6 * fastest(lambda: json.dumps(values))


@pytest.mark.parametrize("format_", FORMATS)
def test_memory_is_that_of_the_output(format_: str) -> None:
    """What is held while writing is a few times what is written, or what a platform takes, whichever is more."""
    few = report(2_000)
    renderer(format_)(few, CONTEXT)
    tracemalloc.start()
    text = renderer(format_)(few, CONTEXT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < max(6 * len(text), 8 * MEBIBYTE)


def test_json_has_them_all() -> None:
    """The JSON report is complete, whatever others leave out."""
    assert len(json.loads(told("json"))["findings"]) == NUMBER


def test_sarif_fits_code_scanning() -> None:
    """Under 25,000 results, under 10 MB packed, complete, and each within the schema."""
    log = json.loads(told("sarif"))
    (run,) = log["runs"]
    assert len(run["results"]) == NUMBER
    assert len(gzip.compress(told("sarif").encode())) < 10_000_000
    run["results"] = run["results"][::500]
    taken("sarif", json.dumps(log))


def test_gitlab_has_each_apart() -> None:
    """All findings, each with a fingerprint of its own, in a file that GitLab parses."""
    assert len(told("gitlab")) < 20 * MEBIBYTE
    entries = json.loads(told("gitlab"))
    assert len({each["fingerprint"] for each in entries}) == len(entries) == NUMBER
    taken("gitlab", json.dumps(entries[::100]))


def test_junit_has_each_apart() -> None:
    """All findings, each a case of its own name, in a file under 30 MB."""
    assert len(told("junit")) < 30 * MEBIBYTE
    names = [(each.get("classname"), each.get("name")) for each in ET.fromstring(told("junit")).iter("testcase")]
    assert len(set(names)) == len(names) == NUMBER
    taken("junit", renderer("junit")(report(800), CONTEXT))


def test_rdjson_has_them_all() -> None:
    """One diagnostic a block, none longer than a comment."""
    diagnostics = json.loads(told("rdjson"))["diagnostics"]
    assert len(diagnostics) == NUMBER
    assert max(len(each["message"]) for each in diagnostics) < 65_536


def test_github_shows_ten_of_a_level() -> None:
    """GitHub drops what is more than ten annotations of a level, so that the tenth says how many there are."""
    lines = told("github").splitlines()
    for level in ("error", "warning", "notice"):
        mine = [line for line in lines if line.startswith(f"::{level} ")]
        assert len(mine) == 10
        assert re.search(r"\d+ more in the job summary", mine[-1])
    assert "critical" in lines[0]


@pytest.mark.parametrize(("format_", "largest"), [("text", 4 * MEBIBYTE), ("markdown", MEBIBYTE), ("comment", 65_536)])
def test_what_people_read_is_cut_and_counted(format_: str, largest: int) -> None:
    """The worst come first, the number of those left out is said, and the verdict is there."""
    text = told(format_)
    assert len(text.encode()) < largest
    (left,) = re.findall(r"(\d+) more findings", text)
    shown = len(re.findall(r"One API call deletes", text))
    assert int(left) + shown == NUMBER
    assert "check_critical" in text
    assert "check_low" not in text
    assert "10000 findings: 2000 critical, 2000 high, 2000 medium, 2000 low, 2000 uncertain." in text


@pytest.mark.parametrize("format_", ["gitlab", "junit"])
def test_a_file_too_large_keeps_the_worst(format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the limit of size the most severe findings stay, and how many went is said in a place that the consumer shows."""
    monkeypatch.setattr(f"policypack.report.{format_}._LARGEST", 60_000)
    text = renderer(format_)(report(400), CONTEXT)
    assert len(text) < 70_000
    taken(format_, text)
    (left,) = re.findall(r"(\d+) more \w+ would not fit here: see the JSON report", text)[:1]
    shown = re.findall(r'(?:check_name":"|classname="policypack.checks.)check_(\w+)', text)
    assert 0 < int(left) < 400
    assert len(shown) + int(left) == 400
    assert "critical" in shown
    assert set(shown) <= {"critical", "high"}
