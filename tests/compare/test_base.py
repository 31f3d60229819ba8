"""`policypack scan --base`: what the base has is left out, and whenever that is not sure, nothing is."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from policypack.check import Severity
from policypack.compare.findings import fixed_findings, new_findings
from policypack.compare.sides import Sides
from policypack.compare.tree import base_tree
from policypack.model import Location, replace
from policypack.read.options import ReadError
from policypack.run import Report
from tests.action.stage import SAFE
from tests.gate.repositories import commit, git
from tests.report import picture as drawn
from tests.test_cli import ROOT, Done, call

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
OPEN = 'resource "aws_ebs_volume" "data" {\n  availability_zone = "a"\n  size = 1\n}\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with one root module, on a branch that has changed nothing yet."""
    folder = tmp_path / "tree"
    (folder / "infra").mkdir(parents=True)
    (folder / "infra" / "main.tf").write_text(SAFE)
    git(folder, "init", "-q", "-b", "main")
    commit(folder)
    git(folder, "checkout", "-q", "-b", "change")
    return folder


def scan(folder: Path, *arguments: str) -> tuple[Done, Any]:
    """A scan that reports what is new, and its JSON."""
    done = call("scan", "--base", "main", "--only-new", "--format", "json", *arguments, cwd=folder)
    return done, json.loads(done.stdout) if done.stdout else None


def new(found: Any) -> list[tuple[str, str]]:
    """Check and place of what is reported."""
    return sorted(
        (each["check"], f"{each['location']['file']}:{each['resource']}")
        for each in found["findings"]
        if each["suppressed"] is None
    )


def of_base(found: Any) -> int:
    """How many findings are left out because the base has them."""
    return sum(each["suppressed"] == "in the base" for each in found["findings"])


def test_an_unchanged_tree_has_nothing_new(tree: Path) -> None:
    """All findings of before are counted, none is reported, and the exit code is 0."""
    done, found = scan(tree)
    assert (done.returncode, new(found)) == (0, [])
    assert of_base(found) > 0


def test_a_second_of_a_kind_is_new(tree: Path) -> None:
    """The same block in another root module is not excused by the first: findings are compared input by input."""
    (tree / "other").mkdir()
    (tree / "other" / "main.tf").write_text(SAFE)
    done, found = scan(tree)
    assert done.returncode == 1
    assert {place.partition(":")[0] for _, place in new(found)} == {"other/main.tf", "other"} & {
        place.partition(":")[0] for _, place in new(found)
    }
    assert ("backup_dies_with_store", "other/main.tf:aws_db_instance.main") in new(found)


def test_a_new_file_is_part_of_its_module(tree: Path) -> None:
    """A module that is named by a file which the base does not have is compared with the module of before."""
    (tree / "infra" / "more.tf").write_text(OPEN)
    found = scan(tree, "infra/more.tf")[1]
    assert {place for _, place in new(found)} == {"infra/more.tf:aws_ebs_volume.data"}
    assert of_base(found) > 0


def test_a_suppression_that_goes_makes_the_finding_new(tree: Path) -> None:
    """What the base allows and the head does not is reported."""
    allowed = f"# allow: backup_dies_with_store (kept elsewhere)\n{SAFE}"
    git(tree, "checkout", "-q", "main")
    (tree / "infra" / "main.tf").write_text(allowed)
    commit(tree)
    git(tree, "checkout", "-q", "-B", "change")
    (tree / "infra" / "main.tf").write_text(SAFE)
    assert ("backup_dies_with_store", "infra/main.tf:aws_db_instance.main") in new(scan(tree)[1])


def test_the_base_is_judged_by_its_own_settings(tree: Path) -> None:
    """Who declares another agent, or asks a check that was skipped, sees what follows from that."""
    (tree / "policypack.yaml").write_text("version: 1\nchecks: {skip: [backup_dies_with_store]}\n")
    git(tree, "checkout", "-q", "main")
    commit(tree)
    git(tree, "checkout", "-q", "-B", "change")
    (tree / "policypack.yaml").write_text("version: 1\n")
    assert [check for check, _ in new(scan(tree)[1])] == ["backup_dies_with_store"]


def test_broken_settings_of_the_base_are_no_base(tree: Path) -> None:
    """Where the base cannot be judged everything is reported, loudly."""
    git(tree, "checkout", "-q", "main")
    (tree / "policypack.yaml").write_text("version: 9\n")
    commit(tree)
    git(tree, "checkout", "-q", "-B", "change")
    (tree / "policypack.yaml").unlink()
    done, found = scan(tree)
    assert of_base(found) == 0
    assert new(found)
    assert "nothing was compared with main" in call("scan", "--base", "main", "--only-new", cwd=tree).stdout
    assert done.returncode == 1


def test_a_broken_file_of_the_base_hides_nothing(tree: Path) -> None:
    """What the base could not be read for may be called new, and that is said."""
    git(tree, "checkout", "-q", "main")
    (tree / "infra" / "main.tf").write_text(f'resource "x" "y" {{{{{{\n{SAFE}')
    commit(tree)
    git(tree, "checkout", "-q", "-B", "change")
    (tree / "infra" / "main.tf").write_text(SAFE + OPEN)
    found = scan(tree)[1]
    assert ("backup_missing", "infra/main.tf:aws_ebs_volume.data") in new(found)
    told = call("scan", "--base", "main", "--only-new", "--format", "github", cwd=tree).stdout
    assert "::warning title=policypack::the base could not be judged whole" in told


def test_variable_files_are_those_of_each_side(tree: Path) -> None:
    """A change of a variable file is a change; one that no commit has is the same on both sides."""
    module = SAFE.replace("deletion_protection     = true", "deletion_protection     = var.on")
    git(tree, "checkout", "-q", "main")
    (tree / "infra" / "main.tf").write_text(f'{module}\nvariable "on" {{ type = bool }}\n')
    (tree / "prod.tfvars").write_text("on = true\n")
    commit(tree)
    git(tree, "checkout", "-q", "-B", "change")
    (tree / "prod.tfvars").write_text("on = false\n")
    git(tree, "commit", "-qam", "off")
    assert [check for check, _ in new(scan(tree, "infra", "--var-file", "prod.tfvars")[1])] == ["deletion_protection_off"]
    (tree / "made.tfvars").write_text("on = false\n")
    assert new(scan(tree, "infra", "--var-file", "made.tfvars")[1]) == []


@pytest.mark.parametrize("name", ["store_deleted", "store_replaced", "blast_radius_exceeded", "plan_incomplete"])
def test_a_plan_is_compared_with_what_stands(name: str, tmp_path: Path) -> None:
    """A plan has its own base: what it does is new, what stood before it is not. No repository is needed for that."""
    shutil.copy(ROOT / "terraform-examples" / "changes" / name / "plan.json", tmp_path / "tfplan.json")
    asked = ("scan", "tfplan.json", "--format", "json")
    found = json.loads(call(*asked, "--base", "main", "--only-new", cwd=tmp_path).stdout)
    everything = new(json.loads(call(*asked, cwd=tmp_path).stdout))
    assert name in {check for check, _ in new(found)}
    assert len(new(found)) + of_base(found) == len(everything)


def test_what_stands_before_a_plan_is_old(tmp_path: Path) -> None:
    """The findings about what a plan does not touch are of before; what it deletes is new."""
    shutil.copy(ROOT / "tests" / "gate" / "plans" / "s01_delete.json", tmp_path / "tfplan.json")
    found = json.loads(call("scan", "tfplan.json", "--format", "json", "--base", "main", "--only-new", cwd=tmp_path).stdout)
    assert "store_deleted" in {check for check, _ in new(found)}
    assert of_base(found) > 20


def test_only_new_needs_a_base(tree: Path) -> None:
    """--only-new alone, and a baseline frozen of a part, are refused."""
    assert call("scan", "--only-new", cwd=tree).returncode == 2
    assert call("scan", "--base", "main", "--write-baseline", "x.json", cwd=tree).returncode == 2


@pytest.mark.parametrize("ref", ["nothing", "--upload-pack=x", "main..change", "HEAD^{tree}", ""])
def test_a_name_that_is_no_commit_is_no_base(ref: str, tree: Path) -> None:
    """Whatever does not name a commit is said, and everything is reported."""
    done = call("scan", f"--base={ref}", "--only-new", "--format", "github", cwd=tree)
    assert "::warning title=policypack::nothing was compared with" in done.stdout
    assert done.returncode == 1


def test_who_asks_for_all_is_not_warned_that_all_is_reported(tree: Path) -> None:
    """Without --only-new a base that cannot be had is a note among others: nothing is missing but what the change brings."""
    told = call("scan", "--base", "nothing", "--format", "github", cwd=tree).stdout
    assert "nothing was compared" not in told
    said = " ".join(call("scan", "--base", "nothing", cwd=tree).stdout.split())
    assert "there is no commit nothing here. What this change brings is not told (fetch it first)" in said


def test_a_summary_that_cannot_be_written_hides_nothing(tree: Path) -> None:
    """The annotations and the exit code are what they are without it."""
    environment = {"GITHUB_STEP_SUMMARY": str(tree), "GITHUB_OUTPUT": str(tree / "no" / "such")}
    broken = call("scan", "--format", "github", cwd=tree, environment=environment)
    whole = call("scan", "--format", "github", cwd=tree)
    assert (broken.returncode, broken.stdout) == (whole.returncode, whole.stdout)
    assert "GITHUB_STEP_SUMMARY cannot be written" in broken.stderr


def test_the_checkout_executes_nothing(tree: Path, tmp_path: Path) -> None:
    """Filters, hooks and attributes of the checkout play no part in what the base is."""
    mark = tmp_path / "ran"
    git(tree, "checkout", "-q", "main")
    (tree / ".gitattributes").write_text("*.tf filter=evil export-ignore export-subst\n")
    (tree / "infra" / "link.tf").symlink_to("main.tf")
    (tree / "infra" / "out.tf").symlink_to("../../outside.tf")
    commit(tree)
    for key in ("filter.evil.smudge", "filter.evil.clean", "core.fsmonitor", "core.sshCommand"):
        git(tree, "config", key, f"touch {mark}; cat")
    hook = tree / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
    hook.chmod(0o755)
    mark.unlink(missing_ok=True)
    with base_tree(tree, "HEAD") as base:
        assert (base.folder / "infra" / "main.tf").read_text() == SAFE
        assert (base.folder / "infra" / "link.tf").read_text() == SAFE
        assert not os.path.lexists(base.folder / "infra" / "out.tf")
        kept = base.folder
    assert not kept.exists()
    assert not mark.exists()


def test_a_folder_without_a_repository_has_no_base(tmp_path: Path) -> None:
    """There is nothing to compare with, and the message says so."""
    with pytest.raises(ReadError, match="no git repository"), base_tree(tmp_path, "main"):
        pass


def report(**changed: Any) -> Report:
    """The report of the drawn picture, with its first finding changed."""
    whole = drawn.report()
    first, *rest = whole.findings
    return replace(whole, findings=(replace(first, **changed), *rest))


@pytest.mark.parametrize(
    ("base", "head", "is_new"),
    [
        ({}, {}, False),
        ({"certain": False}, {}, True),
        ({}, {"certain": False}, False),
        ({"message": "It can destroy a."}, {"message": "It can destroy a and b."}, True),
        ({"message": "It can destroy a.b, c and d."}, {"message": "It can destroy d, a.b and c."}, False),
        ({"message": "It can destroy a and b."}, {"message": "It can destroy a and a."}, True),
        ({"cause": "other"}, {}, True),
        ({"because": ()}, {}, False),
    ],
)
def test_a_finding_is_old_only_where_the_base_says_as_much(base: dict[str, Any], head: dict[str, Any], is_new: bool) -> None:
    """Less certain, other words or another cause in the base do not excuse a finding; other lines do not make it new."""
    sides = Sides(report(**base), report(**head))
    assert [each.message for each in new_findings(sides)] == ([sides.head.findings[0].message] if is_new else [])


def test_a_severity_that_rises_is_new() -> None:
    """What was milder in the base is reported again."""
    milder = replace(drawn.report(), findings=drawn.report().findings[-1:])
    worse = replace(milder, findings=tuple(replace(each, severity=Severity.CRITICAL) for each in milder.findings))
    assert new_findings(Sides(milder, worse)) == worse.findings
    assert new_findings(Sides(worse, milder)) == ()


def test_each_finding_excuses_one() -> None:
    """Two findings that are alike are not excused by one of the base."""
    one = drawn.report().findings[0]
    moved = replace(one, resource=replace(one.resource, location=Location("main.tf", 99, 99)))
    sides = Sides(Report(findings=(one,)), Report(findings=(one, moved)))
    assert len(new_findings(sides)) == 1


def test_other_words_fix_nothing() -> None:
    """A finding whose words change is new and not fixed; one that is suppressed is not fixed either."""
    base, head = report(), report(message="in other words")
    assert fixed_findings(Sides(base, head)) == ()
    quiet = replace(base, findings=base.findings[1:], suppressed=(*base.suppressed, base.findings[0]))
    assert fixed_findings(Sides(base, quiet)) == ()
    assert len(fixed_findings(Sides(base, replace(base, findings=base.findings[1:])))) == 1


def test_a_scan_without_a_base_loads_nothing_of_this(tree: Path) -> None:
    """What compares is imported by those who compare."""
    import subprocess

    code = "import sys; sys.argv = ['policypack', 'scan', '--fail-on', 'never']\nfrom policypack.cli import main\ntry: main()\n"
    code += "except SystemExit: pass\nprint([each for each in sys.modules if 'compare' in each or each.endswith('report.sections')])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tree, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
