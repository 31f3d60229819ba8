"""What fails in checkov is what policypack finds, over all examples and all plans of the tests.

The expected difference follows from what checkov asks about, which another external check tells: a finding stands at its own
block, else at the same block with another key, else at the call of the module that checkov did not open, else at the first
block of its input. Where checkov asks about no block of the input at all it stands at its own place.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

from policypack.discover import CODE, is_plan, uncalled
from policypack.model import Resource, strip_keys
from policypack.read.options import ReadOptions
from policypack.run import Report
from policypack.scan import judge
from policypack.settings import load_settings
from tests.checkov.runs import CHECKS, COULD_NOT_JUDGE, ROOT, Done, run

EXAMPLES = ROOT / "terraform-examples"
PLANS = sorted(path for folder in (EXAMPLES, ROOT / "tests") for path in folder.rglob("*.json") if is_plan(path))
ORDER = ("resource", "module", "provider", "data")
SHORT = ("--quiet", "--compact")  # what failed, without its code: else a hundred megabytes
Block = tuple[str, str, str]  # kind, file, address as checkov writes it


def blocks(done: Done) -> set[Block]:
    """All that checkov asks about."""
    asked = [each for each in done.records() if each["check_id"] == "test_asked"]
    return {(each["details"][0], str(Path(each["file_abs_path"]).resolve()), each["resource"]) for each in asked}


def failed(done: Done) -> set[tuple[str, str, str]]:
    """Check, file and address of what fails for us."""
    ours = {*CHECKS, COULD_NOT_JUDGE}
    return {
        (each["check_id"], str(Path(each["file_abs_path"]).resolve()), each["resource"])
        for each in done.records()
        if each["check_id"] in ours
    }


def native(path: Path) -> Report:
    """What policypack itself finds in one input."""
    settings = load_settings(None, path if path.is_dir() else path.parent)
    return judge([path], ReadOptions(ROOT), CHECKS, settings, today=datetime.now(tz=timezone.utc).date())


def named(resource: Resource) -> tuple[str, str]:
    """Kind and address as checkov writes them."""
    address = resource.address.partition(" (deposed")[0]
    if resource.mode == "data":
        return "data", address.replace("data.", "", 1)
    if resource.mode == "provider":
        name = address.removeprefix("provider.")
        return "provider", name if "." in name else f"{name}.default"
    return "resource", address


def stands(resource: Resource, file: str, here: set[Block]) -> Block | None:
    """The block of a resource, by the rule above; None where it has none of its own."""
    kind, address = named(resource)
    if (kind, file, address) in here:
        return kind, file, address
    same = [each for each in here if each[:2] == (kind, file) and strip_keys(each[2]) == strip_keys(address)]
    names = strip_keys(address).split(".")[1::2] if address.startswith("module.") else []
    calls = [(str((ROOT / call.file).resolve()), name) for call, name in zip(resource.module_calls, names, strict=False)]
    for call in calls:
        same += [each for each in here if each[:2] == ("module", call[0]) and strip_keys(each[2]).split(".")[-1] == call[1]]
    return min(same, default=None)


def expected(path: Path, here: set[Block]) -> Iterator[tuple[str, str, str]]:
    """What has to fail for one input, by the rule above."""
    report = native(path)
    own = {each for each in here if (Path(each[1]).parent if path.is_dir() else Path(each[1])) == path}
    first = min(own, key=lambda each: (ORDER.index(each[0]), each), default=None)
    found = [(each.check, each.resource) for each in report.findings]
    for check, resource in found:
        file = str((ROOT / resource.location.file).resolve()) if path.is_dir() else str(path)
        if block := stands(resource, file, here) or first:
            yield check, block[1], block[2]
        else:
            yield check, file, resource.address
    if first and any(gap.unreadable for gap in report.gaps):
        yield COULD_NOT_JUDGE, first[1], first[2]


READS = """
import json, sys
from checkov.terraform.plan_parser import parse_tf_plan
for path in json.load(sys.stdin):
    try:
        parse_tf_plan(path, {})
    except Exception:
        continue
    print(path)
"""


def readable(checkov: str) -> list[Path]:
    """The plans that checkov's own parser does not break on: 3.2.400 ends with 2 where a policy is not known yet."""
    python, asked = Path(checkov).with_name("python"), json.dumps([str(plan) for plan in PLANS])
    done = subprocess.run([python, "-c", READS], input=asked, capture_output=True, text=True, check=True)
    return [plan for plan in PLANS if str(plan) in done.stdout.splitlines()]


def compare(done: Done, inputs: Iterable[Path]) -> None:
    """Holds the failed checks of a run to the findings of its inputs, one by one."""
    here, said = blocks(done), failed(done)
    wanted = {path: set(expected(path, here)) for path in inputs}
    everything = set().union(*wanted.values())
    assert everything - said == set()
    assert said - everything == set()
    assert sum(map(len, wanted.values())) > 50


def test_every_example_is_judged_alike_as_code(checkov: str, probe: Path) -> None:
    """One run of checkov over all examples fails for what policypack finds in their code, and for nothing else."""
    folders = uncalled(sorted({path.parent for path in EXAMPLES.rglob("*.t*") if path.name.endswith(CODE)}))
    names = ",".join([*CHECKS, COULD_NOT_JUDGE, "test_asked"])
    arguments = ("-d", str(EXAMPLES), "--framework", "terraform", "-c", names, "--external-checks-dir", str(probe))
    compare(run(checkov, *arguments, *SHORT, cwd=ROOT), folders)


def test_every_plan_is_judged_alike(checkov: str, probe: Path) -> None:
    """The same of the plans of the examples and of all tests, deletions included."""
    plans = readable(checkov)
    assert len(plans) > len(PLANS) / 2
    files = [part for plan in plans for part in ("-f", str(plan))]
    names = ",".join([*CHECKS, COULD_NOT_JUDGE, "test_asked"])
    arguments = (*files, "--framework", "terraform_plan", "-c", names, "--external-checks-dir", str(probe))
    done = run(checkov, *arguments, *SHORT, cwd=ROOT)
    compare(done, plans)
    deleted = {check for check, _, _ in failed(done)} & {each.name for each in CHECKS.values() if each.concern == "changes"}
    assert deleted


@pytest.mark.parametrize("concern", ["changes", "state", "agents"])
def test_the_plans_hold_what_is_hard(concern: str) -> None:
    """The comparison is not empty where checkov sees least: deletions, settings of the state, powers."""
    assert any(CHECKS[each.check].concern == concern for plan in PLANS for each in native(plan).findings)
