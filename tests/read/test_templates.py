"""Templates: text around holes, and JSON with holes."""

from __future__ import annotations

import json

import pytest

from policypack.model import Reference, Unknown, Value
from policypack.read.hcl.expression import evaluate, evaluate_json, parse_template, traversals
from policypack.read.hcl.partial import HOLE
from tests.read.expression_scope import Names, value
from tests.read.recording import FOLDER

ARN = Reference("aws_s3_bucket.b", "arn")
ID = Reference("aws_vpc.v", "id")


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ('"${aws_s3_bucket.b.arn}"', (ARN,)),
        ('"${aws_s3_bucket.b.arn}/*"', (ARN, "/*")),
        ('"a${aws_s3_bucket.b.arn}b${aws_vpc.v.id}c"', ("a", ARN, "b", ID, "c")),
        ('"a${"b"}${aws_vpc.v.id}"', ("ab", ID)),
        ('"x-${"y-${aws_vpc.v.id}"}"', ("x-y-", ID)),
        ('"a${upper(aws_vpc.v.id)}b"', ("a", HOLE, "b")),
        ('format("%s/*", aws_s3_bucket.b.arn)', (ARN, "/*")),
        ('format("%s-%05d", "a", aws_vpc.v.id)', ("a-", HOLE)),
        ('join("/", ["a", aws_vpc.v.id, "b"])', ("a/", ID, "/b")),
        ('join("/", [aws_vpc.v.id])', (ID,)),
        ('"%{ if true }${aws_vpc.v.id}%{ endif }!"', (ID, "!")),
        ('"a%{ for x in [aws_vpc.v.id, "z"] }${x},%{ endfor }"', ("a", ID, ",z,")),
        ('"a%{ if aws_vpc.v.id == "x" }yes%{ endif }b"', ("a", HOLE, "b")),
        ('"a%{ for x in aws_vpc.v.ids }${x}%{ endfor }b"', ("a", HOLE, "b")),
        ("<<EOT\nx ${aws_vpc.v.id}\nEOT\n", ("x ", ID, "\n")),
        ("tostring(aws_vpc.v.id)", (ID,)),
        ('try(aws_vpc.v.id, "none")', (ID,)),
        ('coalesce(null, "", aws_vpc.v.id, "none")', (ID,)),
        ('sensitive("a/${aws_vpc.v.id}")', ("a/", ID)),
        ("one([aws_vpc.v.id])", (ID,)),
        ("element([aws_vpc.v.id], 0)", (ID,)),
        ('lookup({ a = aws_vpc.v.id }, "a", "")', (ID,)),
        ("jsondecode(jsonencode({ a = [aws_vpc.v.id] })).a[0]", (ID,)),
    ],
)
def test_text_keeps_what_stands_around_its_holes(expression: str, parts: tuple[object, ...]) -> None:
    """Text that is known in part keeps the known parts, and which attribute each hole is."""
    found = value(expression)
    assert isinstance(found, Unknown)
    assert found.parts == parts
    assert set(found.references) >= {part for part in parts if isinstance(part, Reference) and part != HOLE}


def _policy(found: Value) -> Value:
    assert isinstance(found, Unknown)
    return found.document


@pytest.mark.parametrize(
    "expression",
    [
        'jsonencode({ Statement = [{ Action = "s3:*", Resource = ["${aws_s3_bucket.b.arn}/*", aws_s3_bucket.b.arn] }] })',
        '<<EOT\n{"Statement": [{"Action": "s3:*", "Resource": ["${aws_s3_bucket.b.arn}/*", "${aws_s3_bucket.b.arn}"]}]}\nEOT\n',
        '<<EOT\n{"Statement": [{"Action": "s3:*", "Resource": ${jsonencode(["${aws_s3_bucket.b.arn}/*", aws_s3_bucket.b.arn])}}]}\nEOT\n',
        '"{\\"Statement\\": [{\\"Action\\": \\"s3:*\\", \\"Resource\\": [\\"${aws_s3_bucket.b.arn}/*\\", \\"${aws_s3_bucket.b.arn}\\"]}]}"',
        'format("{\\"Statement\\":[%s]}", jsonencode({ Action = "s3:*", Resource = ["${aws_s3_bucket.b.arn}/*", aws_s3_bucket.b.arn] }))',
    ],
)
def test_policies_with_holes_keep_their_structure(expression: str) -> None:
    """However a policy is written, its document is decoded and only the holes are unknown."""
    document = _policy(value(expression))
    assert isinstance(document, dict)
    statements = document["Statement"]
    assert isinstance(statements, list)
    statement = statements[0]
    assert isinstance(statement, dict)
    assert statement["Action"] == "s3:*"
    resources = statement["Resource"]
    assert isinstance(resources, list)
    assert [each.parts for each in resources if isinstance(each, Unknown)] == [(ARN, "/*"), (ARN,)]


@pytest.mark.parametrize(
    "text", ["{${aws_vpc.v.id}}", '{"${aws_vpc.v.id}": 1}', "{ not json ${aws_vpc.v.id}", "[\ue0000\ue001, ${aws_vpc.v.id}]"]
)
def test_what_is_not_json_has_no_document(text: str) -> None:
    """Text with holes that does not decode claims no structure."""
    found = evaluate(parse_template(text), Names())
    assert isinstance(found, Unknown)
    assert found.document is None


def test_escaped_quotes_do_not_end_a_string_of_the_document() -> None:
    """A hole behind an escaped quote is inside of its string."""
    found = evaluate(parse_template('{"a": "say \\"${aws_vpc.v.id}\\" \\\\", "b": ${jsonencode([1])}}'), Names())
    document = _policy(found)
    assert isinstance(document, dict)
    inner = document["a"]
    assert isinstance(inner, Unknown)
    assert inner.parts == ('say "', ID, '" \\')
    assert document["b"] == [1]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("", ""),
        ("plain \\n $${x} %%{y}", "plain \\n ${x} %{y}"),
        ("no newline added: ${1 + 1}", "no newline added: 2"),
        ("ends ${1}\n", "ends 1\n"),
        ("${local.list}", ["a"]),
        ("T0 T1 ${local.list[0]} ~", "T0 T1 a ~"),
        ("%{ for x in local.list ~}\n  ${x}\n%{ endfor ~}\n", "  a\n"),
        ("$5 100% {x}", "$5 100% {x}"),
        ('é ${"ü"} ß', "é ü ß"),
    ],
)
def test_bare_templates_are_what_their_text_says(text: str, result: Value) -> None:
    """A template file or a JSON string gives its text byte for byte, and one hole alone is its value."""
    assert evaluate(parse_template(text), Names({"list": ["a"]})) == result


@pytest.mark.parametrize(
    "text", ["${", "${}", "%{ if true }x", "%{ endif }", "${a b}", "%{ for }", "${\n", "EOT ${x", "%{ else }"]
)
def test_broken_templates_are_unknown(text: str) -> None:
    """A template that does not parse is an unknown with a reason, never a text with the braces in it."""
    found = evaluate(parse_template(text), Names())
    assert isinstance(found, Unknown)
    assert found.reason


def test_json_syntax_reads_strings_and_names_as_templates() -> None:
    """In a .tf.json file every string is a template, and so is every name of an object."""
    written = json.loads('{"${local.k}": ["${local.list}", "a-${local.k}", 1.0, true, null], "z": {"n": "${aws_vpc.v.id}"}}')
    found = evaluate_json(written, Names({"k": "key", "list": [1]}))
    assert isinstance(found, dict)
    assert found["key"] == [[1], "a-key", 1, True, None]
    assert found["z"] == {"n": Unknown("known only after apply", (ID,), (ID,))}


def test_template_files_see_their_variables_only() -> None:
    """A template file cannot refer to the module; what it does not get is an error that try sees."""
    assert value('try(templatestring("$${local.x}", {}), "refused")', Names({"x": 1})) == "refused"


def test_template_files_keep_the_document_around_their_holes() -> None:
    """A policy in a template file with an ARN that does not exist yet is decoded like any other."""
    found = value('templatefile("policy.json.tmpl", { arn = aws_s3_bucket.b.arn })', Names(folder=FOLDER))
    document = _policy(found)
    assert isinstance(document, dict)
    [statement] = document["Statement"] if isinstance(document["Statement"], list) else [None]
    assert isinstance(statement, dict)
    assert statement["Action"] == "s3:*"
    assert statement["Resource"] == Unknown("known only after apply", (ARN,), (ARN, "/*"))


def test_names_are_found_without_evaluating() -> None:
    """Traversals have their plain steps, inside of templates and functions too, without what a for binds."""
    source = "${[for k, v in local.m : upper(v.x) if k != var.skip][0]}-${aws_a.b[0].c[var.i].d}%{ for x in local.l }${x}${y.z}%{ endfor }"
    assert traversals(parse_template(source)) == [
        ("local", ("m",)),
        ("var", ("skip",)),
        ("aws_a", ("b", 0, "c")),
        ("var", ("i",)),
        ("local", ("l",)),
        ("y", ("z",)),
    ]
