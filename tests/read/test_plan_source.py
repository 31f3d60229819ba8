"""What its source gives back to a plan."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from policypack.model import Input, Lifecycle, Location, Reference, Resource, Unknown
from policypack.read import ReadError, ReadOptions, read_input
from tests.read.planning import PLANS, block, change, found, plan, read_json, recorded

DATABASE = 'module.store["a.b"].aws_db_instance.db'


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    """A folder with the source of `planned.json` and, beside it, an empty one."""
    shutil.copytree(PLANS / "planned", tmp_path / "source")
    (tmp_path / "elsewhere").mkdir()
    return tmp_path


def read_beside(folder: Path, document: Any, **options: Any) -> Input:
    """What is read of a plan that lies in a folder."""
    path = folder / "plan.json"
    path.write_text(json.dumps(document), "utf-8")
    return read_input(path, ReadOptions(base=folder, **options))


def planned(source: Input) -> dict[str, Resource]:
    """Its resources by address."""
    return {each.address: each for each in source.resources}


def test_a_plan_in_its_root_module_finds_its_source(estate: Path) -> None:
    """A plan that lies beside the source that defines it has lines, lifecycle, module calls, comments and backend."""
    source = read_beside(estate / "source", recorded("planned"))
    bucket, database = found(source, "aws_s3_bucket.data"), found(source, DATABASE)
    assert source.has_source
    assert (bucket.location, bucket.lifecycle) == (Location("main.tf", 24, 30), Lifecycle(prevent_destroy=True))
    assert database.location == Location("mods/store/main.tf", 4, 12)
    assert database.module_calls == (Location("main.tf", 47, 52),)
    assert database.at("skip_final_snapshot") == Location("mods/store/main.tf", 11, 11)
    assert isinstance(source.backend, Resource)
    assert source.backend.type == "local"
    assert [comment.text for comment in source.comments] == ["allow: vault_unlocked (restored nightly elsewhere)"]
    assert source.providers["aws"].location == Location("main.tf", 14, 22)


def test_a_named_source_is_used(estate: Path) -> None:
    """`source` maps a plan that lies elsewhere to its source; shown paths start at the base."""
    path = estate / "elsewhere" / "plan.json"
    path.write_text(json.dumps(recorded("planned")), "utf-8")
    source = read_input(path, ReadOptions(base=estate, source=estate / "source"))
    assert found(source, "aws_s3_bucket.data").location == Location("source/main.tf", 24, 30)
    assert source.path == "elsewhere/plan.json"


def test_the_source_gives_text_back(estate: Path) -> None:
    """A text of which the plan keeps only references has its document and its holes back."""
    policy = found(read_beside(estate / "source", recorded("planned")), "aws_iam_policy.cleaner").get("policy")
    assert isinstance(policy, Unknown)
    document: Any = policy.document
    arn = Reference("aws_s3_bucket.data", "arn")
    assert document["Statement"][0]["Action"] == ["s3:DeleteBucket"]
    assert [each.parts for each in document["Statement"][0]["Resource"]] == [(arn,), (arn, "/*")]


def test_the_plan_stands_against_its_source(tmp_path: Path) -> None:
    """What the plan knows is never overruled by the source, and what is not a text stays unknown."""
    (tmp_path / "main.tf").write_text(
        'resource "aws_db_instance" "db" {\n  identifier = "source"\n  deletion_protection = true\n  engine = "text"\n}\n',
        "utf-8",
    )
    unknown = {"deletion_protection": True, "engine": True}
    written: dict[str, Any] = {"identifier": {}, "deletion_protection": {}, "engine": {}}
    entries = [change("aws_db_instance", "db", {"identifier": "plan"}, unknown)]
    database = read_beside(tmp_path, plan(entries, [block("aws_db_instance", "db", written)])).resources[0]
    assert database.get("identifier") == "plan"
    assert isinstance(database.get("deletion_protection"), Unknown)
    assert database.get("engine") == "text"


def test_null_in_the_source_is_not_written(tmp_path: Path) -> None:
    """What the plan does not know, because null was written and the provider will compute it, is not written."""
    (tmp_path / "main.tf").write_text(
        'variable "key" {\n  default = null\n}\nresource "aws_db_instance" "db" {\n  kms_key_id = var.key\n}\n', "utf-8"
    )
    document = plan(
        [change("aws_db_instance", "db", {}, {"kms_key_id": True})],
        [block("aws_db_instance", "db", {"kms_key_id": {"references": ["var.key"]}})],
        variables={"key": {"value": None}},
    )
    assert "kms_key_id" not in read_beside(tmp_path, document).resources[0].values


def test_what_is_gone_has_no_block(estate: Path) -> None:
    """A deleted resource whose block is gone stands in the plan, or where its module is called; nothing prevents it."""
    document = recorded("planned")
    gone = change("aws_kms_key", "k", None, change={"actions": ["delete"], "before": {}})
    inner = {**gone, "address": 'module.store["c"].aws_kms_key.k'}
    document["resource_changes"] += [gone, inner]
    resources = planned(read_beside(estate / "source", document))
    assert resources["aws_kms_key.k"].location == Location("plan.json")
    assert resources["aws_kms_key.k"].lifecycle == Lifecycle()
    assert resources[inner["address"]].location == Location("main.tf", 47, 52)


def test_an_instance_that_goes_keeps_its_block(estate: Path) -> None:
    """A key that is taken out of a for_each leaves the block, its lines and its lifecycle."""
    document = recorded("planned")
    gone = change("aws_db_instance", "db", None, change={"actions": ["delete"], "before": {"identifier": "gone"}})
    document["resource_changes"].append({**gone, "address": 'module.store["d"].aws_db_instance.db'})
    database = found(read_beside(estate / "source", document), 'module.store["d"].aws_db_instance.db')
    assert database.location == Location("mods/store/main.tf", 4, 12)
    assert database.get("identifier") == "gone"


def test_a_folder_that_defines_something_else_is_no_source(tmp_path: Path) -> None:
    """Terraform beside a plan that does not define its resources is left alone; named as the source, it is a gap."""
    (tmp_path / "main.tf").write_text('resource "aws_sns_topic" "t" {}\n', "utf-8")
    assert not read_beside(tmp_path, recorded("planned")).has_source
    source = read_beside(tmp_path, recorded("planned"), source=tmp_path)
    assert not source.has_source
    assert "does not define what plan.json plans" in source.gaps[0].reason


def test_a_plan_that_only_takes_away_may_have_left_its_source(tmp_path: Path) -> None:
    """What is named as the source of a plan that only deletes may be it without these blocks: that this cannot be told is said."""
    (tmp_path / "main.tf").write_text('resource "aws_sns_topic" "t" {}\n', "utf-8")
    gone = change("aws_kms_key", "k", None, change={"actions": ["delete"], "before": {}})
    document = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [gone], "planned_values": {}}
    source = read_beside(tmp_path, document, source=tmp_path)
    assert not source.has_source
    assert "has no block of what plan.json takes away" in source.gaps[0].reason


def test_a_module_that_is_not_downloaded_is_no_objection(estate: Path) -> None:
    """Where only some modules can be read, the others keep the plan's place, and the rest has its lines."""
    shutil.rmtree(estate / "source" / "mods")
    source = read_beside(estate / "source", recorded("planned"))
    assert source.has_source
    assert found(source, "aws_s3_bucket.data").location.file == "main.tf"
    assert (found(source, DATABASE).location, found(source, DATABASE).lifecycle) == (Location("plan.json"), None)


def test_a_source_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """A source that was asked for and cannot be read is said."""
    with pytest.raises(ReadError, match="nowhere"):
        read_json(tmp_path, recorded("planned"), source=tmp_path / "nowhere")


def test_a_broken_file_of_the_source_is_said(estate: Path) -> None:
    """A broken file beside a plan takes nothing from the plan, and is a gap."""
    (estate / "source" / "broken.tf").write_text('resource "aws_sns_topic" {{{\n', "utf-8")
    source = read_beside(estate / "source", recorded("planned"))
    assert source.has_source
    assert [gap.unreadable for gap in source.gaps] == [True]


def test_sensitive_variables_stay_out_of_the_source(estate: Path) -> None:
    """The value of a sensitive variable is not given to the source, where it could become the text around a hole."""
    document = recorded("planned")
    main = estate / "source" / "main.tf"
    text = main.read_text("utf-8").replace('default   = "planted-in-a-default"', "")
    main.write_text(
        text.replace('name = "cleaner"\n', 'name = "cleaner"\n  description = "${var.db_password} ${aws_s3_bucket.data.arn}"\n')
    )
    for entry in document["resource_changes"]:
        if entry["address"] == "aws_iam_policy.cleaner":
            entry["change"]["after_unknown"]["description"] = True
    for entry in document["configuration"]["root_module"]["resources"]:
        if entry["address"] == "aws_iam_policy.cleaner":
            entry["expressions"]["description"] = {
                "references": ["var.db_password", "aws_s3_bucket.data.arn", "aws_s3_bucket.data"]
            }
    policy = found(read_beside(estate / "source", document), "aws_iam_policy.cleaner")
    assert isinstance(policy.get("description"), Unknown)
    assert "planted" not in repr(policy.get("description"))


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two normal forms have two different values; a value against nothing, or against Unknown, is none."""
    if isinstance(one, Unknown) or isinstance(other, Unknown) or one is None or other is None:
        ours, theirs = (each.document if isinstance(each, Unknown) else None for each in (one, other))
        return differences(ours, theirs, path) if ours is not None and theirs is not None else []
    if isinstance(one, dict) and isinstance(other, dict):
        return [each for name in one.keys() & other.keys() for each in differences(one[name], other[name], f"{path}.{name}")]
    if isinstance(one, str) and isinstance(other, str) and one.startswith("{") and other.startswith("{"):
        return differences(json.loads(one), json.loads(other), path)
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        if all(isinstance(each, str) for each in (*one, *other)):
            return [] if sorted(one) == sorted(other) else [path]  # a set: the plan has it sorted, the source as it is written
        return [each for pair in zip(one, other, strict=True) for each in differences(*pair, path)]
    return [] if one == other else [path]


@pytest.mark.parametrize("name", ["greenfield", "planned"])
def test_a_plan_and_its_source_agree(name: str) -> None:
    """A plan and the source that it was made of have the same resources, providers and values, as far as each knows them."""
    of_plan = read_input(PLANS / f"{name}.json", ReadOptions(base=PLANS))
    of_source = read_input(PLANS / name, ReadOptions(base=PLANS / name))
    ours, theirs = planned(of_plan), planned(of_source)
    assert ours.keys() == theirs.keys()
    for address, resource in ours.items():
        other = theirs[address]
        assert differences(dict(resource.values), dict(other.values), address) == []
        assert (resource.provider, resource.provider_key, resource.mode) == (other.provider, other.provider_key, other.mode)
        assert set(resource.refers_to) <= set(other.refers_to)
    for key, provider in of_plan.providers.items():
        assert differences(dict(provider.values), dict(of_source.providers[key].values), key) == []
    assert of_plan.counts == of_source.counts
