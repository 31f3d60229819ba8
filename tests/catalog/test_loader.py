"""Loading: only what is asked for, only once, and nothing that a cold start need not pay for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from policypack.build import build
from policypack.catalog import GENERATED, Catalog, load_catalog
from policypack.model import Input, Location, Resource
from policypack.settings import Settings


@pytest.fixture
def small(tmp_path: Path) -> Catalog:
    """A catalog of two providers, one of which cannot be parsed."""
    entry = {"label": "box", "kind": "database", "tier": 1, "store": True, "guards": [{"kind": "lock", "attribute": "a"}]}
    provider = {"provider": "good", "sources": ["x/good"], "domain": "account"}
    tmp_path.joinpath("good.json").write_text(json.dumps({"provider": provider, "types": {"good_box": entry}}), "utf-8")
    tmp_path.joinpath("bad.json").write_text("{", "utf-8")
    return Catalog(tmp_path, ["good", "bad"], ["random"])


def test_only_the_provider_that_is_asked_for_is_parsed(small: Catalog) -> None:
    """Types of one provider are answered although another provider's file is broken."""
    assert small.knows("good_box")
    assert not small.knows("good_lid")
    with pytest.raises(msgspec.DecodeError):
        small.knows("bad_box")


def test_an_entry_is_typed_and_kept(small: Catalog) -> None:
    """An entry comes typed, nested facts included, and is the same object the next time."""
    entry = small.entry("good_box")
    assert entry is not None
    assert (entry.type, entry.label, entry.guards[0].kind) == ("good_box", "box", "lock")
    assert small.entry("good_box") is entry


@pytest.mark.parametrize("name", ["", "_", "good", "good_", "other_box", "random_id", "GOOD_BOX"])
def test_what_is_not_known_is_nothing(small: Catalog, name: str) -> None:
    """A type without an entry is not known, whatever it looks like."""
    assert not small.knows(name)
    assert small.entry(name) is None


def test_a_provider_is_covered_harmless_or_neither(small: Catalog) -> None:
    """Covered, harmless and unheard of are three things."""
    names = ("good", "random", "other")
    assert [small.covered(name) for name in names] == [True, False, False]
    assert [small.harmless(name) for name in names] == [False, True, False]
    assert [small.provider(name) is not None for name in names] == [True, False, False]


def test_the_installed_catalog_covers_its_providers() -> None:
    """AWS, Azure, Google Cloud and Railway are covered; Azure's provider block is judged too."""
    catalog = load_catalog()
    assert {"aws", "azurerm", "google", "railway"} <= set(catalog.providers())
    assert all(catalog.covered(name) for name in ("aws", "azurerm", "google", "railway"))
    azure = catalog.provider("azurerm")
    assert azure is not None
    assert all(guard.attribute.startswith("features.") for guard in azure.guards)


@pytest.mark.parametrize("name", ["aws_iam_anything_new", "aws_organizations_anything_new", "aws_caller_identity"])
def test_families_that_matter_as_a_whole_are_known(name: str) -> None:
    """What decides about rights and accounts is decoded although no entry describes it."""
    assert load_catalog().knows(name)
    assert load_catalog().entry(name) is None


def test_every_entry_can_be_typed() -> None:
    """No entry of any provider holds a field that the typed form does not have."""
    catalog = load_catalog()
    entries = [catalog.entry(name) for provider in catalog.providers() for name in catalog.types(provider)]
    assert len(entries) > 300
    assert all(entry is not None for entry in entries)


def test_a_cold_start_reads_no_yaml() -> None:
    """Loading and asking imports neither a YAML reader nor a schema validator."""
    program = (
        "import sys; from policypack.catalog import load_catalog; load_catalog().entry('aws_db_instance');"
        "print(sorted({'yaml', 'jsonschema'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_backend_leads_to_the_store_of_its_state() -> None:
    """Backends that keep states in buckets say which type that is and what names it; others say nothing."""
    catalog = load_catalog()
    found = {name: catalog.state_of(name) for name in ("s3", "gcs", "remote")}
    assert {name: fact and (fact.store, fact.argument, fact.name) for name, fact in found.items()} == {
        "s3": ("aws_s3_bucket", "bucket", "bucket"),
        "gcs": ("google_storage_bucket", "bucket", "name"),
        "remote": None,
    }


def test_one_platform_has_one_description() -> None:
    """A second provider of the same platform is described by the first one's catalog."""
    catalog = load_catalog()
    assert catalog.platform("google-beta") == "google"
    assert catalog.provider("google-beta") is catalog.provider("google-beta") is not None
    assert catalog.covered("google-beta")


def test_an_estate_of_aws_alone_reads_no_other_provider(tmp_path: Path) -> None:
    """What is asked of an AWS estate, its backend and its projects' words included, opens the facts of AWS and of nobody else."""
    for path in GENERATED.glob("*.json"):
        text = path.read_text("utf-8") if path.stem in {"aws", "index"} else "{ this cannot be parsed"
        tmp_path.joinpath(path.name).write_text(text, "utf-8")
    index = json.loads(tmp_path.joinpath("index.json").read_text("utf-8"))
    catalog = Catalog(tmp_path, index["providers"], index["harmless"], index)
    where = Location("main.tf")
    resources = (
        Resource("aws_s3_bucket.b", "aws_s3_bucket", "aws", {"bucket": "b"}, where, inside="x"),
        Resource("random_id.r", "random_id", "random", {}, where, inside="x"),
    )
    backend = Resource("backend.s3", "s3", "", {"bucket": "b"}, where, inside="x", mode="backend")
    source = Input("x", "module", resources, {"aws_s3_bucket": 1, "random_id": 1}, backend=backend)
    built = build([source], catalog, Settings())
    assert [each.address for each in built.stores] == ["aws_s3_bucket.b"]
    assert built.states == {"x": ("x", "aws_s3_bucket.b")}
    with pytest.raises(msgspec.DecodeError):
        catalog.entry("google_storage_bucket")
