"""Backup selections, plans, vaults and locks become copies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policypack.model import CopyKind, Infrastructure, Resource, Unknown, is_unknown, same_domain
from tests.build.conftest import made, provider, store, unknown

Picture = Callable[..., Infrastructure]
DB = "aws_db_instance.main"


def plan(**rule: Any) -> list[Resource]:
    """A vault and a plan with one rule into it."""
    rule = {"rule_name": "daily", "target_vault_name": unknown("aws_backup_vault.v", "name"), **rule}
    return [made("aws_backup_vault.v", name="v"), made("aws_backup_plan.p", name="p", rule=[rule])]


def selection(**values: Any) -> Resource:
    """A selection that uses the plan."""
    return made("aws_backup_selection.s", plan_id=unknown("aws_backup_plan.p", "id"), **values)


def points(picture: Infrastructure, address: str = DB) -> list[Any]:
    """The recovery points of a store."""
    return [copy for copy in store(picture, address).copies if copy.kind is CopyKind.RECOVERY_POINT]


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({"resources": [unknown(DB, "arn")]}, True),
        ({"resources": ["*"]}, True),
        ({"resources": ["arn:aws:rds:*:*:db:*"]}, True),
        ({"resources": ["arn:aws:rds:*:*:db:orders"]}, True),
        ({"resources": ["arn:aws:rds:eu-west-1:111111111111:db:ord*"]}, True),
        ({"resources": ["arn:aws:rds:*:*:db:other"]}, False),
        ({"resources": ["arn:aws:dynamodb:*:*:table/*"]}, False),
        ({"resources": [unknown("aws_db_instance.other", "arn")]}, "unknown"),
        ({"resources": ["*"], "not_resources": [unknown(DB, "arn")]}, False),
        ({"resources": ["*"], "not_resources": ["arn:aws:s3:::*"]}, True),
        ({"selection_tag": [{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}]}, True),
        ({"selection_tag": [{"type": "STRINGEQUALS", "key": "Backup", "value": "daily"}]}, False),
        ({"selection_tag": [{"type": "STRINGEQUALS", "key": "backup", "value": "Daily"}]}, False),
        ({"selection_tag": [{"key": "x", "value": "y"}, {"key": "backup", "value": "daily"}]}, True),
        ({"selection_tag": [{"key": "backup", "value": Unknown("var")}]}, "unknown"),
        ({"resources": ["*"], "condition": [{"string_equals": [{"key": "aws:ResourceTag/backup", "value": "daily"}]}]}, True),
        ({"resources": ["*"], "condition": [{"string_equals": [{"key": "aws:ResourceTag/backup", "value": "weekly"}]}]}, False),
        ({"resources": ["*"], "condition": [{"string_like": [{"key": "aws:ResourceTag/backup", "value": "da*"}]}]}, True),
        (
            {"resources": ["*"], "condition": [{"string_not_equals": [{"key": "aws:ResourceTag/backup", "value": "daily"}]}]},
            False,
        ),
        ({"resources": ["*"], "condition": [{"string_not_like": [{"key": "aws:ResourceTag/backup", "value": "we*"}]}]}, True),
        ({}, True),
    ],
)
def test_a_selection_reaches_what_aws_backup_would_take(picture: Picture, values: dict[str, Any], outcome: object) -> None:
    """Resources or tags, and all conditions, less what is left out; tags compare with their case."""
    made_picture = picture(made(DB, identifier="orders", tags={"backup": "daily"}), *plan(), selection(**values))
    found = points(made_picture)
    if outcome is False:
        assert not found
    else:
        assert [is_unknown(copy.certain) for copy in found] == [outcome == "unknown"]


def test_default_tags_are_merged_before_a_selection_looks(picture: Picture) -> None:
    """S24b: a tag that the provider sets on everything selects like one that is written."""
    tags = {"tags": {"backup": "daily"}}
    made_picture = picture(
        provider("aws", default_tags=[tags]),
        made(DB, identifier="x"),
        *plan(),
        selection(selection_tag=[{"key": "backup", "value": "daily"}]),
    )
    assert len(points(made_picture)) == 1
    assert not made_picture.missed


def test_a_tag_that_differs_by_case_is_a_near_miss(picture: Picture) -> None:
    """S24: the store that a selection was meant for is named, with the two spellings."""
    made_picture = picture(
        made(DB, identifier="x", tags={"Backup": "daily"}),
        *plan(),
        selection(selection_tag=[{"key": "backup", "value": "daily"}]),
    )
    assert [(each.store.address, "case-sensitive" in each.near_miss) for each in made_picture.missed] == [(DB, True)]


def test_a_plan_that_nothing_uses_is_missed(picture: Picture) -> None:
    """A plan without a selection backs up nothing."""
    assert [each.store.address for each in picture(*plan()).missed] == ["aws_backup_plan.p"]


def test_a_service_that_the_region_opts_out_is_not_backed_up(picture: Picture) -> None:
    """A selection by tag skips it in silence."""
    settings = made("aws_backup_region_settings.r", resource_type_opt_in_preference={"RDS": False})
    tag = {"key": "backup", "value": "daily"}
    made_picture = picture(
        made(DB, identifier="x", tags={"backup": "daily"}), *plan(), settings, selection(selection_tag=[tag])
    )
    assert not points(made_picture)
    assert "opts RDS out" in made_picture.missed[0].near_miss


@pytest.mark.parametrize(
    ("lock", "mode"),
    [
        ({}, "governance"),
        ({"changeable_for_days": 3}, "compliance"),
        ({"changeable_for_days": Unknown("var")}, "unknown"),
    ],
)
def test_a_lock_is_in_compliance_mode_only_with_a_grace_time(picture: Picture, lock: dict[str, Any], mode: str) -> None:
    """An omitted changeable_for_days is governance; an unknown one is unknown."""
    companion = made("aws_backup_vault_lock_configuration.l", backup_vault_name=unknown("aws_backup_vault.v", "name"), **lock)
    vault = picture(*plan(), companion).vaults[0]
    assert ("unknown" if is_unknown(vault.lock.mode) else vault.lock.mode) == mode


def test_a_lock_that_cannot_be_placed_leaves_no_vault_surely_unlocked(picture: Picture) -> None:
    """A lock for a vault that a variable names may be this one's."""
    lost = made("aws_backup_vault_lock_configuration.l", backup_vault_name=Unknown("variable x has no value"))
    assert is_unknown(picture(*plan(), lost).vaults[0].lock.mode)


def test_a_copy_action_into_another_account_is_another_domain(picture: Picture) -> None:
    """The account in the vault's ARN is compared with the account of the store's provider."""
    arn = "arn:aws:backup:eu-west-1:222222222222:backup-vault:b"
    made_picture = picture(
        provider("aws", allowed_account_ids=["111111111111"]),
        made(DB, identifier="x"),
        *plan(copy_action=[{"destination_vault_arn": arn, "lifecycle": [{"delete_after": 30}]}]),
        selection(resources=["*"]),
    )
    near, far = points(made_picture)
    assert same_domain(store(made_picture, DB).domain, near.domain) is True
    assert same_domain(store(made_picture, DB).domain, far.domain) is False
    assert far.retention_days == 30


def test_a_vault_of_another_provider_alias_carries_its_lock(picture: Picture) -> None:
    """The copy knows the vault that holds it, its lock, and its account."""
    made_picture = picture(
        provider("aws", allowed_account_ids=["111111111111"]),
        provider("aws.backup", assume_role=[{"role_arn": "arn:aws:iam::222222222222:role/t"}]),
        made(DB, identifier="x"),
        *plan(copy_action=[{"destination_vault_arn": unknown("aws_backup_vault.far", "arn")}]),
        made("aws_backup_vault.far", name="far", provider_key="aws.backup"),
        made(
            "aws_backup_vault_lock_configuration.far",
            backup_vault_name=unknown("aws_backup_vault.far", "name"),
            changeable_for_days=3,
            provider_key="aws.backup",
        ),
        selection(resources=["*"]),
    )
    far = points(made_picture)[1]
    assert far.immutable is True
    assert far.held_in is not None
    assert far.held_in.address == "aws_backup_vault.far"
    assert far.domain.id == "222222222222"


def test_a_destination_that_cannot_be_told_is_an_unknown_domain(picture: Picture) -> None:
    """A vault ARN from a variable is neither here nor elsewhere."""
    rule = {"copy_action": [{"destination_vault_arn": Unknown("variable vault has no value")}]}
    far = points(picture(made(DB, identifier="x"), *plan(**rule), selection(resources=["*"])))[1]
    assert is_unknown(far.domain)


def test_a_store_that_another_input_holds_is_not_reached_by_a_selection_of_an_unknown_account(picture: Picture) -> None:
    """Nothing is selected across a boundary that cannot be told."""
    made_picture = picture(
        made(DB, identifier="x", provider_key="aws.other"),
        provider("aws.other", profile="b"),
        *plan(),
        selection(resources=["*"]),
    )
    assert all(is_unknown(copy.certain) for copy in points(made_picture))
