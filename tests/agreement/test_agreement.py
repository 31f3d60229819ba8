"""HCL and the plan of that HCL give the same resources, addresses and values.

Generated configurations of `terraform_data` need no provider, so that a plan takes a fraction of a second. Where terraform
is missing, the plans that were made from the first seeds are compared.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from policypack.model import Input, Value, is_unknown
from policypack.read import read_input
from policypack.read.options import ReadOptions
from tests.agreement.compare import disagreements
from tests.agreement.generate import generate

RECORDED = Path(__file__).with_name("recorded.json.gz")
SEEDS = range(12)
needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")


def write(seed: int, folder: Path) -> Path:
    """The module of a seed, as files."""
    for name, text in generate(seed).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def plan_of(folder: Path) -> dict[str, Any]:
    """What the real terraform plans for a module that needs no provider."""
    environment = {**os.environ, "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    for command in (["init", "-backend=false"], ["plan", "-out=made"]):
        subprocess.run(["terraform", *command], cwd=folder, env=environment, capture_output=True, check=True)
    shown = subprocess.run(["terraform", "show", "-json", "made"], cwd=folder, env=environment, capture_output=True, check=True)
    plan: dict[str, Any] = json.loads(shown.stdout)
    plan.pop("timestamp", None)
    return plan


def both(folder: Path, plan: dict[str, Any]) -> tuple[Input, Input]:
    """The module and its plan, each read by its own reader."""
    path = folder.parent / f"{folder.name}.plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    options = ReadOptions(base=folder.parent)
    return read_input(folder, options), read_input(path, options)


def known_leaves(value: Value) -> int:
    """How many leaves of a value are known."""
    if isinstance(value, dict):
        return sum(known_leaves(each) for each in value.values())
    if isinstance(value, list):
        return sum(known_leaves(each) for each in value)
    return 0 if is_unknown(value) or value is None else 1


def agree(folder: Path, plan: dict[str, Any]) -> None:
    """No contradiction, and the module knows most of what the plan knows: agreement by ignorance is none."""
    module, planned = both(folder, plan)
    assert disagreements(module, planned) == []
    told = sum(known_leaves(dict(each.values)) for each in module.resources)
    there = sum(known_leaves(dict(each.values)) for each in planned.resources)
    assert told >= 0.95 * there


@pytest.mark.parametrize("seed", SEEDS)
def test_recorded_plans_agree_with_their_modules(seed: int, tmp_path: Path) -> None:
    """Twelve generated modules against the plans that terraform 1.11 made of them."""
    recorded = json.loads(gzip.decompress(RECORDED.read_bytes()))
    agree(write(seed, tmp_path / "root"), recorded[str(seed)])


@needs_terraform
@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(seed=st.integers(min_value=100, max_value=1_000_000))
def test_generated_modules_agree_with_what_terraform_plans(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Any module of the generator reads the same as its plan."""
    folder = write(seed, tmp_path_factory.mktemp("agreement") / "root")
    agree(folder, plan_of(folder))
