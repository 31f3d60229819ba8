"""What a change brings, told about scanned text that tries everything, and about more than a comment holds."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings

from policypack.check import Severity
from policypack.compare.difference import Difference
from policypack.compare.powers import PowerChange, Untold
from policypack.compare.stores import StoreChange
from policypack.diff import FORMATS
from policypack.model import Evidence, Location, Outcome, Verb, replace
from policypack.report import renderer
from policypack.report.comment import MARK
from policypack.report.diff import render
from policypack.run import Report
from tests.report import picture as drawn
from tests.report.crowd import crowd
from tests.report.picture import CONTEXT
from tests.report.test_hostile import HOSTILE, MARKS, markdown_tokens, report_of, texts
from tests.test_cli import ROOT, call, process

PLAN = ROOT / "terraform-examples" / "changes" / "agent_gains_power" / "plan.json"


def difference(text: str, number: int = 1) -> Difference:
    """A change in which everything that can come from a file is that text."""
    place = Location(text, 3, 4)
    power = PowerChange(
        text, "agent", Verb.DESTROY, text, Outcome.MAYBE, Outcome.NO, True, True, False, (Evidence(text, text, place),), text
    )
    store = StoreChange(text, text, location=place)
    finding = replace(report_of(text).findings[0], severity=Severity.HIGH)
    powers = tuple(replace(power, identity=f"{text}{each}" if each else text) for each in range(number))
    return Difference(
        named=text,
        gained=powers,
        lost=powers,
        untold=(Untold(text, text),) * number,
        guards_removed=(store,) * number,
        guards_added=(store,) * number,
        uncopied=(store,) * number,
        gone=(store,) * number,
        new=(finding,) * number,
        fixed=(finding,) * number,
        notes=(text,),
    )


@given(texts)
@example(HOSTILE)
@settings(max_examples=40, deadline=None)
def test_markdown_of_a_change_stays_text(text: str) -> None:
    """No link, image, mention or HTML of the scanned text in what a pull request shows."""
    shown = render(difference(text), CONTEXT, "markdown")
    tokens = markdown_tokens(shown)
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    assert kinds <= {*MARKS, "heading", "bullet_list", "list_item", "strong", "blockquote", "html_inline"}
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<br>"}
    assert sum(token.type == "list_item_open" for token in tokens) == 9
    said = "".join(token.content for token in tokens if token.type == "text")
    assert not re.search(r"@\w|#\d|GH-\d", said)
    assert not re.search(r"https?://\w", re.sub(r"`[^`\n]*`", "", shown))


@given(texts)
@example(HOSTILE)
@settings(max_examples=40, deadline=None)
def test_text_of_a_change_moves_no_cursor(text: str) -> None:
    """Every character for a terminal is printable, and the JSON is ASCII that gives back what was scanned."""
    shown = render(difference(text), CONTEXT, "text")
    assert [each for each in shown if each != "\n" and not each.isprintable()] == []
    told = render(difference(text), CONTEXT, "json")
    assert told.isascii()
    assert json.loads(told)["compared_with"] == text


@given(texts)
@example(HOSTILE)
@settings(max_examples=20, deadline=None)
def test_a_comment_has_our_marks_only(text: str) -> None:
    """The comment's own HTML is what it folds the findings with; its first line is the mark and nothing else is one."""
    shown = renderer("comment")(report_of(text), replace(CONTEXT, difference=difference(text)))
    assert shown.startswith(f"{MARK}\n")
    assert len(re.findall(r"(?<!\\)<!--", shown)) == 1
    blocks = [token.content for token in markdown_tokens(shown) if token.type == "html_block"]
    assert blocks == [f"{MARK}\n", "<details>\n<summary>1 finding, with the proof</summary>\n", "</details>\n"]


@pytest.mark.parametrize(("number", "text"), [(3_000, "aws_db_instance.main"), (3_000, "ü" * 400), (40, HOSTILE * 8)])
def test_limits_of_a_comment_and_a_summary(number: int, text: str) -> None:
    """However much changes, a comment has under 65,536 characters and a summary under 1 MiB; both say what is left out."""
    context = replace(CONTEXT, difference=difference(text, number))
    report = crowd(number)
    comment, summary = (renderer(each)(report, context) for each in ("comment", "markdown"))
    assert len(comment.encode()) < 62_000
    assert len(summary.encode()) < 1024 * 1024
    assert number < 1000 or re.search(r"more findings would not fit here: see the job summary", comment)
    assert re.search(r"- and \d+ more: `policypack diff", comment)
    assert "Not judged" in comment or not report.gaps


def test_what_is_cut_is_counted() -> None:
    """The lines that a section shows and the number that it says are left make the whole."""
    shown = render(difference("aws_x.y", 50), CONTEXT, "markdown")
    for section in shown.split("\n**")[1:]:
        lines = [line for line in section.splitlines() if line.startswith("- ")]
        left = re.fullmatch(r"- and (\d+) more: .*", lines[-1])
        assert left is not None
        assert len(lines) - 1 + int(left[1]) == 50


@pytest.mark.parametrize("form", FORMATS)
def test_a_change_of_nothing_has_no_sections(form: str) -> None:
    """Where nothing changes, one line says so."""
    shown = render(Difference(named="main"), CONTEXT, form)
    assert "No power, guard, backup or finding changes." in shown or form == "json"
    assert "**" not in shown


HIDES = ("::add-mask::x", "##[error]x", "a ##[group]x")


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "github", "gitlab"])
@pytest.mark.parametrize("name", HIDES)
def test_no_format_commands_a_runner(name: str, format_: str, tmp_path: Path) -> None:
    """In a log a line that begins with `::`, or has `##[` anywhere, is a command: scanned text gives none, in any format."""
    plan = PLAN.read_text("utf-8").replace("aws_iam_role.report_agent", name)
    (tmp_path / "plan.json").write_text(plan)
    done = call("scan", "plan.json", "--format", format_, cwd=tmp_path)
    assert done.returncode in {1, 2}
    lines = [*done.stdout.splitlines(), *done.stderr.splitlines()]
    own = r"::(error|warning|notice) (file=[^:]*,)?title=[^:]*::"
    assert [line for line in lines if line.lstrip().startswith("::") and not re.match(own, line)] == []
    if format_ != "json":
        assert [line for line in lines if "##[" in line and not re.match(own, line)] == []


def test_notes_that_must_be_seen_are_annotations() -> None:
    """Of what is no finding, only what bears on all of them is an annotation."""
    quiet = drawn.report()
    loud = tuple(replace(each, loud=True) for each in quiet.notes)
    assert "no use here" not in renderer("github")(quiet, CONTEXT)
    told = renderer("github")(replace(quiet, notes=loud), CONTEXT)
    assert "::warning file=main.tf,line=2,endLine=2,title=policypack::the suppression of" in told
    assert renderer("github")(Report(), CONTEXT).count("\n") == 1


def test_a_runner_gets_numbers_as_outputs(tmp_path: Path) -> None:
    """The outputs of a step are numbers of ours: nothing scanned is written there."""
    plan = PLAN.read_text("utf-8").replace("aws_iam_role.report_agent", "x\\ncritical=0")
    (tmp_path / "plan.json").write_text(plan)
    outputs = tmp_path / "out"
    done = process("scan", "plan.json", "--format", "github", cwd=tmp_path, environment={"GITHUB_OUTPUT": os.fspath(outputs)})
    assert done.returncode in {1, 2}
    assert re.fullmatch(r"findings=\d+\ncritical=\d+\nhigh=\d+\n", outputs.read_text())
