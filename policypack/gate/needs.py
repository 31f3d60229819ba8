"""What of a plan needs the approval of a person: everything that destroys, weakens, or widens what somebody may do.

It rests on the questions of concern `changes/`, each of them asked, and on nothing that the tree under change could answer
itself: its suppressions, its baseline and its choice of checks are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from policypack.authority.gate_changes import gate_changes
from policypack.check import Finding
from policypack.gate.limits import loosened
from policypack.gate.losses import losses
from policypack.gate.need import PLAN, Need, acted_on
from policypack.gate.restore import destroyed_places, ways_back
from policypack.gate.unknown import unknown_types
from policypack.gate.whole import whole, wrong_state
from policypack.model import Infrastructure, Input, Resource, Store, replace
from policypack.run import Report

__all__ = ["KINDS", "PLAN", "Need", "needs"]

KINDS: Mapping[str, str] = {
    "action_invoked": "An action runs beside the changes, and no plan says what it does.",
    "copies_ended": "What makes copies is deleted, or makes fewer of them.",
    "copy_deleted": "A copy is deleted.",
    "production_unmarked": "Something no longer counts as production.",
    "unknown_destroyed": "Something is destroyed that may hold data, and that no catalog knows.",
}
"""The kinds of needs that are no checks."""
_DESTROYS = {"store_deleted", "store_replaced"}


def needs(infrastructure: Infrastructure, report: Report, state: Input | None = None) -> tuple[Need, ...]:
    """All that needs approval, sorted by address and kind. `report` is what every check of concern `changes/` found, `state` the
    state that the plan should have been made against, where it is known."""
    found: dict[tuple[str, str], Need] = {}
    for each in _all(infrastructure, report, state):
        key = (each.address, each.kind)
        found[key] = _both(found[key], each) if key in found else each
    return tuple(found[key] for key in sorted(found))


def _all(infrastructure: Infrastructure, report: Report, state: Input | None) -> Iterator[Need]:
    planned = _Planned(infrastructure)
    for finding in (*report.findings, *report.suppressed):
        yield _found(finding, planned)
    yield from losses(infrastructure)
    yield from unknown_types(infrastructure)
    yield from loosened(infrastructure)
    for each in gate_changes(infrastructure):  # boundary_changed has those of a plan that changes what stands: here are all
        yield acted_on(each.resource, "boundary_changed", each.text, each.environment, because=each.because)
    yield from whole(infrastructure)
    if state is not None:
        yield from wrong_state(infrastructure, state)


def _both(one: Need, other: Need) -> Need:
    """Two answers to one question about one thing: what either of them says."""
    texts = [one.text] if other.text in one.text else [one.text, other.text]
    return replace(
        one,
        text=" ".join(texts),
        lost=one.lost or other.lost,
        because=tuple(dict.fromkeys((*one.because, *other.because))),
        certain=one.certain or other.certain,
    )


class _Planned(Struct, frozen=True, dict=True):
    """The picture, with what every finding asks of it worked out once."""

    infrastructure: Infrastructure

    @cached_property
    def gone(self) -> frozenset[tuple[str, str]]:
        """Where something is destroyed."""
        return destroyed_places(self.infrastructure)

    @cached_property
    def by_former(self) -> Mapping[tuple[str, str], Resource]:
        """Input and address before the plan -> the resource as the plan has it."""
        named = ((each.inside, (each.change and each.change.previous_address) or each.address) for each in self._all)
        return dict(zip(named, self._all, strict=True))

    @property
    def _all(self) -> tuple[Resource, ...]:
        return self.infrastructure.resources

    def now(self, resource: Resource) -> Resource:
        """What the plan says of a resource, also of one that a check shows as it stood before."""
        return resource if resource.change or resource.mode != "managed" else self.by_former.get(resource.place, resource)


def _found(finding: Finding, planned: _Planned) -> Need:
    resource, infrastructure = finding.resource, planned.infrastructure
    store = infrastructure.by_place.get(resource.place) if resource.mode == "managed" else None
    destroyed = store if finding.check in _DESTROYS else None
    now = planned.now(resource)
    return Need(
        finding.check,
        PLAN if resource.mode == "plan" else now.address,
        now.change.actions if now.change else (),
        finding.message,
        lost=_what(destroyed) if destroyed else _in_place(finding),
        restore=ways_back(infrastructure, destroyed, planned.gone) if destroyed else (),
        because=tuple(finding.because),
        location=finding.location,
        environment=_environment(store, resource, infrastructure),
        certain=finding.certain,
    )


def _environment(store: Store | None, resource: Resource, infrastructure: Infrastructure) -> str:
    if store is not None:
        old = infrastructure.earlier(store)
        return (old if old and old.environment.production else store).environment.name
    vaults = (*(infrastructure.before.vaults if infrastructure.before else ()), *infrastructure.vaults)
    return next((vault.environment.name for vault in vaults if vault.resource.place == resource.place), "")


def _what(store: Store) -> str:
    label = store.label or store.kind.replace("_", " ")
    return f"whatever only this {label} decrypts" if store.kind == "key" else f"the data of this {label}"


def _in_place(finding: Finding) -> str:
    """What an update in place destroys."""
    if finding.check != "store_weakened_in_place":
        return ""
    return "; ".join(each.text for each in finding.because[:1])


def kinds(checks: Iterable[str]) -> frozenset[str]:
    """Every kind that a need may have, given the names of the checks of concern `changes/`."""
    return frozenset((*checks, *KINDS))
