"""The ways to become somebody else, as data (`source/escalation.yaml` says what each field means)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Literal

from msgspec import Struct, field

from policypack.catalog.aws_iam import GENERATED
from policypack.model import Resource, Unknown, Value

Kind = Literal["self", "principal", "new_pass_role", "existing_pass_role"]
KINDS: tuple[Kind, ...] = ("self", "principal", "new_pass_role", "existing_pass_role")
_LONGEST = 1_000_000
SUBJECTS = ("self", "own_group", "own_policy", "target", "target_policy", "holder", "any")


class Step(Struct, frozen=True):
    """An action that a path needs, and on what (one of SUBJECTS)."""

    action: str
    on: str


class Elsewhere(Struct, frozen=True):
    """What calls on a holder are checked against, where that is not its own ARN: a template, and the arguments on which it hangs."""

    arn: str
    where: Mapping[str, str] = field(default_factory=dict)


class Escalation(Struct, frozen=True):
    """One path.

    `ways` are the sets of steps that each make it, complete ones: what every way needs is in each. A rule of kind new_pass_role
    has `iam:PassRole` on the target in every way. `holders` maps a Terraform type to the arguments that name its role, `at` to what the calls are made on in its stead. `profile`:
    the role is passed inside an instance profile. `needs_managed`: only on instances that Systems Manager manages.
    """

    name: str
    kind: Kind
    ways: tuple[tuple[Step, ...], ...]
    target: tuple[str, ...] = ()
    gains: str = "target"
    trust: str = "none"
    trusts: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    holders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    at: Mapping[str, Elsewhere] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    profile: bool = False
    needs_managed: bool = False
    depends: str = ""

    @property
    def actions(self) -> frozenset[str]:
        """Every action that any way needs."""
        return frozenset(step.action for way in self.ways for step in way)


@cache
def escalations() -> tuple[Escalation, ...]:
    """All paths, in order of their names."""
    return tuple(_escalation(name, fields) for name, fields in sorted(_table()["rules"].items()))


@cache
def _table() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(GENERATED.joinpath("escalation.json").read_bytes())
    return found


def formats(action: str) -> tuple[str, ...] | None:
    """The formats of the ARNs that an action is checked against where its resource is the caller's choice, all of which are
    needed. Empty: it has no resource-level permission. None: the table does not say."""
    found = _table()["formats"].get(action)
    return None if found is None else tuple(found)


def arns() -> Mapping[str, str]:
    """Terraform type -> the ARN template of resources that hold roles, or are what policies name, and are no stores."""
    found: Mapping[str, str] = _table()["arns"]
    return found


@cache
def escalation_actions() -> frozenset[str]:
    """Every action that any path needs."""
    return frozenset(chain.from_iterable(each.actions for each in escalations()))


@cache
def holders() -> Mapping[str, tuple[str, ...]]:
    """Terraform type -> the arguments that name the role, or the instance profile, that its resources run with."""
    found: dict[str, dict[str, None]] = {}
    for each in escalations():
        for kind, arguments in each.holders.items():
            found.setdefault(kind, {}).update(dict.fromkeys(arguments))
    return {kind: tuple(arguments) for kind, arguments in sorted(found.items())}


def _listed(on: str | list[str]) -> list[str]:
    return on if isinstance(on, list) else [on]


def named_roles(resource: Resource, path: str) -> Iterator[Value]:
    """What an argument of a resource names as its roles. A path may go on inside a text that is JSON, and through lists."""
    first, _, rest = path.partition(".")
    yield from _within(resource.get(first), rest.split(".") if rest else [])


def _within(value: Value, path: list[str]) -> Iterator[Value]:
    if isinstance(value, list):
        for each in value:
            yield from _within(each, path)
    elif not path:
        yield value
    elif isinstance(value, dict):
        yield from _within(value.get(path[0]), path[1:])
    elif isinstance(value, Unknown):
        yield from _within(value.document, path) if value.document is not None else (value,)
    elif isinstance(value, str):
        decoded = _decoded(value)
        yield from _within(decoded, path) if isinstance(decoded, (dict, list)) else ()


@lru_cache(maxsize=256)
def _decoded(text: str) -> Value:
    if len(text) > _LONGEST:
        return None
    try:
        found: Value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found


def _escalation(name: str, fields: Mapping[str, Any]) -> Escalation:
    passes = {"iam:PassRole": "target"} if fields["kind"] == "new_pass_role" else {}
    common = {**passes, **fields["actions"]}
    ways = [{**common, **each} for each in fields.get("alternatives", ({},))]
    return Escalation(
        name,
        fields["kind"],
        tuple(tuple(Step(action, each) for action, on in way.items() for each in _listed(on)) for way in ways),
        tuple(fields.get("target", ("role",) if fields["kind"].endswith("pass_role") else ())),
        fields.get("gains", "target"),
        fields.get("trust", "none"),
        tuple(fields.get("trusts", ())),
        tuple(fields.get("services", ())),
        {kind: tuple(arguments) for kind, arguments in fields.get("holders", {}).items()},
        {kind: Elsewhere(each["arn"], each.get("where", {})) for kind, each in fields.get("at", {}).items()},
        tuple(fields.get("keys", ())),
        fields.get("profile", False),
        fields.get("needs_managed", False),
        fields.get("depends", ""),
    )
