"""The baseline: what is frozen stays frozen, and hides nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policypack.check import Finding, Severity
from policypack.model import Infrastructure, Input, Location, replace
from policypack.run import BaselineError, Report, apply, freeze, run
from policypack.settings import Settings
from tests.test_run import OPEN, OTHER, TODAY, answering, judged, resource


def test_a_baseline_holds_as_many_as_it_counted() -> None:
    """Frozen findings are suppressed, one more of the same kind is new."""
    two = [Finding(resource(location=Location(file, 1, 2)), f"in {file}", cause="x") for file in ("a.tf", "b.tf")]
    baseline = freeze(judged(answering("vault_unlocked", *two)))
    assert json.loads(baseline)["findings"][0]["count"] == 2
    third = replace(two[0], message="in c.tf")
    report = apply(judged(answering("vault_unlocked", *two, third)), baseline)
    assert len(report.findings) == 1
    assert [each.suppressed for each in report.suppressed] == ["baseline"] * 2
    assert report.notes == ()


def test_a_baseline_says_what_vanished() -> None:
    """A frozen finding that is gone is a note, unless its check was not asked or the finding is suppressed next to its code."""
    baseline = freeze(judged(OPEN))
    notes = [note.text for note in apply(judged(answering("vault_unlocked")), baseline).notes]
    assert notes == ["vault_unlocked of aws_db_instance.main is in the baseline and is not found any more"]
    assert apply(judged(OTHER), baseline).notes == ()
    assert apply(judged(OPEN, comments=("# allow: vault_unlocked (x)",)), baseline).notes == ()


def test_a_baseline_is_given_to_the_run() -> None:
    """What an earlier run froze, a later run takes out; freezing again keeps it."""
    report = judged(OPEN)
    later = run(report.infrastructure, {OPEN.name: OPEN}, Settings(), today=TODAY, baseline=freeze(report))
    assert later.findings == ()
    assert freeze(later) == freeze(report)


def among(inputs: Sequence[str], *found_in: str) -> Report:
    """A report on inputs, some of which have the same finding at the same address."""
    picture = Infrastructure(inputs=tuple(Input(each, "module") for each in inputs))
    found = [Finding(replace(resource(), inside=each), "open") for each in found_in]
    open_ = answering("vault_unlocked", *found)
    return run(picture, {open_.name: open_}, Settings(), today=TODAY)


@pytest.mark.parametrize(
    ("inputs", "found_in", "new"),
    [
        (("a", "b"), ("a",), 0),
        (("a", "b"), ("b",), 1),
        (("a", "b"), ("a", "b"), 1),
        (("b",), ("b",), 1),
        (("c", "b"), ("c",), 0),
        (("c", "b"), ("c", "b"), 1),
        (("a", "c"), ("c",), 1),
    ],
    ids=["the same", "another root", "both", "another alone", "renamed", "renamed and another", "added"],
)
def test_a_baseline_tells_roots_apart(inputs: tuple[str, ...], found_in: tuple[str, ...], new: int) -> None:
    """What one root had frozen hides nothing of another that has the same address; a root that was renamed keeps its own."""
    baseline = freeze(among(("a", "b"), "a"))
    assert len(apply(among(inputs, *found_in), baseline).findings) == new


WORSE = Finding(resource(), "open", certain=False, at_most=Severity.MEDIUM)


@pytest.mark.parametrize(
    ("later", "reported"),
    [
        ({}, False),
        ({"certain": True}, True),
        ({"at_most": Severity.CRITICAL}, True),
        ({"at_most": Severity.LOW}, False),
        ({"message": "in other words"}, False),
    ],
)
def test_what_became_worse_is_reported_again(later: dict[str, Any], reported: bool) -> None:
    """Who accepted that something may be, or is not so bad, did not accept that it is, or is worse; it did not vanish either."""
    baseline = freeze(judged(answering("vault_unlocked", WORSE)))
    report = apply(judged(answering("vault_unlocked", replace(WORSE, **later))), baseline)
    assert (len(report.findings), report.notes) == (int(reported), ())


def test_of_two_alike_the_one_that_is_as_it_was_stays_frozen() -> None:
    """One uncertain finding in the baseline takes the uncertain one of two, whichever is told first."""
    baseline = freeze(judged(answering("vault_unlocked", WORSE)))
    report = apply(judged(answering("vault_unlocked", WORSE, replace(WORSE, message="surely", certain=True))), baseline)
    assert [each.certain for each in report.findings] == [True]
    assert [each.certain for each in report.suppressed] == [False]


def entry(count: object, **more: object) -> str:
    """An entry of a baseline."""
    told = {"fingerprint": "a", "check": "b", "resource": "c", "input": "d", "severity": "high", "count": count, "certain": 0}
    return json.dumps({**told, **more})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        '{"schema_version": "2", "findings": []}',
        '{"schema_version": "1"}',
        '{"schema_version": "1", "findings": []}',
        '{"schema_version": "1", "inputs": "x", "findings": []}',
        '{"schema_version": "1", "inputs": [], "findings": [{}]}',
        '{"schema_version": "1", "inputs": [], "findings": [' + entry(0) + "]}",
        '{"schema_version": "1", "inputs": [], "findings": [' + entry(True) + "]}",
        '{"schema_version": "1", "inputs": [], "findings": [' + entry(1, certain=2) + "]}",
        '{"schema_version": "1", "inputs": [], "findings": [' + entry(1, certain=None) + "]}",
        '{"schema_version": "1", "inputs": [], "findings": [' + entry(1, severity="bad") + "]}",
        '{"schema_version": "1", "inputs": [], "findings": [' + entry(1) + ", " + entry(2) + "]}",
        "[" * 100_000,
    ],
)
def test_a_broken_baseline_is_refused(text: str) -> None:
    """A baseline that cannot be read hides nothing: it is an error."""
    with pytest.raises(BaselineError):
        apply(Report(), text)


findings = st.builds(
    lambda name, cause, message, certain: Finding(resource(name), message, certain=certain, cause=cause),
    st.sampled_from("abc"),
    st.sampled_from(["", "x", "y"]),
    st.sampled_from(["m", "n"]),
    st.booleans(),
)


@given(st.lists(findings, max_size=8), st.lists(findings, max_size=8))
@settings(max_examples=100, deadline=None)
def test_a_baseline_never_loses_a_finding(first: list[Finding], second: list[Finding]) -> None:
    """Frozen findings all go; of later findings each is kept or suppressed, and none is both or neither."""
    before, after = judged(answering("vault_unlocked", *first)), judged(answering("vault_unlocked", *second))
    assert apply(before, freeze(before)).findings == ()
    applied = apply(after, freeze(before))
    together = [replace(each, suppressed=None) for each in (*applied.findings, *applied.suppressed)]
    assert len(together) == len(after.findings)
    assert all(each in together for each in after.findings)
