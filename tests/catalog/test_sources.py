"""The YAML, its schema, its typed form and its compiled form say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from policypack.catalog import (
    BackupFact,
    CompanionFact,
    CredentialFact,
    ExpiryFact,
    GovernedFact,
    GuardFact,
    KeepsFact,
    LockFact,
    ProviderEntry,
    StateFact,
    TypeEntry,
    WeakeningFact,
)
from policypack.catalog.approval import ActorsFact, ApprovalFact, IssuerFact, LevelFact, RightFact, ServedFact, TrustFact
from policypack.catalog.compile import SOURCE, CatalogError, compiled
from policypack.model import Enforced, GuardKind

SCHEMA: dict[str, Any] = json.loads(SOURCE.joinpath("schema.json").read_text("utf-8"))
FILES = [*sorted(SOURCE.glob("*.yaml")), *(each for each in sorted(SOURCE.glob("*/*.yaml")) if each.parent.name != "scoped")]
DEFINED = {
    "type": TypeEntry,
    "guard": GuardFact,
    "backup": BackupFact,
    "companion": CompanionFact,
    "credential": CredentialFact,
    "governed": GovernedFact,
    "keeps": KeepsFact,
    "weakening": WeakeningFact,
    "lock": LockFact,
    "expiry": ExpiryFact,
    "state": StateFact,
    "approval": ApprovalFact,
    "actors": ActorsFact,
    "right": RightFact,
    "served": ServedFact,
    "level": LevelFact,
    "trust": TrustFact,
    "issuer": IssuerFact,
}


def properties(schema: dict[str, Any], where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema with its place, through definitions and nested objects."""
    for name, each in schema.get("properties", {}).items():
        yield f"{where}.{name}", each
        yield from properties(each, f"{where}.{name}")
    for name, each in schema.get("$defs", {}).items():
        yield f"{where}.$defs.{name}", each
        yield from properties(each, f"{where}.$defs.{name}")


def test_the_schema_is_one() -> None:
    """The schema is valid JSON Schema 2020-12."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_every_file_follows_the_schema(path: Path) -> None:
    """Each YAML file of the catalog validates, so that a misspelt field cannot pass as nothing."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    errors = list(validator.iter_errors(yaml.safe_load(path.read_text("utf-8"))))
    assert [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in errors] == []


def test_every_field_is_described() -> None:
    """Each field, role and kind says what it means."""
    bare = [place for place, each in properties(SCHEMA) if "description" not in each and "$ref" not in each]
    words = [each for _, field in properties(SCHEMA) for each in field.get("oneOf", ()) if "const" in each]
    assert bare == []
    assert len(words) > 60
    assert [each["const"] for each in words if not each.get("description", "").endswith(".")] == []


@pytest.mark.parametrize("name", sorted(DEFINED))
def test_the_schema_and_the_typed_form_have_the_same_fields(name: str) -> None:
    """A field that the schema allows can be loaded, and a field that can be loaded is described."""
    typed = set(DEFINED[name].__struct_fields__) - ({"type"} if name == "type" else set())
    assert set(SCHEMA["$defs"][name]["properties"]) == typed


def test_the_schema_and_the_provider_have_the_same_fields() -> None:
    """The fields of a provider are those of the schema's top; what is said of types, of tokens and of harmless ones aside."""
    typed = set(ProviderEntry.__struct_fields__)
    assert set(SCHEMA["properties"]) - {"types", "providers", "approvals", "issuer"} == typed


def test_guards_use_the_words_of_the_picture() -> None:
    """Kind and enforcement of a guard are words that the picture knows."""
    guard = SCHEMA["$defs"]["guard"]["properties"]
    assert {each["const"] for each in guard["kind"]["oneOf"]} <= {kind.value for kind in GuardKind}
    assert {each["const"] for each in guard["enforced"]["oneOf"]} == {each.value for each in Enforced}


def test_the_compiled_form_is_fresh() -> None:
    """generated/ is what `python -m policypack.catalog.compile` makes of the YAML, and holds nothing else."""
    folder = SOURCE / "generated"
    assert {path.name: path.read_text("utf-8") for path in folder.iterdir()} == dict(compiled())


def test_a_type_is_described_once(tmp_path: Path) -> None:
    """Two files that describe one type are an error that names it, not a silent choice between them."""
    tmp_path.joinpath("harmless.yaml").write_text("providers: [random]\n", encoding="utf-8")
    folder = tmp_path / "aws"
    folder.mkdir()
    folder.joinpath("provider.yaml").write_text("provider: aws\n", encoding="utf-8")
    for name in ("one.yaml", "two.yaml"):
        folder.joinpath(name).write_text("types: {aws_s3_bucket: {tier: 1}}\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"two\.yaml.*aws_s3_bucket"):
        compiled(tmp_path)


def test_a_source_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    """A YAML file that holds a list or nothing is an error that names the file."""
    tmp_path.joinpath("harmless.yaml").write_text("- random\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"harmless\.yaml: not a mapping"):
        compiled(tmp_path)
