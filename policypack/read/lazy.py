"""Values that are decoded when they are first looked at."""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping

import msgspec

from policypack.model import Unknown, Value, Values

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
