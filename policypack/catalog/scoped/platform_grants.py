"""How platforms write what a token, a team or a user may do: which arguments hold the roles, the place and the holder.

The data is in `platforms.yaml`, sections `grants`, `permission_groups`, `paths` and `everywhere`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec.json
from msgspec import Struct, field

from policypack.catalog.scoped import GENERATED


class GrantFact(Struct, frozen=True):
    """How one resource type says what somebody may do.

    `form` is what it makes: `token` (a bearer secret), `team`, `user`, `app`. `to` is the argument that names the holder, where that is
    another resource. `name` is the argument that the holder is called by. The roles are what the arguments `roles` hold (in each of
    `blocks`, where it repeats), `default` where nothing is written, and the actions of `flags` (argument -> value -> actions); `always`
    are actions that it has in any case. `lost` is why what it may do is not known. They hold in the domain that `domain` names, at the
    thing of type `kind` that `thing` names, or, where neither is written, for all of the platform. `unwritten` is what becomes of one
    without any block, `doubt` why nobody knows whether it holds.
    """

    form: str = ""
    to: str = ""
    name: str = ""
    blocks: str = ""
    roles: tuple[str, ...] = ()
    default: str = ""
    flags: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    lost: str = ""
    domain: str = ""
    thing: str = ""
    kind: str = ""
    unwritten: str = ""
    doubt: str = ""


class PathFact(Struct, frozen=True):
    """What a policy of paths must allow for an action: one of the capabilities, on a path with holes for names."""

    path: str
    capabilities: tuple[str, ...]


class PlatformFacts(Struct, frozen=True):
    """All of it: type -> how it grants; permission group's id -> its name; type -> action -> path; action -> path."""

    grants: Mapping[str, GrantFact]
    permission_groups: Mapping[str, str]
    paths: Mapping[str, Mapping[str, PathFact]]
    everywhere: Mapping[str, PathFact]


@cache
def platform_facts() -> PlatformFacts:
    """The facts of this installation."""
    raw: Any = msgspec.json.decode(GENERATED.joinpath("platforms.json").read_bytes())
    return msgspec.convert(raw, PlatformFacts)
