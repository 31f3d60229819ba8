"""What a plan changes is told by what stood before it, also where it deletes nothing and where it hides what it is about."""

from __future__ import annotations

from pathlib import Path

from tests.gate.planned import DATABASE, change, judged, kept, named, needed, policy, role, written


def test_a_policy_that_is_only_added_gives_an_agent_power(tmp_path: Path) -> None:
    """A plan that changes nothing that exists, and adds a policy to an agent that does, is judged against what stood."""
    added = {"name": "all", "role": "cursor-agent", "policy": policy("Allow", "*")}
    found = needed(
        tmp_path,
        kept("aws_iam_role.agent", role("cursor-agent")),
        kept("aws_db_instance.main", DATABASE),
        change("aws_iam_role_policy.all", ["create"], None, added),
    )
    assert ("agent_gains_power", "aws_iam_role.agent") in named(found)
    assert ("boundary_changed", "aws_iam_role_policy.all") in named(found)


def test_a_first_plan_changes_nothing_that_stood(tmp_path: Path) -> None:
    """Where everything is created, an agent and its policies among it, nobody gains anything."""
    added = {"name": "all", "role": "cursor-agent", "policy": policy("Allow", "*")}
    found = needed(
        tmp_path,
        change("aws_iam_role.agent", ["create"], None, role("cursor-agent")),
        change("aws_db_instance.main", ["create"], None, DATABASE),
        change("aws_iam_role_policy.all", ["create"], None, added),
    )
    assert named(found) == []


def test_a_new_tag_does_not_take_a_replacement_out_of_production(tmp_path: Path) -> None:
    """What was production before the plan is production to the plan, whatever it is called afterwards."""
    after = {**DATABASE, "engine": "mysql", "tags": {"env": "dev"}}
    found = needed(tmp_path, change("aws_db_instance.main", ["delete", "create"], DATABASE, after, forced_by=["engine"]))
    assert ("store_replaced", "aws_db_instance.main") in named(found)


def test_what_is_not_decoded_is_not_lost_from_sight(tmp_path: Path) -> None:
    """Of types that no catalog knows, what is destroyed, forgotten or done something unheard of to keeps its address."""
    picture, _ = judged(
        written(
            tmp_path,
            change("acme_lake.a", ["delete"], {"name": "a"}),
            change("acme_lake.b", ["forget"], {"name": "b"}),
            change("acme_lake.c", ["evaporate"], {"name": "c"}),
            change("acme_lake.d", ["update"], {"name": "d"}, {"name": "e"}),
            kept("acme_lake.e", {"name": "e"}),
        )
    )
    assert [(each.address, each.actions) for each in picture.inputs[0].passed] == [
        ("acme_lake.a", ("delete",)),
        ("acme_lake.b", ("forget",)),
        ("acme_lake.c", ("evaporate",)),
    ]


def test_actions_that_a_plan_runs_are_read(tmp_path: Path) -> None:
    """Terraform's actions are in no list of changes, and what a plan runs is known by address all the same."""
    invoked = [{"address": "action.aws_lambda_invoke.wipe", "type": "aws_lambda_invoke", "name": "wipe"}]
    picture, _ = judged(written(tmp_path, action_invocations=invoked))
    assert picture.inputs[0].invoked == ("action.aws_lambda_invoke.wipe",)
