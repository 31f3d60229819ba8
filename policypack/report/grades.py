"""What a finding counts as, and what it is called by, in the formats for platforms."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from policypack.check import Finding
from policypack.model import Gap, Location
from policypack.report import Context
from policypack.report.escape import visible
from policypack.report.outline import GapGroup, count, gap_groups
from policypack.run import Report, fingerprint
from policypack.run.outcome import order

_MOST_STEPS = 100
_MOST_REASONS = 1_000


def fails(finding: Finding, context: Context) -> bool:
    """Whether the finding makes the exit code 1."""
    return (finding.certain or context.strict) and context.fail_on.reached_by(finding.severity)


def grade(finding: Finding) -> str:
    """`high`, or `high, uncertain`."""
    return finding.severity.value if finding.certain else f"{finding.severity.value}, uncertain"


def path(location: Location, context: Context) -> str:
    """The path of a place's file from the root of the repository: on one line, never absolute, "." where there is none."""
    return posixpath.normpath(visible(context.in_repository(location.file))).lstrip("/") or "."


def somewhere(report: Report) -> Location:
    """A place for what has none: consumers refuse an entry without one."""
    return Location(report.inputs[0].path if report.inputs else ".")


def proof(finding: Finding, context: Context, shown: Callable[[str], str] = visible) -> Iterator[str]:
    """The steps of the proof, a line each, with their places in the repository; what is too much is counted."""
    for step in finding.because[:_MOST_STEPS]:
        about = f"{shown(step.resource)}: " if step.resource and step.resource != finding.resource.address else ""
        place = f" ({shown(f'{path(step.location, context)}:{step.location.line}')})" if step.location else ""
        yield f"{about}{shown(step.text)}{place}"
    if len(finding.because) > _MOST_STEPS:
        yield f"and {count(len(finding.because) - _MOST_STEPS, 'more step')}: see the JSON report"


def reasons(gaps: Iterable[Gap]) -> list[GapGroup]:
    """The gaps by reason, what makes the exit code 2 first; what is more than a platform should be given is counted."""
    groups = gap_groups(gaps)
    left = len(groups) - _MOST_REASONS
    said = f"{count(left, 'more reason')} for gaps: see the JSON report"
    return [*groups[:_MOST_REASONS], GapGroup(said, groups[_MOST_REASONS].unreadable, ())] if left > 0 else groups


def identified(report: Report, context: Context) -> Callable[[Finding], str]:
    """What gives a name to each finding of the report that no other has and that stays when lines move: 16 hexadecimal digits and a
    number.

    It is made of check, address, cause and the root module or plan; the number counts findings that share all of these, suppressed
    ones too, so that the name of one does not depend on what becomes of another.
    """
    import hashlib  # as in `fingerprint`

    seen: Counter[str] = Counter()
    made: dict[int, str] = {}
    for finding in sorted((*report.findings, *report.suppressed), key=order):
        where = context.in_repository(finding.resource.inside)
        name = hashlib.sha256(f"{fingerprint(finding)}|{where}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        seen[name] += 1
        made[id(finding)] = f"{name}:{seen[name]}"
    return lambda finding: made[id(finding)]
