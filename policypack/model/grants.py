"""What is granted at a place: roles, and the places that they reach."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Literal

from msgspec import Struct

from policypack.model.picture import Domain, Evidence, same_domain
from policypack.model.resources import Resource
from policypack.model.values import Truth, Unknown

_SYMBOL = "@"


class Level(str, Enum):
    """How much lies beneath a place: one thing with what is in it, a domain, what stands above domains, all there is."""

    THING = "thing"
    DOMAIN = "domain"
    ABOVE = "above"
    EVERYTHING = "everything"


class Spot(Struct, frozen=True):
    """One thing as it is pointed at. `place` is the resource of the inputs (input and address), None where there is none. `name` is
    what it is called, in the form that its platform's build file gives to all names of a `kind`; `kind` is the resource type,
    "" where that is not known."""

    kind: str
    name: str | Unknown
    place: tuple[str, str] | None = None

    def same(self, other: Spot) -> Truth:
        """Whether both are one thing."""
        if self.place is not None and other.place is not None:
            return self.place == other.place
        if self.kind and other.kind and self.kind != other.kind:
            return False
        return same_name(self.name, other.name)


class Site(Struct, frozen=True):
    """Where something lies on its platform: the thing itself, what it lies in (nearest first), its domain, and the names of what
    stands above the domain (nearest first; an Unknown: from there on it cannot be told).

    A domain, or what stands above domains, is a site too (`level`); `above` begins with its own name then. `full_name` and `sort`
    are what its platform's conditions call the thing and its type.
    """

    provider: str
    spot: Spot
    domain: Domain | None = None
    within: tuple[Spot, ...] = ()
    above: tuple[str | Unknown, ...] = ()
    level: Level = Level.THING
    full_name: str | Unknown = Unknown("its full name is not known")
    sort: str = ""


class Scope(Struct, frozen=True):
    """The place at which something is granted: it holds there and for all that lies beneath."""

    provider: str
    level: Level
    spot: Spot | None = None
    domain: Domain | None = None
    above: str | Unknown = ""

    def covers(self, site: Site) -> Truth:
        """Whether it holds at a site."""
        if self.provider != site.provider:
            return False
        if self.level is Level.EVERYTHING:
            return True
        if self.level is Level.ABOVE:
            return any_of(same_name(self.above, each) for each in site.above)
        if site.level is Level.ABOVE or (self.level is Level.THING and site.level is not Level.THING):
            return False
        home: Truth = True
        if self.domain is not None and site.domain is not None:
            home = same_domain(self.domain, site.domain)
        if self.level is Level.DOMAIN or home is False or self.spot is None:
            return home
        # A thing that is the same by its resource is the same, whatever is known of the domain.
        return any_of(self.spot.same(each) for each in (site.spot, *site.within))

    def __str__(self) -> str:
        if self.level is Level.EVERYTHING:
            return "everything"
        if self.level is Level.ABOVE:
            return shown_name(self.above)
        if self.level is Level.DOMAIN and self.domain is not None:
            return f"{self.domain.word} {self.domain}"
        if self.spot is None:
            return "a place that is not known"
        if self.spot.place is not None:
            return self.spot.place[1]
        return shown_name(self.spot.name)


class Grant(Struct, frozen=True):
    """One statement about what its holder may do: `allow`, `deny`, or `limit` (what is outside of all its limits, a holder who has
    any may not do).

    `role` is the name to show. `actions` and `excluded` are patterns in the platform's language: it speaks of an action that
    matches one of the first and none of the second. `condition` is True where there is none, Unknown where it cannot be judged;
    `expression` is a condition that is judged for each thing that is acted on. `lost` is why nobody knows what the role holds:
    it may hold anything. `partial`: only what its language's tables are about is known of it. `defined_in` is the resource that
    defines the role, where whoever changes that changes the grant; `kept_at` is the place whose administrators may take the
    statement away, None: its scope. `via` are the actions that it rests on, where the role
    gives another right than the one spoken of (the reading of keys that open everything).
    """

    effect: Literal["allow", "deny", "limit"]
    role: str
    actions: tuple[str, ...]
    scope: Scope
    evidence: Evidence
    excluded: tuple[str, ...] = ()
    condition: Truth = True
    expression: str = ""
    lost: Unknown | None = None
    partial: bool = False
    defined_in: Resource | None = None
    kept_at: Scope | None = None
    via: tuple[str, ...] = ()


def symbol(place: tuple[str, str], prefix: str = "") -> str:
    """What stands for the name that a platform will give to a resource of the inputs: equal to no other resource's, and perhaps to
    a name that is written out, if that begins as its names do (`folders/`)."""
    return f"{_SYMBOL}{prefix}{_SYMBOL}{place[0]}#{place[1]}"


def shown_name(name: str | Unknown) -> str:
    """A name as a sentence has it."""
    if isinstance(name, Unknown):
        return "a place that is not known"
    return name.partition("#")[2] if name.startswith(_SYMBOL) else name


def same_name(one: str | Unknown, other: str | Unknown) -> Truth:
    """Whether two names are one; names that depend on the same are the same even if they are not known."""
    if isinstance(one, str) and isinstance(other, str):
        return _same_text(one, other)
    if isinstance(one, Unknown) and isinstance(other, Unknown) and one.references and one == other:
        return True
    unknown = one if isinstance(one, Unknown) else other
    return unknown if isinstance(unknown, Unknown) else Unknown("a name is not known")


def _same_text(one: str, other: str) -> Truth:
    symbols = [each for each in (one, other) if each.startswith(_SYMBOL)]
    if len(symbols) != 1:
        return one == other
    written = other if symbols[0] == one else one
    begins = symbols[0].split(_SYMBOL)[1]
    return Unknown("a name that is known only after apply") if written.startswith(begins) else False


def any_of(truths: Iterable[Truth]) -> Truth:
    """True where one is, then Unknown where one is."""
    unknown: Unknown | None = None
    for each in truths:
        if each is True:
            return True
        if isinstance(each, Unknown) and unknown is None:
            unknown = each
    return False if unknown is None else unknown
