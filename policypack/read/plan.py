"""Plan JSON -> Input: every object that the plan knows, what it does to it, and what it will be.

`resource_changes` is the truth (`planned_values` does not have what is deleted). What it leaves out is taken from the state
inside the plan: data sources that were read, and whatever a `-target` passed by. A refresh-only plan changes nothing, and has
its objects only there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from msgspec import Raw, Struct, field

from policypack.model import Gap, Input, Location, Unknown
from policypack.read.addresses import last_key
from policypack.read.options import ReadOptions
from policypack.read.plan_configuration import Configuration
from policypack.read.plan_json import (
    ConfigurationJson,
    Head,
    Outline,
    PriorState,
    StateValues,
    VariableValue,
    decode_some,
    heads,
    loose,
)
from policypack.read.plan_objects import MODES, Objects
from policypack.read.plan_providers import pinned_versions, read_providers
from policypack.read.state import objects

_ACTIONS = {"no-op", "create", "read", "update", "delete", "forget"}
_NO_BACKEND = Unknown("a plan does not hold the backend")


class _Survey(Struct, frozen=True):
    """What one pass over the entries tells. `changed` and `others` are those worth decoding, with their text; `indexed` maps
    a block in its module instance to the instances that have keys."""

    wanted: Callable[[str], bool]
    counts: Counter[str] = field(default_factory=Counter)
    destroyed: Counter[str] = field(default_factory=Counter)
    odd: set[str] = field(default_factory=set)
    indexed: dict[str, list[str]] = field(default_factory=dict)
    changed: list[Raw] = field(default_factory=list)
    others: list[Raw] = field(default_factory=list)

    def add(self, head: Head, raw: Raw, into: list[Raw]) -> None:
        """Counts an entry, and keeps its text where its type is worth it."""
        if head.mode not in MODES:
            return
        actions = head.change.actions if head.change else ()
        self.odd.update(action for action in actions if action not in _ACTIONS)
        if head.mode == "managed":
            self.counts[head.type] += 1
            self.destroyed[head.type] += "delete" in actions
        if head.address.endswith("]"):
            self.indexed.setdefault(last_key(head.address)[0], []).append(head.address)
        if head.mode == "data" or self.wanted(head.type):
            into.append(raw)


def read_plan(outline: Outline, place: str, options: ReadOptions) -> Input:
    """The plan as an Input without its source. Raises what msgspec raises where the JSON is not of Terraform's form."""
    found = _survey(outline, options.wanted)
    configuration = Configuration(decode_some(outline.configuration, ConfigurationJson), found.indexed, options.wanted)
    reader = Objects(Location(place), configuration)
    resources = [*reader.changed(found.changed), *reader.unchanged(found.others)]
    variables = decode_some(outline.variables, dict[str, VariableValue]) or {}
    return Input(
        path=place,
        kind="plan",
        resources=tuple(sorted(resources, key=lambda resource: resource.address)),
        counts=dict(sorted(found.counts.items())),
        destroyed={kind: count for kind, count in sorted(found.destroyed.items()) if count},
        providers=read_providers(configuration, variables, place),
        backend=_NO_BACKEND,
        has_source=False,
        terraform_version=outline.terraform_version or "",
        provider_versions=pinned_versions(configuration),
        complete=outline.complete,
        errored=outline.errored,
        gaps=tuple(_gaps(outline, found, Location(place))),
    )


def _survey(outline: Outline, wanted: Callable[[str], bool]) -> _Survey:
    found = _Survey(wanted)
    changes = decode_some(outline.resource_changes, list[Raw])
    listed = set()
    for head, raw in heads(changes or (), "resource_changes"):
        listed.add(head.address)
        found.add(head, raw, found.changed)
    prior = decode_some(outline.prior_state, PriorState)
    for head, raw in _all(prior.values if prior else None, outline if changes is None else None):
        if head.address not in listed:
            listed.add(head.address)
            found.add(head, raw, found.others)
    return found


def _all(prior: StateValues | None, refresh: Outline | None) -> Iterator[tuple[Head, Raw]]:
    yield from objects(prior, "prior_state")
    if refresh is not None:
        yield from objects(decode_some(refresh.planned_values, StateValues), "planned_values")


def _gaps(outline: Outline, found: _Survey, whole: Location) -> Iterator[Gap]:
    if loose(outline.deferred_changes):
        yield Gap("the plan defers changes to a later one, and what those do is not in it", whole)
    for action in sorted(found.odd):
        yield Gap(f"the plan does something that is not understood: {action[:40]!r}", whole)
