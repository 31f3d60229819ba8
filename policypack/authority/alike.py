"""Powers that differ in nothing but their target, told as one: who may do everything to ten thousand stores holds a few of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

from msgspec import Struct

from policypack.model import Power, Verb, replace

_TELLING = {verb: number for number, verb in enumerate((*(verb for verb in Verb if verb is not Verb.WEAKEN), Verb.WEAKEN))}


class Alike(Struct, frozen=True):
    """Powers over several targets: `power` is the one over the first of them in the order of the alphabet."""

    power: Power
    targets: tuple[str, ...]

    def among(self, kept: frozenset[str]) -> Alike | None:
        """Those over some targets, None where it is none of them."""
        return self._over(_among(self.targets, kept))

    def without(self, others: frozenset[str]) -> Alike | None:
        """Those over all other targets, None where there is no other."""
        return self if not others else self._over(_without(self.targets, others))

    def _over(self, targets: tuple[str, ...]) -> Alike | None:
        if targets == self.targets:
            return self
        return alike(self.power, targets) if targets else None

    def __iter__(self) -> Iterator[Power]:
        """Each of them."""
        return (replace(self.power, target=each) for each in sorted(self.targets))


def alike(power: Power, targets: tuple[str, ...]) -> Alike:
    """Powers over some targets that are as one of them is."""
    first = _first(targets)
    return Alike(power if power.target == first else replace(power, target=first), targets)


def single(power: Power) -> Alike:
    """A power that is like no other."""
    return Alike(power, (power.target,))


def one_a_target(powers: Iterable[Power | Alike]) -> tuple[Alike, ...]:
    """The power over each target that says most, and of all targets the most telling first: the surest, then what it has itself,
    then what takes the whole before what takes a part (to delete before to overwrite), then the shortest."""
    found = [each if isinstance(each, Alike) else single(each) for each in powers]
    found.sort(key=lambda each: rank(each.power))
    return tuple(sorted(_first_told(found), key=lambda each: (*rank(each.power), each.power.target)))


def once_a_target(powers: Iterable[Alike]) -> Iterator[Alike]:
    """Of every verb the surest power over each target, and of those that are as sure the first."""
    by_verb: dict[Verb, list[Alike]] = {}
    for each in powers:
        by_verb.setdefault(each.power.verb, []).append(each)
    for several in by_verb.values():
        yield from _first_told(sorted(several, key=lambda each: -each.power.outcome.rank))


def _first_told(powers: Sequence[Alike]) -> Iterator[Alike]:
    """Powers, each over the targets of which none before it speaks."""
    left = _distinct(tuple(each.targets for each in powers))
    for each, targets in zip(powers, left, strict=True):
        if targets:
            yield each if each.targets == targets else alike(each.power, targets)


def rank(power: Power) -> tuple[int, bool, bool, int, int]:
    """What orders powers, the most telling first."""
    return (-power.outcome.rank, not power.path, bool(power.rules), _TELLING[power.verb], len(power.path))


def first_targets(powers: Iterable[Alike], count: int) -> list[str]:
    """The first few targets, where each of `powers` says as much of all of its own."""
    found: list[str] = []
    for _, group in groupby(powers, key=lambda each: rank(each.power)):
        if len(found) < count:
            found += sorted(target for each in group for target in _least(each.targets, count))
    return found[:count]


def every(powers: Sequence[Alike]) -> tuple[Power, ...]:
    """All of them one by one, in the order of `one_a_target`."""
    told = (power for each in powers for power in each)
    return tuple(sorted(told, key=lambda power: (*rank(power), power.target)))


# Whoever may do the same to the same targets holds the same tuple of them, so that each of these is worked out once for all.
@lru_cache(maxsize=512)
def _among(targets: tuple[str, ...], kept: frozenset[str]) -> tuple[str, ...]:
    return tuple(each for each in targets if each in kept)


@lru_cache(maxsize=512)
def _without(targets: tuple[str, ...], others: frozenset[str]) -> tuple[str, ...]:
    return tuple(each for each in targets if each not in others)


@lru_cache(maxsize=512)
def _first(targets: tuple[str, ...]) -> str:
    return min(targets)


@lru_cache(maxsize=512)
def _least(targets: tuple[str, ...], count: int) -> tuple[str, ...]:
    return tuple(sorted(targets)[:count])


@lru_cache(maxsize=512)
def joined(every: tuple[tuple[str, ...], ...]) -> frozenset[str]:
    """All of several lists of targets."""
    return frozenset(target for each in every for target in each)


@lru_cache(maxsize=512)
def _distinct(every: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Each target where it stands first."""
    seen: set[str] = set()
    found = []
    for targets in every:
        fresh = (
            targets
            if len(targets) == 1 and targets[0] not in seen
            else tuple(dict.fromkeys(t for t in targets if t not in seen))
        )
        found.append(fresh)
        seen.update(fresh)
    return tuple(found)
