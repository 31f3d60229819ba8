"""One thing that somebody has to approve."""

from __future__ import annotations

from msgspec import Struct

from policypack.model import Environment, Evidence, Location, Resource

PLAN = "the plan"
"""The address of a need that is about the plan as a whole."""


class Need(Struct, frozen=True):
    """One thing that somebody has to approve. There is one of a kind for an address.

    `kind` is the name of the check that found it, or one of `KINDS` of `needs`. `address` is what it happens to (`PLAN`: to
    the plan as a whole). `actions` are Terraform's own words, in its order; none for the plan as a whole. `lost` says what is gone
    afterwards, "" where no data is. `restore` are the ways back that the inputs show: none means that they show none, where
    something is lost. `environment` is the name of the one that it happens in, "" where that is not told. `certain`: it happens;
    else it may.
    """

    kind: str
    address: str
    actions: tuple[str, ...]
    text: str
    lost: str = ""
    restore: tuple[Evidence, ...] = ()
    because: tuple[Evidence, ...] = ()
    location: Location | None = None
    environment: str = ""
    certain: bool = True


def acted_on(  # noqa: PLR0913 - what a need is made of
    resource: Resource,
    kind: str,
    text: str,
    environment: Environment | None = None,
    *,
    because: tuple[Evidence, ...] = (),
    lost: str = "",
    certain: bool = True,
) -> Need:
    """A need that is about what the plan does to one resource."""
    actions = resource.change.actions if resource.change else ()
    said = because or (Evidence(f"the plan: {', '.join(actions)}", resource.address, resource.location),)
    return Need(
        kind,
        resource.address,
        actions,
        text,
        lost=lost,
        because=said,
        location=resource.location,
        environment=environment.name if environment else "",
        certain=certain,
    )


def happens(resource: Resource) -> str:
    """What the plan does to a resource, as a sentence has it."""
    change = resource.change
    if change is None:
        return "keeps"
    if change.replaces:
        return "replaces"
    return "deletes" if change.destroys else "lets go of" if change.forgets else "changes"


def acts(resource: Resource) -> bool:
    """Whether the plan does anything to a resource."""
    return resource.mode == "managed" and bool(resource.change and set(resource.change.actions) - {"no-op", "read"})
