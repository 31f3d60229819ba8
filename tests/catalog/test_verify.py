"""The catalog against the provider's own schema."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from policypack.catalog import Catalog, load_catalog
from scripts.verify_catalog import DOCUMENTED, NoSchemaError, differences, documented, has, resting, schema_of

BLOCK: dict[str, Any] = {
    "attributes": {
        "name": {"type": "string"},
        "tags": {"type": ["map", "string"]},
        "rules": {"type": ["list", ["object", {"days": "number", "by": ["object", {"tag": "string"}]}]]},
        "volume": {"nested_type": {"attributes": {"size": {"type": "number"}}}},
    },
    "block_types": {"rule": {"block": {"attributes": {"id": {"type": "string"}}}}},
}


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("name", True),
        ("rule", True),
        ("rule.id", True),
        ("tags.anything", True),
        ("rules.days", True),
        ("rules.by.tag", True),
        ("volume.size", True),
        ("nome", False),
        ("name.first", False),
        ("rule.nome", False),
        ("rules.hours", False),
        ("rules.by.name", False),
        ("volume.weight", False),
    ],
)
def test_a_path_is_there_or_not(path: str, there: bool) -> None:
    """A dotted path is followed through blocks, nested attributes and object types, and a misspelt step is noticed."""
    assert has(BLOCK, path) is there


def test_every_wrong_name_is_told(tmp_path: Path) -> None:
    """A type, an argument, a hole of an ARN and a guard that do not exist are told; what a later provider brings is not."""
    guards = [
        {"kind": "lock", "attribute": "looked", "effect": "x"},
        {"kind": "lock", "attribute": "later", "effect": "x", "since": "9.1"},
    ]
    types = {
        "some_box": {"kind": "volume", "tier": 1, "name": "name", "arn": "arn:${Partition}:{nome}", "guards": guards},
        "some_lid": {"kind": "volume", "tier": 1},
        "some_new": {"kind": "volume", "tier": 1, "since": "9.0"},
    }
    provider = {"provider": "some", "sources": ["x/some"], "domain": "account", "guards": [guards[0]]}
    tmp_path.joinpath("some.json").write_text(json.dumps({"provider": provider, "types": types}), "utf-8")
    catalog = Catalog(tmp_path, ["some"])
    known = catalog.provider("some")
    assert known is not None
    schema = {"resource_schemas": {"some_box": {"block": BLOCK}}, "provider": {"block": {"attributes": {}}}}
    assert list(differences(catalog, known, schema, "8.4")) == [
        "some_box: no argument nome",
        "some_box: no argument looked",
        "some_lid: no such resource type",
        "provider some: no looked",
    ]


def test_a_wrong_name_in_what_governs_is_told(tmp_path: Path) -> None:
    """What a store's guards name in another type is held against that type, and the argument that names it against the store's."""
    guard = {"kind": "deletion_protection", "attribute": "looked", "safe": True, "effect": "x"}
    governed = [{"argument": "class", "types": ["some_class"], "otherwise": "x", "guards": [guard]}]
    types = {
        "some_box": {"kind": "volume", "tier": 1, "governed_by": governed, "unless_named_in": {"some_class": "volume.weight"}},
        "some_class": {"kind": "policy", "tier": 1},
    }
    provider = {"provider": "some", "sources": ["x/some"], "domain": "account"}
    tmp_path.joinpath("some.json").write_text(json.dumps({"provider": provider, "types": types}), "utf-8")
    catalog = Catalog(tmp_path, ["some"])
    known = catalog.provider("some")
    assert known is not None
    schema = {"resource_schemas": {key: {"block": BLOCK} for key in types}, "provider": {"block": {"attributes": {}}}}
    assert list(differences(catalog, known, schema, "8.4")) == [
        "some_box: no argument class",
        "some_box: some_class has no argument looked",
        "some_box: some_class has no argument volume.weight",
    ]


@pytest.mark.parametrize("path", sorted(DOCUMENTED.glob("*.json")), ids=lambda path: path.stem)
def test_every_name_is_documented(path: Path) -> None:
    """Every type and argument that the catalog names is one that the provider's documentation lists, and the list says from when."""
    provider = load_catalog().provider(path.stem)
    known = documented(path.stem)
    assert provider is not None
    assert known is not None
    header = json.loads(path.read_text("utf-8"))
    assert {"source", "date", "licence"} <= header.keys()
    assert list(differences(load_catalog(), provider, known, "")) == []


def test_a_name_that_nobody_documented_is_told(tmp_path: Path) -> None:
    """The lists of names are held against the catalog in depth: a wrong name inside a block is told, also one of a lock or a plan."""
    types = {
        "azurerm_storage_account": {
            "kind": "object_store",
            "tier": 1,
            "lies_in": "resource_group",
            "lock": {"attribute": "immutability_policy.days", "binding": "immutability_policy.state", "loose": "x"},
            "companion": {"role": "transfer", "plan": "plan_id"},
        }
    }
    provider = {"provider": "azurerm", "sources": ["x/azurerm"], "domain": "subscription"}
    tmp_path.joinpath("azurerm.json").write_text(json.dumps({"provider": provider, "types": types}), "utf-8")
    catalog = Catalog(tmp_path, ["azurerm"])
    known = catalog.provider("azurerm")
    names = documented("azurerm")
    assert known is not None
    assert names is not None
    assert list(differences(catalog, known, names, "")) == [
        "azurerm_storage_account: no argument resource_group",
        "azurerm_storage_account: no argument plan_id",
        "azurerm_storage_account: no argument immutability_policy.days",
    ]


@pytest.mark.parametrize("name", load_catalog().providers())
def test_every_name_exists(name: str) -> None:
    """Every type and argument that the catalog names is in the schema of the provider's default major version."""
    if not Path(os.environ.get("TF_CLI_CONFIG_FILE", "")).is_file():
        pytest.skip("no provider mirror: TF_CLI_CONFIG_FILE names no file, and a test fetches nothing from a registry")
    provider = load_catalog().provider(name)
    assert provider is not None
    try:
        schema = schema_of(provider.sources[0], f"~> {provider.default_major}.0")
    except NoSchemaError as error:
        pytest.skip(f"no schema of {name} here: {error}")
    assert list(differences(load_catalog(), provider, schema, provider.default_major)) == []


def test_names_that_nobody_looked_up_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with null rests on knowledge alone, wherever it stands; one with 0 is documented."""
    tree = {"provider": {"token": None}, "types": {"x_store": {"name": 0, "backup": {"days": None, "at": 0}}}}
    tmp_path.joinpath("x.json").write_text(json.dumps(tree), "utf-8")
    monkeypatch.setattr("scripts.verify_catalog.DOCUMENTED", tmp_path)
    assert resting("x") == (2, 4)
    assert resting("y") == (0, 0)


@pytest.mark.parametrize("path", sorted(DOCUMENTED.glob("*.json")), ids=lambda path: path.stem)
def test_a_list_says_what_it_rests_on(path: Path) -> None:
    """A list in which anything rests on knowledge alone says so in its header, and no other list does."""
    said = "null" in json.loads(path.read_text("utf-8"))["source"]
    assert said is (resting(path.stem)[0] > 0)
