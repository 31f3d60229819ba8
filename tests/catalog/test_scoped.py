"""The facts of languages of roles: what is compiled is fresh, rules are whole, and the tables of roles say what they are about."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from policypack.authority.scoped.language import MODULES
from policypack.build.languages import BUILDERS
from policypack.catalog.scoped import GENERATED, facts, made
from policypack.catalog.scoped.azure_roles import built_in
from policypack.catalog.scoped.compile import SOURCE, compiled
from policypack.catalog.scoped.roles import RoleTable, judged, role_table
from scripts.refresh_google_roles import READERS, asked, table, text
from scripts.verify_roles import differences

LANGUAGES = sorted(path.stem for path in SOURCE.glob("*.yaml"))


def test_what_is_compiled_is_fresh() -> None:
    """The generated files are those of the sources."""
    assert {name: GENERATED.joinpath(name).read_text("utf-8") for name in compiled()} == compiled()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_whole(language: str) -> None:
    """A language has a module that judges it, and each of its rules needs something."""
    known = facts(language)
    assert known.language == language
    assert language in MODULES
    assert known.providers
    assert all(each.actions or each.own for each in known.rules)
    assert all(each.at != "holder" or each.kinds for each in known.rules)


def test_every_platform_has_its_builder() -> None:
    """The modules that make identities exist, and are named once for each platform."""
    for module, parts in BUILDERS.values():
        assert importlib.util.find_spec(module) is not None
        assert parts


@pytest.mark.parametrize(
    "wrong", [{"language": "x"}, {"language": "x", "providers": ["x"], "rules": {"a": {"gains": "everything"}}}]
)
def test_what_is_no_language_is_refused(wrong: dict[str, Any]) -> None:
    """Facts that lack something, or use a word that is none, are an error and no default."""
    with pytest.raises(msgspec.ValidationError):
        made(wrong)


def test_the_table_of_google_speaks_of_what_is_asked() -> None:
    """What stores, guards and rules ask about is in the table, but for credentials and for putting objects."""
    left_out = {"apikeys.keys.delete", "iam.serviceAccountKeys.delete"}
    assert {each for each in asked() if each.lower() not in judged("google")} <= left_out


@pytest.mark.parametrize(
    ("role", "has", "lacks"),
    [
        ("roles/owner", "resourcemanager.projects.delete", "iam.denypolicies.delete"),
        ("roles/editor", "cloudsql.instances.delete", "resourcemanager.projects.setIamPolicy"),
        ("roles/storage.objectAdmin", "storage.objects.delete", "storage.buckets.delete"),
        ("roles/iam.serviceAccountTokenCreator", "iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.actAs"),
        ("roles/iam.denyAdmin", "iam.denypolicies.delete", "cloudsql.instances.delete"),
        ("roles/compute.instanceAdmin.v1", "compute.instances.create", "iam.serviceAccounts.actAs"),
    ],
)
def test_a_role_has_what_google_says(role: str, has: str, lacks: str) -> None:
    """A few roles, by the documentation."""
    actions = role_table("google").actions(role)
    assert actions is not None
    assert has in actions
    assert lacks not in actions


def test_a_role_that_reads_has_nothing_and_one_that_is_not_known_is_not_known() -> None:
    """Harmless is not the same as unknown."""
    assert role_table("google").actions("roles/storage.objectViewer") == ()
    assert role_table("google").actions("roles/made.up") is None


def test_what_is_listed_as_reading_is_in_the_tables() -> None:
    """Roles that only read are known by being listed with their source, each in the table of its platform, and never by their names."""
    google = yaml.safe_load(READERS.read_bytes())
    assert {f"roles/{name}" for name in google} <= set(role_table("google").harmless)
    assert {*role_table("google").harmless}.isdisjoint(role_table("google").roles)
    readers = yaml.safe_load(READERS.with_name("azure_readers.yaml").read_bytes())
    assert all(built_in().named(each["id"]) == built_in().named(name) for name, each in readers.items())
    assert role_table("google").actions("roles/cloudsql.madeUpViewer") is None


@pytest.mark.parametrize(
    ("role", "more_than_reads"),
    [
        ("Key Vault Crypto User", "Microsoft.KeyVault/vaults/keys/update/action"),
        ("Backup Reader", "Microsoft.DataProtection/backupVaults/backupInstances/write"),
        ("Key Vault Reader", "Microsoft.Resources/deployments/*"),
        ("Managed Identity Operator", "Microsoft.Resources/deployments/*"),
    ],
)
def test_a_role_that_is_called_a_reader_may_do_more(role: str, more_than_reads: str) -> None:
    """What the documentation of a role lists beside reading is in the table."""
    found = built_in().named(role)
    assert found is not None
    assert more_than_reads in (*found[1].actions, *found[1].data_actions)


def test_a_table_is_made_of_roles() -> None:
    """The script keeps what is asked about, and tells roles that have none of it."""
    about = {"source": "s", "date": "d", "licence": "l"}
    found = table({"roles/b": ["x.delete", "x.get"], "roles/a": ["x.get"]}, {"x.delete", "y.delete"}, about)
    assert found.actions("roles/b") == ("x.delete",)
    assert found.harmless == tuple(sorted(("roles/a", *(f"roles/{name}" for name in yaml.safe_load(READERS.read_bytes())))))
    assert msgspec.json.decode(text(found).encode(), type=RoleTable) == found


def test_differences_are_said_with_their_reason() -> None:
    """Another source is compared role by role, in either form."""
    about = {"source": "s", "date": "d", "licence": "l"}
    mine = table({"roles/a": ["x.delete", "compute.instances.create"]}, {"x.delete", "compute.instances.create"}, about)
    assert [explained for _, explained in differences(mine, {"roles/a": {"d": ["x.delete"], "o": 3}})] == [True]
    assert [line for line, _ in differences(mine, {"roles/a": ["compute.instances.create", "z.delete"]})] == [
        "roles/a: only the table has x.delete",
        "roles/a: the table lacks z.delete",
    ]


SCAN = """
import sys
sys.argv = ["policypack", "scan", "--fail-on", "never", sys.argv[1]]
from policypack.cli import main
try:
    main()
finally:
    print(json.dumps([name for name in sys.modules if "scoped" in name or "google" in name]), file=sys.stderr)
"""


def test_an_estate_of_aws_pays_for_no_other_language(tmp_path: Path) -> None:
    """A scan in which everybody speaks AWS's language loads nothing of roles at places."""
    tmp_path.joinpath("main.tf").write_text(
        'resource "aws_s3_bucket" "data" {\n  bucket = "data"\n}\nresource "aws_iam_user" "bot" {\n  name = "bot"\n}\n', "utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-c", "import json\n" + SCAN, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert json.loads(done.stderr.splitlines()[-1]) == []
