"""Plain names across roots and provider blocks: a name alone does not say in which domain it is looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from policypack.model import Unknown
from tests.build.hcl import estate

GROUP = 'resource "azurerm_resource_group" "g" {\n  name = "shop"\n}\n'
DISK = 'resource "azurerm_managed_disk" "d" {\n  name = "d"\n  resource_group_name = %s\n  %s\n}\n'
BLOCK = 'provider "azurerm" {\n  %s\n  subscription_id = "%s"\n}\n'


@pytest.mark.parametrize(
    ("roots", "subscription"),
    [
        ((BLOCK % ("", "one") + GROUP + DISK % ("azurerm_resource_group.g.name", ""),), "one"),
        ((BLOCK % ("", "one") + GROUP, BLOCK % ("", "two") + DISK % ('"shop"', "")), "two"),
        ((BLOCK % ("", "one") + GROUP, DISK % ('"shop"', "")), None),
        ((BLOCK % ("", "one") + BLOCK % ('alias = "b"', "two") + GROUP + DISK % ('"shop"', "provider = azurerm.b"),), "two"),
    ],
)
def test_a_plain_name_is_looked_for_where_its_own_block_acts(
    tmp_path: Path, roots: tuple[str, ...], subscription: str | None
) -> None:
    """What lies in a group of a name lies in the subscription of its own provider block, whoever else has a group of that name."""
    (store,) = [each for each in estate(tmp_path, *roots).stores if each.address == "azurerm_managed_disk.d"]
    assert store.domain.id == subscription if subscription else isinstance(store.domain.id, Unknown)
