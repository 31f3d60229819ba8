"""Findings and gaps with addresses as people know them: see `policypack.model.namesakes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policypack.check import Finding
from policypack.model import Evidence, Gap, Power, replace
from policypack.model.namesakes import told, unmarked


def findings_told(findings: Iterable[Finding], paths: Mapping[int, str]) -> list[Finding]:
    """The findings, each told from the input that it is about. What they are known by again (`cause`) names no input."""
    return [_told(each, paths) for each in findings]


def _told(finding: Finding, paths: Mapping[int, str]) -> Finding:
    inside = finding.resource.inside
    return replace(
        finding,
        resource=replace(finding.resource, address=unmarked(finding.resource.address)),
        message=told(finding.message, paths, inside),
        because=tuple(
            Evidence(told(each.text, paths, inside), told(each.resource, paths, inside), each.location)
            for each in finding.because
        ),
        fix=told(finding.fix, paths, inside),
        cause=unmarked(finding.cause),
    )


def gaps_told(gaps: Iterable[Gap], paths: Mapping[int, str]) -> list[Gap]:
    """The gaps, each told from outside all inputs."""
    return [replace(each, reason=told(each.reason, paths)) for each in gaps]


def powers_told(powers: Iterable[Power], paths: Mapping[int, str]) -> list[Power]:
    """The powers, each told from outside all inputs."""
    return [
        replace(
            each,
            identity=told(each.identity, paths),
            target=told(each.target, paths),
            path=tuple(Evidence(told(one.text, paths), told(one.resource, paths), one.location) for one in each.path),
            missing=told(each.missing, paths),
        )
        for each in powers
    ]
