"""Guards of a store from what the catalog says of its type and of its companions."""

from __future__ import annotations

import re
from collections.abc import Iterable

from policypack.build.estate import Estate
from policypack.catalog.entry import GuardFact
from policypack.model import (
    Enforced,
    Guard,
    GuardKind,
    Resource,
    Truth,
    Unknown,
    Value,
)


def major_of(resource: Resource, estate: Estate) -> tuple[str, str]:
    """The provider's version: major, and major.minor. From the lock file, a pinned constraint, or the catalog's default."""
    source = estate.by_path.get(resource.inside)
    version = source.provider_versions.get(resource.provider, "") if source else ""
    if not version:
        provider = estate.catalog.provider(resource.provider)
        version = provider.default_major if provider else ""
    parts = version.split(".")
    return parts[0], ".".join(parts[:2])


def default_of(default: Value, by_major: dict[str, Value], major: str) -> Value:
    """What the provider does where nothing is written, Unknown where the catalog does not know."""
    value = by_major.get(major, default)
    return Unknown("what the provider does by default is not known") if value == "unknown" else value


def _holds(fact: GuardFact, value: Value, effective: Value) -> Truth:
    if isinstance(effective, Unknown):
        return effective
    if fact.safe_when_set:
        return value is not None
    if fact.at_least is not None:
        number = seconds_of(effective) if fact.unit else _number(effective)
        return number is not None and number >= fact.at_least
    if fact.unsafe is not None:
        return not same(effective, fact.unsafe)
    if isinstance(effective, list):
        holds = any(same(each, fact.safe) for each in effective if not isinstance(each, Unknown))
        return True if holds else next((each for each in effective if isinstance(each, Unknown)), False)
    return same(effective, fact.safe)


def same(one: Value, other: Value) -> bool:
    """Equality as a provider reads it: a boolean and its text are the same."""
    if isinstance(one, bool) or isinstance(other, bool):
        return str(one).lower() == str(other).lower()
    return one == other or (_number(one) is not None and _number(one) == _number(other))


def _number(value: Value) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None


def measure(value: Value) -> float | None:
    """How much a value says, as a number or as a time with its unit; None where it is neither."""
    number = _number(value)
    return seconds_of(value) if number is None else number


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LASTS = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
_ISO = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_ISO_SECONDS = (365 * 86400, 30 * 86400, 7 * 86400, 86400, 3600, 60, 1)


def seconds_of(value: Value) -> float | None:
    """How long a time is that is written with its unit (`604800s`, `168h0m0s`, `P4W`), None where it is no such text."""
    if isinstance(value, str) and (iso := _ISO.fullmatch(value)) and any(iso.groups()):
        return float(sum(int(number) * unit for number, unit in zip(iso.groups(), _ISO_SECONDS, strict=True) if number))
    if not isinstance(value, str) or not value or _LASTS.sub("", value):
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in _LASTS.findall(value))


def later(version: str, since: str) -> bool:
    """Whether a version is the one that brought something, or a later one. Without a version it cannot be said: no."""
    try:
        mine, theirs = ([int(part) for part in each.split(".")] for each in (version, since))
    except ValueError:
        return False
    return mine >= theirs


def guard(fact: GuardFact, subject: Resource, estate: Estate) -> Guard | None:
    """The guard as it stands on a resource, None where it does not apply to it."""
    major, version = major_of(subject, estate)
    value = subject.written(fact.attribute)
    others = [subject.written(name) for name in fact.unless_set]
    if any(each is not None and not isinstance(each, Unknown) for each in others):
        return None
    if fact.since and value is None and not later(version, fact.since):
        return None
    effective = _unwritten(fact, subject, estate, major) if value is None else value
    holds = _holds(fact, value, effective)
    if holds is not True and any(isinstance(each, Unknown) for each in others):
        # Whether the guard applies at all hangs on what is not known.
        holds = next(each for each in others if isinstance(each, Unknown))
    attribute, safe = fact.attribute, fact.safe if fact.at_least is None else _shown(fact.at_least, fact.unit)
    if fact.needs and holds is True:
        needed = subject.written(fact.needs)
        if not isinstance(needed, str) or isinstance(needed, Unknown):
            # An unknown name is a name that will be there: what it is does not matter here.
            holds = isinstance(needed, Unknown)
            attribute, value, safe = fact.needs, needed if holds is True else None, "a unique name"
    return Guard(
        GuardKind(fact.kind),
        Enforced(fact.enforced),
        holds,
        subject,
        attribute,
        value,
        safe,
        fact.effect,
        fact.removed_by,
    )


def _unwritten(fact: GuardFact, subject: Resource, estate: Estate, major: str) -> Value:
    """What holds where the argument is not written: what the provider block says, or else the provider."""
    around = fact.attribute.rpartition(".")[0]
    if fact.block_default is not None and around and (inside := subject.written(around)) is not None:
        return inside if isinstance(inside, Unknown) else fact.block_default
    block = estate.provider_block(subject) if fact.default_from else None
    said = block.written(fact.default_from) if block is not None else None
    return default_of(fact.default, fact.defaults, major) if said is None else said


def _shown(number: float, unit: str) -> int | float | str:
    if unit:
        return f"{number:g}s" if number != int(number) else f"{int(number)}s"
    return int(number) if number == int(number) else number


def guard_facts(kind: str, provider: str, estate: Estate) -> tuple[GuardFact, ...]:
    """The guards that a type carries itself: its own, and those that its provider gives every store."""
    entry, facts = estate.entries[kind], estate.catalog.provider(provider)
    own = entry.guards
    if (
        facts is None
        or not entry.store
        or entry.container
        or any(each.kind == GuardKind.DELETION_PROTECTION.value for each in own)
    ):
        return own
    return (*own, *facts.store_guards)


def guards(facts: Iterable[GuardFact], subject: Resource, estate: Estate) -> tuple[Guard, ...]:
    """All guards that apply."""
    return tuple(made for made in (guard(fact, subject, estate) for fact in facts) if made is not None)


def prevent_destroy(subject: Resource) -> tuple[Guard, ...]:
    """The lifecycle's own guard, which only Terraform enforces and which goes with its block. None where HCL was not read."""
    if subject.lifecycle is None:
        return ()
    holds = subject.lifecycle.prevent_destroy
    value: Value = None if holds is False else holds
    effect = "Terraform itself may destroy it"
    kind = GuardKind.PREVENT_DESTROY
    return (Guard(kind, Enforced.TERRAFORM, holds, subject, "lifecycle", value, safe=True, effect=effect),)
