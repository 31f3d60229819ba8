"""The baseline: today's findings, frozen, so that only new ones fail. Line numbers play no part in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from policypack.check import Finding
from policypack.model import replace
from policypack.run.outcome import Note, Report, fingerprint, order

REASON = "baseline"


class BaselineError(Exception):
    """A baseline that cannot be read: what is wrong, and what to do."""

    def __init__(self, reason: str, hint: str = "write it again with --write-baseline") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def freeze(report: Report) -> str:
    """The baseline of a report: what it found, and what an earlier baseline already held. Suppressions are not part of it."""
    findings = [*report.findings, *(each for each in report.suppressed if each.suppressed == REASON)]
    counts = Counter((each.check, each.resource.address, fingerprint(each)) for each in findings)
    entries = [
        {"fingerprint": print_, "check": check, "resource": address, "count": count}
        for (check, address, print_), count in sorted(counts.items())
    ]
    import json  # most scans have no baseline

    return json.dumps({"schema_version": "1", "findings": entries}, indent=2) + "\n"


def apply(report: Report, text: str, *, partial: bool = False) -> Report:
    """The report without the findings that the baseline holds, as often as it holds them; what vanished is a note.

    `partial`: less was judged than the baseline is of, so that what is missing did not vanish. Raises BaselineError where the text is not a baseline.
    """
    entries = _entries(text)
    left = Counter({print_: entry["count"] for print_, entry in entries.items()})
    kept: list[Finding] = []
    frozen: list[Finding] = []
    for finding in report.findings:
        print_ = fingerprint(finding)
        if left[print_] > 0:
            left[print_] -= 1
            frozen.append(replace(finding, suppressed=REASON))
        else:
            kept.append(finding)
    left.subtract(fingerprint(each) for each in report.suppressed)
    vanished = [
        Note(f"{entry['check']} of {entry['resource']} is in the baseline and is not found any more")
        for print_, entry in entries.items()
        if left[print_] > 0 and entry["check"] in report.checks and not partial
    ]
    return replace(
        report,
        findings=tuple(kept),
        suppressed=tuple(sorted((*report.suppressed, *frozen), key=order)),
        notes=(*report.notes, *sorted(vanished, key=str)),
    )


def _entries(text: str) -> Mapping[str, dict[str, Any]]:
    import json  # as above

    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BaselineError("the baseline is not JSON") from error
    if not isinstance(data, dict) or data.get("schema_version") != "1" or not isinstance(data.get("findings"), list):
        raise BaselineError("the baseline has no schema_version 1 with a list of findings")
    entries: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(data["findings"], start=1):
        if not _is_entry(entry) or entry["fingerprint"] in entries:
            raise BaselineError(f"entry {number} of the baseline is not one")
        entries[entry["fingerprint"]] = entry
    return entries


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(key), str) for key in ("fingerprint", "check", "resource"))
        and type(entry.get("count")) is int
        and entry["count"] > 0
    )
