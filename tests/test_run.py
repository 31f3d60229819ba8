"""Asking checks: order, crashes, suppressions, and the exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from policypack.check import Check, Finding, Severity
from policypack.model import UNKNOWN, Comment, Evidence, Gap, Infrastructure, Input, Location, Resource, replace
from policypack.run import FailOn, Report, exit_code, fingerprint, run
from policypack.settings import Settings, SettingsError

TODAY = date(2026, 6, 1)
BLOCK = Location("main.tf", 10, 20)


def resource(name: str = "main", location: Location = BLOCK) -> Resource:
    """A database with a place."""
    return Resource(f"aws_db_instance.{name}", "aws_db_instance", "aws", {}, location, ".")


def check(name: str, find: Callable[[Infrastructure], Iterator[Finding]], severity: Severity = Severity.HIGH) -> Check:
    """A check around a function."""
    return Check(name, severity, find, "Title.", "Why.", "Fix.", "")


def answering(name: str, *findings: Finding, severity: Severity = Severity.HIGH) -> Check:
    """A check that finds these, always."""
    return check(name, lambda _: iter(findings), severity)


def judged(*checks: Check, comments: Sequence[str] = (), **changes: Any) -> Report:
    """The report of the checks on an input with comments above the block."""
    written = tuple(Comment(text, Location("main.tf", n, n), BLOCK) for n, text in enumerate(comments, start=1))
    picture = Infrastructure(inputs=(Input(".", "module", comments=written),))
    return run(picture, {each.name: each for each in checks}, replace(Settings(), **changes), today=TODAY)


OPEN = answering("vault_unlocked", Finding(resource(), "open"))
OTHER = answering("backup_missing", Finding(resource(), "missing"))


def test_findings_are_complete_and_in_order() -> None:
    """Most severe first, certain before uncertain, then by address; each says its check and severity."""
    low = answering("a_low", Finding(resource("a"), "x"), severity=Severity.LOW)
    both = answering(
        "b_high", Finding(resource("b"), "x", certain=False), Finding(resource("z"), "x"), Finding(resource("c"), "x")
    )
    report = judged(low, both)
    assert [(each.check, each.severity, each.resource.address[-1]) for each in report.findings] == [
        ("b_high", Severity.HIGH, "c"),
        ("b_high", Severity.HIGH, "z"),
        ("b_high", Severity.HIGH, "b"),
        ("a_low", Severity.LOW, "a"),
    ]


def test_one_thing_is_reported_once() -> None:
    """The same answer given twice is one finding, certain where either was; another cause or message is another finding."""
    one = Finding(resource(), "open", certain=False, cause="lock")
    again = replace(one, certain=True)
    report = judged(answering("vault_unlocked", one, again, one, replace(one, cause="policy"), replace(one, message="else")))
    assert [(each.cause, each.message, each.certain) for each in report.findings] == [
        ("lock", "open", True),
        ("lock", "else", False),
        ("policy", "open", False),
    ]


def crashing(_infrastructure: Infrastructure) -> Iterator[Finding]:
    """Finds something, then breaks over a secret."""
    yield Finding(resource(), "before")
    raise ValueError("hunter2")


def doubting(_infrastructure: Infrastructure) -> Iterator[Finding]:
    """Takes an unknown value for a truth."""
    if UNKNOWN:
        yield Finding(resource(), "never")


def not_a_generator(_infrastructure: Infrastructure) -> Iterator[Finding]:
    """Breaks at once."""
    raise RecursionError


def test_a_crash_is_a_value() -> None:
    """A check that breaks is named without the scanned value; what it found and what others find is kept, and the exit is 2."""
    report = judged(check("a_crash", crashing), check("b_doubt", doubting), check("c_broken", not_a_generator), OPEN)
    assert [each.check for each in report.findings] == ["a_crash", "vault_unlocked"]
    errors = {each.check: each.error for each in report.crashed}
    assert errors["a_crash"].startswith("ValueError in test_run.py:")
    assert "known only after apply" in errors["b_doubt"]
    assert errors["c_broken"].startswith("RecursionError in test_run.py:")
    assert "hunter2" not in str(errors)
    assert exit_code(report, FailOn.NEVER) == 2


def test_something_else_than_a_finding_is_a_crash() -> None:
    """A check that yields what is no finding has not answered."""
    report = judged(check("a_wrong", lambda _: iter(("text",))))  # type: ignore[arg-type] # that is the test
    assert [each.check for each in report.crashed] == ["a_wrong"]


def test_settings_choose_checks_and_severities() -> None:
    """Skipped checks are not asked, others may be chosen, and a severity may be moved."""
    assert judged(OPEN, OTHER, skip=("vault_unlocked",)).checks.keys() == {"backup_missing"}
    assert judged(OPEN, OTHER, only=("vault_unlocked",)).checks.keys() == {"vault_unlocked"}
    moved = judged(OPEN, severity={"vault_unlocked": "low"})
    assert [each.severity for each in moved.findings] == [Severity.LOW]
    assert moved.checks["vault_unlocked"].severity is Severity.LOW


@pytest.mark.parametrize("field", ["skip", "only", "severity"])
def test_settings_name_only_checks_that_exist(field: str) -> None:
    """A name that is no check's stops the run and suggests the nearest: a typing error must not switch anything off."""
    wrong: Any = {"vault_unlockd": "low"} if field == "severity" else ("vault_unlockd",)
    with pytest.raises(SettingsError) as caught:
        judged(OPEN, OTHER, comments=(), **{field: wrong})
    assert "vault_unlockd" in caught.value.reason
    assert "vault_unlocked" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "# allow: vault_unlocked (restored nightly)",
        "// allow: vault_unlocked (restored nightly)",
        "/* allow: vault_unlocked (restored nightly) */",
        "/*\n * allow: vault_unlocked (restored nightly)\n */",
        "allow: vault_unlocked (restored nightly)",
        "#allow:vault_unlocked(restored nightly)",
        "# allow: backup_missing, vault_unlocked (restored nightly)",
        "# allow: vault_unlocked until 2027-03-01 (restored nightly)",
        "# allow: vault_unlocked until 2026-06-01 (restored nightly)",
    ],
)
def test_a_suppression_is_honoured(text: str) -> None:
    """Every way to write it allows the finding, keeps its reason, and needs no word more. Its last day is its own."""
    report = judged(OPEN, answering("backup_missing"), comments=(text,))
    assert report.findings == ()
    assert [each.suppressed for each in report.suppressed] == ["restored nightly"]
    assert report.gaps == ()
    assert exit_code(report) == 0


def test_a_reason_may_have_brackets() -> None:
    """A reason is everything between the first and the last bracket."""
    report = judged(OPEN, comments=("# allow: vault_unlocked (see RUN-1 (DR team), page 3)",))
    assert [each.suppressed for each in report.suppressed] == ["see RUN-1 (DR team), page 3"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("# allow: vault_unlocked", "has no reason"),
        ("# allow: vault_unlocked ()", "has no reason"),
        ("# allow: vault_unlocked ( )", "has no reason"),
        ("# allow: vault_unlocked (unfinished", "has no reason"),
        ("# allow: vault_unlocked because of me", "names no check"),
        ("# allow: vault_unlocked until (x)", "a date that is not one"),
        ("# allow: vault_unlocked until tomorrow (x)", "a date that is not one"),
        ("# allow: vault_unlocked until 2027-02-30 (x)", "a date that is not one"),
        ("# allow: vault_unlocked until 20270301 (x)", "a date that is not one"),
        ("# allow: vault_unlockd (x)", "did you mean vault_unlocked?"),
        ("# allow: no_such_check (x)", "names no check"),
        ("# allow: vault_unlocked, no_such_check (x)", "names no check"),
    ],
)
def test_a_suppression_that_cannot_be_read_is_an_error(text: str, problem: str) -> None:
    """It suppresses nothing, is reported with its place, and the exit is 2."""
    report = judged(OPEN, comments=(text,))
    assert len(report.findings) == 1
    (gap,) = report.gaps
    assert problem in gap.reason
    assert gap.location == Location("main.tf", 1, 1)
    assert exit_code(report, FailOn.NEVER) == 2


@pytest.mark.parametrize(
    "text", ["# allow: ssh from the office", "# allow: all", "# we allow: vault_unlocked", "# allow:", "# Allow: x"]
)
def test_prose_is_no_suppression(text: str) -> None:
    """People write `allow:` for many reasons; a comment that means no check is left alone."""
    report = judged(OPEN, comments=(text,))
    assert (len(report.findings), report.gaps, report.notes) == (1, (), ())


def test_an_expired_suppression_is_ignored_and_said() -> None:
    """After its last day it allows nothing, and the report says so."""
    report = judged(OPEN, comments=("# allow: vault_unlocked until 2026-05-31 (x)",))
    assert len(report.findings) == 1
    assert [str(note) for note in report.notes] == [
        "the suppression of vault_unlocked ended on 2026-05-31 and is ignored (main.tf:1)"
    ]
    assert exit_code(report) == 1


def test_an_unused_suppression_is_a_note() -> None:
    """It is said where the check was asked, and changes no exit code; where it was not, nobody can tell."""
    comments = ("# allow: backup_missing (x)",)
    report = judged(answering("backup_missing"), comments=comments)
    assert [note.location for note in report.notes] == [Location("main.tf", 1, 1)]
    assert exit_code(report) == 0
    assert judged(answering("backup_missing"), OPEN, comments=comments, only=("vault_unlocked",)).notes == ()


@pytest.mark.parametrize(
    ("place", "allowed"),
    [
        (BLOCK, True),
        (Location("main.tf", 12, 13), True),
        (Location("main.tf", 9, 20), False),
        (Location("main.tf", 15, 21), False),
        (Location("other.tf", 10, 20), False),
    ],
)
def test_a_suppression_is_about_its_own_block(place: Location, allowed: bool) -> None:
    """What stands elsewhere, or reaches beyond the block, is not allowed by it."""
    report = judged(
        answering("vault_unlocked", Finding(resource(location=place), "x")), comments=("# allow: vault_unlocked (x)",)
    )
    assert bool(report.suppressed) is allowed


def test_a_suppression_at_a_module_call_is_about_the_module() -> None:
    """What a module's blocks are found guilty of can be allowed where the module is called, and there for that call only."""
    place = Location(".terraform/modules/db/main.tf", 1, 9)
    here, elsewhere = (
        Finding(replace(resource(name, place), module_calls=(call,)), "x")
        for name, call in (("here", BLOCK), ("elsewhere", Location("main.tf", 30, 40)))
    )
    report = judged(answering("vault_unlocked", here, elsewhere), comments=("# allow: vault_unlocked (x)",))
    assert [each.resource.address for each in report.suppressed] == ["aws_db_instance.here"]
    assert [each.resource.address for each in report.findings] == ["aws_db_instance.elsewhere"]


def test_a_comment_that_covers_nothing_allows_nothing() -> None:
    """A comment at the end of a file is no suppression of everything."""
    comment = Comment("# allow: vault_unlocked (x)", Location("main.tf", 1), None)
    report = run(
        Infrastructure(inputs=(Input(".", "module", comments=(comment,)),)), {OPEN.name: OPEN}, Settings(), today=TODAY
    )
    assert len(report.findings) == 1
    assert len(report.notes) == 1


def test_gaps_are_collected_once() -> None:
    """Gaps of the inputs and of the picture are in the report, what was lost altogether first, each once."""
    gap, lost = Gap("b", Location("a.tf", 1, 1)), Gap("a", Location("z.tf", 1, 1), unreadable=True)
    picture = Infrastructure(inputs=(Input(".", "module", gaps=(gap, lost)),), gaps=(gap, Gap("c")))
    assert run(picture, {}, Settings(), today=TODAY).gaps == (
        replace(lost, inputs=(".",)),
        Gap("c"),
        replace(gap, inputs=(".",)),
    )


def test_what_several_inputs_have_is_told_once_and_names_them() -> None:
    """A gap, a broken suppression and one without use in a module that two roots call are one each, of both roots."""
    place, block = Location("modules/db/main.tf", 3, 3), Location("modules/db/main.tf", 4, 9)
    gap = Gap("module.net is not downloaded", place)
    comments = tuple(Comment(f"# allow: {text}", place, block) for text in ("vault_unlocked (x)", "vault_unlocked"))
    inputs = tuple(Input(path, "module", gaps=(gap,), comments=comments) for path in ("live/prod", "live/dev"))
    report = run(Infrastructure(inputs=inputs), {OPEN.name: OPEN}, Settings(), today=TODAY)
    both = ("live/dev", "live/prod")
    assert [each.inputs for each in report.gaps] == [both, both]
    assert [each.inputs for each in report.notes] == [both]


@pytest.mark.parametrize(
    ("finding", "severity", "fail_on", "strict", "code"),
    [
        (None, "high", "low", True, 0),
        ("certain", "high", "high", False, 1),
        ("certain", "critical", "high", False, 1),
        ("certain", "medium", "high", False, 0),
        ("certain", "medium", "medium", False, 1),
        ("certain", "critical", "never", True, 0),
        ("uncertain", "critical", "low", False, 0),
        ("uncertain", "critical", "low", True, 1),
        ("uncertain", "low", "high", True, 0),
        ("gap", "high", "high", False, 0),
        ("gap", "high", "high", True, 1),
        ("gap", "high", "never", True, 0),
        ("unreadable", "high", "never", False, 2),
    ],
)
def test_exit_code(finding: str | None, severity: str, fail_on: str, strict: bool, code: int) -> None:
    """0 is nothing that counts, 1 is findings, 2 is what could not be judged; strictness counts doubt."""
    found = Finding(resource(), "x", certain=finding == "certain", severity=Severity(severity))
    report = Report(
        findings=(found,) if finding in {"certain", "uncertain"} else (),
        gaps=(Gap("x", unreadable=finding == "unreadable"),) if finding in {"gap", "unreadable"} else (),
    )
    assert exit_code(report, FailOn(fail_on), strict=strict) == code


def test_fingerprint_is_check_address_and_cause() -> None:
    """It stays when lines, words or the proof change, and is another for another check, address or cause."""
    one = Finding(resource(), "x", cause="lock", check="vault_unlocked")
    same = replace(
        one, message="y", certain=False, because=(Evidence("z"),), resource=resource(location=Location("b.tf", 9, 9))
    )
    assert fingerprint(one) == fingerprint(same) == "2393c5171ac9bbbc"
    others = (replace(one, cause="policy"), replace(one, check="other"), replace(one, resource=resource("second")))
    assert len({fingerprint(each) for each in (one, *others)}) == 4
