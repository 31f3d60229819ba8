"""The consumers of the formats for platforms, as strict as they come: each takes a text or raises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree as ET

import junitparser
import msgspec.json
import xmlschema
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for

from policypack import report as reports

CONSUMERS = Path(__file__).with_name("consumers")
SCHEMAS = {
    "json": Path(reports.__file__).with_name("schema.json"),
    "sarif": CONSUMERS / "sarif-2.1.0.json",
    "alerts": CONSUMERS / "sarif-2.1.0.json",
    "gitlab": CONSUMERS / "gitlab-code-quality.json",
    "rdjson": CONSUMERS / "rdjson.json",
}
MACHINES = (*SCHEMAS, "junit")


@cache
def schema(format_: str) -> Validator:
    """The schema of a format in JSON."""
    text = json.loads(SCHEMAS[format_].read_text("utf-8"))
    made: Validator = validator_for(text)(text)
    return made


@cache
def _xsd() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(CONSUMERS / "junit-10.xsd"))


def taken(format_: str, text: str) -> Any:
    """What a consumer of the format reads: ASCII, parsed by a parser that forgives nothing, as the schema wants it."""
    assert text.isascii()
    assert not [each for each in text if not each.isprintable() and each != "\n"]
    if format_ == "junit":
        return tests(text)
    value = msgspec.json.decode(text)
    schema(format_).validate(value)
    if format_ == "gitlab":
        # GitLab keeps one entry of a fingerprint.
        assert len({each["fingerprint"] for each in value}) == len(value)
    return value


def tests(text: str) -> junitparser.JUnitXml:
    """A JUnit report. Its schema knows no `file` of a case, which GitLab shows: all but that is held to it."""
    root = ET.fromstring(text)
    for case in root.iter("testcase"):
        case.attrib.pop("file", None)
    _xsd().validate(root)
    read = junitparser.JUnitXml.fromstring(text)
    cases = [(suite.name, case) for suite in read for case in suite]
    # GitLab keeps one case of a name, and reads the text of an element and not its message.
    assert len({(case.classname, case.name) for _, case in cases}) == len(cases)
    assert all(result.text for _, case in cases for result in case.result)
    told = (read.tests, read.failures, read.errors, sum(suite.skipped for suite in read))
    read.update_statistics()  # type: ignore[no-untyped-call] # junitparser types what it reads, and not this
    assert told == (read.tests, read.failures, read.errors, read.skipped)
    return read


def outcomes(read: junitparser.JUnitXml) -> Mapping[tuple[str, str], tuple[str, str]]:
    """By class and name, what became of each case: `failure`, `error`, `skipped` or `passed`, and of what type."""
    found = {}
    for suite in read:
        for case in suite:
            name = (case.classname.rpartition(".")[2], case.name)
            results = [(type(each).__name__.lower(), cast("str", each.type)) for each in case.result]
            (found[name],) = results or [("passed", "")]
    return found
