"""What is wrong with a plan as a whole: parts that it does not show, actions that it runs, and a state that is not the right one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from policypack.gate.need import PLAN, Need
from policypack.model import Evidence, Infrastructure, Input, Location, Resource

_SHOWN = 5


def whole(infrastructure: Infrastructure) -> Iterator[Need]:
    """What a plan does not tell, or does beside its changes."""
    for source in infrastructure.inputs:
        where = Location(source.path)
        if source.kind == "plan" and source.complete is None:
            left = _not_listed(source)
            if left:
                text = f"The plan does not say whether it is whole, and leaves out {_named(left)}: it was made with -target."
                yield Need("plan_incomplete", PLAN, (), text, location=where)
        if any("defers changes" in gap.reason for gap in source.gaps):
            yield Need("plan_incomplete", PLAN, (), "The plan puts changes off to a later one.", location=where)
        for address in source.invoked:
            text = "The plan runs this action beside its changes; what it does is not in the plan."
            yield Need("action_invoked", address, (), text, location=where, certain=False)


def _not_listed(source: Input) -> list[str]:
    """What the state in the plan has, and its list of changes does not: a whole plan lists what it leaves as it is, too. A plan
    without any list only refreshes."""
    managed = [each for each in source.resources if each.mode == "managed"]
    if not any(each.change for each in managed) and not source.passed:
        return []
    return [each.address for each in managed if each.change is None]


def wrong_state(infrastructure: Infrastructure, state: Input) -> Iterator[Need]:
    """What shows that a plan was made against another state than the one that is given, or an older one."""
    for plan in infrastructure.inputs:
        if plan.kind != "plan":
            continue
        said = [*_identity(plan, state), *_objects(plan, state)]
        if said:
            text = f"The plan was not made against the state {state.path}."
            yield Need("wrong_state_suspected", PLAN, (), text, because=tuple(said), location=Location(plan.path))


def _identity(plan: Input, state: Input) -> Iterator[Evidence]:
    """What lineage and serial say. A plan's JSON has neither; its binary form has."""
    if plan.lineage is None or state.lineage is None:
        return
    if plan.lineage != state.lineage:
        yield Evidence(f"lineage: {plan.lineage} in the plan, {state.lineage} in the state")
    elif plan.serial is not None and state.serial is not None and plan.serial < state.serial:
        yield Evidence(f"serial: {plan.serial} in the plan, {state.serial} in the state: the plan is older")


def _objects(plan: Input, state: Input) -> Iterator[Evidence]:
    """What the objects say: those that exist by the state, and not by the plan, or are others there."""
    known = {_stood(each): each for each in plan.resources if each.mode == "managed" and not _deposed(each)}
    made, missing, others = [], [], []
    for old in state.resources:
        if old.mode != "managed" or _deposed(old):
            continue
        now = known.get(old.address)
        if now is None:
            missing.append(old.address)
        elif now.change is not None and now.change.actions == ("create",) and not now.change.importing:
            made.append(old.address)
        elif _id(now) and _id(old) and _id(now) != _id(old):
            others.append(old.address)
    if made:
        yield Evidence(f"the plan creates what the state has already: {_named(made)}")
    if missing and plan.complete is not False:
        yield Evidence(f"the state has what the plan does not know: {_named(missing)}")
    if others:
        yield Evidence(f"the plan is about other objects of the same address: {_named(others)}")


def _stood(resource: Resource) -> str:
    return (resource.change and resource.change.previous_address) or resource.address


def _deposed(resource: Resource) -> bool:
    return "(deposed object" in resource.address


def _id(resource: Resource) -> str:
    """What the provider calls the object as it stands."""
    change = resource.change
    value = change.before.get("id") if change is not None and change.before else resource.get("id")
    return value if isinstance(value, str) else ""


def _named(addresses: Sequence[str]) -> str:
    more = len(addresses) - _SHOWN
    return ", ".join(sorted(addresses)[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
