"""Locks that a bucket, a vault or a plan writes in its own arguments, and the times in them."""

from __future__ import annotations

from typing import Literal

from policypack.build.guards import same, seconds_of
from policypack.catalog.entry import LockFact
from policypack.model import Enforced, Evidence, Guard, GuardKind, Lock, Resource, Truth, Unknown, Value, days

_DAY = 86400


def number_or_unknown(value: Value) -> int | Unknown | None:
    """A whole number of days, also of a time with its unit (`604800s`); None where nothing (or something else) is written."""
    if isinstance(value, Unknown) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    if isinstance(value, str) and value.isdigit():
        return int(value)
    seconds = seconds_of(value)
    return None if seconds is None else int(seconds // _DAY)


def own_lock(fact: LockFact, holder: Resource) -> Lock:
    """The lock that the resource's own arguments are."""
    if not fact.attribute:
        return _by_word(fact, holder)
    where = holder.at(fact.attribute)
    least = _least(fact, holder.written(fact.attribute))
    if least is None or least == 0:
        return Lock("none", Evidence(f"nothing locks what is in it: {fact.attribute} is not set", holder.address, where))
    kept = "what is in it is kept" + (f" for at least {days(least)}" if isinstance(least, int) else " for some time")
    binds = _binds(fact, holder.written(fact.binding))
    if isinstance(binds, Unknown):
        return Lock(
            binds, Evidence(f"{kept}, and whether {fact.binding} binds is not known", holder.address, where), None, least
        )
    if fact.binds_existing and not binds:
        text = f"{kept}, and nobody can delete it sooner; {fact.binding} is not set, so {fact.loose}"
        return Lock("compliance", Evidence(text, holder.address, where), None, least, fact.binding)
    mode: Literal["compliance", "governance"] = "compliance" if binds else "governance"
    how = f"{fact.binding} makes that final" if binds else f"{fact.binding} is not set, so {fact.loose}"
    return Lock(mode, Evidence(f"{kept}, and {how}", holder.address, where), None, least)


def _by_word(fact: LockFact, holder: Resource) -> Lock:
    value, where = holder.written(fact.binding), holder.at(fact.binding)
    if isinstance(value, Unknown):
        return Lock(value, Evidence(f"whether {fact.binding} locks it is not known", holder.address, where))
    if value is not None and same(value, fact.when):
        return Lock("compliance", Evidence(f"{fact.binding} = {value}, which nobody can take back", holder.address, where))
    if value is not None and fact.governs is not None and same(value, fact.governs):
        return Lock("governance", Evidence(f"{fact.binding} = {value}: {fact.loose}", holder.address, where))
    said = f"{fact.binding} is not set" if value is None else f"{fact.binding} = {value}"
    return Lock("none", Evidence(f"nothing locks what is in it: {said}", holder.address, where))


def _least(fact: LockFact, value: Value) -> int | Unknown | None:
    number = number_or_unknown(value)
    return number // _DAY if fact.seconds and isinstance(number, int) else number


def _binds(fact: LockFact, value: Value) -> Truth:
    if isinstance(value, Unknown):
        # A time that is not known yet is a time that will be there; a switch that is not known may be off.
        return True if fact.when is None else value
    return value is not None if fact.when is None else same(value, fact.when)


def lock_guard(fact: LockFact, holder: Resource) -> Guard:
    """The lock as a guard of its bucket."""
    lock = own_lock(fact, holder)
    holds: Truth = lock.mode if isinstance(lock.mode, Unknown) else lock.mode == "compliance"
    return Guard(
        GuardKind.LOCK,
        Enforced.API,
        holds,
        holder,
        fact.binding,
        holder.get(fact.binding),
        fact.when,
        "what is in it can be deleted before its time",
        fact.removed_by,
        lock.evidence.text,
    )
