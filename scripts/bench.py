"""Measures policypack against the interpreter, checkov and a bare JSON parser, and prints a Markdown table.

    python -m scripts.bench [--quick]

Every figure is a whole process, from start to exit, on made-up inputs (`synthetic.py`) in a temporary folder. Only ratios
within one run mean anything. `--quick` leaves out the plan of 100,000 resources (290 MB of disk). orjson is used where it
is installed, pre-commit where it is on PATH or beside this Python, checkov also where POLICYPACK_CHECKOV names it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from policypack.catalog import load_catalog
from scripts import synthetic
from scripts.bench_hook import hook

SCAN = [sys.executable, "-m", "policypack", "scan", "--fail-on", "never", "--format", "json"]
GATE = [sys.executable, "-m", "policypack", "gate", "--format", "json"]
PARSE = "import gc, sys, orjson; gc.disable(); orjson.loads(open(sys.argv[1], 'rb').read())"
SMALL = """resource "aws_db_instance" "main" {
  identifier     = "main"
  engine         = "postgres"
  instance_class = "db.t3.micro"
}
"""


@dataclass(frozen=True)
class Cost:
    """What one process took: seconds by the clock, and the most memory it held, in bytes."""

    seconds: float
    memory: int

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s" if self.seconds >= 1 else f"{self.seconds * 1000:.0f} ms"


def measure(command: Sequence[str], times: int = 1) -> Cost:
    """The median of several runs. Raises SystemExit where the command cannot judge."""
    costs = []
    for _ in range(times):
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in {0, 1}:
            raise SystemExit(f"{' '.join(command)}: exit {process.returncode}\n{said.decode(errors='replace')}")
        scale = 1 if sys.platform == "darwin" else 1024
        costs.append(Cost(time.perf_counter() - began, usage.ru_maxrss * scale))
    return Cost(statistics.median(each.seconds for each in costs), max(each.memory for each in costs))


def row(*cells: object) -> None:
    """One line of the table."""
    print(f"| {' | '.join(str(each) for each in cells)} |", flush=True)


def cold(folder: Path) -> None:
    """The start: a module of one resource."""
    module = folder / "small"
    module.mkdir()
    (module / "main.tf").write_text(SMALL, "utf-8")
    start = measure([sys.executable, "-c", "pass"], times=9)
    scan = measure([*SCAN, str(module)], times=7)
    row("`python -c pass`", start, "", _memory(start))
    row(
        "`policypack scan`, a module of one resource",
        scan,
        f"{scan.seconds / start.seconds:.1f} times `python -c pass`",
        _memory(scan),
    )
    checkov = _checkov()
    if checkov is None:
        row("`checkov` on the same module", "not installed", "", "")
        return
    other = measure([checkov, "-d", str(module), "--framework", "terraform", "--skip-download", "--quiet"])
    row("`checkov` on the same module", other, f"{other.seconds / scan.seconds:.0f} times `policypack scan`", _memory(other))


def commit(folder: Path) -> None:
    """What is felt of the hook."""
    told, found = "`git commit` of a line in a module, with the hook in pre-commit", hook(folder)
    if found is None:
        row(told, "not installed", "", "")
    else:
        row(told, f"{found[0] * 1000:.0f} ms", f"{found[0] / found[1]:.1f} times a hook that does nothing", "")


OPENED = """
import sys
opened = set()
def hear(event, details):
    if event == "open" and "generated" in str(details[0]):
        opened.add(str(details[0]).replace("\\\\", "/").rpartition("/")[2].partition(".")[0])
sys.addaudithook(hear)
sys.argv = ["policypack", *sys.argv[1:]]
from policypack.cli import main
try:
    main()
except SystemExit:
    print(", ".join(sorted(opened)), file=sys.stderr)
"""


def catalogs(folder: Path) -> None:
    """What a scan of AWS alone opens of the catalog: every other platform's facts stay where they are."""
    command = [sys.executable, "-c", OPENED, *SCAN[3:], str(folder / "small")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr.strip()
    row("catalog files that this scan opens", said, f"of {len(load_catalog().providers())} platforms", "")


LOADED = """
import sys
sys.argv = ["policypack", *sys.argv[1:]]
from policypack.cli import main
try:
    main()
except SystemExit:
    print(sum(name.startswith(("policypack.authority.aws.", "policypack.authority.scoped.")) for name in sys.modules), file=sys.stderr)
"""
NOTHING = 'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n'
SOMEBODY = """resource "aws_iam_role" "agent" {
  name               = "agent"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_iam_role_policy_attachment" "agent" {
  role       = aws_iam_role.agent.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
"""


def engine(folder: Path) -> None:
    """What a scan loads of the engines that judge policies: nothing, where nobody could do anything or there is nothing to lose."""
    for name, said, text in (
        ("quiet", "without agents and stores", NOTHING),
        ("busy", "with an agent and a store", SMALL + SOMEBODY),
    ):
        module = folder / name
        module.mkdir()
        (module / "main.tf").write_text(text, "utf-8")
        command = [sys.executable, "-c", LOADED, *SCAN[3:], str(module)]
        loaded = subprocess.run(command, capture_output=True, text=True, check=True).stderr.strip()
        row(f"modules of the authority engines that a scan loads, {said}", loaded, "", "")


def plan(folder: Path, count: int) -> None:
    """A plan of so many resources, against a parser that only parses."""
    path = folder / f"plan{count}.json"
    synthetic.write_plan(path, count)
    size = path.stat().st_size
    scan = measure([*SCAN, str(path)])
    ratio = f"memory {scan.memory / size:.1f} times the file"
    if importlib.util.find_spec("orjson") is None:
        row(f"`orjson.loads`, a plan of {count:,} resources ({_megabytes(size)})", "not installed", "", "")
    else:
        parse = measure([sys.executable, "-c", PARSE, str(path)])
        row(f"`orjson.loads`, a plan of {count:,} resources ({_megabytes(size)})", parse, "", _memory(parse))
        ratio = f"{scan.seconds / parse.seconds:.2f} times orjson, {ratio}"
    row("`policypack scan` of it", scan, ratio, _memory(scan))
    gate(path, "it", scan)
    synthetic.write_plan(path, count, stands=True)
    gate(path, "one that deletes a thousandth and changes a hundredth", measure([*SCAN, str(path)]))
    path.unlink()


def gate(path: Path, what: str, scan: Cost) -> None:
    """The gate beside a scan of the same plan. Where something needs approval, the digest of the whole plan is part of it."""
    cost = measure([*GATE, str(path)])
    row(f"`policypack gate` of {what}", cost, f"{cost.seconds / scan.seconds:.2f} times `policypack scan`", _memory(cost))


def modules(folder: Path, count: int) -> None:
    """So many files of HCL."""
    synthetic.write_modules(folder / "hcl", count)
    scan = measure([*SCAN, str(folder / "hcl")])
    row(
        f"`policypack scan`, {count:,} HCL files of 10 resources",
        scan,
        f"{scan.seconds / count * 1000:.1f} ms a file",
        _memory(scan),
    )


def authority(count: int) -> None:
    """So many identities against as many stores, and twice as many: processor seconds."""
    command = [sys.executable, "-m", "scripts.bench_authority", str(count)]
    print(subprocess.run(command, capture_output=True, text=True, check=True).stdout, end="", flush=True)


def _checkov() -> str | None:
    beside = Path(sys.executable).with_name("checkov")
    return os.environ.get("POLICYPACK_CHECKOV") or (str(beside) if beside.exists() else shutil.which("checkov"))


def _memory(cost: Cost) -> str:
    return _megabytes(cost.memory)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


def main() -> None:
    """The table, line by line."""
    row("what", "time", "ratio", "peak memory")
    row("---", "---", "---", "---")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        cold(folder)
        commit(folder)
        catalogs(folder)
        engine(folder)
        for count in (1_000, 10_000) if "--quick" in sys.argv else (1_000, 10_000, 100_000):
            plan(folder, count)
        modules(folder, 1_000)
    authority(1_000 if "--quick" in sys.argv else 5_000)


if __name__ == "__main__":
    main()
