"""The command line as a user calls it: options, exit codes, what it finds by itself, what it says when it cannot."""

from __future__ import annotations

import gc
import io
import json
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from policypack import __version__, cli
from policypack.cli import main
from policypack.report import FORMATS

ROOT = Path(__file__).resolve().parent.parent
BAD = """resource "aws_db_instance" "main" {
  identifier        = "main"
  engine            = "postgres"
  password          = "hunter2-plain"
  allocated_storage = 20
}
"""
QUIET = """resource "aws_sqs_queue" "orders" {
  name = "orders"
}
"""
PLAN: dict[str, Any] = {
    "format_version": "1.2",
    "terraform_version": "1.11.4",
    "planned_values": {"root_module": {}},
    "resource_changes": [],
    "configuration": {"root_module": {}},
}


@dataclass(frozen=True)
class Done:
    """What a call came to."""

    returncode: int
    stdout: str
    stderr: str


def call(*arguments: str, cwd: Path, stdin: str = "", environment: Mapping[str, str] | None = None) -> Done:
    """The program, run in a folder, within this process: starting one costs more than most scans."""
    out, said = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "TF_VAR_"))}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd)
        patch.setattr(os, "environ", {**clean, **(environment or {})})
        patch.setattr(sys, "argv", ["policypack", *arguments])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", said)
        with pytest.raises(SystemExit) as ended:
            main()
    gc.enable()
    texts = []
    for stream in (out, said):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())
    return Done(int(ended.value.code or 0), *texts)


def process(*arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own."""
    command = [sys.executable, "-m", "policypack", *arguments]
    path = {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **path, **(environment or {})}, capture_output=True, encoding="utf-8", check=False
    )


def found(done: Done) -> set[str]:
    """The checks that a JSON report names."""
    return {each["check"] for each in json.loads(done.stdout)["findings"]}


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A folder with one database that nothing protects."""
    (tmp_path / "main.tf").write_text(BAD, "utf-8")
    return tmp_path


def plan_of(*addresses: str) -> str:
    """A plan that deletes databases."""
    changes = [
        {
            "address": address,
            "mode": "managed",
            "type": "aws_db_instance",
            "name": address.rpartition(".")[2],
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": ["delete"], "before": {"identifier": "x"}, "after": None, "after_unknown": {}},
        }
        for address in addresses
    ]
    return json.dumps({**PLAN, "resource_changes": changes})


def test_the_help_names_every_format(tmp_path: Path) -> None:
    """The command line knows the formats that the reports know."""
    assert cli.FORMATS == FORMATS
    assert ", ".join(FORMATS) in " ".join(call("scan", "--help", cwd=tmp_path).stdout.split())


def test_a_start_does_not_load_what_it_may_not_need() -> None:
    """Asking for the version loads neither the readers nor anything that validates or draws."""
    code = "import sys; import policypack.cli; print([name for name in sys.modules if name.split('.')[0] in sys.argv[1:]])"
    heavy = ["msgspec", "yaml", "jsonschema", "rich", "tree_sitter", "pydantic", "checkov"]
    done = subprocess.run([sys.executable, "-c", code, *heavy], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_scan_of_code_loads_only_what_code_needs(module: Path) -> None:
    """Neither YAML nor schemas nor the plan's decoder nor a terminal's colours, where none is asked for."""
    code = (
        "import sys; from policypack.cli import main; sys.argv = ['policypack', 'scan', '.', '--format', 'json']\n"
        "try:\n    main()\nfinally:\n    sys.stderr.write(' '.join(sorted(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=module, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    loaded = set(done.stderr.split())
    assert not {"yaml", "jsonschema", "rich", "pydantic", "checkov", "dataclasses"} & loaded
    assert not {"policypack.read.plan", "policypack.read.plan_json", "policypack.settings.file"} & loaded


def test_the_version_is_said(tmp_path: Path) -> None:
    """`--version` says name and version, exit 0."""
    done = call("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"policypack {__version__}\n")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--fail-on", "low"), 1),
        (("--fail-on", "critical"), 1),
        (("--fail-on", "never"), 0),
        (("--only", "deletion_protection_off"), 1),
        (("--only", "state_local"), 0),
        (("--skip", "deletion_protection_off", "--fail-on", "never"), 0),
    ],
)
def test_the_exit_code_says_what_was_found(module: Path, options: tuple[str, ...], code: int) -> None:
    """0: nothing at or above --fail-on; 1: something was."""
    done = call("scan", ".", *options, cwd=module)
    assert done.returncode == code, done.stderr


def test_what_is_skipped_is_not_found(module: Path) -> None:
    """--skip and --only choose the checks."""
    skipped = call("scan", ".", "--format", "json", "--skip", "deletion_protection_off", cwd=module)
    assert "deletion_protection_off" not in found(skipped)
    only = call("scan", ".", "--format", "json", "--only", "deletion_protection_off", cwd=module)
    assert found(only) == {"deletion_protection_off"}


def test_a_quiet_scan_succeeds(tmp_path: Path) -> None:
    """A folder with nothing to find gives exit 0 and says what was judged."""
    (tmp_path / "main.tf").write_text(QUIET, "utf-8")
    done = call("scan", ".", cwd=tmp_path)
    assert done.returncode == 0
    assert "1 module" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scan", "nowhere"), "nowhere"),
        (("scan", ".", "--format", "jsno"), "did you mean 'json'?"),
        (("scan", ".", "--fail-on", "hihg"), "did you mean 'high'?"),
        (("scan", ".", "--only", "deletion_protection_of"), "deletion_protection_off"),
        (("scan", ".", "--skip", "vault_unloked"), "vault_unlocked"),
        (("scan", ".", "--output", "sarif"), "FORMAT=FILE"),
        (("scan", ".", "--output", "serif=x"), "did you mean 'sarif'?"),
        (("scan", ".", "--output", "sarif=no/such/folder/x.sarif"), "x.sarif"),
        (("scan", ".", "--var", "region"), "NAME=VALUE"),
        (("scan", ".", "--config", "nothing.yaml"), "nothing.yaml"),
        (("scan", ".", "--baseline", "nothing.json"), "nothing.json"),
        (("scan", ".", "--baseline", "main.tf"), "baseline"),
        (("scan", ".", "--formt", "json"), "--format"),
        (("scan", "-", "-"), "standard input"),
        (("explain", "vault_unloked"), "did you mean 'vault_unlocked'?"),
        (("schema", "raport"), "did you mean 'report'?"),
        (("sacn",), "sacn"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_way_on(module: Path, arguments: tuple[str, ...], said: str) -> None:
    """A wrong call is exit 2, one clear line on stderr, no traceback, and the nearest right name."""
    done = call(*arguments, cwd=module)
    assert done.returncode == 2, done.stdout
    assert said in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert str(module) not in done.stderr + done.stdout


def test_an_unreadable_input_does_not_hide_the_others(module: Path) -> None:
    """The findings of what can be read are printed, the rest is named, and the exit code is 2."""
    (module / "broken.json").write_text('{"format_version": "1.2", "resource_changes": [', "utf-8")
    done = call("scan", ".", "broken.json", "--format", "json", cwd=module)
    assert done.returncode == 2
    assert "deletion_protection_off" in found(done)
    assert any("broken.json" in str(gap["location"]) for gap in json.loads(done.stdout)["gaps"])


def test_without_a_path_everything_is_found(tmp_path: Path) -> None:
    """Root modules and plans below the folder are found and named on stderr; called modules, hidden folders,
    node_modules and links are not scanned on their own, and a plan stands for the module that it lies in."""
    for folder in ("live/shop", "live/blog", "modules/db", ".terraform/modules/x", "node_modules/y", ".git/z"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "main.tf").write_text(QUIET, "utf-8")
    (tmp_path / "live/shop/main.tf").write_text('module "db" {\n  source = "../../modules/db"\n}\n' + BAD, "utf-8")
    (tmp_path / "live/blog/plan.json").write_text(plan_of("aws_db_instance.blog"), "utf-8")
    (tmp_path / "live/blog/package.json").write_text('{"name": "x"}', "utf-8")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    done = call("scan", "--format", "json", cwd=tmp_path)
    assert done.stderr == "found 2 inputs: live/blog/plan.json, live/shop\n"
    assert [each["path"] for each in json.loads(done.stdout)["inputs"]] == ["live/blog/plan.json", "live/shop"]
    assert {"deletion_protection_off", "store_deleted"} <= found(done)


def test_a_folder_of_folders_stands_for_its_modules(module: Path) -> None:
    """A PATH without code of its own is searched too."""
    (module / "live/shop").mkdir(parents=True)
    (module / "live/shop/main.tf").write_text(QUIET, "utf-8")
    done = call("scan", "live", "--format", "json", cwd=module)
    assert [each["path"] for each in json.loads(done.stdout)["inputs"]] == ["live/shop"]


def test_a_folder_with_nothing_is_an_error(tmp_path: Path) -> None:
    """Nothing to scan is exit 2, never a green build."""
    for arguments in ((), (".",)):
        done = call("scan", *arguments, cwd=tmp_path)
        assert done.returncode == 2
        assert "no root module and no plan" in done.stderr


def test_a_plan_is_read_from_standard_input(tmp_path: Path) -> None:
    """`-` is a plan on standard input."""
    done = call("scan", "-", "--format", "json", cwd=tmp_path, stdin=plan_of("aws_db_instance.main"))
    assert "store_deleted" in found(done), done.stderr


def test_plans_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Two plan.json outside the current folder are two inputs, shown with as many folders as it takes and no more."""
    for name in ("one", "two"):
        (tmp_path / "estate" / name).mkdir(parents=True)
        (tmp_path / "estate" / name / "plan.json").write_text(plan_of(f"aws_db_instance.{name}"), "utf-8")
    (tmp_path / "elsewhere").mkdir()
    plans = [str(tmp_path / "estate" / name / "plan.json") for name in ("one", "two", "one")]
    done = call("scan", *plans, "--format", "json", cwd=tmp_path / "elsewhere")
    assert [each["path"] for each in json.loads(done.stdout)["inputs"]] == ["one/plan.json", "two/plan.json"]


def test_the_files_of_one_folder_are_one_module(module: Path) -> None:
    """What pre-commit passes, file names, becomes the set of their folders."""
    (module / "other.tf").write_text(QUIET, "utf-8")
    (module / "prod.tfvars").write_text("", "utf-8")
    done = call("scan", "main.tf", "other.tf", "prod.tfvars", "--format", "json", cwd=module)
    assert len(json.loads(done.stdout)["inputs"]) == 1


def test_several_formats_come_out_of_one_scan(module: Path) -> None:
    """--output is repeatable, and stdout still has --format."""
    outputs = [f"--output={name}={name}.out" for name in FORMATS]
    done = call("scan", ".", *outputs, "--format", "json", cwd=module)
    assert done.returncode == 1, done.stderr
    assert (module / "json.out").read_text("utf-8") == done.stdout
    assert json.loads((module / "sarif.out").read_text("utf-8"))["version"] == "2.1.0"
    assert "::error file=main.tf" in (module / "github.out").read_text("utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_shows_a_secret_or_the_machine(module: Path, name: str) -> None:
    """A password in the code and the folder of the scan are in no output."""
    done = call("scan", str(module), "--format", name, cwd=module.parent)
    assert done.stdout
    assert "hunter2" not in done.stdout + done.stderr
    assert str(module) not in done.stdout + done.stderr


def test_github_gets_its_summary(module: Path) -> None:
    """With GITHUB_STEP_SUMMARY set, the annotations come with Markdown that is appended there."""
    summary = module / "summary.md"
    summary.write_text("before\n", "utf-8")
    done = call("scan", ".", "--format", "github", cwd=module, environment={"GITHUB_STEP_SUMMARY": str(summary)})
    assert done.stdout.startswith("::")
    text = summary.read_text("utf-8")
    assert text.startswith("before\n")
    assert "deletion_protection_off" in text


def test_a_baseline_freezes_today(module: Path) -> None:
    """--write-baseline exits 0; with that --baseline the same findings no longer fail, and a new one does."""
    assert call("scan", ".", "--write-baseline", "base.json", cwd=module).returncode == 0
    assert call("scan", ".", "--baseline", "base.json", cwd=module).returncode == 0
    (module / "new.tf").write_text(BAD.replace('"main"', '"new"'), "utf-8")
    assert call("scan", ".", "--baseline", "base.json", cwd=module).returncode == 1


def test_strict_counts_what_is_uncertain(tmp_path: Path) -> None:
    """An uncertain finding fails only with --strict."""
    protected = BAD.replace("}\n", "  deletion_protection = var.protected\n}\n") + 'variable "protected" {}\n'
    (tmp_path / "main.tf").write_text(protected, "utf-8")
    options = ("scan", ".", "--only", "deletion_protection_off", "--format", "json")
    assert call(*options, cwd=tmp_path).returncode == 0
    assert call(*options, "--strict", cwd=tmp_path).returncode == 1
    assert call(*options, "--strict", "--fail-on", "never", cwd=tmp_path).returncode == 0
    assert call(*options, "--strict", "--var", "protected=true", cwd=tmp_path).returncode == 0
    environment = {"TF_VAR_protected": "true"}
    assert call(*options, "--strict", cwd=tmp_path, environment=environment).returncode == 1
    assert call(*options, "--strict", "--env-vars", cwd=tmp_path, environment=environment).returncode == 0


def test_the_same_scan_gives_the_same_bytes(module: Path) -> None:
    """Another hash seed changes nothing."""
    (module / "more.tf").write_text(BAD.replace('"main"', '"more"') + QUIET, "utf-8")
    for name in ("text", "sarif"):
        outputs = {
            process("scan", ".", "--format", name, cwd=module, environment={"PYTHONHASHSEED": seed}).stdout for seed in "12"
        }
        assert len(outputs) == 1


def test_a_reader_that_leaves_is_no_error(module: Path) -> None:
    """`policypack scan | head -1` gives no traceback."""
    command = shlex.quote(sys.executable) + " -m policypack scan . | true; exit ${PIPESTATUS[0]}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], cwd=module, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")


def test_every_check_has_its_page(tmp_path: Path) -> None:
    """`checks` lists what `explain` explains, and `where` is the folder that holds them."""
    listed = [line.split()[1] for line in call("checks", cwd=tmp_path).stdout.splitlines() if line.startswith("  ")]
    folder = Path(call("where", cwd=tmp_path).stdout.strip())
    assert {path.stem for path in folder.glob("*/*.py")} == set(listed)
    page = call("explain", "deletion_protection_off", cwd=tmp_path).stdout
    assert all(head in page for head in ("deletion_protection_off   critical", "Why: ", "Fix: ", "Misses: ", "Maps to: "))


@pytest.mark.parametrize("name", ["report", "settings"])
def test_schemas_are_published(tmp_path: Path, name: str) -> None:
    """`schema report` and `schema settings` print JSON schemas."""
    assert "$schema" in json.loads(call("schema", name, cwd=tmp_path).stdout)


def test_a_bug_is_no_finding(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unforeseen error is exit 2 with its place, not exit 1, and does not repeat a message that may quote values."""
    from policypack import request

    def broken(_request: object) -> int:
        raise ValueError("hunter2-plain")

    monkeypatch.setattr(request, "fulfil", broken)
    done = call("scan", ".", cwd=module)
    assert done.returncode == 2
    assert "ValueError at test_cli.py" in done.stderr
    assert "hunter2" not in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('module "m" {\n  source = "./"\n}\n', "module.m: the module calls itself"),
        (f"locals {{\n  x = {'(' * 300}1{')' * 300}\n}}\n", "main.tf:2: nested deeper than 200 brackets"),
    ],
)
def test_what_terraform_refuses_is_not_judged_in_silence(module: Path, text: str, said: str) -> None:
    """A module in a circle and an expression without end: one line of what and where, the rest is judged, exit 2."""
    path = module / "main.tf"
    path.write_text(text + path.read_text("utf-8"), "utf-8")
    done = call("scan", ".", "--format", "json", cwd=module)
    assert done.returncode == 2
    assert [gap["reason"][: len(said)] for gap in json.loads(done.stdout)["gaps"] if gap["unreadable"]] == [said]
    assert "deletion_protection_off" in found(done)
