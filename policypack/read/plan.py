"""Plan JSON -> Input: every object that the plan knows, what it does to it, and what it will be.

`resource_changes` is the truth (`planned_values` does not have what is deleted). What it leaves out is taken from the state
inside the plan: data sources that were read, and whatever a `-target` passed by. A refresh-only plan changes nothing, and has
its objects only there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter

from msgspec import Raw, Struct

from policypack.model import Gap, Input, Location, Passed, Unknown
from policypack.read.addresses import last_key
from policypack.read.options import ReadOptions
from policypack.read.passed_over import argument_names
from policypack.read.plan_configuration import Configuration
from policypack.read.plan_json import (
    NULL,
    ActionInvocation,
    Outline,
    ResourceChange,
    StateResource,
    StateValues,
    VariableValue,
    decode_some,
    listed,
    loose,
)
from policypack.read.plan_objects import MODES, Objects
from policypack.read.plan_providers import pinned_versions, read_providers
from policypack.read.state import objects

_ACTIONS = {"no-op", "create", "read", "update", "delete", "forget"}
_HARMLESS = {"no-op", "create", "read", "update"}
_NO_BACKEND = Unknown("a plan does not hold the backend")


class _Survey(Struct, frozen=True):
    """What one pass over the entries tells. `changed` and `others` are those worth looking at; `odd` are actions that are not
    Terraform's; `indexed` maps a block in its module instance to the instances that have keys."""

    counts: Mapping[str, int]
    destroyed: Mapping[str, int]
    passed: tuple[Passed, ...]
    passed_over: Mapping[str, tuple[str, ...]]
    odd: frozenset[str]
    indexed: Mapping[str, list[str]]
    changed: list[ResourceChange]
    others: list[StateResource]


def read_plan(outline: Outline, place: str, options: ReadOptions) -> Input:
    """The plan as an Input without its source. Raises what msgspec raises where the JSON is not of Terraform's form."""
    found = _survey(outline, options.wanted)
    configuration = Configuration(outline.configuration, found.indexed, options.wanted)
    reader = Objects(Location(place), configuration)
    resources = [*map(reader.changed, found.changed), *map(reader.unchanged, found.others)]
    variables = decode_some(outline.variables, dict[str, VariableValue]) or {}
    return Input(
        path=place,
        kind="plan",
        resources=tuple(sorted(resources, key=attrgetter("address"))),
        counts=dict(sorted(found.counts.items())),
        destroyed=dict(sorted(found.destroyed.items())),
        passed=found.passed,
        invoked=_invoked(outline),
        passed_over=found.passed_over,
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
    changes, prior = outline.resource_changes, outline.prior_state
    state: dict[str, StateResource] = {}
    for each in _state(prior.values if prior else None, outline if changes is None else None):
        state.setdefault(each.address, each)
    changed = [each for each in changes or () if each.mode in MODES]
    known = {each.address for each in changes or ()} if state else set()
    strange = [] if len(changed) == len(changes or ()) else [each for each in changes or () if each.mode not in MODES]
    others = [entry for address, entry in state.items() if address not in known and entry.mode in MODES]
    # A hundred thousand entries have a handful of types and of actions: those are looked at, and the entries as few times as
    # will do.
    alike: dict[tuple[str, str, tuple[str, ...]], list[ResourceChange]] = {}
    for entry in changed:
        alike.setdefault((entry.mode, entry.type, entry.change.actions), []).append(entry)
    counts = Counter(each.type for each in others if each.mode == "managed")
    destroyed: Counter[str] = Counter()
    for (mode, kind, actions), entries in alike.items():
        if mode == "managed":
            counts[kind] += len(entries)
            destroyed[kind] += len(entries) * ("delete" in actions)
    kinds = {kind for kind in counts if wanted(kind)}
    unwanted = [entries[0] for (mode, kind, _), entries in alike.items() if mode == "managed" and kind not in kinds]
    return _Survey(
        counts=counts,
        passed_over=_passed_over(unwanted, (each for each in others if each.mode == "managed" and each.type not in kinds)),
        destroyed=+destroyed,
        passed=tuple(sorted(_passed(alike, strange, kinds), key=lambda each: each.address)),
        odd=frozenset(action for _, _, actions in alike for action in actions if action not in _ACTIONS),
        indexed=_indexed(each.address for entries in (changed, others) for each in entries if each.address.endswith("]")),
        changed=[each for (mode, kind, _), entries in alike.items() if mode == "data" or kind in kinds for each in entries],
        others=[each for each in others if each.type in kinds or each.mode == "data"],
    )


def _passed(
    alike: Mapping[tuple[str, str, tuple[str, ...]], list[ResourceChange]], strange: list[ResourceChange], kinds: set[str]
) -> Iterator[Passed]:
    """What happens to objects that nobody looks at, where it is more than to be made or changed: their type is unknown, or they
    are neither resources nor data."""
    groups = [entries for (mode, kind, _), entries in alike.items() if mode == "managed" and kind not in kinds]
    for entries in (*groups, *([each] for each in strange)):
        actions = entries[0].change.actions
        if not actions or not _HARMLESS.issuperset(actions):
            yield from (Passed(each.address, each.type, actions) for each in entries)


def _invoked(outline: Outline) -> tuple[str, ...]:
    """The actions (Terraform 1.14) that the plan runs: they are no changes, and do what their providers make of them."""
    found = listed(outline.action_invocations, ActionInvocation, "action_invocations") or ()
    return tuple(sorted({each.address or each.action_address or "an action without an address" for each in found}))


def _passed_over(changed: Iterable[ResourceChange], others: Iterable[StateResource]) -> Mapping[str, tuple[str, ...]]:
    """What types that nobody wants look like: one object of each is looked at, as it will be or else as it was."""
    found: dict[str, Raw] = {}
    for entry in changed:
        if entry.change.after != NULL:
            found.setdefault(entry.type, entry.change.after)
    for entry in changed:
        found.setdefault(entry.type, entry.change.before)
    for each in others:
        found.setdefault(each.type, each.values)
    return argument_names(found)


def _state(prior: StateValues | None, refresh: Outline | None) -> Iterator[StateResource]:
    """What is in the plan's state; what it plans too, where it has no list of changes."""
    yield from objects(prior)
    if refresh is not None:
        yield from objects(decode_some(refresh.planned_values, StateValues))


def _indexed(addresses: Iterable[str]) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for address in addresses:
        found.setdefault(last_key(address)[0], []).append(address)
    return found


def _gaps(outline: Outline, found: _Survey, whole: Location) -> Iterator[Gap]:
    if loose(outline.deferred_changes):
        yield Gap("the plan defers changes to a later one, and what those do is not in it", whole)
    for action in sorted(found.odd):
        yield Gap(f"the plan does something that is not understood: {action[:40]!r}", whole)
