"""What a catalog's facts about copies say of one resource: whether there are any, how long they are kept, whether they go with it."""

from __future__ import annotations

from policypack.build.estate import Estate
from policypack.build.guards import default_of, major_of, same
from policypack.build.locks import number_or_unknown
from policypack.catalog.entry import BackupFact, CompanionFact
from policypack.model import Resource, Truth, Unknown, Value, lookup


def exists(fact: BackupFact, store: Resource, estate: Estate) -> Truth:
    """Whether a store makes the copies that the fact is about."""
    if fact.always:
        return True
    value = store.written(fact.attribute)
    if value is None:
        value = default_of(fact.default, fact.defaults, major_of(store, estate)[0])
    if isinstance(value, Unknown):
        return value
    if fact.on is not None:
        return same(value, fact.on)
    days = number_or_unknown(value)
    return isinstance(days, int) and days > 0


def dies(fact: BackupFact, store: Resource) -> Truth:
    """Whether the copies go with the store."""
    if fact.survives:
        return False
    if not fact.kept_by:
        return True
    value = store.get(fact.kept_by)
    value = fact.kept_default if value is None else value
    return value if isinstance(value, Unknown) else not same(value, fact.kept_when)


def days_kept(fact: BackupFact, store: Resource, said: Value, estate: Estate) -> int | Unknown | None:
    """How long the copies are kept."""
    if isinstance(fact.days, int):
        return fact.days
    if fact.days is None and fact.on is not None and fact.survives:
        return Unknown("how long they are kept is written elsewhere")
    value = store.get(fact.days) if fact.days else said
    if isinstance(value, str) and value in fact.days_of:
        return fact.days_of[value]
    if value is None and fact.days_default is not None:
        return fact.days_default
    if value is None and fact.on is None and fact.attribute:
        return number_or_unknown(default_of(fact.default, fact.defaults, major_of(store, estate)[0]))
    return number_or_unknown(value)


def plays(companion: Resource, fact: CompanionFact) -> Truth:
    """Whether a companion plays its part: some do only where an argument says so."""
    if fact.off:
        off = companion.written(fact.off)
        if isinstance(off, Unknown) or same(off, fact.off_value):
            return off if isinstance(off, Unknown) else False
    value = companion.written(fact.only_when) if fact.only_when else True
    if isinstance(value, Unknown):
        return value
    return value is not None if fact.only_value is None else same(value, fact.only_value)


def _longest(made: Resource, path: str) -> int | Unknown | None:
    """The longest time that an argument says: a plan may have several rules, and the one that keeps longest counts."""
    head, _, rest = path.partition(".")
    found = [number_or_unknown(lookup({head: [each]}, path)) for each in made.blocks(head)] if rest else []
    if not found:
        return number_or_unknown(made.get(path))
    unknown = next((each for each in found if isinstance(each, Unknown)), None)
    return unknown if unknown is not None else max((each for each in found if isinstance(each, int)), default=None)


def retention(made: Resource, fact: CompanionFact | None) -> int | Unknown | None:
    """The days that a copy is kept, None for ever (which some services write as -1)."""
    if fact is None:
        return Unknown("its plan is not in the inputs")
    days = _longest(made, fact.retention) if fact.retention else None
    days = _longest(made, fact.retention_else) if days is None and fact.retention_else else days
    days = fact.retention_default if days is None else days
    if isinstance(days, Unknown) or (isinstance(days, int) and (days < 0 or days == fact.forever)):
        return days if isinstance(days, Unknown) else None
    longer = [(number_or_unknown(made.written(path)), unit) for path, unit in fact.longer.items()]
    unknown = next((number for number, _ in longer if isinstance(number, Unknown)), None)
    if unknown is not None:
        return unknown
    known = [number * unit for number, unit in longer if isinstance(number, int)]
    return max(known, default=days) if not isinstance(days, int) else max(days, *known, days)
