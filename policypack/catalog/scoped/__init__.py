"""How roles that are granted at places lead further, as data: one YAML file a language, `LANGUAGE.yaml` beside this file.

`python -m policypack.catalog.scoped.compile` makes of it what the program loads. Every field is described by `Rule` and `Facts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec.json
from msgspec import Struct, field

GENERATED = Path(__file__).with_name("generated")


class Rule(Struct, frozen=True, forbid_unknown_fields=True):
    """One way to become somebody else or to get more rights.

    `actions` are needed together, and on the same thing: on what is `at`. That is the identity that is gained (`gained`, for
    `gains: identity`), the place at which rights are gained (`gained`, for `gains: rights`), something that runs as the identity
    (`holder`, of the types `kinds`), or the resource that defines a role which the caller holds (`role`: any right at the
    places where it holds that role). `also` are sets of actions one of which is needed too, wherever the caller has it.

    `gains`: `identity`; `rights` (whatever it wants, at that place and beneath); `undenied` and `unlimited` (itself without what
    denies it something, or limits it, at that place or beneath). `forms` are the forms of identities that can be gained, `levels`
    and `kinds` the places: their levels (`thing`, `domain`, `above`) and, for things, resource types; `providers` are the platforms
    whose places are meant, where a language is about several. `own` is the end of
    an action of the thing's own catalog entry that is needed on it (".setIamPolicy" among its weaken_actions), instead of `actions`.

    `assumes`: it is what the grant is meant for (to act as a service account), so that having it is no escalation. `depends` is
    what decides too and cannot be seen: the way is possible at best.
    """

    name: str
    gains: Literal["identity", "rights", "undenied", "unlimited"]
    actions: tuple[str, ...] = ()
    at: Literal["gained", "holder", "role"] = "gained"
    also: tuple[tuple[str, ...], ...] = ()
    forms: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    own: str = ""
    assumes: bool = False
    depends: str = ""


class State(Struct, frozen=True):
    """Where a backend keeps the state: the argument that names its bucket, the bucket's type, and what writes and reads it."""

    argument: str
    kind: str
    writes: tuple[str, ...]
    reads: tuple[str, ...] = ()


class Facts(Struct, frozen=True):
    """What a language says of itself.

    `providers` are the platforms on whose places it grants. `removes_domain` are actions on a domain that take everything in it.
    `waits`: what holds a thing back from deletion also holds back the deletion of what it lies in. `keeps`: what keeps a thing when it is deleted keeps it too when that goes which it lies in, which it does not hold back. `admins` are roles that may do
    everything, or nearly, and should be nobody's that is not a person; `rulers` are those of them that leave nothing out. `ruling` are
    patterns of actions each of which is as good as all. `bounded`:
    there are statements that stand over what roles allow (denies, limits), so that to have none is worth saying. `adds` has, by type
    of bucket, the actions that put something into it. `overwrites` and `reads` have, by resource type, the
    actions that overwrite what is in it and that read a credential out of it. `empties` are actions that take what lies in a
    thing and leave the thing. `states` has backends by type. `roles` has, by platform, what roles may do that are known by their
    name alone, and `destroys` the actions that destroy what lies at their place, whatever that is: for what the inputs do not show.
    """

    language: str
    providers: tuple[str, ...]
    sources: tuple[str, ...] = ()
    removes_domain: tuple[str, ...] = ()
    waits: bool = False
    keeps: bool = False
    admins: tuple[str, ...] = ()
    rulers: tuple[str, ...] = ()
    ruling: tuple[str, ...] = ()
    bounded: bool = False
    adds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    overwrites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    empties: tuple[str, ...] = ()
    states: Mapping[str, State] = field(default_factory=dict)
    roles: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    destroys: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()


@cache
def facts(language: str) -> Facts:
    """The facts of a language. Raises FileNotFoundError where there are none of that name."""
    return made(msgspec.json.decode(GENERATED.joinpath(f"{language}.json").read_bytes()))


def made(raw: Mapping[str, Any]) -> Facts:
    """The typed form of a language's file. Raises msgspec.ValidationError where it is not as described."""
    rules = [{"name": name, **fields} for name, fields in sorted((raw.get("rules") or {}).items())]
    return msgspec.convert({**raw, "rules": rules}, Facts)
