"""One root module or plan that checkov scans, and where its findings are told."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from msgspec import Struct

from policypack.check import Finding, Severity, checks_folder, load_checks
from policypack.checkov.places import KINDS, Place, Places, whole
from policypack.checkov.told import Told
from policypack.model import Gap, Location, Resource
from policypack.read.options import ReadOptions
from policypack.run import Report
from policypack.scan import judge, shown_path
from policypack.settings import load_settings
from policypack.visible import visible


class Scanned(Struct, frozen=True):
    """One input. `base` is what the files in its report are relative to."""

    path: Path
    base: Path
    places: Places
    told: Told

    @property
    def is_code(self) -> bool:
        """A root module, not a plan."""
        return self.path.is_dir()

    @property
    def shown(self) -> str:
        """Its name in what users read."""
        return shown_path(self.path, self.base)

    def report(self) -> Report:
        """Our own scan of it, with the settings of its folder or repository."""
        settings = load_settings(None, self.path if self.is_code else self.path.parent)
        options = ReadOptions(self.base, variable_files=self.told.variable_files)
        if not self.is_code:
            options = ReadOptions(self.base, source=self.told.source)
        today = datetime.now(tz=timezone.utc).date()
        return judge([self.path], options, load_checks(checks_folder()), settings, today=today)

    def first(self) -> Place | None:
        """Where it is told what has no block in checkov."""
        here = [each for each in self.places.known if self._holds(each)]
        return min(here, key=lambda each: (KINDS.index(each.kind), each), default=None)

    def place(self, resource: Resource) -> Place | None:
        """The block that it is about, where checkov has it."""
        calls = [self.file(each) for each in resource.module_calls]
        return self.places.of(resource, self.file(resource.location), calls)

    def concerns(self, finding: Finding) -> bool:
        """Whether it is about a file that checkov was given, where it was given files and not folders."""
        return not (self.told.files and self.is_code) or self.file(finding.location) in self.told.files

    def file(self, location: Location) -> str:
        """The whole path of the file that it is told in."""
        return whole(self.base / location.file) if self.is_code else str(self.path)

    def _holds(self, place: Place) -> bool:
        return Path(place.file).parent == self.path if self.is_code else place.file == str(self.path)


def said(finding: Finding, usual: Severity) -> str:
    """A finding as one line of checkov's details, with its severity where that is not the check's usual one."""
    about = f"{finding.resource.address}: {finding.message}"
    because = "; ".join(
        f"{each.text} ({each.location.file}:{each.location.line})" if each.location else each.text for each in finding.because
    )
    parts = [about if finding.certain else f"uncertain: {about}", because and f"Because: {because}"]
    parts.append("" if finding.severity is usual else f"Here of severity {finding.severity.value}")
    parts.append(finding.fix and f"Fix: {finding.fix}")
    return visible(". ".join(part.rstrip(".") for part in parts if part) + ".")


def told_gap(gap: Gap) -> str:
    """A gap as one line, which names checkov's options and not ours."""
    reason = gap.reason.replace("with --source", "with --repo-root-for-plan-enrichment")
    return visible(f"{reason} ({gap.location.file}:{gap.location.line})" if gap.location else reason)
