"""The platforms of the second and third rank: their guards as documented, and what looks like a store or a token and is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.catalog.entry import GuardFact
from policypack.model import Guard, Input, Location, Resource, Unknown
from policypack.read import read_input
from policypack.read.options import ReadOptions
from policypack.settings import Settings

PLATFORMS = [
    "aiven",
    "alicloud",
    "auth0",
    "clickhouse",
    "cockroach",
    "confluent",
    "databricks",
    "datadog",
    "doppler",
    "ec",
    "elasticstack",
    "exoscale",
    "fly",
    "gitlab",
    "grafana",
    "hcloud",
    "heroku",
    "ibm",
    "infisical",
    "launchdarkly",
    "linode",
    "minio",
    "mongodb",
    "mysql",
    "netlify",
    "oci",
    "okta",
    "ovh",
    "pinecone",
    "planetscale",
    "postgresql",
    "qdrant-cloud",
    "rediscloud",
    "render",
    "scaleway",
    "snowflake",
    "spacelift",
    "tailscale",
    "tencentcloud",
    "timescale",
    "turso",
    "upcloud",
    "upstash",
    "vercel",
    "vultr",
    "yandex",
]
CATALOG = load_catalog()
GUARDS = [
    (kind, guard)
    for name in PLATFORMS
    for kind in CATALOG.types(name)
    if (entry := CATALOG.entry(kind)) is not None and entry.store
    for guard in entry.guards
]


# What a guard is about has to be there for it to matter.
BESIDE = {"mongodbatlas_advanced_cluster": {"backup_enabled": True}, "mongodbatlas_cluster": {"cloud_backup": True}}


def nested(path: str, value: Any) -> dict[str, Any]:
    """The values of a resource whose only argument is at a dotted path."""
    first, _, rest = path.partition(".")
    return {first: [nested(rest, value)] if rest else value}


def guards_of(kind: str, attribute: str, values: dict[str, Any]) -> list[Guard]:
    """The guards of a store of that type that are about an argument."""
    provider = kind.partition("_")[0]
    entry = CATALOG.entry(kind)
    only = entry.only_when_set if entry is not None else ""
    written = {**(nested(only, "x") if only else {}), **values}
    resource = Resource(f"{kind}.x", kind, provider, written, Location("main.tf"), inside="estate", provider_key=provider)
    made = build([Input("estate", "module", (resource,), {kind: 1})], CATALOG, Settings())
    return [each for store in made.stores for each in store.guards if each.attribute == attribute]


def truth(guards: list[Guard]) -> set[Any]:
    """Whether the guards hold; `unknown` for what cannot be told."""
    return {"unknown" if isinstance(each.holds, Unknown) else each.holds for each in guards}


def safe(guard: GuardFact) -> Any:
    """What to write."""
    return guard.at_least if guard.at_least is not None else "x" if guard.safe_when_set else guard.safe


@pytest.mark.parametrize(("kind", "guard"), GUARDS, ids=lambda each: getattr(each, "attribute", each))
def test_a_guard_is_three_valued(kind: str, guard: GuardFact) -> None:
    """Written safely it holds, unknown is unknown, and where nothing is written the documented default decides."""
    assert truth(guards_of(kind, guard.attribute, nested(guard.attribute, safe(guard)))) == {True}
    assert truth(guards_of(kind, guard.attribute, nested(guard.attribute, Unknown("not known yet")))) == {"unknown"}
    bare = truth(guards_of(kind, guard.attribute, {}))
    if guard.default == "unknown":
        assert bare == {"unknown"}
    elif guard.unsafe is None:
        assert bare == {guard.default == guard.safe if guard.at_least is None else False}


@pytest.mark.parametrize(
    ("kind", "attribute", "wanted", "unset", "enforced"),
    [
        ("aiven_pg", "termination_protection", True, False, "api"),
        ("aiven_kafka", "termination_protection", True, False, "api"),
        ("aiven_pg_database", "termination_protection", True, False, "terraform"),
        ("aiven_kafka_topic", "termination_protection", True, False, "terraform"),
        ("alicloud_db_instance", "deletion_protection", True, False, "api"),
        ("alicloud_kms_key", "deletion_protection", "Enabled", False, "api"),
        ("alicloud_polardb_cluster", "deletion_lock", 1, "unknown", "api"),
        ("cockroach_cluster", "delete_protection", True, "unknown", "api"),
        ("confluent_kafka_cluster", "deletion_protection", True, False, "api"),
        ("databricks_postgres_branch", "spec.is_protected", True, False, "api"),
        ("elasticstack_elasticsearch_index", "deletion_protection", True, True, "terraform"),
        ("exoscale_dbaas", "termination_protection", True, True, "api"),
        ("gitlab_project", "archive_on_destroy", True, False, "terraform"),
        ("grafana_cloud_stack", "delete_protection", True, True, "api"),
        ("hcloud_server", "delete_protection", True, False, "api"),
        ("hcloud_volume", "delete_protection", True, False, "api"),
        ("ibm_cos_bucket", "force_delete", False, False, "nothing"),
        ("ibm_database", "deletion_protection", True, "unknown", "terraform"),
        ("infisical_project", "has_delete_protection", True, False, "api"),
        ("oci_mysql_mysql_db_system", "deletion_policy.is_delete_protected", True, False, "api"),
        ("ovh_cloud_project", "deletion_protection", True, False, "terraform"),
        ("pinecone_index", "deletion_protection", "enabled", "unknown", "api"),
        ("planetscale_postgres_branch", "deletion_protected", True, "unknown", "api"),
        ("planetscale_vitess_branch", "deletion_protected", True, "unknown", "api"),
        ("postgresql_schema", "drop_cascade", False, True, "terraform"),
        ("scaleway_secret", "protected", True, False, "api"),
        ("spacelift_stack", "protect_from_deletion", True, False, "api"),
        ("tencentcloud_mysql_instance", "destroy_protect", "on", False, "api"),
        ("tencentcloud_ckafka_instance", "delete_protection_enable", 1, "unknown", "api"),
        ("upcloud_managed_database_postgresql", "termination_protection", True, False, "api"),
        ("yandex_mdb_postgresql_cluster", "deletion_protection", True, False, "api"),
    ],
)
def test_guards_are_those_of_the_documentation(kind: str, attribute: str, wanted: Any, unset: Any, enforced: str) -> None:
    """What to write, what holds where nothing is written, and who refuses, as the provider's documentation has it."""
    found = guards_of(kind, attribute, nested(attribute, wanted))
    assert truth(found) == {True}
    assert {each.enforced.value for each in found} == {enforced}
    assert truth(guards_of(kind, attribute, {})) == {unset}


LOCKS = {
    "yandex": """
resource "yandex_storage_bucket" "b" {
  bucket = "copies"
  object_lock_configuration {
    rule {
      default_retention {
        mode = "MODE"
        days = 30
      }
    }
  }
}
""",
    "scaleway": """
resource "scaleway_object_bucket" "b" {
  name = "copies"
}
resource "scaleway_object_bucket_lock_configuration" "b" {
  bucket = scaleway_object_bucket.b.name
  rule {
    default_retention {
      mode = "MODE"
      days = 30
    }
  }
}
""",
    "minio": """
resource "minio_s3_bucket" "b" {
  bucket = "copies"
}
resource "minio_s3_bucket_object_lock_configuration" "b" {
  bucket = minio_s3_bucket.b.bucket
  rule {
    default_retention {
      mode = "MODE"
      days = 30
    }
  }
}
""",
    "ovh": """
resource "ovh_cloud_project_storage" "b" {
  service_name = "p"
  name         = "copies"
  object_lock  = { rule = { mode = "mode", period = "P30D" } }
}
""",
}


@pytest.mark.parametrize("name", sorted(LOCKS))
@pytest.mark.parametrize(("mode", "binds"), [("COMPLIANCE", True), ("GOVERNANCE", False)])
def test_a_bucket_is_locked_as_it_says(tmp_path: Path, name: str, mode: str, binds: bool) -> None:
    """A compliance lock keeps the objects from everybody, a governance lock does not; on whatever platform the bucket is."""
    text = LOCKS[name].replace("MODE", mode).replace('"mode"', f'"{mode.lower()}"')
    tmp_path.joinpath("main.tf").write_text(text, encoding="utf-8")
    source = read_input(tmp_path, ReadOptions(base=tmp_path.parent, wanted=CATALOG.knows))
    bucket = build([source], CATALOG, Settings()).stores[0]
    assert [each.holds for each in bucket.guards if each.kind.value == "lock"] == [binds]


def gaps(folder: Path, kind: str, body: str) -> list[str]:
    """The gaps of a module with one resource."""
    folder.joinpath("main.tf").write_text(f'resource "{kind}" "x" {{\n{body}\n}}\n', encoding="utf-8")
    source = read_input(folder, ReadOptions(base=folder.parent, wanted=CATALOG.knows))
    return [each.reason for each in build([source], CATALOG, Settings()).gaps]


def partly(name: str) -> bool:
    """Whether not all types of a provider are known."""
    provider = CATALOG.provider(name)
    return provider is not None and not provider.covered


@pytest.mark.parametrize("name", PLATFORMS)
@pytest.mark.parametrize(
    ("ending", "body", "looks"),
    [
        ("new_thing", "deletion_protection = false", "a store (it has deletion_protection)"),
        ("new_thing", "backup_retention_days = 3", "a store (it has backup_retention_days)"),
        ("new_thing", "force_destroy = true", "a store (it has force_destroy)"),
        ("new_access_token", 'name = "x"', "a credential"),
    ],
)
def test_what_is_not_known_is_told(tmp_path: Path, name: str, ending: str, body: str, looks: str) -> None:
    """A type that no catalog has and that looks like a store or a token is a gap; where few types are known, every other is."""
    found = gaps(tmp_path, f"{name}_{ending}", body)
    if partly(name):
        assert found == [f"not all types are known of provider {name}: 1 resource is not judged"]
    else:
        assert found == [f"the catalog does not have {name}_{ending}, which looks like {looks}: it is not judged"]


@pytest.mark.parametrize("name", [each for each in PLATFORMS if partly(each)])
def test_what_is_known_of_a_large_platform_is_no_gap(tmp_path: Path, name: str) -> None:
    """Types that have an entry are judged, also where most of their provider's do not."""
    assert not gaps(tmp_path, CATALOG.types(name)[0], "")
