"""The baseline: today's findings, frozen, so that only new ones fail. Line numbers play no part in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeAlias

from policypack.check import Finding, Severity
from policypack.model import replace
from policypack.run.outcome import Note, Report, fingerprint, order

REASON = "baseline"
_Key: TypeAlias = "tuple[str, str]"
"""Fingerprint and input."""


class BaselineError(Exception):
    """A baseline that cannot be read: what is wrong, and what to do."""

    def __init__(self, reason: str, hint: str = "write it again with --write-baseline") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def freeze(report: Report) -> str:
    """The baseline of a report: what it found, and what an earlier baseline already held. Suppressions are not part of it."""
    findings = [*report.findings, *(each for each in report.suppressed if each.suppressed == REASON)]
    alike: dict[tuple[str, str, str, str], list[Finding]] = {}
    for each in findings:
        alike.setdefault((each.check, each.resource.address, each.resource.inside, fingerprint(each)), []).append(each)
    entries = [
        {
            "fingerprint": print_,
            "check": check,
            "resource": address,
            "input": path,
            "severity": max((each.severity for each in some), key=lambda each: each.rank).value,
            "count": len(some),
            "certain": sum(each.certain for each in some),
        }
        for (check, address, path, print_), some in sorted(alike.items(), key=lambda each: each[0])
    ]
    import json  # most scans have no baseline

    frozen = {"schema_version": "1", "inputs": sorted(_inputs(report)), "findings": entries}
    return json.dumps(frozen, indent=2) + "\n"


def apply(report: Report, text: str, *, partial: bool = False) -> Report:
    """The report without the findings that the baseline holds, as often as it holds them; what vanished is a note. A finding that
    became certain, or more severe, is reported again.

    Two roots may call different things by one address, so a finding is taken for one of its own input. One of an input that the
    baseline does not know (its folder was renamed, or a plan was made of it) is taken for one of an input that is not there now.
    `partial`: less was judged than the baseline is of, so that what is missing did not vanish. Raises BaselineError where the
    text is not a baseline.
    """
    known, entries = _read(text)
    left = Counter({key: entry["count"] for key, entry in entries.items()})
    certain = Counter({key: entry["certain"] for key, entry in entries.items()})
    here = _inputs(report)
    moved: dict[str, list[_Key]] = {}
    for print_, path in entries:
        if path not in here:
            moved.setdefault(print_, []).append((print_, path))

    def taken(finding: Finding, *, whatever: bool = False) -> bool:
        """Whether the baseline has one like it that is left, as sure and as severe (`whatever`: or not)."""
        own = (fingerprint(finding), finding.resource.inside)
        others = moved.get(own[0], ()) if own[1] not in known else ()
        for key in (own, *others):
            surely = not finding.certain or certain[key] > 0
            if left[key] > 0 and (whatever or (surely and finding.severity.rank <= Severity(entries[key]["severity"]).rank)):
                left[key] -= 1
                certain[key] -= finding.certain
                return True
        return False

    kept: list[Finding] = []
    frozen: list[Finding] = []
    for finding in report.findings:
        if taken(finding):
            frozen.append(replace(finding, suppressed=REASON))
        else:
            kept.append(finding)
    for finding in (*report.suppressed, *kept):
        taken(finding, whatever=True)  # what a comment accepts, and what became worse, has not vanished
    vanished = [
        Note(
            f"{entry['check']} of {_place(entry, known)} is in the baseline and is not found any more", inputs=(entry["input"],)
        )
        for key, entry in entries.items()
        if left[key] > 0 and entry["check"] in report.checks and not partial
    ]
    return replace(
        report,
        findings=tuple(kept),
        suppressed=tuple(sorted((*report.suppressed, *frozen), key=order)),
        notes=(*report.notes, *sorted(vanished, key=str)),
    )


def _place(entry: Mapping[str, Any], inputs: AbstractSet[str]) -> str:
    """The address of an entry, with its input where the baseline is of several: they may have addresses in common."""
    address, path = str(entry["resource"]), str(entry["input"])
    return address if len(inputs) == 1 or address == path else f"{path}:{address}"


def _inputs(report: Report) -> set[str]:
    return {each.path for each in report.infrastructure.inputs}


def _read(text: str) -> tuple[frozenset[str], Mapping[_Key, dict[str, Any]]]:
    """The inputs that a baseline was made of, and its entries."""
    import json  # as above

    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BaselineError("the baseline is not JSON") from error
    if not isinstance(data, dict) or data.get("schema_version") != "1" or not isinstance(data.get("findings"), list):
        raise BaselineError("the baseline has no schema_version 1 with a list of findings")
    inputs = data.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(each, str) for each in inputs):
        raise BaselineError("the baseline does not name the inputs that it was made of")
    entries: dict[_Key, dict[str, Any]] = {}
    for number, entry in enumerate(data["findings"], start=1):
        if not _is_entry(entry) or (entry["fingerprint"], entry["input"]) in entries:
            raise BaselineError(f"entry {number} of the baseline is not one")
        entries[entry["fingerprint"], entry["input"]] = entry
    return frozenset(inputs), entries


def _is_entry(entry: object) -> bool:
    return (
        isinstance(entry, dict)
        and all(isinstance(entry.get(key), str) for key in ("fingerprint", "check", "resource", "input", "severity"))
        and entry["severity"] in {each.value for each in Severity}
        and type(entry.get("count")) is int
        and type(entry.get("certain")) is int
        and entry["count"] > 0
        and 0 <= entry["certain"] <= entry["count"]
    )
