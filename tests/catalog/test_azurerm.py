"""Azure's stores of weight, a table: what guards each, what holds where nobody writes it, and what becomes of an unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policypack.catalog import load_catalog
from policypack.model import CopyKind, Guard, GuardKind, Infrastructure, Lock, Unknown, is_unknown
from tests.build.conftest import made, picture, provider, store, unknown

__all__ = ["picture"]  # the fixture
Picture = Callable[..., Infrastructure]
CATALOG = load_catalog()
TYPES = {name: entry for name in CATALOG.types("azurerm") if (entry := CATALOG.entry(name)) is not None}
HEAVY = sorted(name for name, entry in TYPES.items() if entry.store and entry.tier == 1)
GUARDED = [(name, each) for name in HEAVY for each in TYPES[name].guards]
MINE, OTHER = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
BLOCK = provider("azurerm", subscription_id=MINE)
ELSEWHERE = provider("azurerm.copies", subscription_id=OTHER)


def nested(path: str, value: Any) -> dict[str, Any]:
    """A value in the blocks that a dotted path names."""
    head, _, rest = path.partition(".")
    return {head: [nested(rest, value)] if rest else value}


def of(built: Infrastructure, address: str, attribute: str) -> Guard:
    """The guard that one argument of a store is."""
    return next(each for each in store(built, address).guards if each.attribute == attribute)


def test_every_collected_type_is_described() -> None:
    """Every type that was collected from the documentation has an entry, and those of weight are many."""
    assert len(TYPES) >= 249
    assert len(HEAVY) >= 45


@pytest.mark.parametrize(("name", "fact"), GUARDED, ids=lambda each: getattr(each, "attribute", each))
def test_guards_of_heavy_stores(picture: Picture, name: str, fact: Any) -> None:
    """Written safely it holds, unwritten it holds as the provider's default does, and unknown it is neither."""
    safe = True if fact.safe_when_set else fact.at_least if fact.at_least is not None else fact.safe
    address = f"{name}.x"

    def held(**values: Any) -> object:
        found = of(picture(BLOCK, made(address, **values)), address, fact.attribute).holds
        return "unknown" if is_unknown(found) else found

    assert held(**nested(fact.attribute, safe)) is True
    assert held(**nested(fact.attribute, Unknown("var"))) == "unknown"
    default = fact.default
    good = default is not None and (default >= fact.at_least if fact.at_least is not None else default == fact.safe)
    assert held() is good


@pytest.mark.parametrize(
    "name", [name for name in HEAVY if TYPES[name].lockable and "resource_group_name" in TYPES[name].lies_in]
)
def test_a_lock_on_the_group_guards_every_heavy_store(picture: Picture, name: str) -> None:
    """A lock on its resource group is a deletion protection of it; a lock on another group is none."""
    mine = made(f"{name}.x", name="x", resource_group_name="rg-a")
    for group, expected in (("rg-a", [True]), ("rg-b", [])):
        scope = f"/subscriptions/{MINE}/resourceGroups/{group}"
        built = picture(BLOCK, mine, made("azurerm_management_lock.l", scope=scope, lock_level="CanNotDelete"))
        found = store(built, f"{name}.x").having(GuardKind.DELETION_PROTECTION)
        assert [each.holds for each in found] == expected


def test_what_cannot_be_locked() -> None:
    """Subscriptions, management groups and what lies in the data plane are out of a lock's reach."""
    for name in ("azurerm_subscription", "azurerm_management_group", "azurerm_key_vault_key", "azurerm_key_vault_secret"):
        assert not TYPES[name].lockable


@pytest.mark.parametrize(
    ("values", "expected"),
    [({}, False), ({"days": 30}, True), ({"days": 3}, False), ({"permanent_delete_enabled": False}, True)],
)
def test_soft_delete_that_only_the_block_switches_on(picture: Picture, values: dict[str, Any], expected: bool) -> None:
    """Without its block soft delete is off; with a block that says no days it is the seven of the provider."""
    block = {"blob_properties": [{"delete_retention_policy": [values]}]} if values else {}
    built = picture(BLOCK, made("azurerm_storage_account.a", name="a", **block))
    assert of(built, "azurerm_storage_account.a", "blob_properties.delete_retention_policy.days").holds is expected


@pytest.mark.parametrize(
    ("name", "values", "copies"),
    [
        ("azurerm_mssql_database", {}, [(7, True)]),
        ("azurerm_mssql_database", {"short_term_retention_policy": [{"retention_days": 35}]}, [(35, True)]),
        ("azurerm_mssql_database", {"long_term_retention_policy": [{"weekly_retention": "P4W"}]}, [(7, True), (28, False)]),
        ("azurerm_mssql_database", {"long_term_retention_policy": [{"weekly_retention": "PT0S"}]}, [(7, True)]),
        ("azurerm_mssql_database", {"long_term_retention_policy": [{"yearly_retention": "P5Y"}]}, [(7, True), (1825, False)]),
        ("azurerm_postgresql_flexible_server", {}, [(7, True)]),
        ("azurerm_postgresql_flexible_server", {"backup_retention_days": 35}, [(35, True)]),
        ("azurerm_mysql_flexible_server", {}, [(7, True)]),
        ("azurerm_cosmosdb_account", {}, [(1, True)]),
        ("azurerm_cosmosdb_account", {"backup": [{"type": "Periodic"}]}, [(1, True)]),
        ("azurerm_cosmosdb_account", {"backup": [{"type": "Continuous"}]}, [(30, False)]),
        ("azurerm_cosmosdb_account", {"backup": [{"type": "Continuous", "tier": "Continuous7Days"}]}, [(7, False)]),
        ("azurerm_storage_account", {}, []),
        ("azurerm_storage_account", {"blob_properties": [{"restore_policy": [{"days": 6}]}]}, [(6, True)]),
        ("azurerm_storage_account", {"account_replication_type": "RAGRS"}, []),
        ("azurerm_managed_disk", {}, []),
        ("azurerm_netapp_volume", {"data_protection_backup_policy": [{"policy_enabled": True}]}, [("unknown", False)]),
        ("azurerm_netapp_volume", {"data_protection_backup_policy": [{"policy_enabled": False}]}, []),
    ],
)
def test_what_a_store_keeps_of_itself(picture: Picture, name: str, values: dict[str, Any], copies: list[Any]) -> None:
    """How long its own backups are kept, and whether they go with it; another region of the same store is no backup."""
    found = store(picture(BLOCK, made(f"{name}.x", name="x", **values)), f"{name}.x").copies
    shown = [("unknown" if is_unknown(each.retention_days) else each.retention_days, each.dies_with_store) for each in found]
    assert shown == copies


@pytest.mark.parametrize(
    ("vault", "immutability", "mode"),
    [
        (vault, immutability, mode)
        for vault in ("azurerm_recovery_services_vault", "azurerm_data_protection_backup_vault")
        for immutability, mode in (
            (None, "none"), ("Disabled", "none"), ("Unlocked", "governance"), ("Locked", "compliance"), (Unknown("var"), "unknown")
        )
    ],
)  # fmt: skip
def test_only_locked_immutability_binds(picture: Picture, vault: str, immutability: Any, mode: str) -> None:
    """Unlocked is taken back by whoever wrote it; what is not known is not taken for either."""
    written = {} if immutability is None else {"immutability": immutability}
    (found,) = picture(BLOCK, made(f"{vault}.v", name="v", **written)).vaults
    assert ("unknown" if is_unknown(found.lock.mode) else found.lock.mode) == mode


@pytest.mark.parametrize(("home", "mode"), [("azurerm.copies", "governance"), ("azurerm", "none")])
def test_a_resource_guard_counts_in_other_hands(picture: Picture, home: str, mode: str) -> None:
    """A vault that asks a guard of another subscription is not emptied by its own administrators alone; one of its own is."""
    vault = made("azurerm_recovery_services_vault.v", name="v")
    guard = made("azurerm_data_protection_resource_guard.g", name="g", provider_key=home)
    asked = made(
        "azurerm_recovery_services_vault_resource_guard_association.a",
        vault_id=unknown("azurerm_recovery_services_vault.v", "id"),
        resource_guard_id=unknown("azurerm_data_protection_resource_guard.g", "id"),
    )
    (found,) = picture(BLOCK, ELSEWHERE, vault, guard, asked).vaults
    assert found.lock.mode == mode


def protected(picture: Picture, *more: Any, **policy: Any) -> Any:
    """The copies of a disk in a machine that a recovery vault backs up."""
    vm, vault = "azurerm_linux_virtual_machine.m", "azurerm_recovery_services_vault.v"
    return store(
        picture(
            BLOCK,
            made(vm, name="m"),
            made("azurerm_managed_disk.d", name="d"),
            made(vault, name="v", immutability="Locked"),
            made("azurerm_backup_policy_vm.p", name="p", recovery_vault_name="v", **policy),
            *more,
        ),
        "azurerm_managed_disk.d",
    ).copies


ATTACHED = made(
    "azurerm_virtual_machine_data_disk_attachment.a",
    managed_disk_id=unknown("azurerm_managed_disk.d", "id"),
    virtual_machine_id=unknown("azurerm_linux_virtual_machine.m", "id"),
)


def item(**values: Any) -> Any:
    """A machine under a policy."""
    ids = {"source_vm_id": unknown("azurerm_linux_virtual_machine.m", "id"), "recovery_vault_name": "v"}
    return made("azurerm_backup_protected_vm.i", **ids, backup_policy_id=unknown("azurerm_backup_policy_vm.p", "id"), **values)


@pytest.mark.parametrize(
    ("policy", "days"),
    [
        ({"retention_daily": [{"count": 7}]}, 7),
        ({"retention_daily": [{"count": 7}], "retention_monthly": [{"count": 12}]}, 360),
        ({"retention_weekly": [{"count": 4}]}, 28),
    ],
)
def test_a_machine_is_backed_up_with_its_disks(picture: Picture, policy: dict[str, Any], days: int) -> None:
    """The recovery points of a machine hold the disks that are put into it, in the vault, for as long as the longest rule says."""
    (copy,) = protected(picture, ATTACHED, item(), **policy)
    assert copy.kind is CopyKind.RECOVERY_POINT
    assert (copy.retention_days, copy.dies_with_store) == (days, False)
    assert copy.held_in is not None
    assert isinstance(copy.lock, Lock)
    assert copy.immutable is True


def test_a_disk_that_is_in_no_machine_is_not_backed_up_with_one(picture: Picture) -> None:
    """Without the attachment, and with a backup that is stopped, there is no copy; where disks are left out, nobody knows."""
    daily = {"retention_daily": [{"count": 7}]}
    assert protected(picture, item(), **daily) == ()
    assert protected(picture, ATTACHED, item(protection_state="ProtectionStopped"), **daily) == ()
    (copy,) = protected(picture, ATTACHED, item(exclude_disk_luns=[0]), **daily)
    assert is_unknown(copy.certain)


@pytest.mark.parametrize(
    ("policy", "dies", "days"),
    [
        ({"operational_default_retention_duration": "P30D"}, True, 30),
        ({"vault_default_retention_duration": "P90D"}, False, 90),
        ({"vault_default_retention_duration": "P7D", "operational_default_retention_duration": "P30D"}, False, 7),
        ({"vault_default_retention_duration": Unknown("var")}, "unknown", "unknown"),
    ],
)
def test_operational_backups_of_blobs_lie_in_the_account(
    picture: Picture, policy: dict[str, Any], dies: object, days: object
) -> None:
    """Only what goes into the vault outlives the storage account, and only that is under the vault's lock."""
    kind = "azurerm_data_protection_backup_policy_blob_storage"
    built = picture(
        BLOCK,
        made("azurerm_storage_account.s", name="s"),
        made("azurerm_data_protection_backup_vault.v", name="v", immutability="Locked"),
        made(f"{kind}.p", name="p", vault_id=unknown("azurerm_data_protection_backup_vault.v", "id"), **policy),
        made(
            "azurerm_data_protection_backup_instance_blob_storage.i",
            storage_account_id=unknown("azurerm_storage_account.s", "id"),
            backup_policy_id=unknown(f"{kind}.p", "id"),
        ),
    )
    (copy,) = store(built, "azurerm_storage_account.s").copies
    immutable: dict[object, object] = {True: False, False: True}
    found = ["unknown" if is_unknown(each) else each for each in (copy.dies_with_store, copy.retention_days, copy.immutable)]
    assert found == [dies, days, immutable.get(dies, "unknown")]


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ({}, MINE),
        ({"provider_key": "azurerm.copies"}, OTHER),
        ({"id": f"/subscriptions/{OTHER}/resourceGroups/rg/providers/Microsoft.Sql/servers/x"}, OTHER),
        ({"provider_key": "azurerm.nowhere"}, "unknown"),
    ],
)
def test_the_domain_is_the_subscription(picture: Picture, resource: dict[str, Any], expected: str) -> None:
    """It is told by the id, or else by the provider block that the resource is made with; otherwise nobody knows it."""
    found = store(picture(BLOCK, ELSEWHERE, made("azurerm_mssql_server.x", name="x", **resource)), "azurerm_mssql_server.x")
    assert (found.domain.id if isinstance(found.domain.id, str) else "unknown") == expected


def test_provider_guards_speak_of_what_the_block_makes(picture: Picture) -> None:
    """What the features say of key vaults matters where the block makes one, and in no other block."""
    vault = made("azurerm_key_vault.v", name="v", provider_key="azurerm.copies")
    found = {each.subject.address: each.attribute for each in picture(BLOCK, ELSEWHERE, vault).provider_guards}
    assert found == {"provider.azurerm.copies": "features.key_vault.purge_soft_delete_on_destroy"}
