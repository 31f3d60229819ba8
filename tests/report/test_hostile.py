"""Scanned text is hostile: no format lets it out of the place that it was given."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec.json
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from policypack.check import Severity
from policypack.model import Evidence, Gap, Infrastructure, Input, Location, replace
from policypack.report import FORMATS, renderer
from policypack.run import Note, Report
from tests.report import picture as drawn
from tests.report.picture import CONTEXT
from tests.report.strict import MACHINES, taken
from tests.test_cli import call

HOSTILE = (
    "\x1b[2J\x1b]8;;http://evil.example\x07 \u202egnp \u2028\u200b\x00\r\n::add-mask::x\n##[error]y %0A::stop-commands::z "
    "|`<script>alert(1)</script><!-- [a](javascript:b) ![i](http://evil.example/i) **b** # @admin http://evil.example "
    "www.evil.example </code> ${x} \\| `` ~~s~~ \ud800 \U000e0041 ]]> {0} :: , \t end"
)


def report_of(text: str) -> Report:
    """A report in which everything that can come from a file is that text."""
    place = Location(text, 3, 4)
    resource = replace(drawn.DATABASE, address=text, location=place, inside=text, module_calls=(place,))
    steps = (Evidence(text, text, place), Evidence(text, "", place))
    check = drawn.question("some_check", Severity.HIGH)
    finding = drawn.instances()[0]
    finding = replace(finding, resource=resource, message=text, because=steps, fix=text, check="some_check", cause=text)
    finding = replace(finding, severity=Severity.HIGH)
    picture = drawn.picture()
    store = replace(
        picture.stores[0],
        resource=resource,
        label=text,
        environment=replace(picture.stores[0].environment, name=text, reason=text),
    )
    return Report(
        Infrastructure(
            # Another input has the address too, so that everything is named with its own.
            inputs=(
                Input(text, "module", resources=(resource,)),
                Input("b", "module", resources=(replace(resource, inside="b"),)),
            ),
            stores=(store,),
        ),
        {"some_check": check},
        (finding,),
        (replace(finding, suppressed=text),),
        (Gap(text, place), Gap(text, place, unreadable=True)),
        (),
        (Note(text, place),),
    )


def hostile(text: str, format_: str) -> str:
    """The format's output for it, with source lines that are no better."""
    return renderer(format_)(report_of(text), replace(CONTEXT, excerpt=lambda _place: text))


MARKS = ("paragraph", "inline", "text", "text_special", "code_inline", "softbreak")


def markdown_tokens(shown: str) -> list[Token]:
    """What a Markdown parser makes of it."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [token for each in parser.parse(shown) for token in (each, *(each.children or ()))]


texts = st.text(max_size=60) | st.lists(st.sampled_from(HOSTILE.split(" ")), max_size=8).map(" ".join)


@given(texts)
@example(HOSTILE)
@settings(max_examples=60, deadline=None)
def test_text_moves_no_cursor(text: str) -> None:
    """Every character of the text report is printable; nothing reorders, hides or erases."""
    shown = hostile(text, "text")
    assert [each for each in shown if each != "\n" and not each.isprintable()] == []


@given(texts)
@example(HOSTILE)
@settings(max_examples=60, deadline=None)
def test_github_gets_no_foreign_command(text: str) -> None:
    """Only our own commands begin a line, each with its own properties."""
    shown = hostile(text, "github")
    lines = shown.split("\n")
    assert lines.pop() == ""
    assert lines.pop().startswith("policypack 0.1.0: ")
    assert lines
    for line in lines:
        assert re.fullmatch(r"::(error|notice) file=[^:,]*,line=3,endLine=4,title=[^:,]*(%2C[^:,]*)?::.*", line)
        assert line.isprintable()


@pytest.mark.parametrize("format_", ["markdown", "comment"])
@given(text=texts)
@example(text=HOSTILE)
@settings(max_examples=60, deadline=None)
def test_markdown_stays_text(format_: str, text: str) -> None:
    """What GitHub makes of summary and comment has our own tags, and no link, image or HTML of the scanned text."""
    shown = hostile(text, format_)
    if format_ == "comment":
        for own in ("<!-- policypack -->\n", "<details>\n<summary>1 finding, with the proof</summary>\n", "\n</details>"):
            assert shown.count(own) == 1
            shown = shown.replace(own, "")
    tokens = markdown_tokens(shown)
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    tables = {"table", "thead", "tbody", "tr", "th", "td"}
    assert kinds <= {*MARKS, *tables, "heading", "html_inline", "bullet_list", "list_item", "strong"}
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<br>"}
    assert sum(token.type == "td_open" for token in tokens) == 3
    assert not re.search(r"@\w", "".join(token.content for token in tokens if token.type == "text"))
    assert not re.search(r"https?://\w", re.sub(r"`[^`\n]*`", "", shown))


@pytest.mark.parametrize("format_", MACHINES)
@given(text=texts)
@example(text=HOSTILE)
@settings(max_examples=40, deadline=None)
def test_programs_read_what_they_are_meant_to(text: str, format_: str) -> None:
    """The formats for programs are what their strictest readers take, in ASCII, and safe on a terminal too."""
    assert taken(format_, hostile(text, format_))


@given(texts)
@example(HOSTILE)
@settings(max_examples=40, deadline=None)
def test_junit_has_our_elements_only(text: str) -> None:
    """Scanned text makes no element, no attribute and no type, which Rails gives a meaning, and has no way to an attachment."""
    root = ET.fromstring(hostile(text, "junit"))
    assert [each.tag for each in root.iter()] == [
        *("testsuites", "testsuite", "testcase", "failure", "testcase", "skipped"),
        *("testsuite", "testcase", "error", "testcase", "skipped"),
    ]
    assert [each.get("type") for each in root.iter() if "type" in each.attrib] == ["high", "suppressed", "unreadable", "gap"]
    assert {key for each in root.iter("testcase") for key in each.attrib} == {"classname", "name", "file", "time"}


@given(texts)
@example(HOSTILE)
@settings(max_examples=40, deadline=None)
def test_reviewdog_posts_no_foreign_markdown(text: str) -> None:
    """A message of rdjson becomes a comment: it has our own marks, and no link, image, mention or HTML of the scanned text."""
    messages = [each["message"] for each in json.loads(hostile(text, "rdjson"))["diagnostics"]]
    assert len(messages) == 3
    for message in messages:
        tokens = markdown_tokens(message)
        kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
        assert kinds <= {*MARKS, "bullet_list", "list_item", "strong"}
        assert not re.search(r"@\w", "".join(token.content for token in tokens if token.type == "text"))
        assert not re.search(r"https?://\w", re.sub(r"`[^`\n]*`", "", message))


FILE = "a\x1b[2J\n::error::]]><b>\u202e[x](y) | @me `\udcff"
LABEL = "a](http://evil.example)<script>alert(1)</script> ::add-mask::x %0A]]> @admin \x1b[31m \u202e | `"
CODE = f"""
resource "aws_db_instance" "{LABEL}" {{
  identifier = "{LABEL}"
  tags       = {{ Name = "{LABEL}", env = "{LABEL}" }}
}}

module "{LABEL}" {{
  source = "./{LABEL}\\n::error::x"
}}
"""


@pytest.mark.parametrize("format_", FORMATS)
def test_a_hostile_tree_goes_through_the_program(format_: str, tmp_path: Path) -> None:
    """Names of files and folders, labels, tags and sources that try everything: every format is what it should be."""
    folder = tmp_path / FILE.replace("/", "")
    try:
        folder.mkdir()
        (folder / f"{FILE}.tf").write_text(CODE, "utf-8", "surrogatepass")
    except OSError:
        pytest.skip("this system has no such file names")
    done = call("scan", ".", "--format", format_, cwd=tmp_path)
    assert done.returncode in {1, 2}, done.stderr
    assert done.stdout
    assert [each for each in done.stdout + done.stderr if each != "\n" and not each.isprintable()] == []
    if format_ in MACHINES:
        assert taken(format_, done.stdout)
    elif format_ == "github":
        lines = done.stdout.splitlines()
        assert all(
            re.match(r"::(error|warning|notice) (file=[^:,]*,line=\d+,endLine=\d+,)?title=[^:]*::", each) for each in lines[:-1]
        )


def test_json_gives_back_what_was_scanned() -> None:
    """JSON quotes by itself: a program gets the text as it was, but for a lone surrogate, which strict parsers refuse."""
    text = HOSTILE + "\x7f"
    told = hostile(text, "json")
    assert "\x7f" not in told + hostile("in ASCII alone \x7f", "json")
    assert msgspec.json.decode(told)["findings"][0]["message"] == text.replace("\ud800", "\\u{d800}")


def test_sarif_makes_no_foreign_link() -> None:
    """In SARIF `[text](target)` is a link, and the path of a file is a URI: scanned text makes neither."""
    (run,) = json.loads(hostile("[click](https://evil.example) a b", "sarif"))["runs"]
    message = run["results"][0]["message"]["text"]
    assert re.findall(r"(?<!\\)\]\(([^)]*)\)", message) == ["1", "2"]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w%/.~-]+", uri)
