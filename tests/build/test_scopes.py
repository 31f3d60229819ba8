"""Locks on a scope hold for what lies beneath it and for nothing else; what lies in something inherits some of its guards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policypack.build.scopes import Scopes
from policypack.model import Enforced, Guard, GuardKind, Infrastructure, Resource, Unknown, is_unknown, replace
from tests.build.conftest import changed, made, provider, ref, store, unknown
from tests.build.hcl import estate

Picture = Callable[..., Infrastructure]
MINE, OTHER = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
BLOCK = provider("azurerm", subscription_id=MINE)
GROUP = made("azurerm_resource_group.g", name="rg-shop")
SERVER = made("azurerm_mssql_server.s", name="sql-shop", resource_group_name="rg-shop")
DATABASE = made("azurerm_mssql_database.d", name="orders", server_id=unknown("azurerm_mssql_server.s", "id"))
ID = f"/subscriptions/{MINE}/resourceGroups/rg-shop"


def lock(scope: Any, level: Any = "CanNotDelete", **more: Any) -> Any:
    """A management lock on a scope."""
    return made("azurerm_management_lock.l", name="keep", scope=scope, lock_level=level, **more)


def protections(picture: Infrastructure, address: str) -> list[Guard]:
    """What refuses to delete a store."""
    return [each for each in store(picture, address).guards if each.kind is GuardKind.DELETION_PROTECTION]


def outcome(picture: Infrastructure, address: str) -> object:
    """Whether something refuses: yes, no, or nobody knows."""
    held = [each.holds for each in protections(picture, address)]
    return "unknown" if any(is_unknown(each) for each in held) else any(each is True for each in held)


@pytest.mark.parametrize(
    ("scope", "server", "database"),
    [
        (unknown("azurerm_resource_group.g", "id"), True, True),
        (unknown("azurerm_mssql_server.s", "id"), True, True),
        (unknown("azurerm_mssql_database.d", "id"), False, True),
        (ID, True, True),
        (f"/subscriptions/{MINE}/resourcegroups/RG-Shop", True, True),
        (f"/subscriptions/{MINE}", True, True),
        (f"{ID}/providers/Microsoft.Sql/servers/sql-shop", True, True),
        (f"{ID}/providers/Microsoft.Sql/servers/sql-shop/databases/orders", False, True),
        (f"{ID}/providers/Microsoft.Sql/servers/sql-shop/databases/other", False, False),
        (f"{ID}-dev", False, False),
        (f"/subscriptions/{OTHER}/resourceGroups/rg-shop", False, False),
        (f"/subscriptions/{OTHER}", False, False),
        (Unknown("var.scope is not given"), "unknown", "unknown"),
        (Unknown("x", parts=(ref("azurerm_resource_group.g", "id"), "/providers/Microsoft.Sql/servers/sql-shop")), True, True),
        (Unknown("x", parts=(ref("azurerm_resource_group.g", "id"), "/providers/Microsoft.Sql/servers/other")), False, False),
        (Unknown("x", parts=(ref("var.group", ""), "/providers/Microsoft.Sql/servers/sql-shop")), "unknown", "unknown"),
        (Unknown("x", parts=("/subscriptions/", ref("var.x", ""), "/resourceGroups/rg-shop")), "unknown", "unknown"),
        (Unknown("x", parts=(f"/subscriptions/{OTHER}/resourceGroups/", ref("var.x", ""))), False, False),
    ],
)
def test_a_lock_holds_for_what_lies_beneath_its_scope(picture: Picture, scope: Any, server: object, database: object) -> None:
    """By reference and by full name, whatever its case, at each level; beside and above the scope nothing is locked."""
    made_of = picture(BLOCK, GROUP, SERVER, DATABASE, lock(scope))
    assert (outcome(made_of, SERVER.address), outcome(made_of, DATABASE.address)) == (server, database)


@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
def test_both_levels_refuse_deletion(picture: Picture, level: str) -> None:
    """What may only be read cannot be deleted either; who may delete locks takes both off."""
    (found,) = protections(picture(BLOCK, GROUP, SERVER, lock(ID, level)), SERVER.address)
    assert found.holds is True
    assert found.enforced is Enforced.API
    assert found.removed_by == ("Microsoft.Authorization/locks/delete",)
    assert found.subject.address == "azurerm_management_lock.l"


@pytest.mark.parametrize(
    ("data", "values", "expected"),
    [
        ("azurerm_resource_group", {"name": "rg-shop"}, True),
        ("azurerm_resource_group", {"name": "rg-other"}, False),
        ("azurerm_subscription", {}, True),
        ("azurerm_subscription", {"subscription_id": OTHER}, False),
    ],
)
def test_a_scope_that_is_looked_up(picture: Picture, data: str, values: dict[str, Any], expected: object) -> None:
    """A lock on a group or a subscription that a data source reads holds for what names the group, or lies in the subscription."""
    read = made(f"data.{data}.x", **values)
    found = picture(BLOCK, SERVER, _as_data(read), lock(unknown(f"data.{data}.x", "id")))
    assert outcome(found, SERVER.address) is expected


def _as_data(resource: Resource) -> Resource:
    return replace(resource, mode="data", type=resource.address.split(".")[1])


@pytest.mark.parametrize(("group", "expected"), [("var.group", True), ("var.other", "unknown")])
def test_a_group_that_is_looked_up_by_a_variable(picture: Picture, group: str, expected: object) -> None:
    """A data source and a store that take the group's name from one variable mean one group; of two variables nobody knows."""
    read = _as_data(made("data.azurerm_resource_group.x", name=unknown("var.group", "")))
    server = made("azurerm_mssql_server.s", name="sql-shop", resource_group_name=unknown(group, ""))
    assert (
        outcome(picture(BLOCK, read, server, lock(unknown("data.azurerm_resource_group.x", "id"))), server.address) == expected
    )


def test_a_name_from_one_variable_is_one_name(picture: Picture) -> None:
    """A group and what lies in it may take the group's name from one variable that nobody gives: they still belong together."""
    name = unknown("var.group", "")
    group = made("azurerm_resource_group.g", name=name)
    server = made("azurerm_mssql_server.s", name="sql-shop", resource_group_name=name)
    assert outcome(picture(BLOCK, group, server, lock(unknown("azurerm_resource_group.g", "id"))), server.address) is True


def test_things_of_one_name_are_not_taken_for_each_other(picture: Picture) -> None:
    """A group is found by the argument that names it, also where a server has the same name."""
    group = made("azurerm_resource_group.g", name="shop")
    server = made("azurerm_mssql_server.s", name="shop", resource_group_name="shop")
    cache = made("azurerm_redis_cache.c", name="shop", resource_group_name="shop")
    found = picture(BLOCK, group, server, cache, lock(unknown("azurerm_resource_group.g", "id")))
    assert outcome(found, server.address) is True
    assert outcome(found, cache.address) is True


def test_one_sure_lock_is_enough(picture: Picture) -> None:
    """A second lock of which the scope cannot be told takes nothing away from one that surely holds."""
    second = made("azurerm_management_lock.m", scope=Unknown("var"), lock_level="ReadOnly")
    found = protections(picture(BLOCK, GROUP, SERVER, lock(ID), second), SERVER.address)
    assert [each.holds for each in found] == [True]


def test_a_lock_does_not_reach_the_data_plane(picture: Picture) -> None:
    """A lock on the vault keeps the vault; its keys are deleted by calls that no lock sees, and the proof says so."""
    vault = made("azurerm_key_vault.v", name="kv", resource_group_name="rg-shop")
    key = made("azurerm_key_vault_key.k", name="disks", key_vault_id=unknown("azurerm_key_vault.v", "id"))
    found = picture(BLOCK, GROUP, vault, key, lock(ID))
    (guard,) = protections(found, vault.address)
    assert "not from calls of the data plane" in guard.evidence.text
    assert protections(found, key.address) == []


def test_a_lock_that_goes_guards_nothing(picture: Picture) -> None:
    """A plan that deletes the lock leaves what was under it open."""
    gone = lock(ID, change=changed("delete", scope=ID, lock_level="CanNotDelete"))
    assert outcome(picture(BLOCK, GROUP, SERVER, gone), SERVER.address) is False


@pytest.mark.parametrize(("purge", "expected"), [(True, True), (False, False), (None, False), (Unknown("var"), "unknown")])
def test_what_lies_in_a_vault_has_its_window(picture: Picture, purge: Any, expected: object) -> None:
    """Purge protection of the vault is that of its keys: on, off, off where nobody says so, or not known."""
    written = {} if purge is None else {"purge_protection_enabled": purge}
    vault = made("azurerm_key_vault.v", name="kv", **written)
    key = made("azurerm_key_vault_key.k", name="disks", key_vault_id=unknown("azurerm_key_vault.v", "id"))
    found = store(picture(BLOCK, vault, key), key.address).having(GuardKind.RECOVERY_WINDOW)
    held = [each.holds for each in found if each.attribute == "purge_protection_enabled"]
    assert ["unknown" if is_unknown(each) else each for each in held] == [expected]


def test_a_vault_elsewhere_is_not_taken_for_a_safe_one(picture: Picture) -> None:
    """Whether a key can be purged is not known where its vault is not in the inputs."""
    key = made("azurerm_key_vault_key.k", name="disks", key_vault_id="/subscriptions/x/vaults/kv")
    (found,) = store(picture(BLOCK, key), key.address).having(GuardKind.RECOVERY_WINDOW)
    assert is_unknown(found.holds)


def test_a_lock_of_another_root_module_counts(tmp_path: Path) -> None:
    """A platform team locks by full name what another team's module makes: read together, they are one estate."""
    head = f'provider "azurerm" {{\n  subscription_id = "{MINE}"\n  features {{}}\n}}\n'
    shop = 'resource "azurerm_mssql_server" "s" {\n  name = "sql-shop"\n  resource_group_name = "rg-shop"\n}\n'
    keep = f'resource "azurerm_management_lock" "l" {{\n  scope = "{ID}"\n  lock_level = "CanNotDelete"\n}}\n'
    assert outcome(estate(tmp_path, head + shop, head + keep), "azurerm_mssql_server.s") is True
    assert outcome(estate(tmp_path / "apart", head + shop), "azurerm_mssql_server.s") is False


@pytest.mark.parametrize(("subscription", "held"), [(MINE, 1), (OTHER, 0)])
def test_a_vault_of_another_subscription_is_another_vault(picture: Picture, subscription: str, held: int) -> None:
    """A backup that names its vault in full does not lead to a vault of the same name elsewhere."""
    vault = made("azurerm_data_protection_backup_vault.v", name="bv", resource_group_name="rg-shop", immutability="Locked")
    policy = made(
        "azurerm_data_protection_backup_policy_postgresql_flexible_server.p",
        name="weekly",
        vault_id=f"/subscriptions/{subscription}/resourceGroups/rg-shop/providers/Microsoft.DataProtection/backupVaults/bv",
    )
    server = made("azurerm_postgresql_flexible_server.s", name="pg")
    item = made(
        "azurerm_data_protection_backup_instance_postgresql_flexible_server.i",
        server_id=unknown("azurerm_postgresql_flexible_server.s", "id"),
        backup_policy_id=unknown("azurerm_data_protection_backup_policy_postgresql_flexible_server.p", "id"),
    )
    found = store(picture(BLOCK, vault, policy, server, item), server.address)
    assert sum(copy.held_in is not None for copy in found.copies) == held


@pytest.mark.parametrize("block", [BLOCK, provider("azurerm")])
def test_as_many_locks_as_stores_cost_no_square(picture: Picture, block: Resource) -> None:
    """Each store looks at its own locks, whether they are named by reference or in full, and whether its subscription is known."""
    looked: list[str] = []

    def built(number: int) -> int:
        stores = [made(f"azurerm_mssql_server.s{index}", name=f"s{index}", resource_group_name="rg") for index in range(number)]
        path = f"/subscriptions/{MINE}/resourceGroups/rg/providers/Microsoft.Sql/servers/s"
        full = [
            made(f"azurerm_management_lock.f{index}", scope=f"{path}{index}", lock_level="ReadOnly") for index in range(number)
        ]
        refs = [
            made(
                f"azurerm_management_lock.r{index}",
                scope=unknown(f"azurerm_mssql_server.s{index}", "id"),
                lock_level="ReadOnly",
            )
            for index in range(number)
        ]
        looked.clear()
        found = picture(block, *stores, *full, *refs)
        assert all(outcome(found, each.address) is True for each in stores)
        return len(looked)

    original = Scopes._reaches

    def counted(self: Scopes, lock: Any, *rest: Any) -> Any:
        looked.append("")
        return original(self, lock, *rest)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Scopes, "_reaches", counted)
        assert built(60) <= 4 * built(20)
