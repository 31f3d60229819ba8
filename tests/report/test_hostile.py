"""Scanned text is hostile: no format lets it out of the place that it was given."""

from __future__ import annotations

import json
import re

import msgspec.json
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from policypack.check import Severity
from policypack.model import Evidence, Gap, Infrastructure, Input, Location, replace
from policypack.report import renderer
from policypack.run import Note, Report
from tests.report import picture as drawn
from tests.report.picture import CONTEXT

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
        Infrastructure(inputs=(Input(text, "module"),), stores=(store,)),
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


@given(texts)
@example(HOSTILE)
@settings(max_examples=60, deadline=None)
def test_markdown_stays_text(text: str) -> None:
    """What GitHub makes of the summary has our own tags, and no link, image or HTML of the scanned text."""
    shown = hostile(text, "markdown")
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = [token for each in parser.parse(shown) for token in (each, *(each.children or ()))]
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    assert kinds <= {
        *("heading", "paragraph", "inline", "text", "text_special", "code_inline", "html_inline", "softbreak"),
        *("table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item", "strong"),
    }
    assert {token.content for token in tokens if token.type == "html_inline"} <= {"<br>"}
    assert sum(token.type == "td_open" for token in tokens) == 5
    assert not re.search(r"@\w", "".join(token.content for token in tokens if token.type == "text"))
    assert not re.search(r"https?://\w", re.sub(r"`[^`\n]*`", "", shown))


@pytest.mark.parametrize("format_", ["json", "sarif"])
@given(text=texts)
@example(text=HOSTILE)
@settings(max_examples=40, deadline=None)
def test_json_is_json_in_ascii(text: str, format_: str) -> None:
    """The formats for programs parse, and are safe on a terminal too."""
    shown = hostile(text, format_)
    assert shown.isascii()
    assert json.loads(shown)["$schema" if format_ == "sarif" else "schema_version"]


def test_json_gives_back_what_was_scanned() -> None:
    """JSON quotes by itself: a program gets the text as it was, but for a lone surrogate, which strict parsers refuse."""
    text = HOSTILE + "\x7f"
    told = hostile(text, "json")
    assert "\x7f" not in told
    assert msgspec.json.decode(told)["findings"][0]["message"] == text.replace("\ud800", "\\u{d800}")


def test_sarif_makes_no_foreign_link() -> None:
    """In SARIF `[text](target)` is a link, and the path of a file is a URI: scanned text makes neither."""
    (run,) = json.loads(hostile("[click](https://evil.example) a b", "sarif"))["runs"]
    message = run["results"][0]["message"]["text"]
    assert re.findall(r"(?<!\\)\]\(([^)]*)\)", message) == ["1", "2"]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w%/.~-]+", uri)
