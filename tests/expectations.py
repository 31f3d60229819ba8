"""What the examples say of themselves: the comments that expect a finding, and what the pipeline finds in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from policypack.catalog import load_catalog
from policypack.check import Check, Finding, load_checks
from policypack.model import Input, strip_keys
from policypack.read import ReadOptions, read_input
from policypack.run import Report
from policypack.scan import judge
from policypack.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "terraform-examples"
TODAY = date(2026, 9, 1)
ITSELF = "itself"
# What no plan holds: the lifecycle blocks, the backend and what the repository around it says.
FROM_SOURCE = {
    "agent_can_write_state",
    "gate_files_unowned",
    "prevent_destroy_missing",
    "protection_drift_ignored",
    "state_holds_itself",
    "state_key_destroyable",
    "state_local",
    "state_unprotected",
}

_MARK = re.compile(r"^# (?P<kind>expect|expect from a plan alone|misses): (?P<names>[^#]+?)(?: at (?P<where>\S+))?$")
_NAME = re.compile(r"^(?P<name>\w+)(?P<doubt> \(uncertain\))?$")
_HEADER = re.compile(r'^(?P<kind>\w+)(?: "(?P<first>[^"]+)")?(?: "(?P<second>[^"]+)")? \{')
_ALIAS = re.compile(r'^  alias\s*=\s*"([^"]+)"')


@dataclass(frozen=True, order=True)
class Found:
    """A finding, reduced to what an expectation says."""

    check: str
    address: str
    certain: bool = True


@dataclass(frozen=True)
class Marks:
    """The expectations of one example. `missed` are its known blind spots, `blocks` counts what it declares."""

    expected: frozenset[Found]
    alone: frozenset[Found]
    missed: frozenset[Found]
    blocks: int

    def of(self, findings: Iterator[Finding]) -> frozenset[Found]:
        """Findings in the words of the expectations: without instance keys, unless an expectation writes them."""
        exact = {mark.address for mark in (*self.expected, *self.alone, *self.missed)}
        found = set()
        for finding in findings:
            address = ITSELF if finding.resource.mode == "plan" else finding.resource.address
            found.add(Found(finding.check, address if address in exact else strip_keys(address), finding.certain))
        return frozenset(found)


def folders() -> list[Path]:
    """Every example."""
    found = {path.parent for path in EXAMPLES.glob("*/*/**/*.tf")}
    return sorted(folder for folder in found if folder.name != "before")


def shown(folder: Path) -> str:
    """The name of a parametrised case."""
    return folder.relative_to(EXAMPLES).as_posix()


@cache
def checks() -> Mapping[str, Check]:
    """All checks."""
    return load_checks(ROOT / "checks")


def marks(folder: Path) -> Marks:
    """What the comments of the example expect."""
    kinds: dict[str, set[Found]] = {"expect": set(), "expect from a plan alone": set(), "misses": set()}
    blocks = 0
    for path in sorted(folder.glob("*.tf")):
        lines = path.read_text("utf-8").splitlines()
        blocks += sum(line.startswith(("resource ", "provider ", "removed ")) for line in lines)
        for number, line in enumerate(lines):
            mark = _MARK.match(line)
            assert mark or not re.match(r"#\s*(expect|misses)\b", line), f"{path.name}:{number + 1}: unclear: {line}"
            if mark:
                address = mark["where"] or _next_block(lines, number)
                kinds[mark["kind"]] |= {_found(each, address) for each in mark["names"].split(", ")}
    before = "\n".join(path.read_text("utf-8") for path in folder.glob("before/*.tf"))
    blocks += len(re.findall(r"^resource ", before, re.MULTILINE))
    expected, alone, missed = (frozenset(found) for found in kinds.values())
    return Marks(expected, alone, missed, blocks)


def _found(text: str, address: str) -> Found:
    name = _NAME.match(text.strip())
    assert name, f"not the name of a check: {text}"
    assert name["name"] in checks(), f"no check of this name: {name['name']}"
    return Found(name["name"], address, not name["doubt"])


def _next_block(lines: list[str], number: int) -> str:
    """The address of the block under a comment."""
    while lines[number].startswith("#"):
        number += 1
    header = _HEADER.match(lines[number])
    assert header, f"no block stands under the expectation: {lines[number]}"
    if header["kind"] in {"terraform", "removed"}:
        return ITSELF
    if header["kind"] == "provider":
        body = lines[number : lines.index("}", number)]
        alias = next((found.group(1) for found in map(_ALIAS.match, body) if found), None)
        return f"provider.{header['first']}" + (f".{alias}" if alias else "")
    return ("data." if header["kind"] == "data" else "") + f"{header['first']}.{header['second']}"


def settings_of(folder: Path) -> Settings:
    """The example's own settings, or the defaults."""
    own = folder / "policypack.yaml"
    return load_settings(own, folder) if own.is_file() else Settings()


def scan(path: Path, folder: Path, source: Path | None = None) -> Report:
    """The whole pipeline over a folder or a plan of the example."""
    base = path if path.is_dir() else path.parent
    return judge([path], ReadOptions(base=base, source=source), checks(), settings_of(folder), today=TODAY)


def read(path: Path, source: Path | None = None) -> Input:
    """The input alone."""
    base = path if path.is_dir() else path.parent
    return read_input(path, ReadOptions(base=base, wanted=load_catalog().knows, source=source))
