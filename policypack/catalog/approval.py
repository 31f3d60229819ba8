"""What a resource type means for approvals: the typed form of the catalog's `approvals` (`schema.json` describes the YAML)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

from policypack.catalog.entry import GuardFact
from policypack.model import Value


class ActorsFact(Struct, frozen=True):
    """An argument that names who decides, or (`passes`) who need not ask.

    `argument` is a value, a list of values, or a block whose `who` is the value. Of a block, `kind` says what somebody is:
    `machines` are the words for apps and keys, `kinds` those that this is about (none given: all). `machine` says that all are.
    """

    argument: str
    who: str = ""
    kind: str = ""
    kinds: tuple[str, ...] = ()
    machines: tuple[str, ...] = ()
    machine: bool = False
    passes: bool = False


class RightFact(Struct, frozen=True):
    """A right over a gate, held where `argument` has one of `values`."""

    argument: str
    values: tuple[Value, ...]
    lets: str
    default: Value = None


class ServedFact(Struct, frozen=True):
    """Where a platform does what a gate asks only for some: those whose `argument` (in the resource of `type` that the gate
    belongs to) is one of `values`. `otherwise` says what holds for the others."""

    type: str
    argument: str
    values: tuple[Value, ...]
    default: Value
    otherwise: str


class LevelFact(Struct, frozen=True):
    """How strictly a policy is enforced: `argument` has a word of `binding`, or of `overridable`, or neither is stopped by it.

    Where it is not written, `default`, or what `defaults` has for the word in `by`.
    """

    argument: str
    binding: tuple[str, ...]
    overridable: tuple[str, ...] = ()
    default: str = ""
    by: str = ""
    defaults: dict[str, str] = field(default_factory=dict)


class TrustFact(Struct, frozen=True):
    """How an identity lets in whoever has a token of a pipeline. Either it is read from the policy document in `policy`, or from
    arguments: who issues the token, which subject it must have, or which `condition` it must meet.

    `bound_by` are types that say who of those becomes somebody, in one of `members`; these name it, or what has its name.
    """

    policy: str = ""
    issuer: str = ""
    subject: str = ""
    condition: str = ""
    bound_by: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


class ApprovalFact(Struct, frozen=True):
    """What part a type plays for approvals (`role`; the schema says what each word means).

    `name` is the argument that names it, `of` the one that names what it belongs to or is about. It plays its part only where
    the argument of `only_when` has the value there. `asks` are arguments that make somebody decide, where one of them holds
    anything but nothing, 0 and an empty list. `branches` are the patterns that a branch rule is for, `path` that of a file. `each` is the block that
    stands for several of its kind. `attached_by` are types that put a policy on what it is for, `labels` the argument by whose
    words that happens by itself.
    """

    role: Literal[
        "environment",
        "workspace",
        "settings",
        "run",
        "branch_rule",
        "policy",
        "policy_set",
        "approval_policy",
        "attachment",
        "right",
        "role",
        "member",
        "file",
        "app",
        "named",
        "secret",
        "self_review",
        "trust",
    ]
    name: str = ""
    label: str = ""
    of: str = ""
    asks: tuple[str, ...] = ()
    asked_by_default: bool = False
    branches: str = ""
    path: str = ""
    who: str = ""
    group: str = ""
    each: str = ""
    policy: str = ""
    labels: str = ""
    only_when: dict[str, Value] = field(default_factory=dict)
    actors: tuple[ActorsFact, ...] = ()
    guards: tuple[GuardFact, ...] = ()
    rights: tuple[RightFact, ...] = ()
    served: ServedFact | None = None
    level: LevelFact | None = None
    trust: TrustFact | None = None


class IssuerFact(Struct, frozen=True):
    """Who issues tokens to pipelines: parts of its address, and the forms of a token's subject.

    `pinned` are patterns of subjects that only one protected place has (an environment, the phase of a run): `name` in them is its
    name, `of` that of what it belongs to. `branch` are those of one branch, which is named `branch` in it. `claims` are other claims that pin: their names with what pins there.
    """

    name: str
    hosts: tuple[str, ...]
    pinned: tuple[str, ...]
    branch: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()


def _made(kind: type[Any], raw: dict[str, Any]) -> Any:  # noqa: ANN401 - one maker for all facts; its callers say which
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()})


def approval_fact(raw: dict[str, Any]) -> ApprovalFact:
    """The typed form of one entry of `approvals`. Raises TypeError on a field that does not exist."""
    fields = dict(raw)
    for key, kind in (("actors", ActorsFact), ("guards", GuardFact), ("rights", RightFact)):
        fields[key] = tuple(_made(kind, each) for each in fields.get(key, ()))
    for key, single in (("served", ServedFact), ("level", LevelFact), ("trust", TrustFact)):
        if key in fields:
            fields[key] = _made(single, fields[key])
    return _made(ApprovalFact, fields)  # type: ignore[no-any-return]


def issuer_fact(raw: dict[str, Any]) -> IssuerFact:
    """The typed form of an `issuer`."""
    return _made(IssuerFact, raw)  # type: ignore[no-any-return]
