"""Every example is judged as it says, as configuration and as plan, and both say the same."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from policypack.check import Check
from policypack.model import Resource, Unknown, Value
from policypack.run import Report, fingerprint
from tests.expectations import FROM_SOURCE, ITSELF, Marks, checks, folders, marks, read, scan, shown

FOLDERS = folders()
PLANNED = [folder for folder in FOLDERS if (folder / "plan.json").is_file()]


def concern(name: str) -> str:
    """The folder of a check."""
    return checks()[name].concern


def whole(report: Report) -> Report:
    """The report, once it is sure that nothing in it failed."""
    assert not report.crashed
    assert not [gap for gap in report.gaps if gap.unreadable]
    return report


def silent_about(report: Report, said: Marks) -> None:
    """Known blind spots are still blind: a check that learns to see takes its `misses` away."""
    found = {(each.check, each.address) for each in said.of(iter(report.findings))}
    assert not found & {(each.check, each.address) for each in said.missed}


@pytest.mark.parametrize("folder", FOLDERS, ids=shown)
def test_the_configuration_is_judged_as_it_says(folder: Path) -> None:
    """What is marked is found, and nothing else is, by all checks together."""
    said = marks(folder)
    report = whole(scan(folder, folder))
    assert said.of(iter(report.findings)) == {each for each in said.expected if concern(each.check) != "changes"}
    silent_about(report, said)


@pytest.mark.parametrize("folder", PLANNED, ids=shown)
def test_the_plan_is_judged_as_it_says(folder: Path) -> None:
    """The plan, read with its configuration, gives the same findings and also those about the change."""
    said = marks(folder)
    report = whole(scan(folder / "plan.json", folder, source=folder))
    assert said.of(iter(report.findings)) == said.expected
    silent_about(report, said)


@pytest.mark.parametrize("folder", PLANNED, ids=shown)
def test_the_plan_alone_is_judged_as_it_says(folder: Path, tmp_path: Path) -> None:
    """Without its configuration a plan loses what only a configuration holds, and nothing else."""
    shutil.copy(folder / "plan.json", tmp_path / "plan.json")
    said = marks(folder)
    report = whole(scan(tmp_path / "plan.json", folder))
    expected = {each for each in said.expected if each.check not in FROM_SOURCE} | said.alone
    assert said.of(iter(report.findings)) == expected


@pytest.mark.parametrize("folder", PLANNED, ids=shown)
def test_a_plan_points_into_the_configuration(folder: Path) -> None:
    """A finding of the plan stands at the same lines as the finding of the configuration."""
    from_plan = {fingerprint(each): each for each in scan(folder / "plan.json", folder, source=folder).findings}
    for finding in scan(folder, folder).findings:
        if finding.resource.mode != "plan":
            assert from_plan[fingerprint(finding)].location == finding.location


def agree(one: Value, other: Value, where: str) -> None:
    """Both say the same, or one of them says nothing: a default that only a plan shows, an unknown that the other knows."""
    if one is None or other is None or isinstance(one, Unknown) or isinstance(other, Unknown):
        return
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() & other.keys():
            agree(one[key], other[key], f"{where}.{key}")
    elif isinstance(one, list) and isinstance(other, list):
        assert len(one) == len(other), where
        left = list(other)
        for each in one:
            # A set has no order of its own: a plan sorts it.
            same = [index for index, candidate in enumerate(left) if _agree(each, candidate)]
            assert same, f"{where}: {each!r} is not among {left!r}"
            del left[same[0]]
    elif one != other and (_number(one) is None or _number(one) != _number(other)):
        texts = (one, other)
        assert all(isinstance(text, str) and text.startswith(("{", "[")) for text in texts), f"{where}: {one!r}, {other!r}"
        agree(json.loads(str(one)), json.loads(str(other)), where)


def _number(value: Value) -> str | None:
    """A number as its digits: Terraform converts what is written to the type that the provider's schema asks for."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return str(value) if re.fullmatch(r"-?\d+(\.\d+)?", str(value)) else None


def _agree(one: Value, other: Value) -> bool:
    try:
        agree(one, other, "")
    except (AssertionError, ValueError):
        return False
    return True


def stands(resource: Resource) -> bool:
    """What the configuration holds as well: not what the plan removes."""
    return resource.mode == "managed" and not resource.goes


@pytest.mark.parametrize("folder", PLANNED, ids=shown)
def test_configuration_and_plan_have_the_same_resources(folder: Path, tmp_path: Path) -> None:
    """Same addresses, providers and values; where one knows less it is absent or unknown, never another value."""
    shutil.copy(folder / "plan.json", tmp_path / "plan.json")
    plan = read(tmp_path / "plan.json")
    written = {each.address: each for each in read(folder).resources if stands(each)}
    planned = {each.address: each for each in plan.resources if stands(each)}
    if plan.complete is not False:
        assert written.keys() == planned.keys()
    for address in written.keys() & planned.keys():
        one, other = written[address], planned[address]
        assert (one.type, one.provider, one.provider_key) == (other.type, other.provider, other.provider_key)
        agree(dict(one.values), dict(other.values), address)


@pytest.mark.parametrize("check", checks().values(), ids=lambda check: check.name)
def test_every_check_has_an_example(check: Check) -> None:
    """The example of a check shows what it finds, and what it leaves alone."""
    folder = next((each for each in FOLDERS if shown(each) == f"{check.concern}/{check.name}"), None)
    assert folder is not None
    said = marks(folder)
    assert check.name in {each.check for each in said.expected}
    assert said.blocks > len({each.address for each in said.expected if each.address != ITSELF})


@pytest.mark.parametrize("folder", [each for each in FOLDERS if shown(each).startswith("changes/")], ids=shown)
def test_a_change_has_a_plan(folder: Path) -> None:
    """A change is seen in a plan only, so its example has one."""
    assert (folder / "plan.json").is_file()


@pytest.mark.parametrize("folder", [each for each in FOLDERS if each.name == "fixed"], ids=shown)
def test_a_fixed_incident_is_quiet(folder: Path) -> None:
    """The fix of an incident leaves nothing to find, whatever it marks."""
    assert not marks(folder).expected
