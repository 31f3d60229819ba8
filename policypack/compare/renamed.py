"""Root modules whose folder is called something else in the head than in the base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from policypack.model import Input, Resource, Values


class _Content(Struct, frozen=True):
    """What makes a root the one that it is: where its state is kept, where its providers act, what it holds."""

    backend: Values | None
    providers: Mapping[str, Values]
    resources: Mapping[str, Values]


def renamed(base: Sequence[Input], head: Sequence[Input], base_of: Mapping[str, str]) -> dict[str, str]:
    """Path in the head -> path in the base, of the modules that only one side has under that path and that are the same: backend and
    providers are equal, and so is most of what they hold. Where two may be meant, none is."""
    known = {*base_of.values()}
    gone = {each.path: _content(each) for each in base if each.path not in known}
    came = {each.path: _content(each) for each in head if each.kind == "module" and each.path not in base_of}
    pairs = [(new, old) for new, now in came.items() for old, was in gone.items() if _alike(was, now)]
    news, olds = (Counter(each) for each in (zip(*pairs, strict=True) if pairs else ((), ())))
    return {new: old for new, old in pairs if news[new] == olds[old] == 1}


def _content(source: Input) -> _Content:
    return _Content(
        source.backend.values if isinstance(source.backend, Resource) else None,
        {name: each.values for name, each in source.providers.items()},
        {each.address: each.values for each in source.resources if each.mode == "managed"},
    )


def _alike(was: _Content, now: _Content) -> bool:
    same = sum(now.resources.get(address) == values for address, values in was.resources.items())
    most = 2 * same > max(len(was.resources), len(now.resources))
    return was.backend == now.backend and was.providers == now.providers and most
