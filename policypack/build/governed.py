"""Guards of a store that stand in something which it names: the class that its disk is made by."""

from __future__ import annotations

from collections.abc import Iterator

from policypack.build.estate import Estate
from policypack.build.guards import guards
from policypack.build.index import asks
from policypack.catalog.entry import GovernedFact
from policypack.model import Enforced, Guard, GuardKind, Resource, Unknown, Value


def governed(store: Resource, estate: Estate) -> Iterator[Guard]:
    """The guards that what it names decides; where that is not among the inputs, or several things may be meant, whether they hold
    is not known."""
    facts = estate.entries[store.type].governed_by
    several = False
    for fact in facts:
        value = store.written(fact.argument)
        named = estate.index.find(value, store, lambda kind, types=fact.types: kind in types)  # type: ignore[misc]
        if named.only is not None:
            yield from guards(fact.guards, named.only, estate)
            return
        several = len(named.resources) > 1
    for fact in facts[-1:]:
        yield from _unknown(fact, store, store.written(fact.argument), several=several)


def _unknown(fact: GovernedFact, store: Resource, value: Value, *, several: bool) -> Iterator[Guard]:
    if value is None:
        reason = "it is not set, and what holds by default is decided outside of the inputs"
    elif several:
        reason = "which of several things of that name it means is not known"
    else:
        name = asks(value) if isinstance(value, Unknown) else str(value)
        reason = f"what {name} says is not among the inputs"
    lost = Unknown(reason)
    for each in fact.guards:
        kind, enforced = GuardKind(each.kind), Enforced(each.enforced)
        yield Guard(kind, enforced, lost, store, fact.argument, lost, fact.otherwise, each.effect, each.removed_by)
