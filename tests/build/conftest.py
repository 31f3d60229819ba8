"""How tests of `build` make small estates without any file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from policypack.build import build
from policypack.catalog import load_catalog
from policypack.model import Change, Infrastructure, Input, Location, Reference, Resource, Store, Unknown
from policypack.settings import Settings

ref = Reference


def unknown(address: str, attribute: str) -> Unknown:
    """A reference to an attribute that exists only after apply."""
    return Unknown(references=(ref(address, attribute),), parts=(ref(address, attribute),))


def made(address: str, **values: Any) -> Resource:
    """One managed resource of a module; `provider_key`, `change` and `refers_to` are taken out of the values."""
    kind = address.split("[", maxsplit=1)[0].split(".")[-2]
    provider = kind.split("_")[0]
    extra = {
        name: values.pop(name) for name in ("provider_key", "change", "refers_to", "inside", "lifecycle") if name in values
    }
    extra.setdefault("provider_key", provider)
    extra.setdefault("inside", "estate")
    return Resource(address, kind, provider, values, Location("main.tf", 1, 2), **extra)


def provider(key: str, **values: Any) -> Resource:
    """One provider block."""
    name = key.split(".", maxsplit=1)[0]
    return Resource(
        f"provider.{key}", name, name, values, Location("main.tf"), inside="estate", mode="provider", provider_key=key
    )


@pytest.fixture
def picture() -> Callable[..., Infrastructure]:
    """Builds one estate of resources and provider blocks."""

    def built(*resources: Resource, settings: Settings | None = None, **facts: Any) -> Infrastructure:
        blocks = {each.provider_key: each for each in resources if each.mode == "provider"}
        rest = tuple(each for each in resources if each.mode != "provider")
        counts: dict[str, int] = {}
        for each in rest:
            counts[each.type] = counts.get(each.type, 0) + 1
        source = Input("estate", facts.pop("kind", "module"), rest, counts, providers=blocks, **facts)
        return build([source], load_catalog(), settings or Settings())

    return built


def store(picture: Infrastructure, address: str) -> Store:
    """One store of the picture."""
    return next(each for each in picture.stores if each.address == address)


def changed(actions: str, **before: Any) -> Change:
    """A change with the values before it."""
    return Change(tuple(actions.split(",")), before)
