"""A plan that was made against the wrong state is told by the state that it should have been made against."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from policypack.gate.judge import Asked, Judged, judge
from policypack.gate.need import PLAN
from policypack.gate.summary import as_json, text
from policypack.read.options import ReadOptions
from policypack.settings import Settings
from tests.gate.binary import archive
from tests.gate.planned import DATABASE, change, kept, plan, written

QUEUE = {"name": "jobs", "id": "https://sqs/jobs"}
MAIN = 'resource "aws_sqs_queue" "q" {\n  name = "jobs"\n}\n'


def state(folder: Path, *objects: tuple[str, dict[str, Any]], lineage: str = "a", serial: int = 7) -> Path:
    """A raw state file that holds these objects."""
    resources = [
        {
            "mode": "managed",
            "type": address.split(".")[0],
            "name": address.split(".")[1],
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"schema_version": 0, "attributes": values}],
        }
        for address, values in objects
    ]
    path = folder / "recorded.tfstate"
    found = {"version": 4, "terraform_version": "1.11.4", "serial": serial, "lineage": lineage, "outputs": {}}
    path.write_text(json.dumps({**found, "resources": resources}), "utf-8")
    return path


def binary(folder: Path, lineage: str, serial: int) -> Path:
    """As much of a binary plan as says which state it was made against."""
    told = json.dumps({"version": 4, "lineage": lineage, "serial": serial, "resources": []})
    return archive(folder / "plan.tfplan", folder / "plan.json", **{"tfconfig__m-__main.tf": MAIN}, tfstate=told)


def held(planned: Path, recorded: Path, made: Path | None = None) -> Judged:
    """The gate's view of a plan beside a state."""
    return judge(Asked(planned, recorded), ReadOptions(base=planned.parent, plan_file=made), Settings())


def told(found: Judged) -> str:
    """What it says of a wrong state, "" for nothing. Nothing else may be asked about."""
    assert found.unjudged == ()
    assert [(each.kind, each.address) for each in found.needs] in ([], [("wrong_state_suspected", PLAN)])
    return "; ".join(step.text for each in found.needs for step in each.because)


def test_the_right_state_says_nothing(tmp_path: Path) -> None:
    """A plan against the state that is given passes, whatever it adds, imports or moves."""
    moved = change("aws_db_instance.new", ["no-op"], DATABASE, DATABASE, previous_address="aws_db_instance.old")
    given = change("aws_sqs_queue.i", ["create"], None, QUEUE)
    given["change"]["importing"] = {"id": "x"}
    planned = written(
        tmp_path, kept("aws_sqs_queue.q", QUEUE), change("aws_sqs_queue.n", ["create"], None, QUEUE), moved, given
    )
    recorded = state(tmp_path, ("aws_sqs_queue.q", QUEUE), ("aws_db_instance.old", DATABASE), ("aws_sqs_queue.i", QUEUE))
    assert told(held(planned, recorded)) == ""


def test_everything_is_created_again(tmp_path: Path) -> None:
    """An empty state where the right one is full: the plan makes what exists."""
    planned = written(tmp_path, change("aws_db_instance.d", ["create"], None, DATABASE))
    assert told(held(planned, state(tmp_path, ("aws_db_instance.d", DATABASE)))) == (
        "the plan creates what the state has already: aws_db_instance.d"
    )


def test_what_the_state_has_is_not_in_the_plan(tmp_path: Path) -> None:
    """A plan lists all that its state has, also what it leaves alone; one that lacks something had another."""
    planned = written(tmp_path, kept("aws_sqs_queue.q", QUEUE))
    recorded = state(tmp_path, ("aws_sqs_queue.q", QUEUE), ("aws_db_instance.d", DATABASE))
    assert told(held(planned, recorded)) == "the state has what the plan does not know: aws_db_instance.d"


def test_the_same_address_is_another_object(tmp_path: Path) -> None:
    """Two workspaces of one configuration have the same addresses: the ids tell them apart."""
    planned = written(tmp_path, kept("aws_db_instance.d", {**DATABASE, "id": "db-1"}))
    recorded = state(tmp_path, ("aws_db_instance.d", {**DATABASE, "id": "db-2"}))
    assert told(held(planned, recorded)) == "the plan is about other objects of the same address: aws_db_instance.d"


@pytest.mark.parametrize(
    ("lineage", "serial", "expected"),
    [
        ("a", 7, ""),
        ("a", 8, ""),
        ("a", 6, "serial: 6 in the plan, 7 in the state: the plan is older"),
        ("b", 7, "lineage: b in the plan, a in the state"),
    ],
)
def test_the_binary_plan_says_which_state_it_had(tmp_path: Path, lineage: str, serial: int, expected: str) -> None:
    """Another lineage, or a serial that went back, is a wrong state; a newer one is not."""
    planned = written(tmp_path, kept("aws_sqs_queue.q", QUEUE))
    recorded = state(tmp_path, ("aws_sqs_queue.q", QUEUE))
    assert told(held(planned, recorded, binary(tmp_path, lineage, serial))) == expected


def test_a_refresh_is_against_the_right_state(tmp_path: Path) -> None:
    """A plan that only refreshes has its objects in the state inside it."""
    whole = {key: value for key, value in plan().items() if key != "resource_changes"}
    entry = {"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "values": QUEUE}
    whole["prior_state"] = {"format_version": "1.0", "values": {"root_module": {"resources": [entry]}}}
    planned = tmp_path / "plan.json"
    planned.write_text(json.dumps(whole), "utf-8")
    assert told(held(planned, state(tmp_path, ("aws_sqs_queue.q", QUEUE)))) == ""


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 3, "serial": 1, "lineage": "a"}', "{}"])
def test_a_state_that_cannot_be_read_is_no_answer(tmp_path: Path, content: str) -> None:
    """A state that was named and tells nothing leaves the question open: it is never passed over."""
    recorded = tmp_path / "recorded.tfstate"
    recorded.write_text(content, "utf-8")
    found = held(written(tmp_path, kept("aws_sqs_queue.q", QUEUE)), recorded)
    assert found.unjudged


def test_a_plan_is_no_state(tmp_path: Path) -> None:
    """A plan in place of the state is a mistake, and said to be one."""
    planned = written(tmp_path, kept("aws_sqs_queue.q", QUEUE))
    assert held(planned, planned).unjudged == ("plan.json is a plan, and no state (terraform state pull)",)


def test_a_state_is_no_plan(tmp_path: Path) -> None:
    """A state in place of the plan cannot be judged."""
    recorded = state(tmp_path, ("aws_sqs_queue.q", QUEUE))
    assert judge(Asked(recorded), ReadOptions(base=tmp_path), Settings()).unjudged == (
        "recorded.tfstate is a state, and no plan (terraform show -json PLANFILE)",
    )


def test_what_was_not_compared_is_said(tmp_path: Path) -> None:
    """A plan's JSON has neither lineage nor serial: whoever asks about the state and gives no binary plan is told so."""
    planned = written(tmp_path, kept("aws_sqs_queue.q", QUEUE))
    recorded = state(tmp_path, ("aws_sqs_queue.q", QUEUE))
    alone = held(planned, recorded)
    assert alone.needs == ()
    assert text(alone).startswith("not compared: lineage and serial of the state")
    assert json.loads(as_json(alone, 0))["gaps"][-1]["reason"] == f"not compared: {alone.notes[0]}"
    assert text(held(planned, recorded, binary(tmp_path, "a", 7))) == ""


def test_code_that_is_not_the_plans_takes_no_lineage_away(tmp_path: Path) -> None:
    """A plan that deletes all that its code had is still told to be older than the state."""
    planned = written(tmp_path, change("aws_sqs_queue.gone", ["delete"], QUEUE))
    recorded = state(tmp_path, ("aws_sqs_queue.gone", QUEUE))
    found = held(planned, recorded, binary(tmp_path, "b", 7))
    assert "wrong_state_suspected" in [each.kind for each in found.needs]
