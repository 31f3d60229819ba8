"""Conditions on what Google Cloud's resources are called, answered for all of them at once: names are looked up, not compared."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from operator import xor
from typing import Generic, TypeVar

from policypack.authority.reach import Both, bit_set
from policypack.model import Site, Truth

_T = TypeVar("_T")
# The services whose resources' names a condition can tell apart ("Resource attributes", resource name).
_NAMED = (
    "storage.",
    "cloudsql",
    "sqladmin.",
    "spanner.",
    "cloudkms.",
    "secretmanager.",
    "compute.",
    "bigquery.",
    "pubsub",
    "bigtable",
)


class Subject(Generic[_T]):
    """What a condition is asked about. Answers are three-valued: yes, no, not known."""

    @abstractmethod
    def always(self) -> _T:
        """Yes."""

    @abstractmethod
    def unknown(self, reason: str) -> _T:
        """Not known."""

    @abstractmethod
    def opposite(self, one: _T) -> _T:
        """No for yes, and yes for no."""

    @abstractmethod
    def either(self, one: _T, other: _T) -> _T:
        """Whether one of two is so."""

    @abstractmethod
    def named(self, text: str, *, starts: bool) -> _T:
        """Whether its name begins, or ends, with a text."""

    @abstractmethod
    def equal(self, path: str, text: str) -> _T:
        """Whether its name, type or service (`resource.name`, ...) is a text."""


def told_by_name(site: Site) -> bool:
    """Whether conditions on names are evaluated for a thing's service."""
    return site.sort.startswith(_NAMED)


def numbered(name: str) -> bool:
    """Whether a name has its project by number."""
    parts = name.split("/")
    return len(parts) > 1 and parts[0] == "projects" and parts[1].isdigit()


class OfSites(Subject[Both]):
    """A condition's answers for all things, as bits: those of which it certainly, and at least possibly, holds. `one` answers for
    one thing what its name does not decide."""

    def __init__(self, sites: Sequence[Site], one: Callable[[str, str, Site], Truth]) -> None:
        self._all, self._one = (1 << len(sites)) - 1, one
        self._sorts: dict[str, tuple[Site, list[int]]] = {}
        self._by_name: dict[str, int] = {}
        for number, site in enumerate(sites):
            self._sorts.setdefault(site.sort, (site, []))[1].append(number)
            if isinstance(site.full_name, str) and told_by_name(site):
                self._by_name[site.full_name] = self._by_name.get(site.full_name, 0) | 1 << number
        self._told = _joined(self._by_name.values())
        self._numbered = _joined(found for name, found in self._by_name.items() if numbered(name))
        self._forwards, self._backwards = _Sorted(self._by_name, 1), _Sorted(self._by_name, -1)

    def always(self) -> Both:
        """Of all."""
        return self._all, self._all

    def unknown(self, reason: str) -> Both:
        """Perhaps of all."""
        del reason
        return 0, self._all

    def opposite(self, one: Both) -> Both:
        """Of those of which it does not hold."""
        return self._all & ~one[1], self._all & ~one[0]

    def either(self, one: Both, other: Both) -> Both:
        """Of those of which one of two holds."""
        return one[0] | other[0], one[1] | other[1]

    def named(self, text: str, *, starts: bool) -> Both:
        """Of those whose names begin, or end, so."""
        if not starts:
            return self._backwards.beginning(text[::-1]), self._all
        found = self._forwards.beginning(text)
        parts = text.split("/")
        around = _joined(self._by_name.get("/".join(parts[:count]), 0) for count in range(1, len(parts)))
        open_ended = (self._all & ~self._told) | around | (self._told if numbered(text) else self._numbered)
        return found, found | open_ended

    def equal(self, path: str, text: str) -> Both:
        """Of those whose name, type or service it is."""
        if path == "resource.name":
            found, possible = self.named(text, starts=True)
            same = self._by_name.get(text, 0) & found
            return same, possible & ~found | same
        certain = possible = 0
        for site, numbers in self._sorts.values():
            answer = self._one(path, text, site)
            if answer is not False:
                where = bit_set(numbers)
                certain, possible = certain | (where if answer is True else 0), possible | where
        return certain, possible


class _Sorted:
    """Names in order, forwards (1) or from their ends (-1), so that those that begin alike stand together."""

    def __init__(self, by_name: dict[str, int], step: int) -> None:
        every = sorted((name[::step], where) for name, where in by_name.items())
        self._names = [name for name, _ in every]
        self._up_to = list(accumulate((where for _, where in every), xor, initial=0))

    def beginning(self, text: str) -> int:
        """The things whose names begin with a text; none where that is empty."""
        if not text:
            return 0
        first = bisect_left(self._names, text)
        last = bisect_right(self._names, text, key=lambda name: name[: len(text)])
        return self._up_to[first] ^ self._up_to[last]


def _joined(every: Iterable[int]) -> int:
    found = 0
    for each in every:
        found |= each
    return found
