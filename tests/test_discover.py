"""What is found below a folder, and what is left alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from policypack.discover import find_inputs, is_plan, uncalled

PLAN = json.dumps({"format_version": "1.2", "terraform_version": "1.11.4", "planned_values": {}, "resource_changes": []})
STATE = json.dumps({"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {}}})


def tree(folder: Path, files: Mapping[str, str]) -> Path:
    """Files with their text, below the folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def found(folder: Path) -> list[str]:
    """What is found, as paths below the folder."""
    return [path.relative_to(folder).as_posix() for path in find_inputs(folder)]


@pytest.mark.parametrize(
    ("call", "called"),
    [
        ('module "m" {\n  source = "./lib"\n}\n', True),
        ('module "m" {\n  source="./lib/"\n}\n', True),
        ('module "m" { source = "./lib" }\n', True),
        ('# module "m" { source = "./lib" }\n', False),
        ('/*\nmodule "m" {\n  source = "./lib"\n}\n*/\n', False),
        ('module "m" {\n  source = "./"\n}\n', False),
        ('module "m" {\n  source = "./lib" # ours\n}\n', True),
        ('module "m" {\n  # source = "./lib"\n}\n', False),
        ('module "m" {\n  source = "lib"\n}\n', False),
        ('module "m" {\n  source = "registry.example/lib/aws"\n}\n', False),
        ('module "m" {\n  source = "./${var.which}"\n}\n', False),
    ],
)
def test_a_module_that_another_calls_is_not_scanned_alone(tmp_path: Path, call: str, called: bool) -> None:
    """A local call makes a module part of its caller; a comment, a registry or an expression does not."""
    tree(tmp_path, {"main.tf": call, "lib/main.tf": ""})
    assert found(tmp_path) == (["."] if called else [".", "lib"])


def test_a_call_in_json_counts(tmp_path: Path) -> None:
    """JSON syntax calls modules too, on one line or on many."""
    call = {"module": {"m": {"source": "./lib"}}}
    for text in (json.dumps(call), json.dumps(call, indent=2)):
        tree(tmp_path, {"main.tf.json": text, "lib/main.tofu": ""})
        assert found(tmp_path) == ["."]


def test_a_plan_stands_for_the_module_that_it_lies_in(tmp_path: Path) -> None:
    """A module and its plan are one thing; a plan elsewhere is another input."""
    tree(tmp_path, {"shop/main.tf": "", "shop/plan.json": PLAN, "plans/blog.json": PLAN, "blog/main.tf": ""})
    assert found(tmp_path) == ["blog", "plans/blog.json", "shop/plan.json"]


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        (PLAN, True),
        ("\ufeff" + PLAN, True),
        (" \n" + PLAN, True),
        (json.dumps({"format_version": "1.2", "variables": {"x": {"value": "y" * 100_000}}, "planned_values": {}}), True),
        (STATE, False),
        ("", False),
        ("[]", False),
        ('{"name": "package", "version": "1.0.0"}', False),
        ('{"format_version": "1.0", "provider_schemas": {}}', False),
    ],
)
def test_a_plan_is_known_by_how_it_begins(tmp_path: Path, text: str, plan: bool) -> None:
    """`terraform show -json` of a plan, and no other JSON."""
    path = tmp_path / "x.json"
    for encoding in ("utf-8", "utf-16"):  # the second is what PowerShell writes
        path.write_text(text, encoding)
        assert is_plan(path) is plan


def test_links_and_hidden_folders_are_left_alone(tmp_path: Path) -> None:
    """What lies behind a link, in a hidden folder, in .terraform or in node_modules is not ours to judge."""
    tree(tmp_path, {"main.tf": "", ".terraform/modules/x/main.tf": "", ".hidden/main.tf": "", "node_modules/x/main.tf": ""})
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "linked.json").symlink_to(tree(tmp_path, {".hidden/plan.json": PLAN}) / ".hidden/plan.json")
    assert found(tmp_path) == ["."]


def test_modules_that_call_only_each_other_do_not_vanish(tmp_path: Path) -> None:
    """Of a circle of calls one module is scanned, and the reader says what is wrong with it."""
    tree(tmp_path, {"a/main.tf": 'module "b" {\n  source = "../b"\n}\n', "b/main.tf": 'module "a" {\n  source = "../a"\n}\n'})
    assert uncalled([tmp_path / "a", tmp_path / "b"]) == [tmp_path / "a"]
