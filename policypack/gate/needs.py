"""What of a plan needs the approval of a person: everything that destroys, weakens, or widens what somebody may do.

It rests on the questions of concern `changes/`, each of them asked, and on nothing that the tree under change could answer
itself: its suppressions, its baseline and its choice of checks are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from policypack.check import Finding
from policypack.model import Evidence, Infrastructure, Location, Resource
from policypack.run import Report


class Need(Struct, frozen=True):
    """One thing that somebody has to approve. There is one of a kind for an address.

    `kind` is the name of the check that found it, or one of `KINDS`. `actions` are Terraform's own words, in its order; none for
    the plan as a whole. `lost` says what is gone afterwards, "" where no data is. `restore` are the ways back that the inputs
    show, each with its place: none is "the inputs show none", where something is lost. `environment` is the name of the one
    that it happens in, "" for the plan as a whole. `certain`: it happens; else it may.
    """

    kind: str
    address: str
    actions: tuple[str, ...]
    text: str
    lost: str = ""
    restore: tuple[Evidence, ...] = ()
    because: tuple[Evidence, ...] = ()
    location: Location | None = None
    environment: str = ""
    certain: bool = True


def needs(infrastructure: Infrastructure, report: Report) -> tuple[Need, ...]:
    """All that needs approval, sorted by address and kind. `report` is what every check of concern `changes/` found."""
    found: dict[tuple[str, str], Need] = {}
    for each in _all(infrastructure, report):
        found.setdefault((each.address, each.kind), each)
    return tuple(found[key] for key in sorted(found))


def _all(infrastructure: Infrastructure, report: Report) -> Iterable[Need]:
    for finding in (*report.findings, *report.suppressed):
        yield _found(finding, infrastructure)


def _found(finding: Finding, infrastructure: Infrastructure) -> Need:
    resource = finding.resource
    store = infrastructure.by_place.get(resource.place)
    return Need(
        finding.check,
        resource.address,
        _actions(resource),
        finding.message,
        because=tuple(finding.because),
        location=finding.location,
        environment=store.environment.name if store else "",
        certain=finding.certain,
    )


def _actions(resource: Resource) -> tuple[str, ...]:
    return resource.change.actions if resource.change else ()
