"""What is worked out when it is first looked at: the values of a resource, what it refers to, what it hides."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import overload

import msgspec

from policypack.model import Reference, Unknown, Value, Values

UNREADABLE = Unknown("the input's text of this resource cannot be decoded")
_NONE: Values = {}


class LazyValues(Mapping[str, Value]):
    """A mapping that `make` fills at the first question. Text that cannot be decoded answers every question with Unknown."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Values]) -> None:
        self._make: Callable[[], Values] | None = make
        self._made: Values | None = {}

    def _values(self) -> Values | None:
        if self._make is not None:
            try:
                self._made = self._make()
            except (msgspec.MsgspecError, ValueError, RecursionError):
                self._made = None
            self._make = None
        return self._made

    def __getitem__(self, key: str) -> Value:
        values = self._values()
        return UNREADABLE if values is None else values[key]

    def get(self, key: str, default: Value = None) -> Value:  # type: ignore[override]  # Mapping's is generic in the default
        """The value of the key: one look-up, where Mapping's own `get` would raise and catch."""
        values = self._made if self._make is None else self._values()
        return UNREADABLE if values is None else values.get(key, default)

    def items(self) -> ItemsView[str, Value]:
        """What there is, without a look-up of each: nothing of what cannot be decoded."""
        return (self._values() or _NONE).items()

    def __iter__(self) -> Iterator[str]:
        return iter(self._values() or ())

    def __len__(self) -> int:
        return len(self._values() or ())

    def __repr__(self) -> str:
        return "LazyValues(...)"  # never the values: some are secret


class LazyReferences(Sequence[Reference]):
    """References in their order, followed at the first question: few resources are ever asked what they refer to."""

    __slots__ = ("_made",)

    def __init__(self, make: Callable[[], tuple[Reference, ...]]) -> None:
        self._made: Callable[[], tuple[Reference, ...]] | tuple[Reference, ...] = make

    def _references(self) -> tuple[Reference, ...]:
        if not isinstance(self._made, tuple):
            self._made = self._made()
        return self._made

    @overload
    def __getitem__(self, index: int) -> Reference: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Reference, ...]: ...
    def __getitem__(self, index: int | slice) -> Reference | tuple[Reference, ...]:
        return self._references()[index]

    def __len__(self) -> int:
        return len(self._references())

    def __iter__(self) -> Iterator[Reference]:
        return iter(self._references())

    def __eq__(self, other: object) -> bool:
        return self._references() == (other._references() if isinstance(other, LazyReferences) else other)

    def __hash__(self) -> int:
        return hash(self._references())


class LazyPaths(AbstractSet[str]):
    """Dotted paths, found at the first question: only what is about to be shown is asked whether it may be. `marks` are where the
    input marks any (besides what is a secret by its name), or True."""

    __slots__ = ("_made", "_marks")

    def __init__(self, make: Callable[[], frozenset[str]], marks: tuple[msgspec.Raw, ...] | bool = True) -> None:
        self._made: Callable[[], frozenset[str]] | frozenset[str] = make
        self._marks = marks

    def may_be_marked(self) -> bool:
        """Whether the input may mark any."""
        return self._marks if isinstance(self._marks, bool) else any(b"true" in bytes(each) for each in self._marks)

    def _paths(self) -> frozenset[str]:
        if not isinstance(self._made, frozenset):
            self._made = self._made()
        return self._made

    def __contains__(self, path: object) -> bool:
        return path in self._paths()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths())

    def __len__(self) -> int:
        return len(self._paths())

    def __hash__(self) -> int:
        return hash(self._paths())

    @classmethod
    def _from_iterable(cls, paths: Iterable[str]) -> frozenset[str]:  # type: ignore[override]  # a union is no longer lazy
        return frozenset(paths)


def may_be_marked(paths: AbstractSet[str]) -> bool:
    """Whether an input may mark any of a resource's sensitive paths. Asked of everything, so that nothing is worked out for it."""
    return paths.may_be_marked() if isinstance(paths, LazyPaths) else bool(paths)
