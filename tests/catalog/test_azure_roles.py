"""The table of Azure's built-in roles: where it comes from, and what roles are known to hold."""

from __future__ import annotations

import pytest
import yaml

from policypack.authority.azure import LANGUAGE
from policypack.catalog.scoped import GENERATED
from policypack.catalog.scoped.azure_roles import built_in, of_data
from scripts.refresh_azure_roles import READERS, conditioned, data_actions
from scripts.verify_roles import Patterns, differences

LOCKS = "Microsoft.Authorization/locks/delete"


def test_the_table_says_where_it_comes_from() -> None:
    """Source, date and licence are part of the table."""
    table = built_in()
    assert "iam-dataset" in table.source
    assert table.date
    assert "MIT" in table.licence


def test_who_takes_locks_away() -> None:
    """The roles that may delete locks are these, and Contributor is none of them."""
    table = Patterns([LOCKS])
    assert sorted(name for name in table.roles if table.actions(name)) == [
        "Azure Local Migrate Execute Expert",
        "Azure Local Migrate Owner",
        "Azure Migrate Decide and Plan Expert",
        "Azure Migrate Execute Expert",
        "Azure Migrate Owner",
        "Locks Contributor",
        "Owner",
        "Storage Account Backup Contributor",
        "Storage File Backup Contributor",
        "User Access Administrator",
    ]


def test_a_role_has_one_name_and_one_id() -> None:
    """Ids are GUIDs and each is that of one role, found in any case."""
    table = built_in()
    ids = [each.id for each in table.roles.values()]
    assert len(set(ids)) == len(ids)
    assert all(len(each) == len("8e3af657-a8ff-443c-a75c-2fe8c4bcb635") for each in ids)
    found = table.named("8E3AF657-A8FF-443C-A75C-2FE8C4BCB635")
    assert found is not None
    assert found[0] == "Owner"
    assert table.named("Nobody") is None


def test_the_calls_of_the_data_plane_are_fresh() -> None:
    """The table has the actions of the data plane that the catalog and the rules ask about now."""
    assert {each.lower() for each in data_actions()} == of_data()


def test_roles_that_are_kept_by_hand_are_in_the_table() -> None:
    """Each role of the hand-kept file is in the table as it stands there."""
    for name, raw in yaml.safe_load(READERS.read_bytes()).items():
        assert built_in().roles[name].id == raw["id"]
        assert sorted(built_in().roles[name].actions) == sorted(raw.get("actions", ()))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("(!(ActionMatches{'a/b'})) OR (x)", ["a/b"]),
        ("@Resource[x] StringEquals 'y'", ["*"]),
        (
            "(!(ActionMatches{'a/b'})) OR (" + "x" * 300,
            ["Microsoft.Authorization/roleAssignments/delete", "Microsoft.Authorization/roleAssignments/write", "a/b"],
        ),
    ],
)
def test_what_a_role_allows_under_a_condition_only(condition: str, expected: list[str]) -> None:
    """What a role's own condition is about is not certain; of a condition that is cut off, what such conditions are about either."""
    assert list(conditioned(condition)) == expected


def test_a_difference_to_another_source_is_told() -> None:
    """What another source has of a role and the table has not is printed, and what is explained says so."""
    told = differences(Patterns(["Microsoft.Compute/disks/delete"]), {"Reader": {"d": ["Microsoft.Compute/disks/delete"]}})
    assert ("Reader: the table lacks Microsoft.Compute/disks/delete", False) in told


def test_every_word_of_the_rules_is_known() -> None:
    """A field that nobody reads would make a rule say something else than it does: each rule's fields are those of a rule."""
    source = yaml.safe_load(GENERATED.parent.joinpath("azure.yaml").read_bytes())
    known = set(LANGUAGE.facts.rules[0].__struct_fields__)
    assert all(set(rule) <= known for rule in source["rules"].values())
    assert set(source) <= set(LANGUAGE.facts.__struct_fields__)
