"""What a run gives back, and what it means for whoever waits for the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct, field

from policypack.check import Check, Finding, Severity
from policypack.model import Gap, Infrastructure, Input, Location, Store

IN_BASE = "in the base"
"""Why a finding is not reported that the base has as well."""


class FailOn(str, Enum):
    """The least severity that makes the exit code 1."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEVER = "never"

    def reached_by(self, severity: Severity) -> bool:
        """Whether a finding of that severity fails the run."""
        return self is not FailOn.NEVER and severity.rank >= Severity(self.value).rank


class Crash(Struct, frozen=True):
    """A check that broke. `error` has the kind of error and its place in the check, and no value of what was scanned."""

    check: str
    error: str


class Note(Struct, frozen=True):
    """Something that the user should tidy up, or know (`loud`: whatever else is said): it changes no verdict. `inputs` are the paths
    of those that it is about, none where it is about the run."""

    text: str
    location: Location | None = None
    loud: bool = False
    inputs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.text} ({self.location.file}:{self.location.line})" if self.location else self.text


class Report(Struct, frozen=True):
    """Everything that a run found, in order. `checks` are those that were asked; `suppressed` findings say why.

    A suppression that cannot be read is one of the `gaps`, and unreadable: it must not pass for one that works. `read` are the inputs
    as they were read, before namesakes among them were told apart for the picture.
    """

    infrastructure: Infrastructure = field(default_factory=Infrastructure)
    checks: Mapping[str, Check] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    crashed: tuple[Crash, ...] = ()
    notes: tuple[Note, ...] = ()
    read: tuple[Input, ...] = ()

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What was read."""
        return self.infrastructure.inputs

    @property
    def stores(self) -> tuple[Store, ...]:
        """The stores that were judged."""
        return self.infrastructure.stores

    @property
    def summary(self) -> dict[str, int]:
        """Counts. Certain findings are counted by severity, uncertain ones apart: together they are all findings."""
        counts = {
            severity.value: sum(1 for finding in self.findings if finding.certain and finding.severity is severity)
            for severity in Severity
        }
        return {
            **counts,
            "uncertain": sum(1 for finding in self.findings if not finding.certain),
            "suppressed": len(self.suppressed),
            "gaps": len(self.gaps),
        }


def fingerprint(finding: Finding) -> str:
    """What stays the same when lines move: 16 hex digits of check, address and cause."""
    import hashlib  # loads OpenSSL, and not every report shows fingerprints

    text = f"{finding.check}|{finding.resource.address}|{finding.cause}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def order(finding: Finding) -> tuple[object, ...]:
    """Most severe first, certain before uncertain, then by address: the order of every report."""
    where = finding.location
    return (
        -finding.severity.rank,
        not finding.certain,
        finding.resource.address,
        finding.resource.inside,
        finding.check,
        finding.cause,
        (where.file, where.line, where.end_line),
        finding.message,
    )


def exit_code(report: Report, fail_on: FailOn = FailOn.HIGH, *, strict: bool = False) -> int:
    """0: nothing at or above `fail_on`. 1: findings; where `strict`, uncertain ones and gaps too. 2: could not judge."""
    if report.crashed or any(gap.unreadable for gap in report.gaps):
        return 2
    failed = any((finding.certain or strict) and fail_on.reached_by(finding.severity) for finding in report.findings)
    missed = strict and bool(report.gaps) and fail_on is not FailOn.NEVER
    return 1 if failed or missed else 0
