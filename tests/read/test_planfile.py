"""The binary plan file: what it gives back to a plan, and archives that nobody should unpack."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from policypack.model import Input, Lifecycle, Location, Resource, Unknown
from policypack.read import ReadOptions
from policypack.read.planfile import read_plan_file
from tests.read.planning import PLANS, found, read_json, recorded

MAIN = 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\n'


def archive(path: Path, files: dict[str, str], modules: list[Any] | None = None) -> Path:
    """An archive with these files, in the layout of a plan file."""
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("tfconfig/modules.json", json.dumps([{"Key": "", "Dir": "."}] if modules is None else modules))
        for name, text in files.items():
            made.writestr(name, text)
    return path


def read_with(folder: Path, plan_file: Path, **options: Any) -> Input:
    """The recorded plan, read with a binary plan file."""
    return read_json(folder, recorded("planned"), plan_file=plan_file, **options)


def test_a_plan_file_stands_in_for_the_source(tmp_path: Path) -> None:
    """With its binary form, a plan has lines, lifecycle, backend and text; files are called what the archive calls them."""
    source = read_with(tmp_path, PLANS / "planned.tfplan")
    policy = found(source, "aws_iam_policy.cleaner").get("policy")
    assert source.has_source
    assert found(source, 'module.store["a.b"].aws_db_instance.db').location == Location("mods/store/main.tf", 4, 12)
    assert isinstance(policy, Unknown)
    assert policy.document is not None
    assert isinstance(source.backend, Resource)
    assert source.provider_versions == {"aws": "5.100.0"}
    assert (source.lineage, source.serial) == (None, None)


def test_the_state_is_identified(tmp_path: Path) -> None:
    """The lineage and the serial of the state that was planned against are told."""
    state = json.dumps({"version": 4, "lineage": "l-1", "serial": 12})
    found = read_plan_file(archive(tmp_path / "x", {"tfconfig/m-/main.tf": MAIN, "tfstate": state}), ReadOptions(base=tmp_path))
    assert (found.lineage, found.serial) == ("l-1", 12)


def test_modules_above_the_root_are_read(tmp_path: Path) -> None:
    """A module outside of the root module's folder is found, and called by its place."""
    call = 'module "m" {\n  source = "../../modules/m"\n}\n'
    modules = [{"Key": "", "Dir": "."}, {"Key": "m", "Source": "../../modules/m", "Dir": "../../modules/m"}]
    files = {"tfconfig/m-/main.tf": call, "tfconfig/m-m/main.tf": MAIN}
    source = read_plan_file(archive(tmp_path / "x", files, modules), ReadOptions(base=tmp_path)).source
    assert source is not None
    (bucket,) = source.resources
    assert bucket.address == "module.m.aws_s3_bucket.b"
    assert bucket.location.file.endswith("modules/m/main.tf")
    assert not Path(bucket.location.file).is_absolute()


def test_the_folder_above_keeps_its_own_names(tmp_path: Path) -> None:
    """A module in the folder above has another name than the root module's file of the same name."""
    modules = [{"Key": "", "Dir": "."}, {"Key": "m", "Source": "../", "Dir": ".."}]
    files = {"tfconfig/m-/main.tf": MAIN + 'module "m" {\n  source = "../"\n}\n', "tfconfig/m-m/main.tf": MAIN}
    source = read_plan_file(archive(tmp_path / "x", files, modules), ReadOptions(base=tmp_path)).source
    assert source is not None
    assert len({each.location.file for each in source.resources}) == len(source.resources) == 2


HOSTILE: list[tuple[str, list[Any]]] = [
    ("../../../../outside", [{"Key": "", "Dir": "."}, {"Key": "m", "Dir": "../../../../outside"}]),
    ("an absolute folder", [{"Key": "", "Dir": "."}, {"Key": "m", "Dir": "/outside"}]),
    ("the repository's own folder", [{"Key": "", "Dir": "."}, {"Key": "m", "Dir": "../.git/hooks"}]),
    ("not a list of modules", [None, 3, {"Key": 1}, {"Key": "m", "Dir": ["x"]}]),
]


@pytest.mark.parametrize("modules", [row[1] for row in HOSTILE], ids=[row[0] for row in HOSTILE])
def test_nothing_is_written_outside(tmp_path: Path, modules: list[Any]) -> None:
    """An archive that names folders outside of itself writes nothing there, and is read or refused in one line."""
    files = {"tfconfig/m-/main.tf": MAIN, "tfconfig/m-m/../evil.tf": MAIN, "tfconfig/m-m/evil.tf": MAIN, "../evil.tf": MAIN}
    made = read_plan_file(archive(tmp_path / "x", files, modules), ReadOptions(base=tmp_path))
    assert [path.name for path in tmp_path.rglob("*")] == ["x"]
    assert (made.gap is None) != (made.source is None)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", (PLANS / "planned.tfplan").read_bytes()[:2000], b"no zip"])
def test_a_corrupt_plan_file_is_a_gap(tmp_path: Path, content: bytes) -> None:
    """A plan file that cannot be read is said in one line; the plan itself is judged."""
    path = tmp_path / "x.tfplan"
    path.write_bytes(content)
    source = read_with(tmp_path, path)
    assert found(source, "aws_s3_bucket.data").get("bucket") == "acme-data"
    assert [(gap.unreadable, gap.location) for gap in source.gaps] == [(True, Location("x.tfplan"))]
    assert "terraform plan -out" in source.gaps[0].reason


def test_a_missing_plan_file_is_a_gap(tmp_path: Path) -> None:
    """A plan file that is not there is said."""
    (gap,) = read_with(tmp_path, tmp_path / "nowhere").gaps
    assert "cannot be opened" in gap.reason


def test_an_archive_without_terraform_is_a_gap(tmp_path: Path) -> None:
    """An archive without a configuration is said to hold none."""
    (gap,) = read_with(tmp_path, archive(tmp_path / "x", {"readme": "hello"})).gaps
    assert "holds no configuration" in gap.reason


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the archive that unpacks to more than the limit ends the reading of it."""
    monkeypatch.setattr("policypack.read.planfile.MAX_FILE", 1000)
    path = tmp_path / "x"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("tfconfig/m-/main.tf", " " * 100_000)
    assert "no plan file" in read_with(tmp_path, path).gaps[0].reason


def test_a_plan_file_of_another_plan_is_not_used(tmp_path: Path) -> None:
    """A binary plan that does not define what the plan plans adds nothing, and that is said."""
    source = read_with(tmp_path, archive(tmp_path / "x", {"tfconfig/m-/main.tf": 'resource "aws_sns_topic" "t" {}\n'}))
    assert not source.has_source
    assert "does not define" in source.gaps[0].reason


def test_the_source_has_the_last_word_on_places(tmp_path: Path) -> None:
    """With both, text comes from either, and places are those of the source."""
    source = read_with(tmp_path, PLANS / "planned.tfplan", source=PLANS / "planned")
    bucket = found(source, "aws_s3_bucket.data")
    assert bucket.location == Location("planned/main.tf", 24, 30)
    assert bucket.lifecycle == Lifecycle(prevent_destroy=True)
