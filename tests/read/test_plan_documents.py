"""Policy documents that a plan reads late, rebuilt; and the provider's way of making them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policypack.model import Reference, Unknown, Value
from policypack.read.documents import as_json, parsed, policy_document
from tests.read.planning import block, change, found, plan, read_json, read_recorded, refers

ADDRESS = "data.aws_iam_policy_document"


def document(name: str, after: Any, unknown: Any = None) -> dict[str, Any]:
    """An entry for a document that is read late."""
    entry = change("aws_iam_policy_document", name, after, {"json": True, **(unknown or {})}, change={"actions": ["read"]})
    return {**entry, "address": f"{ADDRESS}.{name}", "mode": "data"}


def written(name: str, expressions: Any) -> dict[str, Any]:
    """The block of a document."""
    return {**block("aws_iam_policy_document", name, expressions), "address": f"{ADDRESS}.{name}", "mode": "data"}


def statement(**arguments: Any) -> dict[str, Any]:
    """A statement as a plan shows it: what is not written is null or empty."""
    nothing: dict[str, Any] = {
        "sid": None,
        "effect": None,
        "not_actions": None,
        "not_resources": None,
        "principals": [],
        "condition": [],
    }
    return {**nothing, "actions": ["s3:*"], "resources": ["*"], **arguments}


def decoded(value: Value) -> Any:
    """The document in a value, whichever way it is carried."""
    return parsed(value)


def test_a_late_document_keeps_what_is_known() -> None:
    """Actions, conditions and effects of a late document are known; only the resource that does not exist yet is not."""
    policy = found(read_recorded("greenfield"), "aws_iam_role_policy.inline_unknown").get("policy")
    assert isinstance(policy, Unknown)
    assert policy.references == (Reference(f"{ADDRESS}.bucket_rw", "json"),)
    first, *tenants = decoded(policy)["Statement"]
    assert first["Action"] == ["rds:Delete*", "s3:DeleteObject*", "s3:GetObject"]
    assert first["Condition"] == {"StringEquals": {"aws:PrincipalTag/role": "agent"}}
    assert [each.references for each in first["Resource"]] == [(Reference("aws_s3_bucket.b", "arn"),)] * 2
    assert [each["Sid"] for each in tenants] == ["Tenanta", "Tenantb"]


def test_sources_of_a_late_document_are_merged_in() -> None:
    """A document that is made of another late one has its statements first, and then its own."""
    policy = found(read_recorded("greenfield"), "aws_iam_role_policy.inline_combined").get("policy")
    assert [each.get("Sid", each["Action"]) for each in decoded(policy)["Statement"]] == [
        "ReadWrite",
        "Tenanta",
        "Tenantb",
        "iam:PassRole",
    ]


def test_the_data_source_has_its_document() -> None:
    """The data source itself carries the document as its json."""
    source = found(read_recorded("greenfield"), f"{ADDRESS}.bucket_rw")
    assert isinstance(source.get("json"), Unknown)
    assert decoded(source.get("json"))["Version"] == "2012-10-17"


def test_several_late_sources_keep_their_order(tmp_path: Path) -> None:
    """Unknown sources are told apart by their order, known ones keep their place between them."""
    known = json.dumps({"Statement": [{"Sid": "Known", "Effect": "Deny", "Action": "*", "Resource": "*"}]})
    references = refers(f"{ADDRESS}.a.json", f"{ADDRESS}.a", f"{ADDRESS}.b.json", f"{ADDRESS}.b")
    entries = [
        document("a", {"statement": [statement(sid="A")]}),
        document("b", {"statement": [statement(sid="B")]}),
        document("c", {"source_policy_documents": [None, known, None]}, {"source_policy_documents": [True, False, True]}),
    ]
    blocks = [written("a", {}), written("b", {}), written("c", {"source_policy_documents": references})]
    made = decoded(found(read_json(tmp_path, plan(entries, blocks)), f"{ADDRESS}.c").get("json"))
    assert [each["Sid"] for each in made["Statement"]] == ["A", "Known", "B"]


def test_a_late_document_without_holes_is_known(tmp_path: Path) -> None:
    """Where only the time of reading is late, and nothing in the document is unknown, its text is known."""
    entries = [document("a", {"statement": [statement()]})]
    made = found(read_json(tmp_path, plan(entries, [written("a", {})])), f"{ADDRESS}.a").get("json")
    assert isinstance(made, str)
    assert json.loads(made)["Statement"] == [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]


@pytest.mark.parametrize(
    ("after", "unknown", "count"),
    [
        ({"source_policy_documents": [None]}, {"source_policy_documents": [True]}, 1),
        ({"source_policy_documents": None}, {"source_policy_documents": True}, 2),
        ({"override_policy_documents": None}, {"override_policy_documents": True}, 2),
        ({"statement": None}, {"statement": True}, 1),
    ],
)
def test_what_a_document_is_made_of_is_never_dropped(tmp_path: Path, after: Any, unknown: Any, count: int) -> None:
    """A source that cannot be followed leaves an unknown statement behind, so that nobody takes the document for complete."""
    expressions = {name: refers("local.document") for name in after}
    entries = [document("a", after, unknown)]
    made = decoded(found(read_json(tmp_path, plan(entries, [written("a", expressions)])), f"{ADDRESS}.a").get("json"))
    assert [type(each) for each in made["Statement"]] == [Unknown] * count


def test_documents_in_a_circle_end(tmp_path: Path) -> None:
    """A document that is made of itself, which Terraform would refuse, is unknown."""
    references = refers(f"{ADDRESS}.a.json", f"{ADDRESS}.a")
    entries = [document("a", {"source_policy_documents": [None]}, {"source_policy_documents": [True]})]
    source = read_json(tmp_path, plan(entries, [written("a", {"source_policy_documents": references})]))
    (inner,) = decoded(found(source, f"{ADDRESS}.a").get("json"))["Statement"]
    assert inner == Unknown("a policy document that is made of itself")


def test_the_document_of_the_same_key(tmp_path: Path) -> None:
    """Of documents with keys, a policy has the one with its own key."""
    late = [document("a", {"statement": [statement(sid=key)]}) for key in ("one", "two")]
    for key, entry in zip(("one", "two"), late, strict=True):
        entry["address"] += f'["{key}"]'
    policy = {**change("aws_iam_policy", "p", {}, {"policy": True}), "address": 'aws_iam_policy.p["two"]'}
    blocks = [written("a", {}), block("aws_iam_policy", "p", {"policy": refers(f"{ADDRESS}.a", "each.key")})]
    value = found(read_json(tmp_path, plan([*late, policy], blocks)), 'aws_iam_policy.p["two"]').get("policy")
    assert [each["Sid"] for each in decoded(value)["Statement"]] == ["two"]


def test_two_references_are_not_one_document(tmp_path: Path) -> None:
    """An unknown text that depends on more than one thing is not taken for the one document among them."""
    expression = refers(f"{ADDRESS}.a.json", f"{ADDRESS}.a", "aws_s3_bucket.b.arn", "aws_s3_bucket.b")
    entries = [document("a", {"statement": [statement()]}), change("aws_iam_policy", "p", {}, {"policy": True})]
    source = read_json(tmp_path, plan(entries, [written("a", {}), block("aws_iam_policy", "p", {"policy": expression})]))
    policy = found(source, "aws_iam_policy.p").get("policy")
    assert isinstance(policy, Unknown)
    assert policy.document is None


STATEMENTS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"actions": ["a:B"]}, {"Effect": "Allow", "Action": "a:B"}),
    ({"actions": ["b:B", "a:A"], "effect": "Deny"}, {"Effect": "Deny", "Action": ["a:A", "b:B"]}),
    ({"not_actions": ["a:B"], "not_resources": ["x"]}, {"Effect": "Allow", "NotAction": "a:B", "NotResource": "x"}),
    ({"sid": "", "actions": []}, {"Effect": "Allow"}),
    ({"principals": [{"type": "*", "identifiers": ["*"]}]}, {"Effect": "Allow", "Principal": "*"}),
    ({"principals": [{"type": "AWS", "identifiers": ["*"]}]}, {"Effect": "Allow", "Principal": {"AWS": "*"}}),
    (
        {"not_principals": [{"type": "AWS", "identifiers": ["a"]}, {"type": "AWS", "identifiers": ["b"]}]},
        {"Effect": "Allow", "NotPrincipal": {"AWS": ["a", "b"]}},
    ),
    (
        {
            "condition": [
                {"test": "Bool", "variable": "v", "values": ["x"]},
                {"test": "Bool", "variable": "w", "values": ["y", "z"]},
            ]
        },
        {"Effect": "Allow", "Condition": {"Bool": {"v": "x", "w": ["y", "z"]}}},
    ),
]


@pytest.mark.parametrize(("arguments", "made"), STATEMENTS)
def test_statements_are_the_providers(arguments: dict[str, Any], made: dict[str, Any]) -> None:
    """A statement is written as the AWS provider writes it."""
    assert policy_document({"statement": [arguments]})["Statement"] == [made]


def test_unknown_arguments_stay_where_they_are() -> None:
    """An unknown argument of a statement is unknown in the document, in its place; the rest of it is known."""
    hole = Unknown("later")
    arguments: dict[str, Value] = dict.fromkeys(("sid", "effect", "actions", "resources", "principals", "condition"), hole)
    made = policy_document({"statement": [arguments], "version": hole})
    assert made["Version"] == hole
    assert made["Statement"] == [dict.fromkeys(("Sid", "Effect", "Action", "Resource", "Principal", "Condition"), hole)]


def test_overrides_replace_by_sid() -> None:
    """A later statement of the same sid takes the place of the earlier one; those without a sid only add up."""
    one: Value = {"Statement": [{"Sid": "A", "Effect": "Allow"}, {"Effect": "Allow"}]}
    two: Value = {"Version": "2008-10-17", "Id": "i", "Statement": {"Sid": "A", "Effect": "Deny"}}
    made = policy_document({}, [one], [two])
    assert made == {"Version": "2012-10-17", "Id": "i", "Statement": [{"Sid": "A", "Effect": "Deny"}, {"Effect": "Allow"}]}


def test_a_document_is_text_where_it_is_known() -> None:
    """A known document is its JSON, an unknown one is an Unknown that carries it."""
    hole = Unknown("later", (Reference("aws_s3_bucket.b", "arn"),))
    assert as_json({"b": [1], "a": None}) == '{"a": null, "b": [1]}'
    assert as_json({"a": [hole]}) == Unknown("known only after apply", hole.references, document={"a": [hole]})
    assert isinstance(parsed("{"), Unknown)
    assert isinstance(parsed(3), Unknown)
