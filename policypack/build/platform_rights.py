"""What a platform's own words allow: roles, switches, and what somebody has in any case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from policypack.build.guards import same
from policypack.catalog.scoped.platform_grants import GrantFact
from policypack.model import Resource, Unknown


class Right(Struct, frozen=True):
    """What a role or a switch allows: its name, the actions, and why they are not known."""

    role: str
    actions: tuple[str, ...] = ()
    lost: Unknown | None = None


def rights(resource: Resource, fact: GrantFact, known: Mapping[str, tuple[str, ...]]) -> Iterator[Right]:
    """All that a resource, or one block of it, gives. `known` are the roles of its platform."""
    yield from _fixed(fact)
    yield from _roles(resource, fact, known)
    yield from _switches(resource, fact)


def _fixed(fact: GrantFact) -> Iterator[Right]:
    """What it has in any case, and what nobody knows."""
    if fact.lost:
        yield Right("its permissions", lost=Unknown(fact.lost))
    if fact.always:
        yield Right("everything" if fact.always == ("*",) else "all that it is for", fact.always)


def _roles(resource: Resource, fact: GrantFact, known: Mapping[str, tuple[str, ...]]) -> Iterator[Right]:
    for path in fact.roles:
        written = resource.get(path)
        written = fact.default or None if written is None else written
        for role in written if isinstance(written, list) else [] if written is None else [written]:
            if isinstance(role, str):
                lost = None if role in known else Unknown(f"what the role {role} allows is not known")
                yield Right(role, known.get(role, ()), lost)
            else:
                lost = role if isinstance(role, Unknown) else Unknown(f"what {path} says cannot be read")
                yield Right("a role that is not known", lost=lost)


def _switches(resource: Resource, fact: GrantFact) -> Iterator[Right]:
    for path, values in fact.flags.items():
        written = resource.written(path)
        if isinstance(written, Unknown):
            yield Right(path, lost=written)
            continue
        fitting = [value for value in values if same(written, value)] if written is not None else []
        if not fitting and not any(same(written, each) for each in (None, "", "true", "false")):
            yield Right(f"{path} = {written}", lost=Unknown(f"what {path} = {written} allows is not known"))
        yield from (Right(f"{path} = {value}", values[value]) for value in fitting if values[value])
