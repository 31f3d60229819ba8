"""Guards of Google Cloud's stores: who enforces them, and what holds where nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from policypack.catalog import load_catalog
from policypack.model import Enforced, Guard, GuardKind, Infrastructure, Reference, Unknown
from tests.build.conftest import made, provider, store

Picture: TypeAlias = "Callable[..., Infrastructure]"
DELETION, FORCE, WINDOW = GuardKind.DELETION_PROTECTION, GuardKind.NO_FORCE, GuardKind.RECOVERY_WINDOW
API, TERRAFORM = Enforced.API, Enforced.TERRAFORM


def nested(path: str, value: Any) -> dict[str, Any]:
    """Values with one argument, in its blocks."""
    head, _, rest = path.partition(".")
    return {head: [nested(rest, value)] if rest else value}


def guard(picture: Infrastructure, address: str, kind: GuardKind, attribute: str) -> Guard:
    """The one guard that the argument is."""
    [found] = [each for each in store(picture, address).having(kind) if each.attribute == attribute]
    return found


@pytest.mark.parametrize(
    ("kind", "attribute", "enforced", "values"),
    [
        ("google_sql_database_instance", "settings.deletion_protection_enabled", API, (True, False, False)),
        ("google_sql_database_instance", "deletion_protection", TERRAFORM, (True, False, True)),
        ("google_spanner_database", "enable_drop_protection", API, (True, False, False)),
        ("google_spanner_database", "deletion_protection", TERRAFORM, (True, False, True)),
        ("google_bigtable_table", "deletion_protection", API, ("PROTECTED", "UNPROTECTED", False)),
        ("google_bigtable_instance", "deletion_protection", TERRAFORM, (True, False, True)),
        (
            "google_firestore_database",
            "delete_protection_state",
            API,
            ("DELETE_PROTECTION_ENABLED", "DELETE_PROTECTION_DISABLED", False),
        ),
        ("google_firestore_database", "deletion_policy", TERRAFORM, ("ABANDON", "DELETE", True)),
        ("google_firestore_database", "deletion_policy", TERRAFORM, ("PREVENT", "DELETE", True)),
        ("google_alloydb_cluster", "deletion_protection", TERRAFORM, (True, False, True)),
        ("google_bigquery_table", "deletion_protection", TERRAFORM, (True, False, True)),
        ("google_container_cluster", "deletion_protection", TERRAFORM, (True, False, True)),
        ("google_redis_instance", "deletion_protection", TERRAFORM, (True, False, False)),
        ("google_memcache_instance", "deletion_protection", TERRAFORM, (True, False, False)),
        ("google_redis_cluster", "deletion_protection_enabled", API, (True, False, True)),
        ("google_memorystore_instance", "deletion_protection_enabled", API, (True, False, True)),
        ("google_filestore_instance", "deletion_protection_enabled", API, (True, False, False)),
        ("google_netapp_volume", "restricted_actions", API, (["DELETE"], ["OTHER"], False)),
        ("google_compute_instance", "deletion_protection", API, (True, False, False)),
        ("google_dataproc_metastore_service", "deletion_protection", API, (True, False, False)),
        ("google_workbench_instance", "enable_deletion_protection", API, (True, False, False)),
        ("google_secret_manager_secret", "deletion_protection", TERRAFORM, (True, False, False)),
        ("google_privateca_certificate_authority", "deletion_protection", TERRAFORM, (True, False, True)),
        ("google_folder", "deletion_protection", TERRAFORM, (True, False, True)),
        ("google_project", "deletion_policy", TERRAFORM, ("PREVENT", "DELETE", True)),
        ("google_project", "deletion_policy", TERRAFORM, ("ABANDON", "DELETE", True)),
        ("google_secure_source_manager_repository", "deletion_policy", TERRAFORM, ("PREVENT", "DELETE", True)),
    ],
)
def test_who_enforces_a_protection(
    picture: Picture, kind: str, attribute: str, enforced: Enforced, values: tuple[Any, Any, bool]
) -> None:
    """Set, it holds; set otherwise, it does not; unset, the provider's default decides; unknown, nobody can tell."""
    safe, unsafe, default = values
    for value, holds in ((safe, True), (unsafe, False)):
        found = guard(picture(made(f"{kind}.x", **nested(attribute, value))), f"{kind}.x", DELETION, attribute)
        assert (found.enforced, found.holds) == (enforced, holds)
    versions = {"google": "7.45.0"}
    assert guard(picture(made(f"{kind}.x"), provider_versions=versions), f"{kind}.x", DELETION, attribute).holds is default
    later = picture(made(f"{kind}.x", **nested(attribute, Unknown("var.x has no value"))))
    assert isinstance(guard(later, f"{kind}.x", DELETION, attribute).holds, Unknown)


STORES = sorted(
    name
    for name in load_catalog().types("google")
    if (entry := load_catalog().entry(name)) is not None and entry.store and entry.tier == 1
)


@pytest.mark.parametrize("kind", STORES)
def test_a_guard_that_hangs_on_something_unknown_is_unknown(picture: Picture, kind: str) -> None:
    """No guard of a store of the first tier takes an unknown argument for its default, or for safe."""
    entry = load_catalog().entry(kind)
    assert entry is not None
    for fact in entry.guards:
        if fact.kind == "backups_kept":
            continue  # where no backups are made there are none to keep: see below
        built = picture(made(f"{kind}.x", **nested(fact.attribute, Unknown("not known"))))
        found = guard(built, f"{kind}.x", GuardKind(fact.kind), fact.attribute)
        assert isinstance(found.holds, Unknown), fact.attribute


@pytest.mark.parametrize("kind", STORES)
def test_only_the_api_makes_a_store_protectable(picture: Picture, kind: str) -> None:
    """What Terraform alone enforces never counts as a protection of the platform."""
    entry = load_catalog().entry(kind)
    assert entry is not None
    by_api = any(each.kind == "deletion_protection" and each.enforced == "api" for each in entry.guards)
    assert store(picture(made(f"{kind}.x")), f"{kind}.x").protectable is by_api


@pytest.mark.parametrize(
    ("block", "own", "holds"),
    [
        ({}, {}, False),
        ({"deletion_policy": "PREVENT"}, {}, True),
        ({"deletion_policy": "PREVENT"}, {"deletion_policy": "DELETE"}, False),
        ({}, {"deletion_policy": "PREVENT"}, True),
        ({"deletion_policy": Unknown("var.policy has no value")}, {}, None),
    ],
)
def test_the_provider_block_sets_a_default(
    picture: Picture, block: dict[str, Any], own: dict[str, Any], holds: bool | None
) -> None:
    """deletion_policy of the provider block holds where the resource does not say otherwise, and for Terraform alone."""
    built = picture(provider("google", **block), made("google_compute_disk.x", **own), provider_versions={"google": "7.45.0"})
    found = guard(built, "google_compute_disk.x", DELETION, "deletion_policy")
    assert found.enforced is TERRAFORM
    assert found.holds is holds if holds is not None else isinstance(found.holds, Unknown)


def test_an_older_provider_has_no_deletion_policy(picture: Picture) -> None:
    """Before 7.33 the argument did not exist, so nothing is said of it."""
    built = picture(made("google_compute_disk.x"), provider_versions={"google": "7.32.0"})
    assert list(store(built, "google_compute_disk.x").having(DELETION)) == []


@pytest.mark.parametrize(
    ("value", "holds"), [("2592000s", True), ("2592000.5s", True), ("720h", True), ("86400s", False), ("soon", False)]
)
def test_times_carry_their_unit(picture: Picture, value: str, holds: bool) -> None:
    """The window in which a destroyed key version can be restored is a text with a unit."""
    built = picture(made("google_kms_crypto_key.k", destroy_scheduled_duration=value))
    found = guard(built, "google_kms_crypto_key.k", WINDOW, "destroy_scheduled_duration")
    assert found.holds is holds
    assert found.fix == 'destroy_scheduled_duration = "2592000s"'


@pytest.mark.parametrize(
    ("restrictions", "holds"),
    [
        (["resourcemanager.projects.delete"], True),
        (["something.else"], False),
        (["something.else", Unknown("not known")], None),
        (Unknown("not known"), None),
    ],
)
def test_a_lien_guards_its_project(picture: Picture, restrictions: Any, holds: bool | None) -> None:
    """The API refuses to delete a project whose lien restricts that, and no other lien counts."""
    parent = Unknown(
        references=(Reference("google_project.p", "number"),), parts=("projects/", Reference("google_project.p", "number"))
    )
    built = picture(
        made("google_project.p", project_id="p"),
        made("google_resource_manager_lien.l", parent=parent, restrictions=restrictions),
    )
    found = guard(built, "google_project.p", DELETION, "restrictions")
    assert found.enforced is API
    assert found.holds is holds if holds is not None else isinstance(found.holds, Unknown)
