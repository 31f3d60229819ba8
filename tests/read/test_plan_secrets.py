"""Secrets of plans and states: marked where they are, and in nothing that is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policypack.model import Input, Resource, Unknown
from policypack.read import ReadError
from tests.read.planning import PLANS, block, change, plan, read_json, recorded, refers

SECRET = "planted-s3cr3t"


def shown(source: Input) -> Iterator[str]:
    """Everything of an Input that may reach an output: all but the values themselves."""
    yield repr((source.gaps, source.counts, source.destroyed, source.provider_versions, source.comments, source.path))
    for each in (*source.resources, *source.providers.values()):
        change = each.change and (
            each.change.actions,
            each.change.reason,
            each.change.replace_paths,
            each.change.previous_address,
        )
        yield repr((each.address, each.type, each.location, each.refers_to, each.sensitive, each.lines, change, each.lifecycle))
        yield from (repr((each.reason, each.references, each.parts)) for each in unknowns(dict(each.values)))


def unknowns(value: Any) -> Iterator[Unknown]:
    """Every Unknown in a value."""
    if isinstance(value, Unknown):
        yield value
        yield from unknowns(value.document)
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from unknowns(each)


def leaks(resource: Resource) -> list[str]:
    """Paths of values with the secret in them that are not marked."""

    def walk(value: Any, path: str) -> Iterator[str]:
        if isinstance(value, (dict, list)):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for name, each in pairs:
                yield from walk(each, f"{path}.{name}" if path else str(name))
        elif isinstance(value, str) and SECRET in value:
            yield path

    def covered(path: str) -> bool:
        return any(path == mark or path.startswith(f"{mark}.") for mark in resource.sensitive)

    return [path for path in walk(dict(resource.values), "") if not covered(path)]


def planted() -> Any:
    """A plan with the secret in every place that Terraform writes one in clear."""
    after = {"password": SECRET, "name": "n", "env": [{"plain": SECRET}], "from_variable": SECRET, "note": None}
    marks = {"env": [{"plain": True}]}
    expressions = {"from_variable": refers("var.secret"), "note": refers("var.secret", "aws_x.y.arn", "aws_x.y")}
    updated = {"actions": ["update"], "before": {**after, "note": SECRET}, "before_sensitive": {**marks, "note": True}}
    state = {"values": {"root_module": {"resources": [
        {"address": "data.aws_x.d", "mode": "data", "type": "aws_x", "name": "d", "values": {"secret_string": SECRET}},
        {"address": "aws_x.z", "mode": "managed", "type": "aws_x", "name": "z", "values": {"v": SECRET}, "sensitive_values": {"v": True}},
    ]}}}  # fmt: skip
    provider = {"name": "aws", "expressions": {"secret_key": {"constant_value": SECRET}, "token": refers("var.secret")}}
    return plan(
        [change("aws_thing", "t", after, {"note": True}, change={**updated, "after_sensitive": marks})],
        [block("aws_thing", "t", expressions)],
        root={"variables": {"secret": {"sensitive": True, "default": SECRET}}, "outputs": {"o": {"sensitive": True}}},
        providers={"aws": provider},
        variables={"secret": {"value": SECRET}},
        prior_state=state,
        planned_values={"outputs": {"o": {"sensitive": True, "value": SECRET}}},
        output_changes={"o": {"actions": ["create"], "after": SECRET, "after_sensitive": True}},
        resource_drift=[change("aws_thing", "t", after)],
    )


def test_no_secret_is_in_what_is_shown(tmp_path: Path) -> None:
    """No reason, reference, address, path or gap holds a secret of the plan, wherever it stands."""
    source = read_json(tmp_path, planted())
    assert SECRET in json.dumps(planted())
    assert not [text for text in shown(source) if SECRET in text]


def test_every_secret_is_marked(tmp_path: Path) -> None:
    """Every value that holds the secret is marked: by Terraform, by its name, or by the variable that it comes from."""
    source = read_json(tmp_path, planted())
    assert len(source.resources) == 3
    for each in (*source.resources, *source.providers.values()):
        assert leaks(each) == []
    thing = next(each for each in source.resources if each.address == "aws_thing.t")
    assert thing.sensitive >= {"password", "env.0.plain", "from_variable", "note"}


def test_a_wholly_sensitive_value_marks_everything(tmp_path: Path) -> None:
    """Where Terraform marks the object as a whole, all of it is marked."""
    entry = change("aws_thing", "t", {"a": SECRET, "b": SECRET}, change={"after_sensitive": True})
    assert read_json(tmp_path, plan([entry])).resources[0].sensitive == {"a", "b"}


@pytest.mark.parametrize("name", ["planned", "greenfield", "state", "update"])
def test_recorded_secrets_stay_in_values(tmp_path: Path, name: str) -> None:
    """The secrets of recorded plans are in no text that is shown."""
    document = json.dumps(recorded(name)).replace("hunter2-not-real", SECRET).replace("planted-", f"{SECRET}-")
    source = read_json(tmp_path, document, plan_file=PLANS / "planned.tfplan" if name == "planned" else None)
    assert SECRET in document
    assert not [text for text in shown(source) if SECRET in text]
    for each in (*source.resources, *source.providers.values()):
        assert leaks(each) == []


WRONG: list[Any] = [
    {"format_version": "1.2", "resource_changes": [{"address": SECRET, "type": 3}]},
    {"format_version": "1.2", "resource_changes": {SECRET: SECRET}},
    {"format_version": SECRET, "resource_changes": []},
    {"format_version": "1.2", "variables": {SECRET: SECRET}, "resource_changes": []},
    {"version": SECRET, "serial": 1, "resources": []},
]


@pytest.mark.parametrize("document", WRONG)
def test_errors_do_not_quote(tmp_path: Path, document: Any) -> None:
    """An error says where something is wrong, and never what stands there."""
    with pytest.raises(ReadError) as caught:
        read_json(tmp_path, document)
    assert SECRET not in caught.value.reason + caught.value.hint


def test_values_do_not_print_themselves(tmp_path: Path) -> None:
    """A resource that ends up in a message or a traceback does not bring its values along."""
    assert SECRET not in repr(read_json(tmp_path, planted()).resources)
