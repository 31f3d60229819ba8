"""Permissions that applications have by themselves, as far as a table knows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authority.azure import BASE
from tests.authority.test_azure_reach import DEPLOYS, DIRECTORY, GRAPH
from tests.build.hcl import estate


@pytest.mark.parametrize(
    ("permission", "known"),
    [
        ('"9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"', True),
        ('"00000000-1111-2222-3333-444444444444"', False),
        ('azuread_service_principal.graph.app_role_ids["Application.ReadWrite.All"]', True),
        ('azuread_service_principal.graph.app_role_ids["User.Read.All"]', True),
        ('azuread_service_principal.graph.app_role_ids["EntitlementManagement.ReadWrite.All"]', False),
        ('azuread_service_principal.graph.app_role_ids["Sites.FullControl.All"]', False),
    ],
)
def test_a_permission_that_no_table_has_is_a_gap(tmp_path: Path, permission: str, known: bool) -> None:
    """What an application may do by a permission that nobody knows is not taken for nothing; one that reads by its name is."""
    picture = estate(tmp_path, BASE + DIRECTORY % "" + DEPLOYS + GRAPH % permission)
    said = [gap.reason for gap in picture.gaps if "what the permission" in gap.reason]
    assert bool(said) is not known
