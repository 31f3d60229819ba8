"""What AWS actions do to data, by action, by effect and by Terraform type (`source/actions.yaml` says what each field means)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from typing import Any

from msgspec import Struct

from policypack.catalog.aws_iam import GENERATED

EFFECTS = ("destroy-primary", "destroy-backup", "destroy-key", "overwrite", "weaken-guard", "orchestrated")


class Action(Struct, frozen=True):
    """One action.

    `arns` are the formats of the ARNs that it is checked against: all of `required`, or else any of the others; none of either
    where it has no resource-level permission. `types` are Terraform types. `depends` is what decides beside IAM, "" where
    nothing does: such an action alone proves nothing, but on a resource that sets none of the arguments of `because_of`.
    """

    name: str
    effects: frozenset[str]
    required: tuple[str, ...] = ()
    arns: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    note: str = ""
    depends: str = ""
    because_of: tuple[str, ...] = ()

    @property
    def service(self) -> str:
        """The part before the colon."""
        return self.name.partition(":")[0]


class Actions(Struct, frozen=True, dict=True):
    """All actions, in order of their names, and how to ask for some."""

    all: tuple[Action, ...]
    source: str
    date: str

    @cached_property
    def by_name(self) -> Mapping[str, Action]:
        """Name in lower case -> action: IAM does not look at case."""
        return {each.name.lower(): each for each in self.all}

    @cached_property
    def _by_effect(self) -> Mapping[str, tuple[Action, ...]]:
        return {effect: tuple(each for each in self.all if effect in each.effects) for effect in EFFECTS}

    @cached_property
    def _by_type(self) -> Mapping[str, tuple[Action, ...]]:
        return _grouped(self.all, lambda each: each.types)

    @cached_property
    def _by_service(self) -> Mapping[str, tuple[Action, ...]]:
        return _grouped(self.all, lambda each: (each.service,))

    def with_effect(self, effect: str) -> tuple[Action, ...]:
        """The actions with an effect, one of EFFECTS."""
        return self._by_effect[effect]

    def on_type(self, resource_type: str) -> tuple[Action, ...]:
        """The actions that hit the data of a Terraform type."""
        return self._by_type.get(resource_type, ())

    def of_service(self, prefix: str) -> tuple[Action, ...]:
        """The actions of a service."""
        return self._by_service.get(prefix, ())


@cache
def actions() -> Actions:
    """The table of this installation, read at the first question."""
    raw = json.loads(GENERATED.joinpath("actions.json").read_bytes())
    found = [
        _action(f"{service}:{name}", fields, content.get("arns", {}))
        for service, content in raw["services"].items()
        for name, fields in content["actions"].items()
    ]
    return Actions(tuple(sorted(found, key=lambda each: each.name)), raw["source"], raw["date"])


def _action(name: str, fields: Mapping[str, Any], arns: Mapping[str, str]) -> Action:
    against = fields.get("against", ())
    return Action(
        name,
        frozenset(fields["effects"]),
        tuple(arns[each[:-1]] for each in against if each.endswith("!")),
        tuple(arns[each] for each in against if not each.endswith("!")),
        tuple(fields.get("types", ())),
        fields.get("note", ""),
        fields.get("depends", ""),
        tuple(fields.get("because_of", ())),
    )


def _grouped(found: Iterable[Action], keys: Any) -> Mapping[str, tuple[Action, ...]]:  # noqa: ANN401 - a function of one action
    groups: dict[str, list[Action]] = {}
    for each in found:
        for key in keys(each):
            groups.setdefault(key, []).append(each)
    return {key: tuple(group) for key, group in groups.items()}
