"""What a release holds: two builds that are the same, a bill of materials, checksums, and a source archive that builds."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest

from policypack import __version__
from tests.release_desk import AGREE, BILL, BUILT, NEEDS, ROOT, STEPS, SUMS, TAG, WORKFLOW, Desk, made

pytestmark = NEEDS
NO_INDEX = ("No matching distribution", "Could not find a version", "connection", "Connection", "Temporary failure")
SECRET = re.compile(rb"PRIVATE KEY-----|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[0-9]")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The runner's folder after the steps that build, over everything that is under version control here."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("this is no clone")
    names = [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    desk = made(tmp_path_factory.mktemp("release"), names)
    desk.git("tag", TAG)
    desk.push()
    for name in (AGREE, BUILT, BILL, SUMS):
        done = desk.step(name)
        if done.returncode != 0 and any(sign in done.stderr for sign in NO_INDEX):
            pytest.skip("the package index cannot be reached")
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
    return desk


def test_every_step_that_is_a_program_is_run_here() -> None:
    """The steps of the build are those that these tests run, and the suite itself."""
    assert set(STEPS) == {"A maintainer signed the tag", AGREE, "It passes its tests", BUILT, BILL, SUMS}
    assert STEPS["It passes its tests"] == "make test"


def test_the_release_has_a_wheel_and_a_source_archive_with_sums(desk: Desk) -> None:
    """dist/ has both and nothing else, and SHA256SUMS has what each file's sum is."""
    dist, evidence = desk.root / "runner" / "dist", desk.root / "runner" / "evidence"
    names = {f"policypack-{__version__}-py3-none-any.whl", f"policypack-{__version__}.tar.gz"}
    assert {path.name for path in dist.iterdir()} == names
    sums = {
        name: digest
        for digest, name in (line.split("  ") for line in (evidence / "SHA256SUMS").read_text("utf-8").splitlines())
    }
    assert set(sums) == {*names, "policypack.cdx.json"}
    for name, digest in sums.items():
        path = (evidence if name.endswith(".json") else dist) / name
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest


def test_a_build_that_differs_is_refused(desk: Desk) -> None:
    """The step that builds twice ends the release where the two are not the same."""
    compare = next(line for line in STEPS[BUILT].splitlines() if line.startswith("diff "))
    (desk.root / "temp" / "077" / "dist" / "more").write_text("x", "utf-8")
    done = subprocess.run(["bash", "-c", compare], env=desk.variables, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "two builds of one commit differ" in done.stdout


def test_the_wheel_and_the_source_archive_hold_what_they_should(desk: Desk) -> None:
    """Checks, compiled catalogs, schemas, licence and notice are in both; tests, examples and what looks like a secret in none."""
    dist = desk.root / "runner" / "dist"
    (wheel,), (archive,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as opened:
        inside = {name: opened.read(name) for name in opened.namelist()}
    prefix, source = f"policypack-{__version__}/", {}
    with tarfile.open(archive) as packed:
        for member in packed.getmembers():
            file = packed.extractfile(member)
            assert file is not None, f"{member.name} is no file"
            source[member.name.removeprefix(prefix)] = file.read()
    licences = f"policypack-{__version__}.dist-info/licenses/"
    assert {f"{licences}LICENSE", f"{licences}NOTICE"} <= set(inside)
    assert {"LICENSE", "NOTICE", "CHANGELOG.md", "README.md", "pyproject.toml", "PKG-INFO"} <= set(source)
    for path in (ROOT / "checks").rglob("*.py"):
        name = path.relative_to(ROOT / "checks").as_posix()
        assert inside[f"policypack/_checks/{name}"] == source[f"checks/{name}"]
    for path in (ROOT / "policypack").rglob("*.json"):
        name = path.relative_to(ROOT).as_posix()
        assert inside[name] == source[name]
    tops = {name.split("/")[0] for name in source}
    assert tops <= {
        "policypack",
        "checks",
        "LICENSE",
        "NOTICE",
        "CHANGELOG.md",
        "README.md",
        "pyproject.toml",
        "PKG-INFO",
        ".gitignore",
    }
    assert not [name for name, content in (*inside.items(), *source.items()) if SECRET.search(content)]


def test_the_bill_of_materials_names_what_is_installed(desk: Desk) -> None:
    """CycloneDX: policypack in its version, each dependency that pyproject.toml names, with what it is, and no tool of the release."""
    bill = json.loads((desk.root / "runner" / "evidence" / "policypack.cdx.json").read_text("utf-8"))
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["name"] == "policypack"
    assert bill["metadata"]["component"]["version"] == __version__
    parts = {part["name"].lower(): part for part in bill["components"]}
    assert {"typer", "rich", "pyyaml", "jsonschema", "msgspec", "tree-sitter", "tree-sitter-hcl", "cryptography"} <= set(parts)
    assert not {"pip", "build", "hatchling", "cyclonedx-bom", "pytest"} & set(parts)
    assert all(part["version"] and part["purl"].startswith("pkg:pypi/") for name, part in parts.items() if name != "policypack")
    assert str(desk.root) not in json.dumps(bill)


def test_only_the_job_that_uploads_may_speak_for_the_workflow() -> None:
    """The identity that the package index trusts is one job's, in the environment `release`; it runs nothing of the repository."""
    jobs = WORKFLOW["jobs"]
    assert [name for name, job in jobs.items() if "id-token" in job["permissions"]] == ["publish"]
    assert jobs["publish"]["environment"] == "release"
    assert not [step for step in jobs["publish"]["steps"] if "run" in step or "checkout" in step["uses"]]
    assert WORKFLOW["permissions"] == {}


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").glob("*.yml")), ids=lambda path: path.name)
def test_every_action_is_one_commit(path: Path) -> None:
    """An action is pinned by its whole commit, with the version beside it for who reads and for who renews it."""
    for line in path.read_text("utf-8").splitlines():
        if used := re.match(r"\s*(?:- )?uses: (.*)", line):
            assert re.fullmatch(r"\./ #.*|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used[1]), line
