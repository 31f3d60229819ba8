"""In-place updates that destroy data, as the catalog lists them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from policypack.build.guards import measure, same
from policypack.catalog.entry import TypeEntry
from policypack.model import Evidence, Resource, Unknown, Value, lookup


def weakening(resource: Resource, entry: TypeEntry) -> Iterator[Evidence]:
    """What a plan does to the resource in place that destroys data."""
    change = resource.change
    if change is None or change.destroys or "update" not in change.actions:
        return
    for fact in entry.weakened_by:
        before, after = lookup(change.before, fact.attribute), resource.get(fact.attribute)
        removed = fact.removed and before is not None and after is None
        lowered = fact.lowered and _less(after, before, fact.forever)
        turned = fact.to is not None and same(after, fact.to) and not same(before, fact.to)
        if removed or lowered or turned:
            how = (
                f"{fact.attribute} is removed"
                if removed
                else f"{fact.attribute} is lowered"
                if lowered
                else f"{fact.attribute} is set"
            )
            yield Evidence(f"{how}: {fact.effect}", resource.address, resource.at(fact.attribute))


def _less(after: Value, before: Value, forever: Value) -> bool:
    if isinstance(after, Unknown) or isinstance(before, Unknown):
        return False
    new, old = (math.inf if each is not None and same(each, forever) else measure(each) for each in (after, before))
    return new is not None and old is not None and new < old
