"""The decision formula over sets of targets: what `formula` says of one call, said of all targets at once.

A pair of sets stands for three values, as everywhere in bulk evaluation: what is certain, and what is possible.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from policypack.authority.aws.kleene import T, Verdict
from policypack.authority.aws.layers import Layers
from policypack.authority.aws.lines import Line
from policypack.authority.aws.principal import ACCOUNT, ANYONE, OTHER, ROLE, SESSION, USER, Principal
from policypack.authority.aws.tables import Bits, Both, both, either

NOTHING: Both = (0, 0)
NAMINGS = (ANYONE, USER, SESSION, ROLE, ACCOUNT, OTHER)
DIRECT = (ANYONE, USER, SESSION, ROLE)
"""The namings that give a user or a role something by themselves: that of the account lets its own policies count, no more."""


class Part(Struct, frozen=True, gc=False):
    """A line in its layer. `named` caps it: how surely it names the caller, or is well-formed at all. `whole`: it holds as the
    line says it, for every action that it may be about."""

    layer: str
    line: Line
    possible: Bits
    denies: bool
    whole: bool
    named: Verdict = T
    on: Bits = -1


def part(layer: str, line: Line, named: Verdict = T, on: Bits = -1) -> Part:
    """A line in its layer."""
    certain, possible = line.actions
    whole = named == T and on == -1 and layer != "rcp" and certain == possible
    return Part(layer, line, possible, line.statement.effect == "Deny", whole, named, on)


class Caller(Struct, frozen=True, gc=False):
    """A caller with its lines. `same` are the targets of its account. `limits` and `ceilings` are layers that have to allow, with
    what they do if they say nothing; `alone`: no policy of a target may name it, and every target is of its account."""

    principal: Principal
    layers: Layers
    parts: tuple[Part, ...]
    same: Both
    limits: tuple[tuple[str, Both], ...]
    ceilings: tuple[tuple[str, Both], ...]
    alone: bool


def granted(caller: Caller, sums: Mapping[str, Both], delegated: Bits) -> Both:
    """What is allowed if nothing denies it: `sums` are the Allows by layer and naming, `delegated` the targets whose own
    policy must name the caller or its account."""
    found = _core(caller, sums, delegated)
    for layer, silent in caller.ceilings:
        found = both(found, sums.get(layer, silent))
    return found


def _core(caller: Caller, sums: Mapping[str, Both], delegated: Bits) -> Both:
    own = sums.get("identity", NOTHING)
    for layer, silent in caller.limits:
        own = both(own, sums.get(layer, silent))
    if caller.alone:
        return (own[0] & ~delegated, own[1] & ~delegated) if delegated else own
    named = either(sums.get(naming, NOTHING) for naming in NAMINGS)
    direct = either(sums.get(naming, NOTHING) for naming in (ANYONE, USER, SESSION))
    if caller.principal.kind in {"service", "federated"}:
        return _placed(caller, either((direct, sums.get(OTHER, NOTHING))), named)
    role = sums.get(ROLE, NOTHING)
    for layer, silent in caller.limits:
        role = both(role, sums.get(layer, silent))
    direct, account = either((direct, role)), sums.get(ACCOUNT, NOTHING)
    root = caller.principal.kind == "root"
    own = (-1, -1) if root else own
    alone, usual = either((direct, both(account, own))), either((direct, own))
    within = (
        (alone[0] & delegated) | (usual[0] & ~delegated),
        (alone[1] & delegated) | (usual[1] & ~delegated),
    )
    return _placed(caller, within, both(own, named))


def _placed(caller: Caller, within: Both, across: Both) -> Both:
    """What holds within the caller's account, and across accounts, each on its targets; both where that is not known."""
    certain, possible = caller.same
    return (
        (certain & within[0]) | (~possible & across[0]) | (within[0] & across[0]),
        (certain & within[1]) | (~possible & across[1]) | (possible & ~certain & (within[1] | across[1])),
    )
